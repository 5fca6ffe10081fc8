//! What a rehearsal does to the way between an agent and its client, decided by a seed and by counting the client's
//! frames. Owns the frames under way on a slow line; it must not know sockets, which are `wire`'s.

use super::gateway::ToClient;
use super::session::Clock;
use bytes::Bytes;
use opsctl_engine::random::Random;
use opsctl_engine::session::faults::{FaultRates, Faults, Line, stray_acknowledgement};
use opsctl_engine::session::message::{Message, PayloadType};
use opsctl_engine::session::service;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Frames under way in one direction; beyond it their sender has to wait.
const MAX_UNDER_WAY: usize = 4096;
/// How long a pause of publication lasts.
const PAUSE: Duration = Duration::from_millis(20);

/// What to do to data channels, for rehearsals and tests; by default nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultSettings {
    pub rates: FaultRates,
    /// Makes a run repeatable.
    pub seed: u64,
    /// Every frame comes later by this, in both directions, and by up to `jitter` more.
    pub delay: Duration,
    pub jitter: Duration,
    /// The socket ends without a word.
    pub cut: Rhythm,
    /// The socket is closed as the service closes it.
    pub bye: Rhythm,
    /// Both ends are told to pause and soon after to start, whenever so many frames have come.
    pub pause_every: Option<u64>,
    /// It follows HandshakeComplete.
    pub extra_frame: Option<ExtraFrame>,
    /// The node is gone once so many frames have come.
    pub agent_dies_after: Option<u64>,
    /// ResumeSession has no token.
    pub resume_refused: bool,
    /// So many signed calls after the first cut or Bye find the credentials expired.
    pub expired_calls: u64,
    /// And so do those after so many calls, without any socket.
    pub expired_after: Option<u64>,
}

/// When something happens, in frames of the client. Most acknowledge one of the agent's, so that frames of the client
/// measure both directions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// Once, when so many have come in the session.
    pub after: Option<u64>,
    /// Whenever so many have come over one socket.
    pub every: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtraFrame {
    StartPublication,
    /// Of a message that was never sent.
    Acknowledgement,
}

/// What is due to happen to a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Cut,
    Bye,
    NodeGone,
}

/// Credentials that expire when the first socket ends, or after some calls, and are renewed some calls later.
#[derive(Debug, Default)]
pub struct Expiry {
    calls: u64,
    after: Option<u64>,
    came: AtomicU64,
    begun: AtomicBool,
    left: AtomicU64,
}

impl Expiry {
    pub fn of(settings: Option<&FaultSettings>) -> Expiry {
        let Some(settings) = settings else { return Expiry::default() };
        Expiry { calls: settings.expired_calls, after: settings.expired_after, ..Expiry::default() }
    }

    fn begin(&self) {
        if !self.begun.swap(true, Relaxed) {
            self.left.store(self.calls, Relaxed);
        }
    }

    /// Whether this call finds them expired.
    pub fn strikes(&self) -> bool {
        if self.after.is_some_and(|after| self.came.fetch_add(1, Relaxed) >= after) {
            self.begin();
        }
        self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

pub struct WireFaults {
    settings: FaultSettings,
    clock: Clock,
    to_client: Way<ToClient>,
    to_agent: Way<Bytes>,
    expiry: Arc<Expiry>,
    ids: Random,
    /// Frames that came from the client, and those of its socket of the moment.
    came: u64,
    came_on_socket: u64,
}

/// One direction.
struct Way<T> {
    faults: Faults,
    line: Line<T>,
}

impl<T> Way<T> {
    fn new(settings: &FaultSettings, seed: u64) -> Way<T> {
        Way {
            faults: Faults::new(settings.rates, seed),
            line: Line::new(settings.delay, settings.jitter, seed),
        }
    }

    fn put(&mut self, frame: Bytes, now: Duration, item: impl Fn(Bytes) -> T) {
        for frame in self.faults.apply(frame) {
            self.line.put(item(frame), now);
        }
    }

    fn clear(&mut self) {
        self.faults.flush();
        self.line.clear();
    }

    fn has_room(&self) -> bool {
        self.line.len() < MAX_UNDER_WAY
    }
}

impl WireFaults {
    pub fn new(settings: &FaultSettings, expiry: Arc<Expiry>, clock: Clock) -> WireFaults {
        WireFaults {
            clock,
            to_client: Way::new(settings, settings.seed),
            to_agent: Way::new(settings, !settings.seed),
            expiry,
            ids: Random::new([settings.seed.to_le_bytes()[0]; 32]),
            came: 0,
            came_on_socket: 0,
            settings: settings.clone(),
        }
    }

    /// There is another socket, or none: what was under way is lost.
    pub fn reset(&mut self) {
        self.to_client.clear();
        self.to_agent.clear();
        self.came_on_socket = 0;
    }

    /// A frame of the agent.
    pub fn send(&mut self, frame: Bytes) {
        let now = self.clock.now();
        let extra = self.settings.extra_frame.take_if(|_| completes_handshake(&frame));
        self.to_client.put(frame, now.elapsed, ToClient::Frame);
        if let Some(extra) = extra {
            let frame = match extra {
                ExtraFrame::StartPublication => service::start_publication(&mut self.ids, now),
                ExtraFrame::Acknowledgement => stray_acknowledgement(&mut self.ids, now),
            };
            self.to_client.line.put_behind(ToClient::Frame(frame), now.elapsed);
        }
    }

    /// What the service itself says is never damaged, since nobody repeats it, and overtakes nothing.
    pub fn send_unharmed(&mut self, item: ToClient) {
        self.to_client.line.put_behind(item, self.clock.now().elapsed);
    }

    /// A frame of the client.
    pub fn came(&mut self, frame: Bytes) {
        let now = self.clock.now();
        self.came += 1;
        self.came_on_socket += 1;
        self.to_agent.put(frame, now.elapsed, |frame| frame);
        if self.settings.pause_every.is_some_and(|every| self.came.is_multiple_of(every)) {
            let pause = service::pause_publication(&mut self.ids, now);
            let start = service::start_publication(&mut self.ids, now);
            for (time, frame) in [(now.elapsed, pause), (now.elapsed + PAUSE, start)] {
                self.to_agent.line.arrive_at(time, frame.clone());
                self.to_client.line.arrive_at(time, ToClient::Frame(frame));
            }
        }
    }

    /// What has arrived for the client's socket by now.
    pub fn for_client(&mut self) -> Option<ToClient> {
        self.to_client.line.arrived(self.clock.now().elapsed)
    }

    pub fn for_agent(&mut self) -> Option<Bytes> {
        self.to_agent.line.arrived(self.clock.now().elapsed)
    }

    pub fn takes_from_agent(&self) -> bool {
        self.to_client.has_room()
    }

    pub fn takes_from_client(&self) -> bool {
        self.to_agent.has_room() && self.due().is_none()
    }

    pub fn is_empty_to_client(&self) -> bool {
        self.to_client.line.is_empty()
    }

    /// When a frame arrives next, in either direction.
    pub fn next_arrival(&self) -> Option<tokio::time::Instant> {
        let ways = [self.to_client.line.next_arrival(), self.to_agent.line.next_arrival()];
        ways.into_iter().flatten().min().map(|elapsed| self.clock.instant(elapsed))
    }

    /// How much later the last frame may come.
    pub fn slowest(&self) -> Duration {
        self.settings.delay + self.settings.jitter
    }

    /// The session is over: a client that is cut now could not come back, and its node has nothing to do any more.
    pub fn spare(&mut self) {
        self.settings.agent_dies_after = None;
        self.settings.cut = Rhythm::default();
        self.settings.bye = Rhythm::default();
    }

    /// The node has outlived its program.
    pub fn spare_node(&mut self) {
        self.settings.agent_dies_after = None;
    }

    /// What happens to the socket now.
    pub fn take_due(&mut self) -> Option<Due> {
        let due = self.due()?;
        let rhythm = match due {
            Due::Cut => Some(&mut self.settings.cut),
            Due::Bye => Some(&mut self.settings.bye),
            Due::NodeGone => None,
        };
        if let Some(rhythm) = rhythm {
            self.expiry.begin();
            rhythm.after.take_if(|after| self.came >= *after);
        }
        Some(due)
    }

    fn due(&self) -> Option<Due> {
        let is_due = |rhythm: &Rhythm| {
            rhythm.after.is_some_and(|after| self.came >= after)
                || rhythm.every.is_some_and(|every| self.came_on_socket >= every)
        };
        let dies = self.settings.agent_dies_after.is_some_and(|after| self.came >= after);
        let all = [
            (dies, Due::NodeGone),
            (is_due(&self.settings.cut), Due::Cut),
            (is_due(&self.settings.bye), Due::Bye),
        ];
        all.into_iter().find_map(|(is_due, due)| is_due.then_some(due))
    }
}

fn completes_handshake(frame: &Bytes) -> bool {
    Message::decode(frame).is_ok_and(|message| message.payload_type == PayloadType::HANDSHAKE_COMPLETE)
}
