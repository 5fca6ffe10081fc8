//! `sfn redrive`: executions that go on where they failed, and why some cannot.

use serde_json::{Value, json};

use super::only;
use crate::support::machines::Machines;
use crate::support::{FakeAws, Reply, Sealed};

/// Fails at its first attempt of a task that nothing does.
fn failing() -> Value {
    only(
        &json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "none"}}),
    )
}

#[test]
fn an_execution_goes_on_and_its_new_end_is_waited_for() {
    let machines = Machines::new();
    let machine = machines.create("orders", &failing());
    let arn = machines.ran(&machine, "run-1", &json!({}));
    let ran = machines.sfn(&["redrive", "orders:run-1", "--yes"]).expect(0);
    assert_eq!(ran.stderr, format!("orders:run-1 goes on\nhint: opsctl --sandbox sfn watch {arn}\n"));
    machines.until_over(&arn);
    let document = machines.sfn(&["redrive", &arn, "--yes", "-o", "json"]).expect(0).json();
    assert_eq!(
        (&document["kind"], &document["items"][0]["redriveCount"]),
        (&json!("sfn.execution"), &json!(2))
    );
    machines.until_over(&arn);
    let ran = machines.sfn(&["redrive", &arn, "--yes", "--wait"]).expect(6);
    assert!(ran.stderr.contains("the execution orders:run-1 FAILED in S after "), "{ran:?}");
    let item = machines.sfn(&["get", &arn, "-o", "json"]).expect(0).json()["item"].clone();
    assert_eq!(item["redriveCount"], 3);
    let told = machines.sfn(&["explain", &arn]).expect(0).stdout;
    assert!(told.contains("redriven 3 times"), "{told}");
}

#[test]
fn what_cannot_be_redriven_says_why_and_nothing_is_sent() {
    let machines = Machines::new();
    let fine = machines.create("fine", &only(&json!({"Type": "Pass"})));
    machines.ran(&fine, "done", &json!({}));
    let slow = machines.create("slow", &only(&json!({"Type": "Wait", "Seconds": 3600})));
    machines.start(&slow, "runs", &json!({}));
    let bad = machines.create("bad", &failing());
    let failed = machines.ran(&bad, "failed", &json!({}));
    for (args, code, expected) in [
        (&["fine:done"][..], 9, "the execution fine:done cannot be redriven: it succeeded"),
        (&["slow:runs"], 9, "the execution slow:runs cannot be redriven: it still runs"),
        (&["bad:failed", "fine:done"], 9, "1 of 2 executions cannot be redriven, and none was"),
        (&["bad:none"], 3, "none"),
    ] {
        let ran = machines.sfn(&[&["redrive", "--yes"], args].concat()).expect(code);
        assert!(ran.stderr.contains(expected), "{args:?}: {ran:?}");
    }
    let asked = machines.sfn(&["redrive", "bad:failed"]).expect(2);
    assert!(asked.stderr.contains("this needs a yes"), "{asked:?}");
    let item = machines.sfn(&["get", &failed, "-o", "json"]).expect(0).json()["item"].clone();
    assert_eq!(item["redriveCount"], 0);
}

#[test]
fn many_are_chosen_and_each_is_sent_once() {
    let machines = Machines::new();
    let machine = machines.create("orders", &failing());
    for name in ["nightly-1", "nightly-2", "manual-1"] {
        machines.ran(&machine, name, &json!({}));
    }
    let plan = |more: &[&str]| {
        let words = [&["redrive", "--machine", "orders", "--all", "--dry-run", "-o", "json"], more].concat();
        let document = machines.sfn(&words).expect(0);
        let text = document.stdout.as_str();
        if text.is_empty() {
            return Vec::new();
        }
        let items = document.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|step| step["resource"].as_str().unwrap().rsplit(':').next().unwrap().to_owned())
            .collect()
    };
    for (more, expected) in [
        (&[][..], &["manual-1", "nightly-2", "nightly-1"][..]),
        (&["--name", "nightly"], &["nightly-2", "nightly-1"]),
        (&["--status", "aborted"], &[]),
        (&["--error", "Other"], &[]),
        (&["--error", "Lambda.ResourceNotFoundException"], &["manual-1", "nightly-2", "nightly-1"]),
        (&["--since", "2099-01-01"], &[]),
        (&["--until", "2001-01-01"], &[]),
    ] {
        assert_eq!(plan(more), expected, "{more:?}");
    }
    let ran = machines
        .sfn(&["redrive", "--machine", "orders", "--all", "--name", "nightly", "--yes", "--wait"])
        .expect(6);
    assert!(ran.stderr.contains("error: 2 of 2 executions did not succeed"), "{ran:?}");
    machines.sfn(&["redrive", "--all", "--yes"]).expect(2);
    machines.sfn(&["redrive", "--yes"]).expect(2);
}

#[test]
fn after_14_days_it_is_too_late() {
    let arn = "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1";
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "DescribeExecution" => Reply::json(json!({
            "executionArn": arn, "stateMachineArn": "m", "name": "run-1", "status": "FAILED",
            "startDate": 1_790_000_000, "stopDate": 1_790_000_004,
        })),
        "GetExecutionHistory" => Reply::json(json!({"events": [
            {"id": 2, "previousEventId": 1, "timestamp": 1_790_000_004, "type": "ExecutionFailed"},
            {"id": 1, "previousEventId": 0, "timestamp": 1_790_000_000, "type": "ExecutionStarted"},
        ]})),
        other => Reply::error(400, "UnknownOperationException", other),
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let ran = sealed.run(["sfn", "redrive", arn, "--yes"]).expect(9);
    assert!(
        ran.stderr.contains("cannot be redriven: it ended more than 14 days ago, on 2026-09-21T"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("hint: opsctl sfn start --again orders:run-1\n"), "{ran:?}");
    assert!(!aws.operations().contains(&"RedriveExecution".to_owned()));
    let told = sealed.run(["sfn", "explain", arn]).expect(0).stdout;
    assert!(
        told.contains("not possible: it ended more than 14 days ago") && told.contains("sfn start --again"),
        "{told}"
    );
}
