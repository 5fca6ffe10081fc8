//! The names of aliases as users type them.

use std::fmt;
use std::str::FromStr;

use opsctl_engine::asl::names::{NAME_LIMIT, is_alias};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasName(String);

impl AliasName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AliasName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if is_alias(text) {
            return Ok(AliasName(text.to_owned()));
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("digits alone are a version; v{text} can be an alias"));
        }
        let fixed = |letter: char| {
            if letter.is_ascii_alphanumeric() || "_-.".contains(letter) { letter } else { '-' }
        };
        let near: String = text.trim().chars().map(fixed).take(NAME_LIMIT).collect();
        let near = if is_alias(&near) { format!("; {near} can") } else { String::new() };
        Err(format!(
            "no alias can be called {text:?}: letters, digits, _ - and . make up to {NAME_LIMIT} characters{near}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_name_is_told_with_what_can() {
        assert_eq!("PROD-1.a_b".parse::<AliasName>().unwrap().as_str(), "PROD-1.a_b");
        for (text, part) in [
            ("12", "v12 can"),
            ("a b/c", "; a-b-c can"),
            ("", "no alias"),
            (&"x".repeat(99), &"x".repeat(80)),
        ] {
            let error = text.parse::<AliasName>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
