//! The agent's side of a handshake: the request it makes, and what it reads out of the client's response.

use bytes::Bytes;
use serde_json::Value;

use super::{AgentEncryption, AgentOptions};
use crate::session::payload::{
    self, ACTION_KMS_ENCRYPTION, ACTION_SESSION_TYPE, CONTEXT_CHALLENGE, CONTEXT_SESSION, CONTEXT_TARGET,
    HandshakeRequest, HandshakeResponse, KmsParameters, KmsResult, ProcessedAction, RequestedAction,
    SessionTypeParameters, status,
};
use crate::session::version::Version;

/// `challenge`: the text that the client may confirm in the encryption context.
pub(super) fn request(options: &AgentOptions, challenge: Option<&str>) -> Bytes {
    let mut actions = vec![RequestedAction {
        action_type: ACTION_SESSION_TYPE.to_owned(),
        action_parameters: to_value(&SessionTypeParameters {
            session_type: options.session_type.name().to_owned(),
            properties: options.properties.clone(),
        }),
    }];
    if let Some(encryption) = &options.encryption {
        actions.push(RequestedAction {
            action_type: ACTION_KMS_ENCRYPTION.to_owned(),
            action_parameters: to_value(&KmsParameters {
                kms_key_id: encryption.key_id.clone(),
                challenge: challenge.map(str::to_owned),
            }),
        });
    }
    payload::to_json(&HandshakeRequest {
        agent_version: Some(options.agent_version.clone()),
        requested_client_actions: Some(actions),
    })
}

fn to_value(parameters: &impl serde::Serialize) -> Value {
    serde_json::to_value(parameters).unwrap_or_default()
}

/// A response that lets the session go on.
pub(super) struct Accepted {
    pub(super) client_version: Option<Version>,
    /// Of an encrypted session.
    pub(super) key: Option<EncryptedKey>,
}

pub(super) struct EncryptedKey {
    pub(super) ciphertext: Vec<u8>,
    pub(super) context: Vec<(String, String)>,
}

/// The error is the text that ends the session.
pub(super) fn read_response(
    options: &AgentOptions,
    challenge: Option<&str>,
    payload: &[u8],
) -> Result<Accepted, String> {
    let response: HandshakeResponse =
        payload::from_json(payload).ok_or("the handshake response cannot be read")?;
    let answers = response.processed_client_actions.unwrap_or_default();
    answer(&answers, ACTION_SESSION_TYPE)?;
    let key = match &options.encryption {
        Some(encryption) => {
            let result = &answer(&answers, ACTION_KMS_ENCRYPTION)?.action_result;
            Some(encrypted_key(options, encryption, challenge, result)?)
        }
        None => None,
    };
    let client_version = response.client_version.as_deref().and_then(Version::parse);
    Ok(Accepted { client_version, key })
}

fn answer<'a>(answers: &'a [ProcessedAction], action: &str) -> Result<&'a ProcessedAction, String> {
    let answer = answers
        .iter()
        .find(|answer| answer.action_type == action)
        .ok_or_else(|| format!("{action} was not processed by the client"))?;
    match answer.action_status {
        status::SUCCESS => Ok(answer),
        _ if !answer.error.is_empty() => Err(answer.error.clone()),
        other => Err(format!("{action} failed on the client with status {other}")),
    }
}

fn encrypted_key(
    options: &AgentOptions,
    encryption: &AgentEncryption,
    challenge: Option<&str>,
    result: &Value,
) -> Result<EncryptedKey, String> {
    let result: KmsResult = serde_json::from_value(result.clone())
        .map_err(|_| "the result of KMSEncryption cannot be read".to_owned())?;
    let ciphertext = payload::from_base64(&result.cipher_text_key)
        .ok_or_else(|| "the encrypted data key is no base64".to_owned())?;
    let mut context = vec![
        (CONTEXT_SESSION.to_owned(), options.session_id.clone()),
        (CONTEXT_TARGET.to_owned(), options.target.clone()),
    ];
    match challenge {
        Some(challenge) if result.challenge_acknowledgement => {
            context.push((CONTEXT_CHALLENGE.to_owned(), challenge.to_owned()));
        }
        _ if encryption.require_challenge => {
            return Err("the client does not acknowledge the KMS challenge, which is required".to_owned());
        }
        _ => {}
    }
    Ok(EncryptedKey { ciphertext, context })
}
