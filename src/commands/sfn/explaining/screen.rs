//! An explanation for people, on one screen: what failed first, then why, then what to do. What is long is cut; -o json
//! has it whole.

use opsctl_engine::asl::graph::{Line, Span, Style, cut};
use opsctl_engine::asl::history::time;
use serde_json::Value;

use super::model::{At, Below, Explained, Next};
use crate::commands::sfn::following::{short, took};
use crate::commands::sfn::map_run::summary;
use crate::commands::sfn::view::shortened;

/// Lines of a stack trace, attempts and caught errors that are shown.
const TRACE: usize = 8;
const ATTEMPTS: usize = 3;
const CAUGHT: usize = 3;
const RUNNING: usize = 5;
/// Columns of the names of fields.
const LABEL: usize = 10;
/// Lines that one value may take on a terminal.
const LINES: usize = 3;

/// The lines; no wider than `width`, if there is one.
pub fn screen(explained: &Explained, width: Option<usize>, is_ascii: bool) -> Vec<Line> {
    let mut screen = Screen { lines: Vec::new(), width, is_ascii, depth: 0 };
    screen.execution(explained);
    screen.lines
}

struct Screen {
    lines: Vec<Line>,
    width: Option<usize>,
    is_ascii: bool,
    /// How far down it is.
    depth: usize,
}

impl Screen {
    fn execution(&mut self, it: &Explained) {
        let execution = &it.execution;
        let style = match execution.status.as_str() {
            "SUCCEEDED" => Style::Succeeded,
            "RUNNING" | "PENDING_REDRIVE" => Style::Running,
            _ => Style::Failed,
        };
        let redrives = match execution.redrives.redrive_count {
            0 => String::new(),
            1 => ", redriven once".to_owned(),
            many => format!(", redriven {many} times"),
        };
        let head = format!("{}{}{redrives}", execution.status, took(execution));
        self.row(short(&execution.execution_arn), &head, style);
        if let Some(error) = &execution.error {
            self.field("error", error, Style::Failed);
        }
        if let Some(meaning) = it.meaning {
            self.field("", meaning, Style::Faint);
        }
        if let Some(decoded) = &it.decoded {
            let thrown = decoded.thrown.as_ref().filter(|thrown| Some(*thrown) != execution.error.as_ref());
            let message = match thrown {
                Some(thrown) => format!("{thrown}: {}", decoded.message),
                None => decoded.message.clone(),
            };
            if !message.is_empty() {
                self.field("cause", &message, Style::Plain);
            }
            for line in decoded.trace.iter().take(TRACE) {
                self.field("", line, Style::Faint);
            }
            self.more(decoded.trace.len(), TRACE, "lines of the trace");
        }
        if let Some(failed) = &it.failed {
            let inside: Vec<String> = failed
                .inside
                .iter()
                .rev()
                .map(|outer| match outer.index {
                    Some(index) => format!("item {index} of {}", outer.state),
                    None => format!("a branch of {}", outer.state),
                })
                .collect();
            let inside =
                if inside.is_empty() { String::new() } else { format!(", in {}", inside.join(", in ")) };
            self.field(
                "failed in",
                &format!("{} ({}){inside}", failed.at.state, failed.at.kind),
                Style::Plain,
            );
            self.at(&failed.at);
            if let Some(location) = &failed.location {
                self.field("field", location, Style::Plain);
            }
        }
        let word = if execution.is_over() { "ran" } else { "runs" };
        for running in it.running.iter().take(RUNNING) {
            self.field(
                word,
                &format!("{} ({}), since {}", running.state, running.kind, time(running.entered)),
                Style::Plain,
            );
            self.at(running);
        }
        self.more(it.running.len(), RUNNING, "states");
        if it.data_left_out {
            self.field(
                "input",
                "not shown: the data is encrypted with a key that is not for you",
                Style::Faint,
            );
        }
        for caught in it.caught.iter().rev().take(CAUGHT) {
            let error = caught.attempt.error.as_deref().unwrap_or("an error without a name");
            let message = caught.message.as_deref().filter(|message| !message.is_empty());
            let message = message.map(|message| format!(": {message}")).unwrap_or_default();
            self.field("caught", &format!("{error} in {}{message}", caught.state), Style::Caught);
        }
        self.more(it.caught.len(), CAUGHT, "errors that were caught");
        if let Some(busiest) = &it.busiest {
            let told = format!(
                "{} was entered {} times lately, of {} events in all",
                busiest.state, busiest.entered, it.events
            );
            self.field("busiest", &told, Style::Plain);
        }
        self.below(it.below.as_ref());
        self.next(it.next.as_ref());
    }

    fn at(&mut self, at: &At) {
        if let Some(calls) = &at.calls {
            self.field("calls", calls, Style::Plain);
        }
        if at.attempts > 1 {
            let retries = at.attempts - 1;
            let retries = if retries == 1 { "1 retry".to_owned() } else { format!("{retries} retries") };
            self.field("attempt", &format!("{} of {0}, after {retries}", at.attempts), Style::Caught);
            for earlier in at.errors.iter().skip(1).take(ATTEMPTS) {
                let error = earlier.error.as_deref().unwrap_or("an error without a name");
                self.field("", &format!("{}  {error}", time(earlier.at)), Style::Faint);
            }
            self.more(at.errors.len(), ATTEMPTS + 1, "attempts");
        }
        if let Some(input) = &at.input {
            self.value("input", input);
        }
        if let Some(arguments) =
            at.arguments.as_ref().filter(|arguments| Some(*arguments) != at.input.as_ref())
        {
            self.value("called with", arguments);
        }
    }

    fn below(&mut self, below: Option<&Below>) {
        let Some(below) = below else { return };
        if let Some(map_run) = &below.map_run {
            self.field("map run", &format!("items {}", summary(&map_run.items)), Style::Plain);
            self.field("", &format!("child executions {}", summary(&map_run.executions)), Style::Plain);
            self.field("", &map_run.arn, Style::Faint);
        }
        if let Some(unread) = &below.unread {
            self.field("below", &format!("cannot be told: {unread}"), Style::Faint);
        }
        if let Some(execution) = &below.execution {
            self.depth += 1;
            self.execution(execution);
            self.depth -= 1;
        }
    }

    fn next(&mut self, next: Option<&Next>) {
        let Some(next) = next.filter(|_| self.depth == 0) else { return };
        if let Some(reason) = &next.reason {
            self.field("redrive", &format!("not possible: {reason}"), Style::Caught);
        }
        // A command is pasted: it is never cut.
        let label = if next.redrive == Some(true) { "redrive" } else { "next" };
        self.lines.push(self.labelled(label, &next.command, Style::Plain));
    }

    fn value(&mut self, label: &str, value: &Value) {
        self.field(label, &value.to_string(), Style::Plain);
    }

    fn more(&mut self, all: usize, shown: usize, what: &str) {
        if let Some(more @ 1..) = all.checked_sub(shown) {
            self.field("", &format!("and {more} more {what}"), Style::Faint);
        }
    }

    fn row(&mut self, name: &str, text: &str, style: Style) {
        let indent = "  ".repeat(self.depth);
        self.lines.push(vec![
            Span { text: format!("{indent}{}  ", self.fitted(name, 1)), style: Style::Plain },
            Span { text: text.to_owned(), style },
        ]);
    }

    fn field(&mut self, label: &str, text: &str, style: Style) {
        let text = self.fitted(text, LINES);
        let line = self.labelled(label, &text, style);
        self.lines.push(line);
    }

    fn labelled(&self, label: &str, text: &str, style: Style) -> Line {
        let indent = "  ".repeat(self.depth + 1);
        vec![
            Span { text: format!("{indent}{label:LABEL$}  "), style: Style::Faint },
            Span { text: text.to_owned(), style },
        ]
    }

    /// Harmless, and in so many lines of a terminal at most.
    fn fitted(&self, text: &str, lines: usize) -> String {
        let text = crate::output::escape(text);
        match self.width {
            Some(width) => {
                let room = width * lines;
                let room = room.saturating_sub(LABEL + 4 + 2 * self.depth).max(20);
                cut_long(&text, room, if self.is_ascii { '~' } else { '…' })
            }
            None => shortened(&text).into_owned(),
        }
    }
}

/// What is drawn ends after some hundred characters; a value may be longer.
fn cut_long(text: &str, room: usize, more: char) -> String {
    if text.chars().count() <= room { text.to_owned() } else { cut(text, room.min(400), more) }
}
