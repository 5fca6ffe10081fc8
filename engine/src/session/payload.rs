//! What the payloads say: JSON shapes (keys in the order the reference ends write them), flags and the exit
//! code text. Owns reading and writing them; what follows from them is the client's and the agent's business.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::uuid::Uuid;

/// Names in the encryption context of the data key.
pub(super) const CONTEXT_SESSION: &str = "aws:ssm:SessionId";
pub(super) const CONTEXT_TARGET: &str = "aws:ssm:TargetId";
pub(super) const CONTEXT_CHALLENGE: &str = "aws:ssm:RandomChallenge";

pub(super) const ACTION_SESSION_TYPE: &str = "SessionType";
pub(super) const ACTION_KMS_ENCRYPTION: &str = "KMSEncryption";

const EXIT_CODE: &str = "EXIT_CODE: ";

pub(super) fn to_json(payload: &impl Serialize) -> Bytes {
    // Our payloads are structs with text keys, which always serialise.
    Bytes::from(serde_json::to_vec(payload).unwrap_or_default())
}

pub(super) fn from_json<T: DeserializeOwned>(payload: &[u8]) -> Option<T> {
    serde_json::from_slice(payload).ok()
}

/// The first frame, as text.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OpenDataChannel<'a> {
    pub message_schema_version: &'a str,
    pub request_id: Uuid,
    pub token_value: &'a str,
    pub client_id: Uuid,
    pub client_version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Acknowledge {
    pub acknowledged_message_type: &'static str,
    pub acknowledged_message_id: Uuid,
    pub acknowledged_message_sequence_number: u64,
    pub is_sequential_message: bool,
}

/// The one field of an acknowledgement that a sender looks at.
#[derive(Deserialize)]
pub(super) struct Acknowledged {
    #[serde(rename = "AcknowledgedMessageSequenceNumber")]
    pub number: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub cols: u16,
    pub rows: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct HandshakeRequest {
    pub agent_version: Option<String>,
    pub requested_client_actions: Option<Vec<RequestedAction>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RequestedAction {
    pub action_type: String,
    #[serde(default)]
    pub action_parameters: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionTypeParameters {
    pub session_type: String,
    #[serde(default)]
    pub properties: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KmsParameters {
    #[serde(rename = "KMSKeyId")]
    pub kms_key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct HandshakeResponse {
    pub client_version: Option<String>,
    pub processed_client_actions: Option<Vec<ProcessedAction>>,
    pub errors: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProcessedAction {
    pub action_type: String,
    pub action_status: u32,
    #[serde(default)]
    pub action_result: Value,
    #[serde(default)]
    pub error: String,
}

pub(super) mod status {
    pub const SUCCESS: u32 = 1;
    pub const FAILED: u32 = 2;
    pub const UNSUPPORTED: u32 = 3;
}

#[derive(Serialize, Deserialize)]
pub(super) struct KmsResult {
    #[serde(rename = "KMSCipherTextKey")]
    pub cipher_text_key: String,
    #[serde(rename = "KMSCipherTextHash", default)]
    pub cipher_text_hash: Value,
    #[serde(rename = "ChallengeAcknowledgement", default, skip_serializing_if = "std::ops::Not::not")]
    pub challenge_acknowledgement: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct HandshakeComplete {
    /// Nanoseconds.
    #[serde(default)]
    pub handshake_time_to_complete: u64,
    pub customer_message: Option<String>,
}

/// Request and response alike: encrypted bytes in base64.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EncChallenge {
    pub challenge: String,
}

impl EncChallenge {
    pub(super) fn new(sealed: &[u8]) -> Self {
        EncChallenge { challenge: to_base64(sealed) }
    }

    pub(super) fn read(payload: &[u8]) -> Option<Vec<u8>> {
        from_base64(&from_json::<EncChallenge>(payload)?.challenge)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChannelClosed<'a> {
    pub message_id: Uuid,
    pub created_date: String,
    pub destination_id: Uuid,
    pub session_id: &'a str,
    pub message_type: &'static str,
    pub schema_version: u32,
    pub output: &'a str,
}

/// The one field of a channel_closed that matters: why; empty for a normal end.
#[derive(Deserialize)]
pub(super) struct Closed {
    #[serde(rename = "Output", default)]
    pub output: Option<String>,
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionType {
    StandardStream,
    InteractiveCommands,
    NonInteractiveCommands,
    Port,
}

impl SessionType {
    pub const ALL: [SessionType; 4] = [
        SessionType::StandardStream,
        SessionType::InteractiveCommands,
        SessionType::NonInteractiveCommands,
        SessionType::Port,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            SessionType::StandardStream => "Standard_Stream",
            SessionType::InteractiveCommands => "InteractiveCommands",
            SessionType::NonInteractiveCommands => "NonInteractiveCommands",
            SessionType::Port => "Port",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        SessionType::ALL.into_iter().find(|session_type| session_type.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// To the agent: the local connection of a basic port session has ended.
    DisconnectToPort,
    /// To the agent: end the session.
    TerminateSession,
    /// To the client: the destination port cannot be reached.
    ConnectToPortError,
}

impl Flag {
    pub(super) fn to_payload(self) -> Bytes {
        let number: u32 = match self {
            Flag::DisconnectToPort => 1,
            Flag::TerminateSession => 2,
            Flag::ConnectToPortError => 3,
        };
        Bytes::copy_from_slice(&number.to_be_bytes())
    }

    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        match u32::from_be_bytes(payload.try_into().ok()?) {
            1 => Some(Flag::DisconnectToPort),
            2 => Some(Flag::TerminateSession),
            3 => Some(Flag::ConnectToPortError),
            _ => None,
        }
    }
}

pub(super) fn exit_code_text(code: i32) -> String {
    format!("{EXIT_CODE}{code}")
}

pub(super) fn read_exit_code(text: &[u8]) -> Option<i32> {
    std::str::from_utf8(text).ok()?.strip_prefix(EXIT_CODE)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_may_be_negative() {
        for code in [0, 42, 255, -1, i32::MIN] {
            assert_eq!(read_exit_code(exit_code_text(code).as_bytes()), Some(code));
        }
        for text in ["", "EXIT_CODE:", "EXIT_CODE: ", "EXIT_CODE: x", "42", "EXIT_CODE: 99999999999"] {
            assert_eq!(read_exit_code(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn flags_are_four_bytes() {
        for flag in [Flag::DisconnectToPort, Flag::TerminateSession, Flag::ConnectToPortError] {
            assert_eq!(Flag::read(&flag.to_payload()), Some(flag));
        }
        assert_eq!(Flag::read(b"\0\0\0\x04"), None);
        assert_eq!(Flag::read(b"\0\0\x01"), None);
    }
}
