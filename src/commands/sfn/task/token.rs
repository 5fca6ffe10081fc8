//! The token of a task: from a file, stdin or a variable, so that no list of processes and no history of a shell has it.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use zeroize::Zeroizing;

use super::super::payload::is_stdin;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::input::files;

/// Characters the service takes.
const LONGEST: usize = 2048;

#[derive(Debug, Args)]
pub struct TokenSource {
    /// The file that has the task token in it; - is stdin
    #[arg(value_name = "TOKEN_FILE", value_hint = ValueHint::FilePath, required_unless_present = "token_env",
        conflicts_with = "token_env")]
    token_file: Option<PathBuf>,

    /// The variable of the environment that has it, instead
    #[arg(long, value_name = "VARIABLE", help_heading = "Target")]
    token_env: Option<String>,
}

/// It is never shown.
pub struct TaskToken(Zeroizing<String>);

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskToken(***)")
    }
}

impl TaskToken {
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl TokenSource {
    pub fn is_stdin(&self) -> bool {
        self.token_file.as_deref().and_then(|file| file.to_str()).is_some_and(is_stdin)
    }

    pub async fn read(&self, ctx: &Context) -> Result<TaskToken> {
        let (place, text) = match (&self.token_file, &self.token_env) {
            (Some(file), _) => {
                (files::named(file), Zeroizing::new(files::text(file, "the task token").await?))
            }
            (None, Some(variable)) => {
                let value = ctx.env().text(variable).unwrap_or_default();
                (format!("the variable {variable}"), Zeroizing::new(value.to_owned()))
            }
            (None, None) => return Err(Error::usage("a task token is needed").into()),
        };
        checked(&place, text.trim())
    }
}

fn checked(place: &str, token: &str) -> Result<TaskToken> {
    let fault = match token.chars().count() {
        0 => Some("it is empty".to_owned()),
        length if length > LONGEST => {
            Some(format!("it has {length} characters, and a token {LONGEST} at most"))
        }
        _ if token.contains(char::is_whitespace) => Some("there is more than a token in it".to_owned()),
        _ => None,
    };
    match fault {
        Some(fault) => Err(Error::usage(format!("no task token is in {place}")).because(fault).into()),
        None => Ok(TaskToken(Zeroizing::new(token.to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    #[test]
    fn what_is_no_token_is_refused_and_not_shown() {
        assert_eq!(checked("stdin", "AQC+/=").unwrap().secret(), "AQC+/=");
        for (text, expected) in [
            ("", "it is empty"),
            ("secret secret", "there is more than a token in it"),
            (&"s".repeat(2049), "it has 2049 characters, and a token 2048 at most"),
        ] {
            let report = Report::new(&checked("stdin", text).unwrap_err());
            assert_eq!(
                (report.message.as_str(), report.causes),
                ("no task token is in stdin", vec![expected.to_owned()])
            );
        }
        assert_eq!(format!("{:?}", checked("stdin", "secret").unwrap()), "TaskToken(***)");
    }
}
