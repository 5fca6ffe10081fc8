//! CloudWatch with an answer for every call of opsctl's. It keeps nothing.

use serde_json::{Value, json};

use crate::support::{FakeAws, Reply};

pub fn start() -> FakeAws {
    FakeAws::start(|request| match answer(&request.operation) {
        Some(answer) => Reply::cbor(&answer),
        None => Reply::cbor_error(400, "UnknownOperationException", &request.operation),
    })
}

fn answer(operation: &str) -> Option<Value> {
    Some(match operation {
        "DescribeAlarms" => json!({ "MetricAlarms": [{
            "AlarmName": "api-5xx", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:api-5xx",
            "StateValue": "OK", "StateTransitionedTimestamp": "2026-11-22T11:00:00Z",
            "Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count",
            "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 3, "Threshold": 5.0,
            "ComparisonOperator": "GreaterThanThreshold",
        }] }),
        "DescribeAlarmHistory" => json!({ "AlarmHistoryItems": [{
            "AlarmName": "api-5xx", "Timestamp": "2026-11-22T11:00:00Z", "HistoryItemType": "Action",
            "HistoryData": "{\"actionState\":\"Failed\"}", "HistorySummary": "Failed to execute action",
        }] }),
        "EnableAlarmActions"
        | "DisableAlarmActions"
        | "DeleteAlarms"
        | "PutMetricAlarm"
        | "SetAlarmState"
        | "PutAlarmMuteRule" => {
            json!({})
        }
        "ListAlarmMuteRules" => json!({ "AlarmMuteRuleSummaries": [{
            "AlarmMuteRuleArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:night",
        }] }),
        "GetAlarmMuteRule" => json!({
            "Name": "night", "Status": "EXPIRED", "MuteTargets": { "AlarmNames": ["api-5xx"] },
        }),
        "GetMetricData" => json!({ "MetricDataResults": [{
            "Id": "m1", "Label": "Orders", "StatusCode": "Complete", "Timestamps": ["2026-11-22T11:00:00Z"], "Values": [1.5],
        }] }),
        "ListMetrics" => {
            json!({ "Metrics": [{ "Namespace": "Shop", "MetricName": "Orders", "Dimensions": [] }] })
        }
        "PutMetricData" => json!({}),
        "ListTagsForResource" => json!({ "Tags": [{ "Key": "team", "Value": "web" }] }),
        _ => return None,
    })
}
