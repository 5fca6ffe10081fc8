//! `opsctl ssm exec`.

mod command;
mod conduct;
mod line;
mod record;
mod remote;
mod show;

use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::Args;

use self::command::{Command, Started};
use self::conduct::{Conduct, Conducted};
use self::record::{Capture, RECORDS};
use self::remote::Ending;
use self::show::{Prefixes, Show};
use super::fleet::FleetArgs;
use super::open::{SessionArgs, Target, open_unless};
use super::shell::{self, Loan};
use crate::change;
use crate::context::Context;
use crate::error::{Error, Outcome, Report, Result, exit};
use crate::output::Failure;
use crate::signals::{Signal, Signals};

/// Run a command on nodes, through sessions
///
/// Runs CMD with exactly these arguments in a shell of the node: quotes, spaces and variables arrive
/// as they were given. For what a shell must read, run one: -- sh -c 'ps ax | wc -l'. stdout and
/// stderr come as the command writes them, byte by byte, each on its own stream, and the command's
/// exit code is opsctl's. Of a command that signal N ended it is 128+N. No terminal is needed;
/// stdin is not read, unless --pty gives the command a terminal. Windows nodes take one argument:
/// the PowerShell line.
///
/// Several nodes run it at the same time. Each line begins with the name of its node, and a line of
/// more than 64 KiB is broken. The exit code is the highest of all. With -o or --query the answer is
/// a record a node, with up to 1 MiB of each stream (of more than 32 nodes less: 64 MiB in all).
///
/// With --document, CMD may be left out; otherwise it is the parameter `command` of that document.
/// One that tells no exit code, as all on a terminal, gives 0.
///
/// Examples:
///   opsctl ssm exec web-1 -- df -h /
///   opsctl ssm exec --tag role=web -- sh -c 'uptime; echo done >&2'
///   opsctl ssm exec web-1 web-2 -o json -- cat /etc/hostname
///   opsctl ssm exec web-1 --reason 'ticket 4711' -- tar -c . | tar -t
///   opsctl ssm exec web-1 --pty -- sh -c 'test -t 1'
///
/// Exit codes:
///   0-255  that of CMD; of several nodes the highest
///   128+N  signal N ended CMD
///   255    opsctl itself failed, on one node at least, or --timeout was reached
///   2      the line was not understood, and nothing was run
///   130    interrupted, as with 143 and 129; what still ran was ended, and so it is at --timeout
///
/// IAM:
///   ssm:StartSession                on the nodes and the document
///   ssm:ResumeSession               on one's own sessions
///   ssm:TerminateSession            on one's own sessions
///   ssmmessages:OpenDataChannel     on the session
///   ssm:DescribeInstanceProperties  for anything but ids
///   kms:GenerateDataKey             where the preferences ask for encryption
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ExecArgs {
    #[command(flatten)]
    fleet: FleetArgs,

    /// How many nodes run the command at the same time
    #[arg(long, value_name = "N", default_value = "10", help_heading = "Target")]
    max_concurrency: NonZeroUsize,

    /// A terminal for the command, with stdin passed on; one node only
    #[arg(long, help_heading = "Session")]
    pty: bool,

    #[command(flatten)]
    session: SessionArgs,

    /// Lines of several nodes without their names
    #[arg(long, help_heading = "Output")]
    no_prefix: bool,

    /// The command and its arguments
    #[arg(
        last = true,
        required_unless_present = "document",
        value_name = "CMD",
        value_hint = clap::ValueHint::CommandWithArguments
    )]
    command: Vec<OsString>,
}

pub async fn run(args: &ExecArgs, ctx: &Context) -> Result<Outcome> {
    let command = Command::new(&args.session, &args.command, ctx.reporter())?;
    if args.pty && change::is_answered(ctx) {
        return Err(Error::usage("--pty shows a terminal: there is no record of it")
            .hint("leave out -o")
            .into());
    }
    let mut signals = Signals::listen()?;
    let targets = signals.race(targets(args, ctx)).await?;
    command.check(&targets)?;
    if args.pty {
        return on_terminal(&command, &targets, signals, ctx).await;
    }
    let records = change::is_answered(ctx);
    let show = match targets.as_slice() {
        _ if records => Show::Records(targets.iter().map(|_| Capture::default()).collect()),
        [_] => Show::Bytes,
        several => Show::lines(
            several,
            &Prefixes {
                shown: !args.no_prefix,
                stdout_color: ctx.out().settings().stdout.color,
                stderr_color: ctx.reporter().settings().stderr.color,
            },
        ),
    };
    let max_concurrency = args.max_concurrency.get();
    let conduct = Conduct { targets: &targets, command: &command, max_concurrency, show };
    let conducted = conduct.run(ctx.aws().await?, &mut signals, ctx).await?;
    outcome(conducted, &targets, ctx)
}

async fn targets(args: &ExecArgs, ctx: &Context) -> Result<Vec<Target>> {
    let aws = ctx.aws().await?;
    if args.fleet.is_empty() {
        let instead = "opsctl ssm exec TARGET -- CMD, or --tag or --all";
        return Ok(vec![Target::pick(aws, instead, ctx).await?]);
    }
    args.fleet.targets(aws).await
}

/// A terminal here becomes one there.
async fn on_terminal(
    command: &Command<'_>,
    targets: &[Target],
    mut signals: Signals,
    ctx: &Context,
) -> Result<Outcome> {
    let [target] = targets else {
        let count = targets.len();
        return Err(Error::usage(format!("--pty is for one node, and these are {count}"))
            .hint("leave out --pty, or name one node: opsctl ssm list")
            .into());
    };
    let aws = ctx.aws().await?;
    let mut trailer = None;
    let opening = async {
        let Started { session, trailer: of_session, code_is_optional } =
            command.start_on_terminal(aws, target, shell::size(ctx)).await?;
        if code_is_optional {
            let text = "nothing tells the exit code of this document's command: opsctl's will be 0";
            ctx.reporter().status(text);
        }
        trailer = of_session;
        Ok(session)
    };
    let session = open_unless(opening, signals.next()).await.map_err(Signal::as_error)??;
    shell::run(session, Loan { label: &target.label, say_end: true, trailer }, signals, ctx).await
}

/// Shows what is to be shown at the end; says what failed, by node; the exit code of all.
fn outcome(conducted: Conducted, targets: &[Target], ctx: &Context) -> Result<Outcome> {
    let Conducted { endings, show, left_by, closed } = conducted;
    if let Show::Records(captures) = show {
        let mut failures = Vec::new();
        let results = targets.iter().zip(captures).zip(&endings);
        let records = results.map(|((target, capture), ending)| match ending {
            Some(Ok(Ending::Code(code))) => capture.record(target, Some(*code), None),
            Some(Ok(Ending::Unknown)) => capture.record(target, None, None),
            Some(Ok(Ending::Stopped)) | None => {
                capture.record(target, None, Some("stopped before the command ended".to_owned()))
            }
            Some(Err(error)) => {
                let report = Report::new(error);
                failures.push(Failure::new(&report, &ctx.place()));
                let words = [vec![report.message], report.causes].concat().join(": ");
                capture.record(target, None, Some(words))
            }
        });
        let records: Vec<_> = records.collect();
        ctx.out().list_with_errors("ssm.exec", RECORDS, records, failures)?;
    }
    if let Some(signal) = left_by {
        return Err(signal.as_error().into());
    }
    if closed {
        return Ok(Outcome::Done);
    }
    if endings.iter().flatten().any(|ending| matches!(ending, Ok(Ending::Unknown))) {
        ctx.reporter().status("the document tells no exit code: what ran counts as 0");
    }
    let mut endings = endings;
    if let [only] = endings.as_mut_slice() {
        return match only.take() {
            Some(Err(error)) => Err(error),
            Some(Ok(Ending::Code(code))) => Ok(Outcome::ExitCode(exit_code(code))),
            _ => Ok(Outcome::Done),
        };
    }
    Ok(Outcome::ExitCode(summary(endings, targets, ctx)))
}

/// Tells which nodes failed; the highest exit code.
fn summary(endings: Vec<Option<Result<Ending>>>, targets: &[Target], ctx: &Context) -> u8 {
    let (mut highest, mut failed) = (exit::DONE, 0usize);
    for (target, ending) in targets.iter().zip(endings) {
        let code = match ending {
            Some(Ok(Ending::Code(code))) if code != 0 => {
                ctx.reporter().status(format_args!("{}: exit code {code}", target.label));
                exit_code(code)
            }
            Some(Err(error)) => {
                let error = error.context(format!("{}: the command gave no exit code", target.label));
                ctx.reporter().error(&Report::new(&error), &ctx.place());
                exit::OWN_FAILURE
            }
            _ => continue,
        };
        failed += 1;
        highest = highest.max(code);
    }
    if failed > 0 {
        ctx.reporter().status(format_args!("{failed} of {} nodes failed", targets.len()));
    }
    highest
}

/// A process has one byte for it; what does not fit is no success.
fn exit_code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(exit::OWN_FAILURE)
}
