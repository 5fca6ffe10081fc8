//! `opsctl sfn list`.

use clap::Args;

use super::api::Sfn;
use super::view;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// List the state machines
///
/// Shows the state machines of the account and the region, Standard and Express.
///
/// Examples:
///   opsctl sfn list
///   opsctl sfn list --sort name --columns name,type
///   opsctl sfn list --query "items[?type=='EXPRESS'].name" -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:ListStateMachines  the list
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::MACHINES)))]
pub struct ListMachinesArgs {
    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListMachinesArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("sfn.machine", view::MACHINES)?;
    let sfn = Sfn::open(ctx).await?;
    sfn.machines(&mut |page| Ok(writer.extend(page)?.is_continue())).await?;
    writer.finish()?;
    Ok(Outcome::Done)
}
