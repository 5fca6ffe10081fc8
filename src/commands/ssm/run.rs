//! `opsctl ssm run`: Run Command over a fleet. Here the verb as a whole; what is sent, how it is checked, sent, watched,
//! shown and summed up have rooms of their own.

mod api;
mod braces;
mod check;
mod complete;
mod model;
mod outcome;
mod payload;
mod rate;
mod results;
mod rollout;
mod view;
mod watch;

use std::time::Duration;

use aws_sdk_ssm::Client;
use clap::Args;

use super::fleet::FleetArgs;
use super::model::Node;
use crate::change::{self, Changes, Plan, Step, Weight, Words};
use crate::cli::{ChangeArgs, interval};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::Failure;
use crate::signals::Signals;
use api::Sending;
use model::Output;
use payload::{Payload, PayloadArgs, delivery_timeout};
use rate::Rate;
use results::Results;
use rollout::{Limits, Member, Rollout};
use watch::Watch;

/// Run a command on several nodes, through Run Command
///
/// Sends the command, or a script, to the nodes named, those with a tag, or all that are online;
/// watches it, and prints the output of each node as it ends: what it wrote to stdout on stdout,
/// what it wrote to stderr on stderr. With -o there is a record a node instead. Run Command tells
/// nothing while a command runs and keeps 24,000 characters of each stream; opsctl ssm exec has
/// neither limit.
///
/// Nodes that are not online are named and left out. AWS takes 50 nodes a call; for more, opsctl
/// sends one command after the other, so that --max-concurrency and --max-errors hold over all.
/// Where more than 50 run at a time, those of one call go on when another has failed too often.
///
/// Ctrl-C offers to cancel; without a terminal the command goes on. --resume watches it again.
///
/// Examples:
///   opsctl ssm run web-1 web-2 -- uptime
///   opsctl ssm run --tag role=web --max-concurrency 1 --comment 'ticket 4711' -- df -h /
///   echo 'uname -a' | opsctl ssm run --all -f - -o json
///   opsctl ssm run db-1 --document AWS-RunShellScript --parameter commands=id --dry-run
///
/// Exit codes:
///   0    it succeeded on every node; with --no-wait, it was sent; with --dry-run, it could be
///   1    failed, and none of the below says why
///   2    an option, the script or a parameter is wrong, or the document is for other platforms
///   3    there is no such node, document or command
///   5    denied by a policy
///   6    it succeeded on no node
///   7    it failed on some nodes, or a node that was named is not online; each is told
///   8    --timeout was reached while waiting; the command goes on
///   9    no node is online
///   75   AWS cannot be reached, or is busy
///   130  interrupted; whether it goes on is told
///
/// IAM:
///   ssm:SendCommand                 on the nodes and the document
///   ssm:ListCommandInvocations      to see how far it is
///   ssm:GetCommandInvocation        for the output
///   ssm:ListCommands                for --resume
///   ssm:CancelCommand               to cancel
///   ssm:DescribeInstanceProperties  to find the nodes
///   ssm:DescribeDocument            to check --parameter before anything is sent
///   ssm:ListDocuments               for a --document that does not exist
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RunArgs {
    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    payload: PayloadArgs,

    /// Nodes at a time, a number or 10%; else 50
    #[arg(long, value_name = "RATE", value_parser = rate::positive, help_heading = "Change")]
    max_concurrency: Option<Rate>,

    /// Failures that do not stop the rest; else 0
    #[arg(long, value_name = "RATE", help_heading = "Change")]
    max_errors: Option<Rate>,

    /// Why, for the command history; at most 100 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = comment, hide_short_help = true, help_heading = "Change")]
    comment: Option<String>,

    /// How long a node is tried to be reached; an hour unless given
    #[arg(long, value_name = "DURATION", value_parser = delivery_timeout, hide_short_help = true, help_heading = "Change")]
    delivery_timeout: Option<Duration>,

    #[command(flatten)]
    change: ChangeArgs,

    /// Send it and print its id
    #[arg(long, conflicts_with_all = ["resume", "interval"], hide_short_help = true, help_heading = "Waiting")]
    no_wait: bool,

    /// Watch a command that was sent before
    #[arg(
        long,
        value_name = "COMMAND-ID",
        conflicts_with_all = [
            "targets", "tag", "all", "file", "document", "working_directory", "execution_timeout", "command",
            "max_concurrency", "max_errors", "comment", "delivery_timeout", "dry_run",
        ],
        help_heading = "Target"
    )]
    resume: Vec<String>,

    /// The longest pause between two looks; the first ones are shorter
    #[arg(long, value_name = "DURATION", value_parser = interval, hide_short_help = true, help_heading = "Waiting")]
    interval: Option<Duration>,
}

fn comment(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0..=100 => Ok(text.to_owned()),
        length => Err(format!("Run Command takes 100 characters, not {length}")),
    }
}

impl RunArgs {
    /// To watch one that was sent changes nothing.
    pub fn changes(&self) -> Changes {
        Changes::Unasked.unless(self.change.dry_run || !self.resume.is_empty())
    }
}

pub async fn run(args: &RunArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let out = change::is_answered(ctx).then(|| ctx.out().unpaged());
    let results = Results::new(ctx, out.as_ref())?;
    if !args.resume.is_empty() {
        let client = ctx.aws().await?.ssm();
        let rollout = signals.race(sent_before(&client, &args.resume)).await?;
        let watch = Watch::new(&client, ctx, rollout, results, args.interval);
        return watched(watch, args, &[], signals).await;
    }
    if args.fleet.is_empty() {
        return Err(Error::usage("nothing says which nodes are meant")
            .hint("name them, or use --tag KEY=VALUE or --all")
            .into());
    }
    let payload = signals.race(payload(&args.payload)).await?;
    let client = ctx.aws().await?.ssm();
    let (nodes, offline) = signals.race(prepared(args, &payload, &client)).await?;
    if !offline.is_empty() {
        let labels: Vec<String> = offline.iter().map(offline_label).collect();
        ctx.reporter().warn(format_args!("not online, left out: {}", check::some(&labels)));
    }
    let members = nodes.into_iter().map(|node| Member::new(node.instance_id, node.name)).collect();
    let limits = Limits { concurrency: args.max_concurrency, errors: args.max_errors };
    let mut watch = Watch::new(&client, ctx, Rollout::new(members, limits), results, args.interval);
    watch.sending = Some(Sending {
        payload: &payload,
        instance_ids: Vec::new(),
        comment: args.comment.as_deref(),
        delivery_timeout: args.delivery_timeout,
        max_concurrency: None,
        max_errors: None,
    });
    if args.change.dry_run {
        return dry_run(watch, ctx).await;
    }
    // Of a choice by tag, those are meant that are online.
    let left_out: Vec<Node> = offline.into_iter().filter(|node| args.fleet.names(node)).collect();
    if args.no_wait {
        return sent(watch, args, &left_out, signals).await;
    }
    watched(watch, args, &left_out, signals).await
}

/// Read in a thread: a pipe may give its script late, or never, and a read cannot be given up.
async fn payload(args: &PayloadArgs) -> Result<Payload> {
    let args = args.clone();
    let read = tokio::task::spawn_blocking(move || Payload::new(&args, std::io::stdin()));
    read.await.map_err(|error| Error::failed("cannot read the script").because(error))?
}

/// The nodes that get it and those that cannot, once everything has been checked that can be.
async fn prepared(args: &RunArgs, payload: &Payload, client: &Client) -> Result<(Vec<Node>, Vec<Node>)> {
    let document = match &args.payload.document {
        None => Some(check::shell_document()),
        Some(name) => api::document(client, name).await?,
    };
    let nodes = args.fleet.nodes(client).await?;
    let (online, offline): (Vec<Node>, Vec<Node>) = nodes.into_iter().partition(Node::is_online);
    if online.is_empty() {
        let labels: Vec<String> = offline.iter().map(offline_label).collect();
        return Err(Error::new(Kind::Conflict, format!("no node is online: {}", check::some(&labels)))
            .hint("opsctl ssm list --all")
            .into());
    }
    if let Some(document) = &document {
        check::check(document, payload, &online)?;
    }
    Ok((online, offline))
}

fn offline_label(node: &Node) -> String {
    format!("{}: {}", node.label(), node.ping_status.as_str())
}

async fn sent_before(client: &Client, ids: &[String]) -> Result<Rollout> {
    let mut commands = Vec::new();
    for id in ids {
        let summary = api::command(client, id).await?;
        if summary.targets == 0 {
            let message = format!("the command {id} ({}) found no node to run on", summary.document);
            return Err(Error::not_found(message).into());
        }
        if commands.iter().all(|(known, _)| known != id) {
            commands.push((id.clone(), summary.targets));
        }
    }
    Ok(Rollout::of_commands(commands))
}

const WORDS: Words = Words { verb: "send", done: "sent", one: "command", many: "commands" };

/// Every call there would be, if all goes well.
async fn dry_run(mut watch: Watch<'_>, ctx: &Context) -> Result<Outcome> {
    let mut steps = Vec::new();
    while let Some(batch) = watch.rollout.next() {
        let Some(sending) = watch.sending(&batch) else { break };
        let members = watch.rollout.members().get(batch.members.clone()).unwrap_or_default();
        let labels: Vec<String> = members.iter().map(Member::label).collect();
        steps.push(Step {
            action: "ssm:SendCommand",
            resource: sending.payload.document.clone(),
            description: format!("on {}", labels.join(", ")),
            parameters: sending.parameters(),
        });
        let id = format!("dry-run-{}", steps.len());
        watch.rollout.succeeded(&batch, id);
    }
    let region = ctx.aws().await?.region().value.clone();
    let plan = Plan { words: WORDS, weight: Weight::Ordinary, account: None, region, steps };
    plan.print(ctx.out())?;
    let (commands, nodes) = (WORDS.count(plan.steps.len()), api::nodes(watch.rollout.count()));
    ctx.reporter().status(format_args!("dry run: {commands} would be sent to {nodes}"));
    Ok(Outcome::Done)
}

/// `--no-wait`.
async fn sent(
    mut watch: Watch<'_>,
    args: &RunArgs,
    left_out: &[Node],
    mut signals: Signals,
) -> Result<Outcome> {
    let total = watch.rollout.count();
    if !watch.rollout.goes_out_at_once() {
        return Err(Error::usage(format!(
            "--no-wait cannot keep --max-concurrency over {}",
            api::nodes(total)
        ))
        .because("AWS takes 50 nodes a call, and the next call has to wait for the one before")
        .hint("leave out --no-wait, or use --max-concurrency 100%")
        .into());
    }
    let out = watch.send_what_may_be(&mut signals).await;
    let ctx = watch.ctx;
    if !change::is_answered(ctx) {
        let ids = watch.rollout.commands().into_iter().map(|id| format!("{id}\n"));
        ctx.out().transcript(&ids.collect::<String>())?;
    }
    ctx.reporter().hint(watch.resume());
    finish(watch, left_out)?;
    out?;
    outcome::outcome(&Rollout::new(Vec::new(), Limits::default()), left_out, |ids| again(args, ids, ctx))
}

async fn watched(
    mut watch: Watch<'_>,
    args: &RunArgs,
    left_out: &[Node],
    mut signals: Signals,
) -> Result<Outcome> {
    watch.results.are_several(watch.rollout.count() > 1);
    let ctx = watch.ctx;
    let mut ended = watch.until_over(&mut signals).await;
    if let Err(error) = &ended
        && !watch.rollout.commands().is_empty()
    {
        let kind = Report::new(error).kind;
        watch.rollout.stop();
        if kind == Kind::Interrupted && is_to_be_cancelled(&watch).await {
            ended = cancelled(&mut watch, &mut signals).await;
        } else if !matches!(kind, Kind::Interrupted | Kind::Terminated | Kind::HungUp | Kind::TimedOut) {
            // Those tell it themselves.
            ctx.reporter().hint(watch.resume());
        }
        let unsent = watch.rollout.members().iter().filter(|member| member.command_id.is_none()).count();
        if unsent > 0 {
            ctx.reporter().warn(format_args!("{} did not get the command", api::nodes(unsent)));
        }
    }
    let rollout = finish(watch, left_out)?;
    ended?;
    outcome::outcome(&rollout, left_out, |ids| again(args, ids, ctx))
}

/// Asks where somebody can be asked, and may change something. A second Ctrl-C is a no: one leaves, and the command
/// goes on.
async fn is_to_be_cancelled(watch: &Watch<'_>) -> bool {
    if watch.ctx.guard().is_some_and(|guard| guard.is_read_only().is_some()) {
        return false;
    }
    let Ok(prompter) = watch.ctx.prompter("", "") else { return false };
    let left = watch.rollout.count().saturating_sub(watch.rollout.over());
    let question = format!("cancel the command on {}? it goes on otherwise", api::nodes(left));
    matches!(prompter.confirm(&question).await, Ok(true))
}

async fn cancelled(watch: &mut Watch<'_>, signals: &mut Signals) -> Result<()> {
    for id in watch.rollout.active() {
        signals.race(api::cancel(watch.client, &id)).await?;
    }
    watch.until_over(signals).await?;
    let count = watch.rollout.members().iter().filter(|member| member.state.details == "Cancelled").count();
    Err(Error::new(Kind::Interrupted, format!("the command was cancelled on {}", api::nodes(count))).into())
}

/// Completes the answer: nodes that have not ended are in it too, and those that were left out.
fn finish(watch: Watch<'_>, left_out: &[Node]) -> Result<Rollout> {
    let Watch { ctx, rollout, mut results, .. } = watch;
    for member in rollout.members().iter().filter(|member| !member.told) {
        results.record(member, Output::NONE)?;
    }
    for node in left_out {
        let error = Error::new(Kind::Conflict, format!("{} is not online", node.label()));
        results.failed(Failure::new(&Report::new(&error.into()), &ctx.place()));
    }
    results.finish()?;
    Ok(rollout)
}

/// The same command for other nodes; none where a script came from stdin, or all was sent before.
fn again(args: &RunArgs, ids: &[&str], ctx: &Context) -> Option<String> {
    let payload = &args.payload;
    if !args.resume.is_empty() || payload.file.as_ref().is_some_and(|file| file.as_os_str() == "-") {
        return None;
    }
    let mut words: Vec<String> = ["ssm", "run"].iter().chain(ids).map(|word| (*word).to_owned()).collect();
    let mut option = |name: &str, value: Option<String>| {
        words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    };
    option("--file", payload.file.as_ref().map(|file| file.display().to_string()));
    option("--document", payload.document.clone());
    for parameter in &payload.parameter {
        option("--parameter", Some(format!("{}={}", parameter.name, parameter.value)));
    }
    option("--working-directory", payload.working_directory.clone());
    option("--execution-timeout", payload.execution_timeout.map(|limit| format!("{}s", limit.as_secs())));
    if !payload.command.is_empty() {
        words.push("--".to_owned());
        words.extend(payload.command.iter().cloned());
    }
    Some(change::again(ctx.global(), words.iter().map(String::as_str)))
}
