//! The JSON of a definition, with the fields that are given twice in one object: the parser below keeps the last of
//! them and says nothing.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::asl::place::Place;

/// A field that was given twice: its place, and its name.
pub(super) struct Double {
    pub at: String,
    pub name: String,
}

/// Reads a document; `None` when it is no JSON.
pub(super) fn read(text: &str) -> Option<(Value, Vec<Double>)> {
    let mut doubles = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Part { at: Place::Whole, doubles: &mut doubles }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some((value, doubles))
}

struct Part<'a> {
    at: Place<'a>,
    doubles: &'a mut Vec<Double>,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(Part {
            at: Place::Element(&self.at, items.len()),
            doubles: &mut *self.doubles,
        })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value =
                map.next_value_seed(Part { at: Place::Field(&self.at, &name), doubles: &mut *self.doubles })?;
            if fields.contains_key(&name) {
                self.doubles.push(Double { at: self.at.to_string(), name: name.clone() });
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}
