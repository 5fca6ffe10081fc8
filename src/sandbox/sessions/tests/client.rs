//! A client for the tests: the engine's client end over a websocket on an in-memory stream, driven as a
//! user would drive it.

use super::House;
use crate::sandbox::sessions::session::Clock;
use crate::sandbox::sessions::{Sessions, StartedSession};
use futures_util::{SinkExt as _, StreamExt as _};
use opsctl_engine::session::{Client, ClientEvent, ClientOptions, Flag};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Nothing in these tests takes so long unless it hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub type Socket = WebSocketStream<DuplexStream>;

/// A websocket to the gateway, and the task that serves it.
pub async fn socket(sessions: &Sessions, session_id: &str) -> (Socket, JoinHandle<()>) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let near = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
    let config = Sessions::websocket_config();
    let far = WebSocketStream::from_raw_socket(far, Role::Server, Some(config)).await;
    let (sessions, session_id) = (sessions.clone(), session_id.to_owned());
    (near, tokio::spawn(async move { sessions.serve(session_id, far).await }))
}

pub struct TestClient {
    sessions: Sessions,
    kms: std::sync::Arc<crate::sandbox::kms::Kms>,
    pub session_id: String,
    pub engine: Client,
    clock: Clock,
    socket: Option<Socket>,
    /// To be typed.
    input: VecDeque<u8>,
    pub output: Vec<u8>,
    /// Other events, in order.
    pub events: Vec<ClientEvent>,
    pub sockets_opened: u32,
    /// What to do when the socket ends without a channel_closed.
    pub resumes: bool,
}

impl TestClient {
    pub async fn connect(house: &House, started: &StartedSession, target: &str) -> TestClient {
        TestClient::with(house, started, ClientOptions::new(&*started.session_id, target, [7; 32])).await
    }

    pub async fn with(house: &House, started: &StartedSession, options: ClientOptions) -> TestClient {
        let clock = Clock::start();
        let mut client = TestClient {
            sessions: house.sessions.clone(),
            kms: house.kms.clone(),
            session_id: started.session_id.clone(),
            engine: Client::new(options, clock.now()),
            clock,
            socket: None,
            input: VecDeque::new(),
            output: Vec::new(),
            events: Vec::new(),
            sockets_opened: 0,
            resumes: true,
        };
        client.open(&started.token).await;
        client
    }

    pub async fn open(&mut self, token: &str) {
        let (mut socket, _) = socket(&self.sessions, &self.session_id).await;
        socket.send(Message::text(self.engine.open(token))).await.unwrap();
        self.socket = Some(socket);
        self.sockets_opened += 1;
        self.engine.connected(self.clock.now());
    }

    /// The socket ends without a word.
    pub fn cut(&mut self) {
        self.socket = None;
        self.engine.disconnected(self.clock.now());
    }

    pub async fn resume(&mut self) {
        let token = self.sessions.resume(&self.session_id).unwrap();
        self.open(&token.expect("the session lives")).await;
    }

    pub fn type_in(&mut self, text: impl AsRef<[u8]>) {
        self.input.extend(text.as_ref());
    }

    pub fn flag(&mut self, flag: Flag) {
        self.engine.send_flag(flag, self.clock.now());
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    /// Until the output holds `text`.
    pub async fn until(&mut self, text: &str) {
        let mut looked = 0;
        self.until_true(|client| {
            let new = &client.output[looked..];
            looked = client.output.len().saturating_sub(text.len());
            new.windows(text.len()).any(|window| window == text.as_bytes())
        })
        .await;
    }

    /// Until the channel is closed; what its close says.
    pub async fn until_closed(&mut self) -> String {
        self.until_true(|client| client.closed().is_some()).await;
        self.closed().unwrap().to_owned()
    }

    pub fn closed(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            ClientEvent::Closed { output } => Some(output.as_str()),
            _ => None,
        })
    }

    /// Until all that was typed has come.
    pub async fn until_taken(&mut self) {
        self.until_true(|client| client.input.is_empty() && client.engine.all_acknowledged()).await;
    }

    /// Does its part while something else comes to an end.
    pub async fn during<T>(&mut self, what: impl Future<Output = T>) -> T {
        tokio::select! {
            result = what => result,
            () = self.until_true(|_| false) => unreachable!("it has no end"),
        }
    }

    pub async fn until_true(&mut self, mut condition: impl FnMut(&TestClient) -> bool) {
        let met = tokio::time::timeout(PATIENCE, async {
            while !condition(self) {
                self.step().await;
            }
        });
        if met.await.is_err() {
            let text = self.text();
            let end = text.char_indices().rev().nth(200).map_or(0, |(at, _)| at);
            panic!("waited in vain after ..{:?}, {:?}, {:?}", &text[end..], self.events, self.engine.stats());
        }
    }

    /// Takes what is there, then waits for a frame or a deadline.
    pub async fn step(&mut self) {
        let taken = self.engine.send(self.input.make_contiguous(), self.clock.now());
        self.input.drain(..taken);
        let mut changed = self.take_events();
        while let Some(frame) = self.engine.poll_frame() {
            changed = true;
            let Some(socket) = &mut self.socket else { break };
            if socket.send(Message::Binary(frame)).await.is_err() {
                return self.lost().await;
            }
        }
        if changed {
            return;
        }
        let wait =
            self.engine.next_timeout().map_or(PATIENCE, |at| at.saturating_sub(self.clock.now().elapsed));
        let Some(socket) = &mut self.socket else {
            return self.lost().await;
        };
        match tokio::time::timeout(wait, socket.next()).await {
            Err(_) => self.engine.handle_timeout(self.clock.now()),
            Ok(Some(Ok(Message::Binary(frame)))) => self.engine.receive(frame, self.clock.now()),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) => self.lost().await,
        }
    }

    fn take_events(&mut self) -> bool {
        let mut any = false;
        while let Some(event) = self.engine.poll_event() {
            any = true;
            match event {
                ClientEvent::Output(bytes) => self.output.extend_from_slice(&bytes),
                ClientEvent::DataKeyWanted { key_id, context } => {
                    let context = context.into_iter().collect();
                    let key = self.kms.generate_data_key(&key_id, &context, 64).unwrap();
                    self.engine.data_key(&key.plaintext, &key.ciphertext, self.clock.now());
                }
                event => self.events.push(event),
            }
        }
        any
    }

    /// The socket is gone: on with a new one, or until the engine's own deadline after a close.
    async fn lost(&mut self) {
        if self.socket.take().is_some() {
            self.engine.disconnected(self.clock.now());
        }
        if self.engine.is_closing() {
            let at = self.engine.next_timeout().unwrap();
            tokio::time::sleep(at.saturating_sub(self.clock.now().elapsed)).await;
            return self.engine.handle_timeout(self.clock.now());
        }
        assert!(self.resumes, "the socket ended after {:?}", self.text());
        self.resume().await;
    }
}
