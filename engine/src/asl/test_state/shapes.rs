//! What calls of services answer, as far as it is known here: the results of mocks are held against it. A call that is
//! not in the table may answer anything.
//!
//! `shapes.json` has a value for each call, by service and action: objects by their fields (`!` behind a name: it is
//! required; `*`: any name), lists by their item, and `string`, `number`, `boolean` or `any`, a bound behind `>=`, and
//! the values of an enumeration behind `:`. `@NAME` is a shape of the table itself.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::fields::{Fault, Kind, check};
use crate::asl::definition::{Integration, Pattern};

static SHAPES: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("shapes.json")).unwrap_or_default());

/// The shape of what a call answers, if it is known. What ends a job or a callback is not the answer of its call.
pub(super) fn of(integration: &Integration) -> Option<&'static Value> {
    if integration.pattern != Pattern::RequestResponse {
        return None;
    }
    let service = integration.resource_type.trim_start_matches("aws-sdk:");
    let service = if service == "states" { "sfn" } else { service };
    SHAPES.get(&format!("{service}:{}", integration.resource))
}

/// Whether a value has a shape. Fields that the shape does not name are left alone; those it requires are missed only
/// where that is `strict`.
pub(super) fn validate(value: &Value, shape: &Value, strict: bool) -> Result<(), Fault> {
    Validator { strict }.value("", value, shape)
}

struct Validator {
    strict: bool,
}

impl Validator {
    fn value(&self, name: &str, value: &Value, shape: &Value) -> Result<(), Fault> {
        match shape {
            _ if value.is_null() => Ok(()),
            Value::Object(fields) => {
                check(name, Kind::Object, value)?;
                value.as_object().map_or(Ok(()), |given| self.object(given, fields))
            }
            Value::Array(items) => {
                check(name, Kind::Array, value)?;
                let (Some(item), Some(list)) = (items.first(), value.as_array()) else { return Ok(()) };
                list.iter().try_for_each(|one| self.value(name, one, item))
            }
            Value::String(text) => match SHAPES.get(text.as_str()).filter(|_| text.starts_with('@')) {
                Some(shape) => self.value(name, value, shape),
                None => scalar(name, value, text),
            },
            _ => Ok(()),
        }
    }

    fn object(&self, given: &Map<String, Value>, fields: &Map<String, Value>) -> Result<(), Fault> {
        let is_there = |name: &str| given.get(name).is_some_and(|field| !field.is_null());
        let missing = fields.keys().filter_map(|name| name.strip_suffix('!')).find(|name| !is_there(name));
        if let Some(missing) = missing.filter(|_| self.strict) {
            return Err(Fault::Missing(missing.to_owned()));
        }
        given.iter().try_for_each(|(name, field)| {
            let shape =
                fields.get(name).or_else(|| fields.get(&format!("{name}!"))).or_else(|| fields.get("*"));
            shape.map_or(Ok(()), |shape| self.value(name, field, shape))
        })
    }
}

fn scalar(name: &str, value: &Value, text: &str) -> Result<(), Fault> {
    let (text, values) = text.split_once(':').map_or((text, None), |(text, values)| (text, Some(values)));
    let (kind, least) =
        text.split_once(">=").map_or((text, None), |(kind, least)| (kind, least.parse().ok()));
    let kind = match kind {
        "string" => Kind::String,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        _ => Kind::Any,
    };
    check(name, kind, value)?;
    let least: f64 = least.unwrap_or(f64::MIN);
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| number < least) => {
            Err(Fault::TooSmall(name.to_owned()))
        }
        Value::String(text) if (text.chars().count() as f64) < least => Err(Fault::TooShort(name.to_owned())),
        Value::String(text) if values.is_some_and(|values| values.split('|').all(|value| value != text)) => {
            Err(Fault::NotExpected(name.to_owned()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::definition::Resource;
    use serde_json::json;

    fn shape(resource: &str) -> Option<&'static Value> {
        match Resource::parse(&format!("arn:aws:states:::{resource}")) {
            Some(Resource::Service(integration)) => of(&integration),
            other => panic!("{resource}: {other:?}"),
        }
    }

    #[test]
    fn calls_are_known_by_either_name_and_callbacks_are_not() {
        assert!(SHAPES.len() > 20);
        assert!(shape("lambda:invoke").is_some() && shape("aws-sdk:lambda:invoke").is_some());
        assert_eq!(shape("states:startExecution"), shape("aws-sdk:sfn:startExecution"));
        assert_eq!(shape("sqs:sendMessage.waitForTaskToken"), None);
        assert_eq!(shape("aws-sdk:ec2:describeInstances"), None);
    }

    #[test]
    fn results_are_held_against_what_calls_answer() {
        for (resource, result, strict, expected) in [
            ("sqs:sendMessage", json!({"MessageId": "m", "Other": 1}), true, Ok(())),
            ("sqs:sendMessage", json!({"MessageId": null}), true, Ok(())),
            ("sqs:sendMessage", json!({"MessageId": 1}), false, Err("Field 'MessageId' must be a string")),
            ("aws-sdk:s3:getObject", json!({"Metadata": {"a": 1}}), false, Err("Field 'a' must be a string")),
            (
                "aws-sdk:s3:getObject",
                json!({"DeleteMarker": 1}),
                false,
                Err("Field 'DeleteMarker' must be a boolean"),
            ),
            (
                "dynamodb:getItem",
                json!({"Item": {"a": {"L": [{"M": {"b": {"S": 1}}}]}}}),
                false,
                Err("Field 'S' must be a string"),
            ),
            ("dynamodb:getItem", json!({"Item": {"a": "b"}}), false, Err("Field 'a' must be an object")),
            (
                "aws-sdk:kms:encrypt",
                json!({"KeyId": ""}),
                false,
                Err("Field 'KeyId' is smaller than the minimum length"),
            ),
            ("states:startExecution", json!({}), false, Ok(())),
            ("states:startExecution", json!({}), true, Err("Required field 'ExecutionArn' is missing")),
        ] {
            let told = validate(&result, shape(resource).unwrap(), strict).map_err(|fault| fault.to_string());
            assert_eq!(told, expected.map_err(str::to_owned), "{resource} {result}");
        }
    }
}
