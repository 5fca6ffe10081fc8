//! `alarm watch`: changes as lines and as records, the board, waiting for a state, how often it asks.

use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{Alarm, CloudWatch};
use crate::support::{Reply, Terminal, until};

fn start(cloudwatch: &CloudWatch, line: &[&str]) -> Child {
    let mut command = cloudwatch.sealed.command(["alarm", "watch"].iter().chain(line));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

impl CloudWatch {
    /// After this an alarm is in another state.
    fn change(&self, name: &str, state: &str) {
        let mut alarms = self.alarms.lock().unwrap();
        let alarm = alarms.iter_mut().find(|alarm| alarm.name() == name).unwrap();
        alarm.document["StateValue"] = json!(state);
        alarm.document["StateReason"] = json!(format!("now {state}"));
        alarm.document["StateTransitionedTimestamp"] = json!("2026-11-22T11:59:00Z");
    }

    fn wait_for_looks(&self, count: usize) {
        until(|| (self.aws.requests().len() >= count).then_some(()));
    }
}

fn two() -> CloudWatch {
    CloudWatch::of(vec![Alarm::metric("cpu", "OK"), Alarm::metric("disk", "OK")])
}

#[test]
fn changes_are_lines_and_an_interrupt_ends_the_watch() {
    let cloudwatch = two();
    let child = start(&cloudwatch, &["--interval", "100ms"]);
    cloudwatch.wait_for_looks(1);
    cloudwatch.change("cpu", "ALARM");
    cloudwatch.wait_for_looks(3);
    cloudwatch.alarms.lock().unwrap().retain(|alarm| alarm.name() != "disk");
    cloudwatch.wait_for_looks(6);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert_eq!(output.stdout, b"");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "2 alarms: 2 OK",
            "2026-11-22T11:59:00Z  cpu  OK -> ALARM: now ALARM",
            "2026-11-22T12:00:00Z  disk  deleted",
        ]
    );
    assert!(lines[3].contains("no longer waiting for changes of the alarms"), "{told}");
}

#[test]
fn changes_are_records_for_who_asks_for_them() {
    let cloudwatch = two();
    let child = start(&cloudwatch, &["--interval", "100ms", "-o", "ndjson", "--limit", "1"]);
    cloudwatch.wait_for_looks(1);
    cloudwatch.change("disk", "INSUFFICIENT_DATA");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let change: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        change,
        json!({
            "at": "2026-11-22T11:59:00Z", "name": "disk", "from": "OK", "to": "INSUFFICIENT_DATA",
            "reason": "now INSUFFICIENT_DATA",
        })
    );
}

#[test]
fn a_state_is_waited_for_by_all_or_by_one() {
    let cloudwatch = two();
    let ran = cloudwatch.sealed.run(["alarm", "watch", "cpu", "--for-state", "ok"]).expect(0);
    assert_eq!(ran.stderr, "1 alarm: OK\ncpu is OK\n");
    let line = ["alarm", "watch", "*", "--for-state", "alarm", "--timeout", "2s", "--interval", "100ms"];
    let ran = cloudwatch.sealed.run(line).expect(8);
    assert!(ran.stderr.contains("waiting for * to be ALARM"), "{ran:?}");
    assert!(ran.stderr.contains("opsctl alarm watch '*' --for-state ALARM"), "{ran:?}");
    cloudwatch.change("cpu", "ALARM");
    let ran = cloudwatch.sealed.run(line).expect(8);
    assert!(ran.stderr.contains("2 alarms: 1 ALARM, 1 OK"), "{ran:?}");
    let ran = cloudwatch.sealed.run(["alarm", "watch", "*", "--for-state", "alarm", "--any"]).expect(0);
    assert!(ran.stderr.ends_with("an alarm is ALARM\n"), "{ran:?}");
    let before = cloudwatch.aws.requests().len();
    let child = start(&cloudwatch, &["cpu", "disk", "--for-state", "alarm", "--interval", "100ms"]);
    cloudwatch.wait_for_looks(before + 2);
    cloudwatch.change("disk", "ALARM");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().ends_with("every alarm is ALARM\n"));
    assert_eq!(cloudwatch.inputs("DescribeAlarms").last().unwrap()["AlarmNames"], json!(["cpu", "disk"]));
}

#[test]
fn what_is_not_there_cannot_be_waited_for() {
    let cloudwatch = two();
    let ran = cloudwatch.sealed.run(["alarm", "watch", "cpu2", "--for-state", "ok"]).expect(3);
    assert!(ran.stderr.contains("did you mean cpu?"), "{ran:?}");
    let ran = cloudwatch.sealed.run(["alarm", "watch", "x*", "--for-state", "ok"]).expect(3);
    assert!(ran.stderr.contains("no alarm is like x*"), "{ran:?}");
    let ran = CloudWatch::of(Vec::new()).sealed.run(["alarm", "watch", "--for-state", "ok"]).expect(3);
    assert!(ran.stderr.contains("there is no alarm to wait for"), "{ran:?}");
    cloudwatch.sealed.run(["alarm", "watch", "--any"]).expect(2);
}

#[test]
fn throttling_is_no_end() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], move |_| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (number < 2).then(|| Reply::cbor_error(400, "Throttling", "Rate exceeded"))
    });
    let line = ["alarm", "watch", "--for-state", "ok", "--interval", "100ms", "--max-attempts", "1"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    assert!(ran.stderr.ends_with("every alarm is OK\n"), "{ran:?}");
    assert_eq!(cloudwatch.aws.requests().len(), 3);
}

#[test]
fn a_thousand_alarms_are_ten_calls_a_look() {
    let alarms = (0..1000).map(|number| Alarm::metric(&format!("a{number}"), "OK")).collect();
    let cloudwatch = CloudWatch::of(alarms);
    cloudwatch.sealed.run(["alarm", "watch", "--for-state", "ok"]).expect(0);
    assert_eq!(cloudwatch.aws.requests().len(), 10);
}

#[test]
fn on_a_terminal_there_is_a_board_with_what_is_in_alarm_first() {
    let cloudwatch = two();
    cloudwatch.change("disk", "ALARM");
    let line = ["alarm", "watch", "--interval", "100ms"];
    let mut terminal = Terminal::opsctl(&cloudwatch.sealed, (100, 30), &line);
    let screen = terminal.wait_for("cpu");
    assert!(screen.contains("2 alarms: 1 ALARM, 1 OK"), "{screen}");
    assert!(screen.find("disk").unwrap() < screen.find("cpu").unwrap(), "{screen}");
    assert!(screen.contains("1m 0s") && screen.contains("1h 59m"), "{screen}");
    cloudwatch.change("cpu", "ALARM");
    terminal.wait_for("cpu  OK -> ALARM: now ALARM");
    kill_process(terminal.pid(), Signal::INT).unwrap();
    let (screen, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{screen}");
}
