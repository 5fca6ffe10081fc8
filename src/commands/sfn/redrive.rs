//! `opsctl sfn redrive`.

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use opsctl_engine::asl::arn::StatesArn;
use serde_json::json;

use super::api::{Listing, Sfn};
use super::execution::{ExecutionName, as_they_are, describe};
use super::following::{Following, outcome, short};
use super::machine::{MachineName, machine_of};
use super::model::{Execution, MachineSummary};
use super::name_pattern::NamePattern;
use super::{complete, express, redriving, view};
use crate::change::{self, Changes, Consent, Plan, Step, Token, Weight, Words};
use crate::cli::{ChangeArgs, Moment, WaitArgs};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::signals::Signals;

/// Let failed executions go on where they failed
///
/// What succeeded is not done again: a failed Parallel runs its unsuccessful branches, a Map its
/// unsuccessful items, and retries are counted anew. Input and definition are those of the start.
/// Each execution is looked at first: it must have ended without success in the last 14 days.
///
/// --all takes the executions of --machine that the other options choose; those that cannot be
/// redriven are named with the reason and left out. Of executions that are named, one that cannot
/// be redriven keeps all of them from it.
///
/// Examples:
///   opsctl sfn redrive --machine orders --all --since 2h --dry-run
///   opsctl sfn redrive --machine orders --all --status timed_out --yes --wait
///
/// Exit codes:
///   0    they go on, or there is none; with --wait: they SUCCEEDED
///   2    an option is wrong, or a yes is needed and nobody can be asked
///   3    there is no such execution or machine
///   4    no credentials or no region
///   5    denied by a policy
///   6    with --wait: one ended in any other way
///   7    some of them could not be redriven
///   8    --timeout was reached; they go on
///   9    an execution cannot be redriven
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what was redriven goes on
///
/// IAM:
///   states:RedriveExecution      the redrive
///   states:DescribeExecution     whether it can be done
///   states:ListExecutions        for --all
///   states:ListStateMachines     for a machine or an execution by its name
///   states:GetExecutionHistory   for --wait
///   states:DescribeStateMachineForExecution  for --wait
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RedriveArgs {
    /// The executions: ARN, MACHINE:NAME, or the name alone
    #[arg(value_name = "EXECUTION", required_unless_present = "all", conflicts_with = "all", add = complete::executions())]
    executions: Vec<ExecutionName>,

    /// The state machine they are of
    #[arg(long, value_name = "MACHINE", help_heading = "Target", add = complete::machines())]
    machine: Option<MachineName>,

    /// Every execution of the machine that can be redriven
    #[arg(long, requires = "machine", help_heading = "Target")]
    all: bool,

    /// With --all, only those in this state; several with commas
    #[arg(
        long,
        value_name = "STATE",
        value_delimiter = ',',
        value_parser = complete::status,
        requires = "all",
        help_heading = "Target",
        add = complete::statuses()
    )]
    status: Vec<String>,

    /// With --all, only those with this error
    #[arg(long, value_name = "ERROR", requires = "all", help_heading = "Target")]
    error: Option<String>,

    /// With --all, only those whose name begins so, or is like this: 'nightly-*-7'
    #[arg(long, value_name = "NAME", requires = "all", help_heading = "Target")]
    name: Option<NamePattern>,

    /// With --all, only those started since: 2h (ago), yesterday, 2026-11-22
    #[arg(long, value_name = "TIME", requires = "all", help_heading = "Target")]
    since: Option<Moment>,

    /// With --all, only those started until then
    #[arg(long, value_name = "TIME", requires = "all", help_heading = "Target")]
    until: Option<Moment>,

    #[command(flatten)]
    change: ChangeArgs,

    #[command(flatten)]
    wait: WaitArgs,
}

const WORDS: Words = Words { verb: "redrive", done: "redriven", one: "execution", many: "executions" };
const ACTION: &str = "states:RedriveExecution";
/// What ends without success.
const UNSUCCESSFUL: [&str; 3] = ["FAILED", "TIMED_OUT", "ABORTED"];
/// Executions that are looked at at the same time; the service allows few such calls a second.
const AT_ONCE: usize = 8;
/// Reasons that are told one by one.
const TOLD: usize = 10;

pub async fn run(args: &RedriveArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let executions = signals.race(args.executions(&sfn, ctx)).await?;
    let chosen = args.redrivable(executions, ctx)?;
    if chosen.is_empty() {
        ctx.reporter().status("there is nothing to redrive");
        return Ok(Outcome::Done);
    }
    let plan = plan(&chosen, &sfn)?;
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        let token = step.parameters["clientToken"].as_str().unwrap_or_default();
        sfn.redrive(&step.resource, token).await
    })
    .await;
    for step in applied.done.iter().filter_map(|index| plan.steps.get(*index)) {
        ctx.reporter().status(format_args!("{} goes on", short(&step.resource)));
    }
    let failed: Vec<usize> = applied.failed.iter().map(|(index, _)| *index).collect();
    let left: Vec<&str> = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(index, _)| failed.contains(index) || !applied.done.contains(index))
        .map(|(_, step)| step.resource.as_str())
        .collect();
    let again = change::again(ctx.global(), ["sfn", "redrive"].into_iter().chain(left));
    let done: Vec<Execution> = chosen
        .into_iter()
        .enumerate()
        .filter(|(index, _)| applied.done.contains(index))
        .map(|(_, it)| it)
        .collect();
    if change::is_answered(ctx) && !(args.wait.wait && done.len() == 1) {
        let arns = done.iter().map(|it| it.execution_arn.as_str());
        let told = as_they_are(arns, &sfn).await?;
        ctx.out().list_with_errors("sfn.execution", view::EXECUTIONS, told, applied.failures(ctx))?;
    }
    applied.result(&plan, &again)?;
    match args.wait.wait {
        true => until_over(&done, &sfn, args, ctx, &mut signals).await,
        false => {
            if let [only] = done.as_slice() {
                let words = ["sfn", "watch", only.execution_arn.as_str()];
                ctx.reporter().hint(change::again(ctx.global(), words));
            }
            Ok(Outcome::Done)
        }
    }
}

impl RedriveArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }

    async fn executions(&self, sfn: &Sfn, ctx: &Context) -> Result<Vec<Execution>> {
        let arns = match &self.machine {
            Some(machine) if self.all => self.listed(machine, sfn, ctx).await?,
            machine => {
                let mut arns = Vec::new();
                for execution in &self.executions {
                    let arn = execution.find_whole(machine.as_ref(), sfn, ctx).await?;
                    if !arns.contains(&arn) {
                        arns.push(arn);
                    }
                }
                arns
            }
        };
        let mut executions: Vec<Execution> = stream::iter(arns)
            .map(async |arn| describe(sfn, &arn).await)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        if let Some(error) = &self.error {
            executions.retain(|execution| execution.error.as_ref() == Some(error));
        }
        Ok(executions)
    }

    async fn listed(&self, machine: &MachineName, sfn: &Sfn, ctx: &Context) -> Result<Vec<StatesArn>> {
        let (since, until) = (ctx.moment("--since", self.since)?, ctx.moment("--until", self.until)?);
        let machine = machine.find_whole(sfn, ctx).await?;
        if machine.summary.as_ref().is_some_and(MachineSummary::is_express) {
            return Err(express::unkept(sfn, &machine.arn).await);
        }
        let asked: Vec<&str> = self.status.iter().map(String::as_str).collect();
        let statuses = if asked.is_empty() { UNSUCCESSFUL.to_vec() } else { asked };
        let is_late = |at: Option<Timestamp>| since.zip(at).is_none_or(|(since, at)| at >= since);
        let is_early = |at: Option<Timestamp>| until.zip(at).is_none_or(|(until, at)| at <= until);
        let mut found = Vec::new();
        for status in statuses {
            let listing = Listing { of: &machine.arn, status: Some(status), is_redriven: None, page: None };
            sfn.executions(&listing, &mut |page| {
                // They come newest first.
                let is_over = page.last().is_some_and(|last| !is_late(last.started));
                for execution in page {
                    if is_late(execution.started)
                        && is_early(execution.started)
                        && self.name.as_ref().is_none_or(|name| name.fits(&execution.name))
                    {
                        found.push(execution.execution_arn);
                    }
                }
                Ok(!is_over)
            })
            .await?;
        }
        let arn = |text: String| {
            let arn = StatesArn::parse(&text);
            arn.map_err(|error| Error::failed(format!("{text} cannot be read")).because(error).into())
        };
        found.into_iter().map(arn).collect()
    }

    /// Those that can be redriven. Of those that were named, all must be.
    fn redrivable(&self, executions: Vec<Execution>, ctx: &Context) -> Result<Vec<Execution>> {
        let total = executions.len();
        let mut chosen = Vec::new();
        let mut reasons = Vec::new();
        for execution in executions {
            match redriving::check(&execution, ctx.now()) {
                Ok(()) => chosen.push(execution),
                Err(reason) => reasons.push((execution, reason)),
            }
        }
        if reasons.is_empty() {
            return Ok(chosen);
        }
        let name = |execution: &Execution| short(&execution.execution_arn).to_owned();
        if self.all && !chosen.is_empty() {
            for (execution, reason) in reasons.iter().take(TOLD) {
                ctx.reporter().warn(format_args!("{} is left out: {reason}", name(execution)));
            }
            if let Some(more @ 1..) = reasons.len().checked_sub(TOLD) {
                ctx.reporter().warn(format_args!("{more} more are left out"));
            }
            return Ok(chosen);
        }
        if let ([(execution, reason)], 1) = (reasons.as_slice(), total) {
            let name = name(execution);
            let error =
                Error::new(Kind::Conflict, format!("the execution {name} cannot be redriven: {reason}"));
            let start = || change::again(ctx.global(), ["sfn", "start", "--again", &name]);
            // What runs needs nothing.
            return Err(if execution.is_over() { error.hint(start()).into() } else { error.into() });
        }
        let message = format!("{} of {total} executions cannot be redriven, and none was", reasons.len());
        let each =
            reasons.iter().take(TOLD).map(|(execution, reason)| format!("{}: {reason}", name(execution)));
        let error = Error::new(Kind::Conflict, message).because_of(each.collect::<Vec<_>>());
        Err(if self.all { error.into() } else { error.hint("leave them out").into() })
    }
}

fn plan(executions: &[Execution], sfn: &Sfn) -> Result<Plan> {
    let mut steps = Vec::new();
    let mut account = None;
    for execution in executions {
        let arn = execution.execution_arn.as_str();
        let parsed = StatesArn::parse(arn).ok();
        account = account.or_else(|| parsed.as_ref().map(|arn| arn.account.clone()));
        let machine = parsed.as_ref().and_then(|arn| machine_of(&arn.resource)).unwrap_or_default();
        // Once for every time it failed, however often that is asked for.
        let attempt = json!({ "executionArn": arn, "redriveCount": execution.redrives.redrive_count });
        let token = Token::of_content(ACTION, &attempt)?;
        let error = execution.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        steps.push(Step {
            action: ACTION,
            resource: arn.to_owned(),
            description: format!("{} of {machine}, {}{error}", execution.name, execution.status),
            parameters: json!({ "executionArn": arn, "clientToken": token }),
        });
    }
    Ok(Plan { words: WORDS, weight: Weight::Ordinary, account, region: sfn.region.clone(), steps })
}

/// How one ends keeps nobody from waiting for the next; one error tells of all that did not end well.
async fn until_over(
    executions: &[Execution],
    sfn: &Sfn,
    args: &RedriveArgs,
    ctx: &Context,
    signals: &mut Signals,
) -> Result<Outcome> {
    let mut bad = Vec::new();
    for before in executions {
        let following = Following {
            sfn,
            arn: &before.execution_arn,
            is_new: false,
            redrives: before.redrives.redrive_count + 1,
            interval: args.wait.interval,
        };
        let ended = following.until_over(ctx, signals).await?;
        if change::is_answered(ctx) && executions.len() == 1 {
            ctx.out().item("sfn.execution", view::EXECUTION, &ended.execution)?;
        }
        if let Err(error) = outcome(&ended, ctx) {
            bad.push(error);
        }
    }
    if bad.len() < 2
        && let Some(only) = bad.pop()
    {
        return Err(only);
    }
    if bad.is_empty() {
        return Ok(Outcome::Done);
    }
    let message = format!("{} of {} executions did not succeed", bad.len(), executions.len());
    let each: Vec<String> = bad.iter().map(|error| Report::new(error).message).collect();
    Err(Error::new(Kind::ConditionFalse, message).because(each.join("\n")).into())
}
