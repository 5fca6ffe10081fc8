//! Scores the service against sequences of calls that were recorded, which the project does not contain. Prints what
//! passes and fails when that is less than it was; with `ASL_VECTORS=TEXT` the cases whose id contains the text are
//! explained.

use super::Sandbox;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The share in percent that may not be lost again.
const FLOOR: f64 = 93.0;
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/asl");
/// An execution that is not over by then never is.
const PATIENCE: Duration = Duration::from_secs(20);

/// Members that the service shows by now and did not show when a part of the sequences was recorded; they are not held
/// against an answer that has them.
const NEWER: &[&str] = &[
    "encryptionConfiguration",
    "variableReferences",
    "redriveCount",
    "redriveStatus",
    "redriveStatusReason",
];

/// The cases of a kind, where they are at hand.
pub(super) fn recorded(kind: &str) -> Option<Vec<Value>> {
    let entries = fs::read_dir(Path::new(FOLDER))
        .inspect_err(|error| println!("not scored, {FOLDER} is absent: {error}"))
        .ok()?;
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    let mut cases = Vec::new();
    for file in files {
        let value: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        cases.extend(value.as_array().into_iter().flatten().filter(|case| case["kind"] == kind).cloned());
    }
    Some(cases)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recorded_sequences_score_what_they_did() {
    let Some(cases) = recorded("api") else { return };
    let explained = std::env::var("ASL_VECTORS").ok();
    let (mut passed, mut exactly) = (0_u32, 0_u32);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        match play(case).await {
            Ok(is_exact) => {
                passed += 1;
                exactly += u32::from(is_exact);
            }
            Err(why) => {
                if explained.as_ref().is_some_and(|text| id.contains(text.as_str())) {
                    println!("{id}\n    {why}");
                }
            }
        }
    }
    let total = cases.len();
    println!("api: {passed} of {total}; {exactly} of them without a member that is newer than the recording");
    let share = 100.0 * f64::from(passed) / total as f64;
    assert!(share >= FLOOR, "{share:.1} %, was {FLOOR} %");
}

/// Makes all calls of a case; whether every answer had no member that is newer than the recording.
async fn play(case: &Value) -> Result<bool, String> {
    let sandbox = Sandbox::new();
    let mut names = Names::default();
    let mut is_exact = true;
    for call in case["all_calls"].as_array().unwrap() {
        let operation = pascal(call["op"].as_str().unwrap());
        let mut request = call["args"].clone();
        request.as_object_mut().unwrap().remove("target_aws_client");
        names.put_in(&mut request);
        let recorded = case["calls"].as_array().unwrap().iter().find(|one| one["n"] == call["n"]);
        let wanted = recorded.map(|recorded| &recorded["result"]);
        if let (Some(arn), Some(wanted)) = (request["executionArn"].as_str(), wanted)
            && (wanted.get("stopDate").is_some() || wanted.get("mapRuns").is_some())
        {
            let _ = tokio::time::timeout(PATIENCE, sandbox.end(arn)).await;
        }
        if wanted.is_some_and(|wanted| wanted.get("executions").is_some()) {
            for known in sandbox.account.states.executions.list_of(|_| true) {
                let _ = tokio::time::timeout(PATIENCE, known.end()).await;
            }
        }
        let answer = sandbox.call(&operation, request.clone()).await;
        if let Ok(answer) = &answer {
            names.learn(call, &request, answer);
        }
        let Some(wanted) = wanted else { continue };
        let place = format!("{} {operation}", call["n"]);
        is_exact &= compare(wanted, &answer, case, &place)?;
    }
    Ok(is_exact)
}

fn pascal(operation: &str) -> String {
    let words = operation.split('_');
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// What a client of the recordings knew from earlier answers, and the recordings have lost.
#[derive(Default)]
struct Names {
    /// ARNs of executions by the number of the call that started them.
    executions: BTreeMap<String, String>,
    /// The last value of a member of an answer; those of aliases in the order they were made.
    members: BTreeMap<String, Vec<String>>,
}

impl Names {
    fn put_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(known) = self.known(text) {
                    *text = known;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.put_in(item)),
            Value::Object(fields) => {
                // No client sends such a member: what stood there is lost.
                if let Some(token) = fields.get_mut("nextToken").filter(|token| token.is_null()) {
                    *token = "unknown.nextToken".into();
                }
                fields.values_mut().for_each(|field| self.put_in(field));
            }
            _ => {}
        }
    }

    fn known(&self, text: &str) -> Option<String> {
        let number = text.rsplit_once(":exec").map(|(_, number)| number);
        if let Some(arn) = number.and_then(|number| self.executions.get(number)) {
            return Some(arn.clone());
        }
        match text.strip_prefix("unknown.")? {
            "logGroups.0.arn" => Some("arn:aws:logs:us-east-1:111111111111:log-group:g:*".to_owned()),
            "stateMachineAliasArn" => self.members.get("stateMachineAliasArn")?.first().cloned(),
            member => self.members.get(member)?.last().cloned(),
        }
    }

    fn learn(&mut self, call: &Value, request: &Value, answer: &Value) {
        if call["op"] == "start_execution"
            && let Some(arn) = answer["executionArn"].as_str()
        {
            self.executions.insert(call["n"].to_string(), arn.to_owned());
        }
        if call["op"] == "delete_state_machine_alias"
            && let Some(aliases) = self.members.get_mut("stateMachineAliasArn")
        {
            aliases.retain(|alias| request["stateMachineAliasArn"] != **alias);
        }
        for (member, value) in answer.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                self.members.entry(member.clone()).or_default().push(text.to_owned());
            }
        }
    }
}

fn compare(
    wanted: &Value,
    answer: &Result<Value, crate::sandbox::services::ServiceError>,
    case: &Value,
    place: &str,
) -> Result<bool, String> {
    let mut is_exact = true;
    let mut wanted = wanted.clone();
    let found = match answer {
        Ok(answer) => {
            let mut answer = answer.clone();
            wanted.as_object_mut().map(|fields| fields.remove("ResponseMetadata"));
            if let (Some(wanted), Some(found)) = (wanted.as_object(), answer.as_object_mut()) {
                let before = found.len();
                found.retain(|member, _| wanted.contains_key(member) || !NEWER.contains(&member.as_str()));
                is_exact = found.len() == before;
            }
            answer
        }
        Err(error) => {
            let text = wanted.to_string();
            // What the client refused never came to the service, which refuses it, too.
            if text.contains("Parameter validation failed") || text.contains("ParamValidationError") {
                return Ok(true);
            }
            let told = |operation: &str| {
                format!(
                    "An error occurred ({}) when calling the {operation} operation: {}",
                    error.code, error.message
                )
            };
            let operation = place.split(' ').next_back().unwrap();
            match &wanted {
                Value::String(_) => told(operation).into(),
                Value::Object(fields) if fields.contains_key("exception_value") => {
                    json!({"exception_typename": error.code, "exception_value": told(operation)})
                }
                _ => {
                    wanted.as_object_mut().map(|fields| fields.remove("ResponseMetadata"));
                    json!({"Error": {"Code": error.code, "Message": error.message}, "message": error.message})
                }
            }
        }
    };
    let placeholders: Vec<&str> =
        case["placeholders"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    same(&wanted, &found, &placeholders, place)?;
    Ok(is_exact)
}

/// By the rules of the recordings: placeholders match any scalar, `<word>` in a text any text, numbers are compared by
/// value, JSON in a text is decoded, and of ARNs only the shape counts.
pub(super) fn same(wanted: &Value, found: &Value, placeholders: &[&str], place: &str) -> Result<(), String> {
    let unlike = || Err(format!("{place}: expected {wanted}\n    {place}: but was  {found}"));
    match (wanted, found) {
        (Value::Object(one), Value::Object(other)) => {
            if let Some(extra) = other.keys().find(|name| !one.contains_key(*name)) {
                return Err(format!("{place}/{extra} is not in the recording: {}", other[extra]));
            }
            one.iter().try_for_each(|(name, field)| match other.get(name) {
                Some(other) => same(field, other, placeholders, &format!("{place}/{name}")),
                None => Err(format!("{place}/{name} is missing: {field}")),
            })
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .enumerate()
            .try_for_each(|(at, (one, other))| same(one, other, placeholders, &format!("{place}/{at}"))),
        (Value::Object(_) | Value::Array(_), Value::String(text)) => match serde_json::from_str(text) {
            Ok(decoded @ (Value::Object(_) | Value::Array(_))) => same(wanted, &decoded, placeholders, place),
            _ => unlike(),
        },
        (Value::String(text), Value::Number(_) | Value::Bool(_) | Value::String(_) | Value::Null) => {
            let is_any = ["date", "timestamp", "datetime", "creation-date", "start-date", "stop-date"]
                .contains(&text.as_str())
                || placeholders.contains(&text.as_str());
            match found.as_str() {
                _ if is_any => Ok(()),
                Some(found) if alike(text, found) => Ok(()),
                _ => unlike(),
            }
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => Ok(()),
        (one, other) if one == other => Ok(()),
        _ => unlike(),
    }
}

fn alike(wanted: &str, found: &str) -> bool {
    let pattern = pattern(wanted);
    let is_like = |pattern: &str, text: &str| {
        regex_lite::Regex::new(&format!("^(?s:{pattern})$")).is_ok_and(|regex| regex.is_match(text))
    };
    if wanted == found || is_like(&pattern, found) {
        return true;
    }
    let (one, other): (Vec<&str>, Vec<&str>) = (wanted.split(':').collect(), found.split(':').collect());
    one.len() > 5 && one[0] == "arn" && one.len() == other.len() && other[0] == "arn" && one[2] == other[2]
}

/// `<word>` is any text that is not empty.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        pattern += &regex_lite::escape(before);
        match after.split_once('>').filter(|(word, _)| !word.is_empty() && !word.contains(['<', ' '])) {
            Some((_, behind)) => {
                pattern += ".+?";
                rest = behind;
            }
            None => {
                pattern += "<";
                rest = after;
            }
        }
    }
    pattern + &regex_lite::escape(rest)
}

#[test]
fn answers_are_compared_by_the_rules_of_the_recordings() {
    let placeholders = ["<a>"];
    let same = |one: Value, other: Value| same(&one, &other, &placeholders, "").is_ok();
    assert!(same(json!({"a": "<a>", "b": 1}), json!({"a": 5, "b": 1.0})));
    assert!(same(json!("of <a> and <b>"), json!("of x and y z")));
    assert!(!same(json!("of <a>"), json!("off")));
    assert!(same(json!({"a": [1]}), json!("{\"a\":[1]}")));
    assert!(!same(json!({"a": 1}), json!({"a": 1, "b": 2})) && !same(json!({"a": 1}), json!({})));
    assert!(same(json!("arn:<p>:states:<r>:1:x:<n>"), json!("arn:aws:states:us-east-1:1:x:y")));
    let fields: Map<String, Value> = Map::new();
    assert!(same(fields.into(), json!({})));
}
