//! Why runs ended as they did: the events of real runs, newest first.

use serde_json::json;

use super::*;
use crate::asl::explain::{End, Explainer, Explanation, FailedState, Outer, Unfinished};
use crate::asl::history::{Event, StateType};

const TASK: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
const CHILD: &str = "arn:aws:states:eu-west-1:111122223333:execution:child:7";

fn explain(events: &[Event]) -> Explanation {
    let mut explainer = Explainer::default();
    for event in events.iter().rev() {
        explainer.take(event);
    }
    explainer.explanation().unwrap()
}

/// As many events as are needed, in pages.
fn pages(events: &[Event], size: usize) -> (Explanation, usize) {
    let mut explainer = Explainer::default();
    let (mut pages, newest) = (0, events.iter().rev().collect::<Vec<_>>());
    for page in newest.chunks(size) {
        pages += 1;
        page.iter().for_each(|event| explainer.take(event));
        if !explainer.needs_more() {
            break;
        }
    }
    (explainer.explanation().unwrap(), pages)
}

fn explained(world: &mut Script, definition: &Value, input: Value) -> Explanation {
    explain(run_in(world, definition, input).history().events())
}

fn task(next: &Value) -> Value {
    let mut task = json!({"Type": "Task", "Resource": TASK});
    let fields = next.as_object().unwrap().clone();
    task.as_object_mut().unwrap().extend(fields);
    task
}

fn errors(explanation: &Explanation) -> Vec<&str> {
    let failed = explanation.failed.as_ref().unwrap();
    failed
        .state
        .attempts
        .errors
        .iter()
        .map(|attempt| attempt.failure.error.as_deref().unwrap_or("-"))
        .collect()
}

#[test]
fn the_last_of_several_attempts_is_told_with_what_it_was_called_with() {
    let retry = json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]);
    let definition = json!({"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Result": 3, "ResultPath": "$.n", "Next": "S"},
        "S": task(&json!({"End": true, "Retry": retry, "Parameters": {"n.$": "$.n"}})),
    }});
    let mut world = Script::default();
    world.answer("S", failed("A")).answer("S", failed("B")).answer("S", failed("C"));
    let explanation = explained(&mut world, &definition, json!({}));
    assert_eq!((explanation.end, explanation.failure.error.as_deref()), (End::Failed, Some("C")));
    let state = &explanation.failed.as_ref().unwrap().state;
    assert_eq!((&*state.name, state.kind, state.attempts.count), ("S", StateType::Task, 3));
    assert_eq!(errors(&explanation), ["C", "B", "A"]);
    assert_eq!((state.input.text(), state.attempts.calls.as_deref()), ("{\"n\":3}".to_owned(), Some(TASK)));
    assert_eq!(state.attempts.arguments.as_ref().unwrap().text(), "{\"n\":3}");
}

#[test]
fn the_innermost_state_is_told_with_those_around_it() {
    let inner = json!({"StartAt": "Ready", "States": {
        "Ready": {"Type": "Pass", "Next": "Bad"}, "Bad": task(&json!({"End": true}))}});
    let each = json!({"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner, "End": true});
    let definition = json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Before", "States": {"Before": {"Type": "Pass", "Next": "Each"}, "Each": each}},
            {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": true}}},
        ]},
    }});
    let mut world = Script::default();
    world.answer("Bad", succeeded(json!(1))).answer("Bad", failed("E"));
    let explanation = explained(&mut world, &definition, json!([10, 20]));
    let FailedState { state, inside, .. } = explanation.failed.unwrap();
    assert_eq!((&*state.name, state.input.text()), ("Bad", "20".to_owned()));
    let outer = |name: &str, kind, index| Outer { name: name.into(), kind, index };
    let expected = [outer("Both", StateType::Parallel, None), outer("Each", StateType::Map, Some(1))];
    assert_eq!(inside, expected);
}

#[test]
fn errors_that_were_caught_before_are_told() {
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]);
    let definition = json!({"StartAt": "Ask", "States": {
        "Ask": task(&json!({"End": true, "Catch": catch})),
        "Sorry": {"Type": "Pass", "Next": "Give up"},
        "Give up": {"Type": "Fail", "Error": "GaveUp"},
    }});
    let mut world = Script::default();
    let explanation = explained(world.answer("Ask", failed("E")), &definition, json!({}));
    assert_eq!(&*explanation.failed.unwrap().state.name, "Give up");
    let caught: Vec<_> =
        explanation.caught.iter().map(|caught| (&*caught.state, caught.failure.error.as_deref())).collect();
    assert_eq!(caught, [("Ask", Some("E"))]);
}

#[test]
fn a_parallel_state_whose_error_was_caught_is_one_step() {
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Bad"}]);
    let fails = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Inner", "Cause": "c"}}});
    let definition = json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Branches": [fails], "Catch": catch, "End": true},
        "Bad": task(&json!({"End": true})),
    }});
    let mut world = Script::default();
    let explanation = explained(world.answer("Bad", failed("E")), &definition, json!({}));
    let FailedState { state, inside, .. } = explanation.failed.unwrap();
    assert_eq!((&*state.name, inside.len()), ("Bad", 0));
    let caught: Vec<_> =
        explanation.caught.iter().map(|caught| (&*caught.state, caught.failure.error.as_deref())).collect();
    assert_eq!(caught, [("Both", Some("Inner"))]);
}

#[test]
fn a_state_that_calls_nothing_can_fail() {
    let cases = [
        ("a Fail state", json!({"Type": "Fail", "Error": "E"}), "E"),
        (
            "a path that leads nowhere",
            json!({"Type": "Pass", "InputPath": "$.no", "End": true}),
            "States.Runtime",
        ),
        (
            "a choice that nothing fits",
            json!({"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "S"}]}),
            "States.Runtime",
        ),
        (
            "an expression that fails",
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $error('no') %}", "End": true}),
            "States.QueryEvaluationError",
        ),
    ];
    for (name, state, error) in cases {
        for before in [false, true] {
            let mut definition = only(state.clone());
            if before {
                definition["StartAt"] = json!("Before");
                definition["States"]["Before"] = json!({"Type": "Pass", "Next": "S"});
            }
            let explanation = explained(&mut Script::default(), &definition, json!({"n": 0}));
            assert_eq!(explanation.failure.error.as_deref(), Some(error), "{name}");
            let state = explanation.failed.unwrap().state;
            assert_eq!((&*state.name, state.attempts.count), ("S", 0), "{name}");
        }
    }
}

#[test]
fn a_map_run_and_a_child_are_named_to_be_followed_down() {
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}});
    let definition = only(json!({"Type": "Map", "ItemProcessor": processor, "End": true}));
    let explanation = explained(&mut Script::default(), &definition, json!([1]));
    let state = explanation.failed.unwrap().state;
    assert_eq!((&*state.name, state.kind), ("S", StateType::Map));
    assert!(state.attempts.map_run.unwrap().contains(":mapRun:machine/"), "the ARN of the run");
    assert_eq!(explanation.failure.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));

    let definition = only(json!({"Type": "Task", "End": true, "TimeoutSeconds": 5, "Parameters": {},
        "Resource": "arn:aws:states:::states:startExecution.sync"}));
    let mut world = Script::default();
    let started = Answer::Submitted(Payload::new(json!({"ExecutionArn": CHILD})));
    world.answers("S", vec![(Duration::ZERO, started)]);
    let explanation = explained(&mut world, &definition, json!({}));
    assert_eq!(explanation.failure.error.as_deref(), Some("States.Timeout"));
    assert_eq!(explanation.failed.unwrap().state.attempts.child.as_deref(), Some(CHILD));
}

#[test]
fn what_ran_at_a_stop_is_told() {
    let definition = json!({"StartAt": "Both", "TimeoutSeconds": 10, "States": {
        "Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}},
            {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": true}}},
            {"StartAt": "Again", "States": {"Again": task(&json!({"End": true, "Retry":
                [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 50, "MaxAttempts": 2}]}))}},
        ]},
    }});
    let mut world = Script::default();
    let execution = run_in(world.answer("Again", failed("E")), &definition, json!({}));
    let events = execution.history().events();
    let explanation = explain(events);
    assert_eq!(explanation.end, End::TimedOut);
    let told =
        |state: &Unfinished| (state.name.to_string(), state.attempts.count, state.attempts.errors.len());
    let running: Vec<_> = explanation.running.iter().map(told).collect();
    assert_eq!(running, [("Again".to_owned(), 1, 1), ("Slow".to_owned(), 0, 0)]);
    // While it ran, the same.
    let explanation = explain(&events[..events.len() - 1]);
    assert_eq!((explanation.end, explanation.running.len()), (End::Running, 2));
}

#[test]
fn of_a_long_history_the_last_page_is_enough_where_it_tells_all() {
    let loops = json!({"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, -1)"}, "Next": "Go on"},
        "Go on": {"Type": "Choice", "Default": "S",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 0, "Next": "Count"}]},
        "S": task(&json!({"End": true})),
    }});
    let mut world = Script::default();
    let execution = run_in(world.answer("S", failed("E")), &loops, json!({"n": 2000}));
    let events = execution.history().events();
    assert!(events.len() > 8000, "{}", events.len());
    let (explanation, read) = pages(events, 1000);
    assert_eq!((&*explanation.failed.unwrap().state.name, read), ("S", 1));
    // Whose retries fill more than a page is read as far as its entry.
    let (explanation, read) = pages(events, 2);
    assert_eq!((&*explanation.failed.unwrap().state.name, read), ("S", 3));
    // What ran since when is known only at the beginning.
    let stopped = &events[..events.len() - 1];
    assert_eq!(pages(stopped, 1000).1, events.len().div_ceil(1000));
}

#[test]
fn a_loop_that_reaches_the_limit_of_a_history_is_named() {
    let definition = json!({"StartAt": "Loop", "States": {"Loop": {"Type": "Pass", "Next": "Loop"}}});
    let execution = run(&definition, json!({}));
    let events = execution.history().events();
    let (explanation, read) = pages(events, 1000);
    let (name, count) = explanation.busiest.unwrap();
    assert_eq!(
        (explanation.events, &*name, &*explanation.failed.unwrap().state.name),
        (25_000, "Loop", "Loop")
    );
    assert!(count > 400 && read == 1, "{count} {read}");
}

#[test]
fn histories_that_make_no_sense_are_taken() {
    let event = |id: u64, previous: u64, kind: &str, details: Value| {
        let event =
            json!({"id": id, "previousEventId": previous, "type": kind, "timestamp": 0, "details": details});
        Event::read(&event).unwrap()
    };
    assert!(Explainer::default().explanation().is_none());
    let ended = || event(9, 9, "ExecutionFailed", json!({"error": "E"}));
    for events in [
        vec![ended()],
        vec![event(1, 5, "MapStateFailed", json!({})), ended()],
        vec![
            event(3, 9, "TaskStateExited", json!({"name": "x"})),
            event(9, 3, "EvaluationFailed", json!({"state": "x"})),
            ended(),
        ],
        vec![
            event(2, 7, "TaskStateEntered", json!({"name": "x"})),
            event(2, 2, "ExecutionFailed", json!({})),
        ],
    ] {
        let explanation = explain(&events);
        assert_eq!(explanation.end, End::Failed);
    }
    let new = event(4, 3, "TaskStartFailed", json!({"error": "E"}));
    let events = [
        event(3, 0, "TaskStateEntered", json!({"name": "x", "input": "{}"})),
        new,
        event(5, 4, "ExecutionFailed", json!({"error": "E"})),
    ];
    let explanation = explain(&events);
    assert_eq!(errors(&explanation), ["E"]);
}
