//! Scores the engine against recorded runs, which the project does not contain. Prints what passes of every kind and
//! fails when that is less than it was; with `ASL_VECTORS=TEXT` the cases whose id contains the text are explained.

mod compare;
mod parts;
mod test_state;
mod world;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::asl::Payload;
use crate::asl::create::check_request;
use crate::asl::definition::{MachineType, check, create_error, parse};
use crate::asl::execution::{Execution, Identity, MAX_EVENTS, Options, Outcome, Status, virtual_time};
use crate::asl::graph::{self, Graph, Line, Overlay, terminal};
use crate::asl::history::{Event, Failure, Happened, LogLevel};
use crate::asl::lint::{Severity, lint};
use compare::{Placeholders, difference};
use world::Recorded;

/// Kind, and the share of its cases in percent that may not be lost again.
const FLOORS: &[(&str, f64)] = &[
    ("execution", 99.0),
    ("execution-output", 100.0),
    ("express-sync", 100.0),
    ("express-end-event", 100.0),
    ("log-events", 100.0),
    ("create-error", 80.0),
    ("validation", 100.0),
    ("test-state", 100.0),
];

/// The kinds whose definitions the service took.
const RAN: &[&str] = &["execution", "execution-output", "express-sync", "express-end-event", "log-events"];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/asl");
/// Differences shown of each kind when cases are explained.
const SHOWN: usize = 40;

fn cases() -> Option<Vec<Value>> {
    let folder = Path::new(FOLDER);
    let entries = fs::read_dir(folder)
        .inspect_err(|error| println!("not scored, {} is absent: {error}", folder.display()))
        .ok()?;
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    let mut cases = Vec::new();
    for file in files {
        let value: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        cases.extend(value.as_array().cloned().unwrap_or_default());
    }
    Some(cases)
}

#[test]
fn recorded_runs_score_what_they_did() {
    let Some(cases) = cases() else { return };
    let explained = std::env::var("ASL_VECTORS").ok();
    let mut short = Vec::new();
    for (kind, floor) in FLOORS {
        let of_kind: Vec<&Value> = cases.iter().filter(|case| case["kind"] == *kind).collect();
        let mut passed = 0_u32;
        let mut shown = 0;
        for case in &of_kind {
            let id = case["id"].as_str().unwrap();
            match score(kind, case) {
                Ok(()) => passed += 1,
                Err(why) => {
                    if explained.as_ref().is_some_and(|text| id.contains(text.as_str())) && shown < SHOWN {
                        println!("{kind} {id}\n    {why}");
                        shown += 1;
                    }
                }
            }
        }
        let total = of_kind.len();
        println!("{kind}: {passed} of {total}");
        let share = 100.0 * passed as f64 / total as f64;
        if share < *floor {
            short.push(format!("{kind}: {share:.1} %, was {floor} %"));
        }
    }
    assert!(short.is_empty(), "{short:?}");
}

/// No definition that the service took is refused.
#[test]
fn recorded_definitions_are_accepted() {
    let Some(cases) = cases() else { return };
    for case in cases.iter().filter(|case| case["kind"] == "execution" || case["kind"] == "execution-output")
    {
        let (_, diagnostics) = check(&case["definition"].to_string(), machine_type(case));
        assert_eq!(diagnostics, [], "{}", case["id"]);
    }
}

/// The linter has no error for a definition that the service took, and tells how often it says what else.
#[test]
fn recorded_definitions_are_linted_without_error() {
    let Some(cases) = cases() else { return };
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    let explained = std::env::var("ASL_VECTORS").ok();
    for case in cases.iter().filter(|case| RAN.contains(&case["kind"].as_str().unwrap_or_default())) {
        for finding in lint(&definition(case), machine_type(case)) {
            assert_ne!(finding.severity, Severity::Error, "{}: {finding:?}", case["id"]);
            *counts.entry(finding.id).or_default() += 1;
            if explained.as_deref().is_some_and(|rule| rule == finding.id) {
                println!("{} {:?} {}", case["id"], finding.location, finding.message);
            }
        }
    }
    println!("{counts:?}");
}

/// Any machine can be drawn with any run of it laid over, and the run has left or failed in what it entered.
#[test]
fn recorded_runs_are_drawn() {
    let Some(cases) = cases() else { return };
    for case in cases.iter().filter(|case| case["kind"] == "execution") {
        let Ok(execution) = ran(case) else { continue };
        let Some(outcome) = execution.outcome() else { continue };
        let id = &case["id"];
        let machine = parse(&definition(case), machine_type(case)).unwrap();
        let graph = Graph::of(&machine);
        let mut overlay = Overlay::of(&graph);
        execution.history().events().iter().for_each(|event| overlay.observe(event));
        let drawn = flat(&terminal(&graph, Some(&overlay), None, false));
        let mut failed = 0;
        for node in graph.states() {
            let run = overlay.run(node.id);
            let start: String = node.name.chars().take(9).collect();
            assert!(drawn.contains(&start), "{id}: {start}\n{drawn}");
            assert_ne!(run.outcome(), graph::Outcome::Running, "{id}: {}", node.name);
            failed += run.failed;
        }
        match outcome.status {
            Status::Failed => assert!(failed > 0, "{id}\n{drawn}"),
            Status::Succeeded | Status::TimedOut | Status::Aborted => {}
        }
    }
}

fn flat(lines: &[Line]) -> String {
    lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect::<String>() + "\n").collect()
}

fn score(kind: &str, case: &Value) -> Result<(), String> {
    let placeholders = Placeholders::of(case);
    let expected = &case["expected"];
    match kind {
        "validation" => {
            let (_, diagnostics) = check(&definition(case), machine_type(&case["request"]));
            let diagnostics: Vec<Value> = diagnostics
                .iter()
                .map(|diagnostic| {
                    json!({
                        "severity": "ERROR", "code": diagnostic.code, "message": diagnostic.message,
                        "location": diagnostic.location,
                    })
                })
                .collect();
            let result = if diagnostics.is_empty() { "OK" } else { "FAIL" };
            let response = json!({
                "diagnostics": diagnostics, "result": result, "truncated": false,
                "ResponseMetadata": expected["response"]["ResponseMetadata"],
            });
            placeholders.compare(&expected["response"], &response, "response")
        }
        "test-state" => test_state::score(case, &placeholders),
        "create-error" => {
            let (_, diagnostics) = check(&definition(case), machine_type(&case["request"]));
            let error = match check_request(&case["request"]) {
                Err(refusal) => json!({"code": refusal.code, "message": refusal.message}),
                Ok(()) => json!({"code": "InvalidDefinition", "message": create_error(&diagnostics)}),
            };
            let message = expected["error"]["message"].as_str().unwrap_or_default();
            let message = message.split_once(" operation: ").map_or(message, |(_, message)| message);
            let expected = json!({"code": expected["error"]["code"], "message": message});
            placeholders.compare(&expected, &error, "error")
        }
        _ => {
            let execution = ran(case)?;
            match kind {
                "log-events" => logged(case, &execution, &placeholders),
                "express-end-event" => {
                    let last = execution.history().events().last().ok_or("no events")?;
                    let line =
                        last.log_line("arn:aws:states:us-east-1:111111111111:express:machine:run:1", false);
                    placeholders.compare(&expected["event"], &line, "event")
                }
                _ => outcome(expected, &execution, &placeholders),
            }
        }
    }
}

fn machine_type(value: &Value) -> MachineType {
    if value["type"] == "EXPRESS" { MachineType::Express } else { MachineType::Standard }
}

fn definition(case: &Value) -> String {
    match &case["definition"] {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// The case, run to its end.
fn ran(case: &Value) -> Result<Execution, String> {
    let machine_type = machine_type(case);
    let machine = parse(&definition(case), machine_type)
        .map_err(|diagnostics| format!("refused: {}", create_error(&diagnostics)))?;
    let role_arn = "arn:aws:iam::111111111111:role/opsctl-corpus-role";
    let options = Options {
        now: "2025-01-01T00:00:00Z".parse().unwrap(),
        seed: [7; 32],
        identity: Identity::new("us-east-1", "111111111111", "machine", "run", role_arn),
        express: machine_type == MachineType::Express,
        max_events: MAX_EVENTS,
        keep_history: true,
        keep_children: true,
        tell_of: None,
    };
    let mut execution = Execution::start(&machine, Payload::new(case["input"].clone()), options);
    if case["expected"]["status"] == "ABORTED" {
        execution.step(1000);
        execution.stop(Failure::default());
    } else {
        virtual_time::run(&mut execution, &mut Recorded::new(case));
    }
    Ok(execution)
}

/// Status, output, error, cause and events.
fn outcome(expected: &Value, execution: &Execution, placeholders: &Placeholders) -> Result<(), String> {
    if expected["events"].is_array() {
        let events: Vec<Value> = execution
            .history()
            .events()
            .iter()
            .map(|event| {
                json!({
                    "id": event.id, "previousEventId": event.previous, "type": event.happened.name(),
                    "details": event.details(), "detailsKey": event.happened.details_key(),
                })
            })
            .collect();
        difference(expected, &events, placeholders)?;
    }
    if expected["partial"] == true {
        return Ok(());
    }
    let Some(Outcome { status, output, failure }) = execution.outcome() else {
        return Err("the run did not end".to_owned());
    };
    let mut actual = json!({"status": status.name()});
    if let Some(output) = output {
        actual["output"] = output.value().clone();
    }
    if let Some(error) = &failure.error {
        actual["error"] = error.to_string().into();
    }
    if let Some(cause) = &failure.cause {
        actual["cause"] = cause.to_string().into();
    }
    let mut wanted = expected.as_object().cloned().unwrap_or_default();
    wanted.retain(|name, _| ["status", "output", "error", "cause"].contains(&name.as_str()));
    placeholders.compare(&Value::Object(wanted), &actual, "outcome")
}

fn logged(case: &Value, execution: &Execution, placeholders: &Placeholders) -> Result<(), String> {
    let level = LogLevel::parse(case["log"]["level"].as_str().unwrap_or_default()).ok_or("no level")?;
    let with_data = case["log"]["includeExecutionData"] == true;
    let arn = "arn:aws:states:us-east-1:111111111111:execution:machine:run";
    let lines = execution.history().events().iter().filter(|event| level.has(&event.happened));
    let lines: Vec<Value> = lines.map(|event| event.log_line(arn, with_data)).collect();
    placeholders.compare(&case["expected"]["log_events"], &Value::Array(lines), "log_events")
}

/// Every event of a recorded history is of a kind that is known.
#[test]
fn recorded_events_are_read() {
    let Some(cases) = cases() else { return };
    let recorded = cases.iter().filter(|case| case["kind"] == "execution");
    let events: Vec<&Value> =
        recorded.filter_map(|case| case["expected"]["events"].as_array()).flatten().collect();
    println!("{} events", events.len());
    assert!(!events.is_empty());
    for event in events {
        let mut event = event.clone();
        event["timestamp"] = json!(0);
        let read = Event::read(&event).unwrap();
        assert!(!matches!(read.happened, Happened::Other { .. }), "{event}");
        assert_eq!(read.happened.name(), event["type"].as_str().unwrap());
        assert_eq!(read.happened.details_key(), event["detailsKey"].as_str(), "{event}");
    }
}
