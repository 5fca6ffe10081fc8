//! The clock of alarms and metrics: that of this machine, some time ahead or behind. How far is on disk.

use crate::sandbox::shelf::Shelf;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

const NAME: &str = "clock";

pub struct Clock {
    shelf: Shelf,
    /// Ahead of this machine's.
    offset: Mutex<SignedDuration>,
}

impl Clock {
    pub fn open(folder: &Path) -> Self {
        let shelf = Shelf::new(folder.join(NAME));
        let milliseconds = shelf.all::<i64>().first().copied().unwrap_or_default();
        Clock { shelf, offset: Mutex::new(SignedDuration::from_millis(milliseconds)) }
    }

    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.offset()).unwrap_or(now)
    }

    /// As `opsctl sandbox clock` shows it.
    pub fn describe(&self) -> Value {
        let milliseconds = i64::try_from(self.offset().as_millis()).unwrap_or_default();
        json!({ "Now": format!("{:.3}", self.now()), "OffsetMs": milliseconds })
    }

    /// How far it is ahead.
    pub fn offset(&self) -> SignedDuration {
        *self.held()
    }

    pub fn set(&self, offset: SignedDuration) {
        *self.held() = offset;
        match i64::try_from(offset.as_millis()) {
            Ok(0) | Err(_) => self.shelf.remove(NAME),
            Ok(milliseconds) => self.shelf.keep(NAME, &milliseconds),
        }
    }

    fn held(&self) -> MutexGuard<'_, SignedDuration> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
