//! Frames made by hand, and what an end of ours writes and reports.

use bytes::Bytes;

use crate::session::message::{Message, MessageType, PayloadType, SCHEMA_VERSION};
use crate::session::payload::{self, Acknowledge};
use crate::session::{Agent, AgentEvent, Client, ClientEvent};
use crate::uuid::Uuid;

fn stream(message_type: MessageType, number: i64, payload_type: PayloadType, payload: &[u8]) -> Bytes {
    let message = Message {
        message_type,
        schema_version: SCHEMA_VERSION,
        created_ms: 1,
        sequence: number,
        flags: 0,
        id: Uuid([number as u8; 16]),
        payload_type,
        payload: Bytes::copy_from_slice(payload),
    };
    message.encode()
}

/// A frame as an agent sends it.
pub(in crate::session) fn output(number: i64, payload_type: PayloadType, payload: impl AsRef<[u8]>) -> Bytes {
    stream(MessageType::OutputStreamData, number, payload_type, payload.as_ref())
}

/// A frame as a client sends it.
pub(in crate::session) fn input(number: i64, payload_type: PayloadType, payload: impl AsRef<[u8]>) -> Bytes {
    stream(MessageType::InputStreamData, number, payload_type, payload.as_ref())
}

/// The acknowledgement of a message that our end sent.
pub(in crate::session) fn acknowledgement(of: &Message) -> Bytes {
    let payload = payload::to_json(&Acknowledge {
        acknowledged_message_type: of.message_type.name(),
        acknowledged_message_id: of.id,
        acknowledged_message_sequence_number: of.sequence as u64,
        is_sequential_message: true,
    });
    stream(MessageType::Acknowledge, 0, PayloadType::NONE, &payload)
}

fn decoded(poll: impl FnMut() -> Option<Bytes>) -> Vec<Message> {
    std::iter::from_fn(poll).map(|frame| Message::decode(&frame).unwrap()).collect()
}

/// What the client writes now: its stream messages, and the number of acknowledgements.
pub(in crate::session) fn written(client: &mut Client) -> (Vec<Message>, usize) {
    let (acknowledgements, messages): (Vec<_>, Vec<_>) = decoded(|| client.poll_frame())
        .into_iter()
        .partition(|message| message.message_type == MessageType::Acknowledge);
    (messages, acknowledgements.len())
}

pub(in crate::session) fn agent_written(agent: &mut Agent) -> (Vec<Message>, usize) {
    let (acknowledgements, messages): (Vec<_>, Vec<_>) = decoded(|| agent.poll_frame())
        .into_iter()
        .partition(|message| message.message_type == MessageType::Acknowledge);
    (messages, acknowledgements.len())
}

pub(in crate::session) fn events(client: &mut Client) -> Vec<ClientEvent> {
    std::iter::from_fn(|| client.poll_event()).collect()
}

pub(in crate::session) fn agent_events(agent: &mut Agent) -> Vec<AgentEvent> {
    std::iter::from_fn(|| agent.poll_event()).collect()
}
