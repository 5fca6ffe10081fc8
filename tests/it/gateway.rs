//! How `ssm connect` opens a data channel, against a scripted gateway: the signed upgrade, the first frame, and
//! every way of being turned away.

use std::net::TcpListener;

use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::session_aws::{connect, granting, signed_in_to, token};
use crate::support::{Gateway, Node, Peer, SESSION_ID};

/// A session that starts, greets and ends by itself.
fn greet(mut peer: Peer) {
    let mut node = Node::shell();
    node.connected();
    node.serve_until_started(&mut peer);
    node.say(b"welcome\r\n");
    node.close(peer, "");
}

#[test]
fn the_first_frame_opens_the_channel_with_its_keys_in_order() {
    let gateway = Gateway::start(|door| {
        let first = door.accept();
        let opening = first.opening.clone();
        drop(first);
        let second = door.accept();
        let openings = [opening, second.opening.clone()];
        greet(second);
        openings
    });
    let aws = granting(gateway.stream_url());
    connect(&aws, &[], "").expect(0);

    let openings = gateway.end().map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap());
    for (number, opening) in (0..).zip(&openings) {
        let keys: Vec<&String> = opening.as_object().unwrap().keys().collect();
        let expected = ["MessageSchemaVersion", "RequestId", "TokenValue", "ClientId", "ClientVersion"];
        assert_eq!(keys, expected);
        assert_eq!(opening["MessageSchemaVersion"], "1.0");
        assert_eq!(opening["TokenValue"], token(number));
    }
    let [first, second] = openings;
    assert_eq!(first["ClientId"], second["ClientId"], "one for the life of the client");
    assert_ne!(first["RequestId"], second["RequestId"]);
}

#[test]
fn the_upgrade_is_signed_and_its_address_is_kept_as_given() {
    let gateway = Gateway::start(|door| {
        let peer = door.accept();
        let upgrade = peer.upgrade.clone();
        greet(peer);
        upgrade
    });
    let aws = granting(gateway.stream_url());
    let mut sealed = signed_in_to(&aws);
    sealed.set("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLE");
    let ran = sealed.run(["ssm", "connect", "i-0123456789abcdef0"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("welcome\r\n", ""));

    let path = gateway.path();
    let upgrade = gateway.end();
    assert_eq!(upgrade.target, path);
    let authorization = upgrade.header("authorization").unwrap();
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"),
        "{authorization}"
    );
    assert!(authorization.contains("/eu-west-1/ssmmessages/aws4_request,"), "{authorization}");
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token"), "{authorization}");
    assert!(upgrade.header("x-amz-date").is_some());
    assert_eq!(upgrade.header("x-amz-security-token"), Some("FwoGZXIvYXdzEXAMPLE"));
    assert_eq!(upgrade.header("sec-websocket-protocol"), None);
}

#[test]
fn an_address_that_is_signed_already_is_not_signed_again_nor_resumed() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let upgrade = peer.upgrade.clone();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"welcome\r\n");
        node.serve_until_acknowledged(&mut peer);
        upgrade
    });
    let query = "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2Fx&X-Amz-Signature=00ff";
    let aws = granting(gateway.stream_url() + query);
    let ran = connect(&aws, &[], "").expect(1);
    assert_eq!(ran.stdout, "welcome\r\n");
    assert!(ran.stderr.contains("cannot be resumed"), "{ran:?}");

    let path = gateway.path();
    let upgrade = gateway.end();
    assert_eq!(upgrade.target, format!("{path}{query}"));
    assert_eq!(upgrade.header("authorization"), None);
    assert!(!aws.operations().contains(&"ResumeSession".to_owned()), "{:?}", aws.operations());
}

#[test]
fn a_refused_token_is_tried_three_times_and_named() {
    type TurnAway = fn(Peer);
    let ways: [(&str, TurnAway); 3] = [
        ("cut", drop),
        ("policy", |peer| peer.hang_up(CloseCode::Policy, "invalid token")),
        ("bye", |peer| peer.hang_up(CloseCode::Normal, "Bye")),
    ];
    for (name, turn_away) in ways {
        let gateway = Gateway::start(move |door| {
            for _ in 0..3 {
                turn_away(door.accept());
            }
        });
        let aws = granting(gateway.stream_url());
        let ran = connect(&aws, &[], "exit\n").expect(5);
        gateway.end();
        let error = format!("error: the data channel of session {SESSION_ID} is refused: ");
        assert!(ran.stderr.contains(&error), "{name}: {ran:?}");
        assert!(ran.stderr.contains("hint: the token was not accepted"), "{name}: {ran:?}");
        let operations = aws.operations();
        assert_eq!(operations[..3], ["StartSession", "ResumeSession", "ResumeSession"], "{name}");
        assert_eq!(operations[3..], ["TerminateSession"], "{name}: nothing of it stays behind");
    }
}

#[test]
fn a_forbidden_upgrade_names_the_missing_permission() {
    let gateway = Gateway::start(|door| door.refuse(403, "not \u{1b}[31mauthorized"));
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &[], "exit\n").expect(5);
    gateway.end();
    let error = format!("error: cannot open the data channel of session {SESSION_ID}\n");
    assert!(ran.stderr.starts_with(&error), "{ran:?}");
    let cause = "cause: the data channel was refused with status 403: not \\x1b[31mauthorized (request ";
    assert!(ran.stderr.contains(cause), "{ran:?}");
    assert!(ran.stderr.contains("hint: ssmmessages:OpenDataChannel"), "{ran:?}");
    assert_eq!(aws.operations(), ["StartSession", "TerminateSession"], "nothing of it stays behind");
}

#[test]
fn a_gateway_in_trouble_is_a_temporary_failure() {
    for status in [500, 503, 429] {
        let gateway = Gateway::start(move |door| door.refuse(status, ""));
        let aws = granting(gateway.stream_url());
        let ran = connect(&aws, &[], "exit\n").expect(75);
        gateway.end();
        assert!(ran.stderr.contains(&format!("refused with status {status} (request ")), "{ran:?}");
    }
}

#[test]
fn an_agent_that_never_answers_is_waited_for_in_bounds_and_the_session_is_terminated() {
    let gateway = Gateway::start(|door| door.accept().wait_for_the_end());
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--start-timeout", "1"], "exit\n").expect(75);
    gateway.end();
    assert!(ran.stderr.starts_with("error: i-0123456789abcdef0 has not answered within 1s\n"), "{ran:?}");
    assert_eq!(aws.operations(), ["StartSession", "TerminateSession"]);
}

/// 0.0.0.0 leads to this machine all the same, so that a connection would be seen.
#[test]
fn a_channel_without_encryption_is_only_opened_to_this_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let aws = granting(format!("ws://0.0.0.0:{port}/v1/data-channel/x?role=publish_subscribe"));
    let ran = connect(&aws, &[], "exit\n").expect(1);
    assert!(ran.stderr.contains("cause: the data channel is not encrypted"), "{ran:?}");
    assert!(listener.accept().is_err(), "something was connected");
}

#[test]
fn pings_of_the_gateway_are_answered() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        for payload in ["", "keepalive"] {
            peer.put(Message::Ping(payload.into()));
            peer.receive_pong(payload.as_bytes());
        }
        greet(peer);
    });
    let aws = granting(gateway.stream_url());
    connect(&aws, &[], "exit\n").expect(0);
    gateway.end();
}
