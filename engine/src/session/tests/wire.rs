//! A client and an agent joined by a wire with delay and faults, in virtual time.

use std::time::Duration;

use bytes::Bytes;

use super::{at, ms};
use crate::random::Random;
use crate::session::faults::{FaultRates, Faults, Line};
use crate::session::message::{Message, PayloadType};
use crate::session::{Agent, AgentEvent, AgentOptions, Client, ClientEvent, ClientOptions, Moment, service};

/// What KMS would give: the key, and the blob that stands for it.
pub(in crate::session) const DATA_KEY: [u8; 64] =
    *b"0123456789abcdef0123456789abcdefFEDCBA9876543210FEDCBA9876543210";
pub(in crate::session) const DATA_KEY_BLOB: &[u8] = b"a blob that only KMS can read";
/// How long a pause of publication lasts.
const PAUSE: Duration = ms(20);

/// What a wire is like.
#[derive(Debug, Clone)]
pub(in crate::session) struct Network {
    pub rates: FaultRates,
    pub delay: Duration,
    pub jitter: Duration,
    /// Both ends are told to pause, and to start again, whenever so many frames were sent to the agent.
    pub pause_every: Option<usize>,
    /// It arrives right behind HandshakeComplete.
    pub extra_frame: Option<Bytes>,
    pub seed: u64,
}

impl Default for Network {
    fn default() -> Self {
        Network {
            rates: FaultRates::default(),
            delay: ms(5),
            jitter: ms(0),
            pause_every: None,
            extra_frame: None,
            seed: 0,
        }
    }
}

/// Frames under way in one direction.
struct Lane {
    faults: Faults,
    line: Line<Bytes>,
}

impl Lane {
    fn new(network: &Network, seed: u64) -> Self {
        let line = Line::new(network.delay, network.jitter, seed);
        Lane { faults: Faults::new(network.rates, seed), line }
    }

    fn put(&mut self, frame: Bytes, now: Duration) {
        for frame in self.faults.apply(frame) {
            self.line.put(frame, now);
        }
    }

    fn flush(&mut self, now: Duration) {
        for frame in self.faults.flush() {
            self.line.put(frame, now);
        }
    }

    fn clear(&mut self) {
        self.faults.flush();
        self.line.clear();
    }

    /// Both arrive, and in this order, whatever frames do.
    fn pause(&mut self, ids: &mut Random, now: Duration) {
        self.line.arrive_at(now, service::pause_publication(ids, at(now)));
        self.line.arrive_at(now + PAUSE, service::start_publication(ids, at(now)));
    }
}

pub(in crate::session) struct Wire {
    pub client: Client,
    pub agent: Agent,
    pub now: Duration,
    pub client_events: Vec<ClientEvent>,
    pub agent_events: Vec<AgentEvent>,
    /// Every frame that either end has written.
    pub frames: Vec<Bytes>,
    /// Whether the agent's program is there as soon as the agent is ready.
    pub program_starts: bool,
    is_up: bool,
    network: Network,
    ids: Random,
    sent_to_agent: usize,
    to_client: Lane,
    to_agent: Lane,
}

impl Wire {
    pub(in crate::session) fn new(client: ClientOptions, agent: AgentOptions) -> Self {
        Wire::over(client, agent, Network::default())
    }

    pub(in crate::session) fn with_faults(
        client: ClientOptions,
        agent: AgentOptions,
        rates: FaultRates,
        seed: u64,
    ) -> Self {
        Wire::over(client, agent, Network { rates, seed, ..Network::default() })
    }

    pub(in crate::session) fn over(client: ClientOptions, agent: AgentOptions, network: Network) -> Self {
        let now = ms(0);
        let mut wire = Wire {
            client: Client::new(client, at(now)),
            agent: Agent::new(agent, at(now)),
            now,
            client_events: Vec::new(),
            agent_events: Vec::new(),
            frames: Vec::new(),
            program_starts: true,
            is_up: false,
            ids: Random::new([8; 32]),
            sent_to_agent: 0,
            to_client: Lane::new(&network, network.seed),
            to_agent: Lane::new(&network, network.seed.wrapping_add(1)),
            network,
        };
        wire.reconnect();
        wire
    }

    pub(in crate::session) fn moment(&self) -> Moment {
        at(self.now)
    }

    /// Everything under way is lost.
    pub(in crate::session) fn cut(&mut self) {
        self.client.disconnected(self.moment());
        self.agent.disconnected(self.moment());
        self.to_client.clear();
        self.to_agent.clear();
        self.is_up = false;
    }

    /// The service closes the socket: what it has for the client arrives still.
    pub(in crate::session) fn bye(&mut self) {
        self.pump();
        self.agent.disconnected(self.moment());
        self.to_agent.clear();
        self.is_up = false;
        while let Some(next) = self.to_client.line.next_arrival() {
            self.now = self.now.max(next);
            self.arrive();
        }
        self.cut();
    }

    pub(in crate::session) fn reconnect(&mut self) {
        self.client.connected(self.moment());
        self.agent.connected(self.moment());
        self.is_up = true;
    }

    /// A frame of the service's own.
    pub(in crate::session) fn put_to_client(&mut self, frame: Bytes) {
        self.to_client.line.put(frame, self.now);
    }

    /// Goes on to the next thing that happens; false when nothing will.
    pub(in crate::session) fn step(&mut self) -> bool {
        self.pump();
        let next = self.next_time().or_else(|| {
            self.to_client.flush(self.now);
            self.to_agent.flush(self.now);
            self.next_time()
        });
        let Some(next) = next else { return false };
        self.now = self.now.max(next);
        self.arrive();
        let now = self.moment();
        if self.client.next_timeout().is_some_and(|due| due <= self.now) {
            self.client.handle_timeout(now);
        }
        if self.agent.next_timeout().is_some_and(|due| due <= self.now) {
            self.agent.handle_timeout(now);
        }
        self.pump();
        true
    }

    fn arrive(&mut self) {
        let now = self.moment();
        while let Some(frame) = self.to_client.line.arrived(self.now) {
            self.client.receive(frame, now);
        }
        while let Some(frame) = self.to_agent.line.arrived(self.now) {
            self.agent.receive(frame, now);
        }
    }

    /// Steps until `done`; panics when nothing happens any more, or for too long.
    pub(in crate::session) fn run_until(&mut self, done: impl Fn(&Wire) -> bool) {
        let limit = self.now + Duration::from_secs(3600);
        while !done(self) {
            assert!(self.step(), "nothing happens any more at {:?}", self.now);
            assert!(self.now < limit, "it takes too long");
        }
    }

    /// Until nothing is under way and nothing is due.
    pub(in crate::session) fn settle(&mut self) {
        let limit = self.now + Duration::from_secs(3600);
        while self.step() {
            assert!(self.now < limit, "it never settles");
        }
    }

    pub(in crate::session) fn output(&self) -> Vec<u8> {
        let mut output = Vec::new();
        for event in &self.client_events {
            if let ClientEvent::Output(data) = event {
                output.extend_from_slice(data);
            }
        }
        output
    }

    pub(in crate::session) fn input(&self) -> Vec<u8> {
        let mut input = Vec::new();
        for event in &self.agent_events {
            if let AgentEvent::Input(data) = event {
                input.extend_from_slice(data);
            }
        }
        input
    }

    /// Events out, KMS answered, frames onto the wire.
    fn pump(&mut self) {
        let now = self.moment();
        while let Some(event) = self.client.poll_event() {
            if let ClientEvent::DataKeyWanted { .. } = event {
                self.client.data_key(&DATA_KEY, DATA_KEY_BLOB, now);
            }
            self.client_events.push(event);
        }
        while let Some(event) = self.agent.poll_event() {
            match &event {
                AgentEvent::DataKeyWanted { ciphertext, .. } => {
                    assert_eq!(ciphertext, DATA_KEY_BLOB);
                    self.agent.data_key(&DATA_KEY, now);
                }
                AgentEvent::Ready if self.program_starts => self.agent.accept_input(true),
                _ => {}
            }
            self.agent_events.push(event);
        }
        if self.is_up {
            while let Some(frame) = self.client.poll_frame() {
                self.frames.push(frame.clone());
                self.to_agent.put(frame, self.now);
                self.sent_to_agent += 1;
                if self.network.pause_every.is_some_and(|every| self.sent_to_agent.is_multiple_of(every)) {
                    self.to_agent.pause(&mut self.ids, self.now);
                    self.to_client.pause(&mut self.ids, self.now);
                }
            }
            while let Some(frame) = self.agent.poll_frame() {
                self.frames.push(frame.clone());
                let extra = self.network.extra_frame.take_if(|_| completes_handshake(&frame));
                self.to_client.put(frame, self.now);
                if let Some(extra) = extra {
                    self.to_client.line.put_behind(extra, self.now);
                }
            }
        }
    }

    fn next_time(&self) -> Option<Duration> {
        let times = [
            self.to_client.line.next_arrival(),
            self.to_agent.line.next_arrival(),
            self.client.next_timeout(),
            self.agent.next_timeout(),
        ];
        times.into_iter().flatten().min()
    }
}

fn completes_handshake(frame: &Bytes) -> bool {
    Message::decode(frame).is_ok_and(|message| message.payload_type == PayloadType::HANDSHAKE_COMPLETE)
}
