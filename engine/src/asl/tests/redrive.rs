//! Executions that go on after an end without success: what runs once more, what does not, and what the history says.

use super::*;
use crate::asl::execution::{Adjustment, Entry, Past, What};
use crate::asl::history::Happened;

fn invoke(more: Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    state
}

fn one(name: &str, state: Value) -> Value {
    json!({"StartAt": name, "States": {name: state}})
}

fn redrive(execution: &mut Execution, world: &mut Script) {
    execution.receive(Entry { at: execution.now(), what: What::Redrive });
    virtual_time::run(execution, world);
}

fn states(world: &Script) -> Vec<String> {
    world.requests.iter().map(|request| request.state.to_string()).collect()
}

#[test]
fn a_task_that_failed_is_given_out_again_and_the_states_before_it_are_not() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "B"},
        "B": invoke(json!({"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}]})),
    }});
    let mut world = Script::default();
    world.answer("B", failed("E")).answer("B", failed("E")).answer("B", failed("E"));
    let mut execution = run_in(&mut world, &definition, json!({"x": 1}));
    assert_eq!(error(&execution).0, "E");
    let before = trail(&execution).len();
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!({"x": 1}));
    // The retrier began anew: the third failure was retried.
    assert_eq!(states(&world), ["A", "B", "B", "B", "B"]);
    assert_eq!(world.requests.iter().map(|request| request.attempt).collect::<Vec<_>>(), [0, 0, 1, 0, 1]);
    let last = before as u64;
    assert_eq!(
        trail(&execution)[before..],
        [
            format!("ExecutionRedriven<{last}"),
            format!("TaskScheduled<{}", last + 1),
            format!("TaskStarted<{}", last + 2),
            format!("TaskFailed<{}", last + 3),
            format!("TaskScheduled<{}", last + 4),
            format!("TaskStarted<{}", last + 5),
            format!("TaskSucceeded<{}", last + 6),
            format!("TaskStateExited<{}", last + 7),
            format!("ExecutionSucceeded<{}", last + 8),
        ]
    );
    assert!(matches!(
        execution.history().events()[before].happened,
        Happened::ExecutionRedriven { count: 1 }
    ));
    assert_eq!(execution.redrives(), 1);
}

#[test]
fn what_runs_or_succeeded_stays_as_it_is() {
    let mut execution = run(&only(json!({"Type": "Succeed"})), json!({}));
    let before = trail(&execution);
    redrive(&mut execution, &mut Script::default());
    assert_eq!(trail(&execution), before);
    let definition = only(json!({"Type": "Wait", "Seconds": 5, "End": true}));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let mut execution = Execution::start(&machine, Payload::empty(), options());
    execution.settle_down();
    execution.receive(Entry { at: execution.now(), what: What::Redrive });
    assert_eq!(execution.redrives(), 0);
}

#[test]
fn the_context_tells_of_redrives() {
    let definition = json!({"StartAt": "T", "States": {
        "T": invoke(json!({"End": null, "Next": "P"})),
        "P": {"Type": "Pass", "Parameters": {"count.$": "$$.Execution.RedriveCount", "at.$": "$$.Execution.RedriveTime"}, "End": true},
    }});
    let mut definition = definition;
    definition["States"]["T"].as_object_mut().unwrap().remove("End");
    let mut world = Script::default();
    world.answer("T", failed("E")).answer("T", failed("E"));
    let mut execution = run_in(&mut world, &definition, json!({}));
    redrive(&mut execution, &mut world);
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!({"count": 2, "at": "2030-01-01T00:00:00.000Z"}));
}

#[test]
fn a_parallel_state_runs_its_unsuccessful_branches_only() {
    let branches = json!([
        one("A", invoke(json!({}))),
        {"StartAt": "B0", "States": {"B0": {"Type": "Pass", "Result": "b", "Next": "B"}, "B": invoke(json!({}))}},
        one("C", invoke(json!({}))),
    ]);
    let definition = only(json!({"Type": "Parallel", "End": true, "Branches": branches}));
    let mut world = Script::default();
    world
        .answer("A", succeeded(json!("a")))
        .answers("B", vec![(Duration::from_secs(1), failed("E"))])
        .answers("C", vec![(Duration::from_secs(9), succeeded(json!("late")))]);
    let mut execution = run_in(&mut world, &definition, json!({}));
    assert_eq!(error(&execution).0, "E");
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!(["a", "b", {}]));
    assert_eq!(states(&world), ["A", "C", "B", "B", "C"]);
    let entered = |name: &str| trail(&execution).iter().filter(|event| event.starts_with(name)).count();
    assert_eq!((entered("ParallelStateEntered"), entered("TaskStateEntered")), (1, 3));
}

#[test]
fn an_inline_map_runs_its_unsuccessful_iterations_and_those_that_had_no_turn() {
    let definition = only(json!({"Type": "Map", "End": true, "MaxConcurrency": 2,
        "ItemProcessor": one("T", invoke(json!({})))}));
    let mut world = Script::default();
    world
        .answer("T", succeeded(json!("first")))
        .answers("T", vec![(Duration::from_secs(9), succeeded(json!(0)))])
        .answers("T", vec![(Duration::from_secs(1), failed("E"))]);
    let mut execution = run_in(&mut world, &definition, json!([0, 1, 2, 3, 4]));
    assert_eq!(error(&execution).0, "E");
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!(["first", 1, 2, 3, 4]));
    let items: Vec<Value> = world.requests.iter().map(|request| request.input.value().clone()).collect();
    assert_eq!(items, [0, 1, 2, 1, 2, 3, 4]);
}

#[test]
fn an_item_that_could_not_be_selected_has_its_turn() {
    let definition = only(json!({"Type": "Map", "End": true, "MaxConcurrency": 1,
        "ItemSelector": {"v.$": "$$.Map.Item.Value.v"}, "ItemProcessor": one("T", invoke(json!({})))}));
    let mut world = Script::default();
    let mut execution = run_in(&mut world, &definition, json!([{"v": 1}, {}]));
    assert_eq!(error(&execution).0, "States.Runtime");
    redrive(&mut execution, &mut world);
    // It fails again, and what succeeded is not done again.
    assert_eq!(error(&execution).0, "States.Runtime");
    assert_eq!(world.requests.len(), 1);
}

#[test]
fn a_state_that_failed_as_a_whole_runs_as_a_whole() {
    let definition = only(json!({"Type": "Parallel", "End": true, "ResultSelector": {"v.$": "$[0].none"},
        "Branches": [one("A", invoke(json!({})))]}));
    let mut world = Script::default();
    let mut execution = run_in(&mut world, &definition, json!({}));
    assert_eq!(error(&execution).0, "States.Runtime");
    world.answer("A", succeeded(json!({"none": 7})));
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!({"v": 7}));
}

#[test]
fn nested_states_go_on_where_they_stopped() {
    let inner = json!({"Type": "Map", "End": true, "ItemProcessor": one("T", invoke(json!({})))});
    let definition = only(json!({"Type": "Parallel", "End": true,
        "Branches": [one("M", inner), one("O", invoke(json!({})))]}));
    let mut world = Script::default();
    world.answer("T", succeeded(json!("kept"))).answers("T", vec![(Duration::from_secs(1), failed("E"))]);
    let mut execution = run_in(&mut world, &definition, json!([1, 2]));
    assert_eq!(error(&execution).0, "E");
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!([["kept", 2], [1, 2]]));
    assert_eq!(states(&world), ["O", "T", "T", "T"]);
}

#[test]
fn a_stopped_execution_goes_on_in_the_midst_of_a_wait_and_a_fail_state_fails_again() {
    let definition = only(json!({"Type": "Wait", "Seconds": 60, "End": true}));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let mut execution = Execution::start(&machine, Payload::empty(), options());
    execution.settle_down();
    execution.receive(Entry { at: execution.now(), what: What::Stop(Failure::default()) });
    assert_eq!(execution.outcome().unwrap().status, Status::Aborted);
    assert_eq!(execution.next_timer(), None);
    redrive(&mut execution, &mut Script::default());
    output(&execution);
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 60);

    let mut execution = run(&only(json!({"Type": "Fail", "Error": "E"})), json!({}));
    redrive(&mut execution, &mut Script::default());
    assert_eq!(error(&execution).0, "E");
    let names: Vec<String> = execution.history().events().iter().map(|event| event.happened.name()).collect();
    assert_eq!(names[3..], ["ExecutionRedriven", "FailStateEntered", "ExecutionFailed"]);
}

#[test]
fn the_time_of_the_machine_begins_anew() {
    let mut definition =
        only(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}));
    definition["TimeoutSeconds"] = json!(10);
    let mut world = Script::default();
    world
        .answers("S", vec![(Duration::from_secs(60), succeeded(json!(1)))])
        .answers("S", vec![(Duration::from_secs(9), succeeded(json!(2)))]);
    let mut execution = run_in(&mut world, &definition, json!({}));
    assert_eq!(execution.outcome().unwrap().status, Status::TimedOut);
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!(2));
}

fn distributed(kind: &str, more: Value) -> Value {
    let mut state = json!({"Type": "Map", "End": true, "Label": "Each", "ItemProcessor": {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, "StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "T"},
        "T": invoke(json!({})),
    }}});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    only(state)
}

#[test]
fn a_map_run_goes_on_with_the_children_that_did_not_succeed() {
    for (kind, attempts_of_a) in [("STANDARD", 4), ("EXPRESS", 5)] {
        let definition = distributed(kind, json!({"MaxConcurrency": 2}));
        let mut world = Script::default();
        world
            .answer("T", succeeded(json!("kept")))
            .answers("T", vec![(Duration::from_secs(1), failed("E"))])
            .answers("T", vec![(Duration::from_secs(9), succeeded(json!(0)))]);
        let mut execution = run_in(&mut world, &definition, json!([0, 1, 2, 3]));
        assert_eq!(error(&execution).0, "States.ExceedToleratedFailureThreshold");
        let report = execution.map_runs()[0].clone();
        assert_eq!(report.status(), "FAILED");
        let counts = report.executions();
        assert_eq!(
            (counts.pending, counts.succeeded, counts.failed, counts.aborted, counts.total),
            (1, 1, 1, 1, 4),
            "{kind}"
        );
        redrive(&mut execution, &mut world);
        assert_eq!(output(&execution), json!(["kept", 1, 2, 3]));
        let report = &execution.map_runs()[0];
        assert_eq!((report.status(), report.redrives, report.executions().succeeded), ("SUCCEEDED", 1, 4));
        let redrives: Vec<u64> = report.children.iter().map(|child| child.redrives).collect();
        let expected = if kind == "STANDARD" { [0, 1, 1, 0] } else { [0; 4] };
        assert_eq!(redrives, expected, "{kind}");
        let attempts = states(&world).iter().filter(|state| *state == "A").count();
        assert_eq!(attempts, attempts_of_a + usize::from(kind == "EXPRESS"), "{kind}");
        let trail = trail(&execution);
        assert_eq!(trail.iter().filter(|event| event.starts_with("MapRunRedriven")).count(), 1);
    }
}

#[test]
fn results_of_children_that_failed_before_are_not_written() {
    let writer =
        json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}});
    let definition = distributed("STANDARD", json!({"ResultWriter": writer}));
    let mut world = Script::default();
    world.answer("T", failed("E"));
    let mut execution = run_in(&mut world, &definition, json!([1, 2]));
    redrive(&mut execution, &mut world);
    output(&execution);
    let keys: Vec<&str> = world.written.iter().map(|write| write.key.rsplit('/').next().unwrap()).collect();
    assert_eq!(keys, ["SUCCEEDED_0.json", "manifest.json"]);
    assert_eq!(execution.map_runs()[0].items().results_written, 2);
}

#[test]
fn items_that_could_not_be_read_are_read_again_by_the_same_map_run() {
    let reader = json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "b", "Key": "k"}});
    let definition = distributed("STANDARD", json!({"ItemReader": reader}));
    let mut world = Script::default();
    let mut execution = run_in(&mut world, &definition, json!({}));
    assert_eq!(error(&execution).0, "States.ItemReaderFailed");
    world.objects.insert("k".to_owned(), Bytes::from_static(b"[1,2]"));
    redrive(&mut execution, &mut world);
    assert_eq!(output(&execution), json!([1, 2]));
    assert_eq!(execution.map_runs().len(), 1);
}

#[test]
fn the_history_of_one_child_is_kept_over_its_redrive() {
    let definition = distributed("STANDARD", json!({"MaxConcurrency": 1}));
    let script = || {
        let mut world = Script::default();
        world.answer("T", failed("E"));
        world
    };
    let mut world = script();
    let mut first = run_in(&mut world, &definition, json!([1, 2]));
    redrive(&mut first, &mut world);
    let child = Arc::clone(&first.map_runs()[0].children[0].name);
    let id = first.map_runs()[0].arn.rsplit(':').next().unwrap().to_owned();
    let prefix = crate::asl::execution::CHILD_PREFIX;
    assert_eq!((child[..prefix].to_owned(), child.len()), (id[..prefix].to_owned(), id.len()));
    assert!(first.history_of_child().is_none());

    let mut world = script();
    let options = Options { tell_of: Some(child), ..options() };
    let mut again = run_with(&mut world, &definition, json!([1, 2]), options);
    let names = |execution: &Execution| -> Vec<String> {
        let events = execution.history_of_child().unwrap().events();
        events.iter().map(|event| event.happened.name()).collect()
    };
    assert_eq!(names(&again).last().unwrap(), "ExecutionFailed");
    redrive(&mut again, &mut world);
    let names = names(&again);
    assert_eq!(names[0], "ExecutionStarted");
    let at = names.iter().position(|name| name == "ExecutionRedriven").unwrap();
    assert_eq!(names[at - 1], "ExecutionFailed");
    assert_eq!(names[at + 1], "TaskScheduled");
    assert_eq!(names.last().unwrap(), "ExecutionSucceeded");
}

#[test]
fn a_map_run_is_told_to_go_on_differently() {
    let definition = distributed("STANDARD", json!({"MaxConcurrency": 1}));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let mut execution = Execution::start(&machine, Payload::new(json!([1, 2, 3, 4])), options());
    assert_eq!(execution.settle_down().len(), 1);
    let map_run = Arc::clone(&execution.map_runs()[0].arn);
    let adjustment = Adjustment {
        map_run,
        max_concurrency: Some(3),
        tolerated_count: Some(4),
        tolerated_percentage: None,
    };
    execution.receive(Entry { at: execution.now(), what: What::Adjust(adjustment) });
    assert_eq!(execution.settle_down().len(), 2);
    let report = &execution.map_runs()[0];
    assert_eq!((report.max_concurrency, report.tolerated_count), (3, 4));
    let counts = report.items();
    assert_eq!((counts.pending, counts.running, counts.total), (1, 3, 4));
}

#[test]
fn what_may_be_redriven_depends_on_its_past() {
    let at = |text: &str| text.parse().unwrap();
    let past = |status, events, redrives| Past {
        started: at("2030-01-01T00:00:00Z"),
        ended: Some((status, at("2030-01-02T00:00:00Z"))),
        events,
        redrives,
    };
    let running = Past { ended: None, ..past(Status::Failed, 1, 0) };
    for (past, now, expected) in [
        (past(Status::Failed, 10, 0), "2030-01-16T00:00:00Z", None),
        (past(Status::Aborted, 24_998, 999), "2030-01-03T00:00:00Z", None),
        (past(Status::TimedOut, 10, 0), "2030-01-16T00:00:01Z", Some("Execution redrivable period exceeded")),
        (
            past(Status::Failed, 24_999, 0),
            "2030-01-03T00:00:00Z",
            Some("Execution history event limit exceeded"),
        ),
        (past(Status::Failed, 10, 1000), "2030-01-03T00:00:00Z", Some("Execution redrive limit exceeded")),
        (
            past(Status::Failed, 10, 0),
            "2031-01-02T00:00:00Z",
            Some("Execution has exceeded the max execution time"),
        ),
        (
            past(Status::Succeeded, 10, 0),
            "2030-01-03T00:00:00Z",
            Some("Execution is SUCCEEDED and cannot be redriven"),
        ),
        (running, "2030-01-03T00:00:00Z", Some("Execution is RUNNING and cannot be redriven")),
    ] {
        let found = past.check(at(now)).err().map(|why| why.to_string());
        assert_eq!(found.as_deref(), expected, "{past:?}");
    }
}
