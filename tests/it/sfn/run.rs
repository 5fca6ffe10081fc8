//! `sfn local run`: the document, the clock, mocks, and what is wrong with what it is given.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PAY, item, mocks, only, order, run_in, with_order};
use crate::support::{Ran, Sealed, Terminal};

fn run(sealed: &Sealed, args: &[&str]) -> Ran {
    sealed.run(["sfn", "local", "run"].iter().chain(args))
}

const HAPPY: &[&str] =
    &["order.asl.json", "--input", "{\"total\": 3}", "--mocks", "mocks.json", "--case", "Happy"];

#[test]
fn a_run_is_one_document() {
    let sealed = with_order();
    let without = run(&sealed, &[HAPPY, &["-o", "json"]].concat()).expect(0);
    let output = json!({"total": 3, "paid": {"ok": true}});
    let expected = json!({"schemaVersion": 1, "kind": "localExecution",
        "item": {"status": "SUCCEEDED", "output": output, "error": null, "cause": null}});
    assert_eq!((without.json(), without.stderr.as_str()), (expected, ""));

    let with = item(run(&sealed, &[HAPPY, &["-o", "json", "--history"]].concat()), 0);
    let events = with["events"].as_array().unwrap();
    let trail: Vec<String> = events
        .iter()
        .map(|event| format!("{} {}<{}", event["type"], event["id"], event["previousEventId"]))
        .collect();
    assert_eq!(
        trail,
        [
            "\"ExecutionStarted\" 1<0",
            "\"ChoiceStateEntered\" 2<0",
            "\"ChoiceStateExited\" 3<2",
            "\"TaskStateEntered\" 4<3",
            "\"LambdaFunctionScheduled\" 5<4",
            "\"LambdaFunctionStarted\" 6<5",
            "\"LambdaFunctionSucceeded\" 7<6",
            "\"TaskStateExited\" 8<7",
            "\"WaitStateEntered\" 9<8",
            "\"WaitStateExited\" 10<9",
            "\"ExecutionSucceeded\" 11<10",
        ]
    );
    assert_eq!(events[4]["details"], json!({"resource": PAY, "input": "{\"total\":3}"}));
    assert_eq!(events[5].get("details"), None);
    assert_eq!(events[10]["details"]["output"], json!(output.to_string()));
    // The hour of the Wait passed in no time.
    let time =
        |index: usize| events[index]["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time(9).duration_since(time(8)).as_secs(), 3600);
}

#[test]
fn people_see_status_output_error_and_cause() {
    let sealed = with_order();
    let ran = run(&sealed, HAPPY).expect(0);
    let shown = "Status: SUCCEEDED\nOutput: {\"total\":3,\"paid\":{\"ok\":true}}\nError:\nCause:\n";
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (shown, ""));
    let ran = run(&sealed, &["order.asl.json", "-i", "{\"total\": 0}", "--history"]).expect(6);
    assert!(
        ran.stdout.starts_with("Status: FAILED\nOutput:\nError:  EmptyOrder\nCause:  nothing to pay\n\nID"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains(" FailStateEntered    Empty  {\"total\":0}"), "{ran:?}");
    assert_eq!(ran.stderr, "error: the execution ended FAILED\n  cause: EmptyOrder\n");
    let ran = run(&sealed, &[HAPPY, &["-o", "text"]].concat()).expect(0);
    assert_eq!(ran.stdout, "SUCCEEDED\t{\"total\":3,\"paid\":{\"ok\":true}}\t\t\n");
}

#[test]
fn mocks_say_what_comes_of_each_attempt() {
    let sealed = with_order();
    let ran = run(
        &sealed,
        &[
            "order.asl.json",
            "-i",
            "{\"total\":1}",
            "--mocks",
            "mocks.json",
            "--case",
            "order#Slow",
            "-o",
            "json",
            "--history",
        ],
    );
    let item = item(ran, 0);
    assert_eq!(item["output"]["paid"], json!({"ok": "late"}));
    let failed =
        item["events"].as_array().unwrap().iter().filter(|event| event["type"] == "LambdaFunctionFailed");
    assert!(failed.clone().all(|event| event["details"] == json!({"error": "Busy", "cause": "later"})));
    assert_eq!(failed.count(), 2);
}

#[test]
fn mocks_that_run_out_say_which_state_and_attempt() {
    let sealed = with_order();
    let ran =
        run(&sealed, &["order.asl.json", "-i", "{\"total\":1}", "--mocks", "mocks.json", "--case", "Short"])
            .expect(2);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        (
            "",
            "error: the mocks of the state Pay ran out at attempt 2: Busy has no outcome for it (its last is 1)\n  \
             hint: add to Busy an outcome, as \"2\": {\"Return\": {}}\n"
        )
    );
}

#[test]
fn which_case_is_meant_must_be_clear() {
    let sealed = with_order();
    let mocked = ["order.asl.json", "--mocks", "mocks.json"];
    let case = |case: &str| run(&sealed, &[&mocked[..], &["--case", case]].concat());
    let ran = run(&sealed, &mocked).expect(2);
    assert!(ran.stderr.contains("it has Happy, Slow, Short\n"), "{ran:?}");
    let ran = case("Hapy").expect(3);
    assert!(ran.stderr.contains("no case Hapy") && ran.stderr.contains("hint: --case Happy\n"), "{ran:?}");
    let ran = case("odrer#Happy").expect(3);
    assert!(ran.stderr.contains("hint: --case order#Happy\n"), "{ran:?}");
}

#[test]
fn every_mistake_of_the_mocks_has_its_place() {
    let sealed = with_order();
    let text = "{\"StateMachines\": {\"order\": {\"TestCases\": {\"A\": {\"Pay\": \"Nobody\"}}}},\n \"MockedResponses\": {\"Paid\": {\"0\": {}}}}";
    sealed.write("wrong.json", text);
    let ran = run(&sealed, &["order.asl.json", "--mocks", "wrong.json"]).expect(2);
    for told in [
        "wrong.json:1:57: there is no response `Nobody`",
        "wrong.json:2:36: an attempt has either `Return` or `Throw`",
    ] {
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
}

#[test]
fn a_task_that_nothing_runs_prints_the_lines_to_add() {
    let sealed = with_order();
    let start = ["order.asl.json", "-i", "{\"total\": 3}"];
    let ran = run(&sealed, &start).expect(2);
    assert_eq!(
        ran.stderr,
        format!(
            "error: nothing runs the task Pay, which calls the function {PAY}\n  \
             hint: at the top of the file of --functions add pay = [\"./pay\"]\n  \
             hint: in the test case of --mocks add \"Pay\": \"Done\", and in its MockedResponses \"Done\": \
             {{\"0\": {{\"Return\": {{}}}}}}\n"
        )
    );
    sealed.write("functions.yaml", "ship: ['true']\n");
    let ran = run(&sealed, &[&start[..], &["--functions", "functions.yaml"]].concat()).expect(2);
    assert!(ran.stderr.contains("--functions add \"pay\": [\"./pay\"]\n"), "{ran:?}");
    for resource in ["sqs:sendMessage", "lambda:invoke.waitForTaskToken", "ecs:runTask.sync"] {
        let task = json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}"),
            "Parameters": {"FunctionName": "pay", "Payload": {"t.$": "$$.Task.Token"}}});
        let task = match resource {
            "lambda:invoke.waitForTaskToken" => task,
            _ => json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}")}),
        };
        let ran = run_in(&sealed, &only(&task), &[]).expect(2);
        assert!(ran.stderr.contains(&format!("which calls arn:aws:states:::{resource}\n")), "{ran:?}");
        assert!(ran.stderr.contains("\"S\": \"Done\"") && !ran.stderr.contains("--functions add"), "{ran:?}");
    }
}

#[test]
fn mocks_stand_for_callbacks_and_jobs_too() {
    let sealed = Sealed::new();
    sealed.write(
        "mocks.yaml",
        "StateMachines: {machine: {TestCases: {Only: {S: Done}}}}\nMockedResponses: {Done: {'0': {Return: [1]}}}\n",
    );
    for resource in ["sqs:sendMessage.waitForTaskToken", "ecs:runTask.sync"] {
        let mut task = json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}")});
        if resource.starts_with("sqs") {
            task["Parameters"] = json!({"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}});
        }
        let ran = run_in(&sealed, &only(&task), &["--mocks", "mocks.yaml", "-o", "json", "--history"]);
        let item = item(ran, 0);
        assert_eq!(item["output"], json!([1]));
        assert!(item["events"].to_string().contains("TaskSubmitted"), "{item}");
    }
}

#[test]
fn only_succeeded_is_success() {
    let sealed = Sealed::new();
    for (definition, status, code) in [
        (only(&json!({"Type": "Pass"})), "SUCCEEDED", 0),
        (only(&json!({"Type": "Fail", "Error": "E", "Cause": "c"})), "FAILED", 6),
        (
            json!({"StartAt": "S", "TimeoutSeconds": 60, "States": {"S": {"Type": "Wait", "Seconds": 61, "End": true}}}),
            "TIMED_OUT",
            6,
        ),
    ] {
        let item = item(run_in(&sealed, &definition, &["-o", "json"]), code);
        assert_eq!(item["status"], status);
    }
}

#[test]
fn a_seed_makes_runs_the_same() {
    let sealed = Sealed::new();
    let uuid = only(
        &json!({"Type": "Pass", "Parameters": {"id.$": "States.UUID()", "name.$": "$$.Execution.Name"}}),
    );
    let output =
        |seed: &[&str]| item(run_in(&sealed, &uuid, &[&["-o", "json"], seed].concat()), 0)["output"].clone();
    assert_eq!(output(&["--seed", "1"]), output(&["--seed", "1"]));
    assert_ne!(output(&["--seed", "1"])["id"], output(&["--seed", "2"])["id"]);
    assert_ne!(output(&[])["id"], output(&[])["id"]);
}

#[test]
fn waits_take_their_time_only_where_they_are_to() {
    let sealed = Sealed::new();
    let wait = |seconds: u64| only(&json!({"Type": "Wait", "Seconds": seconds}));
    // Ninety days.
    run_in(&sealed, &wait(7_776_000), &[]).expect(0);
    let started = Instant::now();
    run_in(&sealed, &wait(1), &["--real-time"]).expect(0);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

fn endless() -> Value {
    json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}})
}

#[test]
fn an_endless_loop_ends_at_the_limit_of_events_or_of_time() {
    let sealed = Sealed::new();
    for (args, limit) in [(&["-o", "json"][..], "25000"), (&["--max-events", "50", "-o", "json"], "50")] {
        let item = item(run_in(&sealed, &endless(), args), 6);
        let cause = item["cause"].as_str().unwrap();
        assert!(item["error"] == "States.Runtime" && cause.contains(limit), "{item}");
    }
    let args = ["--max-events", "18446744073709551615", "--timeout", "300ms"];
    let ran = run_in(&sealed, &endless(), &args).expect(8);
    assert_eq!(ran.stderr, "error: gave up at the limit of --timeout\n");
    // One that waits in every round never stands still either.
    let waits = json!({"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}});
    let item = item(run_in(&sealed, &waits, &["-o", "json"]), 6);
    assert_eq!(item["error"], "States.Runtime");
}

#[test]
fn an_expression_that_never_ends_is_an_error_of_the_run() {
    let sealed = Sealed::new();
    for expression in ["($f := function($n) { $f($n + 1) }; $f(0))", "($f := function() { $f() }; $f())"] {
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "S", "States": {
            "S": {"Type": "Pass", "Output": {"v": format!("{{% {expression} %}}")}, "End": true}}});
        let item = item(run_in(&sealed, &definition, &["-o", "json"]), 6);
        assert_eq!(item["error"], "States.QueryEvaluationError", "{item}");
    }
}

#[test]
fn the_input_is_typed_in_a_file_or_on_stdin() {
    let sealed = Sealed::new();
    sealed.write("pass.asl.json", &only(&json!({"Type": "Pass"})).to_string());
    sealed.write("input.json", " [1] ");
    let output = |args: &[&str], stdin: &[u8]| {
        let words = ["sfn", "local", "run", "pass.asl.json", "-o", "json"];
        item(sealed.run_with(words.iter().chain(args), stdin), 0)["output"].clone()
    };
    assert_eq!(output(&[], b""), json!({}));
    assert_eq!(output(&["--input", "-3"], b""), json!(-3));
    assert_eq!(output(&["--input", "@input.json"], b""), json!([1]));
    assert_eq!(output(&["--input", "-"], b"{\"a\": null}\n"), json!({"a": null}));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let sealed = with_order();
    sealed.write("bad.json", "{\"a\": 1,\n  b: 2}\n");
    let text = order().to_string();
    sealed.write("cut.asl.json", &text[..text.len() / 2]);
    sealed.write("list.asl.json", "[]");
    sealed.write("empty.asl.json", "");
    sealed.write(
        "wrong.asl.json",
        "{\"StartAt\": \"A\",\n \"States\": {\n  \"A\": {\"Type\": \"Pas\", \"End\": true},\n  \"B\": {\"Type\": \"Pass\", \"Next\": \"C\"}}}\n",
    );
    sealed.write("wrong.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: Nowhere\n");
    sealed.write("tabs.asl.yaml", "StartAt: [A\nStates: {}\n");
    for (args, code, told) in [
        (&["order.asl.json", "--input", "{\"a\""][..], 2, "--input:1:4: EOF while parsing an object"),
        (&["order.asl.json", "--input", "@bad.json"], 2, "bad.json:2:3: key must be a string"),
        (&["order.asl.json", "--input", "@none.json"], 3, "cannot read the input none.json"),
        (&["cut.asl.json"], 2, "cut.asl.json:1:"),
        (&["list.asl.json"], 2, "Definition must be a valid JSON object"),
        (&["empty.asl.json"], 2, "empty.asl.json:1:1: EOF while parsing a value"),
        (&["wrong.asl.json"], 2, "wrong.asl.json:3:"),
        (&["wrong.asl.json"], 2, "wrong.asl.json:4:"),
        (&["wrong.asl.yaml"], 2, "wrong.asl.yaml:5:5: MISSING_TRANSITION_TARGET"),
        (&["tabs.asl.yaml"], 2, "tabs.asl.yaml:"),
        (&["none.asl.json"], 3, "cannot read the definition none.asl.json"),
        (&["order.asl.json", "--mocks", "none.json"], 3, "cannot read the mocks none.json"),
        (&["order.asl.json", "--functions", "none.toml"], 3, "cannot read the functions none.toml"),
        (&["order.asl.json", "--objects", "none"], 3, "there is no folder none"),
        (&["-", "--input", "-"], 2, "the definition and the input cannot both be stdin"),
        (&["order.asl.json", "-i", "-", "--mocks", "-"], 2, "the input and the mocks cannot both be stdin"),
        (&["-", "--functions", "-"], 2, "the definition and the functions cannot both be stdin"),
        (&["order.asl.json", "--case", "x"], 2, "--mocks"),
        (&["."], 2, "cannot read the definition ."),
    ] {
        let ran = run(&sealed, args).expect(code);
        assert!(ran.stderr.contains(told) && ran.stdout.is_empty(), "{args:?}: {ran:?}");
    }
}

#[test]
fn a_definition_may_be_yaml_or_come_from_stdin() {
    let sealed = Sealed::new();
    let yaml = "StartAt: A\nStates:\n  A: {Type: Pass, Result: {done: yes}, End: true}\n";
    sealed.write("machine.asl.yaml", yaml);
    run(&sealed, &["machine.asl.yaml"]).expect(0);
    let ran = sealed.run_with(["sfn", "local", "run", "-", "-o", "json"], yaml.as_bytes());
    assert_eq!(item(ran, 0)["status"], "SUCCEEDED");
}

#[test]
fn an_express_machine_is_checked_as_one() {
    let sealed = Sealed::new();
    let job = only(&json!({"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync"}));
    let ran = run_in(&sealed, &job, &["--type", "express"]).expect(2);
    assert!(
        ran.stderr.contains("Express state machine does not support '.sync' service integration"),
        "{ran:?}"
    );
    let wait = only(&json!({"Type": "Wait", "Seconds": 301}));
    assert_eq!(item(run_in(&sealed, &wait, &["--type", "EXPRESS", "-o", "json"]), 6)["status"], "TIMED_OUT");
}

#[test]
fn events_are_shown_beside_the_answer_or_in_its_document() {
    let sealed = with_order();
    let start = ["order.asl.json", "--input", "{\"total\": 1}", "--mocks", "mocks.json", "--case", "Happy"];
    let with = |more: &[&str]| run(&sealed, &[&start[..], &["--history"], more].concat());
    let shown = with(&["--columns", "status"]).expect(0).stdout;
    assert!(shown.starts_with("Status: SUCCEEDED\n\nID  PREVIOUS"), "{shown}");
    assert_eq!(
        with(&["--query", "item.events[].id | length(@)", "-o", "table"]).expect(0).stdout.lines().count(),
        1
    );
    for format in ["csv", "text"] {
        let ran = with(&["-o", format]).expect(2);
        assert!(
            ran.stdout.is_empty() && ran.stderr.contains("hint: -o json --query 'item.events'"),
            "{ran:?}"
        );
    }
}

#[test]
fn mocks_of_states_that_there_are_not_are_told() {
    let sealed = with_order();
    sealed.write(
        "mocks.json",
        &mocks().to_string().replace("{\"Pay\":\"Paid\"}", "{\"Pay\":\"Paid\",\"Pray\":\"Paid\"}"),
    );
    let start = ["order.asl.json", "--input", "{\"total\": 1}", "--mocks", "mocks.json", "--case", "Happy"];
    let ran = run(&sealed, &start).expect(0);
    assert_eq!(ran.stderr, "warning: there are mocks for the state Pray, which the definition has not\n");
}

#[test]
fn the_states_are_drawn_while_they_run() {
    let sealed = Sealed::new();
    let definition = json!({"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Next": "Second"},
        "Second": {"Type": "Wait", "Seconds": 2, "End": true}}});
    sealed.write("machine.asl.json", &definition.to_string());
    let args = ["sfn", "local", "run", "machine.asl.json", "--real-time"];
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &args);
    let shown = terminal.wait_for("Second");
    assert!(shown.contains("running machine") && shown.contains("First"), "{shown:?}");
    terminal.wait_for("running");
    let (text, status, _) = terminal.end();
    assert!(status.success(), "{text:?}");
    // They are left as they were when it ended.
    let (left, answer) = text.rsplit_once("Status").expect("an answer");
    assert!(answer.contains("SUCCEEDED"), "{text:?}");
    let last: Vec<&str> = left.trim_end().lines().rev().take(2).collect();
    assert!(
        last[0].contains("Second") && last[0].contains("succeeded") && last[0].contains("2.0 s"),
        "{text:?}"
    );
    assert!(last[1].contains("First") && last[1].contains("succeeded"), "{text:?}");
}

#[test]
fn a_run_that_is_given_up_leaves_what_it_has_shown() {
    let sealed = Sealed::new();
    let definition = json!({"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Next": "Second"},
        "Second": {"Type": "Wait", "Seconds": 2000, "End": true}}});
    sealed.write("machine.asl.json", &definition.to_string());
    let args = ["sfn", "local", "run", "machine.asl.json", "--real-time"];
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &args);
    // While nothing happens the time goes on.
    terminal.wait_for("1.0 s");
    terminal.type_text("\x03");
    let (text, status, _) = terminal.end();
    assert_eq!(status.code(), Some(130), "{text:?}");
    let (left, _) = text.rsplit_once("interrupted").expect("the error");
    let last: Vec<&str> = left.trim_end().lines().rev().take(3).collect();
    assert!(last.iter().any(|line| line.contains("Second") && line.contains("running")), "{text:?}");
    assert!(last.iter().any(|line| line.contains("First") && line.contains("succeeded")), "{text:?}");
}
