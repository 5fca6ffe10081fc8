//! CBOR as services speak it (Smithy's RPC v2), read into JSON: for callers who hand on what a service says whole. Times
//! become RFC 3339. It knows no shape of any service.

use aws_smithy_cbor::Decoder;
use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Number, Value};

/// Values within values; no answer has more.
const DEEPEST: usize = 64;
/// The head of an epoch time, RFC 8949 3.4.2, as its shortest form.
const TIME: u8 = 0xc1;

/// One value, and nothing behind it.
pub fn read(bytes: &[u8]) -> Result<Value, DeserializeError> {
    let mut reader = Reader { bytes, decoder: Decoder::new(bytes) };
    let value = reader.value(0)?;
    match reader.decoder.position() {
        end if end == bytes.len() => Ok(value),
        end => Err(DeserializeError::expected_end_of_stream(end)),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    decoder: Decoder<'a>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, DeserializeError> {
        if depth > DEEPEST {
            return Err(self.wrong("values are too deep in each other"));
        }
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
            Type::Bytes | Type::BytesIndef => STANDARD.encode(decoder.blob()?).into(),
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
            Type::Tag => self.time()?,
            Type::Simple | Type::Break | Type::Unknown(_) => return Err(self.wrong("no value is here")),
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

    /// Seconds in a double, which are not exact and of which services mean milliseconds: the decoder's own times are cut
    /// there, which makes some of them a millisecond too early.
    fn time(&mut self) -> Result<Value, DeserializeError> {
        let at = self.decoder.position();
        if self.bytes.get(at) != Some(&TIME) {
            return Err(self.wrong("a tag is not known"));
        }
        self.decoder.set_position(at + 1);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let milliseconds = match self.decoder.datatype()? {
            Type::F16 | Type::F32 | Type::F64 => (self.decoder.double()? * 1000.0).round() as i64,
            _ => self.decoder.long()?.saturating_mul(1000),
        };
        let time = Timestamp::from_millisecond(milliseconds);
        time.map(|time| time.to_string().into()).map_err(|_| self.wrong("a time is beyond the calendar"))
    }

    fn wrong(&self, why: &'static str) -> DeserializeError {
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_cbor::Encoder;
    use aws_smithy_types::{Blob, DateTime};
    use proptest::prelude::*;
    use serde_json::json;

    /// What is called on the encoder last gives it back.
    fn encoded(write: impl FnOnce(&mut Encoder) -> &mut Encoder) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        write(&mut encoder);
        encoder.into_writer()
    }

    #[test]
    fn every_value_has_its_json() {
        let cases: Vec<(Vec<u8>, Value)> = vec![
            (encoded(|it| it.boolean(true)), json!(true)),
            (encoded(|it| it.null()), json!(null)),
            (encoded(|it| it.long(-7)), json!(-7)),
            (encoded(|it| it.long(i64::MAX)), json!(i64::MAX)),
            (encoded(|it| it.double(80.0)), json!(80.0)),
            (encoded(|it| it.float(0.5)), json!(0.5)),
            (encoded(|it| it.double(f64::NAN)), json!("NaN")),
            (encoded(|it| it.double(f64::NEG_INFINITY)), json!("-Infinity")),
            (encoded(|it| it.str("größe")), json!("größe")),
            (encoded(|it| it.blob(&Blob::new("ab"))), json!("YWI=")),
            (
                encoded(|it| it.timestamp(&DateTime::from_secs_f64(1_795_376_844.547))),
                json!("2026-11-22T19:47:24.547Z"),
            ),
            (encoded(|it| it.timestamp(&DateTime::from_secs(0))), json!("1970-01-01T00:00:00Z")),
            (
                encoded(|it| it.begin_map().str("a").array(2).integer(1).integer(2).str("b").map(0).end()),
                json!({ "a": [1, 2], "b": {} }),
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(&bytes).unwrap(), expected, "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let deep = vec![0x81; 100_000];
        let beyond = encoded(|it| it.timestamp(&DateTime::from_secs(i64::MAX / 2)));
        for bytes in [
            &b""[..],
            b"\xff",
            b"\x01\x01",
            b"\xc2\x41\x01",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            &deep,
            &beyond,
        ] {
            assert!(read(bytes).is_err(), "{:02x?}", bytes.get(..9).unwrap_or(bytes));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
