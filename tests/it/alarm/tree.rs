//! `alarm tree`: composite alarms with what they depend on.

use serde_json::json;

use super::{Alarm, CloudWatch};

fn some() -> Vec<Alarm> {
    let mut service = Alarm::composite("service", "ALARM", "ALARM(web) OR ALARM(db)");
    service.document["ActionsSuppressor"] = json!("deploying");
    vec![
        service,
        Alarm::composite("web", "ALARM", "ALARM(cpu) OR ALARM(\"no longer there\")"),
        Alarm::composite("db", "OK", "ALARM(disk) AND NOT OK(web)"),
        Alarm::metric("cpu", "ALARM"),
        Alarm::metric("disk", "INSUFFICIENT_DATA"),
        Alarm::metric("deploying", "OK"),
        Alarm::metric("alone", "OK"),
    ]
}

#[test]
fn trees_show_states_and_who_decides() {
    let cloudwatch = CloudWatch::of(some());
    let ran = cloudwatch.sealed.run(["alarm", "tree", "--columns", "alarm,state,note"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(ran.stderr, "");
    // The composite alarms, and those that are none by their names.
    let inputs = cloudwatch.inputs("DescribeAlarms");
    assert_eq!(inputs.len(), 2);
    assert_eq!(inputs[1]["AlarmNames"], json!(["cpu", "deploying", "disk", "no longer there"]));
    let mut ascii = cloudwatch.sealed.command(["alarm", "tree", "web", "--columns", "alarm"]);
    ascii.env("LANG", "C");
    let ran = crate::support::finish(ascii, b"").expect(0);
    assert_eq!(ran.stdout, "ALARM\nweb\n|- cpu\n`- no longer there\n");
}

#[test]
fn programs_get_a_record_an_alarm() {
    let cloudwatch = CloudWatch::of(some());
    let document = cloudwatch.sealed.run(["alarm", "tree", "db", "-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "alarm.node");
    let told: Vec<_> = document["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["depth"].clone(), it["parent"].clone(), it["name"].clone(), it["isDecisive"].clone()))
        .collect();
    assert_eq!(told[0], (json!(0), json!(null), json!("db"), json!(false)));
    assert_eq!(told[1], (json!(1), json!("db"), json!("disk"), json!(false)));
    assert_eq!(told[3], (json!(2), json!("web"), json!("cpu"), json!(true)));
    let ran = cloudwatch.sealed.run(["alarm", "tree", "alone", "-o", "text"]).expect(0);
    assert_eq!(ran.stdout, "0\t\talone\tOK\t2026-11-22T10:00:00.123Z\t\n");
    let ran = cloudwatch.sealed.run(["alarm", "tree", "alnoe"]).expect(3);
    assert!(ran.stderr.contains("did you mean alone?"), "{ran:?}");
}

#[test]
fn cycles_are_named_and_so_are_rules_that_cannot_be_read() {
    let cloudwatch = CloudWatch::of(vec![
        Alarm::composite("a", "OK", "ALARM(b)"),
        Alarm::composite("b", "OK", "ALARM(a)"),
        Alarm::composite("odd", "OK", "ALRAM(a)"),
    ]);
    let ran = cloudwatch.sealed.run(["alarm", "tree", "--columns", "alarm,note"]).expect(0);
    assert!(ran.stdout.contains("a cycle: a -> b -> a"), "{ran:?}");
    assert!(ran.stdout.contains("its rule cannot be read: there is no state `ALRAM`"), "{ran:?}");
    assert_eq!(
        ran.stderr,
        "warning: a, b wait for each other: none is evaluated or can be deleted until one of their rules is changed\n"
    );
}
