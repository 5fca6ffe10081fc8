//! The words of a command as one line that the shell of a node reads back as just these words.

use std::ffi::OsString;

use crate::error::{Error, Result};

/// Words that a shell takes for its own where a command's name would be.
const RESERVED: &[&str] = &[
    "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then",
    "time", "until", "while",
];

/// The words as text; all that cannot be sent are named at once.
pub fn words(words: &[OsString]) -> Result<Vec<String>> {
    let is_text = |word: &&OsString| word.to_str().is_some();
    let bad: Vec<String> = words
        .iter()
        .filter(|word| !is_text(word))
        .map(|word| format!("{:?}", word.to_string_lossy()))
        .collect();
    if !bad.is_empty() {
        return Err(Error::usage(format!(
            "not UTF-8, and so nothing that AWS passes on: {}",
            bad.join(", ")
        ))
        .hint("send such bytes encoded, and decode them in the command")
        .into());
    }
    Ok(words.iter().filter_map(|word| word.to_str()).map(str::to_owned).collect())
}

/// For a POSIX shell.
pub fn posix(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// For PowerShell, whose quoting is not attempted: one word is a line already.
pub fn windows(words: &[String], label: &str) -> Result<String> {
    match words {
        [line] => Ok(line.clone()),
        _ => Err(Error::usage(format!("{label} runs Windows, where arguments are not quoted for you"))
            .hint("give the whole PowerShell line as one argument: -- 'Get-Service | Select -First 3'")
            .into()),
    }
}

/// AWS takes two braces in a row for a parameter of the document: they are parted by the end of a quote and the
/// beginning of another.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !RESERVED.contains(&word) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    let mut last = ' ';
    for c in word.chars() {
        match c {
            '\'' => quoted.push_str(r"'\''"),
            '{' if last == '{' => quoted.push_str("''{"),
            c => quoted.push(c),
        }
        last = c;
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn what_needs_quotes_gets_them() {
        for (word, expected) in [
            ("ls", "ls"),
            ("--color=never", "'--color=never'"),
            ("/usr/bin/env", "/usr/bin/env"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$HOME `x` \"y\"", "'$HOME `x` \"y\"'"),
            ("a\nb", "'a\nb'"),
            ("~", "'~'"),
            ("X=1", "'X=1'"),
            ("if", "'if'"),
            ("größe", "'größe'"),
            ("{{x}}", "'{''{x}}'"),
            ("{{{{", "'{''{''{''{'"),
            ("{'{", r"'{'\''{'"),
        ] {
            assert_eq!(quoted(word), expected, "{word}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_all_at_once() {
        let bad = |byte| OsString::from_vec(vec![b'x', byte]);
        let error = words(&["ok".into(), bad(0xff), bad(0xfe)]).unwrap_err().to_string();
        assert_eq!(error.matches('x').count(), 2, "{error}");
        assert!(windows(&["a".into(), "b".into()], "win-1").is_err());
    }

    proptest! {
        #[test]
        fn a_shell_reads_back_the_words(words in prop::collection::vec("[ -~\n\t\u{e9}\u{1f600}{}']{0,12}", 1..6)) {
            let line = posix(&words);
            prop_assert!(!line.contains("{{"), "{line}");
            prop_assert_eq!(shlex::split(&line), Some(words));
        }
    }
}
