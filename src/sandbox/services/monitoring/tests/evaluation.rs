use super::Sandbox;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:ops";

impl Sandbox {
    /// Sets the clock of alarms so far ahead of where it stands.
    fn forward(&self, by: SignedDuration) -> u64 {
        let target = self.account.monitoring.clock.offset() + by;
        let mut steps = 0;
        loop {
            let set = self.account.monitoring.evaluator.set_clock(&self.account, target);
            steps += set.steps;
            if set.is_there {
                return steps;
            }
        }
    }

    fn publish(&self, metric: &str, value: f64) {
        let now = self.account.monitoring.clock.now().as_second() as f64;
        let data = json!([{"MetricName": metric, "Value": value, "Timestamp": now}]);
        self.call("PutMetricData", json!({"Namespace": "N", "MetricData": data})).unwrap();
    }

    fn alarm(&self, name: &str) -> Value {
        let input =
            json!({"AlarmNames": [name], "AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"]});
        let answer = self.call("DescribeAlarms", input).unwrap();
        let lists = ["MetricAlarms", "CompositeAlarms", "LogAlarms"];
        lists.iter().find_map(|list| answer[list].get(0)).unwrap().clone()
    }

    fn state(&self, name: &str) -> String {
        self.alarm(name)["StateValue"].as_str().unwrap().to_owned()
    }

    fn set(&self, name: &str, value: &str) {
        let input = json!({"AlarmName": name, "StateValue": value, "StateReason": "a test"});
        self.call("SetAlarmState", input).unwrap();
    }

    /// The subjects of what was sent.
    fn sent(&self) -> Vec<String> {
        let (messages, _) = self.account.messages.after(0);
        messages.into_iter().filter_map(|message| message.subject).collect()
    }

    fn summaries(&self, name: &str) -> Vec<String> {
        let input = json!({"AlarmName": name, "ScanBy": "TimestampAscending",
            "AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"]});
        let history = self.call("DescribeAlarmHistory", input).unwrap();
        let items = history["AlarmHistoryItems"].as_array().unwrap().clone();
        items.iter().map(|item| item["HistorySummary"].as_str().unwrap().to_owned()).collect()
    }
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn watching(name: &str, missing: &str) -> Value {
    json!({"AlarmName": name, "Namespace": "N", "MetricName": "m", "Statistic": "Maximum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": missing, "AlarmActions": [TOPIC], "OKActions": [TOPIC]})
}

#[test]
fn an_alarm_goes_off_and_back_as_the_clock_is_set_forward() {
    let sandbox = Sandbox::new();
    sandbox.call("PutMetricAlarm", watching("cpu", "notBreaching")).unwrap();
    sandbox.forward(minutes(1));
    assert_eq!(sandbox.state("cpu"), "OK");
    sandbox.publish("m", 90.0);
    assert_eq!(sandbox.forward(minutes(2)), 2);
    let alarm = sandbox.alarm("cpu");
    let reason = alarm["StateReason"].as_str().unwrap();
    assert!(reason.starts_with("Threshold Crossed: 1 out of the last 1 datapoints [90.0 ("), "{reason}");
    let data: Value = serde_json::from_str(alarm["StateReasonData"].as_str().unwrap()).unwrap();
    assert_eq!((&data["recentDatapoints"], &data["period"]), (&json!([90.0]), &json!(60)));
    assert_eq!(alarm["StateValue"], "ALARM");
    let sandbox = sandbox.again();
    assert!(sandbox.account.monitoring.clock.now() > Timestamp::now() + minutes(2));
    sandbox.forward(minutes(10));
    assert_eq!(sandbox.state("cpu"), "OK");
    assert_eq!(
        sandbox.sent(),
        ["OK: \"cpu\" in us-east-1", "ALARM: \"cpu\" in us-east-1", "OK: \"cpu\" in us-east-1"]
    );
    let transitions: Vec<String> =
        sandbox.summaries("cpu").into_iter().filter(|summary| summary.starts_with("Alarm updated")).collect();
    assert_eq!(
        transitions,
        ["INSUFFICIENT_DATA to OK", "OK to ALARM", "ALARM to OK"]
            .map(|change| format!("Alarm updated from {change}"))
    );
}

#[test]
fn a_clock_that_is_set_far_evaluates_two_weeks_and_one_that_is_set_back_nothing() {
    let sandbox = Sandbox::new();
    sandbox.call("PutMetricAlarm", watching("cpu", "missing")).unwrap();
    let steps = sandbox.forward(minutes(60 * 24 * 60));
    assert!((14 * 24 * 60 - 1..=14 * 24 * 60 + 1).contains(&steps), "{steps}");
    let evaluator = &sandbox.account.monitoring.evaluator;
    let set = evaluator.set_clock(&sandbox.account, SignedDuration::ZERO);
    assert_eq!((set.steps, set.is_there), (0, true));
    assert_eq!(sandbox.account.monitoring.clock.offset(), SignedDuration::ZERO);
}

#[test]
fn expressions_are_watched_and_what_cannot_be_evaluated_says_so() {
    let sandbox = Sandbox::new();
    let stat = |id: &str, metric: &str| {
        json!({"Id": id, "ReturnData": false, "MetricStat": {"Period": 60, "Stat": "Sum",
            "Metric": {"Namespace": "N", "MetricName": metric}}})
    };
    let on = |name: &str, expression: &str| {
        json!({"AlarmName": name, "EvaluationPeriods": 1, "Threshold": 0.5,
            "ComparisonOperator": "GreaterThanThreshold",
            "Metrics": [stat("a", "errors"), stat("b", "calls"), {"Id": "e", "Expression": expression}]})
    };
    sandbox.call("PutMetricAlarm", on("rate", "a / b")).unwrap();
    sandbox.call("PutMetricAlarm", on("quota", "a / SERVICE_QUOTA(b)")).unwrap();
    for (expression, why) in [
        ("SEARCH('{N} errors', 'Sum', 60)", "an alarm cannot watch a search"),
        ("a /", "Metrics[2].Expression: "),
        ("a / c", "no metric or expression with the Id `c`"),
    ] {
        let refused = sandbox.call("PutMetricAlarm", on("refused", expression)).unwrap_err();
        assert_eq!(refused.code, "ValidationError");
        assert!(refused.message.contains(why), "{expression}: {}", refused.message);
    }
    sandbox
        .call(
            "PutLogAlarm",
            json!({"AlarmName": "log", "QueryResultsToEvaluate": 1, "QueryResultsToAlarm": 1, "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanThreshold", "ScheduledQueryConfiguration": {
                    "QueryString": "fields @message", "LogGroupIdentifiers": ["g"],
                    "ScheduledQueryRoleARN": "arn:aws:iam::111122223333:role/r", "AggregationExpression": "count(*)",
                    "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300}}}),
        )
        .unwrap();
    sandbox.publish("errors", 3.0);
    sandbox.publish("calls", 4.0);
    sandbox.forward(minutes(2));
    assert_eq!(sandbox.state("rate"), "ALARM");
    for (name, why) in
        [("quota", "SERVICE_QUOTA is computed by CloudWatch alone"), ("log", "keeps log alarms")]
    {
        let alarm = sandbox.alarm(name);
        assert_eq!(alarm["EvaluationState"], "EVALUATION_ERROR", "{name}");
        assert_eq!(alarm["StateValue"], "INSUFFICIENT_DATA", "{name}");
        assert!(alarm["StateReason"].as_str().unwrap().contains(why), "{alarm}");
    }
}

#[test]
fn a_composite_follows_its_children_and_its_suppressor_holds_it_back() {
    let sandbox = Sandbox::new();
    for name in ["a", "b", "quiet"] {
        sandbox.call("PutMetricAlarm", watching(name, "ignore")).unwrap();
        sandbox.set(name, "OK");
    }
    let mut composite = json!({"AlarmName": "both", "AlarmRule": "ALARM(a) AND ALARM(\"b\")", "AlarmActions": [TOPIC],
        "ActionsSuppressor": "quiet", "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 60});
    sandbox.call("PutCompositeAlarm", composite.clone()).unwrap();
    sandbox.forward(minutes(1));
    assert_eq!(sandbox.state("both"), "OK");
    let children = sandbox.call("DescribeAlarms", json!({"ChildrenOfAlarmName": "both"})).unwrap();
    assert_eq!(children["MetricAlarms"].as_array().unwrap().len(), 2);
    let parents = sandbox.call("DescribeAlarms", json!({"ParentsOfAlarmName": "a"})).unwrap();
    assert_eq!(parents["CompositeAlarms"][0]["AlarmName"], "both");
    let of_both = |sandbox: &Sandbox| {
        sandbox.sent().into_iter().filter(|subject| subject.contains("both")).collect::<Vec<String>>()
    };
    for name in ["quiet", "a", "b"] {
        sandbox.set(name, "ALARM");
    }
    let alarm = sandbox.alarm("both");
    assert_eq!((&alarm["StateValue"], &alarm["ActionsSuppressedBy"]), (&json!("ALARM"), &json!("Alarm")));
    let reason = alarm["StateReason"].as_str().unwrap();
    assert!(reason.contains("alarm:b transitioned to ALARM at "), "{reason}");
    assert!(of_both(&sandbox).is_empty());
    sandbox.set("quiet", "OK");
    assert_eq!(sandbox.alarm("both")["ActionsSuppressedBy"], "ExtensionPeriod");
    let sandbox = sandbox.again();
    sandbox.forward(minutes(2));
    assert_eq!(of_both(&sandbox), ["ALARM: \"both\" in us-east-1"]);
    assert!(sandbox.alarm("both").get("ActionsSuppressedBy").is_none());

    let error = sandbox.call("DeleteAlarms", json!({"AlarmNames": ["a"]})).unwrap_err();
    assert!(error.message.contains("composite alarm(s) depending on it: both"), "{}", error.message);
    composite["AlarmRule"] = "ALARM(a) AND NOT (ALARM(b)".into();
    let error = sandbox.call("PutCompositeAlarm", composite.clone()).unwrap_err();
    assert_eq!(error.code, "ValidationError");
    composite["AlarmRule"] = "ALARM(nobody)".into();
    let error = sandbox.call("PutCompositeAlarm", composite.clone()).unwrap_err();
    assert!(error.message.contains("[nobody] in the alarm rule do not exist"), "{}", error.message);
    // What is put is looked at once more.
    composite["AlarmRule"] = "FALSE".into();
    sandbox.call("PutCompositeAlarm", composite).unwrap();
    assert_eq!(sandbox.state("both"), "OK");
}

#[test]
fn composites_that_wait_for_each_other_are_left_alone() {
    let sandbox = Sandbox::new();
    let put = |name: &str, rule: &str| {
        sandbox.call("PutCompositeAlarm", json!({"AlarmName": name, "AlarmRule": rule})).unwrap();
    };
    put("one", "FALSE");
    put("two", "OK(one)");
    put("one", "OK(two)");
    sandbox.forward(minutes(1));
    assert_eq!(sandbox.state("two"), "INSUFFICIENT_DATA");
    assert!(sandbox.call("DeleteAlarms", json!({"AlarmNames": ["one"]})).is_err());
    put("one", "TRUE");
    sandbox.forward(minutes(1));
    assert_eq!((sandbox.state("one"), sandbox.state("two")), ("ALARM".into(), "OK".into()));
}

#[test]
fn a_mute_rule_holds_actions_back_until_it_is_over() {
    let sandbox = Sandbox::new();
    for name in ["a", "b"] {
        sandbox.call("PutMetricAlarm", watching(name, "ignore")).unwrap();
    }
    let now = sandbox.account.monitoring.clock.now().as_second() as f64;
    let rule = json!({"Name": "night", "MuteTargets": {"AlarmNames": ["a", "b"]}, "ExpireDate": now + 1800.0,
        "Rule": {"Schedule": {"Expression": "cron(* * * * *)", "Duration": "PT1H"}},
        "Tags": [{"Key": "why", "Value": "deploy"}]});
    sandbox.call("PutAlarmMuteRule", rule).unwrap();
    let got = sandbox.call("GetAlarmMuteRule", json!({"AlarmMuteRuleName": "night"})).unwrap();
    assert_eq!((&got["Status"], &got["MuteType"]), (&json!("ACTIVE"), &json!("RECURRING")));
    assert_eq!(got["Rule"]["Schedule"]["Duration"], "PT1H");
    let tags = sandbox.call("ListTagsForResource", json!({"ResourceARN": got["AlarmMuteRuleArn"]})).unwrap();
    assert_eq!(tags["Tags"][0]["Value"], "deploy");
    sandbox.set("a", "ALARM");
    sandbox.set("b", "ALARM");
    sandbox.set("b", "OK");
    assert!(sandbox.sent().is_empty());
    let sandbox = sandbox.again();
    sandbox.forward(minutes(20));
    assert!(sandbox.sent().is_empty());
    let listed = |statuses: Value| {
        let input = json!({"AlarmName": "a", "Statuses": statuses});
        sandbox.call("ListAlarmMuteRules", input).unwrap()["AlarmMuteRuleSummaries"].as_array().unwrap().len()
    };
    assert_eq!((listed(json!(["ACTIVE"])), listed(json!(["EXPIRED"]))), (1, 0));
    sandbox.forward(minutes(11));
    let mut sent = sandbox.sent();
    sent.sort();
    assert_eq!(sent, ["ALARM: \"a\" in us-east-1", "OK: \"b\" in us-east-1"]);
    assert_eq!((listed(json!(["ACTIVE"])), listed(json!(["EXPIRED"]))), (0, 1));
    sandbox.call("DeleteAlarmMuteRule", json!({"AlarmMuteRuleName": "night"})).unwrap();
    let gone = sandbox.call("GetAlarmMuteRule", json!({"AlarmMuteRuleName": "night"})).unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}

#[test]
fn a_mute_rule_that_is_deleted_lets_go_at_once() {
    let sandbox = Sandbox::new();
    sandbox.call("PutMetricAlarm", watching("a", "ignore")).unwrap();
    let rule = json!({"Name": "night", "MuteTargets": {"AlarmNames": ["a"]},
        "Rule": {"Schedule": {"Expression": "cron(* * * * *)", "Duration": "PT1H"}}});
    sandbox.call("PutAlarmMuteRule", rule.clone()).unwrap();
    sandbox.set("a", "ALARM");
    sandbox.call("DeleteAlarmMuteRule", json!({"AlarmMuteRuleName": "night"})).unwrap();
    assert_eq!(sandbox.sent(), ["ALARM: \"a\" in us-east-1"]);
    for (member, value) in [("Duration", "PT1S"), ("Timezone", "Mars/Base"), ("Expression", "cron(* *)")] {
        let mut wrong = rule.clone();
        wrong["Rule"]["Schedule"][member] = value.into();
        let error = sandbox.call("PutAlarmMuteRule", wrong).unwrap_err();
        assert!(error.code == "ValidationError" && error.message.contains(member), "{}", error.message);
    }
    let older = Sandbox::with("[cloudwatch]\nolder = true");
    let error = older.call("PutAlarmMuteRule", rule).unwrap_err();
    assert_eq!(error.code, "UnknownOperationException");
}

#[test]
fn an_alarm_that_warms_up_waits() {
    let sandbox = Sandbox::new();
    let mut alarm = watching("a", "breaching");
    alarm["WarmUpConfiguration"] = json!({"WarmUpPeriodDurationInMinutes": 10});
    sandbox.call("PutMetricAlarm", alarm).unwrap();
    sandbox.forward(minutes(5));
    let shown = sandbox.alarm("a");
    assert_eq!(
        (&shown["StateValue"], &shown["EvaluationState"]),
        (&json!("INSUFFICIENT_DATA"), &json!("IN_WARM_UP"))
    );
    sandbox.forward(minutes(6));
    assert_eq!(sandbox.state("a"), "ALARM");
}

#[test]
fn what_the_own_services_publish_can_be_watched() {
    let sandbox = Sandbox::new();
    let own = &sandbox.account.monitoring.own;
    own.function_ran("f", true, std::time::Duration::from_millis(30));
    own.job_ended("j-1", true, 7);
    let listed =
        sandbox.call("ListMetrics", json!({"Namespace": "AWS/Lambda", "MetricName": "Errors"})).unwrap();
    assert_eq!(listed["Metrics"][0]["Dimensions"], json!([{"Name": "FunctionName", "Value": "f"}]));
    let mut alarm = watching("jobs", "notBreaching");
    alarm["Namespace"] = "Sandbox/S3Batch".into();
    alarm["MetricName"] = "TasksFailed".into();
    alarm["Threshold"] = 5.0.into();
    sandbox.call("PutMetricAlarm", alarm).unwrap();
    sandbox.forward(minutes(2));
    assert_eq!(sandbox.state("jobs"), "ALARM");
}
