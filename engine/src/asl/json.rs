//! JSON text on its way into a payload: what an intrinsic function, an expression or an ItemReader is given. Nesting has
//! the limit of every payload, and costs no more of the stack than there is.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::jsonata::with_stack;
use super::payload::NESTING_LIMIT;

/// The value of a whole JSON text.
pub fn parse(text: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let value = Level(NESTING_LIMIT).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// How many levels may be below.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: Error>(self) -> Result<Level, E> {
        let too_deep = || E::custom(format_args!("nested deeper than {NESTING_LIMIT} levels"));
        self.0.checked_sub(1).map(Level).ok_or_else(too_deep)
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        with_stack(|| deserializer.deserialize_any(self))
    }
}

impl<'de> Visitor<'de> for Level {
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            object.insert(name, fields.next_value_seed(below)?);
        }
        Ok(object.into())
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
