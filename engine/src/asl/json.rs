//! JSON text on its way into a payload or a definition: what an intrinsic function, an expression or an ItemReader is
//! given, and what a machine is made of. Nesting has a limit, and costs no more of the stack than there is; names that
//! are given twice are noted where somebody asks for them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::jsonata::with_stack;
use super::payload::NESTING_LIMIT;
use super::place::Place;

/// The value of a whole JSON text, as deeply nested as a payload may be. Of a name that is given twice the last holds.
pub fn parse(text: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let value =
        Part { at: Place::Whole, levels: NESTING_LIMIT, doubles: None }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// A field that was given twice: the object it is in, and its name.
pub(super) struct Double {
    pub at: String,
    pub name: String,
}

/// A document with the fields that are given twice in one object; `None` when it is no JSON, or nests as deeply as no
/// definition does.
pub(super) fn with_doubles(text: &str) -> Option<(Value, Vec<Double>)> {
    let mut doubles = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let part = Part { at: Place::Whole, levels: NESTING_LIMIT, doubles: Some(&mut doubles) };
    let value = part.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some((value, doubles))
}

/// A value being read.
struct Part<'a> {
    at: Place<'a>,
    /// How many levels may be below.
    levels: usize,
    doubles: Option<&'a mut Vec<Double>>,
}

impl Part<'_> {
    fn below<E: Error>(&self) -> Result<usize, E> {
        let too_deep = || E::custom(format_args!("nested deeper than {NESTING_LIMIT} levels"));
        self.levels.checked_sub(1).ok_or_else(too_deep)
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        with_stack(|| deserializer.deserialize_any(self))
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

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<Value, A::Error> {
        let levels = self.below()?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(Part {
            at: Place::Element(&self.at, items.len()),
            levels,
            doubles: self.doubles.as_deref_mut(),
        })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let levels = self.below()?;
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let (at, doubles) = (Place::Field(&self.at, &name), self.doubles.as_deref_mut());
            let value = map.next_value_seed(Part { at, levels, doubles })?;
            if let Some(doubles) = self.doubles.as_deref_mut().filter(|_| fields.contains_key(&name)) {
                doubles.push(Double { at: self.at.to_string(), name: name.clone() });
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_any_other_reader_of_json_does() {
        for text in [
            "{\"a\":[1,-2,1.5,1e400,null,true,\"é\\n\",{\"b\":{},\"b\":1}]}",
            " 1 ",
            "[1",
            "[1] 2",
            "",
            "{\"a\":}",
        ] {
            let expected = serde_json::from_str::<Value>(text);
            match (parse(text.as_bytes()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert_eq!(found.to_string(), expected.to_string()),
                (found, expected) => panic!("{text}: {found:?} {expected:?}"),
            }
        }
    }

    #[test]
    fn nesting_ends_where_that_of_payloads_does() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(NESTING_LIMIT).as_bytes()).is_ok());
        for levels in [NESTING_LIMIT + 1, 1_000_000] {
            let error = parse(nested(levels).as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("nested deeper than 1000 levels"), "{error}");
        }
    }
}
