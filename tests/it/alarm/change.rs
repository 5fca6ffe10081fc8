//! `alarm enable`, `alarm disable`, `alarm delete`: what is sent, in which order, and what is asked before.

use serde_json::{Value, json};

use super::{Alarm, CloudWatch};
use crate::support::{Reply, Terminal};

fn with_actions(name: &str, enabled: bool) -> Alarm {
    let mut alarm = Alarm::metric(name, "OK");
    alarm.document["ActionsEnabled"] = enabled.into();
    alarm.document["AlarmActions"] = json!(["arn:aws:sns:eu-west-1:111122223333:pager"]);
    alarm
}

fn names(input: &Value) -> Vec<&str> {
    input["AlarmNames"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn actions_are_disabled_and_enabled_where_that_changes_something() {
    let cloudwatch = CloudWatch::of(vec![
        with_actions("api-1", true),
        with_actions("api-2", false),
        with_actions("web", true),
    ]);
    let ran = cloudwatch.sealed.run(["alarm", "disable", "api-*", "-y"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr, "the actions of api-2 are disabled already\nthe actions of api-1 are disabled\n");
    assert_eq!(cloudwatch.inputs("DisableAlarmActions"), [json!({ "AlarmNames": ["api-1"] })]);
    let ran = cloudwatch.sealed.run(["alarm", "enable", "api-1", "-y", "-o", "json"]).expect(0);
    let document = ran.json();
    assert_eq!((&document["kind"], &document["items"][0]["actionsEnabled"]), (&json!("alarm"), &json!(true)));
    assert_eq!(cloudwatch.inputs("EnableAlarmActions"), [json!({ "AlarmNames": ["api-1"] })]);
    let ran = cloudwatch.sealed.run(["alarm", "enable", "web", "-y"]).expect(0);
    assert_eq!(ran.stderr, "the actions of web are enabled already\n");
    assert_eq!(cloudwatch.inputs("EnableAlarmActions").len(), 1);
}

#[test]
fn actions_go_in_batches_of_a_hundred_and_a_batch_that_fails_is_told() {
    let alarms = (0..250).map(|number| with_actions(&format!("a{number:03}"), true)).collect();
    let cloudwatch = CloudWatch::answering(alarms, |request| {
        let is_second = request.operation == "DisableAlarmActions" && names(&request.cbor())[0] == "a100";
        is_second.then(|| Reply::cbor_error(403, "AccessDenied", "no"))
    });
    let ran = cloudwatch.sealed.run(["alarm", "disable", "*", "-y"]).expect(7);
    let sizes: Vec<usize> =
        cloudwatch.inputs("DisableAlarmActions").iter().map(|it| names(it).len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    assert!(ran.stderr.contains("150 of 250 alarms disabled"), "{ran:?}");
    assert!(ran.stderr.contains("cannot disable the actions of a100 and 99 more alarms"), "{ran:?}");
    assert!(ran.stderr.contains("opsctl alarm disable '*'"), "{ran:?}");
}

#[test]
fn a_change_is_agreed_to_first() {
    let cloudwatch = CloudWatch::of(vec![with_actions("api", true)]);
    for verb in ["disable", "delete"] {
        let ran = cloudwatch.sealed.run(["alarm", verb, "api"]).expect(2);
        assert!(ran.stderr.contains("this needs a yes"), "{ran:?}");
        assert!(cloudwatch.aws.requests().is_empty());
    }
    for verb in ["disable", "delete"] {
        let ran = cloudwatch.sealed.run(["alarm", verb, "api", "--dry-run", "-o", "json"]).expect(0);
        let step = &ran.json()["items"][0];
        assert_eq!((&step["resource"], &step["account"]), (&json!("api"), &json!("111122223333")), "{step}");
        assert_eq!(step["parameters"], json!({ "AlarmNames": ["api"] }));
    }
    assert!(cloudwatch.aws.operations().iter().all(|operation| operation == "DescribeAlarms"));
    let mut terminal = Terminal::opsctl(&cloudwatch.sealed, (100, 24), &["alarm", "delete", "api"]);
    terminal.wait_for("type api to delete it:");
    terminal.type_text("no\r");
    let (screen, status, _) = terminal.end();
    assert_eq!(status.code(), Some(1), "{screen}");
    assert!(cloudwatch.inputs("DeleteAlarms").is_empty());
}

#[test]
fn a_name_that_is_not_there_changes_nothing() {
    let cloudwatch = CloudWatch::of(vec![with_actions("api", true)]);
    for verb in ["disable", "enable", "delete"] {
        let ran = cloudwatch.sealed.run(["alarm", verb, "api", "apj", "-y"]).expect(3);
        assert_eq!(ran.stderr, "error: no alarm is called apj\n  hint: did you mean api?\n");
        let ran = cloudwatch.sealed.run(["alarm", verb, "web-*", "-y"]).expect(3);
        assert!(ran.stderr.contains("no alarm is like web-*"), "{ran:?}");
    }
    assert!(cloudwatch.aws.operations().iter().all(|operation| operation == "DescribeAlarms"));
}

#[test]
fn parents_are_deleted_before_their_children_and_each_kind_in_calls_of_its_own() {
    let cloudwatch = CloudWatch::of(vec![
        Alarm::metric("m1", "OK"),
        Alarm::log("l1", "OK"),
        Alarm::composite("inner", "OK", "ALARM(m1)"),
        Alarm::metric("m2", "OK"),
        Alarm::composite("outer", "OK", "ALARM(inner) OR ALARM(\"l1\")"),
    ]);
    let ran = cloudwatch.sealed.run(["alarm", "delete", "*", "-y"]).expect(0);
    let inputs = cloudwatch.inputs("DeleteAlarms");
    let sent: Vec<Vec<&str>> = inputs.iter().map(names).collect();
    assert_eq!(sent, [vec!["outer"], vec!["inner"], vec!["m1", "m2"], vec!["l1"]]);
    assert!(ran.stderr.ends_with("the alarm l1 is deleted\n"), "{ran:?}");
    assert!(cloudwatch.alarms.lock().unwrap().is_empty());
}

#[test]
fn what_a_rule_names_is_not_deleted() {
    let cloudwatch = CloudWatch::of(vec![
        Alarm::metric("m1", "OK"),
        Alarm::composite("a", "OK", "ALARM(b)"),
        Alarm::composite("b", "OK", "ALARM(a) OR ALARM(m1)"),
    ]);
    let ran = cloudwatch.sealed.run(["alarm", "delete", "m1", "a", "-y"]).expect(9);
    assert_eq!(
        ran.stderr,
        "error: rules of alarms name what is to be deleted, and nothing was\n  \
         cause: the rules of a, b lead back to each other\n  cause: a is in the rule of b\n  \
         cause: m1 is in the rule of b\n  hint: change these rules first, or delete those alarms too\n"
    );
    assert!(cloudwatch.inputs("DeleteAlarms").is_empty());
}
