//! `alarm explain`: what counted, what was filled and how, whether the service agrees and what may be if not, what comes next.

use serde_json::{Value, json};

use super::{Alarm, CloudWatch};
use crate::metric::{minute, result, results};
use crate::support::{Reply, Request};

/// Values of `cpu` by the minutes before noon that their periods begin at: of the last five, 25, 20, 15, 10 and 5.
fn values(request: &Request, values: &[(i64, f64)]) -> Option<Reply> {
    match request.operation.as_str() {
        "GetMetricData" => Some(results(&[result("m1", "CPUUtilization", "Complete", values)])),
        "ListMetrics" => {
            let dimension = json!({ "Name": "InstanceId", "Value": "i-0abc" });
            let metric =
                json!({ "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [dimension] });
            Some(Reply::cbor(&json!({ "Metrics": [metric] })))
        }
        _ => None,
    }
}

fn cpu(state: &str, treat: Option<&str>, points: &'static [(i64, f64)]) -> CloudWatch {
    let mut alarm = Alarm::metric("cpu", state);
    if let Some(treat) = treat {
        alarm.document["TreatMissingData"] = json!(treat);
    }
    CloudWatch::answering(vec![alarm], move |request| values(request, points))
}

fn verdict(cloudwatch: &CloudWatch, more: &[&str]) -> Value {
    let line = ["alarm", "explain", "cpu", "-o", "json"].iter().chain(more);
    cloudwatch.sealed.run(line).expect(0).json()["item"]["verdict"].clone()
}

const ALL: &[(i64, f64)] = &[(30, 1.0), (25, 1.0), (20, 1.0), (15, 90.0), (10, 91.5), (5, 92.0)];
const ONE: &[(i64, f64)] = &[(15, 90.0)];
const NONE: &[(i64, f64)] = &[];
const FEW: &[(i64, f64)] = &[(25, 1.0), (10, 90.0), (5, 90.0)];

#[test]
fn every_state_is_explained_by_what_counted_and_what_was_filled() {
    let gap = "gap";
    for (treat, points, prior, state, decided_by, roles) in [
        (None, ALL, "ALARM", "ALARM", "datapoints", ["counted", "counted", "counted", "older", "older"]),
        (Some("missing"), ONE, "ALARM", "ALARM", "premature", [gap, gap, "counted", gap, gap]),
        (Some("ignore"), ONE, "OK", "OK", "prematureIgnored", [gap, gap, "counted", gap, gap]),
        (Some("breaching"), ONE, "ALARM", "ALARM", "filled", ["filled", "filled", "counted", gap, gap]),
        (Some("notBreaching"), ONE, "OK", "OK", "filled", ["filled", "filled", "counted", gap, gap]),
        (Some("missing"), NONE, "INSUFFICIENT_DATA", "INSUFFICIENT_DATA", "noDatapoints", [gap; 5]),
        (Some("ignore"), NONE, "OK", "OK", "noDatapoints", [gap; 5]),
        (Some("breaching"), NONE, "ALARM", "ALARM", "noDatapoints", ["filled", "filled", "filled", gap, gap]),
        (Some("notBreaching"), NONE, "OK", "OK", "noDatapoints", ["filled", "filled", "filled", gap, gap]),
    ] {
        let verdict = verdict(&cpu(prior, treat, points), &[]);
        let told: Vec<&str> =
            verdict["slots"].as_array().unwrap().iter().map(|slot| slot["role"].as_str().unwrap()).collect();
        let found = (&verdict["state"], &verdict["decidedBy"], &verdict["agrees"], told);
        assert_eq!(
            found,
            (&json!(state), &json!(decided_by), &json!(true), roles.to_vec()),
            "{treat:?} {points:?}"
        );
        assert_eq!(verdict["range"]["periods"], 5);
    }
}

#[test]
fn people_are_told_on_a_screen() {
    let cloudwatch = cpu("ALARM", None, ALL);
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu"]).expect(0);
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!(ran.stdout);
    let asked = cloudwatch.inputs("GetMetricData").remove(0);
    assert_eq!(
        (asked["StartTime"].as_str(), asked["EndTime"].as_str()),
        (Some(&*minute(30)), Some(&*minute(0)))
    );
    let line = ["alarm", "explain", "cpu", "--columns", "state,judged,agrees,why", "-o", "text"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    assert_eq!(ran.stdout, "ALARM\tALARM\tyes\t3 of the newest 3 datapoints breach; 3 make ALARM\n");
}

#[test]
fn what_would_change_it_and_when_is_told() {
    let verdict = verdict(&cpu("ALARM", None, ALL), &[]);
    let next: Vec<_> = verdict["next"]
        .as_array()
        .unwrap()
        .iter()
        .map(|next| (next["when"].clone(), next["state"].clone(), next["at"].clone()))
        .collect();
    assert_eq!(next[0], (json!("breaching"), Value::Null, Value::Null));
    assert_eq!(next[1], (json!("within"), json!("OK"), json!(minute(-5))));
    // With three periods without data two datapoints are left; with five none.
    assert_eq!(next[2], (json!("missing"), json!("INSUFFICIENT_DATA"), json!(minute(-25))));
}

#[test]
fn an_answer_that_hangs_on_the_range_says_so_and_who_disagrees_is_told_why_that_may_be() {
    let cloudwatch = cpu("ALARM", Some("breaching"), FEW);
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    let judged = verdict(&cloudwatch, &[]);
    assert_eq!((&judged["state"], &judged["agrees"]), (&json!("OK"), &json!(false)));
    assert_eq!((&judged["range"]["shorter"], &judged["range"]["longer"]), (&json!("ALARM"), &Value::Null));
    let shorter = verdict(&cloudwatch, &["--range", "4"]);
    assert_eq!((&shorter["state"], &shorter["agrees"]), (&json!("ALARM"), &json!(true)));
    assert_eq!(shorter["range"]["isAssumed"], false);
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu", "--range", "2"]).expect(2);
    assert!(ran.stderr.contains("an evaluation range of 2 is not from 3"), "{ran:?}");
}

#[test]
fn an_earlier_moment_is_explained_with_its_state_of_then() {
    let cloudwatch =
        CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], |request| match request.operation.as_str() {
            "DescribeAlarmHistory" => Some(Reply::cbor(&json!({ "AlarmHistoryItems": [
                super::chart::update(45, "ALARM", "OK"),
            ] }))),
            _ => values(request, &[(75, 90.0), (70, 90.0), (65, 90.0)]),
        });
    let item = cloudwatch
        .sealed
        .run(["alarm", "explain", "cpu", "--at", "1h", "-o", "json"])
        .expect(0)
        .json()["item"]
        .clone();
    assert_eq!((&item["state"], &item["verdict"]["state"]), (&json!("ALARM"), &json!("ALARM")), "{item}");
    assert_eq!((&item["at"], &item["since"]), (&json!(minute(60)), &Value::Null));
}

#[test]
fn what_is_yet_to_come_or_was_judged_by_other_settings_is_told() {
    let mut alarm = Alarm::metric("cpu", "OK");
    alarm.document["AlarmConfigurationUpdatedTimestamp"] = json!("2026-11-22T11:30:00Z");
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| match request.operation.as_str() {
        "DescribeAlarmHistory" => Some(Reply::cbor(&json!({ "AlarmHistoryItems": [] }))),
        _ => values(request, ALL),
    });
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu", "--at", "2099-01-01"]).expect(2);
    assert_eq!(ran.stderr, "error: --at 2099-01-01T00:00:00Z is yet to come\n");
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu", "--at", "1h"]).expect(0);
    assert!(ran.stdout.contains("cpu was created or changed at 2026-11-22T11:30:00Z"), "{ran:?}");
}

#[test]
fn what_the_service_does_not_compute_is_not_judged_and_the_rest_is_told() {
    let mut alarm = Alarm::metric("cpu", "ALARM");
    alarm.document["StateReason"] = json!("because it was so");
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| {
        let is_asked = request.operation == "GetMetricData";
        is_asked.then(|| Reply::cbor_error(400, "ValidationError", "there is no band"))
    });
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu"]).expect(0);
    assert!(ran.stdout.contains("there is no band") && ran.stdout.contains("because it was so"), "{ran:?}");
}

#[test]
fn a_metric_without_data_has_a_near_match() {
    let mut alarm = Alarm::metric("cpu", "INSUFFICIENT_DATA");
    alarm.document["Dimensions"][0]["Value"] = json!("i-0abd");
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| values(request, NONE));
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu"]).expect(0);
    assert!(ran.stdout.contains("did you mean InstanceId=i-0abc?"), "{ran:?}");
    let mut alarm = Alarm::metric("cpu", "INSUFFICIENT_DATA");
    alarm.document["Unit"] = json!("Seconds");
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| values(request, NONE));
    let ran = cloudwatch.sealed.run(["alarm", "explain", "cpu"]).expect(0);
    assert!(ran.stdout.contains("only values of the unit Seconds are looked at"), "{ran:?}");
}

#[test]
fn few_samples_a_warm_up_and_rules_that_mute_are_told() {
    let mut alarm = Alarm::metric("cpu", "OK");
    alarm.document.as_object_mut().unwrap().remove("Statistic");
    alarm.document["ExtendedStatistic"] = json!("p99");
    alarm.document["EvaluateLowSampleCountPercentile"] = json!("ignore");
    alarm.document["AlarmActions"] = json!(["arn:aws:sns:eu-west-1:111122223333:pager"]);
    let mut warm = Alarm::metric("warm", "INSUFFICIENT_DATA");
    warm.document["EvaluationState"] = json!("IN_WARM_UP");
    warm.document["WarmUpConfiguration"] = json!({ "WarmUpPeriodDurationInMinutes": 60 });
    warm.document["AlarmConfigurationUpdatedTimestamp"] = json!("2026-11-22T11:30:00Z");
    let cloudwatch = CloudWatch::answering(vec![alarm, warm], |request| match request.operation.as_str() {
        "GetMetricData" => {
            let points: Vec<(i64, f64)> = [25, 20, 15, 10, 5].map(|at| (at, 99.0)).to_vec();
            let counts: Vec<(i64, f64)> = points.iter().map(|(at, _)| (*at, 12.0)).collect();
            Some(results(&[
                result("m1", "CPUUtilization", "Complete", &points),
                result("opsctl_samples", "CPUUtilization", "Complete", &counts),
            ]))
        }
        "ListAlarmMuteRules" => Some(Reply::cbor(&json!({ "AlarmMuteRuleSummaries": [
            { "AlarmMuteRuleArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:nightly" },
        ] }))),
        _ => None,
    });
    let item =
        cloudwatch.sealed.run(["alarm", "explain", "cpu", "-o", "json"]).expect(0).json()["item"].clone();
    assert_eq!(item["verdict"]["decidedBy"], "fewSamples", "{item}");
    assert_eq!(
        (&item["verdict"]["slots"][0]["samples"], &item["actions"]["mutedBy"]),
        (&json!(12.0), &json!(["nightly"]))
    );
    let asked = cloudwatch.inputs("GetMetricData").remove(0);
    assert_eq!(asked["MetricDataQueries"][1]["MetricStat"]["Stat"], "SampleCount");
    let ran = cloudwatch.sealed.run(["alarm", "explain", "warm"]).expect(0);
    assert!(ran.stdout.contains("it warms up and is not judged, until 2026-11-22T12:30:00Z"), "{ran:?}");
    assert!(ran.stdout.contains("muted by nightly") && !ran.stdout.contains("it may be that"), "{ran:?}");
}

#[test]
fn a_composite_alarm_is_explained_by_its_rule_and_its_children() {
    let mut service = Alarm::composite("service", "ALARM", "ALARM(web) AND NOT (OK(db) OR ALARM(deploying))");
    for (member, value) in [
        ("ActionsSuppressor", json!("deploying")),
        ("ActionsSuppressorWaitPeriod", json!(60)),
        ("ActionsSuppressorExtensionPeriod", json!(120)),
        ("ActionsSuppressedBy", json!("WaitPeriod")),
    ] {
        service.document[member] = value;
    }
    let cloudwatch = CloudWatch::of(vec![
        service,
        Alarm::metric("web", "ALARM"),
        Alarm::metric("db", "INSUFFICIENT_DATA"),
        Alarm::metric("deploying", "OK"),
        Alarm::composite("wrong", "OK", "ALARM(web)"),
        Alarm::composite("lost", "OK", "ALARM(web) OR ALARM(gone)"),
        Alarm::composite("a", "OK", "ALARM(b)"),
        Alarm::composite("b", "OK", "ALARM(a)"),
        Alarm::composite("odd", "OK", "ALRAM(a)"),
    ]);
    let ran = cloudwatch.sealed.run(["alarm", "explain", "service"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    for (name, told) in [
        ("wrong", "says OK, not the same"),
        ("lost", "the rule names alarms that do not exist: gone"),
        ("a", "it waits for itself (a, b)"),
        ("odd", "its rule cannot be read: there is no state `ALRAM`"),
    ] {
        let ran = cloudwatch.sealed.run(["alarm", "explain", name]).expect(0);
        assert!(ran.stdout.contains(told), "{name}: {ran:?}");
    }
}

#[test]
fn what_cannot_be_judged_is_named_and_what_the_service_saw_is_told() {
    let of = |name: &str, expression: &str| {
        let mut alarm = Alarm::metric(name, "ALARM");
        let document = alarm.document.as_object_mut().unwrap();
        for member in ["Namespace", "MetricName", "Dimensions", "Statistic", "Period"] {
            document.remove(member);
        }
        document.insert("Metrics".into(), json!([{ "Id": "e1", "Expression": expression, "Period": 60 }]));
        let data = json!({ "version": "1.0", "recentDatapoints": [7.5], "threshold": 5.0, "evaluatedDatapoints":
            [{ "timestamp": "2026-11-22T11:55:00.000+0000", "value": 7.5 }] });
        document.insert("StateReasonData".into(), data.to_string().into());
        alarm
    };
    let mut promql = Alarm::metric("promql", "ALARM");
    promql.document["EvaluationCriteria"] = json!({ "PromQLCriteria": { "Query": "up == 0" } });
    let alarms = vec![
        of("unknown", "FORECAST(m1)"),
        of("insights", "SELECT AVG(Latency) FROM Shop GROUP BY Stage"),
        promql,
        Alarm::log("errors", "OK"),
    ];
    let cloudwatch = CloudWatch::answering(alarms, |request| {
        (request.operation == "DescribeAlarmContributors").then(|| {
            Reply::cbor(&json!({ "AlarmContributors": [
                { "ContributorId": "c1", "ContributorAttributes": { "Stage": "prod" }, "StateReason": "too slow" },
            ] }))
        })
    });
    for (name, told) in [
        ("unknown", "not judged  the expression e1: "),
        ("insights", "not judged  a Metrics Insights query has contributors"),
        ("promql", "not judged  it is judged by its PromQL query"),
        ("errors", "not judged  the results of a log alarm's queries are kept by CloudWatch alone"),
    ] {
        let ran = cloudwatch.sealed.run(["alarm", "explain", name]).expect(0);
        assert!(ran.stdout.contains(told), "{name}: {ran:?}");
        assert!(ran.stdout.contains("in ALARM    c1 Stage=prod: too slow"), "{name}: {ran:?}");
    }
    let ran = cloudwatch.sealed.run(["alarm", "explain", "unknown"]).expect(0);
    assert!(ran.stdout.contains("FORECAST") && ran.stdout.contains("2026-11-22T11:55:00Z  7.5"), "{ran:?}");
    assert!(cloudwatch.inputs("GetMetricData").is_empty());
    cloudwatch.sealed.run(["alarm", "explain", "unknow"]).expect(3);
}
