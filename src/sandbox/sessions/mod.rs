//! The sessions of the sandbox: the message gateway with its tokens, and the agents with real shells
//! behind it. Owns who may open which data channel; the protocol itself is the engine's. It must not know
//! HTTP: the service half calls [`Sessions`] and hands over upgraded websockets.

mod token;

use super::kms::Kms;
use super::node::Node;
use super::random::{self, NoRandomness};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use token::{TokenHash, Tokens};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// How many ended sessions are remembered for `DescribeSessions`.
const HISTORY: usize = 1000;

/// The sandbox's sessions; a cheap handle.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    settings: SessionSettings,
    tokens: Tokens,
    entries: Mutex<Vec<Entry>>,
}

pub struct SessionSettings {
    pub launcher: Launcher,
    pub kms: Arc<Kms>,
    pub preferences: Preferences,
    pub faults: Option<FaultSettings>,
    /// USER and PATH of the shells: the sandbox's own.
    pub user: String,
    pub path: OsString,
}

/// The command that puts the program named after its arguments on the terminal it was given.
#[derive(Debug, Clone)]
pub struct Launcher {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

/// What the document `SSM-SessionManagerRunShell` says.
#[derive(Debug, Clone)]
pub struct Preferences {
    /// Sessions are encrypted when set: an id, ARN or alias that [`Kms`] knows.
    pub kms_key_id: Option<String>,
    pub idle_timeout: Duration,
    pub max_duration: Option<Duration>,
}

impl Default for Preferences {
    fn default() -> Self {
        Preferences { kms_key_id: None, idle_timeout: Duration::from_secs(20 * 60), max_duration: None }
    }
}

/// What to damage on the way between client and agent, for rehearsals and tests.
#[derive(Debug, Clone)]
pub struct FaultSettings {
    /// The socket is cut whenever this many frames have passed over it.
    pub cut_every: Option<u64>,
}

pub struct SessionRequest {
    pub node: Arc<Node>,
    /// As the caller gave it; the encryption context names it.
    pub target: String,
    pub document: SessionDocument,
    pub reason: Option<String>,
    /// The caller's ARN.
    pub owner: String,
    /// The caller's name as session ids begin with it.
    pub caller_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionDocument {
    StandardStream,
    InteractiveCommands { command: String },
}

pub struct StartedSession {
    pub session_id: String,
    pub token: String,
}

#[derive(Debug, Clone)]
pub struct SessionRecord {
    pub session_id: String,
    pub target: String,
    pub document: SessionDocument,
    pub reason: Option<String>,
    pub owner: String,
    pub started: SystemTime,
    pub status: SessionStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    /// No client has come yet.
    Connecting,
    Connected,
    /// The client's socket is gone; the shell lives on.
    Disconnected,
    Terminated {
        at: SystemTime,
    },
}

impl SessionStatus {
    pub const fn is_over(self) -> bool {
        matches!(self, SessionStatus::Terminated { .. })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    #[error("session {0} does not exist")]
    UnknownSession(String),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

struct Entry {
    session_id: String,
    target: String,
    document: SessionDocument,
    reason: Option<String>,
    owner: String,
    started: SystemTime,
    status: watch::Receiver<SessionStatus>,
    /// Of the one token that opens the session now.
    token: TokenHash,
    ending: Arc<Notify>,
}

impl Sessions {
    pub fn new(settings: SessionSettings) -> Result<Sessions, NoRandomness> {
        let inner = Inner { settings, tokens: Tokens::new()?, entries: Mutex::default() };
        Ok(Sessions(Arc::new(inner)))
    }

    /// The limits to accept websockets with: no frame a client may send is larger.
    pub fn websocket_config() -> WebSocketConfig {
        WebSocketConfig::default()
    }

    /// Starts the node's agent, and with it the shell. Needs a tokio runtime.
    pub fn start(&self, request: SessionRequest) -> Result<StartedSession, NoRandomness> {
        let session_id = format!("{}-{}", request.caller_name, random::hex(17)?);
        let (token, hash) = self.0.tokens.issue()?;
        let (_status, status) = watch::channel(SessionStatus::Connecting);
        let ending = Arc::new(Notify::new());
        self.entries().push(Entry {
            session_id: session_id.clone(),
            target: request.target,
            document: request.document,
            reason: request.reason,
            owner: request.owner,
            started: SystemTime::now(),
            status,
            token: hash,
            ending,
        });
        Ok(StartedSession { session_id, token })
    }

    /// A new token, which voids the one before; none when the session is over.
    pub fn resume(&self, session_id: &str) -> Result<Option<String>, ResumeError> {
        let mut entries = self.entries();
        let entry = entries
            .iter_mut()
            .find(|entry| entry.session_id == session_id)
            .ok_or_else(|| ResumeError::UnknownSession(session_id.to_owned()))?;
        if entry.status.borrow().is_over() {
            return Ok(None);
        }
        let (token, hash) = self.0.tokens.issue()?;
        entry.token = hash;
        Ok(Some(token))
    }

    /// Ends a session; whether there is one of this id.
    pub fn terminate(&self, session_id: &str) -> bool {
        let entries = self.entries();
        let entry = entries.iter().find(|entry| entry.session_id == session_id);
        entry.inspect(|entry| entry.ending.notify_one()).is_some()
    }

    /// Every session, the oldest first.
    pub fn describe(&self) -> Vec<SessionRecord> {
        self.entries().iter().map(Entry::record).collect()
    }

    /// Whether a data channel of this session may be opened (with its token).
    pub fn is_open(&self, session_id: &str) -> bool {
        let entries = self.entries();
        entries.iter().any(|entry| entry.session_id == session_id && !entry.status.borrow().is_over())
    }

    /// Speaks with one client until its socket ends.
    pub async fn serve<S>(&self, session_id: String, socket: WebSocketStream<S>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        drop((session_id, socket));
    }

    /// Ends every shell and waits until they are gone.
    pub async fn shutdown(&self) {
        let ending: Vec<_> = self
            .entries()
            .iter()
            .map(|entry| {
                entry.ending.notify_one();
                entry.status.clone()
            })
            .collect();
        for mut status in ending {
            // An error means that the agent is gone already.
            let _ = status.wait_for(|status| status.is_over()).await;
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn record(&self) -> SessionRecord {
        SessionRecord {
            session_id: self.session_id.clone(),
            target: self.target.clone(),
            document: self.document.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            started: self.started,
            status: *self.status.borrow(),
        }
    }
}
