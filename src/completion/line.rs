//! A command line as its shell reads it: words, quotes, and the part of the last word that the shell replaces. Nothing
//! is expanded or run.

use std::ffi::OsString;

/// How a shell quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Backslashes escape.
    Bash,
    /// Backticks escape, and a quote that is doubled inside quotes stands for itself.
    PowerShell,
}

impl Syntax {
    fn escape(self) -> char {
        match self {
            Syntax::Bash => '\\',
            Syntax::PowerShell => '`',
        }
    }

    /// What an escape takes its meaning from inside double quotes.
    fn is_special_in_double(self, character: char) -> bool {
        self == Syntax::PowerShell || matches!(character, '"' | '\\' | '$' | '`')
    }
}

/// The line up to the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Without their quotes, the program first; the last is being typed.
    pub words: Vec<OsString>,
    /// The beginning of the last word that the shell leaves where it is.
    pub kept: String,
    /// The quote that is open after that beginning.
    pub quote: Option<char>,
}

impl Line {
    /// `replaced` is the end of the line that the shell is going to replace, quotes and all.
    pub fn split(text: &str, replaced: &str, syntax: Syntax) -> Self {
        let (mut words, _) = read(text, syntax);
        while words.len() > 1 && words.first().is_some_and(|(_, word)| is_assignment(word)) {
            words.remove(0);
        }
        let start = words.last().map_or(text.len(), |(start, _)| *start);
        let last = text.get(start..).unwrap_or_default();
        let (mut kept, quote) = read(last.strip_suffix(replaced).unwrap_or_default(), syntax);
        Line {
            words: words.into_iter().map(|(_, word)| word.into()).collect(),
            kept: kept.pop().map(|(_, word)| word).unwrap_or_default(),
            quote,
        }
    }

    /// Words that a shell has separated. None is not a line: the program is a word too.
    pub fn of_words(mut words: Vec<OsString>) -> Option<Self> {
        let last = words.pop()?;
        // Some shells give what is typed as it stands there.
        let last = match last.into_string() {
            Ok(text) => read(&text, Syntax::Bash).0.pop().map(|(_, word)| word).unwrap_or_default().into(),
            Err(bytes) => bytes,
        };
        words.push(last);
        (words.len() > 1).then_some(Line { words, kept: String::new(), quote: None })
    }
}

/// The words with the places where they begin, the last one always being typed, and the quote that is open.
fn read(text: &str, syntax: Syntax) -> (Vec<(usize, String)>, Option<char>) {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut quote = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if quote.is_none() && character.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let (_, word) = word.get_or_insert_with(|| (at, String::new()));
        let next = characters.peek().map(|(_, next)| *next);
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (None, escape) if escape == syntax.escape() => {
                word.extend(characters.next().map(|(_, next)| next))
            }
            (Some(open), _) if character == open => {
                if syntax == Syntax::PowerShell && next == Some(open) {
                    characters.next();
                    word.push(open);
                } else {
                    quote = None;
                }
            }
            (Some('"'), escape)
                if escape == syntax.escape()
                    && next.is_some_and(|next| syntax.is_special_in_double(next)) =>
            {
                word.extend(characters.next().map(|(_, next)| next));
            }
            _ => word.push(character),
        }
    }
    words.push(word.unwrap_or((text.len(), String::new())));
    (words, quote)
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(words: &[&str], kept: &str, quote: Option<char>) -> Line {
        Line { words: words.iter().map(OsString::from).collect(), kept: kept.into(), quote }
    }

    #[test]
    fn a_line_of_bash() {
        for (case, text, replaced, expected) in [
            ("a word", "opsctl ssm con", "con", line(&["opsctl", "ssm", "con"], "", None)),
            ("a new word", "opsctl ssm ", "", line(&["opsctl", "ssm", ""], "", None)),
            ("after =", "opsctl --profile=pr", "pr", line(&["opsctl", "--profile=pr"], "--profile=", None)),
            ("at =", "opsctl --profile=", "", line(&["opsctl", "--profile="], "--profile=", None)),
            ("after :", "opsctl x web:1", "1", line(&["opsctl", "x", "web:1"], "web:", None)),
            ("an open quote", "opsctl 'web 1", "web 1", line(&["opsctl", "web 1"], "", Some('\''))),
            ("a quote after =", "opsctl --a=\"b c", "b c", line(&["opsctl", "--a=b c"], "--a=", Some('"'))),
            ("a closed quote", "opsctl 'web 1'", "'web 1'", line(&["opsctl", "web 1"], "", None)),
            ("an escape", "opsctl web\\ 1", "web\\ 1", line(&["opsctl", "web 1"], "", None)),
            ("an escape at the end", "opsctl web\\", "web\\", line(&["opsctl", "web"], "", None)),
            ("quoted before", "opsctl --r 'a \"b' c", "c", line(&["opsctl", "--r", "a \"b", "c"], "", None)),
            ("escapes in quotes", r#"opsctl "a\"\x" c"#, "c", line(&["opsctl", "a\"\\x", "c"], "", None)),
            ("nothing is expanded", "opsctl $(x) `y", "`y", line(&["opsctl", "$(x)", "`y"], "", None)),
            ("an assignment", "A=1 B_2= opsctl s", "s", line(&["opsctl", "s"], "", None)),
            ("another suffix", "opsctl web", "else", line(&["opsctl", "web"], "", None)),
            ("nothing", "", "", line(&[""], "", None)),
        ] {
            assert_eq!(Line::split(text, replaced, Syntax::Bash), expected, "{case}");
        }
    }

    #[test]
    fn a_line_of_powershell() {
        for (case, text, replaced, expected) in [
            ("a path", r"C:\x\opsctl ssm l", "l", line(&[r"C:\x\opsctl", "ssm", "l"], "", None)),
            ("a backtick", "opsctl web` 1", "web` 1", line(&["opsctl", "web 1"], "", None)),
            ("a doubled quote", "opsctl 'a''b' c", "c", line(&["opsctl", "a'b", "c"], "", None)),
            ("a list", "opsctl --columns id,na", "na", line(&["opsctl", "--columns", "id,na"], "id,", None)),
        ] {
            assert_eq!(Line::split(text, replaced, Syntax::PowerShell), expected, "{case}");
        }
    }

    #[test]
    fn the_word_that_is_typed_loses_its_quotes() {
        let words = |words: &[&str]| Line::of_words(words.iter().map(OsString::from).collect());
        assert_eq!(
            words(&["opsctl", "--r", "'a", "\"we b"]),
            Some(line(&["opsctl", "--r", "'a", "we b"], "", None))
        );
        assert_eq!(words(&["opsctl", ""]), Some(line(&["opsctl", ""], "", None)));
        assert_eq!((words(&["opsctl"]), words(&[])), (None, None));
    }

    proptest! {
        #[test]
        fn every_line_has_a_last_word(text in "[a-c '\"\\\\`=:é]{0,24}", cut in 0usize..24) {
            let replaced = text.get(cut..).unwrap_or_default();
            for syntax in [Syntax::Bash, Syntax::PowerShell] {
                let line = Line::split(&text, replaced, syntax);
                let last = line.words.last().unwrap().to_str().unwrap();
                prop_assert!(last.starts_with(&line.kept) || text.ends_with(syntax.escape()) || !line.kept.is_empty());
                prop_assert!(!line.words.is_empty());
            }
        }
    }
}
