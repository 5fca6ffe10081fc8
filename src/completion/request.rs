//! A shell's question, as its registration script puts it: `OPSCTL_COMPLETE` names the shell, and the only argument
//! besides the words is `--` before them. Shells that know their words pass them on, the last being the one that is
//! typed; bash and PowerShell pass the line up to the cursor, because they cut it up at characters that mean nothing to
//! a program. This is a promise to scripts installed by earlier releases: another form would need another name.

use std::ffi::OsString;

use super::candidate::Candidate;
use super::line::Line;
use super::shell::Shell;
use crate::settings::Environment;

pub struct Request {
    shell: Shell,
    pub line: Line,
    /// The candidates are only going to be shown; none will be put into the line.
    listing: bool,
}

impl Request {
    pub fn new(mut args: impl Iterator<Item = OsString>, env: &Environment) -> Option<Self> {
        let shell = Shell::named(env.text("OPSCTL_COMPLETE")?)?;
        if args.nth(1)? != "--" {
            return None;
        }
        let line = match shell.syntax() {
            Some(syntax) => {
                let text = env.text("OPSCTL_COMPLETE_LINE")?;
                Line::split(text, env.text("OPSCTL_COMPLETE_WORD").unwrap_or_default(), syntax)
            }
            None => Line::of_words(args.collect())?,
        };
        Some(Request { shell, line, listing: env.text("OPSCTL_COMPLETE_TYPE") == Some("63") })
    }

    /// One candidate a line, in the form of the shell.
    pub fn render(&self, candidates: &[Candidate]) -> String {
        self.shell.render(candidates, &self.line, self.listing)
    }
}
