//! The socket under a session: opened, watched with pings, and brought back by ResumeSession after a cut.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{self, Message};

use super::Event;
use crate::aws::{self, Aws, Socket, WebsocketError};
use crate::commands::ssm::api::{self, Resumed};
use crate::commands::ssm::model::Grant;
use crate::error::{AwsDetail, Error, Kind};
use crate::random;

const PING_INTERVAL: Duration = Duration::from_secs(30);
const MISSED_PONGS: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A cut that lasts this long is more than a hiccup.
const TOLD_AFTER: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A socket that is refused is closed sooner than this.
const YOUNG: Duration = Duration::from_secs(5);
/// Frames on their way to the socket.
const QUEUE: usize = 256;

/// The usual reason of a denial: the policy was written for users, and the caller is a role.
const WHOSE_SESSIONS: &str = "ssm:ResumeSession is often allowed on session/${aws:username}-* only, \
    which no role matches; session/${aws:userid}-* covers the sessions of roles too";

/// How a session is reached.
pub struct Link {
    aws: Arc<Aws>,
    resume_limit: Duration,
}

impl Link {
    pub fn new(aws: Arc<Aws>, resume_limit: Duration) -> Self {
        Link { aws, resume_limit }
    }

    /// Opens the socket with the token at hand.
    pub async fn open(self: Arc<Self>, grant: Grant) -> Result<(Grant, Connection), OpenFailure> {
        let connection = self.dial(&grant).await.map_err(OpenFailure::Failed)?;
        Ok((grant, connection))
    }

    /// Asks for a new token and opens the socket again, for as long as the session is worth it.
    /// What stands in the way for longer is told to `events`, once.
    pub async fn resume(
        self: Arc<Self>,
        mut grant: Grant,
        events: mpsc::Sender<Event>,
    ) -> Result<(Grant, Connection), OpenFailure> {
        if aws::is_presigned(&grant.stream_url) {
            let text = format!("the connection of session {} is lost", grant.session_id);
            return Err(OpenFailure::Failed(
                Error::failed(text)
                    .because("a session whose address was handed over signed cannot be resumed"),
            ));
        }
        let deadline = Instant::now() + self.resume_limit;
        let mut pause = FIRST_PAUSE;
        let mut told = false;
        loop {
            let error = match self.try_resume(&mut grant).await {
                Ok(connection) => return Ok((grant, connection)),
                // Credentials that have expired may be renewed, from another terminal perhaps.
                Err(OpenFailure::Failed(error))
                    if matches!(error.kind(), Kind::Temporary | Kind::Credentials) =>
                {
                    error
                }
                Err(failure) => return Err(failure),
            };
            if !told && (error.kind() == Kind::Credentials || pause > TOLD_AFTER) {
                told = events.try_send(Event::Link(super::Link::Waiting(in_words(&error)))).is_ok();
            }
            tracing::info!(%error, ?pause, "the session cannot be resumed yet");
            if Instant::now() + pause > deadline {
                return Err(OpenFailure::Failed(error));
            }
            tokio::time::sleep(jitter(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn try_resume(&self, grant: &mut Grant) -> Result<Connection, OpenFailure> {
        self.renew(grant).await?;
        match self.dial(grant).await {
            Ok(connection) => Ok(connection),
            Err(error) if error.kind() == Kind::Temporary => Err(OpenFailure::Failed(error)),
            // A session that has ended since has no socket, and AWS says it in better words.
            Err(error) => match self.renew(grant).await {
                Err(OpenFailure::Over) => Err(OpenFailure::Over),
                Ok(()) | Err(OpenFailure::Failed(_)) => Err(OpenFailure::Failed(error)),
            },
        }
    }

    /// A new token, and the address where it is taken.
    async fn renew(&self, grant: &mut Grant) -> Result<(), OpenFailure> {
        match api::resume_session(&self.aws.ssm(), &grant.session_id).await {
            Ok(Resumed::Over) => Err(OpenFailure::Over),
            Ok(Resumed::Token { token, stream_url }) => {
                grant.token = token;
                if let Some(url) = stream_url {
                    grant.stream_url = url;
                }
                Ok(())
            }
            Err(error) if error.kind() == Kind::Denied => {
                Err(OpenFailure::Failed(error.hint(WHOSE_SESSIONS)))
            }
            Err(error) => Err(OpenFailure::Failed(error)),
        }
    }

    async fn dial(&self, grant: &Grant) -> Result<Connection, Error> {
        // Without credentials the token alone may do: a session that was handed over.
        let credentials = self.aws.credentials_if_any().await?;
        let region = &self.aws.region().value;
        let socket = aws::dial(&grant.stream_url, region, credentials.as_ref(), self.aws.network())
            .await
            .map_err(|error| refusal(error, &grant.session_id))?;
        Ok(Connection::new(socket))
    }

    pub async fn terminate(&self, session_id: &str) -> Result<(), Error> {
        api::terminate_session(&self.aws.ssm(), session_id).await
    }
}

/// Why there is no socket.
pub enum OpenFailure {
    /// The session has ended on the other side.
    Over,
    Failed(Error),
}

fn refusal(error: WebsocketError, session_id: &str) -> Error {
    let kind = match &error {
        WebsocketError::Refused { status: 401 | 403, .. } => Kind::Denied,
        error if error.is_temporary() => Kind::Temporary,
        _ => Kind::Failed,
    };
    let untrusted = aws::is_untrusted(&error);
    let request_id = match &error {
        WebsocketError::Refused { request_id, .. } => request_id.clone(),
        _ => None,
    };
    let built = Error::new(kind, format!("cannot open the data channel of session {session_id}"))
        .because(error)
        .aws(AwsDetail { request_id, ..AwsDetail::default() });
    match (kind, untrusted) {
        (Kind::Denied, _) => built.hint("ssmmessages:OpenDataChannel on the session may be missing"),
        (_, true) => built.hint(aws::TRUST_HINT),
        _ => built,
    }
}

/// An error and its cause in one line.
fn in_words(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

/// Half to all of the pause, so that many cut sessions do not come back at the same moment.
fn jitter(pause: Duration) -> Duration {
    // Without randomness the whole pause will do.
    random::bytes().map_or(pause, |[byte]| pause / 2 + pause * u32::from(byte) / 512)
}

/// What came from the socket.
#[derive(Debug)]
pub enum Received {
    Frame(Bytes),
    /// The socket takes frames again.
    Writable,
    /// The socket is of no use any more.
    Cut(String),
}

/// An open socket: frames go out by a task of its own, so that a slow network never stops reading.
pub struct Connection {
    outbox: mpsc::Sender<Message>,
    /// The frame that the outbox had no room for.
    held: Option<Message>,
    writer: Writer,
    opened: Instant,
    reader: SplitStream<Socket>,
    next_ping: Instant,
    unanswered: u32,
}

impl Connection {
    fn new(socket: Socket) -> Self {
        let (sink, reader) = socket.split();
        let (outbox, queue) = mpsc::channel(QUEUE);
        Connection {
            outbox,
            held: None,
            writer: Writer(tokio::spawn(write(sink, queue))),
            opened: Instant::now(),
            reader,
            next_ping: Instant::now() + PING_INTERVAL,
            unanswered: 0,
        }
    }

    /// Opened only just now.
    pub fn is_young(&self) -> bool {
        self.opened.elapsed() < YOUNG
    }

    /// No frame may be sent until [`Received::Writable`].
    pub fn is_full(&self) -> bool {
        self.held.is_some()
    }

    pub fn send(&mut self, frame: Bytes) {
        self.put(Message::Binary(frame));
    }

    pub fn send_text(&mut self, text: String) {
        self.put(Message::text(text));
    }

    fn put(&mut self, message: Message) {
        // A broken socket shows when reading.
        if let Err(mpsc::error::TrySendError::Full(message)) = self.outbox.try_send(message) {
            self.held = Some(message);
        }
    }

    /// The next frame, or the end. Can be dropped and called again without losing a frame.
    pub async fn next(&mut self) -> Received {
        loop {
            let message = tokio::select! {
                message = self.reader.next() => message,
                permit = self.outbox.reserve(), if self.held.is_some() => {
                    if let (Ok(permit), Some(message)) = (permit, self.held.take()) {
                        permit.send(message);
                    }
                    return Received::Writable;
                }
                () = tokio::time::sleep_until(self.next_ping) => {
                    if self.unanswered >= MISSED_PONGS {
                        return Received::Cut(format!("no sign of life for {} s", (PING_INTERVAL * (MISSED_PONGS + 1)).as_secs()));
                    }
                    self.unanswered += 1;
                    self.next_ping += PING_INTERVAL;
                    // A full outbox shows that the network is slow, and is watched by the answers all the same.
                    let _ = self.outbox.try_send(Message::Ping(Bytes::from_static(b"keepalive")));
                    continue;
                }
            };
            // Whatever arrives shows that the link is alive.
            self.unanswered = 0;
            match message {
                Some(Ok(Message::Binary(bytes))) => return Received::Frame(bytes),
                Some(Ok(Message::Text(text))) => return Received::Frame(Bytes::from(text)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(frame))) => {
                    let reason =
                        frame.map(|frame| format!("closed with {} {}", u16::from(frame.code), frame.reason));
                    return Received::Cut(reason.unwrap_or_else(|| "closed".into()).trim_end().to_owned());
                }
                Some(Err(error)) => return Received::Cut(cut_reason(error)),
                None => return Received::Cut("closed".into()),
            }
        }
    }

    /// Lets the frames that are queued go out and closes the socket, within `limit`.
    pub async fn close(self, limit: Duration) {
        let Connection { outbox, mut writer, .. } = self;
        drop(outbox);
        let _ = tokio::time::timeout(limit, &mut writer.0).await;
    }
}

/// The task that writes. It ends with its connection: on a dead link it would hold its frames until TCP gives up.
struct Writer(JoinHandle<()>);

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Without the library's words about what it was doing.
fn cut_reason(error: tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "closed without a word".into()
        }
        tungstenite::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

async fn write(mut sink: SplitSink<Socket, Message>, mut queue: mpsc::Receiver<Message>) {
    let mut batch = Vec::with_capacity(QUEUE);
    while queue.recv_many(&mut batch, QUEUE).await > 0 {
        for message in batch.drain(..) {
            if sink.feed(message).await.is_err() {
                return;
            }
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
    let _ = sink.close().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_half_to_whole() {
        for _ in 0..100 {
            let pause = jitter(Duration::from_secs(10));
            assert!((Duration::from_secs(5)..=Duration::from_secs(10)).contains(&pause), "{pause:?}");
        }
    }
}
