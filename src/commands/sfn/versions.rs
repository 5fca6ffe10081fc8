//! `opsctl sfn versions`.

use clap::Args;

use super::api::Sfn;
use super::complete;
use super::machine::MachineName;
use super::view::VERSIONS;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// List the versions of a state machine
///
/// Newest first. A version never changes; `opsctl sfn deploy` publishes one.
///
/// Examples:
///   opsctl sfn versions orders
///   opsctl sfn versions orders --limit 1 --columns number -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong
///   3   there is no such state machine
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:ListStateMachineVersions  the list
///   states:ListStateMachines         for a machine that is given by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(VERSIONS)))]
pub struct VersionsArgs {
    /// The machine: name or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &VersionsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("sfn.version", VERSIONS)?;
    let sfn = Sfn::open(ctx).await?;
    let machine = args.machine.find(&sfn, ctx).await?.unqualified();
    let _ = writer.extend(sfn.versions(&machine).await?)?;
    writer.finish()?;
    Ok(Outcome::Done)
}
