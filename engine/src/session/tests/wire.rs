//! A client and an agent joined by a wire with delay and faults, in virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::{at, ms};
use crate::session::faults::{FaultRates, Faults};
use crate::session::{Agent, AgentEvent, AgentOptions, Client, ClientEvent, ClientOptions, Moment};

/// What KMS would give: the key, and the blob that stands for it.
pub(in crate::session) const DATA_KEY: [u8; 64] =
    *b"0123456789abcdef0123456789abcdefFEDCBA9876543210FEDCBA9876543210";
pub(in crate::session) const DATA_KEY_BLOB: &[u8] = b"a blob that only KMS can read";

/// Frames under way in one direction, by the time they arrive.
struct Lane {
    faults: Faults,
    delay: Duration,
    under_way: BTreeMap<(Duration, u64), Bytes>,
    count: u64,
}

impl Lane {
    fn new(rates: FaultRates, delay: Duration, seed: u64) -> Self {
        Lane { faults: Faults::new(rates, seed), delay, under_way: BTreeMap::new(), count: 0 }
    }

    fn put(&mut self, frame: Bytes, now: Duration) {
        let arriving = self.faults.apply(frame);
        self.arrive_later(arriving, now);
    }

    fn arrive_later(&mut self, frames: Vec<Bytes>, now: Duration) {
        for frame in frames {
            self.count += 1;
            self.under_way.insert((now + self.delay, self.count), frame);
        }
    }

    fn next(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((time, _), _)| *time)
    }

    fn arrived(&mut self, now: Duration) -> Option<Bytes> {
        self.next().filter(|time| *time <= now)?;
        self.under_way.pop_first().map(|(_, frame)| frame)
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
    to_client: Lane,
    to_agent: Lane,
}

impl Wire {
    pub(in crate::session) fn new(client: ClientOptions, agent: AgentOptions) -> Self {
        Wire::with_faults(client, agent, FaultRates::default(), 0)
    }

    pub(in crate::session) fn with_faults(
        client: ClientOptions,
        agent: AgentOptions,
        rates: FaultRates,
        seed: u64,
    ) -> Self {
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
            to_client: Lane::new(rates, ms(5), seed),
            to_agent: Lane::new(rates, ms(5), seed.wrapping_add(1)),
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
        for lane in [&mut self.to_client, &mut self.to_agent] {
            lane.faults.flush();
            lane.under_way.clear();
        }
        self.is_up = false;
    }

    pub(in crate::session) fn reconnect(&mut self) {
        self.client.connected(self.moment());
        self.agent.connected(self.moment());
        self.is_up = true;
    }

    /// A frame of the service's own.
    pub(in crate::session) fn put_to_client(&mut self, frame: Bytes) {
        self.to_client.arrive_later(vec![frame], self.now);
    }

    /// Goes on to the next thing that happens; false when nothing will.
    pub(in crate::session) fn step(&mut self) -> bool {
        self.pump();
        let next = self.next_time().or_else(|| {
            for lane in [&mut self.to_client, &mut self.to_agent] {
                let held = lane.faults.flush();
                lane.arrive_later(held, self.now);
            }
            self.next_time()
        });
        let Some(next) = next else { return false };
        self.now = self.now.max(next);
        let now = self.moment();
        while let Some(frame) = self.to_client.arrived(self.now) {
            self.client.receive(frame, now);
        }
        while let Some(frame) = self.to_agent.arrived(self.now) {
            self.agent.receive(frame, now);
        }
        if self.client.next_timeout().is_some_and(|due| due <= self.now) {
            self.client.handle_timeout(now);
        }
        if self.agent.next_timeout().is_some_and(|due| due <= self.now) {
            self.agent.handle_timeout(now);
        }
        self.pump();
        true
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
            }
            while let Some(frame) = self.agent.poll_frame() {
                self.frames.push(frame.clone());
                self.to_client.put(frame, self.now);
            }
        }
    }

    fn next_time(&self) -> Option<Duration> {
        let times = [
            self.to_client.next(),
            self.to_agent.next(),
            self.client.next_timeout(),
            self.agent.next_timeout(),
        ];
        times.into_iter().flatten().min()
    }
}
