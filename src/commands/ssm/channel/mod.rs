//! A session as the commands use it: one task owns the data channel's state and its socket, brings it back
//! after a cut and ends it. Commands talk to it through channels. It must not know terminals or print.

mod driver;
mod end;
mod keys;
mod link;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::Bytes;
use opsctl_engine::session::{Client, ClientOptions, Flag, Moment, SessionType, Version};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::driver::{Driver, Parts};
use self::keys::Keys;
use super::model::Grant;
use crate::aws::Aws;
use crate::error::Result;
use crate::random;
use crate::terminal::Size;

pub use self::end::{End, ended};

/// Enough to keep a fast consumer busy, little enough to stop a fast agent behind a slow one.
const EVENTS: usize = 64;
const INPUTS: usize = 4;
/// Undelivered output that is held before the agent is told to wait.
const RECEIVE_BUDGET: usize = 256 * 1024;

/// What a session needs of the world.
pub struct SessionSettings {
    /// As it was given to StartSession: part of the encryption context.
    pub target: String,
    /// How long the agent may take to answer at all.
    pub start_limit: Duration,
    /// How long a cut session is worth coming back to.
    pub resume_limit: Duration,
}

/// What the other side and the link between did.
#[derive(Debug)]
pub enum Event {
    Started(Started),
    /// Words of the administrator, to be shown.
    Message(String),
    Output(Bytes),
    StdErr(Bytes),
    /// Of a command, after all of its output.
    ExitCode(i32),
    Flag(Flag),
    Link(Link),
}

/// What the far side is, as its handshake says. A shell may have none.
#[derive(Debug)]
pub struct Started {
    pub session_type: SessionType,
    /// Of port sessions.
    pub properties: Value,
    pub agent_version: Option<Version>,
}

/// How the link is.
#[derive(Debug)]
pub enum Link {
    /// Cut, for this reason; it is being mended.
    Lost(String),
    /// It cannot be mended yet, for this reason; it is tried on.
    Waiting(String),
    Resumed,
}

impl Link {
    /// To be told to the user.
    pub fn in_words(&self, label: &str) -> String {
        match self {
            Link::Lost(reason) => format!("connection to {label} lost ({reason}), resuming..."),
            Link::Waiting(reason) => format!("still resuming the session on {label}: {reason}"),
            Link::Resumed => format!("connection to {label} resumed"),
        }
    }
}

/// What a command wants besides sending data; never held up by data.
#[derive(Debug, Clone, Copy)]
pub enum Control {
    Resize(Size),
    Flag(Flag),
    Terminate,
}

/// A running session.
pub struct Session {
    pub session_id: String,
    pub input: mpsc::Sender<Bytes>,
    pub control: mpsc::UnboundedSender<Control>,
    pub events: mpsc::Receiver<Event>,
    /// Everything that was sent has arrived, the link is up, and nothing that came waits for what is missing before it.
    pub settled: Arc<AtomicBool>,
    /// Ends after the last event was taken.
    pub end: JoinHandle<Result<End>>,
}

impl Session {
    /// Takes up the session that was granted.
    pub fn open(aws: Arc<Aws>, grant: Grant, settings: SessionSettings) -> Result<Self> {
        let session_id = grant.session_id.clone();
        let seed = random::bytes()?;
        let clock = Clock::start();
        let options = ClientOptions {
            receive_budget: RECEIVE_BUDGET,
            ..ClientOptions::new(session_id.clone(), settings.target.clone(), seed)
        };
        let client = Client::new(options, clock.now());
        let (input, input_end) = mpsc::channel(INPUTS);
        let (control, control_end) = mpsc::unbounded_channel();
        let (events_end, events) = mpsc::channel(EVENTS);
        let settled = Arc::new(AtomicBool::new(false));
        let driver = Driver::new(Parts {
            client,
            clock,
            keys: Keys::new(aws.kms()),
            link: link::Link::new(aws, settings.resume_limit),
            grant,
            target: settings.target,
            start_limit: settings.start_limit,
            input: input_end,
            control: control_end,
            events: events_end,
            settled: Arc::clone(&settled),
        });
        Ok(Session { session_id, input, control, events, settled, end: tokio::spawn(driver.run()) })
    }
}

/// Time as the engine wants it.
#[derive(Debug, Clone, Copy)]
struct Clock {
    start: Instant,
}

impl Clock {
    fn start() -> Self {
        Clock { start: Instant::now() }
    }

    fn now(&self) -> Moment {
        let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment { elapsed: self.start.elapsed(), unix_ms: u64::try_from(unix.as_millis()).unwrap_or(u64::MAX) }
    }

    fn instant(&self, elapsed: Duration) -> Instant {
        self.start + elapsed
    }
}
