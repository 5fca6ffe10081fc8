//! Every rule both ways: definitions it tells of, and near ones it must not.

use serde_json::{Value, json};

use super::{Finding, RULES, Severity, lint};
use crate::asl::definition::MachineType::{self, Express, Standard};

fn machine(states: Value) -> Value {
    let start = states.as_object().unwrap().keys().next().unwrap().clone();
    json!({"StartAt": start, "States": states})
}

fn findings(definition: &Value, machine_type: MachineType) -> Vec<Finding> {
    lint(&definition.to_string(), machine_type)
}

/// Where a rule finds something.
fn found(rule: &str, definition: &Value, machine_type: MachineType) -> Vec<String> {
    let findings = findings(definition, machine_type);
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error), "{definition}: {findings:?}");
    findings.into_iter().filter(|finding| finding.id == rule).filter_map(|finding| finding.location).collect()
}

#[track_caller]
fn check(rule: &str, cases: &[(&str, Value, &[&str])]) {
    for (case, states, expected) in cases {
        assert_eq!(found(rule, &machine(states.clone()), Standard), *expected, "{rule}: {case}");
    }
}

const LAMBDA: &str = "arn:aws:states:::lambda:invoke";
const CALLBACK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";

fn pass(next: &str) -> Value {
    if next.is_empty() { json!({"Type": "Pass", "End": true}) } else { json!({"Type": "Pass", "Next": next}) }
}

fn with(mut value: Value, fields: Value) -> Value {
    let fields = fields.as_object().unwrap().clone();
    value.as_object_mut().unwrap().extend(fields);
    value
}

fn task(fields: Value) -> Value {
    let retry = json!([{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL"}]);
    with(
        json!({"Type": "Task", "Resource": LAMBDA, "End": true, "TimeoutSeconds": 60, "Retry": retry}),
        fields,
    )
}

fn choice(condition: Value, next: &str, default: &str) -> Value {
    json!({"Type": "Choice", "Choices": [with(condition, json!({"Next": next}))], "Default": default})
}

fn done() -> Value {
    json!({"Variable": "$.status", "StringEquals": "DONE"})
}

#[test]
fn states_that_nothing_leads_to() {
    let branch = json!({"StartAt": "C", "States": {"C": pass(""), "D": pass("C")}});
    check(
        "unreachable-state",
        &[
            ("a chain", json!({"A": pass("B"), "B": pass("")}), &[]),
            (
                "an island",
                json!({"A": pass(""), "B": pass("A"), "C": pass("B")}),
                &["/States/B", "/States/C"],
            ),
            (
                "by a catcher",
                json!({"A": task(json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]})),
                "B": pass("")}),
                &[],
            ),
            ("by a rule", json!({"A": choice(done(), "B", "C"), "B": pass(""), "C": pass("")}), &[]),
            (
                "in a branch",
                json!({"A": {"Type": "Parallel", "End": true, "Branches": [branch]}}),
                &["/States/A/Branches/0/States/D"],
            ),
            (
                "behind a condition that always holds",
                json!({"A": {"Type": "Choice", "QueryLanguage": "JSONata", "Default": "C",
                    "Choices": [{"Condition": true, "Next": "B"}]}, "B": pass(""), "C": pass("")}),
                &["/States/C"],
            ),
        ],
    );
}

#[test]
fn states_without_a_way_to_an_end() {
    check(
        "no-path-to-end",
        &[
            ("itself", json!({"A": pass("A")}), &["/States/A"]),
            ("a loop, told once", json!({"A": pass("B"), "B": pass("C"), "C": pass("B")}), &["/States/B"]),
            (
                "one of two ways",
                json!({"A": choice(done(), "B", "C"), "B": pass("B"), "C": pass("")}),
                &["/States/B"],
            ),
            ("a way out", json!({"A": choice(done(), "B", "A"), "B": pass("")}), &[]),
            ("a failure is an end", json!({"A": choice(done(), "B", "A"), "B": {"Type": "Fail"}}), &[]),
            (
                "a catcher leads out",
                json!({"A": task(json!({"Next": "A", "End": false,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]})), "B": pass("")}),
                &[],
            ),
            ("never entered", json!({"A": pass(""), "B": pass("B")}), &[]),
            ("a loop into a loop", json!({"A": choice(done(), "A", "B"), "B": pass("B")}), &["/States/B"]),
        ],
    );
    let express = findings(&machine(json!({"A": pass("A")})), Express);
    assert!(express.iter().any(|finding| finding.message.contains("5 minutes")), "{express:?}");
    for (states, is_refused) in [
        (json!({"A": pass("A")}), true),
        (json!({"A": pass("A"), "B": pass("")}), false),
        (json!({"A": pass("A"), "B": {"Type": "Fail"}}), false),
    ] {
        let findings = findings(&machine(states.clone()), Standard);
        let says = findings.iter().any(|finding| finding.message.contains("MISSING_END_STATE"));
        assert_eq!(says, is_refused, "{states}");
    }
}

#[test]
fn choices_that_may_match_nothing() {
    let bare = json!({"Type": "Choice", "Choices": [with(done(), json!({"Next": "B"}))]});
    let always =
        json!({"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Condition": true, "Next": "B"}]});
    check(
        "choice-without-default",
        &[
            ("none", json!({"A": bare, "B": pass("")}), &["/States/A"]),
            ("one", json!({"A": choice(done(), "B", "B"), "B": pass("")}), &[]),
            ("a rule that always holds", json!({"A": always, "B": pass("")}), &[]),
        ],
    );
}

#[test]
fn loops_that_nothing_bounds() {
    let poll = |wait: Value, condition: Value| {
        json!({"W": with(json!({"Type": "Wait", "Next": "T"}), wait), "T": task(json!({"Next": "C", "End": false})),
            "C": choice(condition, "E", "W"), "E": pass("")})
    };
    let counter = |limit: Value| json!({"Variable": "$.n", "NumericGreaterThan": limit});
    let seconds = json!({"Seconds": 30});
    check(
        "loop-event-limit",
        &[
            ("until a status", poll(seconds.clone(), done()), &["/States/W"]),
            ("so many rounds", poll(seconds.clone(), counter(json!(100))), &[]),
            ("too many rounds", poll(seconds.clone(), counter(json!(100_000))), &["/States/W"]),
            (
                "as many rounds as the input says",
                poll(seconds.clone(), json!({"Variable": "$.n", "NumericLessThanPath": "$.most"})),
                &[],
            ),
            (
                "while a list has elements",
                poll(seconds.clone(), json!({"Variable": "$.list[0]", "IsPresent": false})),
                &[],
            ),
            (
                "a field that is there",
                poll(seconds.clone(), json!({"Variable": "$.x", "IsPresent": true})),
                &["/States/W"],
            ),
            ("no loop", json!({"A": pass("B"), "B": pass("")}), &[]),
            (
                "a count in JSONata",
                json!({"A": {"Type": "Choice", "QueryLanguage": "JSONata", "Default": "A",
                    "Choices": [{"Condition": "{% $states.input.n > 5 %}", "Next": "E"}]}, "E": pass("")}),
                &[],
            ),
            (
                "an arrow is no comparison",
                json!({"A": {"Type": "Choice", "QueryLanguage": "JSONata", "Default": "A",
                    "Choices": [{"Condition": "{% ($states.input.s ~> $uppercase()) = '>' %}", "Next": "E"}]},
                    "E": pass("")}),
                &["/States/A"],
            ),
        ],
    );
    let bounded = with(machine(poll(seconds.clone(), done())), json!({"TimeoutSeconds": 3600}));
    assert_eq!(found("loop-event-limit", &bounded, Standard), [""; 0]);
    let late = with(machine(poll(seconds.clone(), done())), json!({"TimeoutSeconds": 864_000}));
    assert_eq!(found("loop-event-limit", &late, Standard), ["/States/W"]);
    // Not every round waits.
    let sometimes = json!({"C": choice(done(), "D", "E"), "D": choice(done(), "W", "C"),
        "W": {"Type": "Wait", "Seconds": 60, "Next": "C"}, "E": pass("")});
    let sometimes = with(machine(sometimes), json!({"TimeoutSeconds": 3600}));
    assert_eq!(found("loop-event-limit", &sometimes, Standard), ["/States/C"]);
    let express = machine(json!({"C": choice(done(), "E", "C"), "E": pass("")}));
    assert_eq!(found("loop-event-limit", &express, Standard), ["/States/C"]);
    assert_eq!(
        found("loop-event-limit", &express, Express),
        [""; 0],
        "an Express execution has no such limit"
    );
    let child = |kind: &str| {
        machine(json!({"M": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
            "StartAt": "C", "States": {"C": choice(done(), "E", "C"), "E": pass("")}}}}))
    };
    assert_eq!(found("loop-event-limit", &child("STANDARD"), Standard), ["/States/M/ItemProcessor/States/C"]);
    assert_eq!(found("loop-event-limit", &child("EXPRESS"), Standard), [""; 0]);
    let text = &findings(&machine(poll(seconds, done())), Standard)
        .into_iter()
        .find(|finding| finding.id == "loop-event-limit")
        .unwrap()
        .message;
    assert!(text.contains("'W', 'T' and 'C'") && text.contains("9 events a round"), "{text}");
    assert!(text.contains("2777 rounds, 23 hours, "), "{text}");
}

#[test]
fn payloads_that_grow_in_loops() {
    let looped = |state: Value, condition: Value| json!({"A": with(state, json!({"Next": "C"})), "C": choice(condition, "E", "A"), "E": pass("")});
    let pass = json!({"Type": "Pass"});
    let counter = json!({"Variable": "$.n", "NumericGreaterThan": 5});
    let append = json!({"Parameters": {"all.$": "States.Array($.x.all, $.new)"}, "ResultPath": "$.x"});
    let jsonata = |fields: Value| with(json!({"Type": "Pass", "QueryLanguage": "JSONata"}), fields);
    let echo = json!({"Type": "Parallel", "ResultPath": "$.b",
        "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "End": true}}}]});
    let made = json!({"Type": "Parallel", "ResultPath": "$.b",
        "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": 1, "End": true}}}]});
    check(
        "growing-payload",
        &[
            (
                "the input inside itself",
                looped(with(pass.clone(), json!({"ResultPath": "$.before"})), counter.clone()),
                &["/States/A/ResultPath"],
            ),
            (
                "another part of the input",
                looped(
                    with(pass.clone(), json!({"InputPath": "$.a", "ResultPath": "$.before"})),
                    counter.clone(),
                ),
                &[],
            ),
            (
                "a result that is written out",
                looped(with(pass.clone(), json!({"Result": 1, "ResultPath": "$.before"})), done()),
                &[],
            ),
            (
                "not in a loop",
                json!({"A": with(pass.clone(), json!({"ResultPath": "$.before", "End": true}))}),
                &[],
            ),
            (
                "a list, nobody knows how often",
                looped(with(pass.clone(), append.clone()), done()),
                &["/States/A/Parameters/all.$"],
            ),
            ("a list, so many times", looped(with(pass.clone(), append), counter.clone()), &[]),
            (
                "a counter",
                looped(
                    with(
                        pass.clone(),
                        json!({"Parameters": {"n.$": "States.MathAdd($.c.n, 1)"}, "ResultPath": "$.c"}),
                    ),
                    done(),
                ),
                &[],
            ),
            (
                "a parameter inside itself",
                looped(with(pass.clone(), json!({"Parameters": {"was.$": "$", "n": 1}})), counter.clone()),
                &["/States/A/Parameters/was.$"],
            ),
            (
                "the same field kept",
                looped(with(pass.clone(), json!({"Parameters": {"x.$": "$.x", "y.$": "$.x"}})), done()),
                &[],
            ),
            (
                "a text in a variable",
                looped(
                    with(pass.clone(), json!({"Assign": {"log.$": "States.Format('{}{}', $log, $.x)"}})),
                    done(),
                ),
                &["/States/A/Assign/log.$"],
            ),
            (
                "a longer name is another variable",
                looped(
                    with(pass.clone(), json!({"Assign": {"logs.$": "States.Format('{}{}', $log, $.x)"}})),
                    done(),
                ),
                &[],
            ),
            (
                "what a task answers is not known",
                looped(with(task(json!({"ResultPath": "$.x"})), json!({"End": false})), done()),
                &[],
            ),
            ("branches that answer their input", looped(echo, counter.clone()), &["/States/A/ResultPath"]),
            ("branches that do not", looped(made, done()), &[]),
            (
                "a list in JSONata",
                looped(jsonata(json!({"Assign": {"list": "{% $append($list, $states.input.x) %}"}})), done()),
                &["/States/A/Assign/list"],
            ),
            (
                "another list in JSONata",
                looped(
                    jsonata(json!({"Assign": {"list": "{% $append($lists, $states.input.x) %}"}})),
                    done(),
                ),
                &[],
            ),
            (
                "the input in the output",
                looped(jsonata(json!({"Output": {"was": "{% $states.input %}"}})), counter.clone()),
                &["/States/A/Output/was"],
            ),
            (
                "a text in the output",
                looped(jsonata(json!({"Output": {"t": "{% $states.input.x & $states.input.t %}"}})), done()),
                &["/States/A/Output/t"],
            ),
            (
                "the output as it was",
                looped(jsonata(json!({"Output": {"t": "{% $states.input.t %}"}})), counter),
                &[],
            ),
        ],
    );
}

#[test]
fn variables_without_a_value() {
    let assign = |name: &str, next: &str| with(pass(next), json!({"Assign": {name: 1}}));
    let read = |name: &str| with(pass(""), json!({"Parameters": {"x.$": format!("${name}")}}));
    let jsonata =
        |output: &str| json!({"Type": "Pass", "QueryLanguage": "JSONata", "End": true, "Output": output});
    let branch = |state: Value| json!({"StartAt": "I", "States": {"I": state}});
    let map = |mode: Value| {
        json!({"A": assign("a", "M"), "M": {"Type": "Map", "End": true,
            "ItemProcessor": with(branch(read("a")), json!({"ProcessorConfig": mode}))}})
    };
    check(
        "unassigned-variable",
        &[
            ("never", json!({"A": read("a")}), &["/States/A/Parameters/x.$"]),
            ("before", json!({"A": assign("a", "B"), "B": read("a")}), &[]),
            (
                "after",
                json!({"A": with(read("a"), json!({"Next": "B", "End": false})), "B": assign("a", "")}),
                &["/States/A/Parameters/x.$"],
            ),
            (
                "in the same state",
                json!({"A": with(read("a"), json!({"Assign": {"a": 1}}))}),
                &["/States/A/Parameters/x.$"],
            ),
            (
                "on one way",
                json!({"A": choice(done(), "B", "C"), "B": assign("a", "C"), "C": read("a")}),
                &[],
            ),
            ("in JSONata", json!({"A": jsonata("{% $a + 1 %}")}), &["/States/A/Output"]),
            ("bound by the expression", json!({"A": jsonata("{% ($a := 1; $a + $states.input.b) %}")}), &[]),
            ("asked for", json!({"A": jsonata("{% $exists($a) ? $a : 1 %}")}), &[]),
            (
                "asked for by a rule",
                json!({"A": choice(json!({"Variable": "$a", "IsPresent": true}), "B", "B"), "B": pass("")}),
                &[],
            ),
            (
                "tested by a rule",
                json!({"A": choice(json!({"Variable": "$a", "IsNull": true}), "B", "B"), "B": pass("")}),
                &["/States/A/Choices/0/Variable"],
            ),
            ("inside a map", map(json!({"Mode": "INLINE"})), &[]),
            (
                "inside a distributed map",
                map(json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})),
                &["/States/M/ItemProcessor/States/I/Parameters/x.$"],
            ),
            (
                "gone with its branch",
                json!({"P": {"Type": "Parallel", "Next": "B", "Branches": [branch(assign("a", ""))]}, "B": read("a")}),
                &["/States/B/Parameters/x.$"],
            ),
            (
                "text that looks like one",
                json!({"A": with(pass(""), json!({"Parameters": {"x": "$a", "yPath": "$b"}}))}),
                &[],
            ),
            (
                "of a rule",
                json!({"A": {"Type": "Choice", "Default": "B", "Assign": {"a": 1},
                "Choices": [with(done(), json!({"Next": "B", "Assign": {"a": 2}}))]}, "B": read("a")}),
                &[],
            ),
            ("never entered", json!({"A": pass(""), "B": read("a")}), &[]),
        ],
    );
    let caught = task(json!({"Next": "B", "End": false, "Assign": {"a": 1},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}));
    check(
        "maybe-unassigned-variable",
        &[
            ("not by the catcher", json!({"A": caught, "B": read("a")}), &["/States/B/Parameters/x.$"]),
            (
                "on one way",
                json!({"A": choice(done(), "B", "C"), "B": assign("a", "C"), "C": read("a")}),
                &["/States/C/Parameters/x.$"],
            ),
            (
                "on both ways",
                json!({"A": choice(done(), "B", "C"), "B": assign("a", "D"), "C": assign("a", "D"), "D": read("a")}),
                &[],
            ),
            (
                "round a loop",
                json!({"A": assign("a", "B"), "B": choice(json!({"Variable": "$a", "NumericLessThan": 3}), "C", "D"),
                    "C": with(pass("B"), json!({"Assign": {"a.$": "States.MathAdd($a, 1)"}})), "D": read("a")}),
                &[],
            ),
            ("never", json!({"A": read("a")}), &[]),
        ],
    );
}

#[test]
fn more_variables_than_are_followed_at_once() {
    let mut states = serde_json::Map::new();
    for number in 0..150 {
        let next = format!("S{}", number + 1);
        states.insert(format!("S{number}"), with(pass(&next), json!({"Assign": {format!("v{number}"): 1}})));
    }
    let reads: Value =
        (0..151).map(|number| (format!("x{number}.$"), json!(format!("$v{number}")))).collect();
    states.insert("S150".to_owned(), with(pass(""), json!({"Parameters": reads})));
    let definition = machine(states.into());
    assert_eq!(found("unassigned-variable", &definition, Standard), ["/States/S150/Parameters/x150.$"]);
    assert_eq!(found("maybe-unassigned-variable", &definition, Standard), [""; 0]);
}

#[test]
fn retriers_and_catchers() {
    let retry = |retry: Value| json!({"A": task(json!({"Retry": retry}))});
    let catch = |fields: Value, catch: Value| json!({"A": with(task(fields), json!({"Catch": catch})), "B": pass("")});
    let all = json!({"ErrorEquals": ["States.ALL"], "Next": "B"});
    let named = |name: &str| json!({"ErrorEquals": [name], "Next": "B"});
    check(
        "retry-without-jitter",
        &[
            ("none", retry(json!([{"ErrorEquals": ["States.ALL"]}])), &["/States/A/Retry/0"]),
            (
                "turned off",
                retry(json!([{"ErrorEquals": ["X"], "JitterStrategy": "NONE"}])),
                &["/States/A/Retry/0"],
            ),
            ("full", retry(json!([{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL"}])), &[]),
            ("never retries", retry(json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}])), &[]),
        ],
    );
    let lambda = json!(["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"]);
    check(
        "lambda-without-retry",
        &[
            ("no retry", retry(json!([])), &["/States/A"]),
            ("of something else", retry(json!([{"ErrorEquals": ["States.Timeout"]}])), &["/States/A"]),
            ("of one of them", retry(json!([{"ErrorEquals": ["Lambda.ServiceException"]}])), &["/States/A"]),
            ("of each", retry(json!([{"ErrorEquals": lambda}])), &[]),
            ("of all", retry(json!([{"ErrorEquals": ["States.TaskFailed"]}])), &[]),
            (
                "by the ARN of the function",
                json!({"A": task(json!({"Retry": [], "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f"}))}),
                &["/States/A"],
            ),
            (
                "no function",
                json!({"A": task(json!({"Retry": [], "Resource": "arn:aws:states:::sns:publish"}))}),
                &[],
            ),
        ],
    );
    check(
        "unknown-error-name",
        &[
            (
                "a mistyped one",
                retry(json!([{"ErrorEquals": ["X", "States.Timout"]}])),
                &["/States/A/Retry/0/ErrorEquals/1"],
            ),
            ("a status", retry(json!([{"ErrorEquals": ["States.Http.StatusCode.503", "Stats.X"]}])), &[]),
            (
                "in a catcher",
                catch(json!({}), json!([named("States.Nothing")])),
                &["/States/A/Catch/0/ErrorEquals/0"],
            ),
        ],
    );
    check(
        "unreachable-handler",
        &[
            (
                "twice",
                retry(json!([{"ErrorEquals": ["X", "Y"]}, {"ErrorEquals": ["Y"]}])),
                &["/States/A/Retry/1"],
            ),
            (
                "after all tasks' failures",
                catch(json!({}), json!([named("States.TaskFailed"), named("X")])),
                &["/States/A/Catch/1"],
            ),
            (
                "a timeout is no failure",
                catch(json!({}), json!([named("States.TaskFailed"), named("States.Timeout")])),
                &[],
            ),
            ("one of two", retry(json!([{"ErrorEquals": ["X"]}, {"ErrorEquals": ["X", "Y"]}])), &[]),
            (
                "the heartbeat",
                catch(json!({}), json!([named("States.Timeout"), named("States.HeartbeatTimeout")])),
                &["/States/A/Catch/1"],
            ),
        ],
    );
    check(
        "retry-of-runtime",
        &[
            (
                "alone",
                retry(json!([{"ErrorEquals": ["States.Runtime"]}])),
                &["/States/A/Retry/0/ErrorEquals"],
            ),
            ("all", retry(json!([{"ErrorEquals": ["States.ALL"]}])), &[]),
        ],
    );
    let path = json!({"Parameters": {"x.$": "$.x"}});
    check(
        "catch-all-misses-runtime",
        &[
            ("with a path", catch(path.clone(), json!([all.clone()])), &["/States/A/Catch/0/ErrorEquals"]),
            ("both", catch(path.clone(), json!([named("States.Runtime"), all.clone()])), &[]),
            ("without a path", catch(json!({}), json!([all.clone()])), &[]),
            ("only some errors", catch(path, json!([named("X")])), &[]),
            (
                "in JSONata",
                catch(
                    json!({"QueryLanguage": "JSONata", "Arguments": {"x": "{% $states.input.x %}"}}),
                    json!([all]),
                ),
                &[],
            ),
        ],
    );
}

#[test]
fn times_that_are_missing_or_too_long() {
    let bare = |resource: &str| json!({"Type": "Task", "Resource": resource, "End": true});
    let job = "arn:aws:states:::ecs:runTask.sync";
    check(
        "task-without-timeout",
        &[
            ("none", json!({"A": bare(LAMBDA)}), &["/States/A"]),
            ("one", json!({"A": with(bare(LAMBDA), json!({"TimeoutSeconds": 5}))}), &[]),
            ("from the input", json!({"A": with(bare(LAMBDA), json!({"TimeoutSecondsPath": "$.t"}))}), &[]),
            ("a callback has its own rule", json!({"A": bare(CALLBACK)}), &[]),
        ],
    );
    check(
        "callback-without-timeout",
        &[
            ("none", json!({"A": bare(CALLBACK)}), &["/States/A"]),
            ("a job", json!({"A": bare(job)}), &["/States/A"]),
            ("a heartbeat", json!({"A": with(bare(CALLBACK), json!({"HeartbeatSeconds": 5}))}), &[]),
            ("a call", json!({"A": bare(LAMBDA)}), &[]),
        ],
    );
    let timed = with(machine(json!({"A": bare(CALLBACK)})), json!({"TimeoutSeconds": 60}));
    assert_eq!(found("callback-without-timeout", &timed, Standard), [""; 0]);
    assert_eq!(found("task-without-timeout", &timed, Standard), ["/States/A"]);
    check(
        "heartbeat-without-effect",
        &[
            (
                "shorter",
                json!({"A": with(bare(CALLBACK), json!({"HeartbeatSeconds": 5, "TimeoutSeconds": 60}))}),
                &[],
            ),
            (
                "nobody beats",
                json!({"A": with(bare(LAMBDA), json!({"HeartbeatSecondsPath": "$.h"}))}),
                &["/States/A/HeartbeatSecondsPath"],
            ),
        ],
    );
    let long = json!({"StartAt": "W", "TimeoutSeconds": 301, "States": {
        "W": {"Type": "Wait", "Seconds": 600, "Next": "A"}, "A": task(json!({"TimeoutSeconds": 301}))}});
    let places = ["/TimeoutSeconds", "/States/W/Seconds", "/States/A/TimeoutSeconds"];
    assert_eq!(found("express-too-long", &long, Express), places);
    assert_eq!(found("express-too-long", &long, Standard), [""; 0]);
    let short = machine(json!({"W": {"Type": "Wait", "Seconds": 300, "Next": "A"}, "A": bare(LAMBDA)}));
    assert_eq!(found("express-too-long", &short, Express), [""; 0]);
    assert_eq!(
        found("task-without-timeout", &short, Express),
        [""; 0],
        "an Express execution ends soon enough"
    );
}

#[test]
fn comments_silence_what_is_inside() {
    let state = |comment: &str| with(pass("A"), json!({"Comment": comment}));
    for (case, comment, expected) in [
        ("nothing", "a comment", vec!["no-path-to-end"]),
        ("the rule", "opsctl-lint: ignore no-path-to-end", vec![]),
        (
            "within a sentence",
            "By design. opsctl-lint: ignore unreachable-state, no-path-to-end. Truly",
            vec![],
        ),
        ("another rule", "opsctl-lint: ignore unreachable-state", vec!["no-path-to-end"]),
        ("no rule", "opsctl-lint: ignore no-path-to-ends", vec!["no-path-to-end", "unknown-rule"]),
    ] {
        for definition in [
            machine(json!({"A": state(comment)})),
            with(machine(json!({"A": pass("A")})), json!({"Comment": comment})),
        ] {
            let ids: Vec<&str> = findings(&definition, Standard).iter().map(|finding| finding.id).collect();
            assert_eq!(ids, expected, "{case}");
        }
    }
    // Not those of a neighbour whose name begins the same.
    let definition = machine(json!({"A": choice(done(), "B", "BC"), "B": with(pass("B"),
        json!({"Comment": "opsctl-lint: ignore no-path-to-end"})), "BC": pass("BC")}));
    assert_eq!(found("no-path-to-end", &definition, Standard), ["/States/BC"]);
    let refused = machine(json!({"A": {"Type": "Task", "Resource": "arn:aws:new:::thing", "End": true}}));
    assert_eq!(findings(&refused, Standard).len(), 1);
    let silenced = with(refused, json!({"Comment": "opsctl-lint: ignore SCHEMA_VALIDATION_FAILED"}));
    assert_eq!(findings(&silenced, Standard), []);
}

#[test]
fn what_the_service_says_is_passed_on() {
    let refused = machine(json!({"A": {"Type": "Pass", "Next": "B"}}));
    assert_eq!(
        findings(&refused, Standard),
        [Finding {
            id: "MISSING_TRANSITION_TARGET",
            severity: Severity::Error,
            message: "Missing 'Next' target: B".to_owned(),
            location: Some("/States/A/Next".to_owned()),
        }]
    );
    let sync =
        machine(json!({"A": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": true}}));
    let severities =
        |kind| -> Vec<Severity> { findings(&sync, kind).iter().map(|finding| finding.severity).collect() };
    assert_eq!(severities(Standard), [Severity::Warning]);
    assert_eq!(severities(Express), [Severity::Error]);
}

#[test]
fn rules_have_names_of_their_own() {
    for rule in RULES {
        assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
        assert!(rule.severity != Severity::Error && !rule.summary.is_empty(), "{}", rule.id);
        assert_eq!(RULES.iter().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
    }
}

#[test]
fn no_text_is_too_strange() {
    let whole = machine(json!({
        "A": choice(json!({"Variable": "$v", "NumericLessThan": 3}), "B", "M"),
        "B": with(task(json!({"Next": "A", "End": false})), json!({"ResultPath": "$.x"})),
        "M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I", "States": {"I": pass("")}}},
    }))
    .to_string();
    for end in 0..whole.len() {
        let findings = lint(&whole[..end], Standard);
        assert_eq!(findings.len(), 1, "{end}");
        assert_eq!(findings[0].severity, Severity::Error);
    }
    for deep in [20, 60, 5_000, 200_000] {
        let (open, close) =
            (r#"{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":["#, "]}}}");
        let inner = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
        let text = format!("{}{inner}{}", open.repeat(deep), close.repeat(deep));
        assert!(lint(&text, Standard).iter().any(|finding| finding.severity == Severity::Error), "{deep}");
        lint(&"[".repeat(deep), Standard);
    }
}

/// A chain of states and a loop of states, each with a variable of its own, as many as a definition may have.
#[test]
fn a_definition_of_a_megabyte_is_linted() {
    for last in ["\"End\":true", "\"Next\":\"S0\""] {
        let mut text = r#"{"StartAt":"S0","States":{"#.to_owned();
        let mut number = 0;
        while text.len() < 1_048_576 - 200 {
            let next = number + 1;
            text.push_str(&format!(
                r#""S{number}":{{"Type":"Pass","Next":"S{next}","Parameters":{{"x.$":"$v"}},"Assign":{{"v{number}":1}}}},"#
            ));
            number = next;
        }
        text.push_str(&format!(r#""S{number}":{{"Type":"Pass",{last}}}}}}}"#));
        let findings = lint(&text, Standard);
        assert_eq!(
            findings.iter().filter(|finding| finding.id == "unassigned-variable").count(),
            number,
            "{last}"
        );
        assert!(findings.iter().all(|finding| finding.severity != Severity::Error));
    }
}

proptest::proptest! {
    /// Whatever leads where: the linter ends, and agrees with itself about what can be reached.
    #[test]
    fn any_graph_is_linted(states in proptest::collection::vec((0..6_u8, 0..8_usize, 0..8_usize), 1..8)) {
        let count = states.len();
        let name = |number: usize| format!("S{}", number % count);
        let mut all = serde_json::Map::new();
        for (number, (kind, next, other)) in states.iter().enumerate() {
            let (next, other) = (name(*next), name(*other));
            let state = match kind {
                0 => json!({"Type": "Succeed"}),
                1 => with(pass(&next), json!({"ResultPath": "$.x", "Assign": {"v": 1}})),
                2 => choice(json!({"Variable": "$v", "NumericLessThan": 3}), &next, &other),
                3 => json!({"Type": "Wait", "Seconds": 9, "Next": next}),
                4 => task(json!({"End": false, "Next": next,
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": other, "Assign": {"w": 1}}]})),
                _ => with(pass(&next), json!({"Parameters": {"a.$": "States.Array($w, $.a)"}})),
            };
            all.insert(format!("S{number}"), state);
        }
        let definition = machine(all.into());
        for kind in [Standard, Express] {
            let findings = findings(&definition, kind);
            proptest::prop_assert!(findings.iter().all(|finding| finding.severity != Severity::Error));
            let at = |id: &str| -> Vec<_> {
                findings.iter().filter(|finding| finding.id == id).filter_map(|it| it.location.clone()).collect()
            };
            let unreachable = at("unreachable-state");
            proptest::prop_assert!(!unreachable.contains(&"/States/S0".to_owned()));
            proptest::prop_assert!(at("no-path-to-end").iter().all(|state| !unreachable.contains(state)));
            let ends = states.iter().any(|(kind, ..)| *kind == 0);
            proptest::prop_assert!(ends || !at("no-path-to-end").is_empty());
        }
    }
}
