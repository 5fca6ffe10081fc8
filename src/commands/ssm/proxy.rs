//! `opsctl ssm proxy`: stdin and stdout as one connection to a port of a node.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use clap::Args;
use opsctl_engine::session::SessionType;
use tokio::time::sleep;

use super::channel::{Control, Event, Session, Started, ended};
use super::complete;
use super::model::Parameter;
use super::open::{SessionArgs, Target, open_unless};
use super::screen::Screen;
use super::shell::stdin;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output::Reporter;
use crate::signals::{Signal, Signals};

const DOCUMENT: &str = "AWS-StartSSHSession";
/// Output that is handed to stdout in one write.
const WRITE: usize = 64 * 1024;
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Make stdin and stdout a connection to a port of a node
///
/// Made for ssh: it is the ProxyCommand that `opsctl ssm ssh-config` prints. stdout gets what comes
/// from the port and nothing else, stdin goes there byte for byte; whatever opsctl has to say, it
/// says on stderr. It ends when the node closes the connection, or when stdin ends.
///
/// Examples:
///   opsctl ssm proxy db-1 5432 < /dev/null || true
///   opsctl ssm ssh-config --host 'web-*'
///
/// Exit codes:
///   0   the connection has ended
///   1   the port cannot be reached, or the session broke
///   2   several nodes have the name
///   3   no such node
///   5   denied by a policy
///   8   the session was idle too long, or lasted too long
///   9   the node is not connected
///   75  AWS cannot be reached or is busy, or the node does not answer
///
/// IAM:
///   ssm:StartSession                on the node and the document AWS-StartSSHSession
///   ssm:ResumeSession               on one's own sessions
///   ssm:TerminateSession            on one's own sessions
///   ssmmessages:OpenDataChannel     on the session
///   ssm:DescribeInstanceProperties  for anything but an id
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ProxyArgs {
    /// The node: id, name, KEY=VALUE tag, address or host name
    #[arg(add = complete::nodes())]
    target: String,

    /// The port of the node
    #[arg(default_value_t = 22, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    #[command(flatten)]
    session: SessionArgs,
}

pub async fn run(args: &ProxyArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let (aws, target) = signals
        .race(async {
            let aws = ctx.aws().await?;
            Ok((aws, Target::find(aws, &args.target).await?))
        })
        .await?;
    let port = [Parameter { name: "portNumber".to_owned(), value: args.port.to_string() }];
    let opening = args.session.open(aws, &target, Some(DOCUMENT), &port);
    let session = open_unless(opening, signals.next()).await.map_err(Signal::as_error)??;
    let out = ctx.out().raw();
    let screen = Screen::new(move |chunk: Bytes| out.write(&chunk))?;
    let proxy = Proxy {
        label: &target.label,
        reporter: ctx.reporter(),
        screen,
        started: false,
        left_by: None,
        failure: None,
    };
    match proxy.run(session, &mut signals).await? {
        // So ssh takes its leave.
        None | Some(Signal::HangUp) => Ok(Outcome::Done),
        Some(signal) => Err(signal.as_error().into()),
    }
}

struct Proxy<'a> {
    label: &'a str,
    reporter: &'a Reporter,
    screen: Screen<Bytes>,
    started: bool,
    left_by: Option<Signal>,
    /// Why it makes no sense to go on.
    failure: Option<anyhow::Error>,
}

impl Proxy<'_> {
    /// Until one side ends, or a signal comes, which is given.
    async fn run(mut self, session: Session, signals: &mut Signals) -> Result<Option<Signal>> {
        let Session { input, control, mut events, end, settled, .. } = session;
        let mut local = stdin()?;
        // stdin has ended; there is no purpose any more; the far side has been told.
        let (mut finished, mut over, mut left) = (false, false, false);
        loop {
            tokio::select! {
                event = events.recv(), if !self.screen.is_full() => match event {
                    Some(Event::Output(data)) => {
                        let mut chunk = BytesMut::from(&data[..]);
                        // One write for what has come meanwhile.
                        while chunk.len() < WRITE && let Ok(event) = events.try_recv() {
                            match event {
                                Event::Output(data) => chunk.extend_from_slice(&data),
                                other => self.tell(other),
                            }
                        }
                        self.screen.show(chunk.freeze());
                    }
                    Some(event) => self.tell(event),
                    None => break,
                },
                ended = self.screen.turn() => if let Some(ended) = ended {
                    over = true;
                    self.failure = self.failure.take().or(ended.err());
                },
                (place, chunk) = async {
                    // Room first: a chunk that was taken must not be lost.
                    let place = input.reserve().await;
                    (place, local.recv().await)
                }, if !finished => match (place, chunk) {
                    (Ok(place), Some(chunk)) => {
                        place.send(chunk);
                        // The session says so itself when it has looked.
                        settled.store(false, Ordering::Relaxed);
                    }
                    _ => finished = true,
                },
                // What was said before the end is still to arrive.
                () = sleep(LOOK_AGAIN), if finished && self.started && !over => over = settled.load(Ordering::Relaxed),
                signal = signals.next() => {
                    if self.left_by.is_some() {
                        return Err(signal.as_error().into());
                    }
                    self.left_by = Some(signal);
                    self.screen.give_up();
                }
            }
            over |= self.failure.is_some() || self.left_by.is_some();
            if over && !left {
                (finished, left) = (true, true);
                // It has ended by itself otherwise, and says so in its own time.
                let _ = control.send(Control::Terminate);
            }
        }
        let end = ended(end).await;
        if self.left_by.is_none() {
            tokio::select! {
                finished = self.screen.finish(None) => finished?,
                signal = signals.next() => self.left_by = Some(signal),
            }
        }
        match (self.left_by, self.failure) {
            (Some(signal), _) => Ok(Some(signal)),
            (None, Some(error)) => Err(error),
            (None, None) => end?.into_result(self.label).map(|()| None),
        }
    }

    fn tell(&mut self, event: Event) {
        match event {
            Event::Started(started) => {
                self.started = true;
                self.failure = refusal(&started, self.label);
            }
            Event::Link(link) => self.reporter.status(link.in_words(self.label)),
            Event::Message(text) => self.reporter.status(text.trim_end()),
            Event::Output(_) | Event::StdErr(_) | Event::ExitCode(_) | Event::Flag(_) => {}
        }
    }
}

/// Some documents start another kind of session, whose bytes are no stream.
fn refusal(started: &Started, label: &str) -> Option<anyhow::Error> {
    let kind = started.properties.get("type").and_then(serde_json::Value::as_str).unwrap_or_default();
    if started.session_type == SessionType::Port && kind != "LocalPortForwarding" {
        return None;
    }
    let error = Error::usage(format!("the document gives no connection to {label}"))
        .hint("--document names one like AWS-StartSSHSession; for the others there is opsctl ssm forward");
    Some(error.into())
}
