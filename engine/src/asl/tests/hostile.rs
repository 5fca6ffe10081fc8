//! Input that means no good: cut, deep, large, endless. Everything ends, with words.

use super::*;
use crate::asl::definition::{DEFINITION_LIMIT, check};

#[test]
fn a_definition_may_be_cut_anywhere() {
    let definition = json!({"StartAt": "M", "QueryLanguage": "JSONPath", "States": {
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.a['é']", "IsPresent": true, "Next": "W"}]},
            "W": {"Type": "Wait", "SecondsPath": "$$.x", "End": true},
        }}, "ItemSelector": {"a.$": "States.Format('{}', $.b)"}, "Next": "J"},
        "J": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $sum([1, $states.input]) %}", "End": true},
    }}).to_string();
    assert!(check(&definition, MachineType::Standard).1.is_empty());
    for end in (0..definition.len()).filter(|end| definition.is_char_boundary(*end)) {
        assert!(!check(&definition[..end], MachineType::Standard).1.is_empty(), "{end}");
    }
}

#[test]
fn values_of_the_wrong_kind_are_faults_wherever_they_are() {
    let definition = json!({"StartAt": "M", "TimeoutSeconds": 9, "Comment": "c", "States": {
        "M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "TimeoutSeconds": 1, "Credentials": {"RoleArn": "r"},
                "Retry": [{"ErrorEquals": ["A"], "BackoffRate": 2}], "Catch": [{"ErrorEquals": ["A"], "Next": "T"}]}}},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV",
                "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"], "MaxItems": 1}, "Parameters": {"Bucket": "b"}},
            "ItemBatcher": {"MaxItemsPerBatch": 1}, "ResultWriter": {"Resource": "r", "Parameters": {}}, "Label": "l",
            "MaxConcurrency": 1, "ToleratedFailurePercentage": 1, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "P"}], "Default": "P"},
        "P": {"Type": "Parallel", "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "e"}}}], "End": true},
    }});
    assert_eq!(check(&definition.to_string(), MachineType::Standard).1, []);
    let mut places = Vec::new();
    walk(&definition, String::new(), &mut places);
    for place in places {
        for wrong in [json!(null), json!(-1.5), json!([[]]), json!({"x": {}}), json!(true), json!("")] {
            let mut broken = definition.clone();
            *broken.pointer_mut(&place).unwrap() = wrong;
            // Most are faults; what is none runs to an end.
            let Ok(machine) = parse(&broken.to_string(), MachineType::Standard) else { continue };
            let options = Options { max_events: 100, ..options() };
            let mut execution = Execution::start(&machine, Payload::new(json!({"a": 1})), options);
            virtual_time::run(&mut execution, &mut Script::default());
            assert!(execution.outcome().is_some(), "{broken}");
        }
    }
}

fn walk(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| walk(field, format!("{place}/{name}"), places))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, format!("{place}/{index}"), places));
        }
        _ => {}
    }
    places.push(place);
}

#[test]
fn depth_and_size_have_limits() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!check(&deep, MachineType::Standard).1.is_empty());
    let mut nested = json!({"StartAt": "S0", "States": {"S0": {"Type": "Succeed"}}});
    for depth in 1..200 {
        let name = format!("S{depth}");
        nested = json!({"StartAt": name, "States": {name.clone(): {"Type": "Parallel", "End": true, "Branches": [nested]}}});
    }
    assert!(!check(&nested.to_string(), MachineType::Standard).1.is_empty());
    let large = only(json!({"Type": "Pass", "End": true, "Comment": "x".repeat(DEFINITION_LIMIT)}));
    assert!(!check(&large.to_string(), MachineType::Standard).1.is_empty());
}

#[test]
fn a_long_name_costs_the_values_below_it_nothing() {
    let name = "n".repeat(300_000);
    let items = Value::Array(vec![json!(0); 200_000]);
    for (field, language) in [("Output", "JSONata"), ("Parameters", "JSONPath")] {
        let mut state = json!({"Type": "Pass", "QueryLanguage": language, "End": true});
        state[field] = json!({name.clone(): {"a": items, "b": vec![json!({}); 50_000]}});
        assert_eq!(check(&only(state).to_string(), MachineType::Standard).1, []);
    }
    let state = json!({"Type": "Pass", "Result": items, "End": true});
    let states = json!({"StartAt": "S", "States": {name: state}});
    assert!(!check(&states.to_string(), MachineType::Standard).1.is_empty());
}

#[test]
fn an_endless_loop_ends_at_the_limit_of_events() {
    let definition = only(json!({"Type": "Pass", "Next": "S"}));
    let execution = run(&definition, json!({}));
    let (name, cause) = error(&execution);
    assert_eq!(name, "States.Runtime");
    assert_eq!(cause, "The execution reached the maximum number of history events (25000).");
    assert_eq!(execution.history().events().len(), 25_000);
}

#[test]
fn payloads_cannot_grow_or_nest_without_end() {
    let grow = only(json!({"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "S"}));
    assert_eq!(error(&run(&grow, json!("x"))).0, "States.DataLimitExceeded");
    let nest = only(json!({"Type": "Pass", "Parameters": {"a.$": "$"}, "Next": "S"}));
    assert_eq!(error(&run(&nest, json!(1))).0, "States.DataLimitExceeded");
    let assign = only(
        json!({"Type": "Pass", "Assign": {"v.$": "States.Array($, $)"}, "ResultPath": null, "Next": "S"}),
    );
    let large = json!("x".repeat(200_000));
    assert_eq!(error(&run(&assign, large)).0, "States.Runtime");
}

#[test]
fn a_template_of_many_large_values_ends_before_it_is_made() {
    let fields: serde_json::Map<String, Value> =
        (0..1000).map(|number| (format!("f{number}.$"), json!("$"))).collect();
    let definition = only(json!({"Type": "Pass", "Parameters": fields, "End": true}));
    let (name, cause) = error(&run(&definition, json!("x".repeat(200_000))));
    assert_eq!(name, "States.DataLimitExceeded");
    assert!(cause.ends_with("The values of the field are larger than 16777216 bytes together."), "{cause}");
}

#[test]
fn what_a_task_is_given_has_the_limit_of_every_payload() {
    let definition = only(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"a.$": "$", "b.$": "$"}}));
    let mut world = Script::default();
    let execution = run_in(&mut world, &definition, json!("x".repeat(200_000)));
    assert_eq!(error(&execution).0, "States.DataLimitExceeded");
    assert!(world.requests.is_empty());
}

#[test]
fn an_expression_without_end_is_an_error() {
    let definition = only(json!({
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% ($f := function($n) { $f($n + 1) + 1 }; $f(0)) %}", "End": true,
    }));
    assert_eq!(error(&run(&definition, json!({}))).0, "States.QueryEvaluationError");
}

#[test]
fn what_a_catcher_passes_on_has_the_limit_of_every_payload() {
    let fail = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "CausePath": "States.JsonToString($)"}}});
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "P"}]);
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [fail], "Catch": catch, "End": true},
    }});
    let execution = run(&definition, json!({}));
    assert_eq!(error(&execution).0, "States.DataLimitExceeded");
    // Every round about doubles what there is.
    assert!(execution.history().events().len() < 200);
}

#[test]
fn what_a_fail_state_says_has_a_limit() {
    let definition =
        only(json!({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}{}', $.c, $.c)"}));
    let execution = run(&definition, json!({"e": "E", "c": "x".repeat(100_000)}));
    assert_eq!(error(&execution).0, "E");
    let execution = run(&definition, json!({"e": "E", "c": "x".repeat(200_000)}));
    assert_eq!(error(&execution).0, "States.DataLimitExceeded");
}

#[test]
fn a_catcher_that_fails_is_not_what_catches_that() {
    let task = |catch: Value| {
        json!({"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Catch": [catch],
            "Retry": [{"ErrorEquals": ["States.ResultPathMatchFailure"]}],
        }}})
    };
    let catch = json!({"ErrorEquals": ["States.ALL"], "ResultPath": "$.a.b", "Next": "T"});
    let mut world = Script::default();
    world.answer("T", failed("X"));
    let (name, _) = error(&run_in(&mut world, &task(catch), json!({"a": 1})));
    assert_eq!((name.as_str(), world.requests.len()), ("States.ResultPathMatchFailure", 1));
    let catch = json!({"ErrorEquals": ["States.ALL"], "Assign": {"v.$": "$.no"}, "Next": "T"});
    let mut world = Script::default();
    world.answer("T", failed("X"));
    assert_eq!(error(&run_in(&mut world, &task(catch), json!({}))).0, "States.Runtime");
}

#[test]
fn iterations_that_read_the_context_object_do_not_copy_the_input_of_the_execution() {
    // 20,000 copies of the input would be 400 million values.
    let items: Vec<Value> = (0..20_000).map(Value::from).collect();
    let input = json!({"n": 1, "list": items});
    let paths = json!({"Type": "Map", "ItemsPath": "$.list", "End": true,
        "ItemSelector": {"v.$": "$$.Map.Item.Value", "n.$": "$$.Execution.Input.n"}, "ResultSelector": {"first.$": "$[0]"},
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": {"v.$": "$.v", "s.$": "$$.State.Name"}, "End": true}}}});
    let query = json!({"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% $states.input.list %}", "End": true,
        "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}", "n": "{% $states.context.Execution.Input.n %}"},
        "Output": {"first": "{% $states.result[0] %}"},
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "QueryLanguage": "JSONata",
            "Output": {"v": "{% $states.input.v %}", "s": "{% $states.context.State.Name %}"}, "End": true}}}});
    for state in [paths, query] {
        let options = Options { max_events: 1_000_000, keep_history: false, ..options() };
        let execution = run_with(&mut Script::default(), &only(state), input.clone(), options);
        assert_eq!(output(&execution), json!({"first": {"v": 0, "s": "P"}}));
    }
}

#[test]
fn every_event_counts_for_the_limit_and_the_end_is_the_last_one() {
    let task = json!({"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}});
    let map = json!({"Type": "Map", "ItemProcessor": task, "End": true});
    let parallel = json!({"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}},
        {"StartAt": "F", "States": {"F": {"Type": "Fail"}}}], "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "N"}]});
    for definition in
        [only(map), json!({"StartAt": "P", "States": {"P": parallel, "N": {"Type": "Succeed"}}})]
    {
        let input = Value::Array((0..20).map(Value::from).collect());
        let whole = run(&definition, input.clone()).history().count();
        for most in 2..=whole {
            let mut world = Script::default();
            let execution =
                run_with(&mut world, &definition, input.clone(), Options { max_events: most, ..options() });
            let events = execution.history().events();
            assert_eq!(events.len() as u64, most);
            assert!(events.iter().all(|event| event.previous < event.id), "{:?}", trail(&execution));
            let scheduled =
                trail(&execution).iter().filter(|event| event.starts_with("TaskScheduled")).count();
            assert_eq!(world.requests.len(), scheduled, "{most}");
            if most == whole {
                output(&execution);
            } else {
                let cause = format!("The execution reached the maximum number of history events ({most}).");
                assert_eq!(error(&execution), ("States.Runtime".to_owned(), cause));
                assert!(trail(&execution).last().unwrap().starts_with("ExecutionFailed"));
            }
        }
    }
}

#[test]
fn paths_and_calls_that_multiply_a_value_end_before_it_is_copied() {
    let large = "x".repeat(200_000);
    let many = |text: &str| vec![text; 20_000].join(",");
    let deep = (0..100).fold(json!(large), |inner, _| json!({"a": inner}));
    let fields = json!({"one": [large], "list": vec![0; 1000]});
    let union = format!("$.one[{}]", many("0"));
    let array = format!("States.Array({})", many("$.one[0]"));
    let format = format!("States.Format('{}', {})", "{}".repeat(20_000), many("$.one[0]"));
    let calls = format!("States.Array({})", many("States.Format('{}', $.one[0])"));
    let lists = format!("States.ArrayLength(States.Array({}))", many("$.list[*]"));
    let escaped = (0..9).fold("$".to_owned(), |inner, _| format!("States.JsonToString({inner})"));
    let quotes = json!(r#"\""#.repeat(60_000));
    for (field, query, input) in [
        ("Parameters", "$..*..*..*", &deep),
        ("Parameters", &union, &fields),
        ("InputPath", &union, &fields),
        ("OutputPath", &union, &fields),
        ("Parameters", &array, &fields),
        ("Parameters", &format, &fields),
        ("Parameters", &calls, &fields),
        ("Parameters", &lists, &fields),
        ("Parameters", &escaped, &quotes),
    ] {
        let value = if field == "Parameters" { json!({"v.$": query}) } else { json!(query) };
        let execution = run(&only(json!({"Type": "Pass", field: value, "End": true})), input.clone());
        assert_eq!(
            error(&execution).0,
            "States.DataLimitExceeded",
            "{field}: {}",
            &query[..30.min(query.len())]
        );
    }
}

#[test]
fn a_path_that_looks_at_too_much_says_so() {
    let definition =
        only(json!({"Type": "Pass", "Parameters": {"v.$": "$[*]..*[0,0,0,0,0,0,0,0]..*"}, "End": true}));
    let input = Value::Array(vec![json!([[[[[[[1, 2], 1], 1], 1], 1], 1], 1]); 8_000]);
    let (name, cause) = error(&run(&definition, input));
    assert_eq!(name, "States.DataLimitExceeded");
    assert!(cause.ends_with("looks at too many values"), "{cause}");
}

#[test]
fn results_are_counted_before_they_are_gathered() {
    // A result of 250 KB for each of 10,000 items or children: 2.5 GB as one list.
    let result = json!("x".repeat(250_000));
    for config in [json!({}), json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})] {
        let map = |fields: &Value| {
            let mut state = json!({"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": config, "StartAt": "P",
                "States": {"P": {"Type": "Pass", "Result": result, "End": true}}}});
            state.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let options = Options { max_events: 1_000_000, keep_history: false, ..options() };
            let input = Value::Array(vec![json!(0); 10_000]);
            run_with(&mut Script::default(), &only(state), input, options)
        };
        let selected = json!({"ResultSelector": {"n.$": "States.ArrayLength($)"}});
        for fields in [json!({}), json!({"ResultPath": "$.x"}), selected] {
            assert_eq!(error(&map(&fields)).0, "States.DataLimitExceeded", "{fields}");
        }
        // Nothing reads them.
        assert_eq!(output(&map(&json!({"ResultPath": null}))).as_array().unwrap().len(), 10_000);
    }
}

#[test]
fn what_is_taken_from_results_may_be_part_of_more_than_a_payload() {
    let definition = only(
        json!({"Type": "Map", "End": true, "ResultSelector": {"n.$": "States.ArrayLength($)"},
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": "x".repeat(1000), "End": true}}}}),
    );
    assert_eq!(output(&run(&definition, json!(vec![0; 1000]))), json!({"n": 1000}));
}

#[test]
fn variables_near_their_limit_are_not_measured_again_for_every_assignment() {
    // 10 MiB but for 5 bytes, then 12,000 rounds that assign 3: measuring all of them would be 120 GiB.
    let large = "x".repeat(262_118);
    let names: Vec<String> = (0..40).map(|number| format!("v{number}")).collect();
    let run_with_last = |last: &str| {
        let mut states = json!({
            "Rest": {"Type": "Pass", "Assign": {"rest": "x".repeat(953)}, "Next": "Loop"},
            "Loop": {"Type": "Pass", "Assign": {"w": last}, "Next": "Loop"},
        });
        for (name, next) in names.iter().zip(names.iter().skip(1).map(String::as_str).chain(["Rest"])) {
            let assign = json!({format!("{name}.$"): "$.l"});
            states[name] = json!({"Type": "Pass", "Assign": assign, "Next": next});
        }
        run(&json!({"StartAt": "v0", "States": states}), json!({"l": large}))
    };
    let execution = run_with_last("yyy");
    let (name, cause) = error(&execution);
    assert_eq!(name, "States.Runtime");
    assert!(cause.contains("maximum number of history events"), "{cause}");
    assert_eq!(execution.history().events().len(), 25_000);
    let (name, cause) = error(&run_with_last("yyyy"));
    assert_eq!(name, "States.Runtime");
    assert!(cause.ends_with("All variables together exceed the maximum of 10485760 bytes."), "{cause}");
}

#[test]
fn filters_that_go_through_lists_for_every_item_are_part_of_the_work() {
    // 60,000 items by 60,000 are 3.6 billion comparisons; the other side of `&&` is the same for all items.
    let input = json!({"a": vec![1; 60_000], "b": vec![2; 60_000], "text": "2".repeat(20_000)});
    for (filter, ends) in [
        ("@ in $.b", false),
        ("@ nin $.b", false),
        ("$.b contains @", false),
        ("$.text contains 'x' || @ == $.text", false),
        ("$.a subsetof $.b || $.a anyof $.b", false),
        ("$.b[0] in $.b && @ == 2", true),
        ("$.b.length() == 60000 && @ == 2", true),
        ("$.b size 60000 && $.text =~ /x+/", true),
        ("$..[?(@ == 3)]", true),
    ] {
        let definition =
            only(json!({"Type": "Pass", "Parameters": {"v.$": format!("$.a[?({filter})]")}, "End": true}));
        let execution = run(&definition, input.clone());
        if ends {
            assert_eq!(output(&execution), json!({"v": []}), "{filter}");
        } else {
            assert_eq!(error(&execution).0, "States.DataLimitExceeded", "{filter}");
        }
    }
}

#[test]
fn lists_of_some_thousand_items_can_be_held_against_each_other() {
    let definition = only(json!({"Type": "Pass", "Parameters": {"v.$": "$.a[?(@ in $.b)]"}, "End": true}));
    let numbers = |from: i64| (from..from + 2_000).collect::<Vec<_>>();
    let execution = run(&definition, json!({"a": numbers(0), "b": numbers(1_999)}));
    assert_eq!(output(&execution), json!({"v": [1_999]}));
}

#[test]
fn what_a_run_nests_it_can_read_again() {
    let definition = json!({"StartAt": "N", "States": {
        "N": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "v": {"v.$": "$.v"}}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 300, "Next": "J"}], "Default": "N"},
        "J": {"Type": "Pass", "Parameters": {"s.$": "States.JsonToString($.v)"}, "Next": "P"},
        "P": {"Type": "Pass", "Parameters": {"v.$": "States.StringToJson($.s)", "s.$": "$.s"}, "Next": "Q"},
        "Q": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $parse($states.input.s) = $states.input.v %}", "End": true},
    }});
    assert_eq!(output(&run(&definition, json!({"n": 0, "v": 1}))), json!(true));
}
