//! A session with an old agent, which carries one connection at a time: the others wait for their turn. Nothing marks
//! where the output of one connection ends, so that the next one is kept waiting until the last of it has come.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use opsctl_engine::session::Flag;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};

use super::connection::{Connection, Said};
use super::inbox::{Ending, Inbox};
use super::room::{self, Incoming, Load, Room};
use crate::commands::ssm::channel::{Control, End, Event, ended};
use crate::error::Result;

/// How long the node must be silent after a connection before the next one begins: longer than an agent waits before
/// it repeats what was lost.
const SILENCE: Duration = Duration::from_millis(1200);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// What may come before there is a connection to give it to.
const EARLY: usize = 64 * 1024;
/// Connections that wait for their turn here; further ones wait at the port.
const QUEUE: usize = 64;

enum Turn {
    /// The node has connected by itself when the session started; what it says is for the first connection.
    First {
        early: Vec<Bytes>,
        bytes: usize,
    },
    Serving(Serving),
    /// A connection has ended, but not all that it sent has arrived; what still comes is its own.
    Ending,
    /// The node has been told. `since`: when the last of its output came.
    Draining {
        since: Instant,
    },
}

struct Serving {
    inbox: Arc<Inbox>,
    /// The node connects again when it is spoken to, so that what comes before is of the connection before.
    is_heard: bool,
    _load: Load,
}

struct Basic {
    room: Room,
    turn: Turn,
    waiting: VecDeque<Incoming>,
    said: mpsc::Sender<((), Said)>,
    drained: Arc<Notify>,
    /// Read from the connection and not yet taken by the session.
    unsent: Option<Bytes>,
    told: bool,
    left: bool,
}

/// Serves until the session has ended.
pub async fn serve(room: Room) -> Result<End> {
    let (said, heard) = mpsc::channel(1);
    let basic = Basic {
        room,
        turn: Turn::First { early: Vec::new(), bytes: 0 },
        waiting: VecDeque::new(),
        said,
        drained: Arc::new(Notify::new()),
        unsent: None,
        told: false,
        left: false,
    };
    basic.run(heard).await
}

impl Basic {
    async fn run(mut self, mut heard: mpsc::Receiver<((), Said)>) -> Result<End> {
        let drained = Arc::clone(&self.drained);
        loop {
            self.send();
            self.begin();
            let takes_events = self.takes_events();
            let looks_again = match self.turn {
                Turn::Ending => true,
                Turn::Draining { .. } => !self.waiting.is_empty(),
                Turn::First { .. } | Turn::Serving(_) => false,
            };
            let Room { session, incoming, leaving, .. } = &mut self.room;
            tokio::select! {
                event = session.events.recv(), if takes_events => match event {
                    Some(event) => self.take(event),
                    None => break,
                },
                Some(incoming) = incoming.recv(), if self.waiting.len() < QUEUE => self.wait(incoming),
                Some(((), said)) = heard.recv(), if self.unsent.is_none() => self.hear(said),
                () = room::has_room(&session.input), if self.unsent.is_some() => {}
                () = drained.notified(), if !takes_events => {}
                () = sleep(LOOK_AGAIN), if looks_again => {}
                () = room::asked(leaving), if !self.left => self.leave(),
            }
        }
        self.break_all();
        ended(self.room.session.end).await
    }

    fn send(&mut self) {
        let session = &self.room.session;
        if let Ok(place) = session.input.try_reserve()
            && let Some(data) = self.unsent.take()
        {
            place.send(data);
            // The session says so itself when it has looked.
            session.settled.store(false, Ordering::Relaxed);
        }
    }

    fn takes_events(&self) -> bool {
        self.left
            || match &self.turn {
                Turn::First { bytes, .. } => *bytes < EARLY,
                Turn::Serving(serving) => !serving.inbox.is_full(),
                Turn::Ending | Turn::Draining { .. } => true,
            }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Output(data) => match &mut self.turn {
                Turn::First { early, bytes } => {
                    *bytes += data.len();
                    early.push(data);
                }
                Turn::Serving(serving) if serving.is_heard => self.deliver(&data),
                Turn::Serving(_) | Turn::Ending => {}
                Turn::Draining { since } => *since = Instant::now(),
            },
            Event::Flag(Flag::ConnectToPortError) => {
                self.room.voice.refused();
                if let Turn::Serving(serving) = &self.turn {
                    serving.inbox.end(Ending::Broken);
                }
            }
            Event::Link(link) => self.room.voice.link(&link),
            Event::Message(text) => self.room.voice.message(&text),
            Event::Started(_) | Event::StdErr(_) | Event::ExitCode(_) | Event::Flag(_) => {}
        }
    }

    fn deliver(&mut self, data: &[u8]) {
        let Turn::Serving(serving) = &self.turn else { return };
        if let Err(overflow) = serving.inbox.deliver(data) {
            self.room.voice.closed_because(overflow);
            serving.inbox.end(Ending::Broken);
        }
    }

    fn wait(&mut self, incoming: Incoming) {
        self.waiting.push_back(incoming);
        if !self.told && matches!(self.turn, Turn::Serving(_)) {
            self.told = true;
            let voice = &self.room.voice;
            voice.reporter.status(format_args!(
                "the agent of {} is old and takes one connection at a time: another to {} waits",
                voice.node, voice.local
            ));
        }
    }

    /// The next one's turn, if it has come.
    fn begin(&mut self) {
        let is_settled = self.room.session.settled.load(Ordering::Relaxed);
        let is_first = match &self.turn {
            Turn::First { .. } => true,
            Turn::Draining { since } if is_settled && since.elapsed() >= SILENCE => false,
            Turn::Ending if is_settled => {
                // Flags go ahead of data that waits.
                let _ = self.room.session.control.send(Control::Flag(Flag::DisconnectToPort));
                self.turn = Turn::Draining { since: Instant::now() };
                return;
            }
            Turn::Serving(_) | Turn::Ending | Turn::Draining { .. } => return,
        };
        let Some(Incoming { local, load }) =
            std::iter::from_fn(|| self.waiting.pop_front()).find(|incoming| is_there(&incoming.local))
        else {
            return;
        };
        let settled = Arc::clone(&self.room.session.settled);
        let inbox = Inbox::new(Arc::clone(&self.room.budget), Arc::clone(&self.drained), settled);
        let serving = Serving { inbox: Arc::clone(&inbox), is_heard: is_first, _load: load };
        let before = std::mem::replace(&mut self.turn, Turn::Serving(serving));
        if let Turn::First { early, .. } = before {
            early.iter().for_each(|data| self.deliver(data));
        }
        let (session, half_closed) = (self.said.clone(), Arc::clone(&self.room.half_closed));
        tokio::spawn(Connection { key: (), local, inbox, session, half_closed }.run());
    }

    fn hear(&mut self, said: Said) {
        match said {
            Said::Data(data) => {
                if let Turn::Serving(serving) = &mut self.turn {
                    serving.is_heard = true;
                }
                self.unsent = Some(data);
            }
            Said::Closed => self.turn = Turn::Ending,
        }
    }

    fn leave(&mut self) {
        self.left = true;
        self.break_all();
        let _ = self.room.session.control.send(Control::Terminate);
    }

    fn break_all(&mut self) {
        self.room.incoming.close();
        if let Turn::Serving(serving) = &self.turn {
            serving.inbox.end(Ending::Broken);
        }
        self.waiting.clear();
        while self.room.incoming.try_recv().is_ok() {}
    }
}

/// A program that has given up waiting has no turn.
fn is_there(local: &TcpStream) -> bool {
    !matches!(local.peek(&mut [0]).now_or_never(), Some(Ok(0) | Err(_)))
}
