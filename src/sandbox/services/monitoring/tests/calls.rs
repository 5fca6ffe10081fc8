use super::Sandbox;
use jiff::Timestamp;
use serde_json::{Value, json};

fn cpu(name: &str) -> Value {
    json!({"AlarmName": name, "Namespace": "N", "MetricName": "m", "Statistic": "Average", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": [{"Name": "a", "Value": "b"}], "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:ops"]})
}

fn names(answer: &Value) -> Vec<&str> {
    ["CompositeAlarms", "MetricAlarms", "LogAlarms"]
        .iter()
        .flat_map(|kind| answer[*kind].as_array().unwrap())
        .map(|alarm| alarm["AlarmName"].as_str().unwrap())
        .collect()
}

#[test]
fn an_alarm_is_what_was_put_and_outlives_the_sandbox() {
    let sandbox = Sandbox::new();
    sandbox.call("PutMetricAlarm", cpu("a / b\u{1f600}")).unwrap();
    let sandbox = sandbox.again();
    let answer = sandbox.call("DescribeAlarms", json!({})).unwrap();
    let alarm = &answer["MetricAlarms"][0];
    assert_eq!(alarm["AlarmArn"], "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a / b\u{1f600}");
    assert_eq!(
        [&alarm["StateValue"], &alarm["StateReason"], &alarm["ActionsEnabled"], &alarm["OKActions"]],
        [&json!("INSUFFICIENT_DATA"), &json!("Unchecked: Initial alarm creation"), &json!(true), &json!([])]
    );
    assert_eq!([&alarm["Threshold"], &alarm["Period"]], [&json!(80.0), &json!(60)]);
    assert!(alarm.get("TreatMissingData").is_none() && alarm.get("StateReasonData").is_none());
    assert_eq!(sandbox.call_json("DescribeAlarms", &json!({})).unwrap(), answer);
}

#[test]
fn alarms_are_found_by_type_prefix_state_action_and_name_in_pages() {
    let sandbox = Sandbox::with("page_size = 2");
    for name in ["a1", "a2", "a3", "b1"] {
        sandbox.call("PutMetricAlarm", cpu(name)).unwrap();
    }
    sandbox.call("PutCompositeAlarm", json!({"AlarmName": "c1", "AlarmRule": "ALARM(a1)"})).unwrap();
    sandbox
        .call("SetAlarmState", json!({"AlarmName": "a2", "StateValue": "ALARM", "StateReason": "r"}))
        .unwrap();
    let all = json!(["MetricAlarm", "CompositeAlarm", "LogAlarm"]);
    for (input, expected) in [
        (json!({"AlarmNamePrefix": "b"}), vec!["b1"]),
        (json!({"AlarmNames": ["a3", "none"]}), vec!["a3"]),
        (json!({"StateValue": "ALARM"}), vec!["a2"]),
        (json!({"AlarmNamePrefix": "c"}), vec![]),
        (json!({"AlarmNamePrefix": "c", "AlarmTypes": all}), vec!["c1"]),
        (json!({"ActionPrefix": "arn:aws:sns", "MaxRecords": 1}), vec!["a1"]),
        (json!({"ActionPrefix": "arn:aws:lambda"}), vec![]),
    ] {
        let answer = sandbox.call("DescribeAlarms", input.clone()).unwrap();
        assert_eq!(names(&answer), expected, "{input}");
    }
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let input = json!({"AlarmTypes": all, "NextToken": token});
        let answer = sandbox.call("DescribeAlarms", input).unwrap();
        seen.extend(names(&answer).into_iter().map(str::to_owned));
        token = answer["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["a1", "a2", "a3", "b1", "c1"]);
}

#[test]
fn changes_are_in_the_history_and_tags_are_kept_apart() {
    let sandbox = Sandbox::new();
    let tagged = |value: &str, threshold: f64| {
        let mut input = cpu("a");
        input["Tags"] = json!([{"Key": "team", "Value": value}]);
        input["Threshold"] = threshold.into();
        input
    };
    sandbox.call("PutMetricAlarm", tagged("blue", 80.0)).unwrap();
    sandbox.call("PutMetricAlarm", tagged("red", 90.0)).unwrap();
    sandbox.call("DisableAlarmActions", json!({"AlarmNames": ["a", "none"]})).unwrap();
    sandbox.call("DisableAlarmActions", json!({"AlarmNames": ["a"]})).unwrap();
    let arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a";
    let tags = |sandbox: &Sandbox| sandbox.call("ListTagsForResource", json!({"ResourceARN": arn})).unwrap();
    assert_eq!(tags(&sandbox)["Tags"], json!([{"Key": "team", "Value": "blue"}]));
    let more = json!({"ResourceARN": arn, "Tags": [{"Key": "stage", "Value": ""}]});
    sandbox.call("TagResource", more).unwrap();
    sandbox.call("UntagResource", json!({"ResourceARN": arn, "TagKeys": ["team"]})).unwrap();
    assert_eq!(tags(&sandbox)["Tags"], json!([{"Key": "stage", "Value": ""}]));
    sandbox.call("DeleteAlarms", json!({"AlarmNames": ["a"]})).unwrap();
    let error = sandbox.call("ListTagsForResource", json!({"ResourceARN": arn})).unwrap_err();
    assert_eq!(error.code, "ResourceNotFoundException");

    let sandbox = sandbox.again();
    let history = sandbox.call("DescribeAlarmHistory", json!({"AlarmName": "a"})).unwrap();
    let items = history["AlarmHistoryItems"].as_array().unwrap();
    let summaries: Vec<&str> = items.iter().map(|item| item["HistorySummary"].as_str().unwrap()).collect();
    let expected =
        ["Alarm \"a\" deleted", "Alarm \"a\" updated", "Alarm \"a\" updated", "Alarm \"a\" created"];
    assert_eq!(summaries, expected);
    let data: Value = serde_json::from_str(items[2]["HistoryData"].as_str().unwrap()).unwrap();
    assert_eq!(data["originalUpdatedFields"], json!({"threshold": 80.0}));
    let oldest = json!({"AlarmName": "a", "ScanBy": "TimestampAscending", "MaxRecords": 1});
    let page = sandbox.call("DescribeAlarmHistory", oldest).unwrap();
    assert_eq!(page["AlarmHistoryItems"][0]["HistorySummary"], "Alarm \"a\" created");
    assert!(page["NextToken"].is_string());
}

#[test]
fn a_state_that_is_set_runs_the_actions_and_its_failures_are_told() {
    let sandbox = Sandbox::with("topics = [\"ops\"]");
    let mut alarm = cpu("a");
    alarm["AlarmActions"] = json!([
        "arn:aws:sns:us-east-1:111122223333:ops",
        "arn:aws:sns:us-east-1:111122223333:gone",
        "arn:aws:lambda:us-east-1:111122223333:function:gone",
        "arn:aws:ssm:us-east-1:111122223333:opsitem:1",
    ]);
    sandbox.call("PutMetricAlarm", alarm).unwrap();
    let set = |value: &str| json!({"AlarmName": "a", "StateValue": value, "StateReason": "a test"});
    sandbox.call("SetAlarmState", set("ALARM")).unwrap();
    sandbox.call("SetAlarmState", set("ALARM")).unwrap();
    let (messages, _) = sandbox.account.messages.after(0);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].subject.as_deref(), Some("ALARM: \"a\" in us-east-1"));
    let message: Value = serde_json::from_str(&messages[0].message).unwrap();
    assert_eq!(
        [&message["NewStateValue"], &message["OldStateValue"], &message["Trigger"]["MetricName"]],
        ["ALARM", "INSUFFICIENT_DATA", "m"]
    );
    let actions = json!({"HistoryItemType": "Action", "ScanBy": "TimestampAscending"});
    let history = sandbox.call("DescribeAlarmHistory", actions).unwrap();
    let items = history["AlarmHistoryItems"].as_array().unwrap();
    let told: Vec<(Value, Value)> = items
        .iter()
        .map(|item| serde_json::from_str::<Value>(item["HistoryData"].as_str().unwrap()).unwrap())
        .map(|data| (data["actionState"].clone(), data["error"].clone()))
        .collect();
    assert_eq!(told.len(), 4);
    assert!(told.contains(&(json!("Succeeded"), Value::Null)));
    for error in [
        "Resource: arn:aws:sns:us-east-1:111122223333:gone does not exist",
        "Function not found: arn:aws:lambda:us-east-1:111122223333:function:gone",
        "this sandbox has no ssm for actions of alarms",
    ] {
        assert!(told.contains(&(json!("Failed"), json!(error))), "{error}: {told:?}");
    }
}

#[test]
fn what_is_published_is_listed_and_answered_in_periods_and_pages() {
    let sandbox = Sandbox::new();
    let now = Timestamp::now().as_second();
    let minute = now - now.rem_euclid(60);
    let at = |minutes: i64| (minute - 60 * minutes) as f64;
    let data: Vec<Value> = (1..=5)
        .map(|minutes| {
            json!({"MetricName": "m", "Timestamp": at(minutes), "Value": minutes as f64, "Unit": "Count",
                "Dimensions": [{"Name": "a", "Value": "b"}]})
        })
        .chain([json!({"MetricName": "n", "Timestamp": at(1), "Values": [1.0, 4.0], "Counts": [2.0, 1.0]})])
        .collect();
    sandbox.call("PutMetricData", json!({"Namespace": "N", "MetricData": data})).unwrap();
    let sandbox = sandbox.again();
    let listed =
        sandbox.call("ListMetrics", json!({"Namespace": "N", "Dimensions": [{"Name": "a"}]})).unwrap();
    let dimensions = json!([{"Name": "a", "Value": "b"}]);
    assert_eq!(listed["Metrics"], json!([{"Namespace": "N", "MetricName": "m", "Dimensions": dimensions}]));
    let stat = |metric: &str, dimensions: Value, stat: &str| json!({"Metric": {"Namespace": "N", "MetricName": metric, "Dimensions": dimensions}, "Period": 60, "Stat": stat});
    let mut input = json!({"StartTime": at(10), "EndTime": now as f64, "MaxDatapoints": 3, "MetricDataQueries": [
        {"Id": "a", "MetricStat": stat("m", dimensions.clone(), "Sum")},
        {"Id": "none", "MetricStat": stat("none", json!([]), "Sum"), "Label": "nothing"},
        {"Id": "b", "MetricStat": stat("n", json!([]), "Average")},
    ]});
    let mut pages = Vec::new();
    loop {
        let page = sandbox.call("GetMetricData", input.clone()).unwrap();
        let results = page["MetricDataResults"].as_array().unwrap();
        pages.push(
            results
                .iter()
                .map(|result| (result["Id"].clone(), result["StatusCode"].clone(), result["Values"].clone()))
                .collect::<Vec<_>>(),
        );
        if page["NextToken"].is_null() {
            break;
        }
        input["NextToken"] = page["NextToken"].clone();
    }
    let row = |id: &str, status: &str, values: Value| (json!(id), json!(status), values);
    assert_eq!(
        pages,
        [
            vec![row("a", "PartialData", json!([1.0, 2.0, 3.0]))],
            vec![row("a", "Complete", json!([4.0, 5.0])), row("none", "Complete", json!([]))],
            vec![row("b", "Complete", json!([2.0]))],
        ]
    );
    let statistics = json!({"Namespace": "N", "MetricName": "m", "Dimensions": dimensions, "Period": 300,
        "StartTime": at(10), "EndTime": now as f64, "Statistics": ["SampleCount", "Maximum"]});
    let answer = sandbox.call("GetMetricStatistics", statistics).unwrap();
    let counted: f64 = answer["Datapoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["SampleCount"].as_f64().unwrap())
        .sum();
    assert_eq!((counted, &answer["Datapoints"][0]["Unit"]), (5.0, &json!("Count")));
}

#[test]
fn an_older_endpoint_knows_no_log_alarms() {
    let sandbox = Sandbox::with("[cloudwatch]\nolder = true");
    let error =
        sandbox.call("DescribeAlarms", json!({"AlarmTypes": ["MetricAlarm", "LogAlarm"]})).unwrap_err();
    assert_eq!(error.code, "ValidationError");
    assert!(error.message.contains("[MetricAlarm, CompositeAlarm]"), "{}", error.message);
    let error = sandbox.call("PutLogAlarm", json!({"AlarmName": "a"})).unwrap_err();
    assert_eq!(error.code, "UnknownOperationException");
    let answer = sandbox.call("DescribeAlarms", json!({})).unwrap();
    assert!(answer.get("LogAlarms").is_none());
}

#[test]
fn what_cannot_be_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.call("PutMetricAlarm", cpu("a")).unwrap();
    let long = "x".repeat(256);
    for (operation, input, code) in [
        ("PutMetricAlarm", json!({}), "MissingParameter"),
        ("PutMetricAlarm", cpu(&long), "ValidationError"),
        ("PutMetricAlarm", cpu("a\u{7}"), "ValidationError"),
        ("PutMetricAlarm", json!({"AlarmName": "b", "Period": 45}), "ValidationError"),
        ("PutMetricAlarm", json!({"AlarmName": 1}), "SerializationException"),
        ("PutCompositeAlarm", json!({"AlarmName": "a", "AlarmRule": "TRUE"}), "ValidationError"),
        ("PutCompositeAlarm", json!({"AlarmName": "b"}), "MissingParameter"),
        (
            "SetAlarmState",
            json!({"AlarmName": "b", "StateValue": "OK", "StateReason": ""}),
            "ResourceNotFound",
        ),
        (
            "SetAlarmState",
            json!({"AlarmName": "a", "StateValue": "BAD", "StateReason": ""}),
            "ValidationError",
        ),
        (
            "SetAlarmState",
            json!({"AlarmName": "a", "StateValue": "OK", "StateReason": "", "StateReasonData": "{"}),
            "InvalidFormat",
        ),
        ("DeleteAlarms", json!({"AlarmNames": ["none"]}), "ResourceNotFound"),
        (
            "DescribeAlarms",
            json!({"AlarmNames": ["a"], "AlarmNamePrefix": "a"}),
            "InvalidParameterCombination",
        ),
        ("DescribeAlarms", json!({"MaxRecords": 101}), "ValidationError"),
        ("DescribeAlarms", json!({"NextToken": "x"}), "InvalidNextToken"),
        (
            "DescribeAlarms",
            json!({"ChildrenOfAlarmName": "a", "StateValue": "OK"}),
            "InvalidParameterCombination",
        ),
        ("DescribeAlarmContributors", json!({"AlarmName": "none"}), "ResourceNotFoundException"),
        ("PutMetricData", json!({"Namespace": "N"}), "MissingParameter"),
        ("PutMetricData", json!({"Namespace": "N", "MetricData": [{"MetricName": "m"}]}), "MissingParameter"),
        (
            "PutMetricData",
            json!({"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1, "Values": [1]}]}),
            "InvalidParameterCombination",
        ),
        ("GetMetricData", json!({"MetricDataQueries": [], "StartTime": 0, "EndTime": 1}), "ValidationError"),
        ("PutDashboard", json!({}), "UnknownOperationException"),
    ] {
        let error = sandbox.call(operation, input.clone()).unwrap_err();
        assert_eq!(error.code, code, "{operation} {input} {}", error.message);
    }
}
