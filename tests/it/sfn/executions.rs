//! Executions, listed and one by one: `sfn executions`, `sfn get`.

use serde_json::{Value, json};

use super::only;
use crate::support::machines::Machines;
use crate::support::{FakeAws, Reply, Sealed};

/// Fails where it is asked to.
fn picky() -> Value {
    json!({"StartAt": "Look", "States": {
        "Look": {"Type": "Choice", "Default": "Fine",
            "Choices": [{"Variable": "$.bad", "IsPresent": true, "Next": "Bad"}]},
        "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "it was asked for"},
        "Fine": {"Type": "Pass", "End": true},
    }})
}

fn waiting() -> Value {
    only(&json!({"Type": "Wait", "Seconds": 3600}))
}

/// Columns of a list as lines.
#[track_caller]
fn listed(machines: &Machines, args: &[&str]) -> Vec<String> {
    let ran = machines.sfn(&[&["executions"], args, &["--columns", "name,status", "-o", "text"]].concat());
    ran.expect(0).stdout.lines().map(|line| line.replace('\t', " ")).collect()
}

#[test]
fn executions_are_listed_newest_first_by_status_name_and_time() {
    let machines = Machines::new();
    let arn = machines.create("orders", &picky());
    machines.ran(&arn, "nightly-1", &json!({}));
    machines.ran(&arn, "nightly-2", &json!({"bad": 1}));
    let last = machines.ran(&arn, "manual-1", &json!({}));
    for (args, expected) in [
        (&[][..], &["manual-1 SUCCEEDED", "nightly-2 FAILED", "nightly-1 SUCCEEDED"][..]),
        (&["--status", "failed"], &["nightly-2 FAILED"]),
        (&["--status", "FAILED,aborted"], &["nightly-2 FAILED"]),
        (&["--name", "nightly"], &["nightly-2 FAILED", "nightly-1 SUCCEEDED"]),
        (&["--name", "*-1"], &["manual-1 SUCCEEDED", "nightly-1 SUCCEEDED"]),
        (&["--limit", "1"], &["manual-1 SUCCEEDED"]),
        (&["--name", "nightly", "--limit", "1"], &["nightly-2 FAILED"]),
        (&["--redriven"], &[]),
        (&["--not-redriven", "--status", "failed"], &["nightly-2 FAILED"]),
        (&["--since", "2099-01-01"], &[]),
        (&["--until", "2001-01-01"], &[]),
    ] {
        assert_eq!(listed(&machines, &[&["orders"], args].concat()), expected, "{args:?}");
        assert_eq!(listed(&machines, &[&[arn.as_str()], args].concat()), expected, "{args:?}");
    }
    let started = machines.sfn(&["get", &last, "--query", "item.started", "-o", "text"]).expect(0).stdout;
    let started = started.trim_end();
    assert_eq!(listed(&machines, &["orders", "--since", started]), ["manual-1 SUCCEEDED"]);
    assert_eq!(
        listed(&machines, &["orders", "--since", started, "--until", started]),
        ["manual-1 SUCCEEDED"]
    );
    let wrong = machines.sfn(&["executions", "orders", "--since", "1h", "--until", "2h"]).expect(2);
    assert!(wrong.stderr.contains("is after --until"), "{wrong:?}");
    let wrong = machines.sfn(&["executions", "orders", "--status", "runing"]).expect(2);
    assert!(wrong.stderr.contains("did you mean RUNNING?"), "{wrong:?}");
}

#[test]
fn a_list_of_executions_is_a_document() {
    let machines = Machines::new();
    let arn = machines.create("orders", &picky());
    let execution = machines.ran(&arn, "run-1", &json!({}));
    let document = machines.sfn(&["executions", "orders", "-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "sfn.execution");
    let item = &document["items"][0];
    assert_eq!((&item["name"], &item["status"]), (&json!("run-1"), &json!("SUCCEEDED")));
    assert_eq!((&item["executionArn"], &item["redriveCount"]), (&json!(execution), &json!(0)));
    assert!(item["durationSeconds"].as_f64().is_some_and(|seconds| seconds < 60.0), "{item}");
}

#[test]
fn those_of_a_version_or_an_alias_are_listed_alone() {
    let machines = Machines::new();
    let arn = machines.create("orders", &picky());
    let version = machines.with_client(async |client| {
        let published = client.publish_state_machine_version().state_machine_arn(&arn).send().await;
        published.unwrap().state_machine_version_arn
    });
    machines.ran(&arn, "plain", &json!({}));
    machines.ran(&version, "versioned", &json!({}));
    assert_eq!(listed(&machines, &["orders:1"]), ["versioned SUCCEEDED"]);
    assert_eq!(listed(&machines, &["orders"]).len(), 2);
    let shown = machines.sfn(&["executions", "orders:1", "--columns", "version", "-o", "text"]).expect(0);
    assert_eq!(shown.stdout, "1\n");
}

#[test]
fn those_that_were_redriven_are_told_from_the_others() {
    let machines = Machines::new();
    let arn = machines.create("orders", &picky());
    let failed = machines.ran(&arn, "run-1", &json!({"bad": 1}));
    machines.ran(&arn, "run-2", &json!({"bad": 1}));
    machines.with_client(async |client| {
        client.redrive_execution().execution_arn(&failed).send().await.unwrap();
    });
    machines.until_over(&failed);
    assert_eq!(listed(&machines, &["orders", "--redriven"]), ["run-1 FAILED"]);
    assert_eq!(listed(&machines, &["orders", "--not-redriven"]), ["run-2 FAILED"]);
    let columns = ["executions", "orders", "--redriven", "--columns", "redrives", "-o", "text"];
    assert_eq!(machines.sfn(&columns).expect(0).stdout, "1\n");
    let history = ["history", "run-1", "--type", "ExecutionRedriven", "--columns", "detail", "-o", "text"];
    assert_eq!(machines.sfn(&history).expect(0).stdout, "redrive 1\n");
    let drawn = machines.sfn(&["history", "run-1", "--format", "timeline"]).expect(0).stdout;
    assert!(drawn.lines().last().unwrap().starts_with("✗ Bad"), "{drawn}");
}

/// A page a thousand, and no page more than is wanted.
#[test]
fn pages_are_asked_for_as_long_as_they_are_wanted() {
    let aws = FakeAws::start(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let page = body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let execution = |number: usize| {
            json!({"executionArn": format!("{EXECUTION}:run-{number}"), "stateMachineArn": MACHINE,
                "name": format!("run-{number}"), "status": "SUCCEEDED",
                "startDate": 1_795_348_800.25 - number as f64, "stopDate": 1_795_348_801.75 - number as f64})
        };
        let first = page * 2;
        Reply::json(json!({"executions": [execution(first), execution(first + 1)],
            "nextToken": (page < 9).then(|| (page + 1).to_string())}))
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let count = |args: &[&str]| {
        let before = aws.requests().len();
        let args = [&["sfn", "executions", MACHINE, "-o", "ndjson"], args].concat();
        let lines = sealed.run(args).expect(0).stdout.lines().count();
        (lines, aws.requests().len() - before)
    };
    assert_eq!(count(&[]), (20, 10));
    assert_eq!(count(&["--limit", "3"]), (3, 2));
    assert_eq!(count(&["--name", "run-1"]), (11, 10));
    // The third page ends before that moment: what follows is older still.
    assert_eq!(count(&["--since", "2026-11-22T11:59:56Z"]), (5, 3));
    let sizes: Vec<Value> = aws
        .requests()
        .iter()
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["maxResults"].clone())
        .collect();
    assert_eq!((&sizes[0], &sizes[10]), (&json!(1000), &json!(3)));
    let first = sealed.run(["sfn", "executions", MACHINE, "--limit", "1"]).expect(0);
    assert!(first.stdout.contains("2026-11-22T12:00:00.25Z") && first.stdout.contains("1.5"), "{first:?}");
}

const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders";

#[test]
fn an_execution_is_shown_whole_by_every_name_it_has() {
    let machines = Machines::new();
    let arn = machines.create("orders", &picky());
    machines.create("payments", &picky());
    let execution = machines.ran(&arn, "run-1", &json!({"bad": "ü"}));
    for name in [&[execution.as_str()][..], &["orders:run-1"], &["run-1"], &["run-1", "--machine", "ord"]] {
        let shown = machines.sfn(&[&["get", "-o", "json"], name].concat()).expect(0);
        assert_eq!(shown.stderr.contains("ord stands for the state machine orders"), name.contains(&"ord"));
        let document = shown.json();
        assert_eq!(document["kind"], "sfn.execution");
        let item = &document["item"];
        assert_eq!(item["executionArn"], json!(execution), "{name:?}");
        assert_eq!((&item["status"], &item["error"]), (&json!("FAILED"), &json!("Bad")));
        assert_eq!(
            (&item["input"], &item["redriveStatus"]),
            (&json!(r#"{"bad":"ü"}"#), &json!("REDRIVABLE"))
        );
    }
    let shown = machines.sfn(&["get", "run-1"]).expect(0).stdout;
    for part in ["FAILED", "it was asked for", r#"{"bad":"ü"}"#, "REDRIVABLE", &execution] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let lean = machines.sfn(&["get", "run-1", "--no-data", "-o", "json"]).expect(0).json();
    assert_eq!((&lean["item"]["input"], &lean["item"]["error"]), (&Value::Null, &json!("Bad")));
    let output = machines.ran(&arn, "run-2", &json!({"a": [1]}));
    let output = machines.sfn(&["get", &output, "--query", "item.output", "-o", "text"]).expect(0);
    assert_eq!(output.stdout, "{\"a\":[1]}\n");
}

#[test]
fn an_execution_that_is_elsewhere_or_nowhere_is_told_so() {
    let machines = Machines::new();
    let orders = machines.create("orders", &picky());
    let payments = machines.create("payments", &picky());
    let execution = machines.ran(&orders, "run-1", &json!({}));
    let other = machines.sfn(&["get", &execution, "--machine", "payments"]).expect(2);
    assert!(other.stderr.contains("is of the state machine orders, not of payments"), "{other:?}");
    let other = machines.sfn(&["get", "orders:run-1", "--machine", "payments"]).expect(2);
    assert!(other.stderr.contains("is of the state machine orders, not of payments"), "{other:?}");
    let other = machines.sfn(&["get", "run-1", "--machine", "payments"]).expect(3);
    assert!(other.stderr.contains("payments has no execution called run-1"), "{other:?}");
    assert!(other.stderr.contains("hint: orders has one: orders:run-1"), "{other:?}");
    let none = machines.sfn(&["get", "orders:run-7"]).expect(3);
    assert!(none.stderr.contains("hint: opsctl --sandbox sfn executions orders"), "{none:?}");
    let none = machines.sfn(&["get", "run-7"]).expect(3);
    assert!(
        none.stderr.contains("no execution is called run-7 in the 2 Standard state machines"),
        "{none:?}"
    );
    machines.ran(&payments, "run-1", &json!({}));
    let both = machines.sfn(&["get", "run-1"]).expect(2);
    assert!(
        both.stderr.contains("2 state machines have an execution called run-1: orders, payments"),
        "{both:?}"
    );
    assert!(both.stderr.contains("--machine orders names one"), "{both:?}");
    let far = machines.sfn(&["get", &execution.replace("eu-west-1", "us-east-1")]).expect(2);
    assert!(far.stderr.contains("is in region us-east-1, and eu-west-1 is asked"), "{far:?}");
}

#[test]
fn names_that_none_can_have_are_refused_with_a_near_one() {
    let sealed = Sealed::new();
    for (args, expected) in [
        (&["get", "my run"][..], "no execution can be called \"my run\"; my-run can"),
        (&["get", "or/ders:run"], "no state machine can be called \"or/ders\"; or-ders can"),
        (&["executions", "a#b"], "no state machine can be called \"a#b\"; a-b can"),
        (&["show", "a,b"], "no state machine can be called \"a,b\"; a-b can"),
        (&["get", MACHINE], "the ARN is not that of an execution"),
        (&["show", "arn:aws:s3:::b"], "Invalid ARN prefix: arn:aws:s3:::b"),
    ] {
        let ran = sealed.run([&["sfn"], args].concat()).expect(2);
        assert!(ran.stderr.contains(expected), "{args:?}: {ran:?}");
    }
}

#[test]
fn a_machine_name_that_is_ambiguous_lists_the_machines() {
    let machines = Machines::new();
    for name in ["orders-A1", "orders-B2", "pay-7GH2"] {
        machines.create(name, &waiting());
    }
    for args in [&["executions", "orders"][..], &["show", "orders"], &["get", "x", "--machine", "orders"]] {
        let ran = machines.sfn(args).expect(2);
        assert!(
            ran.stderr.contains("2 state machines begin with orders: orders-A1, orders-B2"),
            "{args:?}: {ran:?}"
        );
    }
    let one = machines.sfn(&["executions", "pay"]).expect(0);
    assert_eq!(one.stderr, "pay stands for the state machine pay-7GH2\n");
    let near = machines.sfn(&["executions", "pya-7GH2"]).expect(3);
    assert!(near.stderr.contains("did you mean pay-7GH2?"), "{near:?}");
}

#[test]
fn an_express_machine_says_where_its_executions_are() {
    let machines = Machines::new();
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/quick:*";
    let arn = machines.create_express("quick", &only(&json!({"Type": "Pass"})));
    let silent = machines.sfn(&["executions", "quick"]).expect(2);
    assert!(silent.stderr.contains("the logging of quick is off"), "{silent:?}");
    machines.with_client(async |client| {
        use aws_sdk_sfn::types::{CloudWatchLogsLogGroup, LogDestination, LogLevel, LoggingConfiguration};
        let group = CloudWatchLogsLogGroup::builder().log_group_arn(group).build();
        let destination = LogDestination::builder().cloud_watch_logs_log_group(group).build();
        let logging = LoggingConfiguration::builder().level(LogLevel::All).destinations(destination).build();
        let call = client.update_state_machine().state_machine_arn(&arn).logging_configuration(logging);
        call.send().await.unwrap();
    });
    let execution = machines.start(&arn, "e-1", &json!({}));
    for args in
        [&["executions", "quick"][..], &["executions", &arn], &["get", "quick:e-1"], &["get", &execution]]
    {
        let ran = machines.sfn(args).expect(2);
        assert!(ran.stderr.contains("the state machine quick is of the type EXPRESS"), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("in the log group /aws/vendedlogs/quick"), "{args:?}: {ran:?}");
    }
    let told = machines.sfn(&["get", &execution]).expect(2).stderr;
    assert!(told.contains(&format!("--filter-pattern '{{ $.execution_arn = \"{execution}\" }}'")), "{told}");
}

#[test]
fn who_may_not_look_is_told_so() {
    let machines =
        Machines::with("[deny]\nactions = [\"states:ListExecutions\", \"states:DescribeExecution\"]\n");
    let arn = machines.create("orders", &waiting());
    machines.start(&arn, "run-1", &json!({}));
    for args in [&["executions", "orders"], &["get", "orders:run-1"], &["get", "run-1"]] {
        let ran = machines.sfn(args).expect(5);
        assert!(ran.stderr.contains("is not authorized to perform: states:"), "{ran:?}");
    }
}
