//! What is to be run on the nodes: a command of the caller's in a document of AWS, or a document of one's own. Says which
//! document and which parameters one session is started with, and what will tell the exit code.

use std::cell::Cell;
use std::ffi::OsString;
use std::sync::Arc;

use super::super::channel::Session;
use super::super::model::Parameter;
use super::super::open::{SessionArgs, Target};
use super::super::quoting;
use super::super::trailer::Trailer;
use super::line;
use crate::aws::Aws;
use crate::error::{Report, Result};
use crate::output::Reporter;
use crate::terminal::Size;

const NON_INTERACTIVE: &str = "AWS-StartNonInteractiveCommand";
const INTERACTIVE: &str = "AWS-StartInteractiveCommand";

pub struct Command<'a> {
    session: &'a SessionArgs,
    words: Vec<String>,
    reporter: &'a Reporter,
    /// The account's document gives stdout and stderr together only, and no exit code.
    together: Cell<bool>,
}

/// A session that runs the command, and how its exit code will be known.
pub struct Started {
    pub session: Session,
    pub trailer: Option<Trailer>,
    /// Nothing tells it: a document of one's own need not.
    pub code_is_optional: bool,
}

impl<'a> Command<'a> {
    pub fn new(session: &'a SessionArgs, words: &[OsString], reporter: &'a Reporter) -> Result<Command<'a>> {
        Ok(Command { session, words: line::words(words)?, reporter, together: Cell::new(false) })
    }

    pub fn has_own_document(&self) -> bool {
        self.session.document.is_some()
    }

    /// That every node can be told the command, before any of them is.
    pub fn check(&self, targets: &[Target]) -> Result<()> {
        if self.words.is_empty() {
            return Ok(());
        }
        targets.iter().try_for_each(|target| self.line(target).map(drop))
    }

    /// On a terminal of the node. A program may look at its size before the session tells it.
    pub async fn start_on_terminal(&self, aws: &Arc<Aws>, target: &Target, size: Size) -> Result<Started> {
        if self.has_own_document() {
            return self.start_own(aws, target).await;
        }
        let line = self.line(target)?;
        let Size { cols, rows } = size;
        let sized = format!("stty cols {cols} rows {rows} 2>/dev/null; {line}");
        let trailer = if target.is_windows { None } else { Some(Trailer::new()?) };
        let line = trailer.as_ref().map_or(line, |trailer| trailer.around(&sized));
        let asked = [parameter("command", line)];
        let session = self.session.open(aws, target, Some(INTERACTIVE), &asked).await?;
        Ok(Started { session, code_is_optional: trailer.is_none(), trailer })
    }

    /// Without a terminal: with the streams apart, or together where the document knows no better.
    pub async fn start(&self, aws: &Arc<Aws>, target: &Target) -> Result<Started> {
        if self.has_own_document() {
            return self.start_own(aws, target).await;
        }
        let line = self.line(target)?;
        if !self.together.get() {
            // A shell that stays sees which signal ends the command.
            let command = if target.is_windows { line.clone() } else { format!("{line}; exit $?") };
            let asked = [parameter("command", command), parameter("separateOutputStream", "true".to_owned())];
            match self.session.open(aws, target, Some(NON_INTERACTIVE), &asked).await {
                Err(error) if refuses_parameters(&error) => {}
                session => return Ok(Started { session: session?, trailer: None, code_is_optional: false }),
            }
            if !self.together.replace(true) {
                self.reporter.status(format_args!(
                    "{NON_INTERACTIVE} takes no separateOutputStream here: stdout and stderr come together, at the end"
                ));
            }
        }
        let trailer = if target.is_windows { None } else { Some(Trailer::new()?) };
        let line = trailer.as_ref().map_or_else(|| line.clone(), |trailer| trailer.around(&line));
        let asked = [parameter("command", line)];
        let session = self.session.open(aws, target, Some(NON_INTERACTIVE), &asked).await?;
        Ok(Started { session, code_is_optional: trailer.is_none(), trailer })
    }

    /// A command is its parameter `command`; nothing can be put around it.
    async fn start_own(&self, aws: &Arc<Aws>, target: &Target) -> Result<Started> {
        let mut own = self.session.clone();
        if !self.words.is_empty() {
            own.parameter.push(parameter("command", self.line(target)?));
        }
        let session = own.open(aws, target, None, &[]).await?;
        Ok(Started { session, trailer: None, code_is_optional: true })
    }

    fn line(&self, target: &Target) -> Result<String> {
        match target.is_windows {
            true => line::windows(&self.words, &target.label),
            false => Ok(quoting::line(&self.words)),
        }
    }
}

fn parameter(name: &str, value: String) -> Parameter {
    Parameter { name: name.to_owned(), value }
}

fn refuses_parameters(error: &anyhow::Error) -> bool {
    Report::new(error).aws.is_some_and(|aws| aws.code.as_deref() == Some("InvalidParameters"))
}
