//! Which tags an object may have.

use super::errors;
use super::version::Tag;
use crate::sandbox::services::ServiceError;

const MOST: usize = 10;

pub fn check(tags: &[Tag]) -> Result<(), ServiceError> {
    if tags.len() > MOST {
        return Err(ServiceError::new("BadRequest", "Object tags cannot be greater than 10"));
    }
    for (index, tag) in tags.iter().enumerate() {
        if tag.key.is_empty() || tag.key.chars().count() > 128 {
            return Err(errors::invalid_tag("The TagKey you have provided is invalid"));
        }
        if tag.value.chars().count() > 256 {
            return Err(errors::invalid_tag("The TagValue you have provided is invalid"));
        }
        if tag.key.starts_with("aws:") {
            return Err(errors::invalid_tag("System tags cannot be added/updated by requester"));
        }
        let allowed = |letter: char| letter.is_alphanumeric() || letter == ' ' || "_.:/=+-@".contains(letter);
        if !tag.key.chars().all(allowed) {
            return Err(errors::invalid_tag("The TagKey you have provided is invalid"));
        }
        if !tag.value.chars().all(allowed) {
            return Err(errors::invalid_tag("The TagValue you have provided is invalid"));
        }
        if tags.iter().take(index).any(|other| other.key == tag.key) {
            return Err(errors::invalid_tag("Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_held_against_the_rules_of_s3() {
        let tag = |key: &str, value: &str| Tag { key: key.into(), value: value.into() };
        let many = |count| (0..count).map(|n| tag(&format!("k{n}"), "")).collect::<Vec<_>>();
        for (case, tags, code) in [
            ("none", vec![], None),
            ("ten", many(10), None),
            ("eleven", many(11), Some("BadRequest")),
            ("every letter", vec![tag("żółć 1", "a_.:/=+-@b"), tag("empty", "")], None),
            ("no key", vec![tag("", "x")], Some("InvalidTag")),
            ("a long key", vec![tag(&"k".repeat(129), "x")], Some("InvalidTag")),
            ("a long value", vec![tag("k", &"v".repeat(257))], Some("InvalidTag")),
            ("AWS's own", vec![tag("aws:x", "x")], Some("InvalidTag")),
            ("a letter that is none", vec![tag("k", "a;b")], Some("InvalidTag")),
            ("twice", vec![tag("k", "1"), tag("k", "2")], Some("InvalidTag")),
        ] {
            assert_eq!(check(&tags).err().map(|error| error.code.into_owned()).as_deref(), code, "{case}");
        }
    }
}
