//! `opsctl ssm forward`: its options, and the order of things: ports, sessions, ready, connections, the end.

mod basic;
mod connection;
mod half_closed;
mod inbox;
mod listener;
mod multiplexed;
mod ready;
mod room;
mod service;
mod sessions;
mod spec;
mod spool;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;

use self::half_closed::HalfClosed;
use self::listener::Bound;
use self::ready::{Forward, ReadyFile};
use self::room::Voice;
use self::service::{Service, Settings, in_one_line};
use self::sessions::{Opened, Start, start_all};
use self::spec::{Spec, bracketed};
use self::spool::{Budget, Limits};
use super::complete;
use super::open::{SessionArgs, Target};
use crate::child;
use crate::cli::positive_duration;
use crate::context::Context;
use crate::error::{Outcome, Report, Result};
use crate::output::Reporter;
use crate::signals::Signals;

/// What all connections together may hold in memory.
const MEMORY: usize = 4 << 20;

/// Forward local ports to a node, or through it to other hosts
///
/// Every -L listens on a local port, on loopback unless BIND says otherwise, and leads to PORT on
/// the node, or on HOST as the node sees it. LOCAL 0 takes a free port. The ports are said on
/// stdout, a line each, when they really accept; so --ready-file, which is there as long as they do.
///
/// With COMMAND they are open while it runs, and its exit code is passed on. It finds the first
/// port in OPSCTL_FORWARD_PORT, and each in OPSCTL_FORWARD_1_HOST, OPSCTL_FORWARD_1_PORT and so on.
///
/// A slow reader stops no other connection: what comes for it waits in memory, then in a file. An
/// agent up to 3.0.196.0 carries one connection at a time, and the others wait; it does not tell when
/// the far side ends one, so that the local program must. The document is
/// AWS-StartPortForwardingSession, for a HOST AWS-StartPortForwardingSessionToRemoteHost.
///
/// Examples:
///   opsctl ssm forward web-1 -L 0:8000 -- sh -c 'echo "port $OPSCTL_FORWARD_PORT"'
///   opsctl ssm forward web-1 -L 0:80 -L 0:127.0.0.2:5432 -- env
///   timeout -s INT 2 opsctl ssm forward web-1 -L 0:80 --ready-file ready || [ $? = 124 ]
///
/// Exit codes:
///   0-255  that of COMMAND; 127 if it is not found, 126 if it cannot be run
///   255    with COMMAND: opsctl itself failed
///   1      a session ended that nobody had ended
///   2      a forward is not understood, or TARGET names several nodes
///   3      no such node
///   5      denied by a policy
///   8      the sessions were idle too long, or lasted too long
///   9      a local port is in use, or the node is not connected
///   75     AWS cannot be reached or is busy, or the node does not answer
///   130    ended by Ctrl-C, the sessions with it
///
/// IAM:
///   ssm:StartSession                on the node and the document
///   ssm:ResumeSession               on one's own sessions
///   ssm:TerminateSession            on one's own sessions
///   ssmmessages:OpenDataChannel     on the session
///   ssm:DescribeInstanceProperties  for anything but an id
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ForwardArgs {
    /// The node: id, name, KEY=VALUE tag, address or host name
    #[arg(add = complete::nodes())]
    target: String,

    /// What to forward, as [BIND:]LOCAL:[HOST:]PORT; may be repeated
    #[arg(short = 'L', long = "listen", value_name = "FORWARD", required = true, help_heading = "Target")]
    listen: Vec<String>,

    /// Sessions for each forward; a connection takes the one that has the fewest
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=64),
        help_heading = "Session"
    )]
    sessions: u16,

    /// A file to write when the ports accept: a JSON object a line
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Output")]
    ready_file: Option<PathBuf>,

    /// How long the far side may be silent after a program has finished sending
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5s",
        value_parser = positive_duration,
        hide_short_help = true,
        help_heading = "Session"
    )]
    half_close_timeout: Duration,

    /// What may wait in a file for one slow connection, in MiB; beyond it the connection is closed
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 1024,
        hide_short_help = true,
        help_heading = "Session"
    )]
    spool_limit: u32,

    #[command(flatten)]
    session: SessionArgs,

    /// A command to run while the ports are open, and its arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = clap::ValueHint::AnyPath)]
    command: Vec<OsString>,
}

impl ForwardArgs {
    /// The exit code belongs to the command.
    pub fn runs_command(&self) -> bool {
        !self.command.is_empty()
    }
}

pub async fn run(args: &ForwardArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let specs = spec::parse_all(&args.listen)?;
    let ports = listener::bind_all(&specs)?;
    let ready_file = ReadyFile::none_yet(args.ready_file.as_deref())?;
    warn_of_others(&ports, ctx.reporter());
    let (aws, target) = signals
        .race(async {
            let aws = ctx.aws().await?;
            Ok((aws, Target::find(aws, &args.target).await?))
        })
        .await?;

    let (leaving, _) = watch::channel(false);
    let forwards = specs.iter().zip(&ports);
    let starts = forwards.clone().flat_map(|(spec, port)| {
        (0..args.sessions).map(|_| Start {
            aws: Arc::clone(aws),
            args: args.session.clone(),
            target: target.clone(),
            spec: spec.clone(),
            local_port: port.address.port(),
            reporter: ctx.reporter().clone(),
        })
    });
    let opened = start_all(starts.collect(), &leaving, &mut signals).await?;
    let voices = forwards.map(|(spec, port)| voice(spec, port, &target, ctx.reporter()));
    let voices: Vec<Voice> = voices.collect();
    let ready = records(&specs, &ports, &voices, &target, &opened);
    let mut service = Service::new(Settings {
        leaving,
        budget: Budget::new(Limits {
            memory: MEMORY,
            files: u64::from(args.spool_limit) << 20,
            folder: Path::new(ctx.env().text("TMPDIR").unwrap_or("/tmp")).to_owned(),
        }),
        half_closed: HalfClosed::new(args.half_close_timeout),
    });
    let mut opened = opened.into_iter();
    for voice in voices {
        service.take(voice, opened.by_ref().take(args.sessions.into()));
    }
    let served = match open(&mut service, ports) {
        Ok(()) => serve(args, &mut service, &ready, &ready_file, &mut signals, ctx).await,
        Err(error) => Err(error),
    };
    drop(ready_file);
    service.end(args.runs_command(), &mut signals).await?;
    served
}

/// What is not loopback is open to the neighbours.
fn warn_of_others(ports: &[Bound], reporter: &Reporter) {
    for port in ports.iter().filter(|port| !port.address.ip().is_loopback()) {
        let address = port.address;
        reporter.warn(format_args!(
            "{address} is open to whoever reaches this machine, not to its programs alone"
        ));
    }
}

fn voice(spec: &Spec, port: &Bound, target: &Target, reporter: &Reporter) -> Voice {
    let host = spec.host.as_ref().unwrap_or(&target.name);
    Voice {
        reporter: reporter.clone(),
        node: target.label.clone(),
        local: port.address.to_string(),
        remote: format!("{}:{}", bracketed(host), spec.port),
    }
}

fn records(
    specs: &[Spec],
    ports: &[Bound],
    voices: &[Voice],
    target: &Target,
    opened: &[Opened],
) -> Vec<Forward> {
    let sessions = opened.chunks((opened.len() / specs.len().max(1)).max(1));
    let all = specs.iter().zip(ports).zip(voices).zip(sessions);
    all.map(|(((spec, port), voice), sessions)| {
        let session_ids: Vec<String> = sessions.iter().map(|one| one.session.session_id.clone()).collect();
        let through = if spec.host.is_some() { format!(" through {}", target.name) } else { String::new() };
        Forward {
            local_address: port.address.ip().to_string(),
            local_port: port.address.port(),
            remote_host: spec.host.clone(),
            remote_port: spec.port,
            target: target.instance_id.clone(),
            session_id: session_ids.first().cloned().unwrap_or_default(),
            session_ids,
            line: format!("{} -> {}{through}", voice.local, voice.remote),
        }
    })
    .collect()
}

fn open(service: &mut Service, ports: Vec<Bound>) -> Result<()> {
    let listeners = ports.into_iter().map(Bound::open).collect::<Result<_>>()?;
    service.open(listeners);
    Ok(())
}

/// Until a signal, the loss of a forward, or the end of the command.
async fn serve(
    args: &ForwardArgs,
    service: &mut Service,
    ready: &[Forward],
    ready_file: &ReadyFile,
    signals: &mut Signals,
    ctx: &Context,
) -> Result<Outcome> {
    ready_file.write(ready)?;
    if args.runs_command() {
        ready::mention(ready, ctx.reporter());
        return run_command(args, service, ready, signals, ctx).await;
    }
    ready::say(ready, ctx)?;
    tokio::select! {
        signal = signals.next() => Err(signal.as_error().into()),
        reason = service.lost() => Err(reason),
    }
}

async fn run_command(
    args: &ForwardArgs,
    service: &mut Service,
    ready: &[Forward],
    signals: &mut Signals,
    ctx: &Context,
) -> Result<Outcome> {
    let mut command = child::command(&args.command)?;
    command.envs(ready::environment(ready));
    let mut child = match child::spawn(&mut command) {
        Ok(child) => child,
        Err(unstarted) => {
            ctx.reporter().error(&Report::new(&unstarted.error.into()), &ctx.place());
            return Ok(Outcome::ExitCode(unstarted.code));
        }
    };
    let ended = child::wait(&mut child, signals);
    tokio::pin!(ended);
    loop {
        tokio::select! {
            status = &mut ended => return Ok(Outcome::ExitCode(child::exit_code(status?))),
            reason = service.lost() => {
                ctx.reporter().warn(format_args!("{}; the command goes on", in_one_line(&reason)));
            }
        }
    }
}
