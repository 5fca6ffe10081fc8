//! The sessions of the sandbox: the message gateway with its tokens, and the agents with real shells
//! behind it. Owns who may open which data channel; the protocol itself is the engine's. It must not know
//! HTTP: the service half calls [`Sessions`] and hands over upgraded websockets.

mod command;
mod faults;
mod gateway;
mod launch;
mod members;
mod output;
mod port;
mod process;
mod program;
pub mod pty;
mod session;
mod shell;
mod throttle;
mod wire;

pub use faults::{ExtraFrame, FaultSettings, Rhythm};
pub use port::PortDocument;
pub use pty::{SUBCOMMAND, exec_on_terminal};
pub use throttle::Throttle;

use super::kms::{Kms, KmsError};
use super::node::Node;
use super::tokens::{TokenHash, Tokens};
use crate::random::{self, NoRandomness};
use faults::{Expiry, WireFaults};
use gateway::Connection;
use opsctl_engine::random::Random;
use opsctl_engine::session::{self as engine, Agent, AgentEncryption, AgentOptions, SessionType};
use serde_json::Value;
use session::{Clock, Session};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use throttle::Pace;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use wire::Wire;

/// The sandbox's sessions; a cheap handle.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    settings: Arc<SessionSettings>,
    limits: Limits,
    /// Of the key that sessions are encrypted with, if they are.
    key_arn: Option<String>,
    tokens: Tokens,
    /// Of the caller's credentials.
    expiry: Arc<Expiry>,
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

/// How long to wait for what should come soon, and how much to remember.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// The first frame of a socket.
    first_frame: Duration,
    /// The first client of a session whose shell is gone already.
    first_client: Duration,
    /// The acknowledgements of the last output, as at the real agent.
    linger: Duration,
    /// A shell that was hung up.
    hang_up: Duration,
    /// That a node is gone.
    notice: Duration,
    /// Ended sessions that are still described.
    history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Limits {
            first_frame: seconds(5),
            first_client: seconds(20),
            linger: seconds(2),
            hang_up: seconds(1),
            notice: seconds(1),
            history: 1000,
        }
    }
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

pub struct SessionRequest {
    pub node: Arc<Node>,
    /// What it is encrypted with, where not the preferences say so.
    pub key: Option<SessionKey>,
    /// As the caller gave it; the encryption context names it.
    pub target: String,
    pub document: SessionDocument,
    pub document_name: String,
    pub reason: Option<String>,
    /// The caller's ARN.
    pub owner: String,
    /// The caller's name as session ids begin with it.
    pub caller_name: String,
}

/// What a document of one's own says about encryption: with the key of this ARN, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey(pub Option<String>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionDocument {
    StandardStream,
    InteractiveCommands { command: String },
    NonInteractiveCommands(CommandRequest),
    Port(PortDocument),
}

/// A command without a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRequest {
    pub command: String,
    /// Its two streams apart, as they come, and its exit code. Otherwise both together, after its end.
    pub separate: Option<Prefixes>,
}

/// What each line of a stream begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefixes {
    pub stdout: String,
    pub stderr: String,
}

pub struct StartedSession {
    pub session_id: String,
    pub token: String,
}

#[derive(Debug, Clone)]
pub struct SessionRecord {
    pub session_id: String,
    pub target: String,
    pub document_name: String,
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
    /// The shell is being ended.
    Terminating,
    Terminated {
        at: SystemTime,
    },
}

impl SessionStatus {
    /// It cannot be resumed any more.
    pub const fn is_over(self) -> bool {
        matches!(self, SessionStatus::Terminating | SessionStatus::Terminated { .. })
    }

    const fn is_terminated(self) -> bool {
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
    document_name: String,
    reason: Option<String>,
    owner: String,
    started: SystemTime,
    status: watch::Receiver<SessionStatus>,
    /// Of the one token that opens the session now.
    token: TokenHash,
    connections: mpsc::Sender<Connection>,
    ending: Arc<Notify>,
}

impl Sessions {
    /// Fails when the preferences name a key that [`Kms`] does not know.
    pub fn new(settings: SessionSettings) -> Result<Sessions, KmsError> {
        Sessions::with_limits(settings, Limits::default())
    }

    fn with_limits(settings: SessionSettings, limits: Limits) -> Result<Sessions, KmsError> {
        let key = settings.preferences.kms_key_id.as_deref();
        let key_arn = key.map(|key| settings.kms.key_arn(key)).transpose()?.map(str::to_owned);
        let tokens = Tokens::new()?;
        let expiry = Arc::new(Expiry::of(settings.faults.as_ref()));
        let settings = Arc::new(settings);
        Ok(Sessions(Arc::new(Inner { settings, limits, key_arn, tokens, expiry, entries: Mutex::default() })))
    }

    /// What to accept websockets with: a limit for the size of frames.
    pub fn websocket_config() -> WebSocketConfig {
        gateway::websocket_config()
    }

    /// Starts the node's agent, and with it the shell. Needs a tokio runtime.
    pub fn start(&self, request: SessionRequest) -> Result<StartedSession, NoRandomness> {
        let session_id = format!("{}-{}", request.caller_name, random::hex(17)?);
        let (token, hash) = self.0.tokens.issue()?;
        let clock = Clock::start();
        let agent = Agent::new(self.agent_options(&session_id, &request)?, clock.now());
        let faults = self.0.settings.faults.as_ref();
        let faults = faults.map(|faults| WireFaults::new(faults, Arc::clone(&self.0.expiry), clock));
        let (status, status_seen) = watch::channel(SessionStatus::Connecting);
        let (connections, connections_made) = mpsc::channel(1);
        let ending = Arc::new(Notify::new());
        let session = Session {
            session_id: session_id.clone(),
            settings: Arc::clone(&self.0.settings),
            limits: self.0.limits,
            pace: Pace::new(request.node.throttle),
            node: request.node,
            document: request.document,
            agent,
            wire: Wire::new(faults),
            clock,
            ids: Random::new(random::bytes()?),
            status,
            connections: connections_made,
            ending: Arc::clone(&ending),
        };
        self.remember(Entry {
            session_id: session_id.clone(),
            target: request.target,
            document_name: request.document_name,
            reason: request.reason,
            owner: request.owner,
            started: SystemTime::now(),
            status: status_seen,
            token: hash,
            connections,
            ending,
        });
        tokio::spawn(session.run());
        Ok(StartedSession { session_id, token })
    }

    /// A new token, which voids the one before; none when the session is over.
    pub fn resume(&self, session_id: &str) -> Result<Option<String>, ResumeError> {
        let mut entries = self.entries();
        let entry = entries
            .iter_mut()
            .find(|entry| entry.session_id == session_id)
            .ok_or_else(|| ResumeError::UnknownSession(session_id.to_owned()))?;
        let is_refused = self.0.settings.faults.as_ref().is_some_and(|faults| faults.resume_refused);
        if is_refused || entry.status.borrow().is_over() {
            return Ok(None);
        }
        let (token, hash) = self.0.tokens.issue()?;
        entry.token = hash;
        Ok(Some(token))
    }

    /// Whether a rehearsal wants this call to find the credentials expired.
    pub fn credentials_have_expired(&self) -> bool {
        self.0.expiry.strikes()
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
    pub async fn serve<S>(&self, session_id: String, mut socket: WebSocketStream<S>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let first_frame = gateway::first_token(&mut socket);
        let token = tokio::time::timeout(self.0.limits.first_frame, first_frame).await;
        let Some(session) = token.ok().flatten().and_then(|token| self.admit(&session_id, &token)) else {
            return gateway::refuse(socket, "the first frame does not open this session").await;
        };
        let (connection, from_client, to_client) = gateway::connection();
        match session.send(connection).await {
            Ok(()) => gateway::relay(socket, from_client, to_client).await,
            Err(_) => gateway::refuse(socket, "the session is over").await,
        }
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
            // An error means that the task is gone already.
            let _ = status.wait_for(|status| status.is_terminated()).await;
        }
    }

    /// The way to the session that this token opens now.
    fn admit(&self, session_id: &str, token: &str) -> Option<mpsc::Sender<Connection>> {
        let entries = self.entries();
        let entry = entries.iter().find(|entry| entry.session_id == session_id)?;
        let opens = self.0.tokens.matches(&entry.token, token) && !entry.status.borrow().is_over();
        opens.then(|| entry.connections.clone())
    }

    fn agent_options(
        &self,
        session_id: &str,
        request: &SessionRequest,
    ) -> Result<AgentOptions, NoRandomness> {
        let (session_type, properties) = match &request.document {
            SessionDocument::StandardStream => (SessionType::StandardStream, Value::Null),
            SessionDocument::InteractiveCommands { .. } => (SessionType::InteractiveCommands, Value::Null),
            SessionDocument::NonInteractiveCommands(_) => (SessionType::NonInteractiveCommands, Value::Null),
            SessionDocument::Port(document) => (SessionType::Port, document.properties.clone()),
        };
        let key_arn = match &request.key {
            None => self.0.key_arn.clone(),
            Some(SessionKey(key_arn)) => key_arn.clone(),
        };
        // Never of a port, whatever the preferences or the document say.
        let key_arn = key_arn.filter(|_| session_type != SessionType::Port);
        let encryption =
            key_arn.map(|key_id| AgentEncryption { key_id, challenge: true, require_challenge: false });
        Ok(AgentOptions {
            session_id: session_id.to_owned(),
            target: request.target.clone(),
            session_type,
            properties,
            agent_version: request.node.agent_version.clone(),
            // What has a terminal has one only for the sake of encryption.
            handshake: encryption.is_some()
                || matches!(session_type, SessionType::NonInteractiveCommands | SessionType::Port),
            encryption,
            customer_message: String::new(),
            seed: random::bytes()?,
            window: engine::DEFAULT_WINDOW,
            payload_size: engine::DEFAULT_PAYLOAD_SIZE,
        })
    }

    fn remember(&self, entry: Entry) {
        let mut entries = self.entries();
        let ended = |entry: &Entry| entry.status.borrow().is_terminated();
        while entries.iter().filter(|entry| ended(entry)).count() >= self.0.limits.history
            && let Some(oldest) = entries.iter().position(ended)
        {
            entries.remove(oldest);
        }
        entries.push(entry);
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
            document_name: self.document_name.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            started: self.started,
            status: *self.status.borrow(),
        }
    }
}

#[cfg(test)]
mod tests;
