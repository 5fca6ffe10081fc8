//! One session: the task that owns its agent, its program and the client's socket of the moment, and
//! decides when it is over. The protocol is the engine's, what runs is [`Program`]'s, the socket [`Wire`]'s.

use super::gateway::{Connection, ToClient};
use super::program::{Over, Program, Stream};
use super::throttle::Pace;
use super::wire::{Wire, WireEvent};
use super::{Limits, SessionDocument, SessionSettings, SessionStatus};
use crate::sandbox::kms::Context;
use crate::sandbox::node::Node;
use opsctl_engine::random::Random;
use opsctl_engine::session::{Agent, AgentEvent, Flag, Moment, service};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, Sleep};

const IDLE: &str = "Your session timed out due to inactivity.";
const TOO_LONG: &str = "Your session reached its maximum duration.";
/// How often what was lost last is said again, as by the real agent.
const REPEAT: Duration = Duration::from_millis(100);
/// Frames taken from the socket before their events are looked at.
const BATCH: usize = 256;

pub struct Session {
    pub session_id: String,
    pub settings: Arc<SessionSettings>,
    pub limits: Limits,
    pub node: Arc<Node>,
    pub document: SessionDocument,
    pub agent: Agent,
    pub wire: Wire,
    pub pace: Pace,
    pub clock: Clock,
    pub ids: Random,
    pub status: watch::Sender<SessionStatus>,
    /// The sockets of the client, one after the other.
    pub connections: mpsc::Receiver<Connection>,
    /// Somebody wants it to end.
    pub ending: Arc<Notify>,
}

/// Why a session ends.
enum End {
    /// The program is gone; its last output may still be under way.
    Over(Over),
    /// The agent cannot go on, for this reason.
    Failed(String),
    /// Somebody or a limit ended it, with this text in its channel_closed.
    Told(&'static str),
    /// The node is gone, and nobody is there to say so.
    NodeGone,
}

/// The two clocks of the engine.
#[derive(Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    pub fn start() -> Clock {
        Clock(Instant::now())
    }

    pub fn now(self) -> Moment {
        let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Moment { elapsed: self.0.elapsed(), unix_ms: u64::try_from(unix_ms).unwrap_or(u64::MAX) }
    }

    pub fn instant(self, elapsed: Duration) -> Instant {
        self.0 + elapsed
    }
}

impl Session {
    pub async fn run(mut self) {
        let mut program = None;
        let output = match self.work(&mut program).await {
            End::Over(over) => {
                while self.has_a_client().await {
                    self.linger().await;
                    if !self.wire.is_awaited() {
                        break;
                    }
                }
                over.reason
            }
            End::Failed(reason) => {
                self.has_a_client().await;
                reason
            }
            End::Told(reason) => reason.to_owned(),
            End::NodeGone => {
                self.notice().await;
                self.status.send_replace(SessionStatus::Terminating);
                self.wire.detach();
                return self.end_program(program).await;
            }
        };
        self.status.send_replace(SessionStatus::Terminating);
        self.close(&output).await;
        self.end_program(program).await;
    }

    async fn end_program(&self, program: Option<Program>) {
        if let Some(program) = program {
            program.end(self.limits.hang_up).await;
        }
        self.status.send_replace(SessionStatus::Terminated { at: SystemTime::now() });
    }

    /// Until there is a reason to end.
    async fn work(&mut self, program: &mut Option<Program>) -> End {
        let ending = Arc::clone(&self.ending);
        let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
        // When stream data last passed.
        let mut active = self.clock.now().elapsed;
        loop {
            self.receive();
            match self.handle_events(program) {
                Ok(true) => active = self.clock.now().elapsed,
                Ok(false) => {}
                Err(end) => return end,
            }
            if self.send_output(program) {
                active = self.clock.now().elapsed;
            }
            if let Some(over) = program.as_ref().and_then(Program::over) {
                if let Some(code) = over.exit_code {
                    self.agent.send_exit_code(code, self.clock.now());
                }
                return End::Over(over);
            }
            let more = self.send_frames();
            let room = self.agent.room() > 0 && self.pace.is_awake();
            self.wake(timer.as_mut(), self.ends_at(active));
            tokio::select! {
                event = self.wire.progress(more) => match event {
                    WireEvent::NodeGone => return End::NodeGone,
                    event => self.on_wire(event),
                },
                () = progress(program, room) => {}
                () = self.pace.wake() => {}
                Some(connection) = self.connections.recv() => self.on_connection(connection),
                () = ending.notified() => return End::Told(""),
                () = &mut timer => {
                    let now = self.clock.now();
                    self.agent.handle_timeout(now);
                    if let Some(reason) = self.overdue(active, now.elapsed) {
                        return End::Told(reason);
                    }
                }
            }
        }
    }

    /// The service takes a while to see that a node is gone. Until then its client hears nothing.
    async fn notice(&self) {
        let _ = tokio::time::timeout(self.limits.notice, self.ending.notified()).await;
    }

    /// A program may be faster than its first client, which still has to hear of it, and than one that a rehearsal has
    /// cut off.
    async fn has_a_client(&mut self) -> bool {
        if *self.status.borrow() == SessionStatus::Connecting || self.wire.is_awaited() {
            let ending = Arc::clone(&self.ending);
            tokio::select! {
                Some(connection) = self.connections.recv() => self.on_connection(connection),
                () = ending.notified() => return false,
                () = tokio::time::sleep(self.limits.first_client) => return false,
            }
        }
        true
    }

    /// Waits for the acknowledgements of the last output, and for a client that was cut off to hear of the end, but
    /// not for long.
    async fn linger(&mut self) {
        let ending = Arc::clone(&self.ending);
        let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
        let mut repeat = tokio::time::interval(REPEAT);
        repeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let until = self.clock.now().elapsed + self.limits.linger;
        // Nobody is there to read it; refused, it would only be repeated.
        self.agent.accept_input(true);
        self.wire.spare_node();
        loop {
            self.receive();
            while self.agent.poll_event().is_some() {}
            // After what has come: nothing else may come any more.
            let heard = self.agent.all_acknowledged() && self.wire.is_up();
            if heard || self.clock.now().elapsed >= until {
                return;
            }
            let more = self.send_frames();
            self.wake(timer.as_mut(), until);
            tokio::select! {
                event = self.wire.progress(more) => self.on_wire(event),
                Some(connection) = self.connections.recv() => self.on_connection(connection),
                () = ending.notified() => return,
                _ = repeat.tick() => self.agent.repeat_oldest(self.clock.now()),
                () = &mut timer => self.agent.handle_timeout(self.clock.now()),
            }
        }
    }

    /// Tells the client, if there is one, and waits until its socket has taken it.
    async fn close(&mut self, output: &str) {
        self.send_frames();
        let closed = service::channel_closed(&self.session_id, output, &mut self.ids, self.clock.now());
        self.wire.close(closed);
        let limit = self.limits.linger + self.wire.slowest();
        let taken = async {
            while !self.wire.is_flushed() {
                self.wire.progress(false).await;
                while self.wire.receive().is_some() {}
            }
        };
        // A client that reads nothing for so long is cut.
        let _ = tokio::time::timeout(limit, taken).await;
        self.wire.detach();
    }

    fn receive(&mut self) {
        let now = self.clock.now();
        for _ in 0..BATCH {
            let Some(frame) = self.wire.receive() else { return };
            self.agent.receive(frame, now);
        }
    }

    /// Whether stream data has come.
    fn handle_events(&mut self, program: &mut Option<Program>) -> Result<bool, End> {
        let mut active = false;
        loop {
            // Before each event: what waited for the program comes out of the agent when there is room again.
            self.agent.accept_input(program.as_ref().is_some_and(Program::takes_input));
            let Some(event) = self.agent.poll_event() else { return Ok(active) };
            match event {
                AgentEvent::DataKeyWanted { ciphertext, context } => {
                    self.decrypt_data_key(&ciphertext, context)
                }
                AgentEvent::Ready => {
                    let client = self.agent.client_version();
                    let started = Program::start(&self.settings, &self.node, &self.document, client);
                    *program = Some(started.map_err(|error| End::Failed(start_error(&error)))?);
                }
                AgentEvent::Input(bytes) => {
                    active = true;
                    if let Some(program) = program {
                        program.input(bytes);
                    }
                }
                AgentEvent::Size { cols, rows } => {
                    active = true;
                    if let Some(program) = program {
                        program.resize(cols, rows);
                    }
                }
                AgentEvent::Flag(Flag::TerminateSession) => return Err(End::Told("")),
                AgentEvent::Flag(flag) => {
                    active = true;
                    if let Some(program) = program {
                        program.flag(flag);
                    }
                }
                AgentEvent::Failed(reason) => return Err(End::Failed(reason)),
            }
        }
    }

    fn decrypt_data_key(&mut self, ciphertext: &[u8], context: Vec<(String, String)>) {
        let context: Context = context.into_iter().collect();
        let decrypted = self.settings.kms.decrypt(ciphertext, &context);
        let now = self.clock.now();
        match decrypted {
            Ok((plaintext, _)) => self.agent.data_key(&plaintext, now),
            Err(error) => self.agent.data_key_failed(&error.to_string(), now),
        }
    }

    /// Whether there was any.
    fn send_output(&mut self, program: &mut Option<Program>) -> bool {
        let Some(program) = program else { return false };
        let now = self.clock.now();
        let mut any = false;
        while self.agent.room() > 0 && self.pace.is_awake() {
            if let Some((stream, payload)) = program.output() {
                let payload = self.pace.cut(payload);
                let sent = match stream {
                    Stream::Output => self.agent.send_output(payload, now),
                    Stream::StdErr => self.agent.send_stderr(payload, now),
                };
                program.sent(sent);
                self.pace.sent();
            } else if let Some(flag) = program.take_flag() {
                self.agent.send_flag(flag, now);
            } else {
                break;
            }
            any = true;
        }
        any
    }

    /// Whether more may be there than the socket takes now.
    fn send_frames(&mut self) -> bool {
        while self.wire.has_room() {
            match self.agent.poll_frame() {
                Some(frame) => self.wire.send(frame),
                None => return false,
            }
        }
        true
    }

    fn on_wire(&mut self, event: WireEvent) {
        match event {
            WireEvent::Moved | WireEvent::NodeGone => {}
            WireEvent::Cut => {
                self.agent.disconnected(self.clock.now());
                self.set_status(SessionStatus::Disconnected);
            }
        }
    }

    fn on_connection(&mut self, connection: Connection) {
        let now = self.clock.now();
        if self.wire.is_up() {
            self.agent.disconnected(now);
        }
        self.wire.attach(connection);
        if *self.status.borrow() != SessionStatus::Connecting {
            self.wire.send_unharmed(ToClient::Frame(service::start_publication(&mut self.ids, now)));
        }
        self.agent.connected(now);
        self.set_status(SessionStatus::Connected);
    }

    /// A session that ends stays in that state.
    fn set_status(&self, status: SessionStatus) {
        self.status.send_if_modified(|now| {
            let changes = !now.is_over() && *now != status;
            if changes {
                *now = status;
            }
            changes
        });
    }

    fn ends_at(&self, active: Duration) -> Duration {
        let idle = active.saturating_add(self.settings.preferences.idle_timeout);
        self.settings.preferences.max_duration.map_or(idle, |longest| idle.min(longest))
    }

    fn overdue(&self, active: Duration, now: Duration) -> Option<&'static str> {
        let preferences = &self.settings.preferences;
        if preferences.max_duration.is_some_and(|longest| now >= longest) {
            return Some(TOO_LONG);
        }
        (now >= active.saturating_add(preferences.idle_timeout)).then_some(IDLE)
    }

    /// Sees to it that `timer` fires at the agent's next deadline or at `latest`. A timer that fires too early does
    /// no harm, so it is not moved further out each time a message is acknowledged.
    fn wake(&self, timer: Pin<&mut Sleep>, latest: Duration) {
        let elapsed = self.agent.next_timeout().map_or(latest, |timeout| timeout.min(latest));
        // An hour is for ever: the next wake-up looks again.
        let deadline = self.clock.0 + elapsed.min(self.clock.0.elapsed() + Duration::from_secs(3600));
        if deadline < timer.deadline() || timer.is_elapsed() {
            timer.reset(deadline);
        }
    }
}

async fn progress(program: &mut Option<Program>, room: bool) {
    match program {
        Some(program) => program.progress(room).await,
        None => std::future::pending().await,
    }
}

/// In the words of the agent.
fn start_error(error: &std::io::Error) -> String {
    format!("----------ERROR-------\nUnable to start shell: {error}")
}
