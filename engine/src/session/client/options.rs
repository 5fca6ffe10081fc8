//! What a client has to be told.

use crate::session::{DEFAULT_PAYLOAD_SIZE, DEFAULT_WINDOW};

/// In the numbering of the reference client: agents choose features by it.
pub const DEFAULT_CLIENT_VERSION: &str = "1.2.694.0";
const DEFAULT_RECEIVE_BUDGET: usize = 1 << 20;

pub struct ClientOptions {
    pub session_id: String,
    /// As given to StartSession.
    pub target: String,
    pub client_version: String,
    /// Fresh for every session: message ids and nonces come from it.
    pub seed: [u8; 32],
    /// Messages that may be unacknowledged.
    pub window: usize,
    /// Bytes a message carries, before encryption.
    pub payload_size: usize,
    /// Bytes of events not yet taken, beyond which the agent is made to wait.
    pub receive_budget: usize,
}

impl ClientOptions {
    pub fn new(session_id: impl Into<String>, target: impl Into<String>, seed: [u8; 32]) -> Self {
        ClientOptions {
            session_id: session_id.into(),
            target: target.into(),
            client_version: DEFAULT_CLIENT_VERSION.to_owned(),
            seed,
            window: DEFAULT_WINDOW,
            payload_size: DEFAULT_PAYLOAD_SIZE,
            receive_budget: DEFAULT_RECEIVE_BUDGET,
        }
    }
}
