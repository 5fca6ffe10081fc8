//! Every question goes through [`Prompter`], and there is one only where somebody can be asked. It must not decide
//! what an answer means.

use std::io::Write as _;

use zeroize::Zeroizing;

use super::dialog::{Dialog, Frame, Happened};
use super::fit;
use super::line::{Edit, Line};
use super::picker::{Choice, Picker, Step};
use super::{Size, Terminals};
use crate::error::{Error, Result};
use crate::output::{Reporter, escape};
use crate::signals::Signal;

/// Asks on the terminal. Ctrl-C is an interrupt at each question; the terminal is whole again on every way out.
pub struct Prompter {
    reporter: Reporter,
}

impl Prompter {
    /// Refuses where nobody can be asked. `lacking`: what is not known ("no node is given"); `instead`: the option or
    /// command that makes the question needless.
    pub fn new(
        reporter: &Reporter,
        terminals: Terminals,
        no_input: bool,
        lacking: &str,
        instead: &str,
    ) -> Result<Self> {
        let reason = if no_input {
            "--no-input forbids to ask"
        } else if !terminals.stdin || !terminals.stderr {
            "there is no terminal to ask on"
        } else {
            return Ok(Prompter { reporter: reporter.clone() });
        };
        Err(Error::usage(format!("{lacking}, and {reason}")).hint(instead).into())
    }

    /// What a question is about, a line of it. Shown with `--quiet` too: nobody can agree to what is not said.
    pub fn tell(&self, line: &str) {
        // A terminal that is gone shows nothing.
        let _ = self.reporter.log().write_all(format!("{}\n", escape(line)).as_bytes());
    }

    /// Yes or no; anything but a yes is a no.
    pub async fn confirm(&self, question: &str) -> Result<bool> {
        let answer = self.ask(&format!("{question} [y/N] "), Echo::Shown).await?;
        Ok(answer.is_some_and(|answer| matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
    }

    /// Whether just `expected` is typed.
    pub async fn type_out(&self, question: &str, expected: &str) -> Result<bool> {
        let answer = self.ask(&format!("{question} "), Echo::Shown).await?;
        Ok(answer.is_some_and(|answer| answer.trim() == expected))
    }

    /// A line of text; `None` when there is no answer.
    pub async fn text(&self, question: &str) -> Result<Option<String>> {
        Ok(self.ask(&format!("{question} "), Echo::Shown).await?.map(|answer| answer.to_string()))
    }

    /// A line that is not shown while it is typed, and wiped from memory afterwards.
    pub async fn secret(&self, question: &str) -> Result<Option<Zeroizing<String>>> {
        self.ask(&format!("{question} "), Echo::Hidden).await
    }

    /// The index of one of `choices`. Giving up is an interrupt.
    pub async fn choose(&self, what: &str, choices: &[Choice]) -> Result<usize> {
        let mut dialog = Dialog::open(&self.reporter)?;
        let mut picker = Picker::new(what, choices, self.reporter.settings().stderr.unicode);
        loop {
            dialog.draw(&picker.frame(dialog.size()));
            match dialog.next().await? {
                Happened::Redraw => {}
                Happened::End => return Err(Signal::Interrupt.as_error().into()),
                Happened::Key(key) => match picker.key(key, dialog.size()) {
                    Step::Stay => {}
                    Step::Take(index) => return Ok(index),
                    Step::GiveUp => return Err(Signal::Interrupt.as_error().into()),
                },
            }
        }
    }

    async fn ask(&self, question: &str, echo: Echo) -> Result<Option<Zeroizing<String>>> {
        let question = escape(question);
        let mut dialog = Dialog::open(&self.reporter)?;
        let mut line = Line::default();
        let answered = loop {
            dialog.draw(&frame(&question, echo.of(&line), dialog.size()));
            match dialog.next().await? {
                Happened::Redraw => {}
                Happened::End => break false,
                Happened::Key(key) => match line.key(key) {
                    Edit::Done => break true,
                    Edit::End => break false,
                    Edit::Changed | Edit::Other => {}
                },
            }
        };
        dialog.leave(&format!("{question}{}", escape(echo.of(&line))));
        Ok(answered.then(|| line.take()))
    }
}

#[derive(Clone, Copy)]
enum Echo {
    Shown,
    Hidden,
}

impl Echo {
    fn of(self, line: &Line) -> &str {
        match self {
            Echo::Shown => line.text(),
            Echo::Hidden => "",
        }
    }
}

/// A question on lines of their own where it is long, and the end of what is typed.
fn frame(question: &str, typed: &str, size: Size) -> Frame {
    let width = usize::from(size.cols).saturating_sub(1).max(1);
    let line = format!("{question}{}", escape(typed));
    let shown = fit::tail(&line, width);
    Frame { cursor: unicode_width::UnicodeWidthStr::width(shown), lines: vec![shown.to_owned()] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;
    use crate::output::{Format, ReporterSettings, Stream};

    fn reporter() -> Reporter {
        Reporter::to(
            Vec::new(),
            ReporterSettings {
                quiet: false,
                verbosity: 0,
                progress: false,
                stderr: Stream::default(),
                format: Format::Table,
            },
        )
    }

    #[test]
    fn nobody_is_asked_without_a_terminal_or_with_no_input() {
        let all = Terminals { stdin: true, stdout: true, stderr: true };
        for (name, terminals, no_input, reason) in [
            ("a terminal", all, false, None),
            ("a pipe on stdout", Terminals { stdout: false, ..all }, false, None),
            (
                "a pipe on stdin",
                Terminals { stdin: false, ..all },
                false,
                Some("there is no terminal to ask on"),
            ),
            (
                "a file on stderr",
                Terminals { stderr: false, ..all },
                false,
                Some("there is no terminal to ask on"),
            ),
            ("--no-input", all, true, Some("--no-input forbids to ask")),
        ] {
            let prompter = Prompter::new(&reporter(), terminals, no_input, "no node is given", "--target");
            let Some(reason) = reason else {
                assert!(prompter.is_ok(), "{name}");
                continue;
            };
            let report = Report::new(&prompter.err().unwrap());
            assert_eq!(report.kind, crate::error::Kind::Usage, "{name}");
            assert_eq!(report.message, format!("no node is given, and {reason}"), "{name}");
            assert_eq!(report.hints, ["--target"], "{name}");
        }
    }

    #[test]
    fn the_end_of_a_long_answer_stays_in_sight() {
        for (cols, shown) in [(80, "name? one two"), (8, "one two"), (4, "two"), (1, "o"), (0, "o")] {
            let frame = frame("name? ", "one two", Size { cols, rows: 24 });
            assert_eq!(frame.lines, [shown], "{cols}");
            assert_eq!(frame.cursor, shown.len());
        }
    }
}
