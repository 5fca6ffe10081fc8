//! Documents that people write for an API, held as JSON values: read so that every fault is found in one run, each with
//! the path that leads to it. Knows no API: what a document must say is said by who reads it.

mod fault;
mod read;

use serde_json::Value;

pub use fault::Fault;
pub(crate) use read::{Fields, Reader, Slot};

/// Leaves out what is absent, in objects at every depth.
pub fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
