use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::asl::definition::{MachineType, parse};
use crate::asl::execution::virtual_time::{World, run};
use crate::asl::execution::{
    Answer, DemandId, Execution, Identity, MAX_EVENTS, ObjectRequest, Options, Outcome, TaskRequest,
    WriteRequest,
};

fn example() -> Value {
    json!({
        "StateMachines": {"Order": {"TestCases": {
            "Happy": {"Pay": "Paid"},
            "Slow": {"Pay": "PaidLate"},
        }}},
        "MockedResponses": {
            "Paid": {"0": {"Return": {"ok": true}}},
            "PaidLate": {"3": {"Return": 1}, "1-2": {"Throw": {"Error": "Busy", "Cause": "later"}},
                "0": {"Throw": {"Error": "Down"}}},
        },
    })
}

struct Mocked(Mocks, Vec<RanOut>);

impl World for Mocked {
    fn task(&mut self, _: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        match self.0.answer(request) {
            Some(Ok(answers)) => answers.into_iter().map(|answer| (Duration::ZERO, answer)).collect(),
            Some(Err(ran_out)) => {
                self.1.push(ran_out);
                Vec::new()
            }
            None => vec![(Duration::ZERO, Answer::Succeeded(request.input.clone()))],
        }
    }

    fn read(&mut self, _: &ObjectRequest) -> Result<Bytes, Failure> {
        Ok(Bytes::new())
    }

    fn list(&mut self, _: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        Ok(Vec::new())
    }

    fn write(&mut self, _: &WriteRequest) -> Result<(), Failure> {
        Ok(())
    }

    fn goes_on(&mut self) -> bool {
        self.1.is_empty()
    }
}

fn execute(case: &Case, definition: &Value, input: Value) -> (Option<Outcome>, Vec<RanOut>) {
    let (execution, ran_out) = executed(case, definition, input);
    (execution.outcome().cloned(), ran_out)
}

fn executed(case: &Case, definition: &Value, input: Value) -> (Execution, Vec<RanOut>) {
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let options = Options {
        now: "2030-01-01T00:00:00Z".parse().unwrap(),
        seed: [1; 32],
        identity: Identity::new("eu-west-1", "111122223333", "m", "e", "r"),
        express: false,
        max_events: MAX_EVENTS,
        keep_history: true,
        keep_children: true,
        tell_of: None,
    };
    let mut world = Mocked(Mocks::new(case.clone()), Vec::new());
    let mut execution = Execution::start(&machine, Payload::new(input), options);
    run(&mut execution, &mut world);
    (execution, world.1)
}

fn pay(retries: u64, extra: Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": retries}]});
    state.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    state
}

#[test]
fn a_file_is_its_cases_with_their_responses() {
    let file = file(&example()).unwrap();
    let case = file.case(None, "else", Some("Slow")).unwrap();
    let response = &case.0["Pay"];
    let failure = |error: &str, cause: Option<&str>| {
        Reply::Throw(Failure { error: Some(error.into()), cause: cause.map(Into::into) })
    };
    assert_eq!(response.name.as_deref(), Some("PaidLate"));
    assert_eq!(
        response.attempts,
        [
            (0..=0, failure("Down", None)),
            (1..=2, failure("Busy", Some("later"))),
            (3..=3, Reply::Return(Payload::new(json!(1)))),
        ]
    );
    assert_eq!(response.at(2), Some(&failure("Busy", Some("later"))));
    assert_eq!(response.at(4), None);
}

#[test]
fn which_case_is_meant_must_be_clear() {
    let order = file(&example()).unwrap();
    let cases = Unclear::Case { machine: "Order".into(), cases: vec!["Happy".into(), "Slow".into()] };
    assert_eq!(order.case(None, "x", None), Err(cases.clone()));
    assert_eq!(order.case(Some("Order"), "x", Some("None")), Err(cases));
    assert_eq!(order.case(Some("Other"), "x", Some("Happy")), Err(Unclear::Machine(vec!["Order".into()])));
    let two = file(&json!({"StateMachines": {
        "A": {"TestCases": {"One": {}}}, "B": {"TestCases": {"Two": {"S": {"0": {"Return": 1}}}}},
    }}))
    .unwrap();
    assert_eq!(two.case(None, "B", None).unwrap().0.len(), 1);
    assert_eq!(two.case(Some("A"), "B", None).unwrap().0.len(), 0);
    assert_eq!(two.case(None, "C", None), Err(Unclear::Machine(vec!["A".into(), "B".into()])));
}

#[test]
fn every_fault_of_a_file_is_found_at_its_place() {
    let wrong = json!({
        "StateMachines": {"Order": {"TestCases": {"A": {"Pay": "Payd"}, "B": 1}, "Extra": 1}, "Empty": {}},
        "MockedResponses": {
            "Paid": {"0": {"Return": 1, "Throw": {"Error": "E"}}, "x": {}, "2-1": {"Return": 1}},
            "Late": {"0-2": {"Throw": {"Cause": 1}}, "1": {"Return": 1}, "5": {}},
            "None": {},
        },
        "MockedResponse": {},
    });
    let faults: Vec<String> =
        file(&wrong).unwrap_err().iter().map(|fault| format!("/{}", fault.path.join("/"))).collect();
    assert_eq!(
        faults,
        [
            "/MockedResponse",
            "/MockedResponses/Paid/0",
            "/MockedResponses/Paid/x",
            "/MockedResponses/Paid/2-1",
            "/MockedResponses/Late/0-2/Throw/Cause",
            "/MockedResponses/Late/0-2/Throw",
            "/MockedResponses/Late/5",
            "/MockedResponses/Late/1",
            "/MockedResponses/None",
            "/StateMachines/Order/Extra",
            "/StateMachines/Order/TestCases/A/Pay",
            "/StateMachines/Order/TestCases/B",
            "/StateMachines/Empty",
        ]
    );
    let messages: Vec<String> = file(&wrong).unwrap_err().into_iter().map(|fault| fault.message).collect();
    assert!(messages[0].ends_with("did you mean `MockedResponses`?"), "{messages:?}");
    assert!(messages[10].ends_with("did you mean `Paid`?"), "{messages:?}");
    assert!(file(&json!([])).is_err() && file(&json!({})).is_err());
}

#[test]
fn retries_use_up_attempts() {
    let file = file(&example()).unwrap();
    let case = file.case(None, "Order", Some("Slow")).unwrap();
    let machine = |retries| json!({"StartAt": "Pay", "States": {"Pay": pay(retries, json!({}))}});
    let (outcome, _) = execute(case, &machine(3), json!({}));
    assert_eq!(outcome.unwrap().output.unwrap().value(), &json!(1));
    let (outcome, _) = execute(case, &machine(1), json!({}));
    assert_eq!(outcome.unwrap().failure.error.as_deref(), Some("Busy"));
}

#[test]
fn failures_that_are_thrown_have_the_events_of_their_kind() {
    const LAMBDA: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    const ACTIVITY: &str = "arn:aws:states:eu-west-1:111122223333:activity:a";
    const CALL: &str = "arn:aws:states:::lambda:invoke";
    const CALLBACK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    const JOB: &str = "arn:aws:states:::states:startExecution.sync";
    for (resource, error, events) in [
        (CALL, "Down", &["TaskFailed"][..]),
        (CALL, "States.Timeout", &["TaskTimedOut"]),
        (LAMBDA, "Down", &["LambdaFunctionFailed"]),
        (LAMBDA, "States.Timeout", &["LambdaFunctionTimedOut"]),
        (ACTIVITY, "States.HeartbeatTimeout", &["ActivityTimedOut"]),
        (JOB, "States.TaskFailed", &["TaskSubmitted", "TaskFailed"]),
        (CALLBACK, "States.HeartbeatTimeout", &["TaskSubmitted", "TaskTimedOut"]),
    ] {
        let mocked = json!({"Pay": {"0": {"Throw": {"Error": error, "Cause": "why"}}}});
        let case = case(&mocked, &BTreeMap::new()).unwrap();
        let machine = json!({"StartAt": "Pay", "States": {
            "Pay": {"Type": "Task", "Resource": resource, "End": true,
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]},
            "Late": {"Type": "Succeed"},
        }});
        let (execution, _) = executed(&case, &machine, json!({}));
        let history = execution.history().events();
        let names: Vec<String> = history.iter().map(|event| event.happened.name()).collect();
        assert_eq!(names[4..4 + events.len()], *events, "{resource} {error}");
        let details = history[3 + events.len()].details().unwrap();
        assert_eq!((&details["error"], &details["cause"]), (&json!(error), &json!("why")), "{resource}");
        let is_caught = error.ends_with("Timeout");
        assert_eq!(names.contains(&"SucceedStateEntered".to_owned()), is_caught, "{resource} {error}");
    }
}

#[test]
fn mocks_that_run_out_say_which_state_and_attempt() {
    let case = case(&json!({"Pay": {"0-1": {"Throw": {"Error": "Down"}}}}), &BTreeMap::new()).unwrap();
    let machine = json!({"StartAt": "Pay", "States": {"Pay": pay(5, json!({}))}});
    let (outcome, ran_out) = execute(&case, &machine, json!({}));
    assert_eq!(outcome, None);
    assert_eq!(ran_out[0].to_string(), "the mocks of the state Pay ran out at attempt 2 (its last is 1)");
}

#[test]
fn further_visits_count_on_and_iterations_may_share_a_response() {
    let mut loops = json!({"StartAt": "Pay", "States": {
        "Pay": pay(0, json!({"Next": "More"})),
        "More": {"Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.again", "BooleanEquals": true, "Next": "Pay"}]},
        "Done": {"Type": "Succeed"},
    }});
    loops["States"]["Pay"].as_object_mut().unwrap().remove("End");
    let replies = json!({"Pay": {"0": {"Return": {"again": true}}, "1": {"Return": {"again": false}}}});
    let case_of = |value: &Value| case(value, &BTreeMap::new()).unwrap();
    let (outcome, _) = execute(&case_of(&replies), &loops, json!({}));
    assert_eq!(outcome.unwrap().output.unwrap().value(), &json!({"again": false}));
    let (_, ran_out) =
        execute(&case_of(&json!({"Pay": {"0": {"Return": {"again": true}}}})), &loops, json!({}));
    assert_eq!(ran_out[0].attempt, 1);

    for config in [json!(null), json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})] {
        let mut map = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "MaxConcurrency": 1,
            "ItemProcessor": {"StartAt": "Pay", "States": {"Pay": pay(1, json!({}))}}}}});
        if !config.is_null() {
            map["States"]["M"]["ItemProcessor"]["ProcessorConfig"] = config;
        }
        let each = json!({"Pay": {"0": {"Return": "a"}, "1": {"Return": "b"}, "2": {"Return": "c"}}});
        let (outcome, _) = execute(&case_of(&each), &map, json!([1, 2, 3]));
        assert_eq!(outcome.unwrap().output.unwrap().value(), &json!(["a", "b", "c"]));
        let (outcome, _) = execute(&case_of(&json!({"Pay": {"0": {"Return": "a"}}})), &map, json!([1, 2, 3]));
        assert_eq!(outcome.unwrap().output.unwrap().value(), &json!(["a", "a", "a"]));
    }
}
