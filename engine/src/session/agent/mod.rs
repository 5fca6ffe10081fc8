//! The node's end of a session, as the reference agent behaves: handshake, encryption, then input in and output
//! out. Owns the order of these; the program on its pty, KMS and the sockets are the driver's.

mod handshake;
mod options;

use std::time::Duration;

use bytes::Bytes;

use super::channel::{Channel, Incoming, Stats};
use super::crypto::Cipher;
use super::events::Events;
use super::message::{Message, PayloadType};
use super::payload::{self, EncChallenge, Flag, HandshakeComplete, Size};
use super::version::Version;
use super::{End, Moment};

pub use options::{AgentEncryption, AgentOptions};

/// How long the client may take for the handshake response, and again for the challenge.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of events not yet taken, beyond which the client is made to wait.
const RECEIVE_BUDGET: usize = 1 << 20;
const CHALLENGE_LEN: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentEvent {
    /// Call KMS Decrypt, then [`Agent::data_key`] or [`Agent::data_key_failed`].
    DataKeyWanted {
        ciphertext: Vec<u8>,
        context: Vec<(String, String)>,
    },
    /// Start the program, then [`Agent::accept_input`].
    Ready,
    Input(Bytes),
    Size {
        cols: u16,
        rows: u16,
    },
    Flag(Flag),
    /// The last event: end the session with this text.
    Failed(String),
}

pub struct Agent {
    options: AgentOptions,
    channel: Channel,
    phase: Phase,
    /// The text in the request that a client may confirm.
    kms_challenge: Option<String>,
    client_version: Option<Version>,
    cipher: Option<Cipher>,
    program: Program,
    events: Events<AgentEvent>,
    started: Duration,
}

enum Phase {
    /// No socket yet.
    Idle,
    AwaitingResponse {
        until: Duration,
    },
    AwaitingKey,
    AwaitingChallenge {
        until: Duration,
        challenge: [u8; CHALLENGE_LEN],
    },
    Running,
    Ended,
}

/// The consumer of input.
#[derive(PartialEq, Eq)]
enum Program {
    /// Not there yet: the next input is refused, as by the reference agent.
    Absent,
    Reading,
    /// The next input waits, unacknowledged, until there is room.
    Full,
}

impl Agent {
    pub fn new(options: AgentOptions, now: Moment) -> Agent {
        let mut channel = Channel::new(End::Agent, options.window, options.seed, now);
        let has_challenge = options.encryption.as_ref().is_some_and(|encryption| encryption.challenge);
        let kms_challenge = has_challenge.then(|| payload::to_base64(&channel.random.bytes::<16>()));
        let mut agent = Agent {
            channel,
            phase: Phase::Idle,
            kms_challenge,
            client_version: None,
            cipher: None,
            program: Program::Absent,
            events: Events::new(RECEIVE_BUDGET),
            started: now.elapsed,
            options,
        };
        if agent.options.handshake {
            let request = handshake::request(&agent.options, agent.kms_challenge.as_deref());
            agent.channel.send(PayloadType::HANDSHAKE_REQUEST, request);
        } else {
            agent.run();
        }
        agent
    }

    /// A socket is open (again): everything unacknowledged is due at once.
    pub fn connected(&mut self, now: Moment) {
        self.channel.advance(now);
        self.channel.connected();
        if let Phase::Idle = self.phase {
            self.started = self.channel.now.elapsed;
            self.phase = Phase::AwaitingResponse { until: self.deadline() };
        }
    }

    pub fn disconnected(&mut self, now: Moment) {
        self.channel.advance(now);
        self.channel.disconnected();
    }

    /// One binary websocket frame. Bad ones are counted in [`stats`](Self::stats).
    pub fn receive(&mut self, frame: Bytes, now: Moment) {
        self.channel.advance(now);
        let is_refused = matches!(self.phase, Phase::Running) && self.program == Program::Absent;
        if self.channel.receive(&frame, is_refused) == Incoming::Stream {
            self.process_next();
        }
    }

    /// The answer to [`AgentEvent::DataKeyWanted`].
    pub fn data_key(&mut self, plaintext: &[u8], now: Moment) {
        self.channel.advance(now);
        if !matches!(self.phase, Phase::AwaitingKey) {
            return;
        }
        let cipher = Cipher::new(plaintext, End::Agent, self.channel.random.bytes());
        let challenge = self.channel.random.bytes();
        match cipher.and_then(|mut cipher| Ok((cipher.seal(&challenge)?, cipher))) {
            Ok((sealed, cipher)) => {
                self.cipher = Some(cipher);
                let request = payload::to_json(&EncChallenge::new(&sealed));
                self.channel.send(PayloadType::ENC_CHALLENGE_REQUEST, request);
                self.phase = Phase::AwaitingChallenge { until: self.deadline(), challenge };
            }
            Err(error) => self.fail(error.to_string()),
        }
    }

    pub fn data_key_failed(&mut self, reason: &str, now: Moment) {
        self.channel.advance(now);
        if matches!(self.phase, Phase::AwaitingKey) {
            self.fail(format!("fetching the data key failed: {reason}"));
        }
    }

    /// True: the program is there and reads. False: it is full, and input has to wait.
    /// Until the first true the program is not there, and input is refused.
    pub fn accept_input(&mut self, accept: bool) {
        self.program = match (accept, &self.program) {
            (true, _) => Program::Reading,
            (false, Program::Absent) => Program::Absent,
            (false, _) => Program::Full,
        };
        self.process_next();
    }

    /// Bytes that [`send_output`](Self::send_output) would take now.
    pub fn room(&self) -> usize {
        match self.phase {
            Phase::Running => self.channel.slots() * self.payload_size(),
            _ => 0,
        }
    }

    /// Returns how much was taken.
    pub fn send_output(&mut self, data: &[u8], now: Moment) -> usize {
        self.send_data(PayloadType::OUTPUT, data, now)
    }

    /// Returns how much was taken.
    pub fn send_stderr(&mut self, data: &[u8], now: Moment) -> usize {
        self.send_data(PayloadType::STD_ERR, data, now)
    }

    pub fn send_exit_code(&mut self, code: i32, now: Moment) {
        self.channel.advance(now);
        if matches!(self.phase, Phase::Running) {
            self.send_message(PayloadType::EXIT_CODE, payload::exit_code_text(code).as_bytes());
        }
    }

    pub fn send_flag(&mut self, flag: Flag, now: Moment) {
        self.channel.advance(now);
        if matches!(self.phase, Phase::Running) {
            self.channel.send(PayloadType::FLAG, flag.to_payload());
        }
    }

    pub fn poll_frame(&mut self) -> Option<Bytes> {
        self.channel.poll_frame()
    }

    pub fn poll_event(&mut self) -> Option<AgentEvent> {
        let event = self.events.pop()?;
        self.process_next();
        Some(event)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), as [`Moment::elapsed`].
    pub fn next_timeout(&self) -> Option<Duration> {
        self.channel.next_timeout().into_iter().chain(self.handshake_deadline()).min()
    }

    pub fn handle_timeout(&mut self, now: Moment) {
        self.channel.advance(now);
        if self.handshake_deadline().is_some_and(|until| until <= now.elapsed) {
            self.fail("the client did not answer the handshake in time".to_owned());
        }
        self.channel.handle_timeout();
    }

    pub fn all_acknowledged(&self) -> bool {
        self.channel.all_acknowledged()
    }

    /// To be called every 100 ms while the last output waits for its acknowledgements: an agent that leaves after so
    /// short a time as the real one must repeat as often as it does, or whatever was lost last stays lost.
    pub fn repeat_oldest(&mut self, now: Moment) {
        self.channel.advance(now);
        self.channel.repeat_oldest();
    }

    /// As the handshake response names it; features depend on it.
    pub fn client_version(&self) -> Option<&Version> {
        self.client_version.as_ref()
    }

    pub fn stats(&self) -> Stats {
        self.channel.stats()
    }

    fn payload_size(&self) -> usize {
        self.options.payload_size.max(1)
    }

    fn deadline(&self) -> Duration {
        self.channel.now.elapsed + HANDSHAKE_TIMEOUT
    }

    fn handshake_deadline(&self) -> Option<Duration> {
        match self.phase {
            Phase::AwaitingResponse { until } | Phase::AwaitingChallenge { until, .. } => Some(until),
            _ => None,
        }
    }

    fn send_data(&mut self, payload_type: PayloadType, data: &[u8], now: Moment) -> usize {
        self.channel.advance(now);
        let taken = data.len().min(self.room());
        for chunk in data[..taken].chunks(self.payload_size()) {
            self.send_message(payload_type, chunk);
        }
        taken
    }

    fn send_message(&mut self, payload_type: PayloadType, data: &[u8]) {
        let payload = match &mut self.cipher {
            None => Bytes::copy_from_slice(data),
            Some(cipher) => match cipher.seal(data) {
                Ok(sealed) => sealed,
                Err(error) => return self.fail(error.to_string()),
            },
        };
        self.channel.send(payload_type, payload);
    }

    /// Before the session runs, the agent acknowledges and drops what is not of the handshake.
    fn takes_messages(&self) -> bool {
        match self.phase {
            Phase::Running => self.program == Program::Reading && !self.events.is_full(),
            Phase::Ended => false,
            _ => true,
        }
    }

    fn process_next(&mut self) {
        while self.takes_messages()
            && let Some(message) = self.channel.take()
        {
            self.process(message);
        }
    }

    fn process(&mut self, Message { payload_type, payload, .. }: Message) {
        match (&self.phase, payload_type) {
            (Phase::AwaitingResponse { .. }, PayloadType::HANDSHAKE_RESPONSE) => {
                self.receive_response(&payload);
            }
            (Phase::AwaitingChallenge { challenge, .. }, PayloadType::ENC_CHALLENGE_RESPONSE) => {
                let challenge = *challenge;
                self.receive_challenge(&payload, &challenge);
            }
            (Phase::Running, PayloadType::OUTPUT) => self.receive_input(payload),
            (Phase::Running, PayloadType::SIZE) => {
                if let Some(Size { cols, rows }) = payload::from_json(&payload) {
                    self.events.push(AgentEvent::Size { cols, rows }, payload.len());
                }
            }
            (Phase::Running, PayloadType::FLAG) => {
                if let Some(flag) = Flag::read(&payload) {
                    self.events.push(AgentEvent::Flag(flag), payload.len());
                }
            }
            _ => {}
        }
    }

    fn receive_response(&mut self, payload: &[u8]) {
        let challenge = self.kms_challenge.as_deref();
        match handshake::read_response(&self.options, challenge, payload) {
            Ok(accepted) => {
                self.client_version = accepted.client_version;
                match accepted.key {
                    None => self.complete_handshake(),
                    Some(handshake::EncryptedKey { ciphertext, context }) => {
                        self.phase = Phase::AwaitingKey;
                        self.events.push(AgentEvent::DataKeyWanted { ciphertext, context }, 0);
                    }
                }
            }
            Err(text) => self.fail(text),
        }
    }

    fn receive_challenge(&mut self, payload: &[u8], challenge: &[u8]) {
        let answer = EncChallenge::read(payload)
            .and_then(|sealed| self.cipher.as_ref().and_then(|cipher| cipher.open(&sealed).ok()));
        if answer.is_some_and(|answer| answer == challenge) {
            self.complete_handshake();
        } else {
            self.fail("the encryption challenge was not answered with the same bytes".to_owned());
        }
    }

    fn complete_handshake(&mut self) {
        let time = self.channel.now.elapsed.saturating_sub(self.started);
        let complete = HandshakeComplete {
            handshake_time_to_complete: u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
            customer_message: Some(self.options.customer_message.clone()),
        };
        self.channel.send(PayloadType::HANDSHAKE_COMPLETE, payload::to_json(&complete));
        self.run();
    }

    fn run(&mut self) {
        self.phase = Phase::Running;
        self.events.push(AgentEvent::Ready, 0);
    }

    fn receive_input(&mut self, payload: Bytes) {
        let data = match self.cipher.as_ref().map(|cipher| cipher.open(&payload)) {
            None => payload,
            Some(Ok(data)) => data,
            Some(Err(error)) => return self.fail(error.to_string()),
        };
        if !data.is_empty() {
            let length = data.len();
            self.events.push(AgentEvent::Input(data), length);
        }
    }

    fn fail(&mut self, text: String) {
        self.events.push(AgentEvent::Failed(text), 0);
        self.phase = Phase::Ended;
    }
}
