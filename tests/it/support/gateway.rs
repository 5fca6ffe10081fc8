//! A message gateway that does what it is told: straight code in a thread takes sockets at the door and says what
//! happens on each. For everything that neither AWS nor the sandbox can be made to do at the right moment.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, accept_hdr};

/// Far beyond what anything here takes: reached only when a test fails.
pub const LIMIT: Duration = Duration::from_secs(30);

/// As AWS builds it: a parameter nobody asked for, and an escape that must stay as it is.
const PATH: &str = "/v1/data-channel/tester-0a1b2c3d4e5f6a7b8?role=publish_subscribe&cell-number=AAEAAb%2Fc";

pub struct Gateway<T> {
    pub address: SocketAddr,
    result: Receiver<T>,
    script: JoinHandle<()>,
}

impl<T: Send + 'static> Gateway<T> {
    pub fn start(script: impl FnOnce(&Door) -> T + Send + 'static) -> Self {
        let door = Door(TcpListener::bind("127.0.0.1:0").unwrap());
        let address = door.0.local_addr().unwrap();
        let (sender, result) = channel();
        let script = std::thread::spawn(move || {
            // Nobody waits for it when the test has failed already.
            let _ = sender.send(script(&door));
        });
        Gateway { address, result, script }
    }

    pub fn stream_url(&self) -> String {
        format!("ws://{}{PATH}", self.address)
    }

    pub fn path(&self) -> &'static str {
        PATH
    }

    /// What the script returned; its panic becomes the test's.
    pub fn end(self) -> T {
        match self.result.recv_timeout(LIMIT) {
            Ok(value) => value,
            Err(RecvTimeoutError::Timeout) => panic!("the gateway's script has not ended"),
            Err(RecvTimeoutError::Disconnected) => {
                std::panic::resume_unwind(self.script.join().unwrap_err());
            }
        }
    }
}

/// Where sockets come in.
pub struct Door(TcpListener);

impl Door {
    fn tcp(&self) -> TcpStream {
        let mut ready = [PollFd::new(&self.0, PollFlags::IN)];
        let limit = Timespec { tv_sec: i64::try_from(LIMIT.as_secs()).unwrap(), tv_nsec: 0 };
        assert_eq!(poll(&mut ready, Some(&limit)).unwrap(), 1, "nobody came");
        let (stream, _) = self.0.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// The next client: its upgrade is accepted, its first frame is read.
    pub fn accept(&self) -> Peer {
        let mut upgrade = None;
        #[expect(clippy::result_large_err, reason = "the shape of the library's callback")]
        let keep = |request: &Request, response: Response| {
            let name = |name: &str| name.to_owned();
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            upgrade = Some(Upgrade {
                target: request.uri().to_string(),
                headers: request
                    .headers()
                    .iter()
                    .map(|(key, value)| (name(key.as_str()), text(value.as_bytes())))
                    .collect(),
            });
            Ok(response)
        };
        let mut socket = accept_hdr(self.tcp(), keep).unwrap_or_else(|error| panic!("no upgrade: {error}"));
        let opening = match socket.read() {
            Ok(Message::Text(text)) => text.to_string(),
            other => panic!("the first frame is not a text: {other:?}"),
        };
        Peer {
            socket,
            upgrade: upgrade.unwrap(),
            opening,
            around: Box::new(|frame| vec![Message::Binary(frame)]),
            pongs: Vec::new(),
        }
    }

    /// The next client is turned away with this status.
    pub fn refuse(&self, status: u16, body: &str) {
        #[expect(clippy::result_large_err, reason = "the shape of the library's callback")]
        let refuse = |_: &Request, _: Response| -> Result<Response, ErrorResponse> {
            let mut response = ErrorResponse::new(Some(body.to_owned()));
            *response.status_mut() = status.try_into().unwrap();
            let id = "11111111-2222-3333-4444-555555555555".try_into().unwrap();
            response.headers_mut().insert("x-amzn-requestid", id);
            Err(response)
        };
        match accept_hdr(self.tcp(), refuse) {
            Err(HandshakeError::Failure(Error::Http(_))) => {}
            other => panic!("not refused: {:?}", other.map(drop)),
        }
    }
}

/// The request that became a websocket.
#[derive(Debug, Clone)]
pub struct Upgrade {
    pub target: String,
    headers: Vec<(String, String)>,
}

impl Upgrade {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A client's socket. Dropping it cuts it without a word.
pub struct Peer {
    socket: WebSocket<TcpStream>,
    pub upgrade: Upgrade,
    /// The first frame.
    pub opening: String,
    around: Box<dyn FnMut(Bytes) -> Vec<Message> + Send>,
    pongs: Vec<Bytes>,
}

impl Peer {
    /// From here on every frame that is sent becomes these.
    pub fn put_around(&mut self, around: impl FnMut(Bytes) -> Vec<Message> + Send + 'static) {
        self.around = Box::new(around);
    }

    /// Sends a frame of the node. A client that is gone shows when reading.
    pub fn send(&mut self, frame: Bytes) {
        for message in (self.around)(frame) {
            self.put(message);
        }
    }

    pub fn put(&mut self, message: Message) {
        let _ = self.socket.send(message);
    }

    /// A frame of the client, or `None` when none came within `wait`.
    pub fn receive(&mut self, wait: Duration) -> Result<Option<Bytes>, Gone> {
        let until = Instant::now() + wait;
        loop {
            // Zero would mean for ever.
            let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.socket.get_ref().set_read_timeout(Some(left)).unwrap();
            match self.socket.read() {
                Ok(Message::Binary(frame)) => return Ok(Some(frame)),
                Ok(Message::Pong(payload)) => {
                    self.pongs.push(payload);
                    return Ok(None);
                }
                // After a close the next read finishes it.
                Ok(Message::Ping(_) | Message::Close(_)) => {}
                Ok(other) => panic!("a client does not send {other:?}"),
                Err(Error::Io(error))
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Ok(None);
                }
                Err(_) => return Err(Gone),
            }
            if Instant::now() >= until {
                return Ok(None);
            }
        }
    }

    /// The answer to a ping.
    pub fn receive_pong(&mut self, payload: &[u8]) {
        let deadline = Instant::now() + LIMIT;
        while self.pongs.last().is_none_or(|last| last != payload) {
            assert!(Instant::now() < deadline, "the ping is not answered");
            self.receive(LIMIT).unwrap();
        }
    }

    /// Hangs up in the manner of the service, which says `Bye` after an hour.
    pub fn hang_up(mut self, code: CloseCode, reason: &'static str) {
        let _ = self.socket.close(Some(CloseFrame { code, reason: reason.into() }));
        self.wait_for_the_end();
    }

    /// Until the client has closed the socket.
    pub fn wait_for_the_end(mut self) {
        let deadline = Instant::now() + LIMIT;
        while self.receive(LIMIT).is_ok() {
            assert!(Instant::now() < deadline, "the client does not close its socket");
        }
    }
}

/// The client has closed its socket.
#[derive(Debug)]
pub struct Gone;
