//! The client's end of a session: what opsctl is. Owns the order of a session (handshake or none, data, close)
//! and the encryption. Repetition and order of messages are the channel's; terminals and sockets the driver's.

mod event;
mod handshake;
mod options;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::channel::{Channel, Incoming, Stats};
use super::crypto::Cipher;
use super::events::Events;
use super::message::{Message, PayloadType};
use super::payload::{self, EncChallenge, Flag, HandshakeComplete, OpenDataChannel, SessionType, Size};
use super::version::Version;
use super::{End, Moment};
use crate::uuid::Uuid;
use handshake::Handshake;

pub use event::{ClientError, ClientEvent};
pub use options::{ClientOptions, DEFAULT_CLIENT_VERSION};

/// A channel_closed may overtake the last data by so much.
const STRAGGLERS: Duration = Duration::from_millis(100);

pub struct Client {
    options: ClientOptions,
    client_id: Uuid,
    channel: Channel,
    phase: Phase,
    cipher: Option<Cipher>,
    /// What waits for the start, and the last size for room as well.
    size: Option<Size>,
    flags: VecDeque<Flag>,
    closing: Option<Closing>,
    events: Events<ClientEvent>,
}

enum Phase {
    /// Nothing has come: a handshake may or may not.
    Waiting,
    Handshake(Box<Handshake>),
    Running,
    Ended,
}

struct Closing {
    output: String,
    until: Duration,
}

impl Client {
    pub fn new(options: ClientOptions, now: Moment) -> Client {
        let mut channel = Channel::new(End::Client, options.window, options.seed, now);
        Client {
            client_id: channel.random.uuid(),
            channel,
            phase: Phase::Waiting,
            cipher: None,
            size: None,
            flags: VecDeque::new(),
            closing: None,
            events: Events::new(options.receive_budget),
            options,
        }
    }

    /// The text frame that goes first over every socket. Holds the token: not for a log.
    pub fn open(&mut self, token: &str) -> String {
        let open = OpenDataChannel {
            message_schema_version: "1.0",
            request_id: self.channel.random.uuid(),
            token_value: token,
            client_id: self.client_id,
            client_version: &self.options.client_version,
        };
        String::from_utf8_lossy(&payload::to_json(&open)).into_owned()
    }

    /// A socket is open (again), and its first frame is sent: everything unacknowledged is due at once.
    pub fn connected(&mut self, now: Moment) {
        self.channel.advance(now);
        self.channel.connected();
        self.send_waiting();
    }

    /// The socket is gone: frames not yet written are dropped, they come again after [`connected`](Self::connected).
    pub fn disconnected(&mut self, now: Moment) {
        self.channel.advance(now);
        self.channel.disconnected();
    }

    /// One websocket frame, binary or text. Bad ones are counted in [`stats`](Self::stats).
    pub fn receive(&mut self, frame: Bytes, now: Moment) {
        self.channel.advance(now);
        if self.has_ended() {
            return;
        }
        match self.channel.receive(&frame, false) {
            Incoming::Nothing => {}
            Incoming::Stream => self.process_next(),
            Incoming::Acknowledged => self.send_waiting(),
            Incoming::Closed(output) if self.closing.is_none() => {
                let until = self.channel.now.elapsed + STRAGGLERS;
                self.closing = Some(Closing { output, until });
            }
            Incoming::Closed(_) => {}
        }
    }

    /// The answer to [`ClientEvent::DataKeyWanted`].
    pub fn data_key(&mut self, plaintext: &[u8], ciphertext_blob: &[u8], now: Moment) {
        self.channel.advance(now);
        if !self.wants_key() {
            return;
        }
        match Cipher::new(plaintext, End::Client, self.channel.random.bytes()) {
            Ok(cipher) => {
                self.cipher = Some(cipher);
                self.answer_handshake(|handshake| handshake.key_made(ciphertext_blob));
            }
            Err(_) => self.data_key_failed(&handshake::wrong_key_length(plaintext.len()), now),
        }
    }

    /// Tells the agent, which will end the session with this reason.
    pub fn data_key_failed(&mut self, reason: &str, now: Moment) {
        self.channel.advance(now);
        if self.wants_key() {
            self.answer_handshake(|handshake| handshake.key_failed(reason));
        }
    }

    /// Bytes that [`send`](Self::send) would take now; 0 before the session has started.
    pub fn room(&self) -> usize {
        match self.phase {
            Phase::Running if self.closing.is_none() => self.channel.slots() * self.payload_size(),
            _ => 0,
        }
    }

    /// Sends input as it is, and returns how much of it was taken.
    pub fn send(&mut self, data: &[u8], now: Moment) -> usize {
        self.channel.advance(now);
        self.send_waiting();
        let taken = data.len().min(self.room());
        for chunk in data[..taken].chunks(self.payload_size()) {
            let payload = match &mut self.cipher {
                None => Bytes::copy_from_slice(chunk),
                Some(cipher) => match cipher.seal(chunk) {
                    Ok(sealed) => sealed,
                    Err(error) => {
                        self.fail(error.into());
                        return 0;
                    }
                },
            };
            self.channel.send(PayloadType::OUTPUT, payload);
        }
        taken
    }

    /// The size of the terminal: sent when the session has started, and the latest wins.
    pub fn resize(&mut self, cols: u16, rows: u16, now: Moment) {
        self.channel.advance(now);
        self.size = Some(Size { cols, rows });
        self.send_waiting();
    }

    pub fn send_flag(&mut self, flag: Flag, now: Moment) {
        self.channel.advance(now);
        self.flags.push_back(flag);
        self.send_waiting();
    }

    /// The next binary frame to write.
    pub fn poll_frame(&mut self) -> Option<Bytes> {
        self.channel.poll_frame()
    }

    /// The next event. Taking events makes room for more; frames may follow from it.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        let event = self.events.pop()?;
        self.process_next();
        Some(event)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), as [`Moment::elapsed`].
    pub fn next_timeout(&self) -> Option<Duration> {
        if self.has_ended() {
            return None;
        }
        let closing = self.closing.as_ref().map(|closing| closing.until);
        self.channel.next_timeout().into_iter().chain(closing).min()
    }

    pub fn handle_timeout(&mut self, now: Moment) {
        self.channel.advance(now);
        if self.has_ended() {
            return;
        }
        if self.closing.as_ref().is_some_and(|closing| closing.until <= now.elapsed) {
            return self.close();
        }
        if self.channel.peer_is_silent() {
            return self.fail(ClientError::NoAcknowledgement);
        }
        self.channel.handle_timeout();
    }

    /// Nothing sent is still on its way.
    pub fn all_acknowledged(&self) -> bool {
        self.channel.all_acknowledged() && self.size.is_none() && self.flags.is_empty()
    }

    /// The service closed the channel, and only stragglers are waited for: no reason to reconnect.
    pub fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    pub fn stats(&self) -> Stats {
        self.channel.stats()
    }

    fn payload_size(&self) -> usize {
        self.options.payload_size.max(1)
    }

    fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    fn wants_key(&self) -> bool {
        matches!(&self.phase, Phase::Handshake(handshake) if handshake.key.is_some())
    }

    fn process_next(&mut self) {
        while !self.events.is_full()
            && !self.has_ended()
            && let Some(message) = self.channel.take()
        {
            self.process(message);
        }
    }

    fn process(&mut self, message: Message) {
        let Message { payload_type, payload, .. } = message;
        match payload_type {
            PayloadType::OUTPUT | PayloadType::STD_ERR | PayloadType::EXIT_CODE => {
                self.receive_data(payload_type, payload);
            }
            PayloadType::HANDSHAKE_REQUEST => self.receive_handshake(&payload),
            PayloadType::ENC_CHALLENGE_REQUEST => self.receive_challenge(&payload),
            PayloadType::HANDSHAKE_COMPLETE => self.receive_complete(&payload),
            PayloadType::FLAG => {
                if let Some(flag) = Flag::read(&payload) {
                    self.events.push(ClientEvent::Flag(flag), payload.len());
                }
            }
            // Acknowledged all the same, or the agent would repeat it for ever.
            _ => {}
        }
    }

    fn receive_data(&mut self, payload_type: PayloadType, payload: Bytes) {
        if matches!(self.phase, Phase::Waiting) {
            // No handshake came first, so that there will be none: a plain shell.
            self.start(SessionType::StandardStream, Value::Null, None);
        }
        if !matches!(self.phase, Phase::Running) {
            // Data within a handshake: no agent sends it, and whether it is encrypted would be a guess.
            return;
        }
        let data = match self.cipher.as_ref().map(|cipher| cipher.open(&payload)) {
            None => payload,
            Some(Ok(data)) => data,
            Some(Err(error)) => return self.fail(error.into()),
        };
        if data.is_empty() {
            return;
        }
        let length = data.len();
        match payload_type {
            PayloadType::STD_ERR => self.events.push(ClientEvent::StdErr(data), length),
            PayloadType::EXIT_CODE => {
                if let Some(code) = payload::read_exit_code(&data) {
                    self.events.push(ClientEvent::ExitCode(code), length);
                }
            }
            _ => self.events.push(ClientEvent::Output(data), length),
        }
    }

    fn receive_handshake(&mut self, payload: &[u8]) {
        if !matches!(self.phase, Phase::Waiting) {
            return;
        }
        let Some(handshake) = Handshake::read(payload) else {
            return self.fail(ClientError::Handshake("the request is no JSON of the known form"));
        };
        let wanted = handshake.key.as_ref().map(|key| ClientEvent::DataKeyWanted {
            key_id: key.key_id.clone(),
            context: key.context(&self.options.session_id, &self.options.target),
        });
        self.phase = Phase::Handshake(Box::new(handshake));
        match wanted {
            Some(wanted) => self.events.push(wanted, 0),
            None => self.answer_handshake(|_| {}),
        }
    }

    fn answer_handshake(&mut self, complete: impl FnOnce(&mut Handshake)) {
        if let Phase::Handshake(handshake) = &mut self.phase {
            complete(handshake);
            let response = handshake.response(&self.options.client_version);
            self.channel.send(PayloadType::HANDSHAKE_RESPONSE, payload::to_json(&response));
        }
    }

    fn receive_challenge(&mut self, payload: &[u8]) {
        if !matches!(self.phase, Phase::Handshake(_)) {
            return;
        }
        let Some(cipher) = &mut self.cipher else {
            return self.fail(ClientError::Handshake("a challenge without encryption"));
        };
        let Some(sealed) = EncChallenge::read(payload) else {
            return self.fail(ClientError::Handshake("the challenge is no JSON of the known form"));
        };
        match cipher.open(&sealed).and_then(|challenge| cipher.seal(&challenge)) {
            Ok(answer) => {
                let response = payload::to_json(&EncChallenge::new(&answer));
                self.channel.send(PayloadType::ENC_CHALLENGE_RESPONSE, response);
            }
            Err(error) => self.fail(error.into()),
        }
    }

    fn receive_complete(&mut self, payload: &[u8]) {
        if self.wants_key() {
            return self.fail(ClientError::Handshake("it was completed before the data key was there"));
        }
        let Phase::Handshake(handshake) = &mut self.phase else { return };
        if handshake.has_failed {
            // Going on would mean without the encryption that was asked for.
            return self.fail(ClientError::Handshake("it was completed although an action had failed"));
        }
        let properties = handshake.properties.take();
        let (session_type, agent_version) = (handshake.session_type, handshake.agent_version.clone());
        let text = payload::from_json::<HandshakeComplete>(payload)
            .and_then(|complete| complete.customer_message)
            .filter(|text| !text.is_empty());
        if let Some(text) = text {
            let length = text.len();
            self.events.push(ClientEvent::CustomerMessage(text), length);
        }
        self.start(session_type, properties, agent_version);
    }

    fn start(&mut self, session_type: SessionType, properties: Value, agent_version: Option<Version>) {
        let encrypted = self.cipher.is_some();
        let started = ClientEvent::Started { session_type, properties, agent_version, encrypted };
        self.events.push(started, 0);
        self.phase = Phase::Running;
        self.send_waiting();
    }

    /// Sends what waited for the start, for room or, as only the last size counts, for a socket.
    fn send_waiting(&mut self) {
        if !matches!(self.phase, Phase::Running) {
            return;
        }
        if self.channel.is_connected()
            && self.channel.slots() > 0
            && let Some(size) = self.size.take()
        {
            self.channel.send(PayloadType::SIZE, payload::to_json(&size));
        }
        for flag in self.flags.drain(..) {
            self.channel.send(PayloadType::FLAG, flag.to_payload());
        }
    }

    /// The stragglers had their time: everything that is in order, full queue or not, then the end.
    fn close(&mut self) {
        while !self.has_ended()
            && let Some(message) = self.channel.take()
        {
            self.process(message);
        }
        if !self.has_ended()
            && let Some(Closing { output, .. }) = &self.closing
        {
            self.events.push(ClientEvent::Closed { output: output.clone() }, 0);
            self.phase = Phase::Ended;
        }
    }

    fn fail(&mut self, error: ClientError) {
        self.events.push(ClientEvent::Failed(error), 0);
        self.phase = Phase::Ended;
    }
}
