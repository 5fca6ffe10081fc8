//! A command's words for the shell of a node, and the braces that Run Command takes for itself. Pure text.

use std::borrow::Cow;

use crate::error::Error;

/// What Run Command replaces by a parameter of the account's store.
const REFERENCES: [&str; 2] = ["ssm:", "ssm-secure:"];
/// Places that an error names.
const PLACES: usize = 10;
/// What a shell takes for more than a word where a command begins.
const RESERVED: [&str; 17] = [
    "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in",
    "select", "function", "time", "coproc",
];

/// The line that runs a program with exactly these arguments. No two braces stand together in it.
pub fn line(words: &[String]) -> String {
    let quoted = |(index, word): (usize, &String)| match index == 0 && RESERVED.contains(&word.as_str()) {
        true => format!("'{word}'"),
        false => quote(word).into_owned(),
    };
    words.iter().enumerate().map(quoted).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    let mut before = None;
    for character in word.chars() {
        match character {
            '\'' => quoted.push_str(r"'\''"),
            // The quotes are closed and opened again: the shell joins what Run Command must not see together.
            '{' if before == Some('{') => quoted.push_str("''{"),
            other => quoted.push(other),
        }
        before = Some(character);
    }
    quoted.push('\'');
    Cow::Owned(quoted)
}

/// Refuses two braces that are no reference: Run Command would refuse the text without saying where. All of them are told
/// at once. `file`: how errors call the text.
pub fn check_braces(file: &str, text: &str) -> Result<(), Error> {
    let mut places: Vec<String> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some(at) = rest.find("{{") {
            let column = line.len() - rest.len() + at;
            let after = rest.get(at + 2..).unwrap_or_default();
            if !is_reference(after) {
                let column = line.get(..column).unwrap_or_default().chars().count() + 1;
                places.push(format!("{file}:{}:{column}", number + 1));
            }
            // Of three braces in a row the first two are told.
            rest = after.trim_start_matches('{');
        }
    }
    if places.is_empty() {
        return Ok(());
    }
    let more = places.len().saturating_sub(PLACES);
    places.truncate(PLACES);
    if more > 0 {
        places.push(format!("{more} more"));
    }
    Err(Error::usage(format!("Run Command takes {{{{ for a parameter of its own: {}", places.join(", ")))
        .hint("write {{ as {''{ inside single quotes, or as {\"\"{ outside of them: a shell joins the two again"))
}

fn is_reference(after: &str) -> bool {
    let Some((inside, _)) = after.split_once("}}") else { return false };
    let inside = inside.trim();
    REFERENCES.iter().any(|kind| inside.strip_prefix(kind).is_some_and(|name| !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        for (name, given, expected) in [
            ("plain", &["df", "-h", "/var/log"][..], "df -h /var/log"),
            ("blanks", &["echo", "a  b"], "echo 'a  b'"),
            ("nothing", &["echo", ""], "echo ''"),
            ("a quote", &["echo", "it's"], r"echo 'it'\''s'"),
            ("a variable", &["echo", "$HOME"], "echo '$HOME'"),
            ("an assignment", &["A=1"], "'A=1'"),
            ("a word of the shell", &["time", "time"], "'time' time"),
            ("one brace", &["echo", "{a}"], "echo '{a}'"),
            ("two braces", &["echo", "{{.State}}"], "echo '{''{.State}}'"),
            ("four braces", &["echo", "{{{{"], "echo '{''{''{''{'"),
            ("a home", &["ls", "~"], "ls '~'"),
        ] {
            assert_eq!(line(&words(given)), expected, "{name}");
        }
    }

    #[test]
    fn every_pair_of_braces_has_its_place() {
        let text = "echo fine {x}\ndocker inspect -f '{{.Id}}' {{ ssm:name }}\n\u{fc}{{x}} {{{\n{{ssm-secure:a/b}} {{ssm:}}\n";
        let error = check_braces("up.sh", text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Run Command takes {{ for a parameter of its own: up.sh:2:20, up.sh:3:2, up.sh:3:8, up.sh:4:20"
        );
        assert!(check_braces("up.sh", "a { b } '{''{' {{ssm:x}}").is_ok());
        let many = check_braces("up.sh", &"{{\n".repeat(15)).unwrap_err();
        assert!(many.to_string().ends_with("up.sh:10:1, 5 more"), "{many}");
    }

    proptest! {
        #[test]
        fn a_shell_gets_the_words_as_they_are(given in proptest::collection::vec("[ -~\\n]{0,12}|[{}' ]{0,6}", 1..4)) {
            let line = line(&given);
            prop_assert!(!line.contains("{{"));
            prop_assert_eq!(shlex::split(&line), Some(given));
        }
    }
}
