//! `opsctl ssm connect`.

use clap::Args;

use super::complete;
use super::model::Tag;
use super::open::{SessionArgs, Target, open_unless};
use super::shell::{self, Loan};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::{Signal, Signals};

/// Open a shell on a node
///
/// Speaks Session Manager's data channel itself: no plugin. TARGET is an instance id, an id of a
/// hybrid node (mi-...), the name, address or host name of a node, or a tag as KEY=VALUE. With
/// none, a list to choose from opens. A cut connection is mended without losing a byte for as long
/// as the session lives.
///
/// Without a terminal the lines on stdin are typed into the shell; at their end it is told so
/// (Ctrl-D), and opsctl ends when the shell ends. A shell has no exit code to pass on: Session
/// Manager carries none.
///
/// Examples:
///   opsctl ssm connect web-1
///   opsctl ssm connect web-1 --reason 'disk full, ticket 4711'
///   opsctl ssm connect role=db
///   echo 'uname -a' | opsctl ssm connect web-1
///
/// Exit codes:
///   0   the shell ended, whatever its own exit code
///   1   the session broke
///   2   several nodes have the name, or there is none and no terminal to choose on
///   3   no such node
///   4   no credentials or no region, or they expired and a cut session could not be resumed
///   5   denied by a policy
///   8   the session was idle too long, or lasted too long
///   9   the node is not connected
///   75  AWS cannot be reached or is busy, or the node does not answer
///
/// IAM:
///   ssm:StartSession                on the node and the document
///   ssm:ResumeSession               on one's own sessions
///   ssm:TerminateSession            on one's own sessions
///   ssmmessages:OpenDataChannel     on the session
///   ssm:DescribeInstanceProperties  for anything but an id
///   kms:GenerateDataKey             where the preferences ask for encryption
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ConnectArgs {
    /// The node: id, name, KEY=VALUE tag, address or host name
    #[arg(add = complete::nodes())]
    target: Option<String>,

    /// The node with this tag, as KEY=VALUE for TARGET
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "target", help_heading = "Target")]
    tag: Option<Tag>,

    #[command(flatten)]
    session: SessionArgs,

    /// Send no Ctrl-D when stdin ends
    #[arg(long, hide_short_help = true, help_heading = "Session")]
    no_eof: bool,
}

pub async fn run(args: &ConnectArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let target = signals.race(target(args, ctx)).await?;
    let opening = args.session.open(ctx.aws().await?, &target, None, &[]);
    let session = open_unless(opening, signals.next()).await.map_err(Signal::as_error)??;
    let loan = Loan { label: &target.label, say_end: !args.no_eof, trailer: None };
    shell::run(session, loan, signals, ctx).await
}

async fn target(args: &ConnectArgs, ctx: &Context) -> Result<Target> {
    let aws = ctx.aws().await?;
    let tag = args.tag.as_ref().map(|tag| format!("{}={}", tag.key, tag.value));
    match args.target.as_ref().or(tag.as_ref()) {
        Some(text) => Target::find(aws, text).await,
        None => Target::pick(aws, "opsctl ssm connect TARGET", ctx).await,
    }
}
