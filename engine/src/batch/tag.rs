//! Tags, of jobs and of objects: their limits are the same but for their number.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::document::Slot;

/// Tags a job can have.
pub const JOB_TAGS: usize = 50;
/// Tags an object can have.
pub const OBJECT_TAGS: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// A list of at most `most` tags with different keys.
pub(super) fn tags(slot: &Slot<'_, '_>, most: usize) -> Option<Vec<Tag>> {
    let items = slot.items()?;
    if items.len() > most {
        slot.fault(format!("has {} tags; at most {most} are allowed", items.len()));
    }
    let mut keys = BTreeSet::new();
    let read = |item: Slot<'_, '_>| {
        let fields = item.fields()?;
        let key = fields.need("Key");
        let tag = Tag {
            key: key.text_where(1..=128, ALLOWED, is_tag_text).unwrap_or_default(),
            value: fields.need("Value").text_where(0..=256, ALLOWED, is_tag_text).unwrap_or_default(),
        };
        fields.finish();
        if tag.key.starts_with("aws:") {
            key.fault(format!("`{}` begins with aws:, which is reserved", tag.key));
        }
        if !tag.key.is_empty() && !keys.insert(tag.key.clone()) {
            key.fault(format!("`{}` is given twice", tag.key));
        }
        Some(tag)
    };
    Some(items.into_iter().filter_map(read).collect())
}

const ALLOWED: &str = "made of letters, digits, spaces and _ . : / = + - @ alone";

fn is_tag_text(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
}
