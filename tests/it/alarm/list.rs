//! `alarm list`: all kinds, every format, the filters, the calls it takes.

use serde_json::json;

use super::{Alarm, CloudWatch};
use crate::support::{Reply, Terminal};

fn some() -> Vec<Alarm> {
    let mut sick = Alarm::metric("cpu \u{1b}[2J, (prod)/ü", "ALARM");
    sick.document["Tags"] = json!([{ "Key": "team", "Value": "web" }]);
    sick.document["AlarmActions"] = json!(["arn:aws:sns:eu-west-1:111122223333:pager"]);
    sick.document["NewerThanThis"] = json!({ "Kept": [1, 2.5] });
    vec![
        sick,
        Alarm::metric("disk", "INSUFFICIENT_DATA"),
        Alarm::composite("service", "OK", "ALARM(disk) OR ALARM(\"errors\")"),
        Alarm::log("errors", "OK"),
    ]
}

#[test]
fn all_kinds_are_listed_with_their_states() {
    let cloudwatch = CloudWatch::of(some());
    let ran = cloudwatch.sealed.run(["alarm", "list"]).expect(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    NAME                   STATE              SINCE                     METRIC
    cpu \x1b[2J, (prod)/ü  ALARM              2026-11-22T10:00:00.123Z  AWS/EC2 CPUUtilization
    disk                   INSUFFICIENT_DATA  2026-11-22T10:00:00.123Z  AWS/EC2 CPUUtilization
    service                OK                 2026-11-22T10:00:00.123Z  ALARM(disk) OR ALARM("errors")
    errors                 OK                 2026-11-22T10:00:00.123Z  count(*)
    "#);
    assert_eq!(ran.stderr, "");
    let types = json!(["MetricAlarm", "CompositeAlarm", "LogAlarm"]);
    assert_eq!(cloudwatch.inputs("DescribeAlarms"), [json!({ "AlarmTypes": types, "MaxRecords": 100 })]);
}

#[test]
fn on_a_terminal_the_age_of_the_state_is_told() {
    let cloudwatch = CloudWatch::of(vec![Alarm::metric("disk", "ALARM")]);
    let (screen, status, _) = Terminal::opsctl(&cloudwatch.sealed, (80, 24), &["alarm", "list"]).end();
    assert!(status.success(), "{screen}");
    assert!(screen.contains("1h ago"), "{screen}");
}

#[test]
fn documents_have_the_alarm_whole_in_the_words_of_the_service() {
    let cloudwatch = CloudWatch::of(some());
    let document = cloudwatch.sealed.run(["alarm", "list", "-o", "json"]).expect(0).json();
    assert_eq!((&document["kind"], &document["schemaVersion"]), (&json!("alarm"), &json!(1)));
    let item = &document["items"][0];
    assert_eq!(item["type"], "MetricAlarm");
    assert_eq!(item["since"], "2026-11-22T10:00:00.123Z");
    assert_eq!(item["actionsEnabled"], true);
    assert_eq!(item["alarm"]["Threshold"], json!(80.0));
    assert_eq!(item["alarm"]["NewerThanThis"], json!({ "Kept": [1, 2.5] }));
    let text = cloudwatch.sealed.run(["alarm", "list", "-o", "ndjson"]).expect(0).stdout;
    assert_eq!(text.lines().count(), 4);
    let names = ["alarm", "list", "--query", "items[?state=='OK'].name", "-o", "text"];
    assert_eq!(cloudwatch.sealed.run(names).expect(0).stdout, "service\nerrors\n");
}

#[test]
fn what_the_service_can_filter_it_is_asked_for() {
    let cloudwatch = CloudWatch::of(some());
    for (line, names, asked) in [
        ("--state alarm", "cpu \\x1b[2J, (prod)/ü\n", json!({ "StateValue": "ALARM" })),
        ("--state ok,alarm --type log", "errors\n", json!({ "AlarmTypes": ["LogAlarm"] })),
        ("dis*", "disk\n", json!({ "AlarmNamePrefix": "dis" })),
        ("disk errors", "disk\nerrors\n", json!({ "AlarmNames": ["disk", "errors"] })),
        ("*s*k service", "disk\nservice\n", json!({})),
        (
            "--action arn:aws:sns:*:pager",
            "cpu \\x1b[2J, (prod)/ü\n",
            json!({ "ActionPrefix": "arn:aws:sns:" }),
        ),
        ("--metric CPU* --namespace AWS/EC2 --older-than 1h", "cpu \\x1b[2J, (prod)/ü\ndisk\n", json!({})),
        ("--newer-than 1h", "", json!({})),
    ] {
        let before = cloudwatch.aws.requests().len();
        let words = ["alarm", "list", "--columns", "name", "-o", "text"].into_iter().chain(line.split(' '));
        let ran = cloudwatch.sealed.run(words).expect(0);
        assert_eq!(ran.stdout.replace("\u{1b}", "\\x1b"), names, "{line}");
        let inputs = cloudwatch.inputs("DescribeAlarms");
        assert_eq!(inputs.len(), before + 1, "{line}");
        for (member, value) in asked.as_object().unwrap() {
            assert_eq!(&inputs[before][member], value, "{line}");
        }
    }
}

#[test]
fn tags_are_asked_for_of_those_that_are_left() {
    let cloudwatch = CloudWatch::of(some());
    let line = ["alarm", "list", "--tag", "team=web", "--type", "metric", "--columns", "state", "-o", "text"];
    assert_eq!(cloudwatch.sealed.run(line).expect(0).stdout, "ALARM\n");
    assert_eq!(cloudwatch.inputs("ListTagsForResource").len(), 2);
    let ran = cloudwatch.sealed.run(["alarm", "list", "--tag", "team"]).expect(2);
    assert!(ran.stderr.contains("a tag is KEY=VALUE"), "{ran:?}");
}

#[test]
fn five_thousand_alarms_are_fifty_calls_and_written_as_they_come() {
    let alarms = (0..5000).map(|number| Alarm::metric(&format!("alarm-{number:04}"), "OK")).collect();
    let cloudwatch = CloudWatch::of(alarms);
    let ran = cloudwatch.sealed.run(["alarm", "list", "-o", "text", "--columns", "name"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 5000);
    assert_eq!(cloudwatch.aws.operations(), vec!["DescribeAlarms"; 50]);
    let ran = cloudwatch.sealed.run(["alarm", "list", "-o", "text", "--limit", "150"]).expect(0);
    assert_eq!((ran.stdout.lines().count(), cloudwatch.aws.requests().len()), (150, 52));
}

#[test]
fn an_empty_page_is_not_the_end() {
    let cloudwatch = CloudWatch::answering(some(), |request| {
        let is_first = request.operation == "DescribeAlarms" && request.cbor().get("NextToken").is_none();
        is_first.then(|| Reply::cbor(&json!({ "MetricAlarms": [], "NextToken": "0" })))
    });
    let ran = cloudwatch.sealed.run(["alarm", "list", "-o", "text", "--columns", "name"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 4);
}

/// What an endpoint says that knows two types.
fn refuses_log_alarms(request: &crate::support::Request) -> Option<Reply> {
    let message = "1 validation error detected: Value '[MetricAlarm, CompositeAlarm, LogAlarm]' at 'alarmTypes' failed \
        to satisfy constraint: Member must satisfy enum value set: [CompositeAlarm, MetricAlarm]";
    let is_asked = request.cbor()["AlarmTypes"].to_string().contains("LogAlarm");
    is_asked.then(|| Reply::cbor_error(400, "ValidationError", message))
}

#[test]
fn an_older_endpoint_is_asked_for_log_alarms_once() {
    let alarms = (0..250).map(|number| Alarm::metric(&format!("alarm-{number}"), "OK")).collect();
    let cloudwatch = CloudWatch::answering(alarms, refuses_log_alarms);
    let ran = cloudwatch.sealed.run(["alarm", "list", "-o", "text"]).expect(0);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (250, ""));
    let inputs = cloudwatch.inputs("DescribeAlarms");
    assert_eq!(inputs.len(), 4);
    let older = json!(["MetricAlarm", "CompositeAlarm"]);
    assert!(inputs[1..].iter().all(|input| input["AlarmTypes"] == older), "{inputs:#?}");
    let ran = cloudwatch.sealed.run(["alarm", "list", "--type", "log", "-o", "text"]).expect(0);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        ("", "warning: this endpoint does not know log alarms\n")
    );
}

#[test]
fn failures_say_what_they_are() {
    let cloudwatch = CloudWatch::answering(some(), |_| {
        Some(Reply::cbor_error(403, "AccessDenied", "not authorized to perform: cloudwatch:DescribeAlarms"))
    });
    let ran = cloudwatch.sealed.run(["alarm", "list"]).expect(5);
    assert!(ran.stderr.contains("cannot list the alarms"), "{ran:?}");
    assert!(ran.stderr.contains("cloudwatch:DescribeAlarms"), "{ran:?}");
    let throttled =
        CloudWatch::answering(some(), |_| Some(Reply::cbor_error(400, "Throttling", "Rate exceeded")));
    let ran = throttled.sealed.run(["alarm", "list", "--max-attempts", "2"]).expect(75);
    assert!(ran.stderr.contains("Rate exceeded"), "{ran:?}");
    assert_eq!(throttled.aws.requests().len(), 2);
    for (line, told) in [
        (&["alarm", "list", "--state", "alram"][..], "did you mean alarm?"),
        (&["alarm", "list", "--type", "alarm"], "possible values: metric, composite, log"),
        (&["alarm", "list", "--older-than", "0"], "longer than nothing"),
        (&["alarm", "list", "--columns", "nam"], "did you mean 'name'?"),
    ] {
        let ran = throttled.sealed.run(line).expect(2);
        assert!(ran.stderr.contains(told), "{line:?}: {ran:?}");
    }
    assert_eq!(throttled.aws.requests().len(), 2);
}
