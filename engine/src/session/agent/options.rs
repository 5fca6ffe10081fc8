//! What an agent has to be told.

use serde_json::Value;

use crate::session::payload::SessionType;
use crate::session::{DEFAULT_PAYLOAD_SIZE, DEFAULT_WINDOW};

pub struct AgentOptions {
    pub session_id: String,
    /// As given to StartSession.
    pub target: String,
    pub session_type: SessionType,
    /// Of port sessions; null for others.
    pub properties: Value,
    pub agent_version: String,
    /// A plain shell has none.
    pub handshake: bool,
    /// Needs a handshake.
    pub encryption: Option<AgentEncryption>,
    /// Shown to the user after the handshake, if not empty.
    pub customer_message: String,
    /// Fresh for every session: message ids, challenges and nonces come from it.
    pub seed: [u8; 32],
    /// Messages that may be unacknowledged.
    pub window: usize,
    /// Bytes a message carries, before encryption.
    pub payload_size: usize,
}

pub struct AgentEncryption {
    pub key_id: String,
    /// Agents since 3.3.808 send a text that the client may put into the encryption context.
    pub challenge: bool,
    /// Refuse clients that do not: RequireKMSChallengeResponse.
    pub require_challenge: bool,
}

impl AgentOptions {
    /// A plain shell.
    pub fn new(session_id: impl Into<String>, target: impl Into<String>, seed: [u8; 32]) -> Self {
        AgentOptions {
            session_id: session_id.into(),
            target: target.into(),
            session_type: SessionType::StandardStream,
            properties: Value::Null,
            agent_version: "3.3.987.0".to_owned(),
            handshake: false,
            encryption: None,
            customer_message: String::new(),
            seed,
            window: DEFAULT_WINDOW,
            payload_size: DEFAULT_PAYLOAD_SIZE,
        }
    }
}
