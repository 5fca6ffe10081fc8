//! `alarm set`: what stays, what changes, and when it is left alone.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Alarm, CloudWatch};
use crate::support::alarms::Alarms;
use crate::support::{Reply, Sandbox, Sealed, Terminal};

/// One with members that are newer than any client.
fn newer(name: &str) -> Alarm {
    let mut alarm = Alarm::metric(name, "OK");
    alarm.document["Newer"] = json!({ "Deep": [1, 2.5, true, "x"], "At": null });
    alarm.document["AlarmConfigurationUpdatedTimestamp"] = json!("2026-11-22T10:00:00Z");
    alarm.document["AlarmActions"] = json!(["arn:aws:sns:eu-west-1:111122223333:pager"]);
    alarm
}

fn puts(cloudwatch: &CloudWatch) -> Vec<Value> {
    cloudwatch.inputs("PutMetricAlarm")
}

#[test]
fn what_is_not_named_stays_also_what_nobody_here_knows() {
    let cloudwatch = CloudWatch::of(vec![newer("cpu")]);
    let fields = ["threshold=90", "datapoints-to-alarm=2", "description=busy", "statistic=p99"];
    let ran = cloudwatch.sealed.run(["alarm", "set", "cpu", "-y"].iter().chain(&fields)).expect(0);
    let expected = json!({
        "AlarmName": "cpu", "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "ExtendedStatistic": "p99",
        "Period": 300, "Dimensions": [{ "Name": "InstanceId", "Value": "i-0abc" }], "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2, "Threshold": 90.0, "ComparisonOperator": "GreaterThanThreshold", "ActionsEnabled": true,
        "AlarmActions": ["arn:aws:sns:eu-west-1:111122223333:pager"], "AlarmDescription": "busy",
        "Newer": { "Deep": [1, 2.5, true, "x"] },
    });
    assert_eq!(puts(&cloudwatch), [expected]);
    assert_eq!(
        ran.stderr,
        "  + AlarmDescription  \"busy\"\n  ~ DatapointsToAlarm  3 -> 2\n  + ExtendedStatistic  \"p99\"\n  \
         - Statistic  \"Average\"\n  ~ Threshold  80.0 -> 90.0\nthe alarm cpu is changed\n"
    );
    let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu";
    let ran = cloudwatch.sealed.run(["alarm", "set", arn, "period=1m", "-y", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"][0]["alarm"]["Period"], 60);
    assert_eq!(puts(&cloudwatch)[1]["Newer"], json!({ "Deep": [1, 2.5, true, "x"] }));
}

#[test]
fn an_alarm_that_somebody_else_changes_meanwhile_is_left_alone() {
    for (what, told) in [
        (
            "Threshold",
            "somebody else has changed cpu meanwhile\n  cause: it has another Threshold than it had",
        ),
        ("Newer", "somebody else has changed cpu meanwhile\n  cause: it has another Newer than it had"),
        ("", "somebody else has deleted cpu meanwhile"),
    ] {
        let seen = AtomicUsize::new(0);
        let cloudwatch = CloudWatch::answering(vec![newer("cpu")], move |request| {
            let is_second =
                request.operation == "DescribeAlarms" && seen.fetch_add(1, Ordering::Relaxed) == 1;
            let mut other = newer("cpu");
            other.document[what] = json!(7.5);
            let alarms = if what.is_empty() { json!([]) } else { json!([other.document]) };
            is_second.then(|| Reply::cbor(&json!({ "MetricAlarms": alarms })))
        });
        let ran = cloudwatch.sealed.run(["alarm", "set", "cpu", "period=60", "-y"]).expect(9);
        assert!(ran.stderr.contains(told), "{ran:?}");
        assert!(puts(&cloudwatch).is_empty());
    }
}

#[test]
fn a_state_that_changes_meanwhile_is_no_conflict() {
    let seen = AtomicUsize::new(0);
    let cloudwatch = CloudWatch::answering(vec![newer("cpu")], move |request| {
        let is_second = request.operation == "DescribeAlarms" && seen.fetch_add(1, Ordering::Relaxed) == 1;
        let mut other = newer("cpu");
        other.document["StateValue"] = json!("ALARM");
        other.document["OKActions"] = json!([]);
        is_second.then(|| Reply::cbor(&json!({ "MetricAlarms": [other.document] })))
    });
    cloudwatch.sealed.run(["alarm", "set", "cpu", "period=60", "-y"]).expect(0);
    assert_eq!(puts(&cloudwatch).len(), 1);
}

#[test]
fn what_is_so_already_is_not_sent() {
    let cloudwatch = CloudWatch::of(vec![newer("cpu")]);
    let line =
        ["alarm", "set", "cpu", "threshold=80", "datapoints-to-alarm=3", "treat-missing-data=missing", "-y"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    assert_eq!(ran.stderr, "cpu is so already: nothing is to be done\n");
    assert!(puts(&cloudwatch).is_empty());
}

#[test]
fn every_mistake_is_told_and_nothing_is_sent() {
    let cloudwatch = CloudWatch::of(vec![newer("cpu"), Alarm::composite("site", "OK", "ALARM(cpu)")]);
    let ran = cloudwatch
        .sealed
        .run(["alarm", "set", "cpu", "treshold=9", "threshold=NaN", "period", "-y"])
        .expect(2);
    assert_eq!(
        ran.stderr,
        "error: what is to be cannot be read\n  cause: there is no field treshold; did you mean `threshold`?\n  \
         cause: threshold: `NaN` is no finite number\n  cause: period is not FIELD=VALUE\n"
    );
    assert!(cloudwatch.aws.requests().is_empty());
    let line = [
        "alarm",
        "set",
        "cpu",
        "period=45",
        "datapoints-to-alarm=4",
        "rule=TRUE",
        "alarm-actions=desk",
        "-y",
    ];
    let ran = cloudwatch.sealed.run(line).expect(2);
    let told = [
        "error: cpu cannot be changed so",
        "  cause: rule is no field of a metric alarm",
        "  cause: Period: 45 is not 10, 20, 30 or a multiple of 60 seconds",
        "  cause: DatapointsToAlarm: 4 is more than 3, the EvaluationPeriods",
        "  cause: AlarmActions[0]: `desk` is no action",
    ];
    for (line, told) in ran.stderr.lines().zip(told) {
        assert!(line.starts_with(told), "{ran:?}");
    }
    let ran = cloudwatch.sealed.run(["alarm", "set", "site", "rule=ALARM(cpu", "-y"]).expect(2);
    assert!(ran.stderr.contains("\n         ALARM(cpu\n"), "{ran:?}");
    let ran = cloudwatch.sealed.run(["alarm", "set", "site", "rule=ALARM(cup)", "-y"]).expect(3);
    assert!(ran.stderr.contains("no alarm is called cup; did you mean `cpu`?"), "{ran:?}");
    let ran = cloudwatch.sealed.run(["alarm", "set", "cup", "threshold=1", "-y"]).expect(3);
    assert!(ran.stderr.contains("did you mean cpu?"), "{ran:?}");
    assert!(!cloudwatch.aws.operations().iter().any(|operation| operation.starts_with("Put")));
}

#[test]
fn a_rule_that_would_lead_back_is_refused() {
    let cloudwatch =
        CloudWatch::of(vec![Alarm::composite("a", "OK", "TRUE"), Alarm::composite("b", "OK", "ALARM(a)")]);
    let ran = cloudwatch.sealed.run(["alarm", "set", "a", "rule=ALARM(b)", "-y"]).expect(9);
    assert!(ran.stderr.contains("cause: the rules of a, b would name each other"), "{ran:?}");
    cloudwatch.sealed.run(["alarm", "set", "b", "rule=OK(a)", "-y"]).expect(0);
    assert_eq!(
        cloudwatch.inputs("PutCompositeAlarm"),
        [json!({ "AlarmName": "b", "AlarmRule": "OK(a)", "ActionsEnabled": true })]
    );
}

#[test]
fn a_dimension_that_nobody_publishes_is_a_warning() {
    let cloudwatch = CloudWatch::of(vec![newer("cpu")]);
    let ran = cloudwatch.sealed.run(["alarm", "set", "cpu", "dimension.InstanceId=i-0abd", "-y"]).expect(0);
    assert!(ran.stderr.contains("did you mean InstanceId=i-0abc?"), "{ran:?}");
    assert_eq!(puts(&cloudwatch)[0]["Dimensions"], json!([{ "Name": "InstanceId", "Value": "i-0abd" }]));
}

#[test]
fn it_is_agreed_to_first() {
    let cloudwatch = CloudWatch::of(vec![newer("cpu")]);
    let ran = cloudwatch.sealed.run(["alarm", "set", "cpu", "threshold=90"]).expect(2);
    assert!(ran.stderr.contains("this needs a yes"), "{ran:?}");
    assert!(cloudwatch.aws.requests().is_empty());
    let ran = cloudwatch.sealed.run(["alarm", "set", "cpu", "threshold=90", "-n", "-o", "json"]).expect(0);
    let step = &ran.json()["items"][0];
    assert_eq!((&step["description"], &step["account"]), (&json!("Threshold"), &json!("111122223333")));
    assert_eq!(step["parameters"]["Newer"]["Deep"][0], 1);
    assert!(puts(&cloudwatch).is_empty());
    let mut terminal =
        Terminal::opsctl(&cloudwatch.sealed, (100, 24), &["alarm", "set", "cpu", "threshold=90"]);
    terminal.wait_for("~ Threshold  80.0 -> 90.0");
    terminal.wait_for("change 1 alarm?");
    terminal.type_text("y\r");
    let (screen, status, _) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert_eq!(puts(&cloudwatch).len(), 1);
}

#[test]
fn a_service_that_is_busy_is_a_temporary_failure() {
    let cloudwatch = CloudWatch::answering(vec![newer("cpu")], |request| {
        let is_put = request.operation == "PutMetricAlarm";
        is_put.then(|| Reply::cbor_error(400, "Throttling", "Rate exceeded"))
    });
    let line = ["--max-attempts", "1", "alarm", "set", "cpu", "threshold=90", "-y"];
    let ran = cloudwatch.sealed.run(line).expect(75);
    assert!(ran.stderr.contains("Throttling: Rate exceeded"), "{ran:?}");
}

#[test]
fn alarms_of_a_sandbox_are_changed() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    Alarms::of(&sandbox).put("api-5xx", 5.0);
    let alarm = |line: &[&str]| sealed.run([&["--sandbox", "alarm"], line].concat());
    let fields = ["threshold=-1.5", "evaluation-periods=5", "datapoints-to-alarm=3", "comparison=<"];
    alarm(&[&["set", "api-5xx", "--yes"], &fields[..]].concat()).expect(0);
    let ran = alarm(&["list", "--columns", "condition", "-o", "text"]).expect(0);
    assert_eq!(ran.stdout, "Sum < -1.5 in 3 of 5 periods of 1m\n");
    let shown = alarm(&["show", "api-5xx", "-o", "json"]).expect(0).json();
    assert_eq!(shown["item"]["alarm"]["TreatMissingData"], "ignore");
    let pager = "alarm-actions-=arn:aws:sns:us-east-1:111122223333:pager";
    alarm(&["set", "api-5xx", "--yes", pager, "treat-missing-data="]).expect(0);
    let shown = alarm(&["show", "api-5xx", "-o", "json"]).expect(0).json();
    assert_eq!(shown["item"]["alarm"]["AlarmActions"], json!([]));
    assert!(shown["item"]["alarm"].get("TreatMissingData").is_none(), "{shown}");
    alarm(&["create", "both", "--rule", "ALARM(api-5xx)", "--yes"]).expect(0);
    alarm(&["set", "both", "rule=NOT OK(api-5xx)", "description=of one", "--yes"]).expect(0);
    let ran = alarm(&["show", "both", "--columns", "rule,description", "-o", "text"]).expect(0);
    assert!(ran.stdout.contains("NOT OK(api-5xx)") && ran.stdout.contains("of one"), "{ran:?}");
}
