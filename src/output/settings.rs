//! What decides how things are written: the format, facts about a stream, whether colour is used. Plain values;
//! whoever makes them reads the environment.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Query;
use super::pager::Pager;

/// How an answer is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line, written as items arrive
    Ndjson,
    /// One YAML document
    Yaml,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values without a header
    Text,
}

impl Format {
    /// Errors on stderr are JSON too.
    pub fn is_json(self) -> bool {
        matches!(self, Format::Json | Format::Ndjson)
    }

    /// Read on a terminal, by scrolling; the others are for programs.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self, Format::Table | Format::Json | Format::Yaml)
    }

    /// Items are written as they arrive, nothing is held.
    pub(super) fn streams(self) -> bool {
        matches!(self, Format::Ndjson | Format::Csv | Format::Text)
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise
    #[default]
    Auto,
    /// Even into a pipe
    Always,
    /// Not at all
    Never,
}

/// The environment variables that speak about colour, as they were found.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColorEnvironment<'a> {
    pub no_color: Option<&'a str>,
    pub clicolor: Option<&'a str>,
    pub clicolor_force: Option<&'a str>,
    pub term: Option<&'a str>,
}

impl ColorChoice {
    /// Whether a stream gets colour. The option wins, then `NO_COLOR`, then `CLICOLOR_FORCE`, then the rest.
    pub fn decide(self, environment: &ColorEnvironment<'_>, terminal: bool) -> bool {
        let set = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set(environment.no_color) => false,
            ColorChoice::Auto
                if set(environment.clicolor_force) && environment.clicolor_force != Some("0") =>
            {
                true
            }
            ColorChoice::Auto => {
                let capable = environment.term.map_or(cfg!(windows), |term| !matches!(term, "" | "dumb"));
                terminal && capable && environment.clicolor != Some("0")
            }
        }
    }
}

/// Facts about stdout or stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stream {
    pub terminal: bool,
    pub color: bool,
    /// Columns; only looked at when the stream is a terminal.
    pub width: Option<usize>,
    /// Lines; as the width.
    pub height: Option<usize>,
    /// The locale can show more than ASCII.
    pub unicode: bool,
}

impl Stream {
    /// The width that answers must fit.
    pub fn limit(&self) -> Option<usize> {
        // A terminal that does not know its size says 0.
        self.width.filter(|width| self.terminal && *width > 0)
    }
}

/// Everything [`super::Output`] needs to know.
#[derive(Debug, Clone)]
pub struct OutputSettings {
    pub format: Format,
    pub query: Option<Query>,
    pub columns: Option<Vec<String>>,
    /// A column name, descending with a `-` before it.
    pub sort: Option<String>,
    pub no_header: bool,
    pub limit: Option<usize>,
    pub stdout: Stream,
    pub now: Option<Timestamp>,
    /// The zone of absolute times: UTC unless the user asked for local ones.
    pub zone: TimeZone,
    /// A zone was asked for, so that no time is told by how long ago it was.
    pub absolute: bool,
    /// Shows what is longer than the terminal.
    pub pager: Option<Pager>,
}

impl OutputSettings {
    /// `format` with nothing else asked for.
    pub fn new(format: Format, stdout: Stream, now: Option<Timestamp>) -> Self {
        OutputSettings {
            format,
            query: None,
            columns: None,
            sort: None,
            no_header: false,
            limit: None,
            stdout,
            now,
            zone: TimeZone::UTC,
            absolute: false,
            pager: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_option_then_environment_then_terminal() {
        use ColorChoice::{Always, Auto, Never};
        let plain = ColorEnvironment { term: Some("xterm"), ..ColorEnvironment::default() };
        let cases = [
            ("terminal", Auto, plain, true, true),
            ("pipe", Auto, plain, false, false),
            ("always into a pipe", Always, plain, false, true),
            ("never on a terminal", Never, plain, true, false),
            ("NO_COLOR", Auto, ColorEnvironment { no_color: Some("1"), ..plain }, true, false),
            ("NO_COLOR empty", Auto, ColorEnvironment { no_color: Some(""), ..plain }, true, true),
            (
                "the option beats NO_COLOR",
                Always,
                ColorEnvironment { no_color: Some("1"), ..plain },
                true,
                true,
            ),
            ("CLICOLOR=0", Auto, ColorEnvironment { clicolor: Some("0"), ..plain }, true, false),
            ("CLICOLOR=1 in a pipe", Auto, ColorEnvironment { clicolor: Some("1"), ..plain }, false, false),
            ("CLICOLOR_FORCE", Auto, ColorEnvironment { clicolor_force: Some("1"), ..plain }, false, true),
            ("CLICOLOR_FORCE=0", Auto, ColorEnvironment { clicolor_force: Some("0"), ..plain }, false, false),
            (
                "NO_COLOR beats CLICOLOR_FORCE",
                Auto,
                ColorEnvironment { no_color: Some("1"), clicolor_force: Some("1"), ..plain },
                true,
                false,
            ),
            ("TERM=dumb", Auto, ColorEnvironment { term: Some("dumb"), ..plain }, true, false),
            ("TERM unset", Auto, ColorEnvironment { term: None, ..plain }, true, cfg!(windows)),
        ];
        for (name, choice, environment, terminal, expected) in cases {
            assert_eq!(choice.decide(&environment, terminal), expected, "{name}");
        }
    }
}
