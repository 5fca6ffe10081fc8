//! Any definition that can be read, run with few events: every run ends.

#![no_main]

use std::time::Duration;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::definition::{MachineType, parse};
use opsctl_engine::asl::execution::virtual_time::{World, run};
use opsctl_engine::asl::execution::{Answer, DemandId, Execution, Identity, ObjectRequest, Options, TaskRequest, WriteRequest};
use opsctl_engine::asl::history::Failure;
use serde_json::{Value, json};

/// Tasks give their input back, or fail where they were retried.
struct Small;

impl World for Small {
    fn task(&mut self, _: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        let answer = match request.attempt {
            0 => Answer::Failed(Failure { error: Some("E".into()), cause: None }),
            _ => Answer::Succeeded(request.input.clone()),
        };
        vec![(Duration::from_secs(1), answer)]
    }

    fn read(&mut self, _: &ObjectRequest) -> Result<Bytes, Failure> {
        Ok(Bytes::from_static(b"a,b\n1,2\n\"3\",4\n"))
    }

    fn list(&mut self, _: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        Ok(vec![json!({"Key": "k"})])
    }

    fn write(&mut self, _: &WriteRequest) -> Result<(), Failure> {
        Ok(())
    }
}

fuzz_target!(|text: &str| {
    let Ok(machine) = parse(text, MachineType::Standard) else { return };
    let options = Options {
        now: "2030-01-01T00:00:00Z".parse().unwrap(),
        seed: [0; 32],
        identity: Identity::new("eu-west-1", "111122223333", "machine", "run", "role"),
        express: false,
        max_events: 200,
        keep_history: true,
        keep_children: true,
        tell_of: None,
    };
    let input = json!({"a": [1, {"b": "x"}], "n": 1});
    let mut execution = Execution::start(&machine, Payload::new(input), options);
    run(&mut execution, &mut Small);
    assert!(execution.outcome().is_some());
    let events = execution.history().events();
    assert!(events.iter().zip(1..).all(|(event, id)| event.id == id && event.previous < id));
});
