//! What the text of a column looks like, before anybody says that it is wrong.

/// How a key is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spelling {
    /// Characters that must be encoded: spaces, controls, commas, quotes, and all beyond ASCII.
    pub unencoded: bool,
    /// Characters that are not encoded and do no harm.
    pub loose: bool,
    /// Two hexadecimal digits after a percent sign.
    pub escaped: bool,
    pub plus: bool,
    /// What is decoded has such an escape in it again.
    pub double: bool,
}

impl Spelling {
    pub fn of(text: &[u8]) -> Self {
        let mut spelling = Spelling::default();
        for (at, &byte) in text.iter().enumerate() {
            match CLASSES[usize::from(byte)] {
                Class::Bare => {}
                Class::Unencoded => spelling.unencoded = true,
                Class::Loose => spelling.loose = true,
                Class::Plus => spelling.plus = true,
                Class::Percent => {
                    let rest = text.get(at + 1..).unwrap_or_default();
                    spelling.escaped |= begins_with_hex(rest);
                    spelling.double |=
                        rest.starts_with(b"25") && begins_with_hex(rest.get(2..).unwrap_or_default());
                }
            }
        }
        spelling
    }
}

fn begins_with_hex(text: &[u8]) -> bool {
    matches!(text, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

#[derive(Clone, Copy)]
enum Class {
    Bare,
    Unencoded,
    Loose,
    Plus,
    Percent,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Unencoded; 256];
    let mut byte = 0x21;
    while byte < 0x7f {
        classes[byte] = match byte as u8 {
            b'%' => Class::Percent,
            b'+' => Class::Plus,
            b',' | b'"' => Class::Unencoded,
            b'-' | b'_' | b'.' | b'~' | b'/' | b'*' | b'\'' | b'(' | b')' | b'!' | b':' => Class::Bare,
            letter if letter.is_ascii_alphanumeric() => Class::Bare,
            _ => Class::Loose,
        };
        byte += 1;
    }
    classes
};

/// Whether it could be a version: one word.
pub fn is_version(text: &str) -> bool {
    (1..=1024).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b',' | b'"'))
}

/// Whether it is more likely a version than the rest of a key: ids of S3 are long, and have no slash.
pub fn looks_like_version(text: &[u8]) -> bool {
    let is_of_ids = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text == b"null" || (16..=1024).contains(&text.len()) && text.iter().all(is_of_ids)
}

/// The name in `s3://name`, `s3://name/` and `arn:aws:s3:::name`; else the text itself.
pub fn bare_bucket(text: &str) -> &str {
    if let Some(name) = text.strip_prefix("s3://") {
        return name.strip_suffix('/').unwrap_or(name);
    }
    match text.strip_prefix("arn:").and_then(|rest| rest.split_once(":s3:::")) {
        Some((_, name)) => name,
        None => text,
    }
}
