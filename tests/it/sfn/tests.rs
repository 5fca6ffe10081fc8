//! `sfn local test`: what passes, what fails, and how both are told.

use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use serde_json::json;

use super::functions::appears;
use super::{PAY, only, with_order};
use crate::support::{Ran, Sealed};

fn test(sealed: &Sealed, args: &[&str]) -> Ran {
    sealed.run(["sfn", "local", "test"].iter().chain(args))
}

const SUITE: &str = "\
definition: ../order.asl.json
mocks: ../mocks.json
tests:
  - name: paid at once
    input: {total: 1}
    case: Happy
    expect: {output: {total: 1.0, paid: {ok: true}}, path: [Check, Pay, Rest]}
  - name: paid late
    input: {total: 1}
    mocks: {Pay: PaidLate}
    expect: {status: SUCCEEDED, retries: {Pay: 2}, requests: {Pay: [{total: 1}, {total: 1}, {total: 1}]}}
";

#[test]
fn tests_that_pass_are_listed() {
    let sealed = with_order();
    sealed.write("tests/order.test.yaml", SUITE);
    let ran = test(&sealed, &["tests"]).expect(0);
    assert_eq!(ran.stderr, "2 tests: 2 passed, 0 failed\n");
    let lines: Vec<Vec<&str>> = ran
        .stdout
        .lines()
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect())
        .collect();
    assert_eq!(lines[0], ["FILE", "TEST", "RESULT", "STATUS", "WHY"]);
    assert_eq!(lines[1], ["tests/order.test.yaml", "paid at once", "passed", "SUCCEEDED"]);
    let document = test(&sealed, &["tests", "-o", "json", "--filter", "late"]).expect(0).json();
    assert_eq!((&document["kind"], document["items"].as_array().unwrap().len()), (&json!("localTest"), 1));
    let item = &document["items"][0];
    assert_eq!(
        (&item["name"], &item["passed"], &item["failures"]),
        (&json!("paid late"), &json!(true), &json!([]))
    );
}

#[test]
fn every_difference_is_told() {
    let sealed = with_order();
    let wrong = "\
definition: order.asl.json
mocks: mocks.json
tests:
  - name: all wrong
    input: {total: 1}
    case: Slow
    expect:
      status: FAILED
      output: {total: 2}
      error: E
      cause: c
      path: [Check, Pay]
      retries: {Pay: 1}
      requests: {Pay: [{total: 2}]}
  - name: no more mocks
    input: {total: 1}
    case: Short
  - name: nothing mocked
    input: {total: 1}
  - name: fails unasked
";
    sealed.write("wrong.test.yml", wrong);
    let ran = test(&sealed, &["-o", "json"]).expect(6);
    let document = ran.json();
    let failures = |index: usize| -> Vec<String> {
        let failures = document["items"][index]["failures"].as_array().unwrap();
        failures.iter().map(|failure| failure.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        failures(0),
        [
            "status: expected FAILED, was SUCCEEDED",
            "output: expected {\"total\":2}, was {\"total\":1,\"paid\":{\"ok\":\"late\"}}",
            "error: expected E, was none",
            "cause: expected c, was none",
            "path: expected Check > Pay, was Check > Pay > Rest",
            "retries of Pay: expected 1, were 2",
            "requests of Pay: expected 1, were 3",
            "request 0 of Pay: expected {\"total\":2}, was {\"total\":1}",
        ]
    );
    assert_eq!(
        failures(1)[0],
        "the mocks of the state Pay ran out at attempt 2: Busy has no outcome for it (its last is 1)"
    );
    assert!(failures(2)[0].starts_with("nothing runs the task Pay"));
    assert_eq!(
        document["items"][2]["hints"],
        json!([
            "at the top of the file that `functions` names add pay = [\"./pay\"]",
            "in the `mocks` of the test add \"Pay\": {\"0\": {\"Return\": {}}}",
        ])
    );
    assert_eq!(ran.stderr.lines().count(), 2, "the count and the error: {ran:?}");
    let ran = test(&sealed, &[]).expect(6);
    // Without an input there is no total, which fails the run.
    assert!(
        failures(3)[0].starts_with("status: expected SUCCEEDED, was FAILED: States.Runtime: "),
        "{:?}",
        failures(3)
    );
    assert!(
        ran.stderr.contains("wrong.test.yml: all wrong: retries of Pay: expected 1, were 2\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("4 of 4 tests failed"), "{ran:?}");
}

#[test]
fn junit_is_a_document_of_its_own() {
    let sealed = with_order();
    sealed.write("tests/order.test.yaml", SUITE);
    sealed.write(
        "tests/z.test.yaml",
        "definition: ../order.asl.json\ntests: [{name: 'a <b>', input: {total: 0}}]\n",
    );
    let ran = test(&sealed, &["tests", "--format", "junit"]).expect(6);
    for told in [
        "<testsuites name=\"opsctl sfn local test\" tests=\"3\" failures=\"1\"",
        "<testsuite name=\"tests/order.test.yaml\" tests=\"2\" failures=\"0\"",
        "<testcase classname=\"tests/z.test.yaml\" name=\"a &lt;b&gt;\"",
        "<failure message=\"status: expected SUCCEEDED, was FAILED: EmptyOrder: nothing to pay\">",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {ran:?}");
    }
}

#[test]
fn coverage_is_of_states_and_transitions() {
    let sealed = with_order();
    sealed.write("tests/order.test.yaml", SUITE);
    let document = test(&sealed, &["tests", "--coverage", "-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "localCoverage");
    let item = &document["items"][0];
    assert_eq!(item["states"], json!({"total": 4, "covered": 3, "percent": 75.0}));
    assert_eq!(item["transitions"], json!({"total": 3, "covered": 2, "percent": 66.6}));
    assert_eq!(item["missedStates"], json!(["Empty"]));
    assert_eq!(item["missedTransitions"], json!([{"from": "Check", "to": "Empty", "by": "default"}]));
    let ran = test(&sealed, &["tests", "--coverage"]).expect(0);
    assert!(
        ran.stdout.contains("75.0% (3 of 4)") && ran.stdout.contains("Empty, Check -> Empty (default)"),
        "{ran:?}"
    );
    // Five of seven.
    test(&sealed, &["tests", "--min", "71"]).expect(0);
    let ran = test(&sealed, &["tests", "--min", "72"]).expect(6);
    assert!(
        ran.stderr.contains("error: less than 72 % is covered\n  cause: order.asl.json: 71.4 %"),
        "{ran:?}"
    );
}

#[test]
fn children_of_a_distributed_map_are_covered_too() {
    let sealed = Sealed::new();
    let definition = only(&json!({"Type": "Map", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": true}}}}));
    sealed.write("map.asl.json", &definition.to_string());
    sealed.write("map.test.yaml", "definition: map.asl.json\ntests: [{name: one, input: [1]}]\n");
    let document = test(&sealed, &["--coverage", "-o", "json"]).expect(0).json();
    assert_eq!(document["items"][0]["missedStates"], json!([]));
    assert_eq!(document["items"][0]["transitions"]["percent"], 100.0);
}

#[test]
fn every_mistake_of_a_file_has_its_place() {
    let sealed = with_order();
    let wrong = "\
definition: order.asl.json
mocks: mocks.json
object: x
tests:
  - name: a
    case: None
    mocks: {Pay: {'x': {}}}
    expect: {status: DONE, pth: [], retries: {Pay: many}}
  - name: b
    mocks: {Pai: {'0': {Return: {}}}}
    expect: {path: [Free, Pax], retries: {Pay: 1, Nobody: 1}, requests: {Py: []}}
  - name: a
  - input: 1
";
    sealed.write("wrong.test.yaml", wrong);
    let ran = test(&sealed, &[]).expect(2);
    for told in [
        "wrong.test.yaml:3:1: unknown field `object`; did you mean `objects`?",
        "wrong.test.yaml:6:11: mocks.json has no case None for the machine order",
        "wrong.test.yaml:7:19: `x` is no attempt",
        "wrong.test.yaml:8:22: `status` is one of SUCCEEDED",
        "wrong.test.yaml:8:28: unknown field `pth`; did you mean `path`?",
        "wrong.test.yaml:8:52: a state has a number of retries",
        "wrong.test.yaml:10:13: the definition has no state `Pai`; did you mean `Pay`?",
        "wrong.test.yaml:11:21: the definition has no state `Free`",
        "wrong.test.yaml:11:27: the definition has no state `Pax`; did you mean `Pay`?",
        "wrong.test.yaml:11:51: the definition has no state `Nobody`",
        "wrong.test.yaml:11:74: the definition has no state `Py`; did you mean `Pay`?",
        "wrong.test.yaml:12:5: there is a test called `a` already",
        "wrong.test.yaml:13:5: a test needs a `name`",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
}

#[test]
fn what_was_done_before_an_interruption_is_told() {
    let sealed = with_order();
    let hangs = json!({"command": ["sh", "-c", "echo >begun; sleep 1000"], "timeout": "15m"});
    sealed.write("functions.yaml", &json!({ "pay": hangs }).to_string());
    sealed.write(
        "all.test.yaml",
        "definition: order.asl.json\nfunctions: functions.yaml\ntests:\n  \
         - {name: empty, input: {total: 0}, expect: {error: EmptyOrder}}\n  - {name: hangs, input: {total: 1}}\n",
    );
    let mut command =
        sealed.command(["sfn", "local", "test", "--max-concurrency", "1", "--columns", "name,result"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    appears(&sealed.path("begun"));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let ended = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert_eq!(text(ended.stdout), "TEST   RESULT\nempty  passed\n");
    assert_eq!(text(ended.stderr), "2 tests: 1 passed, 0 failed, 1 not run\nerror: interrupted\n");
    assert_eq!(ended.status.code(), Some(130));
}

#[test]
fn the_mistakes_of_all_files_are_told_in_one_run() {
    let sealed = with_order();
    sealed.write("a.test.yaml", "definition: order.asl.json\ntests: []\n");
    sealed.write("b.test.yaml", "definition: cut.asl.json\ntests: [{name: a}]\n");
    sealed.write("cut.asl.json", "{");
    let large =
        format!("definition: order.asl.json\ntests: [{{name: a, input: {:?}}}]\n", "x".repeat(300_000));
    sealed.write("c.test.yaml", &large);
    let ran = test(&sealed, &[]).expect(2);
    for told in [
        "3 files of tests cannot be used",
        "a.test.yaml:2:8: `tests` is a list of at least one test",
        "cut.asl.json:1:1: EOF while parsing an object",
        "c.test.yaml:2:26: the input is too large: 300002 bytes",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
}

#[test]
fn no_cause_can_be_expected() {
    let sealed = with_order();
    sealed.write("machine.asl.json", &only(&json!({"Type": "Pass"})).to_string());
    sealed.write("a.test.yaml", "definition: machine.asl.json\ntests: [{name: a, expect: {cause: null}}]\n");
    test(&sealed, &[]).expect(0);
}

#[test]
fn one_definition_may_be_tested_as_both_types() {
    let sealed = Sealed::new();
    sealed.write("wait.asl.json", &only(&json!({"Type": "Wait", "Seconds": 301})).to_string());
    for (kind, status) in [("STANDARD", "SUCCEEDED"), ("EXPRESS", "TIMED_OUT")] {
        let file = format!(
            "definition: wait.asl.json\ntype: {kind}\ntests: [{{name: a, expect: {{status: {status}}}}}]\n"
        );
        sealed.write(&format!("{kind}.test.yaml"), &file);
    }
    let ran = test(&sealed, &["--coverage", "-o", "json"]).expect(0).json();
    assert_eq!(ran["items"].as_array().unwrap().len(), 1, "{ran}");
}

#[test]
fn what_is_not_there_is_not_found() {
    let sealed = Sealed::new();
    std::fs::create_dir(sealed.path("tests")).unwrap();
    let ran = test(&sealed, &["tests"]).expect(3);
    assert!(ran.stderr.contains("there are no tests in tests"), "{ran:?}");
    test(&sealed, &["nowhere"]).expect(3);
    sealed.write("tests/a.test.yaml", "definition: none.asl.json\ntests: [{name: a}]\n");
    let ran = test(&sealed, &["tests"]).expect(3);
    assert!(ran.stderr.contains("cannot read the definition tests/none.asl.json"), "{ran:?}");
    test(&sealed, &["tests", "--filter", "b"]).expect(3);
}

#[test]
fn tests_run_at_once() {
    let sealed = Sealed::new();
    let meet = |own: &str, other: &str| format!("touch {own}; while [ ! -e {other} ]; do sleep 0.01; done");
    let function = |script: String| json!({"command": ["sh", "-c", script], "timeout": "1m"});
    let functions = json!({"one": function(meet("a", "b")), "two": function(meet("b", "a"))});
    sealed.write("functions.yaml", &functions.to_string());
    let definition = only(&json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.f"}}));
    sealed.write("machine.asl.json", &definition.to_string());
    sealed.write(
        "a.test.yaml",
        "definition: machine.asl.json\nfunctions: functions.yaml\ntests: [{name: one, input: {f: one}}, {name: two, input: {f: two}}]\n",
    );
    test(&sealed, &["--max-concurrency", "2"]).expect(0);
}

#[test]
fn what_a_test_writes_is_its_own() {
    let sealed = Sealed::new();
    sealed.write("objects/data/rows.json", "[1, 2]");
    let definition = only(&json!({"Type": "Map",
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "data", "Key": "rows.json"}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data", "Prefix": "out"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": PAY, "End": true}}}}));
    sealed.write("map.asl.json", &definition.to_string());
    sealed.write(
        "map.test.yaml",
        "definition: map.asl.json\nobjects: objects\ntests:\n  - name: a\n    mocks: {T: {'0': {Return: 1}}}\n    expect: {requests: {T: [1, 2]}}\n",
    );
    test(&sealed, &[]).expect(0);
    assert!(!sealed.path("objects/data/out").exists());
}

/// The files on the page, each behind a line with its name.
#[test]
fn the_page_about_tests_is_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workflow-tests.md");
    let page = std::fs::read_to_string(page).unwrap();
    let sealed = Sealed::new();
    let mut lines = page.lines();
    let mut count = 0;
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix('`').and_then(|line| line.strip_suffix("`:")) else { continue };
        let block = lines.by_ref().skip_while(|line| !line.starts_with("```")).skip(1);
        let text: Vec<&str> = block.take_while(|line| *line != "```").collect();
        sealed.write(name, &(text.join("\n") + "\n"));
        count += 1;
    }
    assert_eq!(count, 3);
    let ran = test(&sealed, &["-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"].as_array().map(Vec::len), Some(3));
    test(&sealed, &["--min", "100"]).expect(0);
}
