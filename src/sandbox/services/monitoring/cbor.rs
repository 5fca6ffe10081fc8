//! CBOR as values of JSON and back: a time is a number of seconds, as in the JSON protocol. Nothing here trusts what it
//! reads.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use serde_json::Value;

use crate::cbor::{self, Form, Reader};

/// Members that are times, wherever they are in an answer.
const TIMES: &[&str] = &[
    "AlarmConfigurationUpdatedTimestamp",
    "ExpireDate",
    "LastUpdatedTimestamp",
    "StartDate",
    "StateTransitionedTimestamp",
    "StateUpdatedTimestamp",
    "Timestamp",
    "Timestamps",
];

pub fn read(bytes: &[u8]) -> Result<Value, String> {
    cbor::read(bytes, other).map_err(|error| error.to_string())
}

fn other(reader: &mut Reader<'_>, kind: Type) -> Result<Value, DeserializeError> {
    match kind {
        Type::Tag => Ok((reader.milliseconds()? as f64 / 1000.0).into()),
        kind => Err(reader.unexpected(kind)),
    }
}

pub fn write(value: &Value) -> Vec<u8> {
    cbor::write(value, |member| if TIMES.contains(&member) { Form::Time } else { Form::Number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::ITEMS;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read() {
        let value = json!({"A": [1, -7, 2.5, true, null, "é"], "Timestamp": 1_790_000_000.5, "Timestamps": [0.0, 60.0],
            "M": {}, "Big": i64::MAX});
        assert_eq!(read(&write(&value)), Ok(value));
    }

    #[test]
    fn times_are_tagged_and_numbers_stay_numbers() {
        assert_eq!(write(&json!({"Timestamp": 1.0}))[11..12], [0xc1]);
        assert_eq!(write(&json!({"Value": 1.0}))[7..8], [0xfb]);
        assert_eq!(write(&json!({"Period": 60}))[8..], [0x18, 60]);
    }

    #[test]
    fn lengths_may_come_at_the_end_and_no_number_is_a_text() {
        let bytes = [0xbf, 0x61, b'a', 0x9f, 0x01, 0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
        assert_eq!(read(&bytes), Ok(json!({"a": [1, "NaN"]})));
    }

    #[test]
    fn what_is_broken_deep_or_huge_is_refused() {
        let deep = vec![0x81; 10_000];
        let many = [vec![0x9b, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], vec![0x80; ITEMS + 1]].concat();
        for (bytes, why) in [
            (&b""[..], "end of input"),
            (&[0x01, 0x01], "more behind"),
            (&[0xa1, 0x01, 0x01], "unexpected type"),
            (&[0x7a, 0xff, 0xff, 0xff, 0xff], "end of input"),
            (&[0x41, 0x00], "is not expected"),
            (&[0xc2, 0x41, 0x00], "timestamp"),
            (&deep, "too deep"),
            (&many, "too many"),
        ] {
            let error = read(bytes).unwrap_err();
            assert!(error.contains(why), "{error}: {why}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = read(&bytes) {
                let _ = write(&value);
            }
        }
    }
}
