//! Logs for diagnosis: `tracing` to stderr, filtered by `-v`, `--debug` and `--log`, or into a file; every line
//! redacted. What a user should always see is a status line, never a log.

mod file;
mod redact;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use self::file::LogFile;
use crate::cli::LogFormat;
use crate::error::{Error, Result};
use crate::output::{Reporter, escape};

pub use redact::redact;

/// What is asked for besides `-v` and `--debug`.
pub struct LogSettings<'a> {
    /// Of `--log` or `OPSCTL_LOG`: what is logged, instead of what `-v` chooses.
    pub filter: Option<&'a str>,
    /// The log goes there, and stderr stays as it is without.
    pub file: Option<&'a Path>,
    pub format: LogFormat,
}

/// Starts logging if anything is to be logged.
pub fn start(settings: &LogSettings<'_>, reporter: &Reporter) -> Result<()> {
    let asked = settings.filter.map(filter).transpose()?;
    let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = Vec::new();
    let (for_stderr, for_file) = if settings.file.is_some() { (None, asked) } else { (asked, None) };
    if let Some(filter) = stderr_filter(for_stderr, reporter) {
        // For people who follow along: times and modules are for those who trace.
        let plain = settings.filter.is_none() && reporter.settings().verbosity < 3;
        let sink = Sink { to: To::Stderr(reporter.clone()), format: settings.format };
        layers.push(layer(sink, plain, filter));
    }
    if let Some(path) = settings.file {
        let filter = for_file.unwrap_or_else(|| EnvFilter::new("debug"));
        let file = LogFile::open(path, reporter.clone())?;
        let sink = Sink { to: To::File(Arc::new(file)), format: settings.format };
        layers.push(layer(sink, false, filter));
    }
    if !layers.is_empty() {
        // A second start, in a test of the library, keeps the first.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layers));
    }
    Ok(())
}

/// What `--log` takes.
pub fn filter(text: &str) -> Result<EnvFilter> {
    Ok(text.parse().map_err(|error: tracing_subscriber::filter::ParseError| {
        Error::usage(format!("{text:?} is not a filter for the log (--log or OPSCTL_LOG)"))
            .because(error)
            .hint("a filter is a level, or MODULE=LEVEL,...: --log opsctl=debug")
    })?)
}

/// Quiet means errors only, whatever else is asked for.
fn stderr_filter(asked: Option<EnvFilter>, reporter: &Reporter) -> Option<EnvFilter> {
    if reporter.settings().quiet {
        return None;
    }
    asked.or_else(|| match reporter.settings().verbosity {
        0 => None,
        1 => Some(EnvFilter::new("opsctl=info")),
        2 => Some(EnvFilter::new("opsctl=debug")),
        _ => Some(EnvFilter::new("debug,opsctl=trace")),
    })
}

fn layer(sink: Sink, plain: bool, filter: EnvFilter) -> Box<dyn Layer<Registry> + Send + Sync> {
    let format = sink.format;
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(sink);
    match (format, plain) {
        (LogFormat::Json, _) => lines.json().flatten_event(true).with_filter(filter).boxed(),
        (LogFormat::Text, true) => {
            lines.without_time().with_level(false).with_target(false).with_filter(filter).boxed()
        }
        (LogFormat::Text, false) => lines.with_filter(filter).boxed(),
    }
}

/// Where lines go, and what they look like.
#[derive(Clone)]
struct Sink {
    to: To,
    format: LogFormat,
}

#[derive(Clone)]
enum To {
    Stderr(Reporter),
    File(Arc<LogFile>),
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { text: Vec::new(), sink: self.clone() }
    }
}

/// One event: collected, then redacted as a whole, since a secret may be written in pieces.
struct Line {
    text: Vec<u8>,
    sink: Sink,
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
        if self.text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&self.text);
        let redacted = redact(text.trim_end_matches('\n'));
        // Names and answers come from outside; JSON has escaped them already.
        let line = match self.sink.format {
            LogFormat::Text => format!("{}\n", escape(&redacted)),
            LogFormat::Json => format!("{redacted}\n"),
        };
        match &self.sink.to {
            // A stderr that cannot be written to has no reader.
            To::Stderr(reporter) => drop(reporter.log().write_all(line.as_bytes())),
            To::File(file) => file.write(line.as_bytes()),
        }
    }
}
