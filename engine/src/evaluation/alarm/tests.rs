//! The rules of alarms, each with what is said when it is broken.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LogAlarm, MetricAlarm, check_composite, check_expressions, check_log, check_metric};

fn metric() -> Value {
    json!({
        "AlarmName": "cpu", "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average",
        "Period": 300, "EvaluationPeriods": 3, "Threshold": 80, "ComparisonOperator": "GreaterThanThreshold",
    })
}

fn expression() -> Value {
    let stat = json!({ "Metric": { "Namespace": "N", "MetricName": "m" }, "Period": 60, "Stat": "Sum" });
    json!({
        "AlarmName": "rate", "EvaluationPeriods": 3, "Threshold": 1, "ComparisonOperator": "LessThanThreshold",
        "Metrics": [
            { "Id": "m1", "MetricStat": stat, "ReturnData": false },
            { "Id": "e1", "Expression": "m1 / 2" },
        ],
    })
}

fn promql() -> Value {
    json!({
        "AlarmName": "up", "EvaluationInterval": 60,
        "EvaluationCriteria": { "PromQLCriteria": { "Query": "up == 0", "PendingPeriod": 300 } },
    })
}

fn logs() -> Value {
    json!({
        "AlarmName": "errors", "QueryResultsToEvaluate": 5, "QueryResultsToAlarm": 3, "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "ScheduledQueryConfiguration": {
            "QueryString": "fields @message", "LogGroupIdentifiers": ["app"],
            "ScheduledQueryRoleARN": "arn:aws:iam::111122223333:role/r", "AggregationExpression": "count(*)",
            "ScheduleConfiguration": { "ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300 },
        },
    })
}

/// A document with the members of another put over its own; null takes one away.
fn with(mut document: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        match document.pointer_mut(name) {
            Some(place) => *place = value.clone(),
            None => document[&name[1..]] = value.clone(),
        }
    }
    document
}

fn said(faults: Vec<crate::document::Fault>) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn sound_documents_have_no_faults_and_come_back() {
    for document in [metric(), expression(), promql()] {
        assert_eq!(said(check_metric(&document)), [""; 0]);
        let alarm = MetricAlarm::read(&document).unwrap();
        assert_eq!(MetricAlarm::read(&alarm.to_value()).unwrap(), alarm);
        for (name, value) in document.as_object().unwrap() {
            let written = &alarm.to_value()[name];
            let same =
                written == value || written.as_f64().is_some_and(|number| Some(number) == value.as_f64());
            assert!(same || name == "Metrics", "{name}: {written}");
        }
    }
    assert_eq!(said(check_log(&logs())), [""; 0]);
    let alarm = LogAlarm::read(&logs()).unwrap();
    assert_eq!(LogAlarm::read(&alarm.to_value()).unwrap(), alarm);
}

#[test]
fn every_rule_is_said_when_it_is_broken() {
    let band = json!({ "/ComparisonOperator": "LessThanLowerThreshold", "/ThresholdMetricId": "ad", "/Threshold": null });
    let rows = [
        (metric(), json!({ "/AlarmName": "" }), "AlarmName: is empty"),
        (metric(), json!({ "/AlarmName": "a\u{7}" }), "AlarmName: has a control character"),
        (metric(), json!({ "/Period": 45 }), "Period: 45 is not 10, 20, 30 or a multiple of 60 seconds"),
        (metric(), json!({ "/Period": "60" }), "Period: must be a whole number"),
        (metric(), json!({ "/Threshold": "NaN" }), "Threshold: `NaN` is no finite number"),
        (metric(), json!({ "/Threshold": "80" }), "Threshold: must be a number: without quotes"),
        (metric(), json!({ "/Threshold": null }), "`Threshold` is missing"),
        (metric(), json!({ "/Namespace": ":N" }), "Namespace: may not begin with a colon"),
        (metric(), json!({ "/Statistic": "Mean" }), "Statistic: `Mean` is not one of"),
        (metric(), json!({ "/Statistic": null }), "has neither Statistic nor ExtendedStatistic"),
        (metric(), json!({ "/ExtendedStatistic": "p99" }), "has Statistic and ExtendedStatistic: only one"),
        (
            metric(),
            json!({ "/ExtendedStatistic": "pr(1:2)", "/Statistic": null }),
            "ExtendedStatistic: `pr(1:2)` is not a statistic such as p99, tm90, IQM or PR(1:10)",
        ),
        (
            metric(),
            json!({ "/EvaluateLowSampleCountPercentile": "ignore" }),
            "EvaluateLowSampleCountPercentile: is of percentile statistics alone, such as p99",
        ),
        (
            metric(),
            json!({ "/DatapointsToAlarm": 4 }),
            "DatapointsToAlarm: 4 is more than 3, the EvaluationPeriods",
        ),
        (
            metric(),
            json!({ "/EvaluationPeriods": 289 }),
            "EvaluationPeriods: 289 periods of 300 seconds are longer than a day, the most: 288 fit",
        ),
        (
            metric(),
            json!({ "/Period": 1_209_600 }),
            "EvaluationPeriods: a period of 1209600 seconds is longer than seven days, the most",
        ),
        (
            metric(),
            json!({ "/ComparisonOperator": "GreaterThanThreshhold" }),
            "did you mean `GreaterThanThreshold`?",
        ),
        (metric(), json!({ "/ComparisonOperator": "GreaterThanUpperThreshold" }), "needs ThresholdMetricId"),
        (metric(), json!({ "/TreatMissingData": "notbreaching" }), "did you mean `notBreaching`?"),
        (
            metric(),
            json!({ "/TreatMissingDta": "ignore" }),
            "TreatMissingDta: unknown field; did you mean `TreatMissingData`?",
        ),
        (metric(), json!({ "/EvaluationInterval": 60 }), "EvaluationInterval: is of PromQL alarms alone"),
        (metric(), json!({ "/MetricName": null }), "has none of MetricName, Metrics and EvaluationCriteria"),
        (metric(), json!({ "/Metrics": [] }), "has MetricName and Metrics: only one of them is allowed"),
        (
            metric(),
            json!({ "/AlarmActions": ["a", "b", "c", "d", "e", "f"] }),
            "AlarmActions: has 6 actions; at most 5",
        ),
        (
            metric(),
            json!({ "/Dimensions": [{ "Name": "a", "Value": "b" }, { "Name": "a", "Value": "c" }] }),
            "Dimensions[1].Name: `a` is there twice",
        ),
        (
            metric(),
            json!({ "/EvaluationWindow": { "WallClockWindow": { "Timezone": "Europe/Lodon" } } }),
            "EvaluationWindow.WallClockWindow.Timezone: `Europe/Lodon` is no time zone; did you mean `Europe/London`",
        ),
        (
            metric(),
            json!({ "/EvaluationWindow": { "WallClockWindow": {} }, "/Period": 900 }),
            "EvaluationWindow.WallClockWindow: does not go with a period of 900 seconds",
        ),
        (
            metric(),
            json!({ "/EvaluationWindow": { "WallClockWindow": {}, "SlidingWindow": {} } }),
            "only one of them",
        ),
        (metric(), json!({ "/WarmUpConfiguration": {} }), "`WarmUpPeriodDurationInMinutes` is missing"),
        (metric(), json!({ "/Tags": [{ "Key": "k" }] }), "`Value` is missing"),
        (
            metric(),
            json!({ "/ActionConfiguration": { "AlarmTagsPropagation": { "IncludedTagKeys": [] } } }),
            "IncludedTagKeys: has 0 keys; 1 to 50 are allowed",
        ),
        (expression(), json!({ "/Period": 60 }), "Period: may not stand beside Metrics"),
        (expression(), json!({ "/Metrics/0/Id": "M1" }), "Metrics[0].Id: `M1` is not an Id"),
        (expression(), json!({ "/Metrics/1/Id": "m1" }), "Metrics[1].Id: `m1` is there twice"),
        (
            expression(),
            json!({ "/Metrics/0/ReturnData": true }),
            "Metrics: has 2 entries that return data; exactly one does",
        ),
        (
            expression(),
            json!({ "/Metrics/1/Expression": null }),
            "Metrics[1]: has neither Expression nor MetricStat",
        ),
        (
            expression(),
            json!({ "/Metrics/0/MetricStat/Stat": "avg" }),
            "Metrics[0].MetricStat.Stat: `avg` is not a statistic",
        ),
        (
            expression(),
            json!({ "/Metrics/1": { "Id": "e1", "Expression": "m1", "Period": 300 } }),
            "Metrics[1].Period: 300 is not 60, the period of the entries before: all have the same",
        ),
        (
            expression(),
            json!({ "/Metrics/0/MetricStat/Period": 7 }),
            "Metrics[0].MetricStat.Period: 7 is not 10",
        ),
        (expression(), band.clone(), "ThresholdMetricId: `ad` is no Id in Metrics"),
        (
            expression(),
            json!({ "/ThresholdMetricId": "e1" }),
            "ThresholdMetricId: is of the operators that compare with a band",
        ),
        (promql(), json!({ "/Threshold": 1 }), "Threshold: may not stand beside EvaluationCriteria"),
        (promql(), json!({ "/TreatMissingData": "ignore" }), "TreatMissingData: may not stand beside"),
        (
            promql(),
            json!({ "/EvaluationInterval": 7_200 }),
            "EvaluationInterval: 7200 is longer than an hour, 3600",
        ),
        (promql(), json!({ "/EvaluationInterval": null }), "`EvaluationInterval` is missing"),
        (
            promql(),
            json!({ "/EvaluationCriteria/PromQLCriteria/PendingPeriod": -1 }),
            "PendingPeriod: -1 is not a whole",
        ),
    ];
    for (document, members, expected) in rows {
        let faults = said(check_metric(&with(document, members.clone())));
        assert!(
            faults.iter().any(|fault| fault.contains(expected)),
            "{members}: {expected:?} is not in {faults:?}"
        );
    }
}

#[test]
fn every_rule_of_log_alarms_is_said_when_it_is_broken() {
    let query = |name: &str| format!("/ScheduledQueryConfiguration/{name}");
    let rows = [
        (
            "/QueryResultsToEvaluate".to_owned(),
            json!(101),
            "QueryResultsToEvaluate: 101 is not a whole number from 1 to 100",
        ),
        (
            "/QueryResultsToAlarm".to_owned(),
            json!(6),
            "QueryResultsToAlarm: 6 is more than 5, the QueryResultsToEvaluate",
        ),
        (
            "/ComparisonOperator".to_owned(),
            json!("GreaterThanUpperThreshold"),
            "ComparisonOperator: `GreaterThanUpperThreshold` is not",
        ),
        ("/ActionLogLineCount".to_owned(), json!(5), "needs ActionLogLineRoleArn"),
        (
            query("LogGroupIdentifiers"),
            json!([]),
            "LogGroupIdentifiers: has 0 log groups; 1 to 50 are allowed",
        ),
        (query("ScheduleConfiguration/ScheduleExpression"), json!("hourly"), "`hourly` is not a rate"),
        (
            query("ScheduleConfiguration"),
            json!({ "ScheduleExpression": "rate(1 hour)", "StartTimeOffset": 5, "EndTimeOffset": 5 }),
            "EndTimeOffset: 5 is not smaller than 5, the StartTimeOffset",
        ),
    ];
    for (place, value, expected) in rows {
        let faults = said(check_log(&with(logs(), json!({ place: value }))));
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected:?} is not in {faults:?}");
    }
}

#[test]
fn faults_are_found_all_at_once() {
    let document = with(
        metric(),
        json!({ "/Period": 45, "/Threshold": "NaN", "/DatapointsToAlarm": 0, "/Statistic": "avg" }),
    );
    let faults = check_metric(&document);
    let fields: Vec<String> = faults.iter().map(crate::document::Fault::field).collect();
    assert_eq!(fields, ["Statistic", "Period", "DatapointsToAlarm", "Threshold"]);
}

#[test]
fn what_an_alarm_is_described_with_is_no_fault() {
    let described = with(
        metric(),
        json!({
            "/AlarmArn": "arn", "/StateValue": "OK", "/StateUpdatedTimestamp": "2026-01-01", "/OKActions": [], "/BrandNew": 1,
        }),
    );
    assert_eq!(said(check_metric(&described)), [""; 0]);
    assert!(MetricAlarm::read(&described).is_ok());
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1..100_000_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z0-9():%.\\PC]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[A-Z][a-zA-Z]{0,12}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn all_faults_of_a_composite_alarm_come_at_once() {
    let good = json!({
        "AlarmName": "site", "AlarmRule": "ALARM(cpu) AND NOT ALARM(deploy)",
        "AlarmActions": ["arn:aws:sns:eu-west-1:111122223333:ops"], "ActionsSuppressor": "deploy",
        "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 0,
        "StateValue": "OK", "ActionsSuppressedBy": "Alarm", "Newer": 1,
    });
    assert_eq!(check_composite(&good), []);

    let wrong = json!({
        "AlarmName": "a\nb", "AlarmDescription": "x".repeat(1_025), "AlarmRule": "ALARM(cpu) ALARM(b)",
        "OKActions": vec!["arn:aws:sns:eu-west-1:111122223333:ops"; 6], "Threshold": 1,
        "ActionsSuppressor": "deploy", "ActionsSuppressorWaitPeriod": -1, "AlarmActoins": [],
    });
    let faults: Vec<String> = check_composite(&wrong).iter().map(ToString::to_string).collect();
    let expected = [
        "AlarmName: has a control character",
        "AlarmDescription: has 1025 characters",
        "OKActions: has 6 actions",
        "Threshold: may not stand beside AlarmRule",
        "AlarmRule: expected AND or OR (at character 12)\nALARM(cpu) ALARM(b)\n           ^^^^^",
        "ActionsSuppressorWaitPeriod: -1 is not a whole number",
        "ActionsSuppressorExtensionPeriod: is missing",
        "AlarmActoins: unknown field; did you mean `AlarmActions`?",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.starts_with(expected), "{fault}");
    }
    let alone = json!({"AlarmName": "a", "AlarmRule": "OK(a)", "ActionsSuppressorWaitPeriod": 1});
    assert_eq!(check_composite(&alone).len(), 2);
    let own = json!({"AlarmName": "a", "AlarmRule": "OK(b)", "ActionsSuppressor": "a",
        "ActionsSuppressorWaitPeriod": 1, "ActionsSuppressorExtensionPeriod": 1});
    assert_eq!(check_composite(&own)[0].to_string(), "ActionsSuppressor: is the alarm itself");
    assert_eq!(check_composite(&json!({"AlarmName": "a"}))[0].to_string(), "`AlarmRule` is missing");
}

proptest! {
    /// What has no fault can be read, and nothing makes it panic.
    #[test]
    fn documents_without_fault_are_read(shape in 0..4_usize, field in any::<prop::sample::Index>(), value in any_value()) {
        let mut document = [metric(), expression(), promql(), logs()][shape].clone();
        let names: Vec<String> = document.as_object().unwrap().keys().cloned().collect();
        document[field.get(&names)] = value;
        let faults = if shape == 3 { check_log(&document) } else { check_metric(&document) };
        let read = match shape {
            3 => LogAlarm::read(&document).map(|_| ()),
            _ => MetricAlarm::read(&document).map(|_| ()),
        };
        prop_assert!(!faults.is_empty() || read.is_ok(), "{document}: {read:?}");
    }
}

#[test]
fn expressions_are_read_named_and_come_to_one_series() {
    let with = |text: &str| {
        json!({
            "AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1, "EvaluationPeriods": 1,
            "Metrics": [
                { "Id": "e1", "Expression": text },
                { "Id": "m1", "ReturnData": false, "MetricStat": {
                    "Metric": { "Namespace": "N", "MetricName": "M" }, "Period": 60, "Stat": "Sum" } },
            ],
        })
    };
    for (text, expected) in [
        ("m1 * 100", None),
        ("SELECT AVG(M) FROM \"N\"", None),
        ("SUM(METRICS())", None),
        ("m1 +", Some("expected")),
        ("m2 * 100", Some("there is no metric or expression with the Id `m2`; did you mean `m1`?")),
        ("METRICS()", Some("an alarm watches one series, and this is an array")),
        ("SEARCH('x', 'Sum')", Some("an alarm cannot watch a search")),
        ("e1 + 1", Some("it needs `e1`, which needs it in turn")),
        ("SUM(FIRST(METRICS()), 2)", Some("SUM")),
    ] {
        let faults = check_expressions(&MetricAlarm::read(&with(text)).unwrap());
        match expected {
            None => assert_eq!(faults, [], "{text}"),
            Some(part) => {
                let told = faults[0].fault().to_string();
                assert!(told.starts_with("Metrics[0].Expression: ") && told.contains(part), "{text}: {told}");
            }
        }
        assert_eq!(check_metric(&with(text)), [], "{text}: what it says is looked at by itself");
    }
}
