//! `alarm history`: states, configuration changes as diffs, failed actions.

use serde_json::{Value, json};

use super::{Alarm, CloudWatch};
use crate::support::Reply;

fn item(name: &str, minute: u32, kind: &str, data: Value) -> Value {
    json!({
        "AlarmName": name, "AlarmType": "MetricAlarm", "Timestamp": format!("2026-11-22T11:{minute:02}:00.25Z"),
        "HistoryItemType": kind, "HistorySummary": format!("{kind} happened"), "HistoryData": data.to_string(),
    })
}

fn some() -> Vec<Value> {
    vec![
        item(
            "cpu",
            50,
            "Action",
            json!({ "actionState": "Failed", "notificationResource": "arn:aws:sns:eu-west-1:111122223333:gone",
                "error": "Resource: arn:aws:sns:eu-west-1:111122223333:gone does not exist" }),
        ),
        item(
            "cpu",
            49,
            "StateUpdate",
            json!({ "oldState": { "stateValue": "OK" },
                "newState": { "stateValue": "ALARM", "stateReason": "Threshold Crossed" } }),
        ),
        item(
            "disk",
            20,
            "ConfigurationUpdate",
            json!({ "type": "Update", "updatedAlarm": { "alarmName": "disk", "threshold": 90.0 },
                "originalUpdatedFields": { "threshold": 80.0 } }),
        ),
        item(
            "gone",
            10,
            "ConfigurationUpdate",
            json!({ "type": "Delete", "deletedAlarm": { "alarmName": "gone" } }),
        ),
    ]
}

/// A page an item.
fn cloudwatch(items: Vec<Value>) -> CloudWatch {
    CloudWatch::answering(vec![Alarm::metric("cpu", "OK"), Alarm::metric("quiet", "OK")], move |request| {
        if request.operation != "DescribeAlarmHistory" {
            return None;
        }
        let asked = request.cbor();
        let is_meant = |item: &&Value| {
            ["AlarmName", "HistoryItemType"]
                .iter()
                .all(|name| asked.get(name).is_none_or(|value| *value == item[*name]))
        };
        let meant: Vec<&Value> = items.iter().filter(is_meant).collect();
        let at: usize = asked["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let mut answer = json!({ "AlarmHistoryItems": meant.iter().skip(at).take(1).collect::<Vec<_>>() });
        if at + 1 < meant.len() {
            answer["NextToken"] = (at + 1).to_string().into();
        }
        Some(Reply::cbor(&answer))
    })
}

#[test]
fn what_happened_is_told_with_diffs_and_failures() {
    let cloudwatch = cloudwatch(some());
    let ran = cloudwatch.sealed.run(["alarm", "history"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    let ran = cloudwatch.sealed.run(["alarm", "history", "cpu", "--failed"]).expect(0);
    insta::assert_snapshot!(ran.stdout);
    let document = cloudwatch.sealed.run(["alarm", "history", "disk", "-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "alarm.history");
    assert_eq!(document["items"][0]["changes"], json!([{ "field": "threshold", "from": 80.0, "to": 90.0 }]));
    assert_eq!(document["items"][0]["data"]["updatedAlarm"]["alarmName"], "disk");
    assert_eq!(document["items"][0]["time"], "2026-11-22T11:20:00.25Z");
}

#[test]
fn the_service_is_asked_for_what_it_can_tell_apart() {
    let cloudwatch = cloudwatch(some());
    let line =
        "alarm history disk --type configuration --since 2026-11-22T08:00:00Z --until 1h --limit 5 -o text";
    cloudwatch.sealed.run(line.split(' ')).expect(0);
    let asked = cloudwatch.inputs("DescribeAlarmHistory");
    let expected = json!({
        "AlarmName": "disk", "AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"],
        "HistoryItemType": "ConfigurationUpdate", "StartDate": "2026-11-22T08:00:00Z",
        "EndDate": "2026-11-22T11:00:00Z", "ScanBy": "TimestampDescending", "MaxRecords": 100,
    });
    assert_eq!(asked, [expected]);
    for (line, expected) in [
        ("--type state", "StateUpdate\n"),
        ("--type action,configuration", "Action\nConfigurationUpdate\nConfigurationUpdate\n"),
        ("d*", "ConfigurationUpdate\n"),
        ("--limit 2", "Action\nStateUpdate\n"),
    ] {
        let words =
            ["alarm", "history", "--columns", "type", "-o", "text"].into_iter().chain(line.split(' '));
        assert_eq!(cloudwatch.sealed.run(words).expect(0).stdout, expected, "{line}");
    }
    let ran = cloudwatch.sealed.run(["alarm", "history", "--type", "actions"]).expect(2);
    assert!(ran.stderr.contains("action"), "{ran:?}");
}

#[test]
fn an_alarm_that_is_gone_has_a_history_and_one_that_never_was_is_missed() {
    let cloudwatch = cloudwatch(some());
    let ran = cloudwatch.sealed.run(["alarm", "history", "gone", "-o", "text"]).expect(0);
    assert_eq!(ran.stdout, "2026-11-22T11:10:00.25Z\tConfigurationUpdate\tConfigurationUpdate happened\n");
    assert_eq!(cloudwatch.sealed.run(["alarm", "history", "quiet", "-o", "text"]).expect(0).stdout, "");
    let ran = cloudwatch.sealed.run(["alarm", "history", "quite"]).expect(3);
    assert!(ran.stderr.contains("did you mean quiet?"), "{ran:?}");
}
