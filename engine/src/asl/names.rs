//! Names that users give: of machines, executions, activities and aliases. The rules are those of the service's guide;
//! lengths are counted in characters.

/// Characters a name may have at most.
pub const NAME_LIMIT: usize = 80;

/// Whether the service takes such a character in a name.
pub fn is_allowed(letter: char) -> bool {
    !letter.is_whitespace()
        && !letter.is_control()
        && !"<>{}[]?*\"#%\\^|~`$&,;:/".contains(letter)
        && !matches!(letter, '\u{fffe}' | '\u{ffff}' | '\u{10ffff}')
}

/// Whether a machine, an execution or an activity can have this name.
pub fn is_name(text: &str) -> bool {
    (1..=NAME_LIMIT).contains(&text.chars().count()) && text.chars().all(is_allowed)
}

/// Whether an alias can have this name: letters, digits, `_`, `-` and `.`, and not digits alone, which are versions.
pub fn is_alias(text: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=NAME_LIMIT).contains(&text.len())
        && text.bytes().all(is_fine)
        && text.bytes().any(|byte| !byte.is_ascii_digit())
}

/// The nearest name that is allowed, or nothing where none is left.
pub fn corrected(text: &str) -> Option<String> {
    let fixed = |letter: char| if is_allowed(letter) { letter } else { '-' };
    let name: String = text.trim().chars().map(fixed).take(NAME_LIMIT).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_or_corrected() {
        for (text, expected) in [
            ("pay", Some("pay")),
            ("größe.v1-2_3+4@x=(y)!'", Some("größe.v1-2_3+4@x=(y)!'")),
            ("a b", Some("a-b")),
            (" a/b:c ", Some("a-b-c")),
            ("a\u{7}b\u{85}c", Some("a-b-c")),
            ("", None),
        ] {
            assert_eq!(corrected(text).as_deref(), expected, "{text:?}");
            assert_eq!(is_name(text), expected == Some(text), "{text:?}");
        }
        for letter in "\"#$%,<\\]^`|>{}[?*~&;:/ \t".chars() {
            assert!(!is_name(&format!("a{letter}b")), "{letter:?}");
        }
        assert!(is_name(&"é".repeat(80)) && !is_name(&"é".repeat(81)));
        assert_eq!(corrected(&"a".repeat(99)).unwrap().len(), 80);
    }

    #[test]
    fn aliases_are_no_versions() {
        for (text, expected) in [
            ("PROD", true),
            ("v1", true),
            ("1.0", true),
            ("12", false),
            ("", false),
            ("é", false),
            ("a b", false),
        ] {
            assert_eq!(is_alias(text), expected, "{text:?}");
        }
    }
}
