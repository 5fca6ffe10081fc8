//! `alarm show`, and how an alarm is named.

use serde_json::json;

use super::{Alarm, CloudWatch};

#[test]
fn each_kind_is_shown_with_what_it_has() {
    let mut composite = Alarm::composite("service", "ALARM", "ALARM(cpu)");
    composite.document["ActionsSuppressor"] = json!("deploying");
    composite.document["ActionsSuppressorWaitPeriod"] = json!(60);
    composite.document["ActionsSuppressorExtensionPeriod"] = json!(120);
    composite.document["ActionsSuppressedBy"] = json!("Alarm");
    composite.document["ActionsSuppressedReason"] = json!("deploying is in ALARM");
    let mut metric = Alarm::metric("cpu", "OK");
    metric.document["AlarmActions"] = json!(["arn:aws:sns:eu-west-1:111122223333:pager"]);
    metric.document["ActionsEnabled"] = json!(false);
    let cloudwatch = CloudWatch::of(vec![metric, composite, Alarm::log("errors", "OK")]);
    let show = |name: &str| cloudwatch.sealed.run(["alarm", "show", name]).expect(0).stdout;
    insta::assert_snapshot!(show("cpu"));
    insta::assert_snapshot!(show("service"));
    insta::assert_snapshot!(show("errors"));
}

#[test]
fn columns_are_those_of_every_kind() {
    let cloudwatch = CloudWatch::of(vec![Alarm::metric("cpu", "OK")]);
    let line = ["alarm", "show", "cpu", "--columns", "state,rule,since", "-o", "csv"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    assert_eq!(ran.stdout, "state,rule,since\nOK,,2026-11-22T10:00:00.123Z\n");
    let line = ["alarm", "show", "cpu", "--query", "item.alarm.Threshold", "-o", "json"];
    assert_eq!(cloudwatch.sealed.run(line).expect(0).stdout, "80.0\n");
}

#[test]
fn an_alarm_is_named_by_its_name_whatever_is_in_it_or_by_its_arn() {
    let name = "why? (a/b):c, *d \u{fc} \"e\"";
    let cloudwatch = CloudWatch::of(vec![Alarm::metric(name, "OK"), Alarm::metric("other", "OK")]);
    let arn = format!("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{name}");
    for typed in [name, &arn] {
        let line = ["alarm", "show", typed, "--columns", "name", "-o", "text"];
        assert_eq!(cloudwatch.sealed.run(line).expect(0).stdout, format!("{name}\n"));
    }
    assert_eq!(cloudwatch.inputs("DescribeAlarms")[0]["AlarmNames"], json!([name]));
}

#[test]
fn a_name_that_no_alarm_has_is_missed_with_a_near_one() {
    let cloudwatch = CloudWatch::of(vec![Alarm::metric("api-5xx", "OK")]);
    let ran = cloudwatch.sealed.run(["alarm", "show", "api-4xx"]).expect(3);
    assert_eq!(ran.stderr, "error: no alarm is called api-4xx\n  hint: did you mean api-5xx?\n");
    let ran = cloudwatch.sealed.run(["--region", "eu-west-1", "alarm", "show", "unlike"]).expect(3);
    assert_eq!(
        ran.stderr,
        "error: no alarm is called unlike\n  hint: opsctl --region eu-west-1 alarm list\n"
    );
    let calls = cloudwatch.aws.requests().len();
    for (name, told) in [
        ("", "an alarm has a name"),
        ("a\nb", "no control characters"),
        ("arn:aws:sns:eu-west-1:111122223333:pager", "the ARN is not that of an alarm"),
        ("arn:aws:cloudwatch:us-east-1:111122223333:alarm:api-5xx", "--region us-east-1"),
    ] {
        let ran = cloudwatch.sealed.run(["alarm", "show", name]).expect(2);
        assert!(ran.stderr.contains(told), "{name}: {ran:?}");
    }
    assert_eq!(cloudwatch.aws.requests().len(), calls);
    // Names are the same in many accounts.
    let elsewhere = "arn:aws:cloudwatch:eu-west-1:999922223333:alarm:api-5xx";
    for verb in [&["show"][..], &["delete", "--yes"], &["fire", "--state", "alarm", "--yes"]] {
        let ran = cloudwatch.sealed.run([&["alarm"], verb, &[elsewhere]].concat()).expect(3);
        assert!(ran.stderr.starts_with("error: no alarm is called api-5xx\n"), "{ran:?}");
    }
}
