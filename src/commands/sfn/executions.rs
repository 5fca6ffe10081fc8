//! `opsctl sfn executions`.

use std::str::FromStr;

use clap::Args;
use jiff::Timestamp;
use opsctl_engine::asl::arn::{Named, StatesArn};

use super::api::{Listing, Sfn};
use super::machine::MachineName;
use super::model::{ExecutionSummary, MachineSummary};
use super::name_pattern::NamePattern;
use super::{complete, express, view};
use crate::cli::{ListArgs, Moment};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};

/// List the executions of a state machine
///
/// Shows the executions of a Standard machine, newest first: those that run, and those that ended in
/// the last 90 days. MACHINE is a name, or how one begins; a version or an alias lists what was
/// started by it, and the ARN of a map run its child executions. Times are those of the start. Of
/// Express machines no executions are kept: it is said where their events are.
///
/// Examples:
///   opsctl sfn executions orders
///   opsctl sfn executions orders --status failed,timed_out --since yesterday
///   opsctl sfn executions orders --name 'nightly-*' --not-redriven --limit 20
///   opsctl sfn executions orders --status running --columns arn -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong; the name is that of several machines
///   3   there is no such machine
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:ListExecutions        the list
///   states:ListStateMachines     for a MACHINE that is not an ARN
///   states:DescribeStateMachine  to say where an Express machine logs
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::EXECUTIONS)))]
pub struct ExecutionsArgs {
    /// The state machine: name or ARN; with :VERSION or :ALIAS, that one
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: Parent,

    /// Only executions in this state; several with commas
    #[arg(
        long,
        value_name = "STATE",
        value_delimiter = ',',
        value_parser = complete::status,
        help_heading = "Target",
        add = complete::statuses()
    )]
    status: Vec<String>,

    /// Only those whose name begins so, or is like this: 'nightly-*-7'
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    name: Option<NamePattern>,

    /// Only those started since: 2h (ago), yesterday, 2026-11-22
    #[arg(long, value_name = "TIME", help_heading = "Target")]
    since: Option<Moment>,

    /// Only those started until then
    #[arg(long, value_name = "TIME", help_heading = "Target")]
    until: Option<Moment>,

    /// Only those that were redriven
    #[arg(long, conflicts_with = "not_redriven", help_heading = "Target")]
    redriven: bool,

    /// Only those that were not
    #[arg(long, help_heading = "Target")]
    not_redriven: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// What has executions.
#[derive(Debug, Clone)]
enum Parent {
    Machine(MachineName),
    MapRun(StatesArn),
}

impl FromStr for Parent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match StatesArn::parse(text) {
            Ok(arn) if matches!(arn.resource, Named::MapRun { .. }) => Ok(Parent::MapRun(arn)),
            _ => text.parse().map(Parent::Machine),
        }
    }
}

impl Parent {
    async fn find(&self, sfn: &Sfn, ctx: &Context) -> Result<StatesArn> {
        match self {
            Parent::MapRun(arn) => {
                sfn.check_region(arn)?;
                Ok(arn.clone())
            }
            Parent::Machine(machine) => {
                let machine = machine.find(sfn, ctx).await?;
                match machine.summary.as_ref().is_some_and(MachineSummary::is_express) {
                    true => Err(express::unkept(sfn, &machine.arn).await),
                    false => Ok(machine.arn),
                }
            }
        }
    }
}

/// What the service cannot be asked for.
struct Wanted<'a> {
    statuses: &'a [String],
    name: Option<&'a NamePattern>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Wanted<'_> {
    fn is_all(&self) -> bool {
        self.statuses.len() < 2 && self.name.is_none() && self.since.is_none() && self.until.is_none()
    }

    fn takes(&self, execution: &ExecutionSummary) -> bool {
        // Of one state the service knows itself.
        (self.statuses.len() < 2 || self.statuses.contains(&execution.status))
            && self.name.is_none_or(|name| name.fits(&execution.name))
            && self.since.is_none_or(|since| execution.started.is_none_or(|started| started >= since))
            && self.until.is_none_or(|until| execution.started.is_none_or(|started| started <= until))
    }

    /// Whether later pages have nothing that was started late enough.
    fn is_past(&self, last: Option<&ExecutionSummary>) -> bool {
        // These alone are in the order of their redrive.
        let is_by_start = !self.statuses.iter().any(|status| status == "PENDING_REDRIVE");
        let started = last.and_then(|last| last.started);
        is_by_start && self.since.zip(started).is_some_and(|(since, started)| started < since)
    }
}

pub async fn run(args: &ExecutionsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("sfn.execution", view::EXECUTIONS)?;
    let wanted = Wanted {
        statuses: &args.status,
        name: args.name.as_ref(),
        since: ctx.moment("--since", args.since)?,
        until: ctx.moment("--until", args.until)?,
    };
    if let (Some(since), Some(until)) = (wanted.since, wanted.until)
        && since > until
    {
        return Err(Error::usage(format!("--since {since} is after --until {until}")).into());
    }
    let sfn = Sfn::open(ctx).await?;
    let of = args.machine.find(&sfn, ctx).await?;
    let listing = Listing {
        of: &of,
        status: match args.status.as_slice() {
            [status] => Some(status),
            _ => None,
        },
        is_redriven: match (args.redriven, args.not_redriven) {
            (false, false) => None,
            (is_redriven, _) => Some(is_redriven),
        },
        page: args.list.limit.filter(|_| wanted.is_all() && args.list.sort.is_none()),
    };
    let listed = sfn
        .executions(&listing, &mut |mut page| {
            let is_past = wanted.is_past(page.last());
            page.retain(|execution| wanted.takes(execution));
            Ok(writer.extend(page)?.is_continue() && !is_past)
        })
        .await;
    if let Err(error) = listed {
        // A machine that was named by its ARN tells its type only now, and so do the children of a map run.
        return Err(match (&args.machine, express::is_unsupported(&error)) {
            (_, false) => error,
            (Parent::MapRun(map_run), true) => express::unkept_children(&sfn, map_run).await,
            (Parent::Machine(_), true) => express::unkept(&sfn, &of).await,
        });
    }
    writer.finish()?;
    Ok(Outcome::Done)
}
