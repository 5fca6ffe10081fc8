//! What the formats' tests share: a writer that can be read, and the model they show.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// A writer whose bytes can be looked at afterwards.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Written {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
