//! `opsctl completions`: the scripts that make shells ask for candidates.

use std::path::PathBuf;

use clap::Args;

use crate::completion::Shell;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::files;

/// Print the completion script of a shell
///
/// The script asks opsctl on every TAB, so that it outlives releases: for commands, options and
/// values, and for the names of nodes and documents, with one quick call of AWS whose answer is
/// kept for a minute. It asks the opsctl that is typed, or the one on PATH. A call that takes longer
/// than 250 ms is given up; OPSCTL_COMPLETION_LIMIT=1s waits for a service that is far away, and
/// OPSCTL_COMPLETION_LIVE=0 makes no calls at all.
///
/// Examples:
///   source <(opsctl completions bash)
///   opsctl completions zsh > ~/.zfunc/_opsctl
///   opsctl completions fish > ~/.config/fish/completions/opsctl.fish
///   opsctl completions --dir completions
///
/// Exit codes:
///   1  a script cannot be written
///   2  there is no script for this shell
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(required_unless_present = "dir")]
    shell: Option<Shell>,

    /// Write the scripts of all shells into this folder instead
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, conflicts_with = "shell", help_heading = "Target")]
    dir: Option<PathBuf>,
}

pub fn run(args: &CompletionsArgs, ctx: &Context) -> Result<Outcome> {
    if let Some(dir) = &args.dir {
        for shell in Shell::ALL {
            let file = dir.join(shell.file_name());
            files::write(&file, shell.script().as_bytes())
                .map_err(|error| Error::failed(format!("cannot write {}", file.display())).because(error))?;
        }
    } else if let Some(shell) = args.shell {
        ctx.out().text(shell.script())?;
    }
    Ok(Outcome::Done)
}
