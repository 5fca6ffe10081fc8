//! The message gateway's end of a client's websocket: the first frame with its token, then frames both
//! ways between socket and session, in bounded channels. It looks into no frame but the first.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// No frame is larger; the service's own limit is not known, the agent's is 142,000 bytes.
const MAX_FRAME: usize = 256 * 1024;
/// Frames under way between a socket and its session, in each direction.
const QUEUE: usize = 256;
/// How long the client's answer to a close is waited for.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// The session's end of one client's socket. Dropping it cuts the socket without a word.
pub struct Connection {
    pub frames: mpsc::Receiver<Bytes>,
    pub socket: mpsc::Sender<ToClient>,
}

pub enum ToClient {
    Frame(Bytes),
    /// The last: a normal close.
    Close,
}

pub fn websocket_config() -> WebSocketConfig {
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(MAX_FRAME);
    config.max_frame_size = Some(MAX_FRAME);
    config
}

#[derive(Deserialize)]
struct OpenDataChannel {
    #[serde(rename = "MessageSchemaVersion")]
    schema_version: String,
    #[serde(rename = "TokenValue")]
    token: String,
}

/// The token in the first frame, if it comes as it must.
pub async fn first_token<S>(socket: &mut WebSocketStream<S>) -> Option<String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => {
                let open: OpenDataChannel = serde_json::from_str(text.as_str()).ok()?;
                return (open.schema_version == "1.0").then_some(open.token);
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(_) | Err(_) => return None,
        }
    }
}

pub async fn refuse<S>(mut socket: WebSocketStream<S>, reason: &'static str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let frame = CloseFrame { code: CloseCode::Policy, reason: reason.into() };
    let farewell = async {
        socket.close(Some(frame)).await?;
        while socket.next().await.transpose()?.is_some() {}
        Ok::<_, Error>(())
    };
    // A client that is gone needs no farewell.
    let _ = tokio::time::timeout(CLOSE_WAIT, farewell).await;
}

/// The two ends of a connection: for the session and for [`relay`].
pub fn connection() -> (Connection, mpsc::Sender<Bytes>, mpsc::Receiver<ToClient>) {
    let (from_client, frames) = mpsc::channel(QUEUE);
    let (socket, to_client) = mpsc::channel(QUEUE);
    (Connection { frames, socket }, from_client, to_client)
}

/// Carries frames until the socket or the session's end of the connection is gone. Reading and writing do
/// not wait for each other: a client that reads nothing while it writes must not stall both.
pub async fn relay<S>(
    socket: WebSocketStream<S>,
    from_client: mpsc::Sender<Bytes>,
    mut to_client: mpsc::Receiver<ToClient>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sink, mut stream) = socket.split();
    let mut reading = pin!(async {
        while let Some(Ok(message)) = stream.next().await {
            let frame = match message {
                Message::Binary(frame) => frame,
                Message::Text(text) => text.into(),
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => continue,
            };
            // After the session has closed its end, what still comes is read for the sake of the close.
            let _ = from_client.send(frame).await;
        }
    });
    let writing = async {
        let mut batch = Vec::with_capacity(QUEUE);
        while to_client.recv_many(&mut batch, QUEUE).await > 0 {
            for item in batch.drain(..) {
                match item {
                    ToClient::Frame(frame) => sink.feed(Message::Binary(frame)).await?,
                    ToClient::Close => {
                        let frame = CloseFrame { code: CloseCode::Normal, reason: "Bye".into() };
                        sink.send(Message::Close(Some(frame))).await?;
                        return Ok(true);
                    }
                }
            }
            sink.flush().await?;
        }
        Ok::<_, Error>(false)
    };
    tokio::select! {
        () = &mut reading => {}
        closed = writing => if matches!(closed, Ok(true)) {
            let _ = tokio::time::timeout(CLOSE_WAIT, reading).await;
        },
    }
}
