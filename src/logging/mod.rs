//! Logs for diagnosis: `tracing` to stderr, filtered by `-v`, `--debug` and `OPSCTL_LOG`, every line redacted.
//! What a user should always see is a status line, never a log.

mod redact;

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::error::{Error, Result};
use crate::output::{LogWriter, Reporter};

/// Starts logging if anything is to be logged. `filter` is `OPSCTL_LOG`.
pub fn start(verbosity: u8, filter: Option<&str>, reporter: &Reporter) -> Result<()> {
    let filter = match (filter, verbosity) {
        (Some(text), _) => text.parse::<EnvFilter>().map_err(|error| {
            Error::usage(format!("OPSCTL_LOG is not a filter: {text}"))
                .because(error)
                .hint("a filter is a level, or MODULE=LEVEL,...: OPSCTL_LOG=opsctl=debug")
        })?,
        (None, 0) => return Ok(()),
        (None, 1) => EnvFilter::new("opsctl=info"),
        (None, 2) => EnvFilter::new("opsctl=debug,aws_smithy_runtime=info"),
        (None, _) => EnvFilter::new("debug,opsctl=trace"),
    };
    let lines = Lines { reporter: reporter.clone() };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_target(verbosity > 1)
        .with_writer(lines)
        .finish();
    // A second start, in a test of the library, keeps the first.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

struct Lines {
    reporter: Reporter,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { text: Vec::new(), log: self.reporter.log() }
    }
}

/// One event: collected, then redacted as a whole, since a secret may be written in pieces.
struct Line {
    text: Vec<u8>,
    log: LogWriter,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.text.is_empty() {
            let text = String::from_utf8_lossy(&self.text);
            // A stderr that cannot be written to has no reader.
            let _ = self.log.write_all(redact::redact(&text).as_bytes());
        }
    }
}
