//! Expressions held against the service's own answers, where the recordings are at hand: Choice states of which only
//! the output was recorded, machines of a single Pass state, and the definitions that the service took.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::choice::Condition;
use super::failure::{Failure, Fault};
use super::jsonata::Bindings;
use super::path::ReferencePath;
use super::scope::{Scope, Variables};
use super::template::{PathTemplate, QueryTemplate};
use crate::random::Random;

/// Every recorded case, or nothing, which is said.
fn cases() -> Vec<Value> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/asl"));
    let Ok(files) = fs::read_dir(folder) else {
        println!("not checked, {} is absent", folder.display());
        return Vec::new();
    };
    let mut cases = Vec::new();
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") && !path.ends_with("index.json") {
            let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            cases.extend(file.as_array().unwrap().iter().cloned());
        }
    }
    cases
}

/// Numbers by value, placeholders as anything, JSON in a text decoded.
fn agrees(found: &Value, expected: &Value, placeholders: &[Value]) -> bool {
    match (found, expected) {
        _ if placeholders.contains(expected) => true,
        (Value::Number(found), Value::Number(expected)) => found.as_f64() == expected.as_f64(),
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| agrees(found, expected, placeholders))
        }
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && found.iter().all(|(key, found)| {
                    expected.get(key).is_some_and(|expected| agrees(found, expected, placeholders))
                })
        }
        (Value::String(text), Value::Array(_) | Value::Object(_)) => {
            serde_json::from_str(text).is_ok_and(|found: Value| agrees(&found, expected, placeholders))
        }
        _ => found == expected,
    }
}

#[test]
fn choices_go_where_the_service_went() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| case["kind"] == "execution-output") {
        let states = &case["definition"]["States"];
        let choice = &states[case["definition"]["StartAt"].as_str().unwrap()];
        if choice["Type"] != "Choice" {
            continue;
        }
        let (input, context, variables) = (&case["input"], json!({}).into(), Variables::default());
        let scope = Scope { input, context: &context, variables: &variables };
        let chosen = choice["Choices"].as_array().unwrap().iter().find(|rule| {
            Condition::compile(rule)
                .unwrap()
                .holds(&scope)
                .unwrap_or_else(|failure| panic!("{}: {failure:?}", case["id"]))
        });
        let next = chosen.map_or(&choice["Default"], |rule| &rule["Next"]).as_str().unwrap();
        assert_eq!(states[next]["Result"], case["expected"]["output"], "{}", case["id"]);
        checked += 1;
    }
    println!("{checked} choices");
}

fn pass(state: &Value, is_jsonata: bool, input: &Value) -> Result<Value, Failure> {
    let (context, variables) = (json!({"Execution": {"Input": input}}).into(), Variables::default());
    let mut random = Random::new([9; 32]);
    if is_jsonata {
        let bindings = Bindings {
            input,
            context: &context,
            result: None,
            error_output: None,
            variables: &variables,
            now: Timestamp::UNIX_EPOCH,
        };
        return QueryTemplate::compile(&state["Output"], "Output").unwrap().render(&bindings, &mut random);
    }
    let scope = Scope { input, context: &context, variables: &variables };
    let result = PathTemplate::compile(&state["Parameters"]).unwrap().render(&scope, &mut random)?;
    let mut output = input.clone();
    ReferencePath::parse(state["ResultPath"].as_str().unwrap_or("$")).unwrap().merge(&mut output, result)?;
    let path = super::path::Path::parse(state["OutputPath"].as_str().unwrap_or("$")).unwrap();
    Ok(path.select(&output).unwrap().into_value()?)
}

#[test]
fn single_states_answer_as_the_service_did() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| case["kind"] == "execution") {
        let Some(states) = case["definition"]["States"].as_object().filter(|states| states.len() == 1) else {
            continue;
        };
        let state = states.values().next().unwrap();
        let is_jsonata =
            state["QueryLanguage"] == "JSONata" || case["definition"]["QueryLanguage"] == "JSONata";
        let field = if is_jsonata { "Output" } else { "Parameters" };
        if state["Type"] != "Pass" || state.get(field).is_none() || state.to_string().contains("$$.State") {
            continue;
        }
        let (id, expected) = (&case["id"], &case["expected"]);
        match pass(state, is_jsonata, &case["input"]) {
            Ok(output) => {
                let placeholders = case["placeholders"].as_array().map_or(&[][..], Vec::as_slice);
                assert!(
                    agrees(&output, &expected["output"], placeholders),
                    "{id}: {output} {}",
                    expected["output"]
                );
            }
            Err(failure) => {
                assert_eq!(expected["error"], failure.error, "{id}");
                let cause = expected["cause"].as_str().unwrap();
                assert!(cause.ends_with(&failure.cause), "{id}: {} {cause}", failure.cause);
            }
        }
        checked += 1;
    }
    println!("{checked} states");
}

fn compile(machine: &Value, is_jsonata: bool, faults: &mut Vec<(String, Vec<Fault>)>) {
    for (name, state) in machine["States"].as_object().into_iter().flatten() {
        let is_jsonata = state.get("QueryLanguage").map_or(is_jsonata, |language| language == "JSONata");
        let mut templates = vec![];
        for field in ["Parameters", "ResultSelector", "ItemSelector", "Assign", "Arguments", "Output"] {
            templates.extend(state.get(field).map(|template| (field, template)));
        }
        for rule in state["Choices"].as_array().into_iter().flatten() {
            templates.extend(rule.get("Assign").map(|template| ("Choices/Assign", template)));
            if is_jsonata {
                templates.push(("Choices/Condition", &rule["Condition"]));
            } else if let Err(found) = Condition::compile(rule) {
                faults.push((name.clone(), found));
            }
        }
        for (field, template) in templates {
            let found = match is_jsonata {
                true => QueryTemplate::compile(template, field).err(),
                false => PathTemplate::compile(template).err(),
            };
            faults.extend(found.map(|found| (format!("{name}/{field}"), found)));
        }
        for inner in state["Branches"]
            .as_array()
            .into_iter()
            .flatten()
            .chain([&state["ItemProcessor"], &state["Iterator"]])
        {
            compile(inner, is_jsonata, faults);
        }
    }
}

#[test]
fn what_the_service_took_is_taken() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| case["kind"] != "create-error" && case["kind"] != "validation") {
        if case["expected"]["error"].is_object() || !case["definition"]["States"].is_object() {
            continue;
        }
        let mut faults = Vec::new();
        compile(&case["definition"], case["definition"]["QueryLanguage"] == "JSONata", &mut faults);
        assert!(faults.is_empty(), "{}: {faults:?}", case["id"]);
        checked += 1;
    }
    println!("{checked} definitions");
}
