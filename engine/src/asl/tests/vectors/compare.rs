//! How a recording and a run are compared: what varies from run to run is a placeholder in the recording.

use serde_json::Value;

/// The texts of a case that stand for anything, and those of its input that stand for something in the recording.
pub(super) struct Placeholders {
    texts: Vec<String>,
    made_up: Vec<(String, String)>,
}

impl Placeholders {
    pub(super) fn of(case: &Value) -> Self {
        let given = case["placeholders"].as_array().cloned().unwrap_or_default();
        let mut texts: Vec<String> = given.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        texts.extend(["date", "timestamp"].map(str::to_owned));
        let mut made_up = Vec::new();
        pair(&case["expected"]["events"][0]["details"]["input"], &case["input"], &mut made_up);
        Placeholders { texts, made_up }
    }

    fn same_text(&self, expected: &str, actual: &str) -> bool {
        same_text(expected, actual)
            || self.made_up.iter().any(|(one, other)| one == expected && other == actual)
    }

    pub(super) fn compare(&self, expected: &Value, actual: &Value, place: &str) -> Result<(), String> {
        match (expected, actual) {
            (Value::String(text), _)
                if self.texts.contains(text) && !actual.is_object() && !actual.is_array() =>
            {
                Ok(())
            }
            (Value::String(text), Value::String(other)) if self.same_text(text, other) => Ok(()),
            (Value::String(text), Value::String(other)) => {
                // Text that holds an object or a list on both sides may be written in two ways.
                let decode = |text: &str| {
                    let value = serde_json::from_str::<Value>(text).ok();
                    value.filter(|value| value.is_object() || value.is_array())
                };
                match (decode(text), decode(other)) {
                    (Some(one), Some(two)) => self.compare(&one, &two, place),
                    _ => Err(unlike(expected, actual, place)),
                }
            }
            (Value::Object(_) | Value::Array(_), Value::String(text)) => {
                match serde_json::from_str::<Value>(text) {
                    Ok(decoded @ (Value::Object(_) | Value::Array(_))) => {
                        self.compare(expected, &decoded, place)
                    }
                    _ => Err(unlike(expected, actual, place)),
                }
            }
            (Value::String(text), Value::Object(_) | Value::Array(_)) => {
                match serde_json::from_str::<Value>(text) {
                    Ok(decoded @ (Value::Object(_) | Value::Array(_))) => {
                        self.compare(&decoded, actual, place)
                    }
                    _ => Err(unlike(expected, actual, place)),
                }
            }
            // Text that was no object or list when recorded may have been decoded as well.
            (Value::Number(_) | Value::Bool(_) | Value::Null, Value::String(text)) => {
                match serde_json::from_str::<Value>(text) {
                    Ok(decoded) if !decoded.is_string() => self.compare(expected, &decoded, place),
                    _ => Err(unlike(expected, actual, place)),
                }
            }
            (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => Ok(()),
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                one.iter().zip(other).enumerate().try_for_each(|(index, (one, other))| {
                    self.compare(one, other, &format!("{place}/{index}"))
                })
            }
            (Value::Object(one), Value::Object(other)) => {
                if let Some(extra) = other.keys().find(|name| !one.contains_key(*name)) {
                    return Err(format!("{place}/{extra} is not in the recording: {}", brief(&other[extra])));
                }
                one.iter().try_for_each(|(name, field)| match other.get(name) {
                    Some(other) => self.compare(field, other, &format!("{place}/{name}")),
                    None => Err(format!("{place}/{name} is missing: {}", brief(field))),
                })
            }
            (one, other) if one == other => Ok(()),
            _ => Err(unlike(expected, actual, place)),
        }
    }
}

/// Finds the names of a case's input that were ARNs when it was recorded.
fn pair(recorded: &Value, given: &Value, made_up: &mut Vec<(String, String)>) {
    match (recorded, given) {
        (Value::String(one), Value::String(other)) if one.starts_with("arn:") => {
            made_up.push((one.clone(), other.clone()));
        }
        (Value::Object(one), Value::Object(other)) => {
            for (name, field) in one {
                if let Some(other) = other.get(name) {
                    pair(field, other, made_up);
                }
            }
        }
        _ => {}
    }
}

/// Text with `<word>` in it matches any non-empty text there; of ARNs only the shape counts.
fn same_text(expected: &str, actual: &str) -> bool {
    if expected == actual || is_like(expected, actual) {
        return true;
    }
    // A payload that is text is shown with its quotes.
    if let Ok(Value::String(inner)) = serde_json::from_str::<Value>(actual)
        && same_text(expected, &inner)
    {
        return true;
    }
    let (one, other): (Vec<&str>, Vec<&str>) = (expected.split(':').collect(), actual.split(':').collect());
    one.len() > 5 && one[0] == "arn" && other.len() > 5 && other[0] == "arn" && one[2] == other[2]
}

fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('<') {
        let after = &rest[open + 1..];
        let word = after.find('>').filter(|close| *close > 0 && !after[..*close].contains(['<', ' ']));
        match word {
            Some(close) => {
                pieces.push(&rest[..open]);
                rest = &after[close + 1..];
            }
            None => break,
        }
    }
    if pieces.is_empty() {
        return false;
    }
    let escaped = pieces.iter().map(|piece| regex::escape(piece)).collect::<Vec<_>>().join("(?s:.+?)");
    let all = format!("^{escaped}(?s:.+?){}$", regex::escape(rest));
    regex::Regex::new(&all).is_ok_and(|regex| regex.is_match(text))
}

fn unlike(expected: &Value, actual: &Value, place: &str) -> String {
    format!("{place}: expected {}\n    {place}: but was  {}", brief(expected), brief(actual))
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(600).collect()
}

/// The first difference between recorded events and those of a run.
pub(super) fn difference(
    expected: &Value,
    actual: &[Value],
    placeholders: &Placeholders,
) -> Result<(), String> {
    let events = expected["events"].as_array().unwrap();
    let is_partial = expected["partial"] == true;
    let is_ordered = events.iter().enumerate().all(|(at, event)| event["id"] == at + 1);
    if !is_ordered {
        return multiset(events, actual, placeholders);
    }
    for (number, event) in events.iter().enumerate() {
        let Some(other) = actual.get(number) else {
            return Err(format!("no event {}: {}", number + 1, brief(event)));
        };
        same_event(event, other, placeholders)
            .map_err(|why| format!("event {} {}: {why}", number + 1, event["type"]))?;
        for field in ["id", "previousEventId"] {
            if event[field] != other[field] {
                return Err(format!("event {} {} has {field} {}", number + 1, event["type"], other[field]));
            }
        }
    }
    match actual.get(events.len()) {
        Some(extra) if !is_partial => Err(format!("an event too many: {}", brief(extra))),
        _ => Ok(()),
    }
}

/// Where the recording lost the order, every event has its like, and only events that it lost as well are left.
fn multiset(events: &[Value], actual: &[Value], placeholders: &Placeholders) -> Result<(), String> {
    let mut left: Vec<&Value> = actual.iter().collect();
    for event in events {
        let Some(at) = left.iter().position(|other| same_event(event, other, placeholders).is_ok()) else {
            return Err(format!("no event like {}", brief(event)));
        };
        left.remove(at);
    }
    let is_lost = |event: &Value| {
        ["ParallelStateSucceeded", "ParallelStateExited"].iter().any(|kind| event["type"] == *kind)
    };
    match left.iter().find(|event| !is_lost(event)) {
        Some(extra) => Err(format!("an event too many: {}", brief(extra))),
        None => Ok(()),
    }
}

fn same_event(event: &Value, other: &Value, placeholders: &Placeholders) -> Result<(), String> {
    if event["type"] != other["type"] {
        return Err(format!("is a {} {}", other["type"], brief(&other["details"])));
    }
    if event["detailsKey"] != other["detailsKey"] {
        return Err(format!("has its details under {}", other["detailsKey"]));
    }
    match event["details"].is_null() {
        true => Ok(()),
        false => placeholders.compare(&event["details"], &other["details"], "details"),
    }
}
