//! Who gets in, and what happens when a socket ends.

use super::client::socket;
use super::*;
use futures_util::{SinkExt as _, StreamExt as _};
use opsctl_engine::session::message::{Message as Frame, MessageType};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

fn open(token: &str) -> Message {
    let id = "2b9d64b4-2d3d-4d4f-8d3a-1f2e3d4c5b6a";
    Message::text(
        serde_json::json!({
            "MessageSchemaVersion": "1.0", "RequestId": id, "TokenValue": token, "ClientId": id, "ClientVersion": "1.2.694.0",
        })
        .to_string(),
    )
}

/// How the gateway answers these first frames.
async fn close_code(house: &House, session_id: &str, frames: Vec<Message>) -> Option<CloseCode> {
    let (mut socket, served) = socket(&house.sessions, session_id).await;
    for frame in frames {
        socket.send(frame).await.unwrap();
    }
    let mut code = None;
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Close(Some(frame)) = message {
            code = Some(frame.code);
        }
    }
    served.await.unwrap();
    code
}

#[tokio::test]
async fn only_the_token_opens_a_session() {
    let house = House::new();
    let started = house.start(SessionDocument::StandardStream);
    let other = house.start(SessionDocument::StandardStream);
    let id = started.session_id.as_str();
    let wrong = [
        ("no token", id, vec![open("")]),
        ("the token of another", id, vec![open(&other.token)]),
        ("an unknown session", "somebody-00000000000000000", vec![open(&started.token)]),
        ("not JSON", id, vec![Message::text("{")]),
        ("binary", id, vec![Message::binary(started.token.clone())]),
        (
            "another schema",
            id,
            vec![Message::text(format!(
                r#"{{"MessageSchemaVersion":"2.0","TokenValue":"{}"}}"#,
                started.token
            ))],
        ),
        ("a ping first", id, vec![Message::Ping("x".into()), open("no")]),
    ];
    for (name, session_id, frames) in wrong {
        assert_eq!(close_code(&house, session_id, frames).await, Some(CloseCode::Policy), "{name}");
    }
    assert_eq!(house.status(id), SessionStatus::Connecting, "none of them was a client");
    house.sessions.shutdown().await;
    assert_eq!(
        close_code(&house, id, vec![open(&started.token)]).await,
        Some(CloseCode::Policy),
        "it is over"
    );
}

#[tokio::test]
async fn a_client_that_says_nothing_is_sent_away() {
    let house = House::with(|_, limits| limits.first_frame = Duration::from_millis(50));
    let started = house.start(SessionDocument::StandardStream);
    assert_eq!(close_code(&house, &started.session_id, Vec::new()).await, Some(CloseCode::Policy));
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn frames_have_a_limit() {
    let house = House::new();
    let started = house.start(SessionDocument::StandardStream);
    let (mut socket, served) = socket(&house.sessions, &started.session_id).await;
    socket.send(open(&started.token)).await.unwrap();
    let (mut sink, mut stream) = socket.split();
    let reading = async { while let Some(Ok(_)) = stream.next().await {} };
    let huge = Message::binary(vec![0; 300 * 1024]);
    let _ = tokio::join!(sink.send(huge), reading, served);
    assert!(house.sessions.is_open(&started.session_id), "the session outlives the socket");
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn a_resumed_session_has_a_new_token_and_a_new_socket_replaces_the_old() {
    let house = House::new();
    let started = house.start(SessionDocument::StandardStream);
    let (mut first, first_served) = socket(&house.sessions, &started.session_id).await;
    first.send(open(&started.token)).await.unwrap();
    let greeting = first.next().await.unwrap().unwrap();
    assert!(greeting.is_binary());

    let token = house.sessions.resume(&started.session_id).unwrap().unwrap();
    assert_eq!(
        close_code(&house, &started.session_id, vec![open(&started.token)]).await,
        Some(CloseCode::Policy)
    );
    let (mut second, _) = socket(&house.sessions, &started.session_id).await;
    second.send(open(&token)).await.unwrap();
    let Message::Binary(frame) = second.next().await.unwrap().unwrap() else { panic!("a frame") };
    assert_eq!(Frame::decode(&frame).unwrap().message_type, MessageType::StartPublication);
    let Message::Binary(frame) = second.next().await.unwrap().unwrap() else { panic!("a frame") };
    assert_eq!(Frame::decode(&frame).unwrap().sequence, 0, "nothing was acknowledged: it comes again");

    while let Some(Ok(_)) = first.next().await {}
    first_served.await.unwrap();
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn an_unknown_session_cannot_be_resumed() {
    let house = House::new();
    let error = house.sessions.resume("somebody-00000000000000000").unwrap_err();
    assert_eq!(error.to_string(), "session somebody-00000000000000000 does not exist");
}

#[tokio::test]
async fn ids_look_as_those_of_aws_and_records_tell_who_and_why() {
    let house = House::new();
    let started = house.start(SessionDocument::StandardStream);
    let digits = started.session_id.strip_prefix("somebody-").unwrap();
    assert!(digits.len() == 17 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let [record] = &house.sessions.describe()[..] else { panic!("one record") };
    assert_eq!(record.owner, "arn:aws:iam::111122223333:user/somebody");
    assert_eq!((record.target.as_str(), record.reason.as_deref()), (NODE, Some("a test")));
    assert_eq!(record.status, SessionStatus::Connecting);
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn a_cut_loses_nothing_and_the_shell_goes_on_meanwhile() {
    let house = House::new();
    let mut client = house.command("seq 1 20000; read line; echo \"<$line>\"").await;
    client.until("\r\n100\r\n").await;
    client.cut();
    client.type_in("on we go\n");
    client.resume().await;
    assert_eq!(client.until_closed().await, "");
    let numbers: String = (1..=20_000).map(|number| format!("{number}\r\n")).collect();
    // The terminal echoes what is typed whenever that comes.
    let text = client.text().replacen("on we go\r\n", "", 1);
    assert_eq!(text, format!("{numbers}<on we go>\r\n"));
    assert_eq!(client.sockets_opened, 2);
}

#[tokio::test]
async fn a_lost_client_shows_in_the_record() {
    let house = House::new();
    let mut client = house.shell().await;
    client.until("$ ").await;
    client.cut();
    let mut status = house.sessions.entries()[0].status.clone();
    let disconnected = status.wait_for(|status| *status == SessionStatus::Disconnected);
    tokio::time::timeout(Duration::from_secs(20), disconnected).await.unwrap().unwrap();
    house.sessions.shutdown().await;
}
