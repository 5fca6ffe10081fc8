//! Retries, catchers, and failures that go up.

use super::*;

fn task(policies: Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Next": "Done"});
    state.as_object_mut().unwrap().extend(policies.as_object().unwrap().clone());
    json!({"StartAt": "S", "States": {"S": state, "Done": {"Type": "Pass", "End": true}, "Caught": {"Type": "Pass", "End": true}}})
}

fn seconds(execution: &Execution) -> f64 {
    execution.now().duration_since(START.parse().unwrap()).as_secs_f64()
}

#[test]
fn retries_wait_longer_each_time_up_to_their_most() {
    let definition = task(json!({"Retry": [
        {"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10, "MaxAttempts": 4},
    ]}));
    let mut world = Script::default();
    for _ in 0..4 {
        world.answer("S", failed("E"));
    }
    let execution = run_in(&mut world, &definition, json!({}));
    output(&execution);
    assert_eq!(seconds(&execution), 2.0 + 6.0 + 10.0 + 10.0);
    assert_eq!(world.requests.iter().map(|request| request.attempt).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn full_jitter_waits_at_most_as_long() {
    let definition = task(json!({"Retry": [
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "BackoffRate": 1, "MaxAttempts": 50, "JitterStrategy": "FULL"},
    ]}));
    let mut world = Script::default();
    for _ in 0..50 {
        world.answer("S", failed("E"));
    }
    let execution = run_in(&mut world, &definition, json!({}));
    output(&execution);
    let mean = seconds(&execution) / 50.0;
    assert!((25.0..75.0).contains(&mean), "{mean}");
}

#[test]
fn every_retrier_counts_for_itself_and_the_first_that_matches_is_the_one() {
    let definition = task(json!({
        "Retry": [
            {"ErrorEquals": ["A"], "MaxAttempts": 1}, {"ErrorEquals": ["A", "B"], "MaxAttempts": 1},
        ],
        "Catch": [{"ErrorEquals": ["A"], "Next": "Caught"}],
    }));
    let mut world = Script::default();
    world.answer("S", failed("A")).answer("S", failed("B")).answer("S", failed("A"));
    let execution = run_in(&mut world, &definition, json!({}));
    assert_eq!(output(&execution), json!({"Error": "A", "Cause": "as scripted"}));
    assert_eq!(world.requests.len(), 3);
}

#[test]
fn catchers_put_the_error_where_they_say() {
    let definition = task(json!({"Catch": [
        {"ErrorEquals": ["States.Timeout"], "Next": "Done"},
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Caught", "ResultPath": "$.why", "Assign": {"e.$": "$.Error"}},
    ]}));
    let mut world = Script::default();
    world.answer("S", failed("E"));
    let execution = run_in(&mut world, &definition, json!({"a": 1}));
    assert_eq!(output(&execution), json!({"a": 1, "why": {"Error": "E", "Cause": "as scripted"}}));
    let trail = trail(&execution);
    assert_eq!(trail[4..6], ["LambdaFunctionFailed<4", "TaskStateExited<5"]);
}

#[test]
fn jsonata_catchers_see_the_error_output() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "S", "States": {
        "S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": {"a": "{% $states.input.a %}"},
            "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C",
                "Output": {"e": "{% $states.errorOutput.Error %}", "in": "{% $states.input %}"}}]},
        "C": {"Type": "Succeed"},
    }});
    let mut world = Script::default();
    world.answer("S", failed("SQS.Gone"));
    assert_eq!(
        output(&run_in(&mut world, &definition, json!({"a": 1}))),
        json!({"e": "SQS.Gone", "in": {"a": 1}})
    );
    // An expression that fails is an error like another.
    assert_eq!(output(&run(&definition, json!({})))["e"], "States.QueryEvaluationError");
}

#[test]
fn a_parallel_state_fails_with_its_first_branch_and_ends_the_others() {
    let branch = |name: &str| {
        json!({"StartAt": name, "States": {name: {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke"}}})
    };
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true,
            "Catch": [{"ErrorEquals": ["E"], "Next": "C"}]},
        "C": {"Type": "Succeed"},
    }});
    let mut world = Script::default();
    world.answers("A", vec![(Duration::from_secs(5), failed("E"))]);
    world.answers("B", vec![(Duration::from_secs(50), succeeded(json!(1)))]);
    let execution = run_in(&mut world, &definition, json!({}));
    assert_eq!(output(&execution)["Error"], "E");
    assert_eq!(seconds(&execution), 5.0);
    let trail = trail(&execution);
    assert_eq!(trail.iter().filter(|event| event.starts_with("TaskStateAborted")).count(), 2, "{trail:?}");
    assert!(trail.iter().any(|event| event.starts_with("ParallelStateFailed")), "{trail:?}");
}

#[test]
fn a_map_is_retried_whole() {
    let definition = json!({"StartAt": "M", "States": {
        "M": {"Type": "Map", "End": true, "MaxConcurrency": 1, "Retry": [{"ErrorEquals": ["E"]}],
            "ItemProcessor": {"StartAt": "T", "States": {
                "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}},
    }});
    let mut world = Script::default();
    world.answer("T", succeeded(json!("first"))).answer("T", failed("E"));
    let execution = run_in(&mut world, &definition, json!([1, 2]));
    assert_eq!(output(&execution), json!([1, 2]));
    let trail = trail(&execution);
    assert_eq!(trail.iter().filter(|event| event.starts_with("MapStateStarted")).count(), 2);
    assert_eq!(trail.iter().filter(|event| event.starts_with("MapIterationFailed")).count(), 1);
}

#[test]
fn what_is_too_large_is_said_in_one_way_wherever_it_is() {
    let twice = json!({"v.$": "$.t", "w.$": "$.t"});
    let each = |selector: Value| {
        json!({"Type": "Map", "ItemsPath": "$.l", "ItemSelector": selector, "End": true,
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}})
    };
    let query = "{% [$states.input.t, $states.input.t] %}";
    for state in [
        json!({"Type": "Pass", "Parameters": twice, "End": true}),
        json!({"Type": "Pass", "ResultPath": "$.again", "InputPath": "$.t", "End": true}),
        json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": twice, "End": true}),
        json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": query, "End": true}),
        json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "QueryLanguage": "JSONata",
            "Arguments": query, "End": true}),
        each(twice.clone()),
    ] {
        let execution = run(&only(state.clone()), json!({"t": "x".repeat(150_000), "l": [1]}));
        let (name, cause) = error(&execution);
        assert_eq!(name, "States.DataLimitExceeded", "{state}");
        assert_eq!(
            cause,
            "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.",
            "{state}"
        );
    }
}

#[test]
fn a_state_whose_output_cannot_be_has_not_succeeded() {
    let inner = || json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}});
    let distributed = || {
        let mut inner = inner();
        inner["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
        inner
    };
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    let parallel = json!({"Type": "Parallel", "End": true, "Branches": [branch("A"), branch("B")]});
    let map = |processor: Value| json!({"Type": "Map", "ItemsPath": "$.l", "End": true, "ItemProcessor": processor});
    let text = "x".repeat(100_000);
    let large = json!({"l": [text, text]});
    for (state, input, expected) in [
        (parallel.clone(), large.clone(), "States.DataLimitExceeded"),
        (map(inner()), json!({"l": [1, text, text, text]}), "States.DataLimitExceeded"),
        (map(distributed()), json!({"l": [1, text, text, text]}), "States.DataLimitExceeded"),
        (parallel, json!({"l": [1]}), "States.IntrinsicFailure"),
        (map(inner()), json!({"l": [1]}), "States.IntrinsicFailure"),
    ] {
        let mut state = state;
        match expected {
            "States.IntrinsicFailure" => {
                state["ResultSelector"] = json!({"x.$": "States.ArrayGetItem($, 9)"})
            }
            _ => state["ResultPath"] = json!("$.r"),
        }
        let execution = run(&only(state.clone()), input);
        assert_eq!(error(&execution).0, expected, "{state}");
        let kind = state["Type"].as_str().unwrap();
        let of_kind = |what: &str| {
            trail(&execution).iter().any(|event| event.starts_with(&format!("{kind}State{what}")))
        };
        assert!(of_kind("Failed") && !of_kind("Succeeded"), "{state}: {:?}", trail(&execution));
    }
}

#[test]
fn fail_states_say_what_they_are_told() {
    for (state, expected) in [
        (json!({"Type": "Fail"}), ("", "")),
        (json!({"Type": "Fail", "Error": "E", "Cause": "c"}), ("E", "c")),
        (
            json!({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.e)"}),
            ("In", "In!"),
        ),
        (
            json!({"Type": "Fail", "QueryLanguage": "JSONata", "Error": "{% $states.input.e & 'X' %}"}),
            ("InX", ""),
        ),
    ] {
        let execution = run(&only(state.clone()), json!({"e": "In"}));
        assert_eq!(error(&execution), (expected.0.to_owned(), expected.1.to_owned()), "{state}");
    }
}

#[test]
fn a_map_whose_selector_fails_ends_what_it_has_started() {
    let second = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 60, "Next": "P"}, "P": {"Type": "Pass", "Result": "second", "End": true},
    }});
    let selector = json!({"x.$": "States.ArrayGetItem($$.Map.Item.Value, 0)"});
    let handlers = [json!([]), json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}])];
    for (retry, tries) in handlers.iter().zip([1, 2]) {
        let definition = json!({"StartAt": "M", "States": {
            "M": {"Type": "Map", "ItemsPath": "$.l", "ItemSelector": selector, "Retry": retry,
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "N"}], "End": true,
                "ItemProcessor": {"StartAt": "T", "States": {"T": {
                    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}},
            "N": {"Type": "Map", "ItemsPath": "$.k", "ItemProcessor": second, "End": true},
        }});
        let mut world = Script::default();
        let execution = run_in(&mut world, &definition, json!({"l": [[1], [2], 3], "k": [1, 2]}));
        assert_eq!(output(&execution), json!(["second", "second"]));
        assert!(world.requests.is_empty(), "{:?}", world.requests);
        let aborted =
            trail(&execution).iter().filter(|event| event.starts_with("MapIterationAborted")).count();
        assert_eq!(aborted, 2 * tries);
    }
}
