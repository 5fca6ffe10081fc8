//! CBOR as CloudWatch speaks it, written from JSON. JSON has no times: those are told by the names of their members.

use aws_smithy_cbor::Encoder;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::Value;

pub fn encode(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder, "", value);
    encoder.into_writer()
}

fn write(into: &mut Encoder, name: &str, value: &Value) {
    match value {
        Value::Null => into.null(),
        Value::Bool(value) => into.boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => into.long(number),
            None => into.double(number.as_f64().unwrap()),
        },
        Value::String(text) => match time(name, text) {
            Some(time) => into.timestamp(&time),
            None => into.str(text),
        },
        Value::Array(values) => {
            into.array(values.len());
            values.iter().for_each(|value| write(into, name, value));
            into
        }
        Value::Object(members) => {
            into.map(members.len());
            for (name, value) in members {
                into.str(name);
                write(into, name, value);
            }
            into
        }
    };
}

fn time(name: &str, text: &str) -> Option<DateTime> {
    let is_time = ["Timestamp", "Timestamps", "Date"].iter().any(|ending| name.ends_with(ending));
    is_time.then(|| DateTime::from_str(text, Format::DateTime).ok()).flatten()
}
