//! `opsctl alarm` through the built binary, against a CloudWatch of alarms that the test gives.

mod backtest;
mod change;
mod chart;
mod create;
mod explain;
mod fire;
mod history;
mod list;
mod sandbox;
mod set;
mod show;
mod silence;
mod tree;
mod watch;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{FakeAws, Reply, Request, Sealed};

/// A CloudWatch that knows some alarms.
pub struct CloudWatch {
    pub aws: FakeAws,
    pub sealed: Sealed,
    pub alarms: Arc<Mutex<Vec<Alarm>>>,
}

#[derive(Debug, Clone)]
pub struct Alarm {
    /// MetricAlarm, CompositeAlarm or LogAlarm.
    pub kind: &'static str,
    pub document: Value,
}

impl Alarm {
    pub fn new(kind: &'static str, name: &str, state: &str, more: Value) -> Self {
        let mut document = json!({
            "AlarmName": name, "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{name}"),
            "StateValue": state, "StateReason": format!("it is {state}"),
            "StateTransitionedTimestamp": "2026-11-22T10:00:00.123Z", "ActionsEnabled": true,
        });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Alarm { kind, document }
    }

    pub fn metric(name: &str, state: &str) -> Self {
        let more = json!({
            "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 300,
            "Dimensions": [{ "Name": "InstanceId", "Value": "i-0abc" }],
            "EvaluationPeriods": 3, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold",
        });
        Alarm::new("MetricAlarm", name, state, more)
    }

    pub fn composite(name: &str, state: &str, rule: &str) -> Self {
        Alarm::new("CompositeAlarm", name, state, json!({ "AlarmRule": rule }))
    }

    pub fn log(name: &str, state: &str) -> Self {
        let more = json!({
            "QueryResultsToEvaluate": 3, "QueryResultsToAlarm": 2, "Threshold": 10.0,
            "ComparisonOperator": "GreaterThanThreshold", "ScheduledQueryConfiguration":
                { "QueryString": "fields @message | filter level = 'error'", "AggregationExpression": "count(*)" },
        });
        Alarm::new("LogAlarm", name, state, more)
    }

    pub fn name(&self) -> &str {
        self.document["AlarmName"].as_str().unwrap()
    }
}

impl CloudWatch {
    pub fn of(alarms: Vec<Alarm>) -> Self {
        CloudWatch::answering(alarms, |_| None)
    }

    /// One that gives some answers of its own.
    pub fn answering(
        alarms: Vec<Alarm>,
        own: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let alarms = Arc::new(Mutex::new(alarms));
        let known = Arc::clone(&alarms);
        let aws = FakeAws::start(move |request| {
            own(request).unwrap_or_else(|| answer(request, &mut known.lock().unwrap()))
        });
        let mut sealed = Sealed::new();
        sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
        CloudWatch { aws, sealed, alarms }
    }

    /// The inputs of the calls of one operation.
    pub fn inputs(&self, operation: &str) -> Vec<Value> {
        let requests = self.aws.requests().into_iter();
        requests.filter(|it| it.operation == operation).map(|it| it.cbor()).collect()
    }
}

fn answer(request: &Request, alarms: &mut Vec<Alarm>) -> Reply {
    let is_named = |alarm: &Alarm| {
        let names = request.cbor()["AlarmNames"].clone();
        names.as_array().unwrap().iter().any(|name| name == alarm.name())
    };
    match request.operation.as_str() {
        "DescribeAlarms" => Reply::cbor(&described(&request.cbor(), alarms)),
        "ListTagsForResource" => {
            let arn = &request.cbor()["ResourceARN"];
            let alarm = alarms.iter().find(|alarm| &alarm.document["AlarmArn"] == arn).unwrap();
            Reply::cbor(&json!({ "Tags": alarm.document.get("Tags").cloned().unwrap_or(json!([])) }))
        }
        "EnableAlarmActions" | "DisableAlarmActions" => {
            let enabled = request.operation == "EnableAlarmActions";
            for alarm in alarms.iter_mut().filter(|alarm| is_named(alarm)) {
                alarm.document["ActionsEnabled"] = enabled.into();
            }
            Reply::cbor(&json!({}))
        }
        "DeleteAlarms" => {
            alarms.retain(|alarm| !is_named(alarm));
            Reply::cbor(&json!({}))
        }
        "PutMetricAlarm" => put(request, "MetricAlarm", alarms),
        "PutCompositeAlarm" => put(request, "CompositeAlarm", alarms),
        "PutLogAlarm" => put(request, "LogAlarm", alarms),
        "ListMetrics" => Reply::cbor(&json!({ "Metrics": metrics() })),
        other => Reply::cbor_error(400, "UnknownOperationException", other),
    }
}

/// What is published.
fn metrics() -> Value {
    let metric = |namespace: &str, name: &str, dimension: &str, value: &str| {
        json!({ "Namespace": namespace,
        "MetricName": name, "Dimensions": [{ "Name": dimension, "Value": value }] })
    };
    json!([
        metric("AWS/EC2", "CPUUtilization", "InstanceId", "i-0abc"),
        metric("AWS/Lambda", "Errors", "FunctionName", "resize"),
        metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "orders"),
    ])
}

/// Keeps all that it is told, whatever it is, in the place of what there was.
fn put(request: &Request, kind: &'static str, alarms: &mut Vec<Alarm>) -> Reply {
    let told = request.cbor();
    let name = told["AlarmName"].as_str().unwrap();
    alarms.retain(|alarm| alarm.name() != name);
    alarms.push(Alarm::new(kind, name, "INSUFFICIENT_DATA", told.clone()));
    Reply::cbor(&json!({}))
}

/// A page of those that are asked for. The token is how many came before it.
fn described(asked: &Value, alarms: &[Alarm]) -> Value {
    let text = |name: &str| asked[name].as_str().unwrap_or_default();
    let is_among =
        |name: &str, it: &str| asked[name].as_array().is_none_or(|names| names.iter().any(|name| name == it));
    let meant = |alarm: &&Alarm| {
        is_among("AlarmTypes", alarm.kind)
            && is_among("AlarmNames", alarm.name())
            && alarm.name().starts_with(text("AlarmNamePrefix"))
            && (text("StateValue").is_empty() || alarm.document["StateValue"] == asked["StateValue"])
    };
    let from: usize = text("NextToken").parse().unwrap_or(0);
    let most = usize::try_from(asked["MaxRecords"].as_u64().unwrap_or(50)).unwrap();
    let meant: Vec<&Alarm> = alarms.iter().filter(meant).collect();
    let page: Vec<&&Alarm> = meant.iter().skip(from).take(most).collect();
    let of = |kind: &str| -> Vec<Value> {
        page.iter().filter(|alarm| alarm.kind == kind).map(|alarm| alarm.document.clone()).collect()
    };
    let mut answer = json!({
        "MetricAlarms": of("MetricAlarm"), "CompositeAlarms": of("CompositeAlarm"), "LogAlarms": of("LogAlarm"),
    });
    if from + page.len() < meant.len() {
        answer["NextToken"] = (from + page.len()).to_string().into();
    }
    answer
}
