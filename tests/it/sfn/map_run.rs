//! Map runs: `sfn map-run list`, `sfn map-run show`.

use serde_json::{Value, json};

use crate::support::machines::Machines;
use crate::support::{FakeAws, Reply, Sealed};

const MAP_RUN: &str = "arn:aws:states:eu-west-1:111122223333:mapRun:orders/Items:7";
const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1";

fn distributed() -> Value {
    json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "Label": "Items", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": true}}}}}})
}

#[test]
fn the_map_runs_of_an_execution_are_listed() {
    let machines = Machines::new();
    let arn = machines.create("orders", &distributed());
    machines.ran(&arn, "run-1", &json!([1, 2, 3]));
    let document = machines.sfn(&["map-run", "list", "orders:run-1", "-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "sfn.mapRun");
    let item = &document["items"][0];
    assert!(item["mapRunArn"].as_str().unwrap().contains(":mapRun:orders/Items:"), "{item}");
    assert!(item["durationSeconds"].is_f64(), "{item}");
    let label = machines.sfn(&["map-run", "list", "run-1", "--columns", "label", "-o", "text"]).expect(0);
    assert_eq!(label.stdout, "Items\n");
    let run = item["mapRunArn"].as_str().unwrap();
    let shown = machines.sfn(&["map-run", "show", run]).expect(0);
    assert!(shown.stdout.contains("SUCCEEDED") && shown.stdout.contains("3: 3 succeeded"), "{shown:?}");
    assert_eq!(machines.sfn(&["map-run", "show", "orders:run-1"]).expect(0).stdout, shown.stdout);
    let none = machines.create("none", &super::only(&json!({"Type": "Pass"})));
    machines.ran(&none, "run-2", &json!({}));
    let none = machines.sfn(&["map-run", "show", "none:run-2"]).expect(3);
    assert!(none.stderr.contains("has no map run"), "{none:?}");
    let children = machines.sfn(&["executions", run, "--columns", "arn", "-o", "text"]).expect(0).stdout;
    assert_eq!(children.lines().count(), 3, "{children}");
    let child = machines.sfn(&["get", children.lines().next().unwrap(), "-o", "json"]).expect(0).json();
    assert_eq!(child["item"]["mapRunArn"], item["mapRunArn"]);
    machines.sfn(&["map-run", "list", "orders:run-7"]).expect(3);
}

fn counts(more: &Value) -> Value {
    let mut counts = json!({"pending": 0, "running": 0, "succeeded": 0, "failed": 0, "timedOut": 0,
        "aborted": 0, "total": 0, "resultsWritten": 0});
    for (name, count) in more.as_object().unwrap() {
        counts[name] = count.clone();
    }
    counts
}

#[test]
fn a_map_run_is_shown_with_its_counts() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "DescribeMapRun" if request.body.contains(MAP_RUN) => Reply::json(json!({
            "mapRunArn": MAP_RUN, "executionArn": EXECUTION, "status": "RUNNING",
            "startDate": 1_795_348_800, "maxConcurrency": 0, "toleratedFailurePercentage": 5.0,
            "toleratedFailureCount": 0, "redriveCount": 0,
            "itemCounts": counts(&json!({"total": 200, "succeeded": 150, "failed": 3, "pending": 47})),
            "executionCounts": counts(&json!({"total": 20, "succeeded": 15, "failed": 1, "running": 4})),
        })),
        "DescribeMapRun" => Reply::error(400, "ResourceNotFound", "Resource not found"),
        "ListExecutions" => Reply::json(json!({"executions": []})),
        other => Reply::error(400, "UnknownOperationException", other),
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let shown = sealed.run(["sfn", "map-run", "show", MAP_RUN]).expect(0);
    for part in [
        "200: 150 succeeded, 3 failed, 47 pending",
        "20: 15 succeeded, 1 failed, 4 running",
        "5 % of the items",
        "as many as there are",
        "RUNNING",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {shown:?}");
    }
    let hint = format!("hint: opsctl sfn executions {MAP_RUN} --status failed\n");
    assert_eq!(shown.stderr, hint);
    let item = &sealed.run(["sfn", "map-run", "show", MAP_RUN, "-o", "json"]).expect(0).json()["item"];
    assert_eq!((&item["itemCounts"]["pending"], &item["status"]), (&json!(47), &json!("RUNNING")));
    let none = sealed.run(["sfn", "map-run", "show", &MAP_RUN.replace(":7", ":8")]).expect(3);
    assert!(none.stderr.contains("there is no map run"), "{none:?}");
    let wrong = sealed.run(["sfn", "map-run", "show", "a b"]).expect(2);
    assert!(wrong.stderr.contains("no execution can be called"), "{wrong:?}");
}

/// Those of its children go by its ARN.
#[test]
fn the_executions_of_a_map_run_are_listed() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "ListExecutions" if request.body.contains(&format!("\"mapRunArn\":\"{MAP_RUN}\"")) => {
            Reply::json(json!({"executions": [{
                "executionArn": EXECUTION.replace("orders", "orders/Items"), "name": "run-1",
                "stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:orders/Items",
                "status": "FAILED", "startDate": 1_795_348_800, "mapRunArn": MAP_RUN, "itemCount": 10,
            }]}))
        }
        other => Reply::error(400, "UnknownOperationException", other),
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let args = ["sfn", "executions", MAP_RUN, "--status", "failed", "--columns", "name,items", "-o", "text"];
    assert_eq!(sealed.run(args).expect(0).stdout, "run-1\t10\n");
    assert!(aws.requests()[0].body.contains("\"statusFilter\":\"FAILED\""));
}
