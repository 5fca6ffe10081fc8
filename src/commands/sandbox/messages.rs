//! `opsctl sandbox messages`.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::reached;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output::{Column, ListWriter};
use crate::sandbox::Connection;

/// Between two looks for what has come.
const PAUSE: Duration = Duration::from_millis(250);

/// Show what was sent to topics and queues
///
/// A sandbox delivers no messages: it keeps what was published to SNS and sent to SQS, by tasks of
/// machines and by any client, and shows it here, oldest first. There is room for the last 10,000, or
/// 32 MB of them. Every name is a topic or a queue, unless sandbox.toml says which there are.
///
/// With --follow it goes on with what comes, until --limit messages were shown or Ctrl-C ends it. A
/// task that waits for a token is ended by whoever reads the token here.
///
/// The AWS CLI of version 1 looks for SQS in AWS wherever it was told to look: inside of a sandbox it
/// wants --endpoint-url "$AWS_ENDPOINT_URL" besides.
///
/// Examples:
///   opsctl --sandbox sandbox messages
///   opsctl --sandbox sandbox messages image-done --columns time,message
///   opsctl sandbox run -- opsctl sandbox messages --query 'items[].message' -o text
///   opsctl sandbox run -- aws sns publish --message hello \
///     --topic-arn arn:aws:sns:us-east-1:111122223333:done
///
/// Exit codes:
///   0    the list is complete, even if it is empty
///   2    this is no sandbox, or an option, a column or a query is wrong
///   3    no sandbox runs
///   8    --timeout was reached
///   130  interrupted
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct MessagesArgs {
    /// Only those to these topics and queues
    #[arg(value_name = "NAME", value_hint = clap::ValueHint::Other)]
    to: Vec<String>,

    /// Go on with what comes
    #[arg(long, help_heading = "Waiting")]
    follow: bool,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "PascalCase"))]
struct Message {
    message_id: String,
    time: Timestamp,
    service: String,
    to: String,
    subject: Option<String>,
    message: String,
    #[serde(default)]
    attributes: BTreeMap<String, Attribute>,
    group: Option<String>,
    deduplication: Option<String>,
    sequence: Option<String>,
    sender: String,
    #[serde(skip_serializing)]
    number: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "PascalCase"))]
struct Attribute {
    data_type: String,
    string_value: Option<String>,
    binary_value: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    messages: Vec<Message>,
    has_more: bool,
}

const COLUMNS: &[Column<Message>] = &[
    Column::new("time", "TIME", |message: &Message| message.time.into()),
    Column::new("service", "SERVICE", |message: &Message| message.service.as_str().into()),
    Column::new("to", "TO", |message: &Message| message.to.as_str().into()),
    Column::new("subject", "SUBJECT", |message: &Message| message.subject.as_deref().into()),
    Column::new("message", "MESSAGE", |message: &Message| message.message.as_str().into()).cut(),
    Column::new("id", "ID", |message: &Message| message.message_id.as_str().into()).hidden(),
    Column::new("group", "GROUP", |message: &Message| message.group.as_deref().into()).hidden(),
    Column::new("sender", "SENDER", |message: &Message| message.sender.as_str().into()).hidden(),
];

pub async fn run(args: &MessagesArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut list = out.stream("sandbox.message", COLUMNS)?;
    if args.follow && out.settings().limit.is_none() && !list.streams() {
        return Err(Error::usage("what is followed has no end, and this form of it is written at the end")
            .hint("opsctl sandbox messages --follow -o text writes each message when it comes")
            .hint("opsctl sandbox messages --follow --limit 1 ends with the first")
            .into());
    }
    let refused = || {
        Error::usage("this is no sandbox, and nothing else keeps messages")
            .hint("opsctl --sandbox sandbox messages asks the one that is running")
    };
    let sandbox = reached::connection(ctx.aws().await?, refused).await?;
    let mut after = 0;
    while show(&sandbox, args, &mut after, &mut list).await? && args.follow {
        tokio::time::sleep(PAUSE).await;
    }
    list.finish()?;
    Ok(Outcome::Done)
}

/// Shows all that has come since; `false`: no more is wanted.
async fn show(
    sandbox: &Connection,
    args: &MessagesArgs,
    after: &mut u64,
    list: &mut ListWriter<'_, Message>,
) -> Result<bool> {
    loop {
        let answer = sandbox.ask("ListMessages", &serde_json::json!({"After": after})).await?;
        let Page { messages, has_more } = serde_json::from_value(answer)?;
        for message in messages {
            *after = message.number;
            let is_asked = args.to.is_empty() || args.to.contains(&message.to);
            if is_asked && list.push(message)?.is_break() {
                return Ok(false);
            }
        }
        if !has_more {
            return Ok(true);
        }
    }
}
