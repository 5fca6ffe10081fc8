//! The intrinsic functions of the JSONPath dialect: `States.Format(…)` and its siblings. `parse` reads a call and
//! refuses what has the wrong shape; what has the wrong values fails when it is evaluated. The functions themselves
//! are in `array`, `text` and `math`; randomness comes in.

mod array;
mod math;
mod parse;
mod text;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::failure::{Failure, INTRINSIC_FAILURE, RUNTIME};
use super::path::{Path, Selected};
use super::room::{Full, Room};
use super::scope::Scope;
use crate::random::Random;

pub use super::path::ParseError;
pub(in crate::asl) use text::hex_digest;

/// Calls inside calls.
pub const MAX_NESTING: usize = 10;

/// A parsed call. `Display` gives back its text as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Intrinsic {
    text: String,
    call: Call,
}

#[derive(Debug, Clone, PartialEq)]
struct Call {
    function: Function,
    arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq)]
enum Argument {
    /// A quoted text without its quotes, its escapes still in it: a template gives `\{` a meaning of its own.
    Quoted(String),
    /// A number, null, true or false.
    Literal(Value),
    Path(Path),
    Call(Call),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

/// Name after `States.`, function, fewest and most arguments.
const FUNCTIONS: [(&str, Function, usize, usize); 18] = [
    ("Format", Function::Format, 1, usize::MAX),
    ("StringToJson", Function::StringToJson, 1, 1),
    ("JsonToString", Function::JsonToString, 1, 1),
    ("Array", Function::Array, 0, usize::MAX),
    ("ArrayPartition", Function::ArrayPartition, 2, 2),
    ("ArrayContains", Function::ArrayContains, 2, 2),
    ("ArrayRange", Function::ArrayRange, 3, 3),
    ("ArrayGetItem", Function::ArrayGetItem, 2, 2),
    ("ArrayLength", Function::ArrayLength, 1, 1),
    ("ArrayUnique", Function::ArrayUnique, 1, 1),
    ("Base64Encode", Function::Base64Encode, 1, 1),
    ("Base64Decode", Function::Base64Decode, 1, 1),
    ("Hash", Function::Hash, 2, 2),
    ("JsonMerge", Function::JsonMerge, 3, 3),
    ("MathRandom", Function::MathRandom, 2, 3),
    ("MathAdd", Function::MathAdd, 2, 2),
    ("StringSplit", Function::StringSplit, 2, 2),
    ("UUID", Function::Uuid, 0, 0),
];

/// Why a call gave no value.
enum Trouble {
    /// A path argument selected nothing: `States.Runtime`. Holds the path as the service words it.
    Missing(String),
    /// An argument that the function cannot take: `States.IntrinsicFailure`.
    Wrong(String),
    /// More than a field may come to.
    Full,
}

impl From<Full> for Trouble {
    fn from(Full: Full) -> Self {
        Trouble::Full
    }
}

impl Trouble {
    fn wrong<T>(message: impl Into<String>) -> Result<T, Trouble> {
        Err(Trouble::Wrong(message.into()))
    }
}

impl Intrinsic {
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the outermost function, without `States.`.
    pub fn name(&self) -> &'static str {
        FUNCTIONS
            .iter()
            .find(|(_, function, ..)| *function == self.call.function)
            .map_or("", |(name, ..)| name)
    }

    /// The paths among the arguments, at any depth.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.call.paths(&mut paths);
        paths
    }

    /// Evaluates the call. A path that selects nothing is a `States.Runtime`, whose cause (measured at the service)
    /// repeats the whole call, the path and the input of the state; everything else a `States.IntrinsicFailure`.
    pub fn evaluate(&self, scope: &Scope<'_>, random: &mut Random) -> Result<Value, Failure> {
        self.evaluate_within(&mut Room::default(), scope, random)
    }

    /// Evaluates one of several calls that share their room.
    pub fn evaluate_within(
        &self,
        room: &mut Room,
        scope: &Scope<'_>,
        random: &mut Random,
    ) -> Result<Value, Failure> {
        self.call.evaluate(room, scope, random).map_err(|trouble| {
            let (error, message) = match trouble {
                Trouble::Full => return Full.into(),
                Trouble::Wrong(message) => (INTRINSIC_FAILURE, message),
                Trouble::Missing(path) => {
                    let input = scope.input;
                    let message = format!(
                        "The JsonPath argument for the field '{path}' could not be found in the input '{input}'"
                    );
                    (RUNTIME, message)
                }
            };
            Failure::new(error, format!("The function '{self}' had the following error: {message}"))
        })
    }
}

impl Call {
    fn paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        for argument in &self.arguments {
            match argument {
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => call.paths(paths),
                Argument::Quoted(_) | Argument::Literal(_) => {}
            }
        }
    }

    /// Everything that the call makes on its way is given room, that of the calls inside it included.
    fn evaluate(&self, room: &mut Room, scope: &Scope<'_>, random: &mut Random) -> Result<Value, Trouble> {
        let values = self
            .arguments
            .iter()
            .map(|argument| argument.evaluate(room, scope, random))
            .collect::<Result<Vec<Cow<'_, Value>>, _>>()?;
        let values = Values(&values);
        let value = match self.function {
            Function::Format => {
                // The escapes of a template that is written out are still to be read.
                let raw = match self.arguments.first() {
                    Some(Argument::Quoted(raw)) => raw,
                    _ => values.text(0)?,
                };
                text::format(raw, &values, room)
            }
            Function::StringToJson => text::string_to_json(values.text(0)?),
            Function::JsonToString => Ok(values.get(0)?.to_string().into()),
            Function::Array => {
                values.0.iter().try_for_each(|value| room.take(value))?;
                return Ok(values.0.iter().map(|value| value.as_ref().clone()).collect());
            }
            Function::ArrayPartition => array::partition(values.list(0)?, values.integer(1)?),
            Function::ArrayContains => array::contains(values.list(0)?, values.get(1)?),
            Function::ArrayRange => array::range(values.integer(0)?, values.integer(1)?, values.integer(2)?),
            Function::ArrayGetItem => array::item(values.list(0)?, values.integer(1)?),
            Function::ArrayLength => Ok(values.list(0)?.len().into()),
            Function::ArrayUnique => Ok(array::unique(values.list(0)?)),
            Function::Base64Encode => text::base64_encode(values.text(0)?),
            Function::Base64Decode => text::base64_decode(values.text(0)?),
            Function::Hash => text::hash(values.get(0)?, values.text(1)?),
            Function::JsonMerge => math::merge(values.get(0)?, values.get(1)?, values.get(2)?),
            Function::MathRandom => {
                let seed = if self.arguments.len() > 2 { Some(values.integer(2)?) } else { None };
                math::random(values.integer(0)?, values.integer(1)?, seed, random)
            }
            Function::MathAdd => math::add(values.integer(0)?, values.integer(1)?),
            Function::StringSplit => return text::split(values.text(0)?, values.text(1)?, room),
            Function::Uuid => Ok(random.uuid().to_string().into()),
        }?;
        room.take(&value)?;
        Ok(value)
    }
}

impl Argument {
    fn evaluate<'a>(
        &'a self,
        room: &mut Room,
        scope: &Scope<'a>,
        random: &mut Random,
    ) -> Result<Cow<'a, Value>, Trouble> {
        match self {
            Argument::Quoted(raw) => Ok(Cow::Owned(text::unescape(raw).into())),
            Argument::Literal(value) => Ok(Cow::Borrowed(value)),
            Argument::Call(call) => call.evaluate(room, scope, random).map(Cow::Owned),
            Argument::Path(path) => match scope.select(path) {
                Err(missing) if missing.is_excess() => Err(Trouble::Full),
                Ok(Selected::Beyond) | Err(_) => Err(Trouble::Missing(path.below_root().to_owned())),
                Ok(selected) => Ok(selected.into_cow_within(room)?),
            },
        }
    }
}

/// The values of a call's arguments, taken as what the function needs. Positions in messages count from 1.
struct Values<'a>(&'a [Cow<'a, Value>]);

impl<'a> Values<'a> {
    fn get(&self, position: usize) -> Result<&'a Value, Trouble> {
        match self.0.get(position) {
            Some(value) => Ok(value),
            None => Trouble::wrong(format!("argument {} is missing", position + 1)),
        }
    }

    fn text(&self, position: usize) -> Result<&'a str, Trouble> {
        let value = self.get(position)?;
        value.as_str().map_or_else(|| wrong_kind(position, "a string", value), Ok)
    }

    fn list(&self, position: usize) -> Result<&'a [Value], Trouble> {
        let value = self.get(position)?;
        value.as_array().map_or_else(|| wrong_kind(position, "an array", value), |list| Ok(list.as_slice()))
    }

    /// A number, rounded half up when it is no integer, as Java's `Math.round` does (recorded).
    fn integer(&self, position: usize) -> Result<i64, Trouble> {
        let value = self.get(position)?;
        match value {
            Value::Number(number) => number
                .as_i64()
                .or_else(|| number.as_f64().and_then(math::rounded))
                .map_or_else(|| wrong_kind(position, "a 64-bit number", value), Ok),
            _ => wrong_kind(position, "a number", value),
        }
    }
}

fn wrong_kind<T>(position: usize, wanted: &str, found: &Value) -> Result<T, Trouble> {
    let kind = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Trouble::wrong(format!("argument {} must be {wanted}, but is {kind}", position + 1))
}

impl fmt::Display for Intrinsic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
