//! `opsctl sandbox init`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::files;
use crate::sandbox::config::TEMPLATE;
use crate::sandbox::state::CONFIG;

/// Write a commented sandbox.toml
///
/// The file says everything a sandbox can be told, and as it is gives the sandbox you get without
/// one. A file that exists already is left alone unless you say --yes.
///
/// Examples:
///   opsctl sandbox init
///   opsctl sandbox run --config sandbox.toml -- opsctl ssm list
///
/// Exit codes:
///   1  the file cannot be written
///   9  the file exists already
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct InitArgs {
    /// The file to write
    #[arg(value_name = "FILE", default_value = CONFIG)]
    file: PathBuf,
}

pub fn run(args: &InitArgs, ctx: &Context) -> Result<Outcome> {
    let written =
        if ctx.global().yes { files::write(&args.file, TEMPLATE.as_bytes()) } else { create(&args.file) };
    let name = args.file.display();
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::new(Kind::Conflict, format!("{name} exists already"))
            .hint(format!("opsctl sandbox init --yes {name} overwrites it")),
        _ => Error::failed(format!("cannot write {name}")).because(error),
    })?;
    ctx.reporter().status(format_args!("wrote {name}"));
    Ok(Outcome::Done)
}

fn create(file: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(file)?.write_all(TEMPLATE.as_bytes())
}
