//! Workflows on this machine, and state machines in a sandbox.

mod alias;
mod deploy;
mod diff;
mod executions;
mod explain;
mod following;
mod functions;
mod graph;
mod history;
mod killed;
mod lint;
mod map_run;
mod objects;
mod redrive;
mod run;
mod show;
mod start;
mod stop;
mod task;
mod tests;

use serde_json::{Value, json};

use crate::support::{Ran, Sealed};

pub const PAY: &str = "arn:aws:lambda:eu-west-1:111122223333:function:pay";

/// A machine of one state, which ends it.
pub fn only(state: &Value) -> Value {
    let mut state = state.clone();
    if !["Fail", "Choice", "Succeed"].contains(&state["Type"].as_str().unwrap_or_default()) {
        state["End"] = json!(true);
    }
    json!({"StartAt": "S", "States": {"S": state}})
}

/// An order that is paid by a function, at the third attempt at the latest.
pub fn order() -> Value {
    json!({"StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Default": "Empty",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 0, "Next": "Pay"}]},
        "Empty": {"Type": "Fail", "Error": "EmptyOrder", "Cause": "nothing to pay"},
        "Pay": {"Type": "Task", "Resource": PAY, "ResultPath": "$.paid", "Next": "Rest",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "MaxAttempts": 2}]},
        "Rest": {"Type": "Wait", "Seconds": 3600, "End": true},
    }})
}

/// Mocks of it: `Happy`, `Slow` with two failures first, `Short` with no more than those.
pub fn mocks() -> Value {
    json!({
        "StateMachines": {"order": {"TestCases": {
            "Happy": {"Pay": "Paid"}, "Slow": {"Pay": "PaidLate"}, "Short": {"Pay": "Busy"},
        }}},
        "MockedResponses": {
            "Paid": {"0": {"Return": {"ok": true}}},
            "PaidLate": {"0-1": {"Throw": {"Error": "Busy", "Cause": "later"}}, "2": {"Return": {"ok": "late"}}},
            "Busy": {"0": {"Throw": {"Error": "Busy"}}, "1": {"Throw": {"Error": "Busy"}}},
        },
    })
}

/// A place with the order and its mocks.
pub fn with_order() -> Sealed {
    let sealed = Sealed::new();
    sealed.write("order.asl.json", &order().to_string());
    sealed.write("mocks.json", &mocks().to_string());
    sealed
}

pub fn run_in(sealed: &Sealed, definition: &Value, args: &[&str]) -> Ran {
    sealed.write("machine.asl.json", &definition.to_string());
    sealed.run(["sfn", "local", "run", "machine.asl.json"].iter().chain(args))
}

/// The item of a run that ended with this code.
pub fn item(ran: Ran, code: i32) -> Value {
    ran.expect(code).json()["item"].clone()
}
