//! `opsctl man`: the manual pages, made from the command tree and the topics. Reproducible: no dates.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};

use crate::cli::Cli;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::files;
use crate::manual::{self, Page, Subject};

/// Print the manual page of a command or a topic, or write them all
///
/// A page says what the help says. Written are the pages of all commands into DIR/man1 and those of
/// the topics into DIR/man7, as `man` looks for them in the folders of MANPATH.
///
/// Examples:
///   opsctl man ssm connect | man -l -
///   opsctl man exit-codes | man -l -
///   opsctl man --dir ~/.local/share/man
///
/// Exit codes:
///   1  a page cannot be written
///   3  there is no such command or topic
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ManArgs {
    /// The command, such as `ssm connect`, or a topic; none for opsctl itself
    #[arg(value_name = "COMMAND|TOPIC", add = completion::fixed(manual::subjects))]
    words: Vec<String>,

    /// Write every page below this folder instead
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, conflicts_with = "words", help_heading = "Target")]
    dir: Option<PathBuf>,

    /// Print the whole reference as one Markdown document instead
    #[arg(long, hide = true, conflicts_with_all = ["words", "dir"], help_heading = "Target")]
    markdown: bool,
}

pub fn run(args: &ManArgs, ctx: &Context) -> Result<Outcome> {
    let mut root = Cli::command();
    root.build();
    if args.markdown {
        ctx.out().text(&manual::reference(&manual::pages(&root)))?;
    } else if let Some(dir) = &args.dir {
        manual::pages(&root).iter().try_for_each(|page| write(page, dir))?;
    } else {
        ctx.out().text(&page(&root, &args.words)?.roff())?;
    }
    Ok(Outcome::Done)
}

fn page(root: &clap::Command, words: &[String]) -> Result<Page> {
    match manual::find(root, words)? {
        Subject::Command(path, command) => Ok(Page::of_command(&path, command)),
        Subject::Topic(topic) => {
            let missing = || Error::new(Kind::Bug, format!("the topic {} has no page", topic.name()));
            Ok(Page::of_topic(topic, root).ok_or_else(missing)?)
        }
    }
}

fn write(page: &Page, dir: &Path) -> Result<()> {
    let folder = dir.join(format!("man{}", page.section));
    let file = folder.join(format!("{}.{}", page.name(), page.section));
    fs::create_dir_all(&folder)
        .and_then(|()| files::write(&file, page.roff().as_bytes()))
        .map_err(|error| Error::failed(format!("cannot write {}", file.display())).because(error).into())
}
