//! Attempts at tasks: their events for every kind of resource, their timeouts, and answers that come late.

use super::*;
use crate::asl::execution::{Demand, Progress};

fn trail_of(resource: &str, extra: Value, answers: Vec<(Duration, Answer)>) -> (Vec<String>, Execution) {
    let mut state = json!({"Type": "Task", "Resource": resource, "End": true});
    state.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let mut world = Script::default();
    world.answers("S", answers);
    let execution = run_in(&mut world, &only(state), json!({"a": 1}));
    let trail = execution.history().events()[2..].iter().map(|event| event.happened.name()).collect();
    (trail, execution)
}

#[test]
fn every_kind_of_resource_has_its_events() {
    let ok = || vec![(Duration::ZERO, succeeded(json!({"ok": true})))];
    let ends = ["TaskStateExited", "ExecutionSucceeded"];
    for (resource, events) in [
        (
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
            &["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"][..],
        ),
        (
            "arn:aws:states:eu-west-1:111122223333:activity:a",
            &["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"],
        ),
        ("arn:aws:states:::sqs:sendMessage", &["TaskScheduled", "TaskStarted", "TaskSucceeded"]),
        (
            "arn:aws:states:::ecs:runTask.sync",
            &["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
        ),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            &["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
        ),
    ] {
        let (trail, execution) = trail_of(resource, json!({}), ok());
        assert_eq!(trail, [events, &ends].concat(), "{resource}");
        assert_eq!(output(&execution), json!({"ok": true}));
    }
}

#[test]
fn scheduled_events_say_what_is_asked() {
    let extra = json!({
        "TimeoutSeconds": 60, "HeartbeatSecondsPath": "$.a", "Parameters": {"Message": {"T.$": "$$.Task.Token"}},
        "Credentials": {"RoleArn": "arn:aws:iam::444455556666:role/other"},
    });
    let (_, execution) = trail_of("arn:aws:states:::sqs:sendMessage.waitForTaskToken", extra, Vec::new());
    let details = execution.history().events()[2].details().unwrap();
    assert_eq!(details["resourceType"], "sqs");
    assert_eq!(details["resource"], "sendMessage.waitForTaskToken");
    assert_eq!(details["region"], "eu-west-1");
    assert_eq!((&details["timeoutInSeconds"], &details["heartbeatInSeconds"]), (&json!(60), &json!(1)));
    assert_eq!(details["taskCredentials"], json!({"roleArn": "arn:aws:iam::444455556666:role/other"}));
    let parameters: Value = serde_json::from_str(details["parameters"].as_str().unwrap()).unwrap();
    assert!(parameters["Message"]["T"].as_str().is_some_and(|token| !token.is_empty()));
}

#[test]
fn attempts_end_at_their_timeout_or_without_a_heartbeat() {
    let started = || (Duration::ZERO, Answer::Started { worker: None });
    let beat = |at| (Duration::from_secs(at), Answer::Heartbeat);
    for (extra, answers, seconds) in [
        (json!({"TimeoutSeconds": 30}), vec![started()], 30),
        (json!({"TimeoutSeconds": 30, "HeartbeatSeconds": 5}), vec![started()], 5),
        (json!({"TimeoutSeconds": 30, "HeartbeatSeconds": 5}), vec![started(), beat(4), beat(8)], 13),
    ] {
        let (trail, execution) =
            trail_of("arn:aws:states:eu-west-1:111122223333:activity:a", extra.clone(), answers);
        assert_eq!(trail[2..], ["ActivityTimedOut", "ExecutionFailed"], "{extra}");
        assert_eq!(error(&execution), ("States.Timeout".to_owned(), String::new()));
        assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), seconds, "{extra}");
    }
}

#[test]
fn the_time_of_a_call_begins_when_it_does() {
    let started = (Duration::from_secs(100), Answer::Started { worker: None });
    for resource in ["arn:aws:states:::lambda:invoke", "arn:aws:lambda:eu-west-1:111122223333:function:f"] {
        let (trail, execution) = trail_of(resource, json!({"TimeoutSeconds": 200}), vec![started.clone()]);
        assert!(trail[2].ends_with("TimedOut"), "{trail:?}");
        assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 300);
    }
    // Work that no worker has taken in its time is over.
    let activity = "arn:aws:states:eu-west-1:111122223333:activity:a";
    let (_, execution) = trail_of(activity, json!({"TimeoutSeconds": 200}), vec![started]);
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 200);
}

#[test]
fn a_missing_heartbeat_can_be_caught_by_its_own_name() {
    let definition = json!({"StartAt": "S", "States": {
        "S": {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:111122223333:activity:a", "HeartbeatSeconds": 5,
            "End": true, "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "C"}]},
        "C": {"Type": "Succeed"},
    }});
    let mut world = Script::default();
    world.answers("S", Vec::new());
    assert_eq!(output(&run_in(&mut world, &definition, json!({})))["Error"], "States.Timeout");
}

#[test]
fn a_result_above_the_limit_is_a_failure() {
    let large = succeeded("x".repeat(262_144).into());
    let (trail, execution) =
        trail_of("arn:aws:states:::lambda:invoke", json!({}), vec![(Duration::ZERO, large)]);
    assert_eq!(trail[2..], ["TaskFailed", "ExecutionFailed"]);
    let (name, cause) = error(&execution);
    assert_eq!(name, "States.DataLimitExceeded");
    assert_eq!(
        cause,
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit."
    );
}

#[test]
fn a_result_above_the_limit_was_submitted_by_a_callback() {
    let large = vec![(Duration::ZERO, succeeded("x".repeat(262_144).into()))];
    let (trail, _) = trail_of("arn:aws:states:::sqs:sendMessage.waitForTaskToken", json!({}), large);
    assert_eq!(trail[2..], ["TaskSubmitted", "TaskFailed", "ExecutionFailed"]);
}

#[test]
fn answers_that_nobody_waits_for_are_ignored() {
    let definition = only(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "TimeoutSeconds": 1, "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}]}));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let mut execution = Execution::start(&machine, Payload::empty(), options());
    assert_eq!(execution.step(100), Progress::Idle);
    let Some(Demand::Task(first, _)) = execution.demand() else { panic!("no task") };
    let due = execution.next_timer().unwrap();
    execution.advance(due);
    assert!(matches!(execution.demand(), Some(Demand::Cancel(id)) if id == first));
    assert!(!execution.answer(first, succeeded(json!("late"))));
    let due = execution.next_timer().unwrap();
    execution.advance(due);
    let Some(Demand::Task(second, request)) = execution.demand() else { panic!("no task") };
    assert_eq!(request.attempt, 1);
    assert!(execution.answer(second, succeeded(json!("in time"))));
    assert!(!execution.answer(second, succeeded(json!("twice"))));
    assert_eq!(output(&execution), json!("in time"));
}

#[test]
fn an_execution_ends_when_it_is_stopped_or_out_of_time() {
    let mut definition = only(json!({"Type": "Wait", "Seconds": 60, "End": true}));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let mut execution = Execution::start(&machine, Payload::empty(), options());
    execution.step(100);
    execution.stop(failure("Why", "because"));
    assert_eq!(execution.step(100), Progress::Ended);
    assert_eq!(trail(&execution).last().unwrap(), "ExecutionAborted<0");
    assert_eq!(execution.outcome().unwrap().status, Status::Aborted);

    definition["TimeoutSeconds"] = json!(10);
    let execution = run(&definition, json!({}));
    assert_eq!(execution.outcome().unwrap().status, Status::TimedOut);
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 10);

    definition.as_object_mut().unwrap().remove("TimeoutSeconds");
    definition["States"]["S"]["Seconds"] = json!(40_000_000);
    let execution = run(&definition, json!({}));
    assert_eq!(execution.outcome().unwrap().status, Status::TimedOut);
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 31_536_000);

    definition["States"]["S"]["Seconds"] = json!(1000);
    let execution =
        run_with(&mut Script::default(), &definition, json!({}), Options { express: true, ..options() });
    assert_eq!(execution.outcome().unwrap().status, Status::TimedOut);
    assert_eq!(execution.now().duration_since(START.parse().unwrap()).as_secs(), 300);
}

#[test]
fn the_same_answers_give_the_same_run() {
    let definition =
        only(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "End": true, "Parameters": {"t.$": "$$.Task.Token", "u.$": "States.UUID()"},
        "Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "FULL"}]}));
    let once = || {
        let mut world = Script::default();
        world.answer("S", failed("E"));
        let execution = run_in(&mut world, &definition, json!({}));
        let events = execution.history().events();
        events.iter().map(|event| (event.at, event.details())).collect::<Vec<_>>()
    };
    assert_eq!(once(), once());
}
