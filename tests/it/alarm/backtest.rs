//! `alarm backtest`: settings side by side, the firings of one, the score against the history, files, what is coarser.

use serde_json::{Value, json};

use super::chart::update;
use super::{Alarm, CloudWatch};
use crate::metric::{minute, result, results};
use crate::support::{Reply, Request};

/// A day and more of five minutes, of which nine breached.
fn day(request: &Request) -> Option<Reply> {
    Some(match request.operation.as_str() {
        "GetMetricData" => {
            let value = |before: i64| if (560..=600).contains(&before) { 95.0 } else { 30.0 };
            let values: Vec<(i64, f64)> =
                (1..=300).rev().map(|period| (5 * period, value(5 * period))).collect();
            results(&[result("m1", "CPUUtilization", "Complete", &values)])
        }
        "DescribeAlarmHistory" => Reply::cbor(&json!({ "AlarmHistoryItems": [
            update(100, "ALARM", "OK"),
            update(130, "OK", "ALARM"),
            update(550, "ALARM", "OK"),
            update(586, "OK", "ALARM"),
        ] })),
        _ => return None,
    })
}

#[test]
fn settings_stand_side_by_side_and_share_their_data() {
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], day);
    let line = "alarm backtest cpu --since 1d --set threshold=96 --set evaluation-periods=1 --set period=600";
    let ran = cloudwatch.sealed.run(line.split(' ')).expect(0);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(ran.stderr, "");
    let asked = cloudwatch.inputs("GetMetricData");
    let periods: Vec<&Value> =
        asked.iter().map(|asked| &asked["MetricDataQueries"][0]["MetricStat"]["Period"]).collect();
    assert_eq!(periods, [300, 600]);
    // Six periods before: what the ranges look back on.
    assert_eq!(
        (asked[0]["StartTime"].as_str(), asked[0]["EndTime"].as_str()),
        (Some(&*minute(1470)), Some(&*minute(0)))
    );
}

#[test]
fn one_setting_is_told_with_its_firings() {
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], day);
    let ran = cloudwatch.sealed.run(["alarm", "backtest", "cpu", "--since", "1d"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    let line = ["alarm", "backtest", "cpu", "--since", "1d", "-o", "json"];
    let row = cloudwatch.sealed.run(line).expect(0).json()["items"][0].clone();
    assert_eq!(
        (&row["fired"], &row["inAlarmSeconds"], &row["aWeek"]),
        (&json!(1), &json!(2100), &json!(7.0))
    );
    assert_eq!(row["firings"], json!([{ "from": minute(585), "to": minute(550), "seconds": 2100 }]));
}

#[test]
fn a_backtest_is_held_against_what_the_alarm_did() {
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], day);
    let line = ["alarm", "backtest", "cpu", "--since", "1d", "--verify", "-o", "json"];
    let row = cloudwatch.sealed.run(line).expect(0).json()["items"][0].clone();
    // Of 1440 minutes one at the beginning of a firing, and thirty of one that the data does not have.
    assert_eq!(
        row["agreement"],
        json!({ "sameShare": 0.9785, "comparedSeconds": 86400, "matched": 1, "missed": 1, "invented": 0 })
    );
    let denied =
        CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], |request| match request.operation.as_str() {
            "DescribeAlarmHistory" => Some(Reply::cbor_error(403, "AccessDenied", "no")),
            _ => day(request),
        });
    denied.sealed.run(line).expect(5);
    cloudwatch.sealed.run(["alarm", "backtest", "alarm.yaml", "--verify"]).expect(2);
}

#[test]
fn a_count_that_hangs_on_the_range_says_so() {
    let mut alarm = Alarm::metric("cpu", "OK");
    alarm.document["TreatMissingData"] = json!("breaching");
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| {
        // Each fourth datapoint is there, and is within.
        let values: Vec<(i64, f64)> = (1..=18).rev().map(|at| (20 * at, 1.0)).collect();
        (request.operation == "GetMetricData")
            .then(|| results(&[result("m1", "CPUUtilization", "Complete", &values)]))
    });
    let line = ["alarm", "backtest", "cpu", "--since", "3h", "--set", "datapoints-to-alarm=2", "-o", "json"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    let row = ran.json()["items"][1].clone();
    assert_eq!((&row["fired"], &row["range"]["longer"]), (&json!(9), &Value::Null), "{row}");
    assert!(ran.stderr.contains("0 times with a range of 4"), "{ran:?}");
    let line = [&line[..], &["--range", "4"]].concat();
    let ran = cloudwatch.sealed.run(line).expect(0);
    let row = ran.json()["items"][1].clone();
    assert_eq!((&row["fired"], &row["range"]["longer"]), (&json!(0), &json!(9)), "{row}");
    assert!(ran.stderr.contains("9 times with a range of 5"), "{ran:?}");
}

#[test]
fn data_that_is_coarser_or_not_there_is_told() {
    let mut alarm = Alarm::metric("cpu", "OK");
    alarm.document["Period"] = json!(60);
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| match request.operation.as_str() {
        "GetMetricData" => Some(results(&[result("m1", "CPUUtilization", "Complete", &[])])),
        "ListMetrics" => {
            let dimension = json!({ "Name": "InstanceId", "Value": "i-0abd" });
            let metric =
                json!({ "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [dimension] });
            Some(Reply::cbor(&json!({ "Metrics": [metric] })))
        }
        _ => None,
    });
    for (since, told) in [
        ("20d", "what is more than 15 days ago is kept by 300 s alone: cpu looks at periods of 60 s"),
        ("100d", "what is more than 63 days ago is kept by 3600 s alone"),
        ("364d", "did you mean InstanceId=i-0abd?"),
    ] {
        let ran = cloudwatch.sealed.run(["alarm", "backtest", "cpu", "--since", since]).expect(0);
        assert!(ran.stderr.contains(told), "{since}: {ran:?}");
    }
    let ran = cloudwatch.sealed.run(["alarm", "backtest", "cpu", "--since", "14d"]).expect(0);
    assert!(!ran.stderr.contains("is kept by"), "{ran:?}");
}

const ALARM: &str = "AlarmName: cpu\nNamespace: AWS/EC2\nMetricName: CPUUtilization\nStatistic: Average\n\
    Period: 300\nEvaluationPeriods: 3\nThreshold: 80\nComparisonOperator: GreaterThanThreshold\n";

#[test]
fn an_alarm_in_a_file_is_judged_and_all_of_its_mistakes_are_told() {
    let cloudwatch = CloudWatch::answering(Vec::new(), day);
    cloudwatch.sealed.write("alarm.yaml", ALARM);
    let line =
        ["alarm", "backtest", "alarm.yaml", "--since", "1d", "--columns", "setting,fired", "-o", "text"];
    assert_eq!(cloudwatch.sealed.run(line).expect(0).stdout, "as it is\t1\n");
    assert!(cloudwatch.inputs("DescribeAlarms").is_empty());
    let wrong = ALARM
        .replace("Period: 300", "Period: 45")
        .replace("EvaluationPeriods: 3", "EvaluationPeriods: three")
        .replace("Threshold: 80", "Threshold: \"NaN\"");
    let ran = cloudwatch.sealed.run_with(["alarm", "backtest", "-"], wrong.as_bytes()).expect(2);
    assert!(ran.stderr.starts_with("error: stdin has 3 faults\n"), "{ran:?}");
    for place in ["stdin:5:9: Period", "stdin:6:20: EvaluationPeriods", "stdin:7:12: Threshold"] {
        assert!(ran.stderr.contains(place), "{place}: {ran:?}");
    }
    let ran = cloudwatch.sealed.run(["alarm", "backtest", "none.json"]).expect(3);
    assert!(ran.stderr.contains("cannot read the alarm none.json"), "{ran:?}");
}

#[test]
fn what_cannot_be_tried_is_refused() {
    let mut unknown = Alarm::metric("unknown", "OK");
    unknown.document["Metrics"] = json!([{ "Id": "e1", "Expression": "FORECAST(m1)" }]);
    let cloudwatch = CloudWatch::answering(
        vec![
            Alarm::metric("cpu", "OK"),
            Alarm::composite("service", "OK", "ALARM(cpu)"),
            Alarm::log("errors", "OK"),
            unknown,
        ],
        day,
    );
    for (line, code, told) in [
        ("service", 2, "service is a composite alarm: it has no values of a metric"),
        ("errors", 2, "errors is a log alarm"),
        ("unknown", 2, "unknown cannot be judged here\n  cause: the expression e1: "),
        ("cpo", 3, "did you mean cpu?"),
        ("cpu --set threshold=NaN", 2, "no finite number"),
        ("cpu --set treshold=1", 2, "did you mean `threshold`"),
        ("cpu --set datapoints-to-alarm=4", 2, "no alarm can be so\n  cause: DatapointsToAlarm: "),
        (
            "cpu --since 2026-11-22T11:58:00Z --until 2026-11-22T11:59:00Z",
            2,
            "there is no whole period of 300 s in this time",
        ),
        ("cpu --until 20d", 2, "there is no time from --since"),
        ("cpu --range 2", 2, "an evaluation range of 2"),
    ] {
        let ran =
            cloudwatch.sealed.run(["alarm", "backtest"].into_iter().chain(line.split(' '))).expect(code);
        assert!(ran.stderr.contains(told), "{line}: {ran:?}");
    }
    assert!(cloudwatch.inputs("GetMetricData").is_empty());
}
