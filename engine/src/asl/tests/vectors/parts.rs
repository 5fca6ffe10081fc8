//! Expressions held against the service's own answers, where the recordings are at hand: Choice states of which only
//! the output was recorded, machines of a single Pass state, and the definitions that the service took.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::compare::Placeholders;
use crate::asl::choice::Condition;
use crate::asl::failure::{Failure, Fault};
use crate::asl::jsonata::Bindings;
use crate::asl::path::{Path, ReferencePath};
use crate::asl::scope::{Scope, Variables};
use crate::asl::template::{PathTemplate, QueryTemplate};
use crate::random::Random;

/// Every recorded case, or none.
fn cases() -> Vec<Value> {
    super::cases().unwrap_or_default()
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
    let path = Path::parse(state["OutputPath"].as_str().unwrap_or("$")).unwrap();
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
                let compared = Placeholders::of(case).compare(&expected["output"], &output, "");
                assert_eq!(compared, Ok(()), "{id}: {output}");
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
