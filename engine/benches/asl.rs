//! What a run costs: a loop of Choice and Pass with its whole history, an inline Map, and a distributed Map over the rows
//! of a CSV file, tasks answered at once.

use std::time::Duration;

use bytes::Bytes;
use divan::Bencher;
use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::definition::{Machine, MachineType, parse};
use opsctl_engine::asl::execution::virtual_time::{World, run};
use opsctl_engine::asl::execution::{
    Answer, DemandId, Execution, Identity, ObjectRequest, Options, Status, TaskRequest, WriteRequest,
};
use opsctl_engine::asl::history::Failure;
use serde_json::{Value, json};

const ROUNDS: u64 = 10_000;
const ITEMS: u64 = 10_000;
const ROWS: u64 = 100_000;

fn main() {
    divan::main();
}

/// Every task gives its input back; there is one object.
struct Echo {
    object: Bytes,
}

impl World for Echo {
    fn task(&mut self, _: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        vec![(Duration::ZERO, Answer::Succeeded(request.input.clone()))]
    }

    fn read(&mut self, _: &ObjectRequest) -> Result<Bytes, Failure> {
        Ok(self.object.clone())
    }

    fn list(&mut self, _: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        Ok(Vec::new())
    }

    fn write(&mut self, _: &WriteRequest) -> Result<(), Failure> {
        Ok(())
    }
}

fn machine(definition: &Value) -> Machine {
    parse(&definition.to_string(), MachineType::Standard).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn finish(machine: &Machine, input: Value, object: Bytes) -> u64 {
    let options = Options {
        now: Timestamp::UNIX_EPOCH,
        seed: [0; 32],
        identity: Identity::new("eu-west-1", "111122223333", "machine", "run", "role"),
        express: false,
        max_events: u64::MAX,
        keep_history: true,
        keep_children: true,
        tell_of: None,
    };
    let mut execution = Execution::start(machine, Payload::new(input), options);
    run(&mut execution, &mut Echo { object });
    assert!(execution.outcome().is_some_and(|outcome| outcome.status == Status::Succeeded));
    execution.history().count()
}

#[divan::bench(sample_count = 10)]
fn counter(bencher: Bencher) {
    let machine = machine(&json!({"StartAt": "More", "States": {
        "More": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$.n", "NumericLessThan": ROUNDS, "Next": "Add"}]},
        "Add": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "More"},
        "Done": {"Type": "Succeed"},
    }}));
    bencher.bench(|| finish(&machine, json!({"n": 0}), Bytes::new()));
}

#[divan::bench(sample_count = 10)]
fn inline_map(bencher: Bencher) {
    let machine = machine(
        &json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}}}}),
    );
    let items = Value::Array((0..ITEMS).map(Value::from).collect());
    bencher.bench(|| finish(&machine, items.clone(), Bytes::new()));
}

#[divan::bench(sample_count = 3)]
fn distributed_map(bencher: Bencher) {
    let machine = machine(
        &json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ResultPath": null,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "T",
            "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}}}}),
    );
    let mut text = String::from("id,name\n");
    for row in 0..ROWS {
        text.push_str(&format!("{row},name of {row}\n"));
    }
    let object = Bytes::from(text);
    bencher.bench(|| finish(&machine, json!({}), object.clone()));
}
