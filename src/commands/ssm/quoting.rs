//! A command's words as one line that a POSIX shell reads back as just these words. Pure text.

use std::borrow::Cow;

/// What a shell takes for more than a word where a command begins.
const RESERVED: [&str; 17] = [
    "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in",
    "select", "function", "time", "coproc",
];

/// The line that runs a program with exactly these arguments. No two braces stand together in it: AWS takes them for a
/// parameter of the document.
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
            // The quotes are closed and opened again: the shell joins what AWS must not see together.
            '{' if before == Some('{') => quoted.push_str("''{"),
            other => quoted.push(other),
        }
        before = Some(character);
    }
    quoted.push('\'');
    Cow::Owned(quoted)
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
            ("braces and a quote", &["echo", "{'{"], r"echo '{'\''{'"),
            ("an option with a value", &["ls", "--color=never"], "ls '--color=never'"),
            ("no ascii", &["größe"], "'größe'"),
            ("a home", &["ls", "~"], "ls '~'"),
        ] {
            assert_eq!(line(&words(given)), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_shell_gets_the_words_as_they_are(given in proptest::collection::vec("[ -~\\n\\t\u{e9}\u{1f600}]{0,12}|[{}' ]{0,6}", 1..4)) {
            let line = line(&given);
            prop_assert!(!line.contains("{{"));
            prop_assert_eq!(shlex::split(&line), Some(given));
        }
    }
}
