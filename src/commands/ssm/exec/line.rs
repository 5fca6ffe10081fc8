//! The words of a command as text that a session can carry, and as the line of a Windows node.

use std::ffi::OsString;

use crate::error::{Error, Result};

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

/// For PowerShell, whose quoting is not attempted: one word is a line already.
pub fn windows(words: &[String], label: &str) -> Result<String> {
    match words {
        [line] => Ok(line.clone()),
        _ => Err(Error::usage(format!("{label} runs Windows, where arguments are not quoted for you"))
            .hint("give the whole PowerShell line as one argument: -- 'Get-Service | Select -First 3'")
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn what_is_no_text_is_refused_all_at_once() {
        let bad = |byte| OsString::from_vec(vec![b'x', byte]);
        let error = words(&["ok".into(), bad(0xff), bad(0xfe)]).unwrap_err().to_string();
        assert_eq!(error.matches('x').count(), 2, "{error}");
        assert!(windows(&["a".into(), "b".into()], "win-1").is_err());
    }
}
