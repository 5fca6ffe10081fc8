//! `opsctl completions`: the static scripts, made from the command tree itself.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::{Generator as _, Shell};

use crate::cli::Cli;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::files;

/// Print the completion script of a shell
///
/// Examples:
///   source <(opsctl completions bash)
///   opsctl completions zsh > ~/.zfunc/_opsctl
///   opsctl completions fish > ~/.config/fish/completions/opsctl.fish
///   opsctl completions --dir completions
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(required_unless_present = "dir")]
    shell: Option<Shell>,

    /// Write the scripts of all shells into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "shell")]
    dir: Option<PathBuf>,
}

const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh];

pub fn run(args: &CompletionsArgs, ctx: &Context) -> Result<Outcome> {
    let mut command = Cli::command();
    if let Some(dir) = &args.dir {
        for shell in SHELLS {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "opsctl", &mut script);
            files::write(&dir.join(shell.file_name("opsctl")), &script).map_err(|error| {
                Error::failed(format!("cannot write into {}", dir.display())).because(error)
            })?;
        }
    } else if let Some(shell) = args.shell {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command, "opsctl", &mut script);
        ctx.out().text(&String::from_utf8_lossy(&script))?;
    }
    Ok(Outcome::Done)
}
