//! What is known only when a definition is deployed: `${Name}` of SAM and CloudFormation. Where a value has to be of a
//! kind (the ARN of a resource, a number that stands without quotes), one of that kind stands in for it, so that
//! nothing is held against what is left open.

use std::collections::BTreeMap;

use opsctl_engine::asl::definition::Resource;

/// What a template says that names stand for.
pub type Known = BTreeMap<String, String>;

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:placeholder";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:placeholder";
/// A call of which no rule knows anything.
const OTHER: &str = "arn:aws:states:::aws-sdk:placeholder:call";

/// The text with everything filled in.
pub fn filled(text: &str, known: &Known) -> String {
    replace(text, Some(known))
}

/// The text with what stands without quotes filled in to the same length, so that every place stays.
pub fn blanked(text: &str) -> String {
    replace(text, None)
}

/// A number that a field may have.
pub fn number_for(field: &str) -> Option<u64> {
    const NUMBERS: &[&str] = &[
        "BackoffRate",
        "MaxAttempts",
        "MaxConcurrency",
        "MaxInputBytesPerBatch",
        "MaxItems",
        "MaxItemsPerBatch",
        "ToleratedFailureCount",
        "ToleratedFailurePercentage",
    ];
    match field {
        "MaxDelaySeconds" => Some(9999),
        "TimeoutSeconds" => Some(300),
        _ => (field.ends_with("Seconds") || NUMBERS.contains(&field)).then_some(1),
    }
}

/// An ARN that the name suggests, for a resource of which nothing else is known.
pub fn resource_for(name: &str) -> &'static str {
    let name = name.to_ascii_lowercase();
    if ["function", "lambda"].iter().any(|word| name.contains(word)) {
        LAMBDA
    } else if name.contains("activity") {
        ACTIVITY
    } else {
        OTHER
    }
}

/// Goes through a JSON text; `known` only where lengths may change.
fn replace(text: &str, known: Option<&Known>) -> String {
    if !text.contains("${") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut field) = (text, String::new());
    while let Some(next) = rest.chars().next() {
        if next == '"' {
            let (quoted, after) = rest.split_at(end_of_string(rest));
            if after.trim_start().starts_with(':') {
                field = serde_json::from_str(quoted).unwrap_or_default();
                out.push_str(quoted);
            } else {
                match known.filter(|_| field == "Resource" && quoted.contains("${")) {
                    Some(known) => out.push_str(&resource(quoted, known)),
                    None => out.push_str(quoted),
                }
            }
            rest = after;
        } else if let Some((name, after)) = token(rest) {
            let number = number_for(&field).unwrap_or(1).to_string();
            match known {
                Some(known) => out.push_str(known.get(name).unwrap_or(&number)),
                None => out.push_str(&format!("{number:<width$.width$}", width = name.chars().count() + 3)),
            }
            rest = after;
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// `${Name}` at the start of a text: the name, and what follows.
fn token(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix("${")?.split_once('}')?;
    let is_named = |character: char| character.is_alphanumeric() || ":._-".contains(character);
    name.chars().all(is_named).then_some((name, after))
}

/// How many bytes a text has up to the quote that ends the string at its start.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The value of a `Resource` in quotes, as an ARN where it can be one.
fn resource(quoted: &str, known: &Known) -> String {
    let Ok(text) = serde_json::from_str::<String>(quoted) else { return quoted.to_owned() };
    let (mut arn, mut open, mut rest) = (String::new(), String::new(), text.as_str());
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        let Some((name, after)) = token(from) else { break };
        arn.push_str(before);
        match (known.get(name), name) {
            (Some(value), _) => arn.push_str(value),
            (None, "AWS::Partition") => arn.push_str("aws"),
            (None, "AWS::Region") => arn.push_str("us-east-1"),
            (None, "AWS::AccountId") => arn.push_str("123456789012"),
            (None, _) => {
                arn.push_str("placeholder");
                open.push_str(name);
            }
        }
        rest = after;
    }
    arn.push_str(rest);
    if !open.is_empty() && Resource::parse(&arn).is_none() {
        arn = resource_for(&text).to_owned();
    }
    serde_json::Value::from(arn).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_filled_in() {
        let known = Known::from([("Fn".to_owned(), LAMBDA.to_owned()), ("N".to_owned(), "7".to_owned())]);
        for (text, expected) in [
            (r#"{"Resource": "${Fn}"}"#, format!(r#"{{"Resource": "{LAMBDA}"}}"#)),
            (r#"{"Resource": "${Fn}:live"}"#, format!(r#"{{"Resource": "{LAMBDA}:live"}}"#)),
            (
                r#"{"Resource": "arn:${AWS::Partition}:states:::sqs:sendMessage"}"#,
                r#"{"Resource": "arn:aws:states:::sqs:sendMessage"}"#.to_owned(),
            ),
            (r#"{"Resource": "${PayLambdaArn}"}"#, format!(r#"{{"Resource": "{LAMBDA}"}}"#)),
            (r#"{"Resource": "${X}"}"#, format!(r#"{{"Resource": "{OTHER}"}}"#)),
            (r#"{"Resource": "arn:aws:${X}"}"#, format!(r#"{{"Resource": "{OTHER}"}}"#)),
            (r#"{"Resource": "nothing", "x": "${X}"}"#, r#"{"Resource": "nothing", "x": "${X}"}"#.to_owned()),
            (r#"{"Seconds": ${N}, "MaxAttempts": ${M}}"#, r#"{"Seconds": 7, "MaxAttempts": 1}"#.to_owned()),
            (r#"{"x": "\"${N}", "Resource": "${"#, r#"{"x": "\"${N}", "Resource": "${"#.to_owned()),
        ] {
            assert_eq!(filled(text, &known), expected, "{text}");
        }
        let text = r#"{"TimeoutSeconds": ${Wert}, "Resource": "${X}"}"#;
        assert_eq!(blanked(text), r#"{"TimeoutSeconds": 300    , "Resource": "${X}"}"#);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_or_moves_places(text in "[\"\\\\${}:,a é]{0,30}") {
            filled(&text, &Known::default());
            proptest::prop_assert_eq!(blanked(&text).chars().count(), text.chars().count());
        }
    }
}
