//! One message of the data channel as one binary frame: the codec. Owns the layout and its checks; knows
//! nothing of what payloads mean. All integers are big endian; reading takes any bytes and never panics.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use crate::uuid::Uuid;

/// The header length that every sender writes: the bytes before the payload length.
const HEADER: usize = 116;
/// Where the payload begins after such a header.
const PAYLOAD: usize = HEADER + 4;
const NAME: usize = 32;

pub const SCHEMA_VERSION: u32 = 1;
/// The first message of a direction.
pub const FLAG_SYN: u64 = 1;
/// On acknowledgements, which are complete in themselves. With SYN alone, agents on Windows are reported to refuse them.
pub const FLAG_SYN_FIN: u64 = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub message_type: MessageType,
    pub schema_version: u32,
    pub created_ms: u64,
    pub sequence: i64,
    pub flags: u64,
    pub id: Uuid,
    pub payload_type: PayloadType,
    pub payload: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    InputStreamData,
    OutputStreamData,
    Acknowledge,
    ChannelClosed,
    PausePublication,
    StartPublication,
    AgentSessionState,
    /// A type we do not know, as it was on the wire.
    Other([u8; NAME]),
}

const NAMES: [(MessageType, &str); 7] = [
    (MessageType::InputStreamData, "input_stream_data"),
    (MessageType::OutputStreamData, "output_stream_data"),
    (MessageType::Acknowledge, "acknowledge"),
    (MessageType::ChannelClosed, "channel_closed"),
    (MessageType::PausePublication, "pause_publication"),
    (MessageType::StartPublication, "start_publication"),
    (MessageType::AgentSessionState, "agent_session_state"),
];

impl MessageType {
    /// The name in JSON payloads; empty for a type we do not know.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    fn to_wire(self) -> [u8; NAME] {
        if let MessageType::Other(raw) = self {
            return raw;
        }
        let mut wire = [b' '; NAME];
        for (place, byte) in wire.iter_mut().zip(self.name().bytes()) {
            *place = byte;
        }
        wire
    }

    /// `None` if the field is blank.
    fn from_wire(wire: [u8; NAME]) -> Option<Self> {
        let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
        let start = wire.iter().position(|byte| !is_padding(byte))?;
        let end = wire.iter().rposition(|byte| !is_padding(byte))?;
        let name = &wire[start..=end];
        let known = NAMES.iter().find(|(_, known)| known.as_bytes() == name);
        Some(known.map_or(MessageType::Other(wire), |(message_type, _)| *message_type))
    }

    /// The service's own notices, which no receiver checks.
    fn is_unchecked(self) -> bool {
        matches!(self, MessageType::PausePublication | MessageType::StartPublication)
    }
}

/// What the payload of a stream message is; any number is possible on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadType(pub u32);

impl PayloadType {
    /// Of messages that are no stream data.
    pub const NONE: Self = PayloadType(0);
    pub const OUTPUT: Self = PayloadType(1);
    pub const SIZE: Self = PayloadType(3);
    pub const HANDSHAKE_REQUEST: Self = PayloadType(5);
    pub const HANDSHAKE_RESPONSE: Self = PayloadType(6);
    pub const HANDSHAKE_COMPLETE: Self = PayloadType(7);
    pub const ENC_CHALLENGE_REQUEST: Self = PayloadType(8);
    pub const ENC_CHALLENGE_RESPONSE: Self = PayloadType(9);
    pub const FLAG: Self = PayloadType(10);
    pub const STD_ERR: Self = PayloadType(11);
    pub const EXIT_CODE: Self = PayloadType(12);
}

/// Why a frame is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("{0} bytes are too few for a message")]
    TooShort(usize),
    #[error("a header of {0} bytes is not possible here")]
    HeaderLength(u32),
    #[error("the message type is blank")]
    BlankType,
    #[error("the creation date is missing")]
    NoDate,
    #[error("the payload has {found} bytes of {promised}")]
    PayloadLength { promised: u32, found: usize },
    /// The message is whole but its payload is not what the digest says; given for the one rule that accepts it.
    #[error("the payload does not match its digest")]
    Digest(Box<Message>),
}

impl Message {
    pub fn encode(&self) -> Bytes {
        let mut frame = BytesMut::with_capacity(PAYLOAD + self.payload.len());
        frame.put_u32(HEADER as u32);
        frame.put_slice(&self.message_type.to_wire());
        frame.put_u32(self.schema_version);
        frame.put_u64(self.created_ms);
        frame.put_i64(self.sequence);
        frame.put_u64(self.flags);
        frame.put_slice(&self.id.to_wire());
        frame.put_slice(digest(&SHA256, &self.payload).as_ref());
        frame.put_u32(self.payload_type.0);
        frame.put_u32(self.payload.len() as u32);
        frame.put_slice(&self.payload);
        frame.freeze()
    }

    /// The payload shares the frame's memory.
    pub fn decode(frame: &Bytes) -> Result<Message, FrameError> {
        let mut head = frame.get(..PAYLOAD).ok_or(FrameError::TooShort(frame.len()))?;
        let header = head.get_u32();
        let mut name = [0; NAME];
        head.copy_to_slice(&mut name);
        let schema_version = head.get_u32();
        let created_ms = head.get_u64();
        let sequence = head.get_i64();
        let flags = head.get_u64();
        let mut id = [0; 16];
        head.copy_to_slice(&mut id);
        let mut claimed = [0; SHA256_OUTPUT_LEN];
        head.copy_to_slice(&mut claimed);
        let payload_type = PayloadType(head.get_u32());

        // A longer header carries fields we do not know before the payload length.
        let mut after_header = usize::try_from(header)
            .ok()
            .filter(|length| *length >= HEADER)
            .and_then(|length| frame.get(length..))
            .filter(|rest| rest.len() >= 4)
            .ok_or(FrameError::HeaderLength(header))?;
        let promised = after_header.get_u32();
        let payload = frame.slice_ref(after_header);

        let message_type = MessageType::from_wire(name).ok_or(FrameError::BlankType)?;
        let id = Uuid::from_wire(id);
        let message =
            Message { message_type, schema_version, created_ms, sequence, flags, id, payload_type, payload };
        if message_type.is_unchecked() {
            return Ok(message);
        }
        if created_ms == 0 {
            return Err(FrameError::NoDate);
        }
        // A length of 0 means no check. Only in the usual layout: with a damaged header length it may be payload.
        let is_checked = promised != 0 || header as usize != HEADER;
        if is_checked && digest(&SHA256, &message.payload).as_ref() != claimed {
            let found = message.payload.len();
            if found != promised as usize {
                return Err(FrameError::PayloadLength { promised, found });
            }
            return Err(FrameError::Digest(Box::new(message)));
        }
        Ok(message)
    }
}
