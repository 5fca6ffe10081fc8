//! Globs as the AWS CLI has them, as regular expressions over the whole key: `*` is any text, slashes too, `?` one
//! character, `[a-z]` one of a set, `[!a-z]` none of it. A bracket that is never closed stands for itself;
//! whether that is meant is another question.

/// Why a pattern is hardly meant as it is written, though it would match something.
pub(super) fn fault(glob: &str) -> Option<&'static str> {
    let mut rest = glob;
    while let Some(at) = rest.find('[') {
        let inside = rest.get(at + 1..).unwrap_or_default();
        let Some((class, length)) = set(inside) else {
            return Some("a bracket is never closed; `[[]` is a bracket itself");
        };
        if class == NOTHING {
            return Some("its set has nothing in it");
        }
        rest = inside.get(length..).unwrap_or_default();
    }
    None
}

/// Of no character.
const NOTHING: &str = r"[^\s\S]";

pub(super) fn to_regex(glob: &str) -> String {
    let mut regex = String::from("(?s)^");
    let mut rest = glob.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => match set(rest.as_str()) {
                Some((class, length)) => {
                    regex.push_str(&class);
                    rest = rest.as_str().get(length..).unwrap_or_default().chars();
                }
                None => regex.push_str(r"\["),
            },
            other => push_literal(other, &mut regex),
        }
    }
    regex.push('$');
    regex
}

/// The class that the text after a bracket is, and how long it is with its closing bracket.
fn set(text: &str) -> Option<(String, usize)> {
    let negated = text.starts_with('!');
    let body = &text[usize::from(negated)..];
    // A bracket that comes first is one of the set.
    let first = body.chars().next()?;
    let close = first.len_utf8() + body.get(first.len_utf8()..)?.find(']')?;
    let members: Vec<char> = body.get(..close)?.chars().collect();
    let mut class = String::new();
    let mut at = 0;
    while let Some(&member) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some('-'), Some(&last)) if member <= last => {
                push_literal(member, &mut class);
                class.push('-');
                push_literal(last, &mut class);
                at += 3;
            }
            // A range from high to low has nothing in it.
            (Some('-'), Some(_)) => at += 3,
            _ => {
                push_literal(member, &mut class);
                at += 1;
            }
        }
    }
    let class = match (class.as_str(), negated) {
        ("", false) => NOTHING.to_owned(),
        ("", true) => ".".to_owned(),
        (members, false) => format!("[{members}]"),
        (members, true) => format!("[^{members}]"),
    };
    Some((class, usize::from(negated) + close + 1))
}

fn push_literal(letter: char, regex: &mut String) {
    regex.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[test]
    fn globs_match_as_in_the_aws_cli() {
        for (glob, key, matches) in [
            ("*", "a/b\nc", true),
            ("*.gz", "logs/a.gz", true),
            ("*.gz", "logs/a.gz2", false),
            ("a?c", "abc", true),
            ("a?c", "ażc", true),
            ("a?c", "ac", false),
            ("[a-c]1", "b1", true),
            ("[!a-c]1", "b1", false),
            ("[!a-c]1", "d1", true),
            ("[]x]", "]", true),
            ("[c-a]", "b", false),
            ("[a", "[a", true),
            ("x[a[]", "x[", true),
            ("[!c-a]", "b", true),
            ("a.b+c(d)^$|{1}", "a.b+c(d)^$|{1}", true),
            ("a.b", "axb", false),
            ("[^a]", "^", true),
            ("[&&~]", "&", true),
            ("", "", true),
            ("", "a", false),
        ] {
            let regex = Regex::new(&to_regex(glob)).unwrap();
            assert_eq!(regex.is_match(key), matches, "{glob} on {key}");
        }
    }

    #[test]
    fn what_is_hardly_meant_is_told() {
        for (glob, begin) in [
            ("[a", Some("a bracket is never closed")),
            ("[a-c]*[", Some("a bracket is never closed")),
            ("x[c-a]", Some("its set has nothing in it")),
            ("[[]a", None),
            ("[]]?*[!x]", None),
            ("a]", None),
        ] {
            let told = fault(glob);
            assert_eq!(told.is_some(), begin.is_some(), "{glob}: {told:?}");
            assert!(told.unwrap_or_default().starts_with(begin.unwrap_or_default()), "{glob}: {told:?}");
        }
    }

    proptest! {
        #[test]
        fn any_glob_is_a_pattern(glob in "\\PC{0,20}|([a\\[\\]!^&~*?\\\\-]){0,12}") {
            prop_assert!(Regex::new(&to_regex(&glob)).is_ok(), "{glob} became {}", to_regex(&glob));
        }
    }
}
