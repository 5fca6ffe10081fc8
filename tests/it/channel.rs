//! What an open data channel has to bear: frames in the gap, frames that are none, input that is refused for a
//! while, and the ways a session is closed.

use bytes::{BufMut, Bytes, BytesMut};
use opsctl_engine::random::Random;
use opsctl_engine::session::message::{FLAG_SYN_FIN, Message as Frame, MessageType, PayloadType};
use opsctl_engine::session::{Moment, service};
use tokio_tungstenite::tungstenite::Message;

use crate::support::session_aws::{connect, granting};
use crate::support::{Gateway, Node, Ran};

/// A whole session with a handshake, whose every frame goes through `around`.
fn session_with(around: impl FnMut(Bytes) -> Vec<Message> + Send + 'static, payload_size: usize) -> Ran {
    let gateway = Gateway::start(move |door| {
        let mut peer = door.accept();
        peer.put_around(around);
        let mut node = Node::new(|options| {
            options.handshake = true;
            options.payload_size = payload_size;
        });
        node.connected();
        node.serve_until_started(&mut peer);
        for _ in 0..4 {
            node.say(&[b'x'; 16 * 1024]);
        }
        node.serve_until_typed(&mut peer, "exit\n");
        node.close(peer, "");
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--no-eof"], "exit\n").expect(0);
    gateway.end();
    assert!(ran.stdout == "x".repeat(64 * 1024), "{} bytes", ran.stdout.len());
    assert_eq!(ran.stderr, "");
    ran
}

#[test]
fn payloads_of_16_kib_are_taken() {
    session_with(|frame| vec![Message::Binary(frame)], 16 * 1024);
}

#[test]
fn a_longer_header_is_read() {
    let around = |frame: Bytes| {
        let mut longer = BytesMut::new();
        longer.put_u32(120);
        longer.put_slice(&frame[4..116]);
        longer.put_slice(b"more");
        longer.put_slice(&frame[116..]);
        vec![Message::Binary(longer.freeze())]
    };
    session_with(around, 1024);
}

/// The reference client loses its session to one frame more after HandshakeComplete.
#[test]
fn foreign_frames_around_every_frame_disturb_nothing() {
    for (name, noise) in noises() {
        let around = move |frame: Bytes| vec![noise.clone(), Message::Binary(frame), noise.clone()];
        eprintln!("around every frame: {name}");
        session_with(around, 1024);
    }
}

fn noises() -> Vec<(&'static str, Message)> {
    let moment = Moment { elapsed: std::time::Duration::ZERO, unix_ms: 1 };
    let ids = &mut Random::new([3; 32]);
    let pause = service::pause_publication(ids, moment);
    let start = service::start_publication(ids, moment);
    let acknowledgement = frame(
        MessageType::Acknowledge,
        br#"{"AcknowledgedMessageType":"input_stream_data","AcknowledgedMessageId":"00000000-0000-4000-8000-000000000000","AcknowledgedMessageSequenceNumber":4711,"IsSequentialMessage":true}"#,
    );
    let mut unknown = [b' '; 32];
    unknown[..9].copy_from_slice(b"new_thing");
    let mut endless = BytesMut::from(&acknowledgement[..]);
    endless[..4].copy_from_slice(&u32::MAX.to_be_bytes());
    let flipped = {
        let mut output = BytesMut::from(&frame(MessageType::OutputStreamData, b"never shown")[..]);
        let last = output.len() - 1;
        output[last] ^= 1;
        output.freeze()
    };
    let binary = Message::Binary;
    vec![
        ("an acknowledgement of nothing", binary(acknowledgement.clone())),
        ("an acknowledgement without sense", binary(frame(MessageType::Acknowledge, b"[]"))),
        ("a pause", binary(pause)),
        ("a start", binary(start)),
        ("a type of tomorrow", binary(frame(MessageType::Other(unknown), b"{}"))),
        ("a message of the other direction", binary(frame(MessageType::InputStreamData, b"x"))),
        ("a close without sense", binary(frame(MessageType::ChannelClosed, b"null"))),
        ("a wrong digest", binary(flipped)),
        ("a truncated header", binary(acknowledgement.slice(..119))),
        ("a truncated payload", binary(acknowledgement.slice(..130))),
        ("an endless header", binary(endless.freeze())),
        ("nothing", binary(Bytes::new())),
        ("a text", Message::text("upstream error \u{1b}[2J")),
        ("a ping", Message::Ping(Bytes::from_static(b"x"))),
        ("a pong nobody asked for", Message::Pong(Bytes::from_static(b"x"))),
    ]
}

/// A frame of no stream's number.
fn frame(message_type: MessageType, payload: &'static [u8]) -> Bytes {
    let frame = Frame {
        message_type,
        schema_version: 1,
        created_ms: 1,
        sequence: 0,
        flags: FLAG_SYN_FIN,
        id: Random::new([4; 32]).uuid(),
        payload_type: PayloadType::NONE,
        payload: Bytes::from_static(payload),
    };
    frame.encode()
}

#[test]
fn size_and_input_come_again_until_the_terminal_of_the_node_is_ready() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.say(b"welcome\r\n");
        node.serve(&mut peer, "input is refused", |node| node.agent.stats().refused >= 6);
        assert!(node.typed.is_empty() && node.sizes.is_empty());
        node.agent.accept_input(true);
        node.serve_until_typed(&mut peer, "exit\n");
        let seen = (node.typed.clone(), node.sizes.clone());
        node.close(peer, "");
        seen
    });
    let aws = granting(gateway.stream_url());
    connect(&aws, &["--no-eof"], "whoami\nexit\n").expect(0);
    assert_eq!(gateway.end(), (b"whoami\nexit\n".to_vec(), vec![(300, 100)]));
}

/// A shell that is closed with this text.
fn closed_with(reason: &'static str) -> Ran {
    let gateway = Gateway::start(move |door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"welcome\r\n");
        node.close(peer, reason);
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &[], "");
    gateway.end();
    assert_eq!(ran.stdout, "welcome\r\n", "{ran:?}");
    ran
}

#[test]
fn the_reason_of_a_close_is_the_cause_of_the_failure() {
    let reason = "----------ERROR-------\nUnable to start shell: \u{1b}]0;pwned\u{7} no such user\n";
    let ran = closed_with(reason).expect(1);
    assert_eq!(
        ran.stderr,
        "error: the session on i-0123456789abcdef0 was ended\n  \
           cause: ----------ERROR-------\n         \
                  Unable to start shell: \\x1b]0;pwned\\x07 no such user\n"
    );
}

#[test]
fn an_idle_session_has_its_own_exit_code() {
    let ran = closed_with("Your session timed out due to inactivity.").expect(8);
    assert!(ran.stderr.contains("cause: Your session timed out due to inactivity.\n"), "{ran:?}");
}

#[test]
fn a_close_without_a_reason_is_a_normal_end() {
    for reason in ["", " \n"] {
        assert_eq!(closed_with(reason).expect(0).stderr, "");
    }
}

/// A session can be closed before it has started: the agent could not start its shell.
#[test]
fn a_close_before_the_start_is_told() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::with_handshake();
        let closed = node.closed_frame("handshake with the client failed");
        peer.send(closed);
        peer.wait_for_the_end();
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &[], "exit\n").expect(1);
    gateway.end();
    assert!(ran.stderr.contains("cause: handshake with the client failed\n"), "{ran:?}");
}

#[test]
fn a_close_that_overtakes_the_last_words_does_not_swallow_them() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        for number in 0..20 {
            node.say(format!("line {number}\r\n").as_bytes());
        }
        let mut frames = node.frames();
        frames.reverse();
        let closed = node.closed_frame("");
        peer.send(closed);
        for frame in frames {
            peer.send(frame);
        }
        peer.wait_for_the_end();
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--no-eof"], "").expect(0);
    gateway.end();
    let expected: String = (0..20).map(|number| format!("line {number}\r\n")).collect();
    assert_eq!(ran.stdout, expected);
}

/// Nothing can bring it back any more; a program must not take what there is for everything.
#[test]
fn output_that_is_lost_at_the_close_is_a_failure() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        for number in 0..4 {
            node.say(format!("line {number}\r\n").as_bytes());
        }
        let mut frames = node.frames();
        frames.remove(2);
        for frame in frames {
            peer.send(frame);
        }
        let closed = node.closed_frame("");
        peer.send(closed);
        peer.wait_for_the_end();
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--no-eof"], "").expect(1);
    gateway.end();
    assert_eq!(ran.stdout, "line 0\r\nline 1\r\n");
    let error = "error: the session on i-0123456789abcdef0 was closed before all of its output came\n";
    assert!(ran.stderr.starts_with(error), "{ran:?}");
}
