//! `opsctl ssm session list`.

use clap::Args;

use super::api::{self, Selection};
use super::model::Status;
use super::select::{Owner, SelectArgs};
use super::view;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// List the sessions
///
/// Shows the sessions that are open, those whose client is away too. With --history, those of the
/// last 30 days that are over. They are anyone's unless --owner says whose, and of any age unless
/// --since and --until say which; a date is its first moment, in UTC unless --local is given.
///
/// Examples:
///   opsctl ssm session list
///   opsctl ssm session list --owner me --state disconnected
///   opsctl ssm session list --history --target web-1 --columns id,owner,started,ended
///   opsctl ssm session list --history --since yesterday
///   opsctl ssm session list --query 'items[].sessionId' -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong
///   3   there is no node of the name that --target gives
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   ssm:DescribeSessions            the list
///   ssm:DescribeInstanceProperties  for a --target that is not an id
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::SESSIONS)))]
pub struct ListSessionsArgs {
    /// Sessions that are over, instead of those that are open
    #[arg(long, help_heading = "Target")]
    history: bool,

    /// Only sessions in this state; one of those that are over implies --history
    #[arg(long, value_name = "STATE", ignore_case = true, help_heading = "Target")]
    state: Option<Status>,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListSessionsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("ssm.session", view::SESSIONS)?;
    let selection = Selection {
        history: args.history || args.state.as_ref().is_some_and(Status::is_over),
        status: args.state.clone(),
        ..args.select.selection(Owner::Anyone, ctx).await?
    };
    let client = ctx.aws().await?.ssm();
    api::sessions(&client, &selection, &mut |page| Ok(writer.extend(page)?.is_continue())).await?;
    writer.finish()?;
    Ok(Outcome::Done)
}
