//! CBOR as services speak it (Smithy's RPC v2), read into JSON, in limits, and written from it. It knows no shape of any
//! service: what JSON has no form for, as times, is read by who asks, and so is said which members are written so.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use serde_json::{Map, Number, Value};

/// Values within values; no message has more.
const DEEPEST: usize = 64;
/// PutMetricData has the most: 1,000 metrics with 150 values, their counts and 30 dimensions.
pub const ITEMS: usize = 1_000_000;
/// The head of an epoch time, RFC 8949 3.4.2, as its shortest form.
const TIME: u8 = 0xc1;

/// Reads an item that JSON has no form for.
pub type Other = fn(&mut Reader<'_>, Type) -> Result<Value, DeserializeError>;

/// One value, and nothing behind it.
pub fn read(bytes: &[u8], other: Other) -> Result<Value, DeserializeError> {
    let mut reader = Reader { bytes, decoder: Decoder::new(bytes), left: ITEMS, other };
    let value = reader.value(0)?;
    match reader.decoder.position() == bytes.len() {
        true => Ok(value),
        false => Err(reader.wrong("there is more behind the end")),
    }
}

pub struct Reader<'a> {
    bytes: &'a [u8],
    pub decoder: Decoder<'a>,
    left: usize,
    other: Other,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, DeserializeError> {
        if depth > DEEPEST {
            return Err(self.wrong("it is too deep"));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| self.wrong("there are too many items"))?;
        let decoder = &mut self.decoder;
        Ok(match decoder.datatype()? {
            Type::Bool => decoder.boolean()?.into(),
            Type::Null | Type::Undefined => {
                decoder.skip()?;
                Value::Null
            }
            Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int => decoder.long()?.into(),
            Type::F16 | Type::F32 | Type::F64 => number(decoder.double()?),
            Type::String | Type::StringIndef => decoder.str()?.into_owned().into(),
            Type::Array | Type::ArrayIndef => {
                let length = decoder.list()?;
                let mut values = Vec::new();
                while self.goes_on(length, values.len())? {
                    values.push(self.value(depth + 1)?);
                }
                values.into()
            }
            Type::Map | Type::MapIndef => {
                let (length, mut count) = (decoder.map()?, 0);
                let mut members = Map::new();
                while self.goes_on(length, count)? {
                    let name = self.decoder.str()?.into_owned();
                    members.insert(name, self.value(depth + 1)?);
                    count += 1;
                }
                members.into()
            }
            kind => (self.other)(self, kind)?,
        })
    }

    /// Whether a list or a map has another member; of one without a length the end is taken.
    fn goes_on(&mut self, length: Option<u64>, count: usize) -> Result<bool, DeserializeError> {
        match length {
            Some(length) => Ok((count as u64) < length),
            None if self.decoder.datatype()? == Type::Break => {
                self.decoder.skip()?;
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// The time that a tag begins, in milliseconds. It is seconds in a double, which are not exact and of which services
    /// mean milliseconds: the decoder's own times are cut there, which makes some of them a millisecond too early.
    pub fn milliseconds(&mut self) -> Result<i64, DeserializeError> {
        let at = self.decoder.position();
        if self.bytes.get(at) != Some(&TIME) {
            return Err(self.wrong("a tag is here that is no timestamp"));
        }
        self.decoder.set_position(at + 1);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        Ok(match self.decoder.datatype()? {
            Type::F16 | Type::F32 | Type::F64 => (self.decoder.double()? * 1000.0).round() as i64,
            _ => self.decoder.long()?.saturating_mul(1000),
        })
    }

    /// The fault of an item that nobody reads.
    pub fn unexpected(&self, kind: Type) -> DeserializeError {
        self.wrong(format!("an item of the kind {kind:?} is not expected"))
    }

    pub fn wrong(&self, why: impl Into<std::borrow::Cow<'static, str>>) -> DeserializeError {
        DeserializeError::custom(why, self.decoder.position())
    }
}

/// What JSON has no number for is a word, as services write it there.
fn number(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => number.into(),
        None if number.is_nan() => "NaN".into(),
        None if number > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}

/// How the numbers of a member are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Whole numbers as such, others as doubles.
    Number,
    Double,
    /// Seconds.
    Time,
}

/// A value; `form` knows members by name, wherever they are.
pub fn write(value: &Value, form: fn(&str) -> Form) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    put(&mut encoder, value, Form::Number, form);
    encoder.into_writer()
}

fn put(encoder: &mut Encoder, value: &Value, own: Form, form: fn(&str) -> Form) {
    match value {
        Value::Null => {
            encoder.null();
        }
        Value::Bool(value) => {
            encoder.boolean(*value);
        }
        Value::Number(number) => put_number(encoder, number, own),
        Value::String(text) => {
            encoder.str(text);
        }
        Value::Array(items) => {
            encoder.array(items.len());
            items.iter().for_each(|item| put(encoder, item, own, form));
        }
        Value::Object(members) => {
            encoder.map(members.len());
            for (name, value) in members {
                encoder.str(name);
                put(encoder, value, form(name), form);
            }
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
fn put_number(encoder: &mut Encoder, number: &Number, form: Form) {
    let double = number.as_f64().unwrap_or_default();
    match (form, number.as_i64()) {
        (Form::Time, _) => encoder.timestamp(&DateTime::from_millis((double * 1000.0).round() as i64)),
        (Form::Number, Some(integer)) => encoder.long(integer),
        (Form::Number | Form::Double, _) => encoder.double(double),
    };
}
