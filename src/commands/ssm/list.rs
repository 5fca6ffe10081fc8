//! `opsctl ssm list`.

use clap::Args;

use super::model::{Filter, Tag};
use super::{api, view};
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// List the managed nodes
///
/// Shows the nodes that Systems Manager knows and whose agent answers; --all shows the others too.
/// Every page is fetched.
///
/// Examples:
///   opsctl ssm list
///   opsctl ssm list --tag role=web --columns name,ip
///   opsctl ssm list --all --filter PlatformTypes=Linux -o json
///   opsctl ssm list --query 'items[].instanceId' -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   a filter, a column or a query is wrong
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   ssm:DescribeInstanceProperties   asked first
///   ssm:DescribeInstanceInformation  where that is denied
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::NODES)))]
pub struct ListNodesArgs {
    /// Only nodes that match a filter of the API, such as PlatformTypes or AgentVersion; may be repeated
    #[arg(long, value_name = "KEY=VALUE[,VALUE]", help_heading = "Target")]
    filter: Vec<Filter>,

    /// Only nodes with this tag; may be repeated
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Target")]
    tag: Vec<Tag>,

    /// Nodes that are not online, too
    #[arg(short, long, help_heading = "Target")]
    all: bool,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListNodesArgs, ctx: &Context) -> Result<Outcome> {
    let filters: Vec<Filter> = args.filter.iter().cloned().chain(args.tag.iter().map(Filter::tag)).collect();
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("ssm.node", view::NODES)?;
    let mut hidden = 0usize;
    let client = ctx.aws().await?.ssm();
    api::nodes(&client, &filters, &mut |page| {
        let shown = page.into_iter().filter(|node| {
            let shown = args.all || node.is_online();
            hidden += usize::from(!shown);
            shown
        });
        Ok(writer.extend(shown)?.is_continue())
    })
    .await?;
    writer.finish()?;
    if hidden > 0 {
        ctx.reporter().status(match hidden {
            1 => "1 node is not online; --all shows it".to_owned(),
            _ => format!("{hidden} nodes are not online; --all shows them"),
        });
    }
    Ok(Outcome::Done)
}
