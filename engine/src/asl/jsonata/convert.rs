//! Values on their way into JSONata and out of it. In: only what an expression reads. Out: numbers that JSON has no
//! form for become text, undefined members vanish, functions are refused, and what unfolds beyond all bounds too
//! (a value may hold the same part many times).

use jsonata_core::value::{JArray, JValue};
use serde_json::{Map, Number, Value};

pub(super) enum NoJson {
    Function,
    TooLarge,
}

/// Values in one result: what a payload could hold many times over.
const MAX_VALUES: usize = 2_000_000;
/// Bytes of text in one result.
const MAX_TEXT: usize = 1 << 25;
/// Levels of one result.
const MAX_NESTING: usize = 1_000;

pub(super) fn to_jsonata(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(value) => JValue::Bool(*value),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or_default()),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => {
            let is_flat = !items.iter().any(Value::is_array);
            JValue::Array(JArray::new_flat(items.iter().map(to_jsonata).collect(), is_flat))
        }
        Value::Object(fields) => {
            JValue::object(fields.iter().map(|(key, value)| (key.clone(), to_jsonata(value))).collect())
        }
    }
}

/// The JSON of a result; nothing for undefined.
pub(super) fn from_jsonata(value: &JValue) -> Result<Option<Value>, NoJson> {
    Exit { values: MAX_VALUES, text: MAX_TEXT, depth: 0 }.value(value)
}

struct Exit {
    values: usize,
    text: usize,
    depth: usize,
}

impl Exit {
    fn value(&mut self, value: &JValue) -> Result<Option<Value>, NoJson> {
        self.values = self.values.checked_sub(1).ok_or(NoJson::TooLarge)?;
        Ok(Some(match value {
            JValue::Undefined => return Ok(None),
            JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
                return Err(NoJson::Function);
            }
            JValue::Null => Value::Null,
            JValue::Bool(value) => Value::Bool(*value),
            JValue::Number(value) => number(*value),
            JValue::String(text) => self.text(text)?.into(),
            JValue::Array(items) => {
                self.enter()?;
                let mut list = Vec::with_capacity(items.len().min(self.values));
                for item in items {
                    list.extend(self.value(item)?);
                }
                self.depth -= 1;
                list.into()
            }
            JValue::Object(fields) => {
                self.enter()?;
                let mut object = Map::with_capacity(fields.len().min(self.values));
                for (key, value) in fields.iter() {
                    if let Some(value) = self.value(value)? {
                        object.insert(self.text(key)?, value);
                    }
                }
                self.depth -= 1;
                object.into()
            }
        }))
    }

    fn enter(&mut self) -> Result<(), NoJson> {
        self.depth += 1;
        if self.depth > MAX_NESTING { Err(NoJson::TooLarge) } else { Ok(()) }
    }

    fn text(&mut self, text: &str) -> Result<String, NoJson> {
        self.text = self.text.checked_sub(text.len()).ok_or(NoJson::TooLarge)?;
        Ok(text.to_owned())
    }
}

/// Integers as such; the numbers that JSON lacks by the names that JavaScript gives them.
fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return Value::from(value as i64);
    }
    match Number::from_f64(value) {
        Some(number) => number.into(),
        None if value.is_nan() => "NaN".into(),
        None if value > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}
