//! `opsctl help`: the help of a command, the same as its `--help`, or a topic.

use clap::{Args, CommandFactory};

use crate::cli::{Cli, documented, shown, with_overview};
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::manual::{self, Subject};

/// Explain a command or a topic
///
/// Shows what `opsctl COMMAND --help` shows, or a topic that no single command owns; `opsctl --help`
/// lists both. Reads no file and calls nothing.
///
/// Examples:
///   opsctl help ssm connect
///   opsctl help exit-codes
///
/// Exit codes:
///   3  there is no such command or topic
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct HelpArgs {
    /// The command, such as `ssm connect`, or a topic; none for opsctl itself
    #[arg(value_name = "COMMAND|TOPIC", add = completion::fixed(manual::subjects))]
    words: Vec<String>,
}

impl HelpArgs {
    pub fn of(words: Vec<String>) -> Self {
        HelpArgs { words }
    }
}

pub fn run(args: &HelpArgs, ctx: &Context) -> Result<Outcome> {
    let mut root = with_overview(documented(Cli::command()));
    root.build();
    match manual::find(&root, &args.words)? {
        Subject::Command(_, command) => ctx.out().styled(&command.clone().render_long_help())?,
        Subject::Topic(topic) => {
            let text = manual::topic_text(topic, &root).unwrap_or_default();
            ctx.out().styled(&shown(text))?;
        }
    }
    Ok(Outcome::Done)
}
