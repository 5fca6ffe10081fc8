//! Parallel branches, iterations, and the children of distributed Maps.

use super::*;
use crate::asl::PAYLOAD_LIMIT;

fn map(extra: Value, processor: Value) -> Value {
    let mut state = json!({"Type": "Map", "End": true, "ItemProcessor": processor});
    state.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"StartAt": "M", "States": {"M": state}})
}

fn inline(state: Value) -> Value {
    json!({"StartAt": "T", "States": {"T": state}})
}

fn distributed(state: Value) -> Value {
    json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "T", "States": {"T": state}})
}

fn invoke() -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true})
}

#[test]
fn results_keep_the_order_of_the_items() {
    let definition = map(json!({"MaxConcurrency": 3}), inline(invoke()));
    let mut world = Script::default();
    for (number, seconds) in [9, 1, 5, 1].into_iter().enumerate() {
        world.answers("T", vec![(Duration::from_secs(seconds), succeeded(json!(number)))]);
    }
    let execution = run_in(&mut world, &definition, json!(["a", "b", "c", "d"]));
    assert_eq!(output(&execution), json!([0, 1, 2, 3]));
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 9);
}

#[test]
fn an_inline_map_runs_forty_at_once_at_most() {
    let definition = map(json!({"MaxConcurrency": 0}), inline(invoke()));
    let mut world = Script::default();
    for _ in 0..100 {
        world.answers("T", vec![(Duration::from_secs(1), succeeded(json!(0)))]);
    }
    let execution = run_in(&mut world, &definition, Value::Array(vec![json!(0); 100]));
    output(&execution);
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 3);
}

#[test]
fn branches_start_behind_their_parallel_state() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": true}}});
    let definition = only(json!({"Type": "Parallel", "End": true, "Branches": [branch("A"), branch("B")]}));
    let execution = run(&definition, json!({}));
    assert_eq!(output(&execution), json!(["A", "B"]));
    assert_eq!(
        trail(&execution),
        [
            "ExecutionStarted<0",
            "ParallelStateEntered<0",
            "ParallelStateStarted<2",
            "PassStateEntered<3",
            "PassStateExited<4",
            "PassStateEntered<3",
            "PassStateExited<6",
            "ParallelStateSucceeded<7",
            "ParallelStateExited<7",
            "ExecutionSucceeded<9",
        ]
    );
}

#[test]
fn an_iteration_that_fails_ends_the_others() {
    let definition = map(json!({}), inline(invoke()));
    let mut world = Script::default();
    world.answers("T", vec![(Duration::from_secs(9), succeeded(json!(0)))]).answer("T", failed("E"));
    let execution = run_in(&mut world, &definition, json!([1, 2]));
    assert_eq!(error(&execution).0, "E");
    let names: Vec<String> = execution.history().events().iter().map(|event| event.happened.name()).collect();
    assert_eq!(
        names[names.len() - 4..],
        ["MapIterationFailed", "MapIterationAborted", "MapStateFailed", "ExecutionFailed"]
    );
}

#[test]
fn items_must_be_a_list() {
    let definition = map(json!({"ItemsPath": "$.a"}), inline(invoke()));
    let (name, cause) = error(&run(&definition, json!({"a": 1})));
    assert_eq!(name, "States.Runtime");
    assert!(cause.ends_with("Reference path \"$.a\" must point to array."), "{cause}");
}

#[test]
fn a_distributed_map_leaves_its_children_out_of_the_history() {
    let definition = map(json!({"ItemSelector": {"v.$": "$$.Map.Item.Value"}}), distributed(invoke()));
    let execution = run(&definition, json!([1, 2, 3]));
    assert_eq!(output(&execution), json!([{"v": 1}, {"v": 2}, {"v": 3}]));
    let names: Vec<String> = execution.history().events().iter().map(|event| event.happened.name()).collect();
    assert_eq!(
        names[2..],
        [
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded"
        ]
    );
}

#[test]
fn items_say_where_they_come_from() {
    let selector = json!({"from.$": "$$.Map.Item.Source"});
    let done = json!({"Type": "Pass", "End": true});
    let read = |resource: &str| {
        with(reader(json!({"InputType": "JSON"}), resource), json!({"ItemSelector": selector}))
    };
    let mut world = Script::default();
    world.objects.insert("k".to_owned(), Bytes::from_static(b"[1]"));
    let list = json!({"ItemsPath": "$.list", "ItemSelector": selector});
    for (case, definition, expected) in [
        ("inline", map(list.clone(), inline(done.clone())), "STATE_DATA"),
        ("the input", map(list, distributed(done.clone())), "STATE_DATA"),
        ("an object", map(read("getObject"), distributed(done.clone())), "S3://b/k"),
        ("a listing", map(read("listObjectsV2"), distributed(done)), "S3://b"),
    ] {
        let execution = run_in(&mut world, &definition, json!({"key": "k", "list": [1]}));
        assert_eq!(output(&execution), json!([{"from": expected}]), "{case}");
    }
}

fn with(mut value: Value, fields: Value) -> Value {
    value.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    value
}

fn reader(config: Value, resource: &str) -> Value {
    json!({"ItemReader": {"Resource": format!("arn:aws:states:::s3:{resource}"), "ReaderConfig": config,
        "Parameters": {"Bucket": "b", "Key.$": "$.key"}}})
}

#[test]
fn items_are_read_in_every_format() {
    let mut world = Script::default();
    for (key, text) in [
        ("csv", "x,y\n1,2\n3\n"),
        ("pipe", "1|2\n"),
        ("json", "[1,{\"a\":2}]"),
        ("deep", "{\"a\":{\"b\":[5]}}"),
        ("object", "{\"k\":1}"),
        ("jsonl", "{\"a\":1}\n\n[2]\n"),
        ("number", "7"),
        ("broken", "[1,"),
        ("line", "{\"a\":1}\n\n{bad\n"),
    ] {
        world.objects.insert(key.to_owned(), Bytes::from_static(text.as_bytes()));
    }
    for (key, config, expected) in [
        (
            "csv",
            json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}),
            Ok(json!([{"x": "1", "y": "2"}, {"x": "3", "y": ""}])),
        ),
        (
            "pipe",
            json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"], "CSVDelimiter": "PIPE"}),
            Ok(json!([{"a": "1"}])),
        ),
        ("json", json!({"InputType": "JSON"}), Ok(json!([1, {"a": 2}]))),
        ("json", json!({"InputType": "JSON", "MaxItems": 1}), Ok(json!([1]))),
        ("deep", json!({"InputType": "JSON", "ItemsPointer": "/a/b"}), Ok(json!([5]))),
        ("object", json!({"InputType": "JSON"}), Ok(json!([{"Key": "k", "Value": 1}]))),
        ("jsonl", json!({"InputType": "JSONL"}), Ok(json!([{"a": 1}, [2]]))),
        ("number", json!({"InputType": "JSON"}), Err("Attempting to map over non-iterable node.")),
        (
            "csv",
            json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "a"]}),
            Err("CSV headers cannot contain duplicates."),
        ),
        ("broken", json!({"InputType": "JSON"}), Err("Attempting to map over a file that is not valid JSON")),
        (
            "line",
            json!({"InputType": "JSONL"}),
            Err("Line 3 of the file is not valid JSON: key must be a string at column 2"),
        ),
        ("absent", json!({"InputType": "JSON"}), Err("no such object")),
    ] {
        let definition =
            map(reader(config.clone(), "getObject"), distributed(json!({"Type": "Pass", "End": true})));
        let execution = run_in(&mut world, &definition, json!({"key": key}));
        match expected {
            Ok(items) => assert_eq!(output(&execution), items, "{key} {config}"),
            Err(cause) => {
                let (name, actual) = error(&execution);
                assert_eq!(name, "States.ItemReaderFailed");
                assert!(actual.starts_with(cause), "{key} {config}: {actual}");
            }
        }
    }
}

#[test]
fn batches_are_as_large_as_they_may_be() {
    let batcher = json!({"ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"job.$": "$.job"}}, "ItemsPath": "$.list"});
    let definition = map(batcher, distributed(json!({"Type": "Pass", "End": true})));
    let expected = json!([
        {"Items": [1, 2], "BatchInput": {"job": "j"}}, {"Items": [3], "BatchInput": {"job": "j"}},
    ]);
    assert_eq!(output(&run(&definition, json!({"list": [1, 2, 3], "job": "j"}))), expected);

    let batcher = json!({"ItemBatcher": {"MaxInputBytesPerBatch": 30}});
    let definition = map(batcher, distributed(json!({"Type": "Pass", "End": true})));
    let items = json!(["0123456789", "0123456789", "0123456789"]);
    let batches = output(&run(&definition, items));
    assert_eq!(batches.as_array().unwrap().len(), 2, "{batches}");
}

#[test]
fn failures_are_tolerated_to_their_bound() {
    for (extra, failures, is_tolerated) in [
        (json!({}), 0, true),
        (json!({}), 1, false),
        (json!({"ToleratedFailureCount": 1}), 1, true),
        (json!({"ToleratedFailureCount": 1}), 2, false),
        (json!({"ToleratedFailurePercentage": 50}), 2, true),
        (json!({"ToleratedFailurePercentage": 50}), 3, false),
    ] {
        let definition = map(extra.clone(), distributed(invoke()));
        let mut world = Script::default();
        for _ in 0..failures {
            world.answer("T", failed("E"));
        }
        let execution = run_in(&mut world, &definition, json!([1, 2, 3, 4]));
        if is_tolerated {
            assert_eq!(output(&execution).as_array().unwrap().len(), 4 - failures, "{extra}");
        } else {
            assert_eq!(error(&execution).0, "States.ExceedToleratedFailureThreshold", "{extra}");
        }
    }
}

#[test]
fn results_are_written_with_a_manifest() {
    let writer = json!({"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "out", "Prefix": "jobs"}}, "ToleratedFailureCount": 1});
    let definition = map(writer, distributed(invoke()));
    let mut world = Script::default();
    world.answer("T", failed("E"));
    let execution = run_in(&mut world, &definition, json!([1, 2]));
    let output = output(&execution);
    let key = output["ResultWriterDetails"]["Key"].as_str().unwrap();
    assert_eq!(output["ResultWriterDetails"]["Bucket"], "out");
    assert!(key.starts_with("jobs/") && key.ends_with("/manifest.json"), "{key}");
    let bodies: Vec<Value> =
        world.written.iter().map(|written| serde_json::from_slice(&written.body).unwrap()).collect();
    assert_eq!(bodies.len(), 3);
    assert_eq!((&bodies[0][0]["Status"], &bodies[0][0]["Error"]), (&json!("FAILED"), &json!("E")));
    assert_eq!((&bodies[1][0]["Status"], &bodies[1][0]["Output"]), (&json!("SUCCEEDED"), &json!("2")));
    assert_eq!(bodies[2]["ResultFiles"]["SUCCEEDED"][0]["Size"], world.written[1].body.len());
    assert_eq!(world.written[2].key, key);
}

#[test]
fn children_of_an_express_kind_have_five_minutes() {
    for (kind, seconds, expected) in
        [("EXPRESS", 400, Err(())), ("EXPRESS", 200, Ok(())), ("STANDARD", 400, Ok(()))]
    {
        let mut processor = distributed(json!({"Type": "Wait", "Seconds": seconds, "End": true}));
        processor["ProcessorConfig"]["ExecutionType"] = json!(kind);
        let execution = run(&map(json!({}), processor), json!([1, 2]));
        let ended = execution.outcome().unwrap();
        let took = execution.now().duration_since(START.parse().unwrap()).as_secs();
        match expected {
            Ok(()) => assert_eq!((ended.status, took), (Status::Succeeded, seconds), "{kind} {seconds}"),
            Err(()) => {
                assert_eq!(ended.failure.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
                assert_eq!(took, 300);
            }
        }
    }
}

#[test]
fn what_a_child_is_given_is_no_larger_than_a_payload() {
    let large = "x".repeat(PAYLOAD_LIMIT);
    let pass = || distributed(json!({"Type": "Pass", "End": true}));
    let read = |extra: Value| {
        let config = reader(json!({"InputType": "JSON"}), "getObject");
        let mut world = Script::default();
        world.objects.insert("k".to_owned(), Bytes::from(json!([1, large]).to_string()));
        error(&run_in(&mut world, &map(with(config, extra), pass()), json!({"key": "k"}))).0
    };
    for extra in [
        json!({}),
        json!({"ItemSelector": {"v.$": "$$.Map.Item.Value"}}),
        json!({"ItemBatcher": {"MaxItemsPerBatch": 1}}),
    ] {
        assert_eq!(read(extra.clone()), "States.DataLimitExceeded", "{extra}");
    }
    // What is around the items of a batch counts.
    let half = "x".repeat(PAYLOAD_LIMIT / 2 - 6);
    let config = json!({"ItemBatcher": {"MaxItemsPerBatch": 2}, "ResultPath": null});
    let execution = run(&map(config, pass()), json!([half, half]));
    assert_eq!(execution.outcome().unwrap().status, Status::Succeeded);
}

#[test]
fn results_of_a_writer_without_a_bucket_are_in_the_order_of_the_items() {
    let writer =
        json!({"ResultWriter": {"WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}}});
    let processor = distributed(json!({"Type": "Wait", "SecondsPath": "$", "End": true}));
    let execution = run(&map(writer, processor), json!([3, 1, 2]));
    assert_eq!(output(&execution), json!([3, 1, 2]));
}

#[test]
fn a_retry_of_a_map_follows_what_its_iterations_did() {
    let definition = map(
        json!({"ItemSelector": {"x.$": "States.ArrayGetItem($$.Map.Item.Value, 0)"}, "MaxConcurrency": 1}),
        inline(json!({"Type": "Pass", "End": true})),
    );
    let execution = run(&definition, json!([[1], 2]));
    let trail = trail(&execution);
    let passed = trail.iter().position(|event| event.starts_with("PassStateExited")).unwrap() + 1;
    assert!(trail.contains(&format!("MapStateFailed<{passed}")), "{trail:?}");
}

#[test]
fn a_batch_that_may_be_larger_than_a_payload_fails() {
    let batcher = json!({"ItemBatcher": {"MaxInputBytesPerBatchPath": "$.n"}, "ItemsPath": "$.l"});
    let definition = map(batcher, distributed(json!({"Type": "Pass", "End": true})));
    let (name, cause) = error(&run(&definition, json!({"n": 300_000, "l": [1]})));
    assert_eq!(name, "States.Runtime");
    assert!(cause.ends_with("field MaxInputBytesPerBatch must not be greater than 262144"), "{cause}");
}
