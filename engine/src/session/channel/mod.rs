//! One end of a reliable channel over frames that get lost: numbers, acknowledgements, repetition and order.
//! Owns what is written next and when something is due. It must not look into stream payloads: `client` and
//! `agent` do, one message at a time.

mod inbound;
mod outbound;
mod round_trip;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::message::{FLAG_SYN, FLAG_SYN_FIN, FrameError, Message, MessageType, PayloadType, SCHEMA_VERSION};
use super::payload::{self, Acknowledge, Acknowledged, Closed};
use super::{End, Moment};
use crate::random::Random;
use inbound::{Inbound, Verdict};
use outbound::Outbound;

/// The client gives up when nothing is acknowledged for so long; an agent repeats without end.
pub(super) const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// Acknowledgements waiting to be written. A peer that takes none of them is not listened to any more.
const MAX_WAITING_ACKNOWLEDGEMENTS: usize = 10_000;

/// Counts since the start of the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    pub frames_in: u64,
    pub frames_out: u64,
    pub retransmitted: u64,
    /// Stream messages that had come before.
    pub duplicates: u64,
    /// Frames that were no message, or had a wrong digest.
    pub dropped: u64,
    /// Stream messages not taken for want of a consumer or of room.
    pub refused: u64,
    /// Messages accepted in spite of their digest, from a peer that always computes it wrongly: worth a log line.
    pub digests_ignored: u64,
    /// Messages that came but wait for one before them: after the end of a session, what was lost.
    pub early: u64,
    pub round_trip: Duration,
}

/// What a frame was to the owner of the channel.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// Nothing to act on.
    Nothing,
    /// [`Channel::take`] may have a message.
    Stream,
    /// There may be room to send again.
    Acknowledged,
    /// The service closed the channel, with this reason.
    Closed(String),
}

pub(super) struct Channel {
    end: End,
    pub(super) now: Moment,
    pub(super) random: Random,
    connected: bool,
    paused: bool,
    /// The peer's digests are known to be wrong.
    ignores_digests: bool,
    acknowledgements: VecDeque<Bytes>,
    outbound: Outbound,
    inbound: Inbound,
    stats: Stats,
}

impl Channel {
    pub(super) fn new(end: End, window: usize, seed: [u8; 32], now: Moment) -> Self {
        Channel {
            end,
            now,
            random: Random::new(seed),
            connected: false,
            paused: false,
            ignores_digests: false,
            acknowledgements: VecDeque::new(),
            outbound: Outbound::new(window),
            inbound: Inbound::new(),
            stats: Stats::default(),
        }
    }

    /// Time never goes back, whatever a driver says.
    pub(super) fn advance(&mut self, now: Moment) {
        self.now = Moment { elapsed: self.now.elapsed.max(now.elapsed), unix_ms: now.unix_ms };
    }

    pub(super) fn connected(&mut self) {
        self.connected = true;
        self.paused = false;
        self.outbound.restart(self.now.elapsed);
    }

    pub(super) fn disconnected(&mut self) {
        self.connected = false;
        self.acknowledgements.clear();
        self.outbound.stop();
    }

    pub(super) fn is_connected(&self) -> bool {
        self.connected
    }

    /// `consumer_is_absent`: the next stream message is refused.
    pub(super) fn receive(&mut self, frame: &Bytes, consumer_is_absent: bool) -> Incoming {
        self.stats.frames_in += 1;
        let Some(message) = self.decode(frame) else {
            self.stats.dropped += 1;
            return Incoming::Nothing;
        };
        match message.message_type {
            stream if stream == self.incoming_type() => {
                self.resume();
                self.receive_stream(&message, consumer_is_absent)
            }
            MessageType::Acknowledge => {
                self.resume();
                self.receive_acknowledgement(&message.payload)
            }
            MessageType::ChannelClosed => match payload::from_json::<Closed>(&message.payload) {
                Some(closed) => Incoming::Closed(closed.output.unwrap_or_default()),
                None => self.drop_payload(),
            },
            MessageType::PausePublication => {
                self.paused = true;
                Incoming::Nothing
            }
            MessageType::StartPublication => {
                self.resume();
                Incoming::Nothing
            }
            _ => Incoming::Nothing,
        }
    }

    /// The next stream message, acknowledged hereby. Take it only to process it.
    pub(super) fn take(&mut self) -> Option<Message> {
        let (message, acknowledge) = self.inbound.take()?;
        if acknowledge {
            self.acknowledge(&message);
        }
        Some(message)
    }

    /// Messages that may be sent now. [`send`](Self::send) does not check: a few control messages may exceed it.
    pub(super) fn slots(&self) -> usize {
        self.outbound.slots()
    }

    pub(super) fn send(&mut self, payload_type: PayloadType, payload: Bytes) {
        let number = self.outbound.next_number();
        let (message_type, flags) = match self.end {
            End::Client => (MessageType::InputStreamData, 0),
            End::Agent if number == 0 => (MessageType::OutputStreamData, FLAG_SYN),
            End::Agent => (MessageType::OutputStreamData, 0),
        };
        let frame = self.message(message_type, number, flags, payload_type, payload).encode();
        self.outbound.push(frame, self.now.elapsed, self.connected);
    }

    pub(super) fn poll_frame(&mut self) -> Option<Bytes> {
        let frame = match self.acknowledgements.pop_front() {
            Some(frame) => frame,
            None if self.is_held() => return None,
            None => self.outbound.poll(self.now.elapsed)?,
        };
        self.stats.frames_out += 1;
        Some(frame)
    }

    pub(super) fn all_acknowledged(&self) -> bool {
        self.outbound.unacknowledged() == 0
    }

    pub(super) fn next_timeout(&self) -> Option<Duration> {
        let dead = match self.end {
            End::Client => self.gives_up_at(),
            End::Agent => None,
        };
        let due = if self.is_held() { None } else { self.outbound.next_deadline() };
        due.into_iter().chain(dead).min()
    }

    /// Queues what is overdue.
    pub(super) fn handle_timeout(&mut self) {
        if !self.is_held() {
            self.outbound.repeat_overdue(self.now.elapsed);
        }
    }

    /// Queues the oldest if it is overdue, whatever its back-off says.
    pub(super) fn repeat_oldest(&mut self) {
        if !self.is_held() {
            self.outbound.repeat_oldest(self.now.elapsed);
        }
    }

    pub(super) fn peer_is_silent(&self) -> bool {
        self.gives_up_at().is_some_and(|at| at <= self.now.elapsed)
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            retransmitted: self.outbound.retransmitted(),
            early: self.inbound.early(),
            round_trip: self.outbound.round_trip(),
            ..self.stats
        }
    }

    fn gives_up_at(&self) -> Option<Duration> {
        let waits = self.connected && !self.paused && !self.all_acknowledged();
        waits.then(|| self.outbound.last_progress() + PATIENCE)
    }

    fn incoming_type(&self) -> MessageType {
        match self.end {
            End::Client => MessageType::OutputStreamData,
            End::Agent => MessageType::InputStreamData,
        }
    }

    fn decode(&mut self, frame: &Bytes) -> Option<Message> {
        match Message::decode(frame) {
            Ok(message) => Some(message),
            Err(FrameError::Digest(message)) => {
                if !self.ignores_digests && message.message_type == self.incoming_type() {
                    self.ignores_digests = self.inbound.is_wrong_by_design(frame, &message);
                }
                self.stats.digests_ignored += u64::from(self.ignores_digests);
                self.ignores_digests.then_some(*message)
            }
            Err(_) => None,
        }
    }

    fn receive_stream(&mut self, message: &Message, consumer_is_absent: bool) -> Incoming {
        if self.acknowledgements.len() >= MAX_WAITING_ACKNOWLEDGEMENTS {
            self.stats.refused += 1;
            return Incoming::Nothing;
        }
        match self.inbound.receive(message, consumer_is_absent) {
            Verdict::Next => Incoming::Stream,
            Verdict::Kept => {
                self.acknowledge(message);
                Incoming::Nothing
            }
            Verdict::Old => {
                self.stats.duplicates += 1;
                self.acknowledge(message);
                Incoming::Nothing
            }
            Verdict::Refused => {
                self.stats.refused += 1;
                Incoming::Nothing
            }
        }
    }

    fn receive_acknowledgement(&mut self, payload: &[u8]) -> Incoming {
        let Some(Acknowledged { number }) = payload::from_json(payload) else { return self.drop_payload() };
        if self.outbound.acknowledge(number, self.now.elapsed) {
            Incoming::Acknowledged
        } else {
            Incoming::Nothing
        }
    }

    fn drop_payload(&mut self) -> Incoming {
        self.stats.dropped += 1;
        Incoming::Nothing
    }

    fn acknowledge(&mut self, message: &Message) {
        if !self.connected {
            return;
        }
        let payload = payload::to_json(&Acknowledge {
            acknowledged_message_type: message.message_type.name(),
            acknowledged_message_id: message.id,
            acknowledged_message_sequence_number: message.sequence.unsigned_abs(),
            is_sequential_message: true,
        });
        let acknowledgement =
            self.message(MessageType::Acknowledge, 0, FLAG_SYN_FIN, PayloadType::NONE, payload);
        self.acknowledgements.push_back(acknowledgement.encode());
    }

    fn message(
        &mut self,
        message_type: MessageType,
        number: u64,
        flags: u64,
        payload_type: PayloadType,
        payload: Bytes,
    ) -> Message {
        Message {
            message_type,
            schema_version: SCHEMA_VERSION,
            created_ms: self.now.unix_ms.max(1),
            sequence: number as i64,
            flags,
            id: self.random.uuid(),
            payload_type,
            payload,
        }
    }

    /// An agent records while paused; a client goes on sending, which costs nothing and forgets nothing.
    fn is_held(&self) -> bool {
        self.paused && self.end == End::Agent
    }

    fn resume(&mut self) {
        if !self.paused {
            return;
        }
        let was_held = self.is_held();
        self.paused = false;
        if was_held {
            self.outbound.go_on(self.now.elapsed);
        } else {
            self.outbound.wait_begins(self.now.elapsed);
        }
    }
}
