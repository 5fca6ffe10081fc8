//! The one place bytes leave through stdout. A reader that went away (EPIPE) closes it quietly: later writes are
//! dropped and [`Sink::closed`] says so. Every other failure is an error.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Kind, Result};

/// A shared handle to stdout; clones write to the same stream.
#[derive(Clone)]
pub(super) struct Sink {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Mutex<BufWriter<Box<dyn Write + Send>>>,
    closed: AtomicBool,
}

impl Sink {
    pub(super) fn new(writer: impl Write + Send + 'static) -> Self {
        let writer = BufWriter::with_capacity(64 * 1024, Box::new(writer) as Box<dyn Write + Send>);
        Sink { shared: Arc::new(Shared { writer: Mutex::new(writer), closed: AtomicBool::new(false) }) }
    }

    pub(super) fn closed(&self) -> bool {
        self.shared.closed.load(Ordering::Relaxed)
    }

    /// `Break` when nobody reads any more.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        if self.closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Buffered; [`Sink::finish`] ends a record or a document.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<()> {
        self.with(|writer| writer.write_all(bytes)).map_err(|error| write_error(error).into())
    }

    /// Hands everything written so far to the reader.
    pub(super) fn finish(&self) -> Result<()> {
        self.with(Write::flush).map_err(|error| write_error(error).into())
    }

    fn with(
        &self,
        write: impl FnOnce(&mut BufWriter<Box<dyn Write + Send>>) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.closed() {
            return Ok(());
        }
        let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        match write(&mut writer) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.shared.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            result => result,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|writer| writer.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Write::flush)
    }
}

/// Serialisers report a model they cannot write as invalid data; that is our mistake, not stdout's.
pub(super) fn write_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData => Error::new(Kind::Bug, "cannot serialise an answer").because(error),
        _ => Error::failed("cannot write to stdout").because(error),
    }
}

/// Session bytes to stdout, as they are.
#[derive(Clone)]
pub struct RawOutput {
    sink: Sink,
}

impl RawOutput {
    pub(super) fn new(sink: Sink) -> Self {
        RawOutput { sink }
    }

    /// Writes and flushes. `Break` when stdout was closed, which is no error.
    pub fn write(&self, bytes: &[u8]) -> Result<ControlFlow<()>> {
        self.sink.put(bytes)?;
        self.sink.finish()?;
        Ok(self.sink.flow())
    }
}
