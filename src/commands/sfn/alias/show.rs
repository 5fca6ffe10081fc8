//! `opsctl sfn alias show`.

use clap::Args;

use super::view::ALIAS;
use crate::cli::DetailArgs;
use crate::commands::sfn::alias_name::AliasName;
use crate::commands::sfn::api::Sfn;
use crate::commands::sfn::complete;
use crate::commands::sfn::machine::MachineName;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Show where an alias leads
///
/// Shows the versions that executions started with the alias are of, each with its share of them.
///
/// Examples:
///   opsctl sfn alias show orders PROD
///   opsctl sfn alias show orders PROD --query item.routes -o json
///
/// Exit codes:
///   0   it is shown
///   2   an option, a field or a query is wrong
///   3   there is no such state machine or alias
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:DescribeStateMachineAlias  the alias
///   states:ListStateMachines          for a machine that is given by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(ALIAS)))]
pub struct ShowAliasArgs {
    /// The machine: name or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    /// The alias
    #[arg(value_name = "ALIAS", add = complete::aliases("show", 1))]
    alias: AliasName,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ShowAliasArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.alias", ALIAS)?;
    let sfn = Sfn::open(ctx).await?;
    let machine = args.machine.find(&sfn, ctx).await?.unqualified();
    details.show(&super::needed(&sfn, &machine, args.alias.as_str()).await?)?;
    Ok(Outcome::Done)
}
