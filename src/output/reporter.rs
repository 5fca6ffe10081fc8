//! [`Reporter`]: the owner of stderr. Status, warnings, hints, errors, logs and progress go through it, so that
//! none tears another, `--quiet` holds, and lines end rightly while a session has the terminal in raw mode.
//! A stderr that cannot be written to is nobody's error.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anstyle::Style;
use indicatif::{MultiProgress, ProgressDrawTarget};
use opsctl_engine::asl::graph::Line;

use super::drawing::painted;
use super::escape::{escape, escape_lines};
use super::failure::{self, Failure, Place};
use super::progress::Progress;
use super::settings::{Format, Stream};
use crate::error::Report;

#[derive(Debug, Clone, Copy)]
pub struct ReporterSettings {
    /// Errors only.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbosity: u8,
    /// Neither `--no-progress` nor a CI system says otherwise.
    pub progress: bool,
    pub stderr: Stream,
    /// The format of the answer; errors are JSON when it is.
    pub format: Format,
}

/// Writes to stderr. Clones share the stream.
#[derive(Clone)]
pub struct Reporter {
    shared: Arc<Shared>,
    /// Before what happens: where it does.
    place: Option<Arc<str>>,
}

/// The columns and lines that a terminal has at the moment, where they can be told.
type Size = fn() -> Option<(usize, usize)>;

struct Shared {
    settings: ReporterSettings,
    /// Of a terminal.
    size: Option<Size>,
    writer: Mutex<Box<dyn Write + Send>>,
    bars: MultiProgress,
    /// Where bars are drawn; nowhere when progress is off.
    target: Option<Target>,
    /// How many hold the terminal in raw mode.
    raw: AtomicUsize,
}

type Target = Box<dyn Fn() -> ProgressDrawTarget + Send + Sync>;

impl Reporter {
    /// The real stderr.
    pub fn stderr(settings: ReporterSettings) -> Self {
        Reporter::sized(io::stderr(), settings, ProgressDrawTarget::stderr, Some(size_of_stderr))
    }

    /// Any other writer; bars are not drawn to it.
    pub fn to(writer: impl Write + Send + 'static, settings: ReporterSettings) -> Self {
        Reporter::new(writer, settings, ProgressDrawTarget::hidden)
    }

    pub(super) fn new(
        writer: impl Write + Send + 'static,
        settings: ReporterSettings,
        target: impl Fn() -> ProgressDrawTarget + Send + Sync + 'static,
    ) -> Self {
        Reporter::sized(writer, settings, target, None)
    }

    fn sized(
        writer: impl Write + Send + 'static,
        settings: ReporterSettings,
        target: impl Fn() -> ProgressDrawTarget + Send + Sync + 'static,
        size: Option<Size>,
    ) -> Self {
        let drawn =
            settings.progress && settings.stderr.terminal && !settings.quiet && settings.verbosity == 0;
        let target = drawn.then(|| Box::new(target) as Target);
        let drawing = target.as_ref().map_or_else(ProgressDrawTarget::hidden, |target| target());
        let shared = Shared {
            settings,
            size,
            writer: Mutex::new(Box::new(writer)),
            bars: MultiProgress::with_draw_target(drawing),
            target,
            raw: AtomicUsize::new(0),
        };
        Reporter { shared: Arc::new(shared), place: None }
    }

    /// The same stream for what happens in one of several places. No bars: they would be as many.
    #[must_use]
    pub fn at(&self, place: &str) -> Self {
        Reporter { place: Some(place.into()), ..self.clone() }
    }

    /// A drawing, for people who look on; it fits their terminal.
    pub fn drawing(&self, lines: &[Line]) {
        if !self.settings().quiet {
            self.write(&painted(lines, self.settings().stderr.color));
        }
    }

    /// What happens, for somebody who waits.
    pub fn status(&self, message: impl Display) {
        if !self.settings().quiet {
            self.line("", Style::new(), &message);
        }
    }

    pub fn warn(&self, message: impl Display) {
        if !self.settings().quiet {
            self.line("warning: ", failure::WARNING, &message);
        }
    }

    /// A command that can be pasted, after a status or a warning.
    pub fn hint(&self, message: impl Display) {
        if !self.settings().quiet {
            self.line("hint: ", failure::HINT, &message);
        }
    }

    /// What is of interest with `-v` (level 1), `-vv` (level 2).
    pub fn verbose(&self, level: u8, message: impl Display) {
        if !self.settings().quiet && self.settings().verbosity >= level {
            self.line("", Style::new(), &message);
        }
    }

    /// Always shown: one JSON object with the JSON formats, lines for people otherwise.
    pub fn error(&self, report: &Report, place: &Place) {
        if self.settings().format.is_json()
            && let Ok(object) = serde_json::to_string(&Failure::new(report, place))
        {
            self.write(&format!("{object}\n"));
        } else {
            self.write(&failure::describe(report, self.settings().stderr.color));
        }
    }

    /// What clap says about a line it does not understand, as it is.
    pub fn usage(&self, text: &clap::builder::StyledStr) {
        let color = self.settings().stderr.color;
        self.write(&if color { text.ansi().to_string() } else { text.to_string() });
    }

    /// What a program somewhere else has printed to its stderr: data, shown with `--quiet` too. On a terminal it moves
    /// nothing.
    pub fn transcript(&self, text: &str) {
        self.write(&if self.settings().stderr.terminal { escape_lines(text) } else { text.into() });
    }

    /// Writes something else while the bars are out of its way.
    pub(super) fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        self.shared.bars.suspend(write)
    }

    /// A wait of `total` steps, or of unknown length. Drawn on a terminal; else a plain line each minute.
    pub fn progress(&self, label: impl Into<String>, total: Option<u64>) -> Progress {
        Progress::new(self.clone(), label.into(), total)
    }

    /// While the guard lives the terminal is in raw mode: no bars, and lines begin and end with a carriage return.
    #[must_use]
    pub fn raw_mode(&self) -> RawMode {
        if self.shared.raw.fetch_add(1, Ordering::Relaxed) == 0 {
            // What cannot be cleared was not drawn.
            let _ = self.shared.bars.clear();
            self.shared.bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        RawMode { reporter: self.clone() }
    }

    /// For `tracing`, and for the stderr of a remote program: bytes, as they are.
    pub fn log(&self) -> LogWriter {
        LogWriter { reporter: self.clone() }
    }

    pub fn settings(&self) -> &ReporterSettings {
        &self.shared.settings
    }

    /// What is known of stderr now: a terminal may have another size than at the start.
    pub fn stream(&self) -> Stream {
        let known = self.settings().stderr;
        match self.shared.size.filter(|_| known.terminal).and_then(|size| size()) {
            Some((columns, lines)) => Stream { width: Some(columns), height: Some(lines), ..known },
            None => known,
        }
    }

    pub(super) fn is_one_of_several(&self) -> bool {
        self.place.is_some()
    }

    pub(super) fn bars(&self) -> &MultiProgress {
        &self.shared.bars
    }

    pub(super) fn raw(&self) -> bool {
        self.shared.raw.load(Ordering::Relaxed) > 0
    }

    /// Ends a line that a session has left open on the terminal.
    pub fn line_break(&self) {
        self.write("\n");
    }

    fn line(&self, label: &str, style: Style, message: &dyn Display) {
        let style = if self.settings().stderr.color { style } else { Style::new() };
        let place = self.place.as_deref().map(|place| format!("{place}: ")).unwrap_or_default();
        self.write(&format!("{style}{label}{style:#}{}\n", escape(&format!("{place}{message}"))));
    }

    fn write(&self, lines: &str) {
        self.write_bytes(lines.as_bytes());
    }

    /// Whole lines, between the bars.
    fn write_bytes(&self, lines: &[u8]) {
        self.shared.bars.suspend(|| {
            let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let written = if self.raw() {
                let lines = lines.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice());
                writer.write_all(&[b"\r", lines.as_slice()].concat())
            } else {
                writer.write_all(lines)
            };
            let _ = written.and_then(|()| writer.flush());
        });
    }
}

fn size_of_stderr() -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col.into(), size.ws_row.into()))
}

/// See [`Reporter::raw_mode`].
pub struct RawMode {
    reporter: Reporter,
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let shared = &self.reporter.shared;
        if shared.raw.fetch_sub(1, Ordering::Relaxed) == 1
            && let Some(target) = &shared.target
        {
            shared.bars.set_draw_target(target());
        }
    }
}

/// See [`Reporter::log`].
pub struct LogWriter {
    reporter: Reporter,
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.reporter.write_bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::output::tests::Written;

    fn settings() -> ReporterSettings {
        ReporterSettings {
            quiet: false,
            verbosity: 0,
            progress: true,
            stderr: Stream::default(),
            format: Format::Table,
        }
    }

    fn written(settings: ReporterSettings, report: impl FnOnce(&Reporter)) -> String {
        let written = Written::default();
        report(&Reporter::to(written.clone(), settings));
        written.text()
    }

    fn everything(reporter: &Reporter) {
        reporter.status("starting web-1");
        reporter.warn("agent of web-1\n is old \u{1b}[2J");
        reporter.hint("opsctl ssm list");
        reporter.verbose(1, "StartSession");
        reporter.verbose(2, "retrying");
        reporter.error(&Report::new(&Error::not_found("no node web-9").into()), &Place::default());
    }

    #[test]
    fn each_message_is_one_harmless_line() {
        insta::assert_snapshot!(written(ReporterSettings { verbosity: 1, ..settings() }, everything), @r"
        starting web-1
        warning: agent of web-1\n is old \x1b[2J
        hint: opsctl ssm list
        StartSession
        error: no node web-9
        ");
    }

    #[test]
    fn quiet_leaves_errors_only() {
        let text = written(ReporterSettings { quiet: true, verbosity: 2, ..settings() }, everything);
        assert_eq!(text, "error: no node web-9\n");
    }

    #[test]
    fn with_a_json_format_the_error_is_one_object_on_one_line() {
        for format in [Format::Json, Format::Ndjson] {
            let text = written(ReporterSettings { format, quiet: true, ..settings() }, everything);
            assert_eq!(text.matches('\n').count(), 1);
            let object: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!((&object["code"], &object["kind"]), (&3.into(), &"notFound".into()));
        }
    }

    #[test]
    fn in_raw_mode_lines_return_the_carriage() {
        let text = written(settings(), |reporter| {
            let raw = reporter.raw_mode();
            reporter.status("reconnecting");
            drop(raw);
            reporter.status("done");
        });
        assert_eq!(text, "\rreconnecting\r\ndone\n");
    }

    #[test]
    fn logs_pass_through_untouched_wherever_they_are_cut() {
        let text = written(settings(), |reporter| {
            let (first, second) = "DEBUG ü\n".as_bytes().split_at(7);
            reporter.log().write_all(first).unwrap();
            reporter.log().write_all(second).unwrap();
        });
        assert_eq!(text, "DEBUG ü\n");
    }
}
