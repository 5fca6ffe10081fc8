//! `opsctl metric` through the built binary, against a CloudWatch that a test scripts.

mod chart;
mod get;
mod list;
mod put;
mod sandbox;

use serde_json::{Value, json};

use crate::support::{FakeAws, Reply, Request, Sealed};

/// A CloudWatch that knows some metrics and answers for their data as the test says.
pub struct CloudWatch {
    pub sealed: Sealed,
    pub aws: FakeAws,
}

/// Minutes before noon, at which the tests' clock stands.
pub fn minute(before_noon: i64) -> String {
    let noon: jiff::Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    (noon - jiff::SignedDuration::from_mins(before_noon)).to_string()
}

/// A result of GetMetricData: values by the minutes before noon.
pub fn result(id: &str, label: &str, status: &str, values: &[(i64, f64)]) -> Value {
    let times: Vec<String> = values.iter().map(|(before, _)| minute(*before)).collect();
    let values: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    json!({ "Id": id, "Label": label, "StatusCode": status, "Timestamps": times, "Values": values })
}

pub fn results(results: &[Value]) -> Reply {
    Reply::cbor(&json!({ "MetricDataResults": results }))
}

impl CloudWatch {
    /// `data` answers GetMetricData.
    pub fn new(data: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        CloudWatch::answering(move |request| match request.operation.as_str() {
            "ListMetrics" => published(&request.cbor()),
            "GetMetricData" => data(&request.cbor()),
            _ => Reply::cbor_error(400, "InvalidAction", "no such operation"),
        })
    }

    pub fn answering(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let mut sealed = Sealed::new();
        let aws = FakeAws::start(answer);
        sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
        CloudWatch { sealed, aws }
    }

    /// What a call was asked.
    pub fn inputs(&self, operation: &str) -> Vec<Value> {
        let requests = self.aws.requests().into_iter();
        requests.filter(|request| request.operation == operation).map(|request| request.cbor()).collect()
    }
}

/// ListMetrics over some queues: a page a metric.
fn published(asked: &Value) -> Reply {
    let metric = |name: &str, dimensions: &[(&str, &str)]| {
        let dimension = |(name, value): &(&str, &str)| json!({ "Name": name, "Value": value });
        let dimensions: Vec<Value> = dimensions.iter().map(dimension).collect();
        json!({ "Namespace": "AWS/SQS", "MetricName": name, "Dimensions": dimensions })
    };
    let all = [
        metric("Age", &[("QueueName", "orders")]),
        metric("Age", &[("QueueName", "bills")]),
        metric("Visible", &[("QueueName", "orders"), ("Stage", "prod")]),
    ];
    let is_asked = |metric: &&Value| {
        ["Namespace", "MetricName"].iter().all(|name| asked.get(name).is_none_or(|it| *it == metric[*name]))
    };
    let asked_for: Vec<&Value> = all.iter().filter(is_asked).collect();
    let at: usize = asked.get("NextToken").map_or(0, |token| token.as_str().unwrap().parse().unwrap());
    let mut answer = json!({ "Metrics": asked_for.get(at..at + 1).unwrap_or_default() });
    if at + 1 < asked_for.len() {
        answer["NextToken"] = (at + 1).to_string().into();
    }
    Reply::cbor(&answer)
}
