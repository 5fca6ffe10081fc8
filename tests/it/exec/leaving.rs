//! Leaving at every stage: the far session is ended, whoever asked for the end and whenever.

use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{ONE_NODE, assert_gone, exec, process_of, rehearse, wait_until};
use crate::support::session_aws::{granting, signed_in_to, token};
use crate::support::{FakeAws, Gateway, Reply, SESSION_ID, Sealed};

const ID: &str = "i-0123456789abcdef0";

fn start(sealed: &Sealed, words: &[&str]) -> Child {
    let mut command = sealed.command(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn ended_with(child: Child, code: i32, stderr: &str) {
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), stderr);
}

#[test]
fn while_the_session_is_asked_for() {
    for way in [&[][..], &["--pty"]] {
        let (asked, was_asked) = channel();
        let (go, may_go) = channel::<()>();
        let (asked, may_go) = (Mutex::new(asked), Mutex::new(may_go));
        let aws = FakeAws::start(move |request| match request.operation.as_str() {
            "StartSession" => {
                asked.lock().unwrap().send(()).unwrap();
                // Until the test has sent its signal.
                let _ = may_go.lock().unwrap().recv();
                Reply::json(json!({
                    "SessionId": SESSION_ID, "StreamUrl": "ws://127.0.0.1:9/v1/x", "TokenValue": token(0),
                }))
            }
            "TerminateSession" => Reply::json(json!({ "SessionId": SESSION_ID })),
            other => Reply::error(400, "UnknownOperationException", other),
        });
        let sealed = signed_in_to(&aws);
        let child = start(&sealed, &[&["ssm", "exec", ID], way, &["--", "true"]].concat());
        was_asked.recv().unwrap();
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        go.send(()).unwrap();
        ended_with(child, 130, "error: interrupted\n");
        assert_eq!(aws.operations(), ["StartSession", "TerminateSession"], "{way:?}");
    }
}

#[test]
fn while_the_node_does_not_answer() {
    for (signal, code, told) in
        [(Signal::INT, 130, "error: interrupted\n"), (Signal::TERM, 143, "error: terminated\n")]
    {
        let (opened, is_open) = channel();
        let gateway = Gateway::start(move |door| {
            let peer = door.accept();
            opened.send(()).unwrap();
            peer.wait_for_the_end();
        });
        let aws = granting(gateway.stream_url());
        let sealed = signed_in_to(&aws);
        let child = start(&sealed, &["ssm", "exec", ID, "--", "true"]);
        is_open.recv().unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        ended_with(child, code, told);
        gateway.end();
        assert_eq!(aws.operations(), ["StartSession", "TerminateSession"]);
    }
}

#[test]
fn a_node_that_never_answers_is_given_up() {
    let gateway = Gateway::start(|door| {
        // One socket each: the session is left, and then ended.
        for _ in 0..2 {
            door.accept().wait_for_the_end();
        }
    });
    let aws = granting(gateway.stream_url());
    let sealed = signed_in_to(&aws);
    let words =
        ["ssm", "exec", ID, "i-0123456789abcdef1", "--max-concurrency", "1", "--start-timeout", "300ms"];
    let ran = sealed.run([&words[..], &["--", "true"]].concat()).expect(255);
    assert!(ran.stderr.contains("has not answered within 300ms"), "{ran:?}");
    assert!(ran.stderr.ends_with("2 of 2 nodes failed\n"), "{ran:?}");
    gateway.end();
}

#[test]
fn in_the_middle_of_its_output() {
    for (signal, code, told) in [
        (Signal::INT, 130, "error: interrupted\n"),
        (Signal::TERM, 143, "error: terminated\n"),
        (Signal::HUP, 129, "error: the terminal was closed\n"),
    ] {
        if signal == Signal::HUP && crate::support::hang_ups_are_ignored() {
            continue;
        }
        let (sealed, sandbox) = rehearse(ONE_NODE);
        // Nobody reads what it says: the way out is open all the same.
        let child = start(&sealed, &exec(&["web-1", "--", "sh", "-c", "echo $$ > pid; exec yes"]));
        let yes = process_of(&sandbox, "web-1");
        kill_process(Pid::from_child(&child), signal).unwrap();
        ended_with(child, code, told);
        assert_gone(yes);
    }
}

#[test]
fn at_the_limit_of_all_waiting() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let script = "echo $$ > pid; exec sleep 988";
    let ran = sealed.run(exec(&["web-1", "--timeout", "2s", "--", "sh", "-c", script])).expect(255);
    assert_eq!(ran.stderr, "error: gave up at the limit of --timeout\n");
    assert_gone(process_of(&sandbox, "web-1"));
}

#[test]
fn the_second_signal_waits_for_nothing() {
    let gateway = Gateway::start(|door| door.accept().wait_for_the_end());
    let aws = granting(gateway.stream_url());
    let sealed = signed_in_to(&aws);
    let child = start(&sealed, &["ssm", "exec", ID, "--", "true"]);
    wait_until("the session is granted", || (!aws.operations().is_empty()).then_some(()));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let is_ending = || aws.operations().iter().any(|operation| operation == "TerminateSession");
    wait_until("the first signal is heard", || is_ending().then_some(()));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    drop(gateway);
}
