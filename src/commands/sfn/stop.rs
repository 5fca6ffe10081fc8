//! `opsctl sfn stop`.

use clap::Args;
use opsctl_engine::asl::arn::StatesArn;
use serde_json::json;

use super::api::Sfn;
use super::execution::{ExecutionName, as_they_are, describe_without_data};
use super::machine::MachineName;
use super::{complete, view};
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// Stop executions
///
/// What an execution is at is aborted, and so is the execution; a function that runs goes on to its
/// end. One that was stopped can be redriven for 14 days. Shows what would be stopped, and asks.
///
/// Examples:
///   opsctl sfn stop orders:run-2 --error Cancelled --cause 'the customer has called' --yes
///   opsctl sfn executions orders --status running --columns arn -o text | xargs -r opsctl sfn stop -y
///
/// Exit codes:
///   0    the executions are stopped; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on; a name is that of several executions
///   3    there is no such execution
///   4    no credentials or no region
///   5    denied by a policy
///   7    some could not be stopped; each is named
///   9    an execution is over already
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not stopped yet is told
///
/// IAM:
///   states:StopExecution      to stop it
///   states:DescribeExecution  to see whether it runs
///   states:ListStateMachines  for an EXECUTION that is not an ARN
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct StopExecutionArgs {
    /// The executions: ARN, MACHINE:NAME, or a name alone
    #[arg(value_name = "EXECUTION", required = true, num_args = 1.., add = complete::executions())]
    executions: Vec<ExecutionName>,

    /// The state machine they are of, where their names alone are given
    #[arg(long, value_name = "MACHINE", help_heading = "Target", add = complete::machines())]
    machine: Option<MachineName>,

    /// The error the execution ends with; at most 256 characters
    #[arg(long, value_name = "NAME", value_parser = super::failure::error, help_heading = "Change")]
    error: Option<String>,

    /// Why, for whoever looks at it; at most 32768 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = super::failure::cause,
        help_heading = "Change")]
    cause: Option<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "stop", done: "stopped", one: "execution", many: "executions" };

impl StopExecutionArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &StopExecutionArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let plan = signals.race(plan(args, &sfn, ctx)).await?;
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        sfn.stop(&step.resource, args.error.as_deref(), args.cause.as_deref()).await
    })
    .await;
    for step in applied.done.iter().filter_map(|index| plan.steps.get(*index)) {
        ctx.reporter().status(format_args!("the execution {} is stopped", step.resource));
    }
    if change::is_answered(ctx) {
        let done = applied.done.iter().filter_map(|index| plan.steps.get(*index));
        let told = as_they_are(done.map(|step| step.resource.as_str()), &sfn).await?;
        ctx.out().list_with_errors("sfn.execution", view::EXECUTIONS, told, applied.failures(ctx))?;
    }
    let arns = plan.steps.iter().map(|step| step.resource.as_str());
    let again = change::again(ctx.global(), ["sfn", "stop"].into_iter().chain(arns));
    applied.result(&plan, &again)?;
    Ok(Outcome::Done)
}

async fn plan(args: &StopExecutionArgs, sfn: &Sfn, ctx: &Context) -> Result<Plan> {
    let mut steps: Vec<Step> = Vec::new();
    let mut over: Vec<Error> = Vec::new();
    let mut account = None;
    for name in &args.executions {
        let found = async {
            let arn = name.find_whole(args.machine.as_ref(), sfn, ctx).await?;
            let execution = describe_without_data(sfn, &arn).await?;
            Ok::<_, anyhow::Error>((arn, execution))
        };
        let (arn, execution) = found.await.map_err(|error| match args.executions.len() {
            1 => error,
            several => error.context(format!("none of {several} executions was stopped")),
        })?;
        if execution.is_over() {
            let message = format!("the execution {} is over already: {}", execution.name, execution.status);
            over.push(Error::new(Kind::Conflict, message));
            continue;
        }
        let StatesArn { account: owner, .. } = &arn;
        account = Some(owner.clone());
        let resource = arn.to_string();
        if steps.iter().any(|step| step.resource == resource) {
            continue;
        }
        let mut parameters = json!({ "executionArn": resource });
        for (member, given) in [("error", &args.error), ("cause", &args.cause)] {
            if let Some(given) = given {
                parameters[member] = given.as_str().into();
            }
        }
        let since = execution.started.map(|started| format!(" since {started:.0}")).unwrap_or_default();
        steps.push(Step {
            action: "states:StopExecution",
            resource,
            description: format!("{}{since}", execution.status),
            parameters,
        });
    }
    if let Some(only) = over.pop_if(|_| args.executions.len() == 1) {
        return Err(only.into());
    }
    if !over.is_empty() {
        let all = args.executions.len();
        let message = format!("{} of {all} executions cannot be stopped, and none was", over.len());
        let each: Vec<String> = over.iter().map(ToString::to_string).collect();
        return Err(Error::new(Kind::Conflict, message).because_of(each).hint("leave them out").into());
    }
    Ok(Plan { words: WORDS, weight: Weight::Ordinary, account, region: sfn.region.clone(), steps })
}
