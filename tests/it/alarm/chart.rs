//! `alarm chart`: what is asked for, what is drawn, and of which alarms there is nothing to draw.

use serde_json::{Value, json};

use super::{Alarm, CloudWatch};
use crate::metric::{minute, result, results};
use crate::support::{Reply, Request};

pub fn update(before_noon: i64, from: &str, to: &str) -> Value {
    let data = json!({ "version": "1.0", "type": "Update",
        "oldState": { "stateValue": from }, "newState": { "stateValue": to } });
    json!({ "AlarmName": "cpu", "HistoryItemType": "StateUpdate", "Timestamp": minute(before_noon),
        "HistoryData": data.to_string() })
}

/// An alarm on three periods of five minutes, of which some breached and some are missing.
fn cpu(request: &Request) -> Option<Reply> {
    Some(match request.operation.as_str() {
        "GetMetricData" => {
            let value =
                |before: i64| if (60..=90).contains(&before) { 95.0 } else { 30.0 + (before % 20) as f64 };
            let values: Vec<(i64, f64)> = (1..=60)
                .rev()
                .map(|period| 5 * period)
                .filter(|before| !(130..160).contains(before))
                .map(|before| (before, value(before)))
                .collect();
            results(&[result("m1", "CPUUtilization", "Complete", &values)])
        }
        "DescribeAlarmHistory" => Reply::cbor(&json!({ "AlarmHistoryItems": [
            update(45, "ALARM", "OK"),
            update(78, "OK", "ALARM"),
        ] })),
        _ => return None,
    })
}

#[test]
fn values_threshold_breaches_and_states_are_drawn() {
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], cpu);
    let ran = cloudwatch.sealed.run(["alarm", "chart", "cpu"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(ran.stderr, "");
    let asked = cloudwatch.inputs("GetMetricData").remove(0);
    assert_eq!(
        (asked["StartTime"].as_str(), asked["EndTime"].as_str()),
        (Some(&*minute(300)), Some(&*minute(0)))
    );
    assert_eq!(
        asked["MetricDataQueries"][0]["MetricStat"],
        json!({ "Period": 300, "Stat": "Average", "Metric": { "Namespace": "AWS/EC2", "MetricName": "CPUUtilization",
            "Dimensions": [{ "Name": "InstanceId", "Value": "i-0abc" }] } })
    );
    let ran = cloudwatch.sealed.run(["alarm", "chart", "cpu", "--svg", "-"]).expect(0);
    insta::assert_snapshot!("the_svg_of_an_alarm", ran.stdout);
}

#[test]
fn a_band_is_drawn_and_held_against() {
    let mut alarm = Alarm::metric("band", "ALARM");
    let document = alarm.document.as_object_mut().unwrap();
    for member in ["Namespace", "MetricName", "Dimensions", "Statistic", "Period", "Threshold"] {
        document.remove(member);
    }
    document.insert("ComparisonOperator".into(), "LessThanLowerOrGreaterThanUpperThreshold".into());
    document.insert("ThresholdMetricId".into(), "ad1".into());
    let metric = json!({ "Namespace": "N", "MetricName": "M" });
    let queries = json!([
        { "Id": "m1", "ReturnData": true, "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" } },
        { "Id": "ad1", "ReturnData": true, "Expression": "ANOMALY_DETECTION_BAND(m1, 2)" },
    ]);
    document.insert("Metrics".into(), queries);
    let cloudwatch = CloudWatch::answering(vec![alarm], |request| match request.operation.as_str() {
        "GetMetricData" => Some(results(&[
            result("m1", "M", "Complete", &[(3, 5.0), (2, 50.0), (1, -50.0)]),
            result("ad1", "band", "Complete", &[(3, 10.0), (2, 10.0), (1, 10.0)]),
            result("ad1", "band", "Complete", &[(3, 0.0), (2, 0.0), (1, 0.0)]),
        ])),
        "DescribeAlarmHistory" => Some(Reply::cbor_error(403, "AccessDenied", "no")),
        _ => None,
    });
    let ran = cloudwatch.sealed.run(["alarm", "chart", "band", "--since", "10m"]).expect(0);
    assert!(ran.stdout.contains("outside of the band in 3 of 3 periods"), "{ran:?}");
    assert!(ran.stdout.contains("\nbreach "), "{ran:?}");
    assert!(ran.stderr.starts_with("warning: the states of band are not known: "), "{ran:?}");
}

#[test]
fn what_is_missing_or_coarser_is_said() {
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("cpu", "OK")], |request| {
        Some(match request.operation.as_str() {
            "GetMetricData" => results(&[result("m1", "CPUUtilization", "Complete", &[])]),
            "DescribeAlarmHistory" => Reply::cbor(&json!({})),
            "ListMetrics" => {
                let dimension = json!({ "Name": "InstanceId", "Value": "i-0abd" });
                let metric = json!({ "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [dimension] });
                Reply::cbor(&json!({ "Metrics": [metric] }))
            }
            _ => return None,
        })
    });
    let ran = cloudwatch.sealed.run(["alarm", "chart", "cpu", "--since", "100d"]).expect(0);
    assert!(ran.stdout.contains("no data"), "{ran:?}");
    assert_eq!(
        ran.stderr,
        "warning: what is more than 63 days ago is kept by 3600 s alone: cpu looked at periods of 300 s\n\
         warning: AWS/EC2 CPUUtilization is not published with InstanceId=i-0abc; did you mean InstanceId=i-0abd?\n"
    );
}

#[test]
fn alarms_without_values_of_a_metric_and_names_of_none_are_told() {
    let mut promql = Alarm::metric("promql", "OK");
    promql.document["EvaluationCriteria"] = json!({ "PromQLCriteria": { "Query": "up == 0" } });
    let alarms = vec![Alarm::composite("service", "OK", "ALARM(a)"), Alarm::log("errors", "OK"), promql];
    let cloudwatch = CloudWatch::of(alarms);
    for (name, code, told) in [
        (
            "service",
            2,
            "service is a composite alarm: it has no values of a metric\n  hint: opsctl alarm tree service",
        ),
        ("errors", 2, "errors is a log alarm: it has no values of a metric"),
        ("promql", 2, "promql is an alarm on PromQL: it has no values of a metric"),
        ("servise", 3, "no alarm is called servise\n  hint: did you mean service?"),
    ] {
        let ran = cloudwatch.sealed.run(["alarm", "chart", name]).expect(code);
        assert!(ran.stderr.starts_with(&format!("error: {told}")), "{ran:?}");
    }
    cloudwatch.sealed.run(["alarm", "chart", "service", "-o", "json"]).expect(2);
}
