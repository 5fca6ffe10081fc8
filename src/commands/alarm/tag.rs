//! `KEY=VALUE`, a tag that is asked for or given.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    key: String,
    value: String,
}

impl FromStr for Tag {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(Tag { key: key.to_owned(), value: value.to_owned() }),
            _ => Err("a tag is KEY=VALUE"),
        }
    }
}

impl Tag {
    /// As the calls take it.
    pub fn value(&self) -> Value {
        json!({ "Key": self.key, "Value": self.value })
    }

    pub fn is_among(&self, tags: &BTreeMap<String, String>) -> bool {
        tags.get(&self.key) == Some(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_a_key_and_a_value() {
        let tags =
            BTreeMap::from([("team".to_owned(), "a=b".to_owned()), ("empty".to_owned(), String::new())]);
        for (text, expected) in [("team=a=b", true), ("team=a", false), ("empty=", true), ("other=x", false)]
        {
            assert_eq!(text.parse::<Tag>().unwrap().is_among(&tags), expected, "{text}");
        }
        for text in ["team", "=x", ""] {
            assert!(text.parse::<Tag>().is_err(), "{text}");
        }
    }
}
