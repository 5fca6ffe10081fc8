//! Progress of one wait: a bar or a spinner on a terminal, a plain line each minute otherwise, nothing with `--quiet`.
//! Gone without a trace when dropped.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::escape::escape;
use super::reporter::Reporter;

/// Between plain lines.
const INTERVAL: Duration = Duration::from_secs(60);

/// A handle to one wait; does nothing visible when progress is off and the wait is short.
pub struct Progress {
    reporter: Reporter,
    label: String,
    total: Option<u64>,
    done: u64,
    started: Instant,
    spoken: Instant,
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new(reporter: Reporter, label: String, total: Option<u64>) -> Self {
        let label = escape(&label).into_owned();
        let bar = reporter.bars().add(total.map_or_else(ProgressBar::no_length, ProgressBar::new));
        if !bar.is_hidden() {
            bar.set_style(style(total.is_some(), reporter.settings().stderr.unicode));
            bar.set_message(label.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let now = Instant::now();
        Progress { reporter, label, total, done: 0, started: now, spoken: now, bar }
    }

    /// `done` steps are done. Call it on every poll, also when nothing changed.
    pub fn set(&mut self, done: u64) {
        self.done = done;
        self.bar.set_position(done);
        self.speak(Instant::now());
    }

    /// Says what is waited for now.
    pub fn label(&mut self, label: &str) {
        self.label = escape(label).into_owned();
        self.bar.set_message(self.label.clone());
    }

    fn speak(&mut self, now: Instant) {
        if !self.bar.is_hidden()
            || self.reporter.raw()
            || now.saturating_duration_since(self.spoken) < INTERVAL
        {
            return;
        }
        self.spoken = now;
        let minutes = now.saturating_duration_since(self.started).as_secs() / 60;
        let count = self.total.map(|total| format!(": {} of {total}", self.done)).unwrap_or_default();
        self.reporter.status(format_args!("{}{count} (after {minutes}m)", self.label));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.reporter.bars().remove(&self.bar);
    }
}

fn style(counted: bool, unicode: bool) -> ProgressStyle {
    let template = if counted {
        "{spinner} {msg} [{bar:20}] {pos}/{len} {elapsed}"
    } else {
        "{spinner} {msg} {elapsed}"
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    if unicode {
        style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ").progress_chars("━╸ ")
    } else {
        style.tick_chars("-\\|/ ").progress_chars("=> ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::Written;
    use crate::output::{Format, ReporterSettings, Stream};

    fn spoken(quiet: bool, total: Option<u64>) -> String {
        let settings = ReporterSettings {
            quiet,
            verbosity: 0,
            progress: true,
            stderr: Stream::default(),
            format: Format::Table,
        };
        let written = Written::default();
        let mut progress = Reporter::to(written.clone(), settings).progress("waiting for job \u{1b}", total);
        let start = progress.started;
        for seconds in [1, 59, 60, 61, 119, 185] {
            progress.done = seconds;
            progress.speak(start + Duration::from_secs(seconds));
        }
        drop(progress);
        written.text()
    }

    #[test]
    fn without_a_terminal_a_long_wait_says_a_line_a_minute() {
        insta::assert_snapshot!(spoken(false, Some(200)), @r"
        waiting for job \x1b: 60 of 200 (after 1m)
        waiting for job \x1b: 185 of 200 (after 3m)
        ");
        insta::assert_snapshot!(spoken(false, None), @r"
        waiting for job \x1b (after 1m)
        waiting for job \x1b (after 3m)
        ");
        assert_eq!(spoken(true, None), "");
    }

    #[test]
    fn both_styles_have_valid_templates() {
        for counted in [true, false] {
            for unicode in [true, false] {
                style(counted, unicode);
            }
        }
    }
}
