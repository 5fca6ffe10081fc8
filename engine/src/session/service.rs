//! Frames that only the service between the two ends makes. The sandbox plays the service; a client only
//! reads them.

use bytes::Bytes;

use super::Moment;
use super::message::{FLAG_SYN_FIN, Message, MessageType, PayloadType, SCHEMA_VERSION};
use super::payload::{self, ChannelClosed};
use crate::random::Random;
use crate::uuid::Uuid;

/// The end of a session. `output`: why, empty for a normal end.
pub fn channel_closed(session_id: &str, output: &str, ids: &mut Random, now: Moment) -> Bytes {
    let message_type = MessageType::ChannelClosed;
    let message_id = ids.uuid();
    let payload = payload::to_json(&ChannelClosed {
        message_id,
        created_date: rfc3339(now.unix_ms),
        destination_id: ids.uuid(),
        session_id,
        message_type: message_type.name(),
        schema_version: SCHEMA_VERSION,
        output,
    });
    notice(message_type, message_id, payload, now)
}

/// The other end's channel is gone for now.
pub fn pause_publication(ids: &mut Random, now: Moment) -> Bytes {
    notice(MessageType::PausePublication, ids.uuid(), Bytes::from_static(b"{}"), now)
}

/// The other end's channel is back.
pub fn start_publication(ids: &mut Random, now: Moment) -> Bytes {
    notice(MessageType::StartPublication, ids.uuid(), Bytes::from_static(b"{}"), now)
}

/// A frame that carries no stream.
pub(super) fn notice(message_type: MessageType, id: Uuid, payload: Bytes, now: Moment) -> Bytes {
    let message = Message {
        message_type,
        schema_version: SCHEMA_VERSION,
        created_ms: now.unix_ms.max(1),
        sequence: 0,
        flags: FLAG_SYN_FIN,
        id,
        payload_type: PayloadType::NONE,
        payload,
    };
    message.encode()
}

/// UTC with milliseconds, by the proleptic Gregorian calendar.
fn rfc3339(unix_ms: u64) -> String {
    let (seconds, ms) = (unix_ms / 1000, unix_ms % 1000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Counted from 1 March 0000, so that the leap day is the last of its year; eras have 400 years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + carry;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_are_right_at_the_corners_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ];
        for (ms, text) in cases {
            assert_eq!(rfc3339(ms), text);
        }
    }

    #[test]
    fn a_close_names_its_message_and_its_reason() {
        let now = Moment { elapsed: Duration::ZERO, unix_ms: 1_700_000_000_123 };
        let frame = channel_closed("me-0123", "a \"reason\"", &mut Random::new([3; 32]), now);
        let message = Message::decode(&frame).unwrap();
        let text = std::str::from_utf8(&message.payload).unwrap();
        let start = format!(r#"{{"MessageId":"{}","CreatedDate":"2023-11-14T22:13:20.123Z","#, message.id);
        assert!(text.starts_with(&start), "{text}");
        let end = r#""SessionId":"me-0123","MessageType":"channel_closed","SchemaVersion":1,"Output":"a \"reason\""}"#;
        assert!(text.ends_with(end), "{text}");
        assert_eq!((message.flags, message.sequence), (3, 0));
    }
}
