//! The results of children: a list in the order of the items, or files that a ResultWriter writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{MapRun, Phase, RESULT_WRITER_FAILED};
use crate::asl::Payload;
use crate::asl::definition::{State, Transformation, Writer};
use crate::asl::execution::Execution;
use crate::asl::execution::demand::{Demand, WriteRequest};
use crate::asl::execution::evaluate::Problem;
use crate::asl::execution::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::execution::gathered::Gathered;
use crate::asl::execution::run::Run;
use crate::asl::history::{Failure, time};

pub(super) struct Results {
    /// Until they are handed on.
    outputs: Option<Gathered>,
    writing: Option<Writing>,
}

/// Where a ResultWriter writes, and what it has so far.
struct Writing {
    bucket: Option<String>,
    prefix: String,
    transformation: Transformation,
    jsonl: bool,
    /// With the numbers of the children.
    succeeded: Vec<(usize, Value)>,
    failed: Vec<(usize, Value)>,
}

impl Results {
    pub fn add(&mut self, number: usize, child: &Run, result: Result<Payload, Failure>, now: Timestamp) {
        let Some(writing) = &mut self.writing else {
            if let (Ok(output), Some(outputs)) = (result, &mut self.outputs) {
                outputs.put(number, output);
            }
            return;
        };
        let is_bare = writing.transformation != Transformation::None;
        match result {
            Ok(output) if is_bare => writing.succeeded.push((number, output.into_value())),
            Ok(output) => {
                let mut record = record(child, "SUCCEEDED", now);
                record["Output"] = output.text().into();
                record["OutputDetails"] = json!({"Included": true});
                writing.succeeded.push((number, record));
            }
            Err(failure) => {
                let mut record = record(child, "FAILED", now);
                record["Error"] = failure.error.as_deref().into();
                record["Cause"] = failure.cause.as_deref().into();
                writing.failed.push((number, record));
            }
        }
    }
}

impl Results {
    /// The children with these numbers run once more.
    pub fn forget_failures(&mut self, children: &BTreeMap<usize, usize>) {
        if let Some(writing) = &mut self.writing {
            writing.failed.retain(|(number, _)| !children.contains_key(number));
        }
    }
}

/// A child as the files of a ResultWriter have it.
fn record(child: &Run, status: &str, now: Timestamp) -> Value {
    json!({
        "ExecutionArn": &*child.arn,
        "Input": child.input.text(),
        "InputDetails": {"Included": true},
        "Name": &*child.name,
        "StartDate": time(child.started),
        "StateMachineArn": &*child.machine_arn,
        "Status": status,
        "StopDate": time(now),
    })
}

impl Execution {
    pub(super) fn results(
        &mut self,
        frame: &Frame,
        state: &State,
        writer: Option<&Writer>,
        effective: &Payload,
    ) -> Result<Results, Problem> {
        let Some(writer) = writer else {
            return Ok(Results { outputs: Some(Gathered::new(state)), writing: None });
        };
        let arguments = match &writer.arguments {
            Some(template) => {
                let mut sight = self.sight(frame, state, frame.input.value(), None);
                sight.dollar = effective.value();
                sight.template(template, &mut self.random)?
            }
            None => Value::Null,
        };
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Results {
            outputs: None,
            writing: Some(Writing {
                bucket: text("Bucket"),
                prefix: text("Prefix").unwrap_or_default(),
                transformation: writer.transformation,
                jsonl: writer.jsonl,
                succeeded: Vec::new(),
                failed: Vec::new(),
            }),
        })
    }

    /// Hands the results on, or over to the ResultWriter.
    pub(super) fn write_results(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let name = Execution::state_name(frame);
        let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
        let Some(writing) = map_run.results.writing.take() else {
            let outputs = map_run.results.outputs.take().and_then(Gathered::into_payload);
            return self.map_run_succeeded(id, frame, outputs);
        };
        let Some(bucket) = writing.bucket.clone() else {
            let mut outputs = in_order(writing.succeeded);
            if writing.transformation == Transformation::Flatten {
                outputs = flatten(outputs);
            }
            return self.map_run_succeeded(id, frame, Some(Payload::new(Value::Array(outputs))));
        };
        let (files, output) = writing.files(map_run, &bucket);
        let requests: Vec<WriteRequest> = files
            .into_iter()
            .map(|(key, body)| WriteRequest {
                state: Arc::clone(&name),
                bucket: bucket.clone(),
                key,
                body: Bytes::from(body),
            })
            .collect();
        let asked = requests.clone().into_iter();
        let open: Vec<_> =
            asked.map(|request| self.ask(id, frame, |demand| Demand::Write(demand, request))).collect();
        if open.is_empty() {
            return self.map_run_failed(id, frame, RESULT_WRITER_FAILED, "There is nothing to write.");
        }
        if let Doing::MapRun(map_run) = &mut frame.doing {
            map_run.phase = Phase::Writing { requests, open, output: Payload::new(output) };
        }
        Fate::Blocked
    }
}

impl Writing {
    /// The files to be written, the manifest last, and the output of the state.
    fn files(self, map_run: &MapRun, bucket: &str) -> (Vec<(String, String)>, Value) {
        let folder = match self.prefix.trim_end_matches('/') {
            "" => map_run.uuid.clone(),
            prefix => format!("{prefix}/{}", map_run.uuid),
        };
        let suffix = if self.jsonl { "jsonl" } else { "json" };
        let mut files = Vec::new();
        let mut listed = |kind: &str, records: Vec<Value>| {
            if records.is_empty() {
                return json!([]);
            }
            let body = body(records, self.jsonl);
            let key = format!("{folder}/{kind}_0.{suffix}");
            let entry = json!([{"Key": key, "Size": body.len()}]);
            files.push((key, body));
            entry
        };
        let succeeded = in_order(self.succeeded);
        let succeeded = match self.transformation {
            Transformation::Flatten => flatten(succeeded),
            _ => succeeded,
        };
        let failed = listed("FAILED", in_order(self.failed));
        let succeeded = listed("SUCCEEDED", succeeded);
        let manifest = json!({
            "DestinationBucket": bucket,
            "MapRunArn": &*map_run.arn,
            "ResultFiles": {"FAILED": failed, "PENDING": [], "SUCCEEDED": succeeded},
        });
        let key = format!("{folder}/manifest.json");
        let output = json!({
            "MapRunArn": &*map_run.arn,
            "ResultWriterDetails": {"Bucket": bucket, "Key": key},
        });
        files.push((key, manifest.to_string()));
        (files, output)
    }
}

fn body(records: Vec<Value>, jsonl: bool) -> String {
    if !jsonl {
        return Value::Array(records).to_string();
    }
    let mut body = String::new();
    for record in records {
        body.push_str(&record.to_string());
        body.push('\n');
    }
    body
}

/// By the items they came of, whichever ended first.
fn in_order(mut results: Vec<(usize, Value)>) -> Vec<Value> {
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// One level of lists taken away.
fn flatten(outputs: Vec<Value>) -> Vec<Value> {
    let mut flat = Vec::with_capacity(outputs.len());
    for output in outputs {
        match output {
            Value::Array(items) => flat.extend(items),
            other => flat.push(other),
        }
    }
    flat
}
