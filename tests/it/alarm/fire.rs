//! `alarm fire`: what runs, how it is told, and that everything is as it was afterwards.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::Mutex;

use aws_sdk_cloudwatch::types::StateValue;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::sandbox::Place;
use super::{Alarm, CloudWatch};
use crate::support::{Reply, Request, Terminal};

const PAGER: &str = "arn:aws:sns:us-east-1:111122223333:pager";

/// An alarm with an action, and a composite alarm over it with one for each of two states.
fn place(config: Option<&str>) -> Place {
    let place = Place::with(config);
    place.alarms.put("api-5xx", 5.0);
    place.alarms.with_client(async |client| {
        let call = client.put_composite_alarm().alarm_name("service").alarm_rule("ALARM(api-5xx)");
        call.alarm_actions(PAGER).ok_actions(PAGER).send().await.unwrap()
    });
    // The change of a child is what a composite alarm is judged at.
    place.alarms.set_state("api-5xx", StateValue::Ok);
    place
}

impl Place {
    fn state(&self, name: &str) -> String {
        self.run(&["show", name, "--columns", "state", "-o", "text"]).expect(0).stdout.trim().to_owned()
    }

    /// The changes of its state, the newest first.
    fn changes(&self, name: &str) -> Vec<String> {
        let shown = self.run(&["history", name, "--type", "state", "-o", "json"]).expect(0).json();
        let items = shown["items"].as_array().unwrap().iter();
        items
            .map(|it| format!("{}: {}", it["to"].as_str().unwrap(), it["reason"].as_str().unwrap()))
            .collect()
    }

    /// `alarm fire`, and its stderr up to the line that begins so.
    fn firing(&self, line: &str, until: &str) -> (Child, BufReader<std::process::ChildStderr>) {
        let words = ["--sandbox", "alarm", "fire"].into_iter().chain(line.split(' '));
        let mut command = self.sealed.command(words);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut read = String::new();
        while !read.lines().last().is_some_and(|line| line.starts_with(until)) {
            assert!(stderr.read_line(&mut read).unwrap() > 0, "it has ended: {read}");
        }
        (child, stderr)
    }
}

fn ended(mut child: Child, mut stderr: impl Read) -> (Option<i32>, String) {
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

#[test]
fn the_actions_of_a_metric_alarm_are_tried_and_it_is_put_back() {
    let place = place(None);
    let ran = place
        .run(&["fire", "api-5xx", "--state", "alarm", "--reason", "drill", "-y", "-o", "json"])
        .expect(0);
    let document = ran.json();
    assert_eq!(document["kind"], "alarm.fire");
    assert_eq!(document["items"][0]["action"], PAGER);
    assert_eq!(
        (&document["items"][0]["state"], &document["items"][0]["isFailed"]),
        (&json!("ALARM"), &json!(false))
    );
    assert_eq!(
        ran.stderr,
        format!(
            "service is above api-5xx, and may change its state too, and run {PAGER}\napi-5xx is ALARM\n\
             succeeded  {PAGER}\napi-5xx is OK again\n"
        )
    );
    assert_eq!((place.state("api-5xx"), place.state("service")), ("OK".to_owned(), "OK".to_owned()));
    let changes = place.changes("api-5xx");
    assert!(changes[0].starts_with("OK: put back after a test by opsctl "), "{changes:?}");
    assert!(
        changes[1].starts_with("ALARM: test by opsctl ") && changes[1].ends_with(": drill"),
        "{changes:?}"
    );
}

#[test]
fn a_composite_alarm_is_put_back_because_nothing_else_would() {
    let place = place(None);
    let ran = place.alarm("fire service --state alarm -y").expect(0);
    let expected = format!("service is ALARM\nsucceeded  {PAGER}\nservice is OK again\nsucceeded  {PAGER}\n");
    assert_eq!(ran.stderr, expected);
    assert_eq!(place.state("service"), "OK");
    let rows = place.alarm("fire service --state alarm -y -o json").expect(0).json()["items"].clone();
    let states: Vec<&Value> = rows.as_array().unwrap().iter().map(|row| &row["state"]).collect();
    assert_eq!(states, ["ALARM", "OK"]);
    let ran = place.alarm("fire service --state alarm --keep -y").expect(0);
    assert_eq!(
        ran.stderr,
        format!(
            "service is ALARM\nsucceeded  {PAGER}\nservice stays ALARM until an alarm of its rule changes\n\
             hint: opsctl --sandbox alarm fire service --state OK --keep puts it back\n"
        )
    );
    assert_eq!(place.state("service"), "ALARM");
    place.alarm("fire service --state OK --keep -y").expect(0);
    assert_eq!(place.state("service"), "OK");
}

#[test]
fn signals_put_it_back_first() {
    let place = place(None);
    for (signal, code, said) in
        [(Signal::INT, 130, "error: interrupted\n"), (Signal::TERM, 143, "error: terminated\n")]
    {
        let (child, stderr) = place.firing("service --state alarm --hold 1h -y", "service is ALARM");
        assert_eq!(place.state("service"), "ALARM");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let (status, rest) = ended(child, stderr);
        assert_eq!(status, Some(code), "{rest}");
        assert!(rest.ends_with(&format!("service is OK again\n{said}")), "{rest}");
        assert_eq!(place.state("service"), "OK");
    }
}

#[test]
fn a_composite_alarm_that_is_so_by_its_rule_meanwhile_stays_so() {
    let place = place(None);
    let (child, stderr) = place.firing("service --state alarm --hold 1h -y", "succeeded");
    place.alarms.set_state("api-5xx", StateValue::Alarm);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let (status, rest) = ended(child, stderr);
    assert_eq!(
        (status, &*rest),
        (Some(130), "service is ALARM by its rule now, and stays so\nerror: interrupted\n")
    );
    assert_eq!(place.state("service"), "ALARM");
}

#[test]
fn an_action_that_fails_is_told_and_it_is_put_back() {
    let place = place(Some("topics = [\"other\"]\n"));
    let ran = place.alarm("fire api-5xx --state alarm -y").expect(1);
    let failed = format!("FAILED  {PAGER}: Resource: {PAGER} does not exist");
    assert!(ran.stderr.contains(&format!("warning: {failed}\n")), "{ran:?}");
    let above = format!("warning: of service, above it, {failed}\n");
    assert!(
        ran.stderr.ends_with(&format!(
            "api-5xx is OK again\n{above}{above}error: 1 of 1 actions of api-5xx failed\n  cause: {failed}\n"
        )),
        "{ran:?}"
    );
    assert_eq!(place.state("api-5xx"), "OK");
}

#[test]
fn what_runs_on_the_way_back_is_planned_and_fails_the_test_too() {
    let place = place(Some("topics = [\"pager\"]\n"));
    let gone = "arn:aws:sns:us-east-1:111122223333:gone";
    place.alarms.with_client(async |client| {
        let call = client.put_composite_alarm().alarm_name("desk").alarm_rule("ALARM(api-5xx)");
        call.ok_actions(gone).send().await.unwrap()
    });
    // Its action has failed before, which is no matter of a test.
    for state in [StateValue::InsufficientData, StateValue::Alarm, StateValue::Ok] {
        place.alarms.set_state("api-5xx", state);
    }
    let descriptions = |line: &str| -> Vec<String> {
        let plan = place.alarm(line).expect(0).json();
        let steps = plan["items"].as_array().unwrap().iter();
        steps.map(|step| step["description"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        descriptions("fire desk --state alarm --dry-run -o json"),
        ["OK -> ALARM, runs nothing".to_owned(), format!("ALARM -> OK, runs {gone}")]
    );
    assert_eq!(
        descriptions("fire api-5xx --state alarm --keep --dry-run -o json"),
        [format!(
            "OK -> ALARM, runs {PAGER}; desk above it may run {gone}; service above it may run {PAGER}"
        )]
    );
    let failed = format!("FAILED  {gone}: Resource: {gone} does not exist");
    let ran = place.alarm("fire desk --state alarm -y").expect(1);
    assert_eq!(
        ran.stderr,
        format!(
            "warning: desk has no actions for ALARM: nothing will run until it is put back\ndesk is ALARM\n\
             desk is OK again\nwarning: {failed}\nerror: 1 of 1 actions of desk failed\n  cause: {failed}\n"
        )
    );
    // Above the alarm that is tried out it is told, once: earlier failures are not of this test.
    let ran = place.alarm("fire api-5xx --state alarm -y").expect(0);
    assert!(
        ran.stderr.ends_with(&format!("api-5xx is OK again\nwarning: of desk, above it, {failed}\n")),
        "{ran:?}"
    );
}

#[test]
fn who_may_not_read_the_history_changes_nothing() {
    let mut alarm = Alarm::metric("api", "OK");
    alarm.document["OKActions"] = json!([PAGER]);
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| match request.operation.as_str() {
        "DescribeAlarmHistory" => Some(Reply::cbor_error(403, "AccessDenied", "no")),
        "SetAlarmState" => Some(Reply::cbor(&json!({}))),
        _ => None,
    });
    let ran = cloudwatch.sealed.run(["alarm", "fire", "api", "--state", "alarm", "-y"]).expect(5);
    assert!(ran.stderr.contains("error: cannot read the history of the alarm api\n"), "{ran:?}");
    assert_eq!(cloudwatch.inputs("SetAlarmState"), Vec::<Value>::new());
}

#[test]
fn a_composite_alarm_is_put_back_whatever_late_answers_tell() {
    let late = |state: &str, since: &str| {
        let mut service = Alarm::composite("service", state, "ALARM(api)");
        service.document["StateTransitionedTimestamp"] = since.into();
        service
    };
    let before = Alarm::composite("service", "OK", "ALARM(api)");
    let fired = late("ALARM", "2026-11-22T12:00:00Z");
    // Of a state between the one that was shown and the one that was set, which no rule gives now.
    let between = late("INSUFFICIENT_DATA", "2026-11-22T11:59:59Z");
    let by_itself = late("OK", "2026-11-22T12:00:01Z");
    for (name, answers, states, said) in [
        ("late for good", vec![before.clone()], &["ALARM", "OK"][..], "service is OK again\n"),
        ("late once", vec![before.clone(), fired], &["ALARM", "OK"], "service is OK again\n"),
        ("another state", vec![between], &["ALARM", "OK"], "service is OK again\n"),
        ("by its rule", vec![before.clone(), by_itself], &["ALARM"], "service is OK by itself\n"),
    ] {
        let calls = Mutex::new((false, answers.into_iter()));
        let last = Mutex::new(None);
        let known = vec![before.clone(), Alarm::metric("api", "OK")];
        let cloudwatch = CloudWatch::answering(known, move |request| {
            let (is_set, answers) = &mut *calls.lock().unwrap();
            match request.operation.as_str() {
                "SetAlarmState" => {
                    *is_set = true;
                    Some(Reply::cbor(&json!({})))
                }
                "DescribeAlarms" if *is_set && asks_for(request, "service") => {
                    let mut last = last.lock().unwrap();
                    *last = answers.next().or(last.take());
                    Some(Reply::cbor(&json!({ "CompositeAlarms": [last.as_ref().unwrap().document] })))
                }
                _ => None,
            }
        });
        let ran = cloudwatch.sealed.run(["alarm", "fire", "service", "--state", "alarm", "-y"]).expect(0);
        assert!(ran.stderr.ends_with(said), "{name}: {ran:?}");
        let set = cloudwatch.inputs("SetAlarmState");
        assert_eq!(set.iter().map(|it| &it["StateValue"]).collect::<Vec<_>>(), states, "{name}");
    }
}

fn asks_for(request: &Request, name: &str) -> bool {
    request.cbor()["AlarmNames"] == json!([name])
}

#[test]
fn what_will_not_run_is_told_before() {
    let place = place(None);
    let ran = place.alarm("fire api-5xx --state ok -y").expect(9);
    assert!(ran.stderr.starts_with("error: api-5xx is OK already: nothing would run\n  hint: "), "{ran:?}");
    let ran = place.alarm("fire api-5xx --state insufficient-data -y").expect(0);
    assert!(ran.stderr.starts_with("warning: api-5xx has no actions for INSUFFICIENT_DATA"), "{ran:?}");
    place.clock("2026-11-22T12:00:00Z");
    place.alarm("silence api-5xx --for 1h --name night -y").expect(0);
    let ran = place.alarm("fire api-5xx --state alarm -y").expect(0);
    assert!(
        ran.stderr.starts_with("warning: the mute rule night silences it: no action of api-5xx will run\n"),
        "{ran:?}"
    );
    place.alarm("disable api-5xx -y").expect(0);
    let ran = place.alarm("fire api-5xx --state alarm --dry-run -o json").expect(0);
    assert!(ran.stderr.starts_with("warning: its actions are disabled"), "{ran:?}");
    let plan = ran.json();
    assert_eq!(plan["items"].as_array().unwrap().len(), 2);
    assert_eq!(plan["items"][1]["parameters"]["StateValue"], "OK");
    assert_eq!(place.state("api-5xx"), "OK");
    place.alarm("fire web --state alarm -y").expect(3);
}

#[test]
fn a_suppressor_is_told_and_waited_for() {
    let place = place(None);
    place.alarms.put("deploying", 5.0);
    place.alarms.set_state("deploying", StateValue::Ok);
    place.alarms.with_client(async |client| {
        let call = client.put_composite_alarm().alarm_name("quiet").alarm_rule("ALARM(api-5xx)");
        let call = call.actions_suppressor("deploying").actions_suppressor_extension_period(60);
        call.actions_suppressor_wait_period(60).alarm_actions(PAGER).send().await.unwrap()
    });
    for state in [StateValue::InsufficientData, StateValue::Ok] {
        place.alarms.set_state("api-5xx", state);
    }
    let ran = place.alarm("fire quiet --state alarm --dry-run").expect(0);
    assert!(
        ran.stderr.starts_with("the actions of quiet run after 60s, unless they are suppressed\n"),
        "{ran:?}"
    );
    let (child, stderr) = place.firing("quiet --state alarm -y", "quiet is ALARM");
    place.clock("+2m");
    assert_eq!(ended(child, stderr), (Some(0), format!("succeeded  {PAGER}\nquiet is OK again\n")));
    place.alarms.set_state("deploying", StateValue::Alarm);
    let ran = place.alarm("fire quiet --state alarm -y").expect(0);
    assert_eq!(
        ran.stderr,
        "warning: deploying suppresses its actions: no action of quiet will run\nquiet is ALARM\n\
         quiet is OK again\n"
    );
}

/// A CloudWatch that sets states by what a test says to the second call and those after it.
fn once(alarm: Alarm, then: fn() -> Reply) -> CloudWatch {
    let state = Mutex::new(0);
    CloudWatch::answering(vec![alarm.clone()], move |request| {
        let mut calls = state.lock().unwrap();
        match request.operation.as_str() {
            "SetAlarmState" => {
                *calls += 1;
                Some(if *calls == 1 { Reply::cbor(&json!({})) } else { then() })
            }
            "DescribeAlarms" if *calls > 0 => {
                let mut document = alarm.document.clone();
                document["StateValue"] = "ALARM".into();
                Some(Reply::cbor(&json!({ "MetricAlarms": [document] })))
            }
            _ => None,
        }
    })
}

#[test]
fn what_cannot_be_put_back_is_told_loudly_with_what_does_it() {
    let denying = once(Alarm::metric("api", "OK"), || Reply::cbor_error(403, "AccessDenied", "no"));
    let ran = denying.sealed.run(["alarm", "fire", "api", "--state", "alarm", "-y"]).expect(5);
    assert!(
        ran.stderr.contains("error: api IS STILL ALARM BY THIS TEST, and could not be put back\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("  hint: opsctl alarm fire api --state OK --keep\n"), "{ran:?}");
    assert_eq!(denying.inputs("SetAlarmState").len(), 2);
}

#[test]
fn who_is_refused_has_nothing_to_put_back_and_who_is_throttled_tries_again() {
    for (code, answers, expected) in [("AccessDenied", 1, 5), ("Throttling", 3, 0)] {
        let calls = Mutex::new(0);
        let cloudwatch = CloudWatch::answering(vec![Alarm::metric("api", "OK")], move |request| {
            let mut calls = calls.lock().unwrap();
            *calls += usize::from(request.operation == "SetAlarmState");
            match request.operation.as_str() {
                "SetAlarmState" if *calls == 1 => Some(Reply::cbor_error(400, code, "not now")),
                "SetAlarmState" => Some(Reply::cbor(&json!({}))),
                _ => None,
            }
        });
        let ran = cloudwatch.sealed.run(["alarm", "fire", "api", "--state", "alarm", "-y"]).expect(expected);
        assert_eq!(cloudwatch.inputs("SetAlarmState").len(), answers, "{ran:?}");
    }
}

#[test]
fn more_than_a_message_is_agreed_to_by_hand() {
    let terminate = "arn:aws:automate:eu-west-1:ec2:terminate";
    for (list, said) in [
        ("AlarmActions", format!("OK -> ALARM, runs {terminate}")),
        ("OKActions", format!("ALARM -> OK, runs {terminate}")),
    ] {
        let mut alarm = Alarm::metric("api", "OK");
        alarm.document[list] = json!([terminate]);
        let cloudwatch = CloudWatch::answering(vec![alarm], |request| {
            let is_history = request.operation == "DescribeAlarmHistory";
            is_history.then(|| Reply::cbor(&json!({ "AlarmHistoryItems": [] })))
        });
        let line = ["alarm", "fire", "api", "--state", "alarm"];
        let ran = cloudwatch.sealed.run(line).expect(2);
        assert!(ran.stderr.contains("this needs a yes"), "{ran:?}");
        assert!(cloudwatch.aws.requests().is_empty());
        let mut terminal = Terminal::opsctl(&cloudwatch.sealed, (120, 24), &line);
        let shown = terminal.wait_for("type 2 to set states:");
        assert!(shown.contains(&said), "{shown}");
        terminal.type_text("y\r");
        let (screen, status, _) = terminal.end();
        assert_eq!(status.code(), Some(1), "{screen}");
        assert_eq!(cloudwatch.inputs("SetAlarmState"), Vec::<Value>::new());
    }
}
