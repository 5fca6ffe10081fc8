//! A node behind the scripted gateway: the engine's agent with a program that is the test. Blocking, one step at
//! a time, every wait bounded.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use opsctl_engine::random::Random;
use opsctl_engine::session::{Agent, AgentEvent, AgentOptions, Flag, Moment, service};

use super::gateway::{LIMIT, Peer};

/// As granted by [`super::session_aws`].
pub const SESSION_ID: &str = "tester-0a1b2c3d4e5f6a7b8";
pub const TARGET: &str = "i-0123456789abcdef0";
/// How long a frame is waited for before timers get their turn.
const TURN: Duration = Duration::from_millis(10);

pub struct Node {
    pub agent: Agent,
    start: Instant,
    pub ids: Random,
    /// What was typed so far.
    pub typed: Vec<u8>,
    pub sizes: Vec<(u16, u16)>,
    pub ready: bool,
    /// What KMS would decrypt the data key to.
    pub data_key: Vec<u8>,
}

impl Node {
    /// A plain shell: no handshake.
    pub fn shell() -> Self {
        Node::new(|_| {})
    }

    pub fn with_handshake() -> Self {
        Node::new(|options| options.handshake = true)
    }

    pub fn new(change: impl FnOnce(&mut AgentOptions)) -> Self {
        let mut options = AgentOptions::new(SESSION_ID, TARGET, [7; 32]);
        change(&mut options);
        let start = Instant::now();
        Node {
            agent: Agent::new(options, moment(start)),
            start,
            ids: Random::new([9; 32]),
            typed: Vec::new(),
            sizes: Vec::new(),
            ready: false,
            data_key: Vec::new(),
        }
    }

    pub fn now(&self) -> Moment {
        moment(self.start)
    }

    /// The agent's side of a socket that is open (again).
    pub fn connected(&mut self) {
        let now = self.now();
        self.agent.connected(now);
    }

    pub fn disconnected(&mut self) {
        let now = self.now();
        self.agent.disconnected(now);
    }

    /// Output of the program; it must fit into the window.
    pub fn say(&mut self, text: &[u8]) {
        let now = self.now();
        assert_eq!(self.agent.send_output(text, now), text.len(), "the window is full, or nobody is there");
    }

    /// The frames that would be written now.
    pub fn frames(&mut self) -> Vec<Bytes> {
        std::iter::from_fn(|| self.agent.poll_frame()).collect()
    }

    /// Plays the agent until `done` holds.
    #[track_caller]
    pub fn serve(&mut self, peer: &mut Peer, what: &str, mut done: impl FnMut(&Node) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.step();
            for frame in self.frames() {
                peer.send(frame);
            }
            if done(self) {
                return;
            }
            assert!(Instant::now() < deadline, "never: {what}");
            let frame = peer.receive(TURN).unwrap_or_else(|gone| panic!("{gone:?} before: {what}"));
            let now = self.now();
            if let Some(frame) = frame {
                self.agent.receive(frame, now);
            }
            if self.agent.next_timeout().is_some_and(|due| due <= now.elapsed) {
                self.agent.handle_timeout(now);
            }
        }
    }

    pub fn serve_until_started(&mut self, peer: &mut Peer) {
        self.serve(peer, "the session has started", |node| node.ready);
        self.agent.accept_input(true);
    }

    pub fn serve_until_acknowledged(&mut self, peer: &mut Peer) {
        self.serve(peer, "everything is acknowledged", |node| node.agent.all_acknowledged());
    }

    pub fn serve_until_typed(&mut self, peer: &mut Peer, text: &str) {
        self.serve(peer, text, |node| String::from_utf8_lossy(&node.typed).contains(text));
    }

    /// The service's last frame.
    pub fn closed_frame(&mut self, reason: &str) -> Bytes {
        let now = self.now();
        service::channel_closed(SESSION_ID, reason, &mut self.ids, now)
    }

    /// Closes the channel and waits for the client to hang up.
    pub fn close(mut self, mut peer: Peer, reason: &str) {
        self.serve_until_acknowledged(&mut peer);
        let frame = self.closed_frame(reason);
        peer.send(frame);
        peer.wait_for_the_end();
    }

    fn step(&mut self) {
        let now = self.now();
        while let Some(event) = self.agent.poll_event() {
            match event {
                AgentEvent::Ready => self.ready = true,
                AgentEvent::Input(data) => self.typed.extend_from_slice(&data),
                AgentEvent::Size { cols, rows } => self.sizes.push((cols, rows)),
                AgentEvent::Flag(Flag::TerminateSession) => {}
                AgentEvent::DataKeyWanted { .. } => self.agent.data_key(&self.data_key, now),
                other => panic!("not in the script: {other:?}"),
            }
        }
    }
}

fn moment(start: Instant) -> Moment {
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Moment { elapsed: start.elapsed(), unix_ms: u64::try_from(unix.as_millis()).unwrap() }
}
