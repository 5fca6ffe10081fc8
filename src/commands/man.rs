//! `opsctl man`: the manual pages, made from the command tree itself. Reproducible: no dates.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use crate::cli::Cli;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::files;
use crate::output::nearest;

/// Print the manual page of a command, or write them all
///
/// Examples:
///   opsctl man ssm connect | man -l -
///   opsctl man --dir ~/.local/share/man/man1
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ManArgs {
    /// The command, such as `ssm connect`; none for opsctl itself
    command: Vec<String>,

    /// Write every page into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

pub fn run(args: &ManArgs, ctx: &Context) -> Result<Outcome> {
    // The help of the help would be a page for every command.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(dir) = &args.dir {
        write_all(&root, dir)?;
        return Ok(Outcome::Done);
    }
    let mut found = &root;
    for word in &args.command {
        found = found.find_subcommand(word).ok_or_else(|| {
            let error = Error::not_found(format!("{} has no command {word}", found.get_name()));
            let known = found.get_subcommands().map(|command| command.get_name());
            match nearest(word, known) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint("opsctl --help lists the commands"),
            }
        })?;
    }
    ctx.out().text(&String::from_utf8_lossy(&page(found)?))?;
    Ok(Outcome::Done)
}

fn write_all(command: &clap::Command, dir: &std::path::Path) -> Result<()> {
    let file = dir.join(format!("{}.1", command.get_display_name().unwrap_or(command.get_name())));
    files::write(&file, &page(command)?)
        .map_err(|error| Error::failed(format!("cannot write {}", file.display())).because(error))?;
    for sub in command.get_subcommands() {
        write_all(sub, dir)?;
    }
    Ok(())
}

fn page(command: &clap::Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    // A manual has room for what the short help leaves out; the generator would print only the names of it.
    let whole = command.clone().mut_args(|arg| arg.hide_short_help(false));
    let man = Man::new(whole).source(concat!("opsctl ", env!("CARGO_PKG_VERSION"))).manual("opsctl");
    man.render(&mut page).map_err(|error| Error::failed("cannot make the manual page").because(error))?;
    Ok(page)
}
