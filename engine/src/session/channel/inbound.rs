//! Messages from the other end, put in order: one at a time to the consumer, early ones kept within bounds, old
//! ones recognised. Owns the number expected next; what is acknowledged when is its verdict.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::session::message::Message;

/// How far a message may be ahead of the one expected: the early buffer of the reference client.
const MAX_EARLY: u64 = 10_000;
const MAX_EARLY_BYTES: usize = 16 << 20;
/// Equal damaged frames with the expected number after which the sender is taken to compute digests wrongly.
const SAME_DAMAGE: u32 = 3;

pub(super) struct Inbound {
    expected: u64,
    early: BTreeMap<u64, Early>,
    early_bytes: usize,
    damaged: Option<(Bytes, u32)>,
}

struct Early {
    message: Message,
    acknowledged: bool,
}

/// What to do about a message that came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the next, or waits with the next for a slow consumer: [`Inbound::take`] gives it, and it is acknowledged
    /// then.
    Next,
    /// It is early, as one before it is missing, and kept: acknowledge it.
    Kept,
    /// It came before: acknowledge it, the first acknowledgement may be lost.
    Old,
    /// As if it had not come: the sender will send it again.
    Refused,
}

impl Inbound {
    pub(super) fn new() -> Self {
        Inbound { expected: 0, early: BTreeMap::new(), early_bytes: 0, damaged: None }
    }

    /// `consumer_is_absent`: the next message is refused, early ones are kept all the same.
    pub(super) fn receive(&mut self, message: &Message, consumer_is_absent: bool) -> Verdict {
        let Ok(number) = u64::try_from(message.sequence) else { return Verdict::Refused };
        let Some(ahead) = number.checked_sub(self.expected) else { return Verdict::Old };
        if let Some(early) = self.early.get(&number) {
            return if early.acknowledged { Verdict::Old } else { Verdict::Next };
        }
        let is_next = ahead == 0;
        // Acknowledged, what waits for the consumer would let the sender's window move on, and thousands more come.
        let waits = is_next || self.early.contains_key(&self.expected);
        let bytes = self.early_bytes + message.payload.len();
        if ahead >= MAX_EARLY || bytes > MAX_EARLY_BYTES && !is_next || is_next && consumer_is_absent {
            return Verdict::Refused;
        }
        let mut message = message.clone();
        if !is_next {
            // A kept payload must not pin the buffer that it arrived in with many others.
            message.payload = Bytes::copy_from_slice(&message.payload);
        }
        self.early_bytes = bytes;
        self.early.insert(number, Early { message, acknowledged: !waits });
        if waits { Verdict::Next } else { Verdict::Kept }
    }

    /// The next message, if it is here, and whether it is still to be acknowledged.
    pub(super) fn take(&mut self) -> Option<(Message, bool)> {
        let early = self.early.remove(&self.expected)?;
        self.early_bytes -= early.message.payload.len();
        self.expected += 1;
        self.damaged = None;
        Some((early.message, !early.acknowledged))
    }

    /// Messages kept.
    pub(super) fn early(&self) -> u64 {
        self.early.len() as u64
    }

    /// True when this very frame, whose digest is wrong, has come so often that no wire can be to blame.
    pub(super) fn is_wrong_by_design(&mut self, frame: &Bytes, message: &Message) -> bool {
        if u64::try_from(message.sequence) != Ok(self.expected) {
            return false;
        }
        let count = match self.damaged.take() {
            Some((before, count)) if before == frame => count + 1,
            _ => 1,
        };
        self.damaged = Some((frame.clone(), count));
        count >= SAME_DAMAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::message::{MessageType, PayloadType, SCHEMA_VERSION};
    use crate::uuid::Uuid;

    fn message(sequence: i64, payload: &'static [u8]) -> Message {
        Message {
            message_type: MessageType::OutputStreamData,
            schema_version: SCHEMA_VERSION,
            created_ms: 1,
            sequence,
            flags: 0,
            id: Uuid([0; 16]),
            payload_type: PayloadType::OUTPUT,
            payload: Bytes::from_static(payload),
        }
    }

    fn taken(inbound: &mut Inbound) -> Vec<(i64, bool)> {
        std::iter::from_fn(|| inbound.take())
            .map(|(message, acknowledge)| (message.sequence, acknowledge))
            .collect()
    }

    #[test]
    fn messages_come_out_in_order_and_each_once() {
        let mut inbound = Inbound::new();
        let verdicts = [2, 1, 2, 0, 0].map(|n| inbound.receive(&message(n, b"x"), false));
        assert_eq!(verdicts, [Verdict::Kept, Verdict::Kept, Verdict::Old, Verdict::Next, Verdict::Next]);
        assert_eq!(taken(&mut inbound), [(0, true), (1, false), (2, false)]);
        for old in 0..3 {
            assert_eq!(inbound.receive(&message(old, b"x"), false), Verdict::Old);
        }
        assert_eq!(inbound.early_bytes, 0);
    }

    #[test]
    fn without_a_consumer_the_next_message_is_refused_and_early_ones_are_kept() {
        let mut inbound = Inbound::new();
        assert_eq!(inbound.receive(&message(0, b"x"), true), Verdict::Refused);
        assert_eq!(inbound.receive(&message(1, b"x"), true), Verdict::Kept);
        assert_eq!(taken(&mut inbound), []);
        assert_eq!(inbound.receive(&message(0, b"x"), false), Verdict::Next);
        assert_eq!(taken(&mut inbound), [(0, true), (1, false)]);
    }

    #[test]
    fn the_early_buffer_is_bounded_by_number_and_by_bytes() {
        let mut inbound = Inbound::new();
        assert_eq!(inbound.receive(&message(MAX_EARLY as i64, b"x"), false), Verdict::Refused);
        assert_eq!(inbound.receive(&message(MAX_EARLY as i64 - 1, b"x"), false), Verdict::Kept);
        static BIG: [u8; MAX_EARLY_BYTES] = [0; MAX_EARLY_BYTES];
        assert_eq!(inbound.receive(&message(5, &BIG), false), Verdict::Refused);
        assert_eq!(inbound.receive(&message(5, &BIG[1..]), false), Verdict::Kept);
        assert_eq!(inbound.receive(&message(6, b"x"), false), Verdict::Refused);
        assert_eq!(inbound.receive(&message(0, b"x"), false), Verdict::Next, "the next one always has room");
    }

    #[test]
    fn what_waits_for_the_consumer_is_acknowledged_when_it_is_taken() {
        let mut inbound = Inbound::new();
        for number in [3, 0, 1, 2, 4] {
            inbound.receive(&message(number, b"x"), false);
        }
        let expected = [(0, true), (1, true), (2, true), (3, false), (4, true)];
        assert_eq!(taken(&mut inbound), expected, "3 came while 0 was missing");
    }

    #[test]
    fn impossible_numbers_are_refused() {
        let mut inbound = Inbound::new();
        for number in [-1, i64::MIN, i64::MAX] {
            assert_eq!(inbound.receive(&message(number, b"x"), false), Verdict::Refused);
        }
    }

    #[test]
    fn only_the_same_damage_again_and_again_is_believed() {
        let mut inbound = Inbound::new();
        let (a, b) = (Bytes::from_static(b"a"), Bytes::from_static(b"b"));
        let verdicts =
            [&a, &a, &b, &a, &a, &a].map(|frame| inbound.is_wrong_by_design(frame, &message(0, b"x")));
        assert_eq!(verdicts, [false, false, false, false, false, true]);
        assert!((0..9).all(|_| !inbound.is_wrong_by_design(&a, &message(1, b"x"))), "not the expected one");
    }
}
