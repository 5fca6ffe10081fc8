//! The loop around the engine's client: frames, input, timers and events, in one task that owns them all.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::FutureExt;
use opsctl_engine::session::{Client, ClientEvent, Flag};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::keys::{DataKey, Keys};
use super::link::{Connection, Link, OpenFailure, Received};
use super::{Clock, Control, End, Event, Started};
use crate::commands::ssm::model::Grant;
use crate::error::{Error, Kind, Result};

/// Sockets in a row that closed at once, before a single frame came: the token is not accepted.
const FRUITLESS: u32 = 3;
/// How long the far side may take to confirm that a session is terminated.
const FAREWELL: Duration = Duration::from_secs(1);
const TERMINATE_LIMIT: Duration = Duration::from_secs(5);
/// Lets the last acknowledgements go out.
const CLOSE_LIMIT: Duration = Duration::from_millis(200);
/// Frames that are taken in one go before timers and input get their turn.
const BURST: usize = 128;

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

enum State {
    Opening(Boxed<Result<(Grant, Connection), OpenFailure>>),
    Open(Connection),
    /// The channel is closed; the last events are on their way.
    Over,
}

/// What woke the loop.
enum Wake {
    Opened(Result<(Grant, Connection), OpenFailure>),
    Received(Received),
    Input(Option<Bytes>),
    Control(Control),
    DataKey(Result<DataKey, Error>),
    /// The consumer takes events again, or a timer of the engine is due.
    Turn,
    NoAnswer,
    Farewell,
}

pub struct Driver {
    client: Client,
    clock: Clock,
    link: Arc<Link>,
    grant: Grant,
    keys: Keys,
    target: String,
    input: mpsc::Receiver<Bytes>,
    control: mpsc::UnboundedReceiver<Control>,
    events: mpsc::Sender<Event>,
    settled: Arc<AtomicBool>,
    state: State,
    ever_open: bool,
    input_ended: bool,
    /// Input that the window had no room for.
    unsent: Bytes,
    /// An event that the consumer had no room for.
    waiting: Option<Event>,
    /// Events of the loop's own: at most two for every cut.
    told: VecDeque<Event>,
    data_key: Option<Boxed<Result<DataKey, Error>>>,
    key_failure: Option<Error>,
    start_limit: Duration,
    /// Until the session has started.
    answer_by: Option<Instant>,
    farewell_by: Option<Instant>,
    frames_on_socket: bool,
    fruitless: u32,
    end: Option<Result<End>>,
    /// We leave, and the far side does not know: the API has to end the session.
    forsaken: bool,
}

/// What a driver is made of.
pub struct Parts {
    pub client: Client,
    pub clock: Clock,
    pub link: Link,
    pub grant: Grant,
    pub keys: Keys,
    pub target: String,
    pub start_limit: Duration,
    pub input: mpsc::Receiver<Bytes>,
    pub control: mpsc::UnboundedReceiver<Control>,
    pub events: mpsc::Sender<Event>,
    pub settled: Arc<AtomicBool>,
}

impl Driver {
    pub fn new(parts: Parts) -> Self {
        let Parts { client, clock, link, grant, keys, target, start_limit, input, control, events, settled } =
            parts;
        let link = Arc::new(link);
        let state = State::Opening(Box::pin(Arc::clone(&link).open(grant.clone())));
        Driver {
            client,
            clock,
            link,
            grant,
            keys,
            target,
            input,
            control,
            events,
            settled,
            state,
            ever_open: false,
            input_ended: false,
            unsent: Bytes::new(),
            waiting: None,
            told: VecDeque::new(),
            data_key: None,
            key_failure: None,
            start_limit,
            answer_by: Some(Instant::now() + start_limit),
            farewell_by: None,
            frames_on_socket: false,
            fruitless: 0,
            end: None,
            forsaken: false,
        }
    }

    pub async fn run(mut self) -> Result<End> {
        loop {
            self.hand_on_events();
            self.send_frames();
            if let Some(end) = self.end.take() {
                self.tell_the_rest().await;
                if self.forsaken {
                    self.say_farewell().await;
                }
                if let State::Open(connection) = self.state {
                    connection.close(CLOSE_LIMIT).await;
                }
                return end;
            }
            self.settled.store(self.is_settled(), Ordering::Relaxed);
            let wake = self.wait().await;
            self.handle(wake);
        }
    }

    fn is_settled(&self) -> bool {
        matches!(self.state, State::Open(_))
            && self.unsent.is_empty()
            && self.input.is_empty()
            && self.client.all_acknowledged()
            && self.client.stats().early == 0
    }

    async fn wait(&mut self) -> Wake {
        let timer = self.client.next_timeout().map(|elapsed| self.clock.instant(elapsed));
        let takes_input = !self.input_ended && self.unsent.is_empty() && self.client.room() > 0;
        let Driver { state, input, control, events, data_key, answer_by, farewell_by, waiting, .. } = self;
        tokio::select! {
            control = control.recv() => Wake::Control(control.unwrap_or(Control::Terminate)),
            wake = async {
                match state {
                    State::Opening(opening) => Wake::Opened(opening.await),
                    State::Open(connection) => Wake::Received(connection.next().await),
                    State::Over => std::future::pending().await,
                }
            } => wake,
            data = input.recv(), if takes_input => Wake::Input(data),
            () = until(timer) => Wake::Turn,
            _ = events.reserve(), if waiting.is_some() => Wake::Turn,
            key = async { match data_key { Some(key) => key.await, None => std::future::pending().await } } => {
                Wake::DataKey(key)
            }
            () = until(*answer_by) => Wake::NoAnswer,
            () = until(*farewell_by) => Wake::Farewell,
        }
    }

    fn handle(&mut self, wake: Wake) {
        let now = self.clock.now();
        match wake {
            Wake::Opened(Ok((grant, connection))) => self.opened(grant, connection),
            Wake::Opened(Err(OpenFailure::Over)) => self.end = Some(Err(self.over().into())),
            Wake::Opened(Err(OpenFailure::Failed(error))) => self.forsake(Err(error.into())),
            Wake::Received(received) => self.received(received),
            Wake::Input(None) => self.input_ended = true,
            Wake::Input(Some(data)) => self.unsent = data,
            Wake::Control(Control::Resize(size)) => self.client.resize(size.cols, size.rows, now),
            Wake::Control(Control::Flag(flag)) => self.client.send_flag(flag, now),
            Wake::Control(Control::Terminate) => self.terminate(),
            Wake::DataKey(key) => self.data_key_came(key),
            Wake::Turn => {}
            Wake::NoAnswer => {
                let text = format!("{} has not answered within {:?}", self.target, self.start_limit);
                self.forsake(Err(Error::new(Kind::Temporary, text)
                    .hint("opsctl ssm list shows whether its agent is online; --start-timeout waits longer")
                    .into()));
            }
            Wake::Farewell => self.forsake(Ok(End::Terminated)),
        }
        if !self.unsent.is_empty() {
            let taken = self.client.send(&self.unsent, now);
            self.unsent.advance(taken.min(self.unsent.len()));
        }
        if self.client.next_timeout().is_some_and(|due| due <= now.elapsed) {
            self.client.handle_timeout(now);
        }
    }

    fn opened(&mut self, grant: Grant, connection: Connection) {
        self.grant = grant;
        let mut connection = connection;
        connection.send_text(self.client.open(&self.grant.token));
        self.client.connected(self.clock.now());
        self.state = State::Open(connection);
        self.frames_on_socket = false;
        if self.ever_open {
            self.told.push_back(Event::Link(super::Link::Resumed));
        }
        self.ever_open = true;
    }

    fn over(&self) -> Error {
        let id = &self.grant.session_id;
        Error::failed(format!("the session {id} has ended while the connection was down"))
    }

    /// Leaves a session that may live on.
    fn forsake(&mut self, end: Result<End>) {
        self.end = Some(end);
        self.forsaken = true;
    }

    fn received(&mut self, received: Received) {
        match received {
            Received::Frame(frame) => {
                let now = self.clock.now();
                self.frames_on_socket = true;
                self.fruitless = 0;
                self.client.receive(frame, now);
                for _ in 0..BURST {
                    let State::Open(connection) = &mut self.state else { break };
                    match connection.next().now_or_never() {
                        Some(Received::Frame(frame)) => self.client.receive(frame, now),
                        Some(Received::Writable) => {}
                        Some(Received::Cut(reason)) => self.cut(&reason),
                        None => break,
                    }
                }
            }
            Received::Writable => {}
            Received::Cut(reason) => self.cut(&reason),
        }
    }

    /// The socket is gone, the session is not: ask for it back.
    fn cut(&mut self, reason: &str) {
        self.client.disconnected(self.clock.now());
        // The service hangs up after it has closed the channel.
        if self.client.is_closing() {
            self.state = State::Over;
            return;
        }
        tracing::info!(reason, "the data channel is cut");
        let young = matches!(&self.state, State::Open(connection) if connection.is_young());
        if young && !self.frames_on_socket {
            self.fruitless += 1;
        }
        if self.fruitless >= FRUITLESS {
            let text = format!("the data channel of session {} is refused: {reason}", self.grant.session_id);
            self.forsake(Err(Error::new(Kind::Denied, text)
                .hint("the token was not accepted; start the session again")
                .into()));
            return;
        }
        if self.farewell_by.is_some() {
            self.farewell_by = Some(Instant::now());
        }
        self.told.push_back(Event::Link(super::Link::Lost(reason.to_owned())));
        self.state =
            State::Opening(Box::pin(Arc::clone(&self.link).resume(self.grant.clone(), self.events.clone())));
    }

    fn terminate(&mut self) {
        match (&self.state, self.farewell_by) {
            (State::Open(_), None) => {
                self.client.send_flag(Flag::TerminateSession, self.clock.now());
                self.farewell_by = Some(Instant::now() + FAREWELL);
            }
            // No link to say it over, or asked twice.
            _ => self.farewell_by = Some(Instant::now()),
        }
    }

    /// What was said of the link explains the end: a consumer that is only slow still hears it.
    async fn tell_the_rest(&mut self) {
        let rest = self.waiting.take().into_iter().chain(self.told.drain(..));
        let all = async {
            for event in rest {
                if self.events.send(event).await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(FAREWELL, all).await;
    }

    /// For when the far side has not closed the channel: the API ends the session for certain.
    async fn say_farewell(&mut self) {
        match tokio::time::timeout(TERMINATE_LIMIT, self.link.terminate(&self.grant.session_id)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the session is left to its idle time-out"),
            Err(_) => {
                tracing::warn!("no answer to TerminateSession: the session is left to its idle time-out")
            }
        }
    }

    fn data_key_came(&mut self, key: Result<DataKey, Error>) {
        let now = self.clock.now();
        self.data_key = None;
        match key {
            Ok(key) => self.client.data_key(&key.plaintext, &key.ciphertext, now),
            Err(error) => {
                self.client.data_key_failed(&error.to_string(), now);
                self.key_failure = Some(error);
            }
        }
    }

    fn send_frames(&mut self) {
        let State::Open(connection) = &mut self.state else { return };
        while !connection.is_full()
            && let Some(frame) = self.client.poll_frame()
        {
            connection.send(frame);
        }
    }

    /// Events go on in order, and only as fast as the consumer takes them: the engine makes the agent wait.
    fn hand_on_events(&mut self) {
        while self.end.is_none() {
            if let Some(event) = self.waiting.take() {
                match self.events.try_send(event) {
                    Ok(()) => {}
                    Err(mpsc::error::TrySendError::Full(event)) => {
                        self.waiting = Some(event);
                        return;
                    }
                    // Nobody listens any more; the end still counts.
                    Err(mpsc::error::TrySendError::Closed(_)) => {}
                }
            }
            self.waiting = self.told.pop_front();
            if self.waiting.is_none() {
                let Some(event) = self.client.poll_event() else { return };
                self.waiting = self.take(event);
            }
        }
    }

    fn take(&mut self, event: ClientEvent) -> Option<Event> {
        match event {
            ClientEvent::Started { session_type, properties, agent_version, .. } => {
                self.answer_by = None;
                Some(Event::Started(Started { session_type, properties, agent_version }))
            }
            ClientEvent::CustomerMessage(text) => Some(Event::Message(text)),
            ClientEvent::DataKeyWanted { key_id, context } => {
                self.data_key = Some(Box::pin(self.keys.clone().generate(key_id, context)));
                None
            }
            ClientEvent::Output(data) => Some(Event::Output(data)),
            ClientEvent::StdErr(data) => Some(Event::StdErr(data)),
            ClientEvent::ExitCode(code) => Some(Event::ExitCode(code)),
            ClientEvent::Flag(flag) => Some(Event::Flag(flag)),
            ClientEvent::Closed { output } => {
                self.end = Some(match self.key_failure.take() {
                    Some(error) => Err(error.into()),
                    None if self.farewell_by.is_some() => Ok(End::Terminated),
                    None => Ok(End::Closed { reason: output, incomplete: self.client.stats().early > 0 }),
                });
                None
            }
            ClientEvent::Failed(error) => {
                let text = format!("the session {} cannot go on", self.grant.session_id);
                self.forsake(Err(Error::failed(text).because(error).into()));
                None
            }
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
