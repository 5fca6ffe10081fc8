//! `opsctl version`: the line of `--version`, and the same for programs.

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;

/// Print the version
///
/// Examples:
///   opsctl version
///   opsctl version --query item.version -o text
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct VersionArgs {}

#[derive(Debug, Serialize)]
struct Version {
    version: &'static str,
}

const DETAILS: &[Column<Version>] = &[Column::new("version", "Version", |it: &Version| it.version.into())];

pub fn run(_args: &VersionArgs, ctx: &Context) -> Result<Outcome> {
    let version = Version { version: env!("CARGO_PKG_VERSION") };
    if ctx.global().output.is_none() && ctx.global().query.is_none() {
        ctx.out().text(&format!("opsctl {}\n", version.version))?;
    } else {
        ctx.out().item("version", DETAILS, &version)?;
    }
    Ok(Outcome::Done)
}
