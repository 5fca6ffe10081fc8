//! `opsctl sfn alias list`.

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::view::{ALIASES, Listed, UNROUTED};
use crate::cli::ListArgs;
use crate::commands::sfn::api::Sfn;
use crate::commands::sfn::complete;
use crate::commands::sfn::machine::MachineName;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Aliases that are looked at at the same time.
const AT_ONCE: usize = 4;

/// List the aliases of a state machine
///
/// The service lists their names alone; where each leads takes a call of its own, which --routes asks
/// for.
///
/// Examples:
///   opsctl sfn alias list orders
///   opsctl sfn alias list orders --routes --columns name,versions -o text
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
///   states:ListStateMachineAliases     the list
///   states:DescribeStateMachineAlias   for --routes
///   states:ListStateMachines           for a machine that is given by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(ALIASES)))]
pub struct ListAliasesArgs {
    /// The machine: name or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    /// The versions that each leads to, too
    #[arg(long, help_heading = "Target")]
    routes: bool,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListAliasesArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("sfn.alias", if args.routes { ALIASES } else { UNROUTED })?;
    let sfn = Sfn::open(ctx).await?;
    let machine = args.machine.find(&sfn, ctx).await?.unqualified();
    let aliases = sfn.aliases(&machine).await?.into_iter().map(|alias| Listed {
        name: alias.name,
        routes: None,
        description: None,
        created: alias.created,
        state_machine_alias_arn: alias.state_machine_alias_arn,
    });
    if args.routes {
        let (sfn, machine) = (&sfn, &machine);
        let looks = aliases.map(|alias| async move {
            // One that was deleted since leads nowhere.
            let found = sfn.alias_if_any(machine, &alias.name).await?;
            let (routes, description) = found.map(|it| (it.routes, it.description)).unwrap_or_default();
            Ok::<_, anyhow::Error>(Listed { routes: Some(routes), description, ..alias })
        });
        let listed: Vec<Listed> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        let _ = writer.extend(listed)?;
    } else {
        let _ = writer.extend(aliases)?;
    }
    writer.finish()?;
    Ok(Outcome::Done)
}
