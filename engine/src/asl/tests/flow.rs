//! Data flow, choices, waits, variables, in both query languages.

use super::*;
use crate::asl::coverage::Ground;

#[test]
fn the_fields_of_json_path_work_in_their_order() {
    let definition = only(json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "InputPath": "$.in", "Parameters": {"x.$": "$.a", "y": "$.a"},
        "ResultSelector": {"got.$": "$.x"}, "ResultPath": "$.out.deep", "OutputPath": "$.out",
    }));
    let mut world = Script::default();
    let execution = run_in(&mut world, &definition, json!({"in": {"a": 1}}));
    assert_eq!(world.requests[0].input.value(), &json!({"x": 1, "y": "$.a"}));
    assert_eq!(output(&execution), json!({"deep": {"got": 1}}));
}

#[test]
fn null_paths_give_nothing() {
    for (state, expected) in [
        (json!({"Type": "Pass", "End": true, "InputPath": null}), json!({})),
        (json!({"Type": "Pass", "End": true, "Result": 1, "ResultPath": null}), json!({"a": 1})),
        (json!({"Type": "Pass", "End": true, "OutputPath": null}), json!({})),
        (json!({"Type": "Succeed", "OutputPath": "$.a"}), json!(1)),
    ] {
        assert_eq!(output(&run(&only(state.clone()), json!({"a": 1}))), expected, "{state}");
    }
}

#[test]
fn a_missing_path_fails_the_run_and_nothing_catches_it() {
    let definition = only(json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "InputPath": "$.no",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}],
    }));
    let (name, cause) = error(&run(&definition, json!({})));
    assert_eq!(name, "States.Runtime");
    assert_eq!(
        cause,
        "An error occurred while executing the state 'S' (entered at the event id #2). Invalid path '$.no' : No results for path: $['no']"
    );
}

#[test]
fn a_result_that_does_not_fit_its_place_is_a_failure_of_its_own() {
    let definition = only(json!({"Type": "Pass", "End": true, "Result": 1, "ResultPath": "$.a.b"}));
    assert_eq!(error(&run(&definition, json!([]))).0, "States.ResultPathMatchFailure");
}

#[test]
fn choices_take_the_first_rule_that_holds() {
    let definition = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [
            {"Variable": "$.n", "NumericLessThan": 5, "Next": "Small"},
            {"And": [{"Variable": "$.n", "IsPresent": true}, {"Not": {"Variable": "$.n", "IsNull": true}}], "Next": "Big"},
        ], "Default": "None"},
        "Small": {"Type": "Pass", "Result": "small", "End": true},
        "Big": {"Type": "Pass", "Result": "big", "End": true},
        "None": {"Type": "Pass", "Result": "none", "End": true},
    }});
    for (input, expected) in
        [(json!({"n": 1}), "small"), (json!({"n": 9}), "big"), (json!({"n": null}), "none")]
    {
        assert_eq!(output(&run(&definition, input.clone())), expected, "{input}");
    }
}

#[test]
fn a_choice_without_a_way_out_fails() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.ok %}", "Next": "D"}]},
        "D": {"Type": "Succeed"},
    }});
    assert_eq!(output(&run(&definition, json!({"ok": true}))), json!({"ok": true}));
    let (name, cause) = error(&run(&definition, json!({"ok": false})));
    assert_eq!(name, "States.Runtime");
    assert!(cause.ends_with("The state does not point to a next state."), "{cause}");
    let (name, cause) = error(&run(&definition, json!({"ok": 1})));
    assert_eq!(name, "States.QueryEvaluationError");
    assert!(cause.contains("Expected 'boolean', but was 'number' for value: 1"), "{cause}");
}

#[test]
fn the_output_of_a_rule_replaces_that_of_the_state() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "C", "States": {
        "C": {"Type": "Choice", "Output": "state", "Assign": {"v": "state"}, "Default": "D", "Choices": [
            {"Condition": "{% $states.input.ok %}", "Next": "D", "Output": "rule", "Assign": {"v": "{% 'rule' %}"}},
        ]},
        "D": {"Type": "Pass", "End": true, "Output": {"in": "{% $states.input %}", "v": "{% $v %}"}},
    }});
    assert_eq!(output(&run(&definition, json!({"ok": true}))), json!({"in": "rule", "v": "rule"}));
    assert_eq!(output(&run(&definition, json!({"ok": false}))), json!({"in": "state", "v": "state"}));
}

#[test]
fn waits_take_their_time_and_no_other() {
    for (state, seconds) in [
        (json!({"Type": "Wait", "Seconds": 90, "End": true}), 90),
        (json!({"Type": "Wait", "SecondsPath": "$.s", "End": true}), 7),
        (json!({"Type": "Wait", "Timestamp": "2030-01-01T01:00:00Z", "End": true}), 3600),
        (json!({"Type": "Wait", "TimestampPath": "$.t", "End": true}), 60),
        (json!({"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "End": true}), 0),
        (
            json!({"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input.s * 2 %}", "End": true}),
            14,
        ),
    ] {
        let execution = run(&only(state.clone()), json!({"s": 7, "t": "2030-01-01T00:01:00Z"}));
        output(&execution);
        let start: jiff::Timestamp = START.parse().unwrap();
        assert_eq!(execution.now().duration_since(start).as_secs(), seconds, "{state}");
    }
}

#[test]
fn variables_are_assigned_together_and_seen_inside() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"x.$": "$y", "y.$": "$x"}, "Next": "P"},
        "P": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "I", "States": {"I": {"Type": "Pass", "Assign": {"z.$": "$x"}, "Next": "J"},
                "J": {"Type": "Pass", "Parameters": {"x.$": "$x", "z.$": "$z"}, "End": true}}},
        ], "ResultSelector": {"r.$": "$[0]", "y.$": "$y"}},
    }});
    let execution = run(&definition, json!({}));
    assert_eq!(output(&execution), json!({"r": {"x": 2, "z": 2}, "y": 1}));
    let exited = execution.history().events().iter().filter_map(|event| event.details()).nth(2).unwrap();
    assert_eq!(exited["assignedVariables"], json!({"x": "1", "y": "2"}));
}

#[test]
fn an_undefined_expression_fails_beside_the_entry_of_its_state() {
    let definition = only(json!({
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": ["{% $states.input.no %}"]}, "End": true,
    }));
    let execution = run(&definition, json!({}));
    assert_eq!(
        trail(&execution),
        ["ExecutionStarted<0", "PassStateEntered<0", "EvaluationFailed<0", "ExecutionFailed<3"]
    );
    let (name, cause) = error(&execution);
    assert_eq!(name, "States.QueryEvaluationError");
    assert!(cause.contains("specified for the field 'Output/a[0]' returned nothing (undefined)."), "{cause}");
}

#[test]
fn the_context_object_has_what_the_state_is_in() {
    let definition = json!({"StartAt": "M", "States": {
        "M": {"Type": "Map", "ItemsPath": "$$.Execution.Input.list", "End": true,
            "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "n.$": "$$.State.Name"},
            "ItemProcessor": {"StartAt": "P", "States": {"P": {
                "Type": "Pass", "QueryLanguage": "JSONata", "End": true,
                "Output": "{% $merge([$states.input, {'s': $states.context.State.Name, 'j': $states.context.Map.Item.Index}]) %}",
            }}}},
    }});
    let expected = json!([{"i": 0, "v": "a", "n": "M", "s": "P", "j": 0}, {"i": 1, "v": "b", "n": "M", "s": "P", "j": 1}]);
    assert_eq!(output(&run(&definition, json!({"list": ["a", "b"]}))), expected);
}

#[test]
fn the_ways_a_run_takes_are_noted_each_for_itself() {
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Z", "Catch": [
        {"ErrorEquals": ["E"], "Next": "Z"}, {"ErrorEquals": ["States.ALL"], "Next": "Z"},
    ]});
    let definition = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Default": "T", "Choices": [
            {"Variable": "$.n", "NumericEquals": 1, "Next": "T"}, {"Variable": "$.n", "NumericEquals": 2, "Next": "T"},
        ]},
        "T": task,
        "Z": {"Type": "Succeed"},
    }});
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let ground = Ground::of(&machine);
    for (n, answer, taken) in [
        (1, succeeded(json!(1)), ["rule 1", "next"]),
        (2, failed("E"), ["rule 2", "catcher 1"]),
        (3, failed("F"), ["default", "catcher 2"]),
    ] {
        let mut world = Script::default();
        world.answer("T", answer);
        let mut execution = Execution::start(&machine, Payload::new(json!({"n": n})), options());
        execution.note_coverage();
        virtual_time::run(&mut execution, &mut world);
        let missed = ground.missed(execution.coverage().unwrap()).ways;
        let found: Vec<String> = ground.ways.difference(&missed).map(|way| way.exit.to_string()).collect();
        assert_eq!(found, taken);
    }
}

#[test]
fn the_context_object_is_there_at_every_depth_of_a_template() {
    for name in ["Resource", "States", "Comment", "Branches"] {
        let paths = only(
            json!({"Type": "Pass", "End": true, "Parameters": {name: [{name: {"n.$": "$$.Execution.Name"}}]}}),
        );
        assert_eq!(output(&run(&paths, json!({}))), json!({name: [{name: {"n": "run"}}]}));
        let query = only(json!({"Type": "Pass", "QueryLanguage": "JSONata", "End": true,
            "Output": {name: "{% $states.context.Execution.Name %}"}}));
        assert_eq!(output(&run(&query, json!({}))), json!({name: "run"}));
    }
}

#[test]
fn an_expression_may_climb_from_the_input_to_the_context_object() {
    let state = json!({"Type": "Pass", "QueryLanguage": "JSONata", "End": true,
        "Output": "{% $states.input.%.context.State.Name %}"});
    assert_eq!(output(&run(&only(state), json!({"a": 1}))), json!("S"));
}

#[test]
fn an_expression_may_read_the_context_object_whole() {
    let expected = json!({"Input": {"a": [1]}, "Name": "run"});
    let paths = only(
        json!({"Type": "Pass", "End": true, "Parameters": {"whole.$": "$$", "execution.$": "$$.Execution"}}),
    );
    let query = only(json!({"Type": "Pass", "QueryLanguage": "JSONata", "End": true,
        "Output": {"whole": "{% $states.context %}", "execution": "{% $states.context.Execution %}"}}));
    for definition in [paths, query] {
        let output = output(&run(&definition, json!({"a": [1]})));
        for execution in [&output["execution"], &output["whole"]["Execution"]] {
            assert_eq!(json!({"Input": execution["Input"], "Name": execution["Name"]}), expected);
        }
        assert_eq!(output["whole"]["State"]["Name"], "S");
    }
}
