//! `KEY=VALUE`, as tags and arguments are given.

use std::str::FromStr;

use opsctl_engine::batch::Tag;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub key: String,
    pub value: String,
}

impl Pair {
    pub fn tag(&self) -> Tag {
        Tag { key: self.key.clone(), value: self.value.clone() }
    }
}

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                Ok(Pair { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err("it looks like KEY=VALUE".to_owned()),
        }
    }
}
