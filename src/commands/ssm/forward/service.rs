//! The forwards while they are up: the rooms of their sessions, the tasks that accept, and what it means when a session
//! ends. It must not start sessions or read options.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::half_closed::HalfClosed;
use super::listener::{Lane, accept};
use super::room::{Room, Voice};
use super::sessions::{Kind, Opened};
use super::spool::Budget;
use super::{basic, multiplexed};
use crate::commands::ssm::channel::End;
use crate::error::{Error, Result};
use crate::signals::{Signal, Signals};

/// Accepted connections that a session has not taken up yet.
const INCOMING: usize = 16;
/// How long sessions may take to end, which have limits of their own.
const FAREWELL: Duration = Duration::from_secs(10);

pub struct Settings {
    /// Told to everything that it is to end.
    pub leaving: watch::Sender<bool>,
    pub budget: Arc<Budget>,
    pub half_closed: Arc<HalfClosed>,
}

pub struct Service {
    settings: Settings,
    forwards: Vec<Forward>,
    /// Each gives the place of its forward.
    rooms: JoinSet<(usize, Result<End>)>,
    doors: JoinSet<()>,
}

struct Forward {
    voice: Voice,
    /// Sessions that are left.
    left: usize,
    lanes: Vec<Lane>,
}

impl Service {
    pub fn new(settings: Settings) -> Self {
        Service { settings, forwards: Vec::new(), rooms: JoinSet::new(), doors: JoinSet::new() }
    }

    /// Takes the sessions of one forward, all of which end with this value from here on.
    pub fn take(&mut self, voice: Voice, sessions: impl Iterator<Item = Opened>) {
        let at = self.forwards.len();
        let mut lanes = Vec::new();
        for Opened { session, kind } in sessions {
            let (sender, incoming) = mpsc::channel(INCOMING);
            let room = Room {
                session,
                incoming,
                leaving: self.settings.leaving.subscribe(),
                voice: voice.clone(),
                budget: Arc::clone(&self.settings.budget),
                half_closed: Arc::clone(&self.settings.half_closed),
            };
            self.rooms.spawn(async move {
                let end = match kind {
                    Kind::Multiplexed { keep_alive } => multiplexed::serve(room, keep_alive).await,
                    Kind::Basic => basic::serve(room).await,
                };
                (at, end)
            });
            lanes.push(Lane { incoming: sender, connections: Arc::default() });
        }
        self.forwards.push(Forward { voice, left: lanes.len(), lanes });
    }

    /// Lets connections in, the ports in the order of the forwards.
    pub fn open(&mut self, listeners: Vec<TcpListener>) {
        for (forward, listener) in self.forwards.iter_mut().zip(listeners) {
            let lanes = std::mem::take(&mut forward.lanes);
            self.doors.spawn(accept(listener, lanes, forward.voice.reporter.clone()));
        }
    }

    /// Until a forward has lost its last session: why. Waits for ever when there is none left to be lost.
    pub async fn lost(&mut self) -> anyhow::Error {
        loop {
            let (at, end) = match self.rooms.join_next().await {
                Some(Ok(ended)) => ended,
                // A panic of a task is a panic of ours.
                Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Some(Err(_)) => continue,
                None => std::future::pending().await,
            };
            let Some(forward) = self.forwards.get_mut(at) else { continue };
            forward.left -= 1;
            let reason = reason(end, &forward.voice.node);
            if forward.left == 0 {
                return reason;
            }
            let (local, left) = (&forward.voice.local, forward.left);
            forward.voice.reporter.warn(format_args!(
                "{local} has lost a session and has {left} left: {}",
                in_one_line(&reason)
            ));
        }
    }

    /// Ends all sessions and closes all ports. A signal does not wait for them, but for the Ctrl-C that a terminal has sent
    /// to the `command` as well, which has ended of it.
    pub async fn end(mut self, command: bool, signals: &mut Signals) -> Result<()> {
        self.doors.abort_all();
        self.settings.leaving.send_replace(true);
        let all = async { while self.rooms.join_next().await.is_some() {} };
        let asked_twice = async {
            match signals.next().await {
                Signal::Interrupt if command => signals.next().await,
                signal => signal,
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(FAREWELL, all) => Ok(()),
            signal = asked_twice => Err(signal.as_error().into()),
        }
    }
}

/// Nobody has asked a session to end.
fn reason(end: Result<End>, node: &str) -> anyhow::Error {
    match end.and_then(|end| end.into_result(node)) {
        Ok(()) => Error::failed(format!("the session on {node} was ended"))
            .because("it was terminated by somebody, or its agent has gone")
            .into(),
        Err(error) => error,
    }
}

/// An error and its causes; what an agent says may have several lines.
pub fn in_one_line(error: &anyhow::Error) -> String {
    let texts: Vec<String> = error.chain().map(ToString::to_string).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_of_several_lines_stand_in_one() {
        let error = Error::failed("it was ended").because("-----ERROR-----\nUnable to connect\n\n  to it\n");
        assert_eq!(in_one_line(&error.into()), "it was ended: -----ERROR-----: Unable to connect: to it");
    }
}
