//! What a client has to tell.

use bytes::Bytes;
use serde_json::Value;

use crate::session::channel::PATIENCE;
use crate::session::crypto::CryptoError;
use crate::session::payload::{Flag, SessionType};
use crate::session::version::Version;

#[derive(Debug, Clone, PartialEq)]
pub enum ClientEvent {
    /// Data may flow. Without a handshake it is a shell, with no agent version.
    Started {
        session_type: SessionType,
        properties: Value,
        agent_version: Option<Version>,
        encrypted: bool,
    },
    /// To be shown to the user.
    CustomerMessage(String),
    /// Call KMS GenerateDataKey for 64 bytes, then `data_key` or `data_key_failed`.
    DataKeyWanted {
        key_id: String,
        context: Vec<(String, String)>,
    },
    Output(Bytes),
    StdErr(Bytes),
    ExitCode(i32),
    Flag(Flag),
    /// The last event: the service closed the channel. `output` says why; empty for a normal end.
    Closed {
        output: String,
    },
    /// The last event: the session cannot go on.
    Failed(ClientError),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    #[error("the agent's handshake cannot be understood: {0}")]
    Handshake(&'static str),
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    #[error("nothing was acknowledged for {} minutes", PATIENCE.as_secs() / 60)]
    NoAcknowledgement,
}
