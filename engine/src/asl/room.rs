//! How much the values of one field may come to. Payloads have their limit once they are made; this keeps a field that
//! takes the same value many times from filling the memory before that.

use serde_json::Value;

use super::failure::{DATA_LIMIT_EXCEEDED, Failure};

/// Bytes that the expressions of one field may give together, roughly. Far above what any payload may have.
const MOST: usize = 16 * 1024 * 1024;
/// What a value takes beside its text.
const OWN: usize = 8;

/// Bytes that are left.
pub struct Room(usize);

/// There is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Default for Room {
    fn default() -> Self {
        Room(MOST)
    }
}

impl Room {
    /// Gives room to a value that is about to be made or copied.
    pub fn take(&mut self, value: &Value) -> Result<(), Full> {
        self.take_bytes(OWN)?;
        match value {
            Value::String(text) => self.take_bytes(text.len()),
            Value::Array(items) => items.iter().try_for_each(|item| self.take(item)),
            Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
                self.take_bytes(name.len())?;
                self.take(field)
            }),
            _ => Ok(()),
        }
    }

    /// Gives room to a text.
    pub fn take_text(&mut self, text: &str) -> Result<(), Full> {
        self.take_bytes(OWN)?;
        self.take_bytes(text.len())
    }

    fn take_bytes(&mut self, bytes: usize) -> Result<(), Full> {
        match self.0.checked_sub(bytes) {
            Some(left) => self.0 = left,
            // Nothing fits any longer, however small.
            None => {
                self.0 = 0;
                return Err(Full);
            }
        }
        Ok(())
    }
}

impl From<Full> for Failure {
    fn from(Full: Full) -> Self {
        let cause = format!("The values of the field are larger than {MOST} bytes together.");
        Failure::new(DATA_LIMIT_EXCEEDED, cause)
    }
}
