//! `opsctl sfn start`.

use clap::Args;

use super::api::Sfn;
use super::following::{Following, again, is_standard, outcome};
use super::starting::StartingArgs;
use super::view;
use crate::change;
use crate::change::Changes;
use crate::cli::{ChangeArgs, WaitArgs};
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::signals::Signals;

/// Start an execution
///
/// Starts the machine and prints the ARN of the execution; with -o or --query it is a document. With
/// --wait it is followed to its end, as `sfn run` does, which also runs Express machines to their end.
///
/// --name-from-hash is for what may be started twice by mistake: an input that was started in the last
/// 90 days is not started again, and the execution of it is the answer.
///
/// Examples:
///   opsctl sfn start orders --input '{"total": 12}'
///   echo '{"total": 12}' | opsctl sfn start orders --input - --name-from-hash --wait
///   opsctl sfn start --again orders:run-1 --wait --timeout 10m
///
/// Exit codes:
///   0    it is started; with --wait: it SUCCEEDED
///   2    an option, the name or the input is wrong
///   3    there is no such machine, or no such execution for --again
///   4    no credentials or no region
///   5    denied by a policy
///   6    with --wait: the execution ended in any other way
///   8    --timeout was reached; the execution goes on
///   9    there is another execution of that name
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what was started goes on
///
/// IAM:
///   states:StartExecution        the start
///   states:ListStateMachines     for a machine by its name
///   states:DescribeExecution     for --again and --wait
///   states:GetExecutionHistory   for --wait
///   states:DescribeMapRun        for --wait, where there is a distributed Map
///   states:DescribeStateMachineForExecution  for --wait
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct StartArgs {
    #[command(flatten)]
    starting: StartingArgs,

    #[command(flatten)]
    change: ChangeArgs,

    #[command(flatten)]
    wait: WaitArgs,
}

impl StartArgs {
    pub fn changes(&self) -> Changes {
        Changes::Unasked.unless(self.change.dry_run)
    }
}

pub async fn run(args: &StartArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let starting = signals.race(args.starting.prepare(&sfn, ctx)).await?;
    if args.wait.wait && signals.race(starting.is_express(&sfn)).await? {
        return Err(Error::usage("an Express execution cannot be waited for: it tells nobody of its end")
            .hint("opsctl sfn run runs it to its end")
            .into());
    }
    if args.change.dry_run {
        signals.race(starting.is_there(&sfn)).await?;
        starting.plan("states:StartExecution", &sfn).print(ctx.out())?;
        ctx.reporter().status("dry run: 1 execution would be started");
        return Ok(Outcome::Done);
    }
    let running = signals.race(starting.start(&sfn, ctx)).await?;
    let arn = running.execution.execution_arn.as_str();
    let is_answered = change::is_answered(ctx);
    if !is_answered {
        ctx.out().transcript(&format!("{arn}\n"))?;
    }
    if args.wait.wait {
        let interval = args.wait.interval;
        let following = Following { sfn: &sfn, arn, is_new: running.is_new, redrives: 0, interval };
        let ended = following.until_over(ctx, &mut signals).await?;
        if is_answered {
            ctx.out().item("sfn.execution", view::EXECUTION, &ended.execution)?;
        }
        return outcome(&ended, ctx);
    }
    if is_answered {
        ctx.out().item("sfn.execution", view::EXECUTION, &running.execution)?;
    } else if is_standard(arn) {
        ctx.reporter().hint(again(ctx, "watch", arn));
    }
    Ok(Outcome::Done)
}
