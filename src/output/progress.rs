//! Progress of one wait: a bar or a spinner on a terminal, a plain line each minute otherwise, nothing with `--quiet`.
//! Gone without a trace when dropped.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use opsctl_engine::asl::graph::{Line, Style};

use super::cell::Column;
use super::drawing::painted;
use super::escape::escape;
use super::reporter::Reporter;
use super::settings::Stream;
use super::table::{Grid, Head, Piece};
use super::time::TimeForm;

/// Between plain lines.
const INTERVAL: Duration = Duration::from_secs(60);
/// Lines of a terminal that does not say how many it has, those that a table leaves alone, and the most rows of one.
const HEIGHT: usize = 24;
const RESERVED: usize = 8;
const MOST_ROWS: usize = 20;

/// A handle to one wait; does nothing visible when progress is off and the wait is short.
pub struct Progress {
    reporter: Reporter,
    label: String,
    total: Option<u64>,
    done: u64,
    started: Instant,
    spoken: Instant,
    bar: ProgressBar,
    /// The lines below it.
    rows: Vec<ProgressBar>,
}

impl Progress {
    pub(super) fn new(reporter: Reporter, label: String, total: Option<u64>) -> Self {
        let label = escape(&label).into_owned();
        let bar = match reporter.is_one_of_several() {
            true => ProgressBar::hidden(),
            false => reporter.bars().add(total.map_or_else(ProgressBar::no_length, ProgressBar::new)),
        };
        if !bar.is_hidden() {
            bar.set_style(style(total.is_some(), reporter.settings().stderr.unicode));
            bar.set_message(label.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let now = Instant::now();
        Progress { reporter, label, total, done: 0, started: now, spoken: now, bar, rows: Vec::new() }
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

    /// Whether it is drawn, so that it need not be said.
    pub fn is_drawn(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// A table below the bar, of as many items as there is room for. Nothing where no bar is drawn.
    pub fn table<T>(&mut self, columns: &[Column<T>], items: &[T]) {
        if self.bar.is_hidden() {
            return;
        }
        let stream = self.reporter.stream();
        let room = stream.room();
        let mut lines = lines(columns, items.get(..room).unwrap_or(items), &stream);
        if let Some(more @ 1..) = items.len().checked_sub(room) {
            lines.push(format!("and {more} more"));
        }
        self.below(lines);
    }

    /// A drawing below the bar, of as many lines as there is room for: those around the first that shows what runs.
    pub fn drawing(&mut self, lines: &[Line]) {
        if self.bar.is_hidden() {
            return;
        }
        let stream = self.reporter.stream();
        let room = stream.room();
        let runs = |line: &Line| line.iter().any(|span| span.style == Style::Running);
        let focus = lines.iter().position(runs).unwrap_or(0);
        let first = focus.saturating_sub(room / 2).min(lines.len().saturating_sub(room));
        let last = (first + room).min(lines.len());
        let text = painted(lines.get(first..last).unwrap_or_default(), stream.color);
        let mut shown: Vec<String> = text.lines().map(str::to_owned).collect();
        let hidden = lines.len() - (last - first);
        if hidden > 0 {
            shown.push(format!("and {hidden} more"));
        }
        self.below(shown);
    }

    fn below(&mut self, lines: Vec<String>) {
        for bar in self.rows.drain(lines.len().min(self.rows.len())..) {
            bar.finish_and_clear();
            self.reporter.bars().remove(&bar);
        }
        for (index, line) in lines.into_iter().enumerate() {
            if index == self.rows.len() {
                let last = self.rows.last().unwrap_or(&self.bar);
                let row = self.reporter.bars().insert_after(last, ProgressBar::no_length());
                row.set_style(plain());
                self.rows.push(row);
            }
            if let Some(row) = self.rows.get(index) {
                row.set_message(line);
            }
        }
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
        for row in self.rows.drain(..).rev() {
            row.finish_and_clear();
            self.reporter.bars().remove(&row);
        }
        self.bar.finish_and_clear();
        self.reporter.bars().remove(&self.bar);
    }
}

impl Stream {
    /// How many lines below a bar there is room for.
    fn room(&self) -> usize {
        self.height.unwrap_or(HEIGHT).saturating_sub(RESERVED).clamp(1, MOST_ROWS)
    }
}

/// A table as it is drawn: fitted to the terminal, the columns that do not fit left out.
fn lines<T>(columns: &[Column<T>], items: &[T], stream: &Stream) -> Vec<String> {
    let times = TimeForm::Absolute(&TimeZone::UTC);
    let row = |item| columns.iter().map(|column| Piece::new(&(column.value)(item), times)).collect();
    let mut grid = Grid {
        heads: columns.iter().map(|column| Head::new(column.header, column.cut)).collect(),
        rows: items.iter().map(row).collect(),
    };
    grid.keep_what_fits(stream, true);
    let mut text = Vec::new();
    // Nothing that is written to memory fails.
    let _ = grid.write(&mut text, stream, true);
    String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
}

fn plain() -> ProgressStyle {
    ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A line that is longer than the terminal is wide is cut: what wraps is not wiped off.
fn style(counted: bool, unicode: bool) -> ProgressStyle {
    let template = if counted {
        "{spinner} {wide_msg} [{bar:20}] {pos}/{len} {elapsed}"
    } else {
        "{spinner} {wide_msg} {elapsed}"
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
    use std::io::{self, Write as _};

    use indicatif::{ProgressDrawTarget, TermLike};

    use opsctl_engine::asl::graph::Span;

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

    /// A terminal that remembers what was written to it; movements show as signs.
    #[derive(Debug, Clone, Default)]
    struct Screen(Written);

    impl Screen {
        fn put(&self, text: &str) -> io::Result<()> {
            self.0.clone().write_all(text.as_bytes())
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }

        fn move_cursor_up(&self, count: usize) -> io::Result<()> {
            self.put(&"<up>".repeat(count))
        }

        fn move_cursor_down(&self, count: usize) -> io::Result<()> {
            self.put(&"<down>".repeat(count))
        }

        fn move_cursor_right(&self, count: usize) -> io::Result<()> {
            self.put(&"<right>".repeat(count))
        }

        fn move_cursor_left(&self, count: usize) -> io::Result<()> {
            self.put(&"<left>".repeat(count))
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.put(&format!("{text}\n"))
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.put(text)
        }

        fn clear_line(&self) -> io::Result<()> {
            self.put("<clear>")
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn on_screen(settings: ReporterSettings, act: impl FnOnce(&Reporter)) -> String {
        let screen = Screen::default();
        let term = screen.clone();
        let target = move || ProgressDrawTarget::term_like(Box::new(term.clone()));
        act(&Reporter::new(screen.0.clone(), settings, target));
        screen.0.text()
    }

    fn terminal() -> ReporterSettings {
        let stderr = Stream { terminal: true, ..Stream::default() };
        ReporterSettings { quiet: false, verbosity: 0, progress: true, stderr, format: Format::Table }
    }

    #[test]
    fn a_message_clears_the_bar_first() {
        let text = on_screen(terminal(), |reporter| {
            let mut progress = reporter.progress("copying", Some(4));
            progress.set(1);
            progress.bar.force_draw();
            reporter.warn("web-1 is slow");
        });
        let (before, _) = text.split_once("warning: web-1 is slow\n").expect("a whole line");
        assert!(
            before.contains("copying ") && before.contains("] 1/4") && before.ends_with("<clear>"),
            "{before}"
        );
    }

    #[test]
    fn a_table_is_fitted_to_the_terminal() {
        const COLUMNS: &[Column<(String, &str)>] = &[
            Column::new("node", "NODE", |row: &(String, &str)| row.0.as_str().into()).cut(),
            Column::new("state", "STATE", |row: &(String, &str)| row.1.into()),
            Column::new("id", "ID", |_| "i-0123456789abcdef0".into()),
        ];
        let long = "a-long-name-of-a-node".repeat(4);
        let rows = [("web-1".to_owned(), "ExecutionTimedOut"), (long, "Pending\u{1b}")];
        for width in [60, 80, 200] {
            let stream = Stream { width: Some(width), color: false, ..terminal().stderr };
            let lines = lines(COLUMNS, &rows, &stream);
            assert_eq!(lines.len(), 4, "{lines:?}");
            assert!(lines.iter().all(|line| line.chars().count() <= width), "{width}: {lines:?}");
            assert!(lines[2].contains("ExecutionTimedOut  i-0123456789abcdef0"), "{lines:?}");
            assert!(lines[3].contains(r"Pending\x1b"), "{lines:?}");
        }
    }

    #[test]
    fn a_table_has_no_more_rows_than_there_is_room_for() {
        const COLUMNS: &[Column<usize>] =
            &[Column::new("row", "ROW", |row: &usize| format!("row-{row}").into())];
        let stderr = Stream { height: Some(12), ..terminal().stderr };
        let text = on_screen(ReporterSettings { stderr, ..terminal() }, |reporter| {
            let mut progress = reporter.progress("running", Some(9));
            progress.table(COLUMNS, &(1..=9).collect::<Vec<_>>());
            progress.table(COLUMNS, &[1]);
        });
        assert!(text.contains("row-4") && !text.contains("row-5") && text.contains("and 5 more"), "{text}");
    }

    #[test]
    fn a_drawing_shows_what_runs_where_it_has_no_room_for_all() {
        let stderr = Stream { height: Some(12), ..terminal().stderr };
        let span = |number: usize, style| vec![Span { text: format!("state-{number}"), style }];
        for (runs, shown, hidden) in
            [(0, "state-1 ", "state-5 "), (7, "state-7 ", "state-1 "), (9, "state-9 ", "state-5 ")]
        {
            let lines: Vec<Line> = (1..=9)
                .map(|number| span(number, if number == runs { Style::Running } else { Style::Plain }))
                .collect();
            let text = on_screen(ReporterSettings { stderr, ..terminal() }, |reporter| {
                reporter.progress("running", None).drawing(&lines);
            });
            let text = text.replace("<clear>", " ").replace('\n', " ") + " ";
            assert!(text.contains(shown) && !text.contains(hidden), "{runs}: {text}");
            assert!(text.contains("and 5 more"), "{text}");
        }
    }

    #[test]
    fn a_bar_and_a_spinner_are_ascii_where_the_locale_is() {
        for (unicode, total) in [(false, Some(4)), (false, None), (true, Some(4)), (true, None)] {
            let stderr = Stream { unicode, ..terminal().stderr };
            let text = on_screen(ReporterSettings { stderr, ..terminal() }, |reporter| {
                let mut progress = reporter.progress("copying", total);
                progress.set(2);
                progress.bar.force_draw();
            });
            assert!(text.contains("copying"), "{text}");
            assert_eq!(text.is_ascii(), !unicode, "{text}");
        }
    }

    #[test]
    fn nothing_is_drawn_in_raw_mode() {
        let text = on_screen(terminal(), |reporter| {
            let raw = reporter.raw_mode();
            let progress = reporter.progress("copying", None);
            progress.bar.force_draw();
            drop((progress, raw));
        });
        assert!(!text.contains("copying"), "{text}");
    }

    #[test]
    fn nothing_is_drawn_when_progress_is_off() {
        let off = [
            ReporterSettings { quiet: true, ..terminal() },
            ReporterSettings { verbosity: 1, ..terminal() },
            ReporterSettings { progress: false, ..terminal() },
            ReporterSettings { stderr: Stream::default(), ..terminal() },
        ];
        for settings in off {
            let text = on_screen(settings, |reporter| {
                let mut progress = reporter.progress("copying", Some(4));
                progress.set(3);
                progress.bar.force_draw();
            });
            assert_eq!(text, "", "{settings:?}");
        }
    }
}
