//! Quoting of values for the shells that put a candidate into the line as it is. What cannot be said there is left out:
//! no value may become anything but one word.

/// `text` as bash reads it back, inside the quote that is open.
pub fn bash(text: &str, quote: Option<char>) -> Option<String> {
    Some(match quote {
        Some('\'') => text.replace('\'', r"'\''"),
        // History is expanded inside double quotes, and nothing there stops it.
        Some(_) if text.contains('!') => return None,
        Some(_) => escaped(text, '\\', |character| matches!(character, '"' | '\\' | '$' | '`')),
        None => escaped(text, '\\', |character| {
            character.is_ascii() && !character.is_ascii_alphanumeric() && !"_-./:=,@%+".contains(character)
        }),
    })
}

/// `text` as PowerShell reads it back, inside the quote that is open.
pub fn powershell(text: &str, quote: Option<char>) -> Option<String> {
    // It takes the typographic quotes for quotes.
    if text.contains(|character| matches!(character, '\u{2018}'..='\u{201f}')) {
        return None;
    }
    let plain = |character: char| character.is_alphanumeric() || r"_-./\:=+".contains(character);
    Some(match quote {
        Some('\'') => text.replace('\'', "''"),
        Some(_) => escaped(text, '`', |character| matches!(character, '"' | '$' | '`')),
        None if text.chars().all(plain) => text.to_owned(),
        None => format!("'{}'", text.replace('\'', "''")),
    })
}

fn escaped(text: &str, escape: char, is_special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_special(character) {
            escaped.push(escape);
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bash_would_read_otherwise_is_quoted() {
        for (text, none, single, double) in [
            ("web-1", Some("web-1"), Some("web-1"), Some("web-1")),
            ("a b", Some("a\\ b"), Some("a b"), Some("a b")),
            ("$(touch x)", Some("\\$\\(touch\\ x\\)"), Some("$(touch x)"), Some("\\$(touch x)")),
            ("a'b\"c", Some("a\\'b\\\"c"), Some("a'\\''b\"c"), Some("a'b\\\"c")),
            ("a!b", Some("a\\!b"), Some("a!b"), None),
            ("~x*?", Some("\\~x\\*\\?"), Some("~x*?"), Some("~x*?")),
            ("größe", Some("größe"), Some("größe"), Some("größe")),
        ] {
            let quoted = [None, Some('\''), Some('"')].map(|quote| bash(text, quote));
            assert_eq!(quoted.each_ref().map(Option::as_deref), [none, single, double], "{text}");
        }
    }

    #[test]
    fn what_powershell_would_read_otherwise_is_quoted() {
        for (text, expected) in [
            ("web-1", Some("web-1")),
            ("a b", Some("'a b'")),
            ("$(touch x)", Some("'$(touch x)'")),
            ("it's", Some("'it''s'")),
            ("a,b", Some("'a,b'")),
            ("a\u{2019}b", None),
        ] {
            assert_eq!(powershell(text, None).as_deref(), expected, "{text}");
        }
        assert_eq!(powershell("a'$b", Some('\'')).as_deref(), Some("a''$b"));
        assert_eq!(powershell("a'$b", Some('"')).as_deref(), Some("a'`$b"));
    }
}
