//! `opsctl sfn run`.

use std::time::Duration;

use clap::Args;

use super::api::Sfn;
use super::following::{Ended, Following, outcome, short};
use super::machine::machine_of;
use super::model::Execution;
use super::starting::{Starting, StartingArgs};
use super::view;
use crate::change::{self, Changes, Wait};
use crate::cli::{ChangeArgs, DetailArgs, WaitArgs, interval};
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;

/// Start an execution and follow it to its end
///
/// Shows the states as they come, like `sfn watch`, and then the output, or the error. An Express
/// machine is run by StartSyncExecution, which shows no states and takes five minutes at most.
///
/// Examples:
///   opsctl sfn run orders --input '{"total": 12}'
///   opsctl sfn run --again orders:run-1 --columns status,output
///   opsctl sfn run orders --input '{"total": 12}' --query item.output -o text
///
/// Exit codes:
///   0    the execution SUCCEEDED
///   2    an option, the name or the input is wrong
///   3    there is no such machine, or no such execution for --again
///   4    no credentials or no region
///   5    denied by a policy
///   6    the execution ended in any other way
///   8    --timeout was reached; the execution goes on
///   9    there is another execution of that name
///   75   AWS cannot be reached, or is busy
///   130  interrupted; the execution goes on
///
/// IAM:
///   states:StartExecution        the start of a Standard machine
///   states:StartSyncExecution    that of an Express one
///   states:ListStateMachines     for a machine by its name
///   states:DescribeStateMachine  for a machine by its ARN
///   states:DescribeExecution     its end, and --again
///   states:GetExecutionHistory   what happens
///   states:DescribeMapRun        how many items of a distributed Map are done
///   states:DescribeStateMachineForExecution  its states
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::EXECUTION)))]
pub struct RunArgs {
    #[command(flatten)]
    starting: StartingArgs,

    #[command(flatten)]
    change: ChangeArgs,

    /// The longest pause between two looks; the first ones are shorter
    #[arg(long, value_name = "DURATION", value_parser = interval, help_heading = "Waiting")]
    interval: Option<Duration>,

    #[command(flatten)]
    detail: DetailArgs,
}

impl RunArgs {
    pub fn changes(&self) -> Changes {
        Changes::Unasked.unless(self.change.dry_run)
    }
}

pub async fn run(args: &RunArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.execution", view::EXECUTION)?;
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let starting = signals.race(args.starting.prepare(&sfn, ctx)).await?;
    let is_express = signals.race(starting.is_express(&sfn)).await?;
    if args.change.dry_run {
        signals.race(starting.is_there(&sfn)).await?;
        let action = if is_express { "states:StartSyncExecution" } else { "states:StartExecution" };
        starting.plan(action, &sfn).print(ctx.out())?;
        ctx.reporter().status("dry run: 1 execution would be started");
        return Ok(Outcome::Done);
    }
    let ended = match is_express {
        true => {
            let execution = express(&starting, &sfn, ctx, &mut signals).await?;
            Ended { execution, failed_in: None }
        }
        false => {
            let running = signals.race(starting.start(&sfn, ctx)).await?;
            let arn = running.execution.execution_arn.as_str();
            let following =
                Following { sfn: &sfn, arn, is_new: running.is_new, redrives: 0, interval: args.interval };
            following.until_over(ctx, &mut signals).await?
        }
    };
    details.show(&ended.execution)?;
    outcome(&ended, ctx)
}

/// There is no way back to it: what becomes of it is in its log alone.
async fn express(starting: &Starting, sfn: &Sfn, ctx: &Context, signals: &mut Signals) -> Result<Execution> {
    let name = machine_of(&starting.machine.resource).unwrap_or_default();
    let args = WaitArgs { wait: true, interval: None };
    let wait = Wait {
        what: format!("the Express execution {name}:{} to end", starting.name),
        total: None,
        again: change::again(ctx.global(), ["sfn", "show", name]),
        args: &args,
    };
    let progress = ctx.reporter().progress(format!("running {name}:{}", starting.name), None);
    let machine = starting.machine.to_string();
    let run = sfn.start_sync(&machine, &starting.name, &starting.input);
    let (execution, billed) = wait.limited(ctx, signals, run).await?;
    drop(progress);
    if let Some(billed) = billed {
        ctx.reporter().verbose(
            1,
            format_args!(
                "{}: billed {} ms of {} MB",
                short(&execution.execution_arn),
                billed.milliseconds,
                billed.megabytes
            ),
        );
    }
    Ok(execution)
}
