//! A data channel that is cut: brought back without losing a byte for as long as the session lives, and a plain
//! word when it does not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::session_aws::{connect, granting, granting_and_resuming, token};
use crate::support::{Gateway, Node, Peer, Ran, Reply, SESSION_ID};

/// A session that is cut after its first words, and whose ResumeSession is answered so.
fn cut_and_resume(resume: impl Fn() -> Reply + Send + Sync + 'static) -> Ran {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"welcome\r\n");
        node.serve_until_acknowledged(&mut peer);
    });
    let aws = granting_and_resuming(gateway.stream_url(), move |request| {
        assert_eq!(request.body, json!({ "SessionId": SESSION_ID }).to_string());
        resume()
    });
    let ran = connect(&aws, &[], "");
    gateway.end();
    assert_eq!(ran.stdout, "welcome\r\n", "what came before the cut is shown: {ran:?}");
    ran
}

#[test]
fn a_session_that_is_over_when_it_should_be_resumed_is_named_as_such() {
    type Answer = fn() -> Reply;
    let answers: [(&str, Answer); 3] = [
        ("no token", || Reply::json(json!({ "SessionId": SESSION_ID }))),
        ("empty token", || Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": "" }))),
        ("gone", || Reply::error(400, "DoesNotExistException", "Session does not exist")),
    ];
    for (name, answer) in answers {
        let ran = cut_and_resume(answer).expect(1);
        let error = format!("error: the session {SESSION_ID} has ended while the connection was down\n");
        assert!(ran.stderr.ends_with(&error), "{name}: {ran:?}");
        assert!(ran.stderr.contains("connection to i-0123456789abcdef0 lost ("), "{name}: {ran:?}");
    }
}

/// The token of a moment before opens no socket any more.
#[test]
fn a_session_that_ends_while_it_is_resumed_is_named_as_such() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        drop(peer);
        door.refuse(404, "no such session");
    });
    let asked = AtomicUsize::new(0);
    let aws =
        granting_and_resuming(gateway.stream_url(), move |_| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": token(1) })),
            _ => Reply::json(json!({ "SessionId": SESSION_ID })),
        });
    let ran = connect(&aws, &[], "").expect(1);
    let error = format!("error: the session {SESSION_ID} has ended while the connection was down\n");
    assert!(ran.stderr.ends_with(&error), "{ran:?}");
    gateway.end();
}

#[test]
fn a_resume_that_is_denied_names_the_permission_and_whose_sessions_it_usually_covers() {
    let denial =
        "User: arn:aws:sts::111122223333:assumed-role/ops/me is not authorized to perform: ssm:ResumeSession";
    let ran = cut_and_resume(move || Reply::error(400, "AccessDeniedException", denial)).expect(5);
    assert!(ran.stderr.contains(&format!("error: cannot resume the session {SESSION_ID}\n")), "{ran:?}");
    assert!(ran.stderr.contains("not authorized to perform: ssm:ResumeSession"), "{ran:?}");
    assert!(
        ran.stderr.contains("hint: ssm:ResumeSession is often allowed on session/${aws:username}-*"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("session/${aws:userid}-*"), "{ran:?}");
}

#[test]
fn a_resume_that_fails_for_a_moment_is_tried_again() {
    let gateway = Gateway::start(|door| {
        drop(door.accept());
        door.refuse(503, "");
        let peer = door.accept();
        let opening = peer.opening.clone();
        let mut node = Node::shell();
        node.connected();
        node.close(peer, "");
        opening
    });
    let calls = std::sync::atomic::AtomicU32::new(0);
    let aws = granting_and_resuming(gateway.stream_url(), move |_| {
        match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            // As many as one call tries.
            0..3 => Reply::error(500, "InternalServerError", "try again"),
            number => Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": token(number) })),
        }
    });
    connect(&aws, &["--max-attempts", "3"], "").expect(0);
    assert!(gateway.end().contains(&token(4)), "the newest token opens the channel");
}

/// Temporary credentials expire within the hour, just when the service cuts the socket.
#[test]
fn credentials_that_have_expired_may_be_renewed_while_resuming() {
    let gateway = Gateway::start(|door| {
        drop(door.accept());
        let peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.close(peer, "");
    });
    let calls = std::sync::atomic::AtomicU32::new(0);
    let aws = granting_and_resuming(gateway.stream_url(), move |_| {
        match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0..2 => Reply::error(400, "ExpiredTokenException", "The security token has expired"),
            number => Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": token(number) })),
        }
    });
    let ran = connect(&aws, &[], "").expect(0);
    assert!(ran.stderr.contains("still resuming the session on"), "{ran:?}");
    gateway.end();
}

#[test]
fn a_resume_may_lead_to_another_address() {
    let new = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"moved\r\n");
        node.close(peer, "");
    });
    let old = Gateway::start(|door| drop(door.accept()));
    let url = new.stream_url();
    let aws = granting_and_resuming(old.stream_url(), move |_| {
        Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": token(1), "StreamUrl": url }))
    });
    assert_eq!(connect(&aws, &[], "").expect(0).stdout, "moved\r\n");
    old.end();
    new.end();
}

/// The service closes every socket after an hour.
#[test]
fn a_bye_in_the_middle_of_a_session_loses_nothing() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"before\r\n");
        node.serve_until_typed(&mut peer, "first\n");
        node.disconnected();
        // Said into the gap.
        node.say(b"between\r\n");
        peer.hang_up(CloseCode::Normal, "Bye");
        let mut peer = door.accept();
        node.connected();
        node.say(b"after\r\n");
        node.serve_until_typed(&mut peer, "second\n");
        let typed = node.typed.clone();
        node.close(peer, "");
        typed
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--no-eof"], "first\nsecond\n").expect(0);
    assert_eq!(gateway.end(), b"first\nsecond\n");
    assert_eq!(ran.stdout, "before\r\nbetween\r\nafter\r\n");
    let node = "connection to i-0123456789abcdef0";
    let expected = format!("{node} lost (closed with 1000 Bye), resuming...\n{node} resumed\n");
    assert_eq!(ran.stderr, expected);
}

/// Each moment of a start, with what the gateway has seen and said by then.
#[test]
fn a_cut_at_any_moment_of_the_handshake_is_mended() {
    type Moment = fn(&mut Node, &mut Peer);
    let moments: [(&str, Moment); 5] = [
        ("before any frame", |_, _| {}),
        ("after the request", |node, peer| send_all(node, peer)),
        ("after the answer, which nobody acknowledges", |node, peer| {
            send_all(node, peer);
            receive_input(node, peer);
        }),
        ("after the end of the handshake, unread", |node, peer| {
            node.serve(peer, "the handshake is done", |node| node.ready);
        }),
        ("after the first words, unacknowledged", |node, peer| {
            node.serve_until_started(peer);
            node.say(b"hello\r\n");
            send_all(node, peer);
        }),
    ];
    for (name, until) in moments {
        let gateway = Gateway::start(move |door| {
            let mut peer = door.accept();
            let mut node = Node::with_handshake();
            node.connected();
            until(&mut node, &mut peer);
            drop(peer);
            node.disconnected();
            let mut peer = door.accept();
            node.connected();
            node.serve_until_started(&mut peer);
            node.say(b"done\r\n");
            node.serve_until_typed(&mut peer, "exit\n");
            node.close(peer, "");
        });
        let aws = granting(gateway.stream_url());
        let ran = connect(&aws, &["--no-eof"], "exit\n").expect(0);
        gateway.end();
        assert!(["done\r\n", "hello\r\ndone\r\n"].contains(&ran.stdout.as_str()), "{name}: {ran:?}");
        assert!(ran.stderr.contains(" lost (") && ran.stderr.ends_with(" resumed\n"), "{name}: {ran:?}");
    }
}

/// The acknowledgements of the first socket are lost: the agent sends everything again, newest first, and must
/// be told again.
#[test]
fn old_numbers_in_reversed_order_are_acknowledged_again_and_shown_once() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        for number in 0..5 {
            node.say(format!("line {number}\r\n").as_bytes());
        }
        send_all(&mut node, &mut peer);
        for _ in 0..5 {
            await_frame(&mut peer, b"acknowledge ");
        }
        drop(peer);
        node.disconnected();
        let mut peer = door.accept();
        node.connected();
        node.say(b"line 5\r\n");
        let frames = node.frames();
        assert_eq!(frames.len(), 6, "all of it is unacknowledged");
        for frame in frames.into_iter().rev() {
            peer.send(frame);
        }
        node.close(peer, "");
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--no-eof"], "").expect(0);
    gateway.end();
    let expected: String = (0..6).map(|number| format!("line {number}\r\n")).collect();
    assert_eq!(ran.stdout, expected);
}

fn send_all(node: &mut Node, peer: &mut Peer) {
    for frame in node.frames() {
        peer.send(frame);
    }
}

/// The client's next message of this type.
fn await_frame(peer: &mut Peer, message_type: &[u8]) -> Bytes {
    for _ in 0..1000 {
        let frame = peer.receive(Duration::from_secs(1)).unwrap();
        if let Some(frame) = frame.filter(|frame| frame[4..].starts_with(message_type)) {
            return frame;
        }
    }
    panic!("no {}", String::from_utf8_lossy(message_type));
}

/// Takes one message of the client, and says nothing to it.
fn receive_input(node: &mut Node, peer: &mut Peer) {
    let frame = await_frame(peer, b"input_stream_data ");
    let now = node.now();
    node.agent.receive(frame, now);
}
