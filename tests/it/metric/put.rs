//! `metric put`: one value, files of them, what is refused.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{CloudWatch, minute};
use crate::support::{Reply, Request};

fn taking() -> CloudWatch {
    CloudWatch::answering(|_| Reply::cbor(&json!({})))
}

/// The input of a call, which is compressed when it is large.
fn input(request: &Request) -> Value {
    let encoding = request.headers.iter().find(|(name, _)| name == "content-encoding");
    let Some((_, encoding)) = encoding else { return request.cbor() };
    assert_eq!(encoding, "gzip");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(request.bytes.as_slice()).read_to_end(&mut bytes).unwrap();
    Request { bytes, ..request.clone() }.cbor()
}

#[test]
fn a_value_is_put_with_all_that_is_said_of_it() {
    let cloudwatch = taking();
    let line = ["metric", "put", "Shop", "Temperature", "-4.5", "--time", "10m", "--unit", "none"];
    let dimensions = ["--dimension", "Room=3", "--dimension", "House=a=b", "--resolution", "1"];
    let ran = cloudwatch.sealed.run(line.iter().chain(&dimensions)).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "1 value put\n"));
    assert_eq!(
        cloudwatch.inputs("PutMetricData"),
        [json!({ "Namespace": "Shop", "MetricData": [{
            "MetricName": "Temperature", "Value": -4.5, "Timestamp": minute(10), "Unit": "None", "StorageResolution": 1,
            "Dimensions": [{ "Name": "House", "Value": "a=b" }, { "Name": "Room", "Value": "3" }],
        }] })]
    );
    cloudwatch.sealed.run(["metric", "put", "Shop", "Orders", "1e3"]).expect(0);
    let bare = json!({ "Namespace": "Shop", "MetricData": [{ "MetricName": "Orders", "Value": 1000.0 }] });
    let asked = cloudwatch.inputs("PutMetricData").pop().unwrap();
    assert!(asked["MetricData"][0].get("Dimensions").is_none_or(|it| it == &json!([])));
    assert_eq!(asked["MetricData"][0]["Value"], bare["MetricData"][0]["Value"]);
}

#[test]
fn values_of_a_file_go_in_batches() {
    let cloudwatch = taking();
    let mut csv = "metric,value,time,dimensions\n".to_owned();
    for number in 0..2500 {
        _ = writeln!(csv, "Orders,{number},{},Stage=prod;Number={number}", minute(number % 100));
    }
    let ran = cloudwatch.sealed.run_with(["metric", "put", "Shop", "--file", "-"], csv.as_bytes()).expect(0);
    assert_eq!(ran.stderr, "2500 values put\n");
    let inputs: Vec<Value> = cloudwatch.aws.requests().iter().map(input).collect();
    let sizes: Vec<usize> = inputs.iter().map(|it| it["MetricData"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [1000, 1000, 500]);
    let last = &inputs[2]["MetricData"][499];
    assert_eq!((&last["Value"], &last["Timestamp"]), (&json!(2499.0), &json!(minute(99))));
}

#[test]
fn every_fault_of_a_file_is_told_and_nothing_is_put() {
    let cloudwatch = taking();
    cloudwatch
        .sealed
        .write("v.csv", "metric,value,unit\nOrders,1,Count\nOrders,much,Count\nOrders,NaN,Cont\n");
    let ran = cloudwatch.sealed.run(["metric", "put", "Shop", "--file", "v.csv"]).expect(2);
    assert_eq!(
        ran.stderr,
        "error: v.csv has 2 faults, and nothing is put\n  \
         cause: v.csv:3:1: value is no number: \"much\"\n  \
         cause: v.csv:4:1: the service knows no unit Cont; did you mean `Count`?\n"
    );
    cloudwatch.sealed.write(
        "v.ndjson",
        "{\"namespace\":\"S\",\"metric\":\"M\",\"value\":1}\n{\"metric\":\"M\",\"value\":1,\"x\":2}\n",
    );
    let ran = cloudwatch.sealed.run(["metric", "put", "--file", "v.ndjson"]).expect(2);
    assert!(ran.stderr.contains("v.ndjson:2:1: no field is called x"), "{ran:?}");
    cloudwatch.sealed.run(["metric", "put", "--file", "none.csv"]).expect(3);
    for (words, told) in [
        ("Shop Orders", "<VALUE>"),
        ("Shop Orders much", "invalid value"),
        ("Shop Orders NaN", "Value: NaN is no value"),
        ("Shop Orders 1e109", "Value: 1e109 is outside of -2^360 to 2^360"),
        (":Shop Orders 1", "Namespace: must not begin with a colon"),
        ("Shop Orders 1 --time 15d", "is more than two weeks ago"),
        ("Shop Orders 1 --time 2026-11-22T15:00:00Z", "is more than two hours ahead"),
        ("Shop Orders 1 --unit Secnds", "did you mean `Seconds`?"),
        ("Shop Orders 1 --resolution 5", "the resolution is 1 or 60 seconds"),
        ("Shop Orders 1 --file v.csv", "cannot be used with"),
    ] {
        let ran = cloudwatch.sealed.run(["metric", "put"].into_iter().chain(words.split(' '))).expect(2);
        assert!(ran.stderr.contains(told), "{words}: {ran:?}");
    }
    assert_eq!(cloudwatch.aws.requests().len(), 0);
}

#[test]
fn a_dry_run_shows_what_would_be_sent() {
    let cloudwatch = taking();
    let line = ["metric", "put", "Shop", "Orders", "3", "--unit", "count", "-n", "-o", "json"];
    let ran = cloudwatch.sealed.run(line).expect(0);
    let step = &ran.json()["items"][0];
    assert_eq!(step["action"], "cloudwatch:PutMetricData");
    let datum = json!({ "MetricName": "Orders", "Value": 3.0, "Unit": "Count" });
    assert_eq!(step["parameters"], json!({ "Namespace": "Shop", "MetricData": [datum] }));
    assert!(ran.stderr.contains("dry run: 1 value would be put"), "{ran:?}");
    assert_eq!(cloudwatch.aws.requests().len(), 0);
}

#[test]
fn a_batch_that_fails_is_named_with_its_lines() {
    let calls = AtomicUsize::new(0);
    let cloudwatch = CloudWatch::answering(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        1 => Reply::cbor_error(403, "AccessDenied", "no"),
        _ => Reply::cbor(&json!({})),
    });
    let csv = format!("metric,value\n{}", "Orders,1\n".repeat(2500));
    cloudwatch.sealed.write("v.csv", &csv);
    let ran = cloudwatch.sealed.run(["metric", "put", "Shop", "-f", "v.csv"]).expect(7);
    assert!(ran.stderr.starts_with("error: 2 of 3 batches of values put\n"), "{ran:?}");
    assert!(ran.stderr.contains("cannot put lines 1002 to 2001 into Shop: AccessDenied: no"), "{ran:?}");
    assert!(ran.stderr.contains("hint: left to be put: lines 1002 to 2001"), "{ran:?}");
}
