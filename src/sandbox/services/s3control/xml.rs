//! Requests and answers between XML and the API's own JSON, by their shapes. Keeps every value as it was sent: what
//! it may be is for others to judge.

use super::element::Element;
use super::shape::{Member, Shape};
use serde_json::{Map, Value};
use std::fmt::Write as _;

const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// The JSON of a request, or what is wrong with it. Members that the model does not have are refused: a typing
/// mistake must not pass as a job without it.
pub fn read(root: &Element, shape: &Shape) -> Result<Value, String> {
    match shape {
        Shape::Text => Ok(Value::String(root.text.clone())),
        Shape::Number => {
            let number = root.text.trim().parse::<i64>();
            number.map(Value::from).map_err(|_| format!("{} must be a whole number", root.name))
        }
        Shape::Boolean => match root.text.trim() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("{} must be true or false", root.name)),
        },
        Shape::Structure(members) => structure(root, members),
        Shape::List(element, shape) => {
            let one = |child: &Element| match child.name == *element {
                true => read(child, shape),
                false => Err(format!("{} in {} is unknown", child.name, root.name)),
            };
            root.children.iter().map(one).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Shape::Map => {
            let mut map = Map::new();
            for entry in &root.children {
                let text = |name| entry.children.iter().find(|child| child.name == name);
                match (entry.name.as_str(), text("key"), text("value")) {
                    ("entry", Some(key), Some(value)) => {
                        map.insert(key.text.clone(), Value::String(value.text.clone()));
                    }
                    _ => return Err(format!("{} must hold entries of key and value", root.name)),
                }
            }
            Ok(Value::Object(map))
        }
    }
}

fn structure(root: &Element, members: &[Member]) -> Result<Value, String> {
    let mut object = Map::new();
    for child in &root.children {
        let Some(member) = members.iter().find(|member| member.element == child.name) else {
            return Err(format!("{} in {} is unknown", child.name, root.name));
        };
        if object.insert(member.name.to_owned(), read(child, member.shape)?).is_some() {
            return Err(format!("{} in {} stands there twice", child.name, root.name));
        }
    }
    Ok(Value::Object(object))
}

/// A document of `value`; what is null or not in the shape is left out.
pub fn write(root: &str, shape: &Shape, value: &Value) -> String {
    let mut document = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">");
    content(&mut document, shape, value);
    document.push_str("</");
    document.push_str(root);
    document.push('>');
    document
}

fn element(document: &mut String, name: &str, shape: &Shape, value: &Value) {
    // Writing into a string cannot fail.
    let _ = write!(document, "<{name}>");
    content(document, shape, value);
    let _ = write!(document, "</{name}>");
}

fn content(document: &mut String, shape: &Shape, value: &Value) {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(object)) => {
            for member in *members {
                if let Some(value) = object.get(member.name).filter(|value| !value.is_null()) {
                    element(document, member.element, member.shape, value);
                }
            }
        }
        (Shape::List(name, shape), Value::Array(items)) => {
            items.iter().for_each(|item| element(document, name, shape, item));
        }
        (Shape::Map, Value::Object(map)) => {
            for (key, value) in map {
                document.push_str("<entry><key>");
                escape(document, key);
                document.push_str("</key><value>");
                content(document, &Shape::Text, value);
                document.push_str("</value></entry>");
            }
        }
        (Shape::Text, Value::String(text)) => escape(document, text),
        (Shape::Number | Shape::Boolean, value @ (Value::Number(_) | Value::Bool(_))) => {
            let _ = write!(document, "{value}");
        }
        _ => {}
    }
}

/// Characters that XML 1.0 cannot hold become a question mark: no member of a job may have them.
pub fn escape(document: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => document.push_str("&lt;"),
            '>' => document.push_str("&gt;"),
            '&' => document.push_str("&amp;"),
            // Readers turn a carriage return into a line feed where it stands bare.
            '\r' => document.push_str("&#13;"),
            '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'.. => document.push(letter),
            _ => document.push('?'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape;
    use super::*;
    use serde_json::json;

    fn read_job(document: &str) -> Result<Value, String> {
        read(&Element::parse(document.as_bytes()).unwrap(), &shape::CREATE_JOB)
    }

    #[test]
    fn a_request_becomes_the_json_of_the_api_and_back() {
        let job = json!({
            "ConfirmationRequired": true,
            "Operation": { "LambdaInvoke": {
                "FunctionArn": "f",
                "UserArguments": { "mode": "a<b>&c\r\n" },
            } },
            "Report": { "Enabled": false },
            "Priority": 7,
            "Tags": [{ "Key": "k", "Value": "" }],
            "ManifestGenerator": { "S3JobManifestGenerator": {
                "ManifestOutputLocation": { "ManifestEncryption": { "SSES3": {} } },
                "Filter": { "MatchAnyObjectEncryption": [{ "NOTSSE": {} }] },
            } },
        });
        let document = write("CreateJobRequest", &shape::CREATE_JOB, &job);
        assert!(document.contains("<SSE-S3></SSE-S3>"), "{document}");
        assert!(document.contains("<ObjectEncryption><NOT-SSE></NOT-SSE></ObjectEncryption>"), "{document}");
        assert_eq!(read_job(&document), Ok(job));
    }

    #[test]
    fn what_the_model_does_not_have_is_named() {
        for (document, message) in [
            ("<r><Prioritty>1</Prioritty></r>", "Prioritty in r is unknown"),
            ("<r><Priority>high</Priority></r>", "Priority must be a whole number"),
            (
                "<r><ConfirmationRequired>yes</ConfirmationRequired></r>",
                "ConfirmationRequired must be true or false",
            ),
            ("<r><Priority>1</Priority><Priority>2</Priority></r>", "Priority in r stands there twice"),
            ("<r><Tags><Tag/></Tags></r>", "Tag in Tags is unknown"),
            ("<r><Operation><S3DeleteObject/></Operation></r>", "S3DeleteObject in Operation is unknown"),
            (
                "<r><Operation><LambdaInvoke><UserArguments><entry/></UserArguments></LambdaInvoke></Operation></r>",
                "UserArguments must hold entries of key and value",
            ),
        ] {
            assert_eq!(read_job(document), Err(message.to_owned()), "{document}");
        }
    }

    /// Another client's bodies mean what the JSON beside them says.
    #[test]
    fn bodies_of_another_client_are_understood() {
        let folder = std::path::Path::new("../shared/samples/s3-batch");
        let Ok(wire) = std::fs::read_dir(folder.join("jobs-wire")) else {
            eprintln!("not tested: there are no samples here");
            return;
        };
        let mut count = 0;
        for entry in wire {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let job = read_job(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let json = std::fs::read(folder.join("jobs").join(format!("{name}.json"))).unwrap();
            let mut expected: Value = serde_json::from_slice(&json).unwrap();
            expected.as_object_mut().unwrap().remove("AccountId");
            // As maps, whose order does not count.
            assert_eq!(job, expected, "{name}");
            count += 1;
        }
        assert_eq!(count, 11);
    }
}
