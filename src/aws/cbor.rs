//! What services answer in CBOR, read into JSON, and what they are told, written from it: for callers who hand on what a
//! service says whole. Times become RFC 3339.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use crate::cbor::{self, Form, Reader};

/// Members of inputs whose numbers are doubles, whole ones too. All others are whole numbers.
const DOUBLES: &[&str] = &["Threshold"];

/// One value, and nothing behind it.
pub fn read(bytes: &[u8]) -> Result<Value, DeserializeError> {
    cbor::read(bytes, other)
}

/// The input of a call.
pub fn write(value: &Value) -> Vec<u8> {
    cbor::write(value, |member| if DOUBLES.contains(&member) { Form::Double } else { Form::Number })
}

fn other(reader: &mut Reader<'_>, kind: Type) -> Result<Value, DeserializeError> {
    match kind {
        Type::Bytes | Type::BytesIndef => Ok(STANDARD.encode(reader.decoder.blob()?).into()),
        Type::Tag => {
            let time = Timestamp::from_millisecond(reader.milliseconds()?);
            time.map(|time| time.to_string().into())
                .map_err(|_| reader.wrong("a time is beyond the calendar"))
        }
        kind => Err(reader.unexpected(kind)),
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
    fn what_is_written_is_read_and_a_threshold_is_a_double() {
        let value =
            json!({ "AlarmName": "größe", "Period": 60, "Tags": [{ "Key": "a" }], "ActionsEnabled": false });
        assert_eq!(read(&write(&value)).unwrap(), value);
        assert_eq!(write(&json!({ "Threshold": 80 })), write(&json!({ "Threshold": 80.0 })));
        assert_eq!(read(&write(&json!({ "Threshold": 80 }))).unwrap(), json!({ "Threshold": 80.0 }));
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
