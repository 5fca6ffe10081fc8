//! The client's side of a handshake: what the agent asks for, and the answer that grows until it can be sent.

use serde_json::Value;

use crate::session::crypto::DATA_KEY_LEN;
use crate::session::payload::{
    self, ACTION_KMS_ENCRYPTION, ACTION_SESSION_TYPE, CONTEXT_CHALLENGE, CONTEXT_SESSION, CONTEXT_TARGET,
    HandshakeRequest, HandshakeResponse, KmsParameters, KmsResult, ProcessedAction, RequestedAction,
    SessionType, SessionTypeParameters, status,
};
use crate::session::version::Version;

pub(super) struct Handshake {
    pub(super) agent_version: Option<Version>,
    pub(super) session_type: SessionType,
    pub(super) properties: Value,
    /// The data key to get from KMS before the answer can be sent.
    pub(super) key: Option<KeyRequest>,
    /// Some answer is not a success: the agent is going to end the session.
    pub(super) has_failed: bool,
    answers: Vec<ProcessedAction>,
    errors: Vec<String>,
}

pub(super) struct KeyRequest {
    pub(super) key_id: String,
    challenge: Option<String>,
    /// Its place among the answers.
    index: usize,
}

impl KeyRequest {
    pub(super) fn context(&self, session_id: &str, target: &str) -> Vec<(String, String)> {
        let mut context = vec![
            (CONTEXT_SESSION.to_owned(), session_id.to_owned()),
            (CONTEXT_TARGET.to_owned(), target.to_owned()),
        ];
        context
            .extend(self.challenge.iter().map(|challenge| (CONTEXT_CHALLENGE.to_owned(), challenge.clone())));
        context
    }
}

impl Handshake {
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let request: HandshakeRequest = payload::from_json(payload)?;
        let mut handshake = Handshake {
            agent_version: request.agent_version.as_deref().and_then(Version::parse),
            session_type: SessionType::StandardStream,
            properties: Value::Null,
            key: None,
            has_failed: false,
            answers: Vec::new(),
            errors: Vec::new(),
        };
        for action in request.requested_client_actions.unwrap_or_default() {
            handshake.process(action);
        }
        Some(handshake)
    }

    fn process(&mut self, action: RequestedAction) {
        let index = self.answers.len();
        self.answers.push(ProcessedAction {
            action_type: action.action_type,
            action_status: status::SUCCESS,
            action_result: Value::Null,
            error: String::new(),
        });
        match self.answers[index].action_type.as_str() {
            ACTION_SESSION_TYPE => {
                let parameters = serde_json::from_value::<SessionTypeParameters>(action.action_parameters);
                let Ok(SessionTypeParameters { session_type, properties }) = parameters else {
                    return self.fail(index, status::FAILED, "the parameters cannot be read");
                };
                match SessionType::from_name(&session_type) {
                    Some(known) => {
                        self.session_type = known;
                        self.properties = properties;
                    }
                    None => {
                        let reason = format!("session type {session_type} is not supported");
                        self.fail(index, status::UNSUPPORTED, &reason);
                    }
                }
            }
            ACTION_KMS_ENCRYPTION if self.key.is_none() => {
                match serde_json::from_value::<KmsParameters>(action.action_parameters) {
                    Ok(KmsParameters { kms_key_id: key_id, challenge }) => {
                        let challenge = challenge.filter(|text| !text.is_empty());
                        self.key = Some(KeyRequest { key_id, challenge, index });
                    }
                    Err(_) => self.fail(index, status::FAILED, "the parameters cannot be read"),
                }
            }
            _ => self.fail(index, status::UNSUPPORTED, "unsupported action"),
        }
    }

    /// Completes the answer with the encrypted data key.
    pub(super) fn key_made(&mut self, ciphertext_blob: &[u8]) {
        let Some(key) = self.key.take() else { return };
        let result = KmsResult {
            cipher_text_key: payload::to_base64(ciphertext_blob),
            cipher_text_hash: Value::Null,
            challenge_acknowledgement: key.challenge.is_some(),
        };
        self.answers[key.index].action_result = serde_json::to_value(result).unwrap_or_default();
    }

    /// Completes the answer without a data key.
    pub(super) fn key_failed(&mut self, reason: &str) {
        if let Some(key) = self.key.take() {
            self.fail(key.index, status::FAILED, reason);
        }
    }

    /// The answer, once [`key`](Self::key) is `None`.
    pub(super) fn response(&mut self, client_version: &str) -> HandshakeResponse {
        let errors = std::mem::take(&mut self.errors);
        HandshakeResponse {
            client_version: Some(client_version.to_owned()),
            processed_client_actions: Some(std::mem::take(&mut self.answers)),
            errors: if errors.is_empty() { None } else { Some(errors) },
        }
    }

    fn fail(&mut self, index: usize, status: u32, reason: &str) {
        let answer = &mut self.answers[index];
        answer.action_status = status;
        answer.error = format!("Failed to process action {}: {reason}", answer.action_type);
        self.errors.push(reason.to_owned());
        self.has_failed = true;
    }
}

/// Why a data key cannot be used.
pub(super) fn wrong_key_length(length: usize) -> String {
    format!("KMS returned a data key of {length} bytes, not {DATA_KEY_LEN}")
}
