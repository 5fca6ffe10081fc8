//! How a forward ends, at every stage: nothing is left on the far side, and the reason is told.

use std::io::{Read, Write};
use std::sync::Mutex;

use opsctl_engine::session::SessionType;
use serde_json::json;

use super::*;
use crate::support::session_aws::{granting, signed_in_to, token};
use crate::support::{FakeAws, Gateway, Node, Reply, SESSION_ID, hang_ups_are_ignored};

const ENDS: [(Signal, i32); 3] = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)];

#[test]
fn each_signal_ends_the_sessions_and_closes_the_ports() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let echo = echo();
    for (signal, code) in ENDS {
        if signal == Signal::HUP && hang_ups_are_ignored() {
            continue;
        }
        let args = ["-L", &format!("0:{echo}"), "-L", &format!("0:{echo}"), "--sessions", "2"];
        let mut forward = Running::forward(&sealed, &args);
        let (port, _) = (forward.port(), forward.port());
        let mut open = connect(port);
        said_back(&mut open, b"one");
        assert_eq!(open_sessions(&sealed), 4);
        forward.send(signal);
        assert_eq!(forward.end().0, code);
        assert!(read_all(&open).map_or(true, |rest| rest.is_empty()));
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the port is open");
        assert_eq!(open_sessions(&sealed), 0, "{signal:?}");
    }
    let (code, said) = Running::forward(&sealed, &["-L", "0:80", "--timeout", "1s"]).end();
    assert_eq!((code, said.as_str()), (8, "error: gave up at the limit of --timeout\n"));
    assert_eq!(open_sessions(&sealed), 0);
}

/// Ctrl-C comes while StartSession is under way: the session that AWS grants all the same is ended.
#[test]
fn an_interrupted_start_leaves_no_session() {
    let gateway = Gateway::start(|_| {});
    let (asked, was_asked) = channel();
    let (answer, may_answer) = channel::<()>();
    let (asked, may_answer) = (Mutex::new(asked), Mutex::new(may_answer));
    let url = gateway.stream_url();
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "StartSession" => {
            asked.lock().unwrap().send(()).unwrap();
            let _ = may_answer.lock().unwrap().recv();
            Reply::json(json!({ "SessionId": SESSION_ID, "StreamUrl": url, "TokenValue": token(0) }))
        }
        _ => Reply::json(json!({ "SessionId": SESSION_ID })),
    });
    let sealed = signed_in_to(&aws);
    let verbs = [&["forward", "i-0123456789abcdef0", "-L", "0:80"][..], &["proxy", "i-0123456789abcdef0"]];
    for (number, verb) in (1..).zip(verbs) {
        let running = Running::start(sealed.command(["ssm"].iter().chain(verb)));
        was_asked.recv_timeout(LIMIT).unwrap();
        running.send(Signal::INT);
        answer.send(()).unwrap();
        assert_eq!(running.end(), (130, "error: interrupted\n".to_owned()), "{verb:?}");
        assert_eq!(aws.operations(), ["StartSession", "TerminateSession"].repeat(number), "{verb:?}");
    }
}

/// Ctrl-C comes while the agent is waited for.
#[test]
fn a_wait_for_the_agent_can_be_left() {
    let (came, has_come) = channel();
    let gateway = Gateway::start(move |door| {
        let peer = door.accept();
        came.send(()).unwrap();
        peer.wait_for_the_end();
    });
    let aws = granting(gateway.stream_url());
    let sealed = signed_in_to(&aws);
    let forward = Running::start(sealed.command(["ssm", "forward", "i-0123456789abcdef0", "-L", "0:80"]));
    has_come.recv_timeout(LIMIT).unwrap();
    forward.send(Signal::INT);
    assert_eq!(forward.end(), (130, "error: interrupted\n".to_owned()));
    assert_eq!(aws.operations(), ["StartSession", "TerminateSession"]);
    gateway.end();
}

/// The far side does not confirm, and the API does not answer: who asks twice waits for neither.
#[test]
fn a_second_signal_waits_for_nothing() {
    let (opened, is_open) = channel();
    let gateway = Gateway::start(move |door| {
        let peer = door.accept();
        opened.send(()).unwrap();
        peer.wait_for_the_end();
    });
    let (asked, was_asked) = channel();
    let asked = Mutex::new(asked);
    let url = gateway.stream_url();
    let aws = FakeAws::start(move |request| {
        if request.operation == "StartSession" {
            return Reply::json(json!({ "SessionId": SESSION_ID, "StreamUrl": url, "TokenValue": token(0) }));
        }
        asked.lock().unwrap().send(()).unwrap();
        loop {
            std::thread::park();
        }
    });
    let sealed = signed_in_to(&aws);
    let forward = Running::start(sealed.command(["ssm", "forward", "i-0123456789abcdef0", "-L", "0:80"]));
    is_open.recv_timeout(LIMIT).unwrap();
    forward.send(Signal::INT);
    was_asked.recv_timeout(LIMIT).unwrap();
    forward.send(Signal::TERM);
    // At the end of either wait, the first signal would be the reason.
    assert_eq!(forward.end().0, 143);
    gateway.end();
}

/// A node with a port session, until the test has done its part; then the session ends with `reason`.
fn ended_by_the_node(session_type: SessionType, kind: &'static str, reason: &'static str) -> (i32, String) {
    let gateway = Gateway::start(move |door| {
        let mut peer = door.accept();
        let mut node = Node::new(|options| {
            options.handshake = true;
            options.session_type = session_type;
            options.properties = json!({ "portNumber": "80", "type": kind });
        });
        node.connected();
        node.serve_until_started(&mut peer);
        node.close(peer, reason);
    });
    let aws = granting(gateway.stream_url());
    let sealed = signed_in_to(&aws);
    let forward = ["ssm", "forward", "i-0123456789abcdef0", "-L", "0:80", "--document", "Own"];
    Running::start(sealed.command(forward)).end()
}

#[test]
fn the_reason_of_the_far_side_is_the_reason() {
    for (reason, code, said) in [
        ("Your session timed out due to inactivity.", 8, "cause: Your session timed out due to inactivity."),
        ("it broke", 1, "cause: it broke"),
        ("", 1, "was ended"),
    ] {
        let (ended, stderr) = ended_by_the_node(SessionType::Port, "LocalPortForwarding", reason);
        assert_eq!(ended, code, "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn a_session_that_forwards_nothing_is_refused() {
    for (session_type, kind) in
        [(SessionType::StandardStream, "LocalPortForwarding"), (SessionType::Port, "")]
    {
        let gateway = Gateway::start(move |door| {
            let mut peer = door.accept();
            let mut node = Node::new(|options| {
                options.handshake = true;
                options.session_type = session_type;
                options.properties = json!({ "portNumber": "80", "type": kind });
            });
            node.connected();
            node.serve_until_started(&mut peer);
            peer.wait_for_the_end();
        });
        let aws = granting(gateway.stream_url());
        let sealed = signed_in_to(&aws);
        let forward = ["ssm", "forward", "i-0123456789abcdef0", "-L", "0:80", "--document", "Own"];
        let ran = sealed.run(forward).expect(2);
        assert!(ran.stderr.contains("the document "), "{ran:?}");
        assert_eq!(aws.operations(), ["StartSession", "TerminateSession"]);
        gateway.end();
    }
}

#[test]
fn sessions_that_somebody_ends_are_made_up_for_until_none_is_left() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{}", echo()), "--sessions", "2"]);
    let port = forward.port();
    let mut open = [connect(port), connect(port)];
    for stream in &mut open {
        said_back(stream, b"one");
    }
    let ids = session_ids(&sealed);
    sealed.run(["--sandbox", "ssm", "session", "terminate", &ids[0], "--yes"]).expect(0);
    forward.wait_for("has lost a session and has 1 left");
    let lost = open.iter_mut().filter_map(|stream| {
        stream.write_all(b"two").ok()?;
        stream.read_exact(&mut [0; 3]).ok()
    });
    assert_eq!(lost.count(), 1, "each session had one connection");
    said_back(&mut connect(port), b"three");
    sealed.run(["--sandbox", "ssm", "session", "terminate", &ids[1], "--yes"]).expect(0);
    let (code, said) = forward.end();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("error: the session on web-1 ("), "{said}");
}
