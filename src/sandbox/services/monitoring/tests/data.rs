use super::Sandbox;
use jiff::Timestamp;
use serde_json::{Value, json};

/// So many seconds before the minute that is now.
fn ago(seconds: i64) -> f64 {
    let now = Timestamp::now().as_second();
    (now - now.rem_euclid(60) - seconds) as f64
}

fn published() -> Sandbox {
    let sandbox = Sandbox::new();
    let data: Vec<Value> = [("a", 120, 4.0), ("a", 60, 6.0), ("b", 120, 2.0), ("b", 60, 0.0)]
        .map(|(name, at, value)| json!({"MetricName": name, "Timestamp": ago(at), "Value": value}))
        .to_vec();
    sandbox.call("PutMetricData", json!({"Namespace": "N", "MetricData": data})).unwrap();
    sandbox
}

fn stat(id: &str, metric: &str, stat: &str) -> Value {
    json!({"Id": id, "ReturnData": false,
        "MetricStat": {"Period": 60, "Stat": stat, "Metric": {"Namespace": "N", "MetricName": metric}}})
}

fn get(sandbox: &Sandbox, queries: Value) -> Value {
    let input = json!({"MetricDataQueries": queries, "StartTime": ago(120), "EndTime": ago(0),
        "ScanBy": "TimestampAscending"});
    sandbox.call("GetMetricData", input).unwrap()["MetricDataResults"].clone()
}

#[test]
fn expressions_use_each_other_and_labels_say_what_they_are() {
    let sandbox = published();
    let results = get(
        &sandbox,
        json!([stat("a", "a", "Sum"), stat("b", "b", "Sum"),
            {"Id": "twice", "Expression": "2 * rate", "Label": "${LABEL}: ${MAX} of ${DATAPOINT_COUNT} ${NONE}"},
            {"Id": "rate", "Expression": "a / b"},
            {"Id": "all", "Expression": "METRICS()"}]),
    );
    assert_eq!(results[0]["Values"], json!([4.0]));
    assert_eq!(results[0]["Label"], "twice: 4 of 1 ${NONE}");
    assert_eq!((&results[1]["Id"], &results[1]["Values"]), (&json!("rate"), &json!([2.0])));
    let labels: Vec<&Value> = (2..4).map(|place| &results[place]["Label"]).collect();
    assert_eq!(labels, ["a", "b"]);
    assert_eq!(results[3]["Values"], json!([2.0, 0.0]));
}

#[test]
fn percentiles_and_properties_of_metrics() {
    let sandbox = Sandbox::new();
    let data = json!([{"MetricName": "m", "Timestamp": ago(60), "Values": [1.0, 100.0], "Counts": [98.0, 2.0],
        "Dimensions": [{"Name": "d", "Value": "x"}]}]);
    sandbox.call("PutMetricData", json!({"Namespace": "N", "MetricData": data})).unwrap();
    let metric = json!({"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "x"}]});
    let query = |id: &str, stat: &str| {
        json!({"Id": id, "Label": "${PROP('Stat')} of ${PROP('Dim.d')} ${PROP('Region')}",
            "MetricStat": {"Period": 60, "Stat": stat, "Metric": metric}})
    };
    let results = get(&sandbox, json!([query("a", "p99"), query("b", "p50"), query("c", "TS(:50)")]));
    let values: Vec<&Value> = (0..3).map(|place| &results[place]["Values"][0]).collect();
    assert_eq!(values, [&json!(100.0), &json!(1.0), &json!(98.0)]);
    assert_eq!(results[0]["Label"], "p99 of x us-east-1");
}

#[test]
fn what_is_wrong_with_a_request_is_said_with_its_place() {
    let sandbox = published();
    let request =
        |queries: Value| json!({"MetricDataQueries": queries, "StartTime": ago(120), "EndTime": ago(0)});
    for (queries, why) in [
        (json!([{"Id": "e", "Expression": "a +"}]), "Error in expression 'e'"),
        (json!([{"Id": "e", "Expression": "x * 2"}]), "no metric or expression with the Id `x`"),
        (
            json!([{"Id": "e", "Expression": "SEARCH('x', 'Sum', 60)"}]),
            "SEARCH is computed by CloudWatch alone",
        ),
        (json!([stat("a", "a", "Median")]), "Median"),
        (json!([{"Id": "A", "Expression": "1"}]), "an Id begins with a lower-case letter"),
        (json!([{"Id": "e"}]), "must have MetricStat or Expression"),
    ] {
        let error = sandbox.call("GetMetricData", request(queries)).unwrap_err();
        assert_eq!(error.code, "ValidationError");
        assert!(error.message.contains(why), "{}", error.message);
    }
    let many: Vec<Value> = (0..501).map(|number| stat(&format!("a{number}"), "a", "Sum")).collect();
    assert!(sandbox.call("GetMetricData", request(json!(many))).is_err());
}

#[test]
fn every_fault_of_what_is_published_is_told() {
    let sandbox = Sandbox::new();
    let put = |namespace: &str, data: Value| {
        sandbox.call("PutMetricData", json!({"Namespace": namespace, "MetricData": data})).unwrap_err()
    };
    let error = put(
        "N",
        json!([
            {"MetricName": "m", "Value": "NaN"},
            {"MetricName": "", "Value": 1.0, "Timestamp": ago(30 * 24 * 3600)},
            {"MetricName": "m", "Value": 1.0, "Dimensions": [{"Name": "a", "Value": "b"}, {"Name": "a", "Value": "c"}]},
        ]),
    );
    assert_eq!(error.code, "InvalidParameterValue");
    for part in ["NaN is no value", "two weeks ago", "given more than once", "has 0 characters"] {
        assert!(error.message.contains(part), "{part}: {}", error.message);
    }
    let one = json!([{"MetricName": "m", "Value": 1.0}]);
    assert!(put("AWS/EC2", one).message.contains("kept for the metrics of AWS"));
    let metrics = sandbox.call("ListMetrics", json!({})).unwrap();
    assert_eq!(metrics["Metrics"], json!([]));
}

#[test]
fn data_that_is_old_is_there_in_longer_periods_alone() {
    let sandbox = Sandbox::new();
    let fine = json!([{"MetricName": "m", "Timestamp": ago(4 * 3600), "Value": 1.0, "StorageResolution": 1}]);
    sandbox.call("PutMetricData", json!({"Namespace": "N", "MetricData": fine})).unwrap();
    for (period, expected) in [(1, 0), (10, 0), (60, 1), (300, 1)] {
        let query = json!([{"Id": "a", "MetricStat": {"Period": period, "Stat": "Sum",
            "Metric": {"Namespace": "N", "MetricName": "m"}}}]);
        let input = json!({"MetricDataQueries": query, "StartTime": ago(5 * 3600), "EndTime": ago(3 * 3600)});
        let answer = sandbox.call("GetMetricData", input).unwrap();
        assert_eq!(answer["MetricDataResults"][0]["Values"].as_array().unwrap().len(), expected, "{period}");
    }
}
