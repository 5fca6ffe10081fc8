//! The program that shows long answers to people: which one, when it is needed, and handing a text over to it. It must
//! not decide what is for people; and how a pager ends is never an error: somebody has read enough.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use unicode_width::UnicodeWidthStr as _;

use super::settings::Stream;

/// Where the size of a terminal is not known.
const COMMON_SIZE: (usize, usize) = (80, 24);
/// How a shell or `env` says that the program behind it cannot be run.
const NOT_STARTED: [i32; 2] = [126, 127];

/// The environment variables that speak about the pager, as they were found. An empty one counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct PagerEnvironment<'a> {
    pub pager: Option<&'a str>,
    pub less: Option<&'a str>,
    pub term: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    command: String,
    /// Somebody chose it: that it cannot be started is worth a word.
    pub(super) chosen: bool,
    /// Nobody has said how `less` should behave.
    less_unset: bool,
}

impl Pager {
    /// The pager of a terminal: the option, then `PAGER`, then `less` where the terminal is able to move its cursor.
    /// Nothing and `cat` mean none.
    pub fn choose(option: Option<&str>, environment: &PagerEnvironment<'_>) -> Option<Self> {
        let able = environment.term.is_some_and(|term| !matches!(term, "" | "dumb"));
        let chosen = option.or(environment.pager);
        let command = chosen.or(able.then_some("less"))?.trim();
        (!matches!(command, "" | "cat")).then(|| Pager {
            command: command.to_owned(),
            chosen: chosen.is_some(),
            less_unset: environment.less.is_none(),
        })
    }

    /// Shows `text` and waits until the reader has seen enough. An error: no pager was started.
    pub(super) fn show(&self, text: &[u8]) -> io::Result<()> {
        let words = shlex::split(&self.command).unwrap_or_default();
        let Some((program, arguments)) = words.split_first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a quote is not closed"));
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        if self.less_unset {
            // Leave at once when it fits, show colours, leave the text on the terminal.
            command.env("LESS", "FRX");
        }
        let mut pager = command.spawn()?;
        if let Some(mut stdin) = pager.stdin.take() {
            // Left before the end: the rest is not wanted.
            let _ = stdin.write_all(text);
        }
        match pager.wait()?.code() {
            Some(code) if NOT_STARTED.contains(&code) => {
                Err(io::Error::other(format!("it ended with exit code {code}")))
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Pager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.command)
    }
}

/// Does `text` scroll off a terminal that shows a prompt below it?
pub(super) fn is_long(text: &[u8], stream: &Stream) -> bool {
    let known = |size: Option<usize>, common| size.filter(|size| *size > 0).unwrap_or(common);
    let (width, height) = (known(stream.width, COMMON_SIZE.0), known(stream.height, COMMON_SIZE.1));
    let mut lines = 0_usize;
    for line in String::from_utf8_lossy(text).lines() {
        lines = lines.saturating_add(without_colour(line).width().div_ceil(width).max(1));
        if lines >= height {
            return true;
        }
    }
    false
}

/// A line without the sequences that colour it; it holds no others.
fn without_colour(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_wins_over_the_environment() {
        let plain = PagerEnvironment { term: Some("xterm"), ..PagerEnvironment::default() };
        let more = PagerEnvironment { pager: Some("more"), ..plain };
        let cases = [
            ("nothing said", None, plain, Some("less")),
            ("option", Some("bat -p"), more, Some("bat -p")),
            ("PAGER", None, more, Some("more")),
            ("option cat", Some("cat"), more, None),
            ("empty option", Some(" "), more, None),
            ("PAGER=cat", None, PagerEnvironment { pager: Some("cat"), ..plain }, None),
            ("PAGER empty", None, PagerEnvironment { pager: Some(""), ..plain }, None),
            ("TERM=dumb", None, PagerEnvironment { term: Some("dumb"), ..plain }, None),
            ("TERM unset", None, PagerEnvironment { term: None, ..plain }, None),
            ("TERM unset, PAGER", None, PagerEnvironment { term: None, ..more }, Some("more")),
        ];
        for (name, option, environment, expected) in cases {
            let pager = Pager::choose(option, &environment);
            assert_eq!(pager.as_ref().map(|pager| pager.command.as_str()), expected, "{name}");
            let chosen = option.is_some() || environment.pager.is_some();
            assert!(pager.is_none_or(|pager| pager.chosen == chosen), "{name}");
        }
    }

    #[test]
    fn a_text_is_long_when_it_scrolls() {
        let stream = |width, height| Stream { terminal: true, width, height, ..Stream::default() };
        let cases = [
            ("empty", "", 10, 1, false),
            ("one below the height", "a\nb\nc\n", 10, 4, false),
            ("the height", "a\nb\nc\nd\n", 10, 4, true),
            ("empty lines count", "\n\n\n\n", 10, 4, true),
            ("a wide line takes several", "aaaaaaaaaaa\nb\n", 5, 4, true),
            ("exactly as wide", "aaaaa\nb\n", 5, 4, false),
            ("double width", "漢漢漢\n", 5, 2, true),
            ("colour takes no room", "\u{1b}[31maaaaa\u{1b}[0m\n", 5, 2, false),
            ("one column", "abc\n", 1, 3, true),
            ("size 0 is unknown", "a\n", 0, 0, false),
        ];
        for (name, text, width, height, expected) in cases {
            assert_eq!(is_long(text.as_bytes(), &stream(Some(width), Some(height))), expected, "{name}");
        }
        assert!(is_long("a\n".repeat(24).as_bytes(), &stream(None, None)));
        assert!(!is_long("a\n".repeat(23).as_bytes(), &stream(None, None)));
    }

    #[test]
    fn a_pager_that_leaves_early_is_no_error_and_one_that_does_not_exist_is() {
        let pager = |command: &str| Pager { command: command.into(), chosen: true, less_unset: true };
        let long = "line\n".repeat(100_000);
        for command in ["true", "false", "sh -c 'kill -9 $$'", "sh -c 'read line; exit 3'"] {
            pager(command).show(long.as_bytes()).unwrap();
        }
        for command in ["/nonexistent/pager", "'open", "sh -c /nonexistent/pager", "env /nonexistent/pager"] {
            pager(command).show(long.as_bytes()).unwrap_err();
        }
    }
}
