//! The JSON protocols: requests and responses by the schemas that the SDK's own types carry, so that no wire shape
//! is written twice.

use super::{Reply, ServiceError};
use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::codec::Codec as _;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Display;

/// Reads an input, acts on it and writes the output.
pub fn answer<I, O: SerializableStruct>(
    body: &[u8],
    read: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<I, SerdeError>,
    act: impl FnOnce(I) -> Result<O, ServiceError>,
) -> Result<Reply, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    // The codec trusts its input further than a server may: what reaches it is whole, flat enough JSON.
    serde_json::from_slice::<serde_json::Map<String, Value>>(body).map_err(malformed)?;
    let input = read(&mut codec().create_deserializer(body)).map_err(malformed)?;
    let output = act(input)?;
    let mut serializer = codec().create_serializer();
    serializer.write_struct(output.schema(), &output).map_err(ServiceError::internal)?;
    Ok(Reply::Json(serializer.finish()))
}

/// The same for shapes of our own, where the SDK's types carry no schema.
pub fn answer_own<I: DeserializeOwned, O: Serialize>(
    body: &[u8],
    act: impl FnOnce(I) -> Result<O, ServiceError>,
) -> Result<Reply, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let output = act(serde_json::from_slice(body).map_err(malformed)?)?;
    Ok(Reply::Json(serde_json::to_vec(&output).map_err(ServiceError::internal)?))
}

/// The members of a request; those it does not know are left alone.
pub fn members<T: DeserializeOwned>(input: Value) -> Result<T, ServiceError> {
    serde_json::from_value(input).map_err(malformed)
}

pub fn malformed(error: impl Display) -> ServiceError {
    ServiceError::new("SerializationException", error.to_string())
}

fn codec() -> JsonCodec {
    JsonCodec::new(JsonCodecSettings::builder().use_json_name(false).build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ssm::operation::start_session::{StartSessionInput, StartSessionOutput};
    use proptest::prelude::*;

    fn start(body: &[u8]) -> Result<Reply, ServiceError> {
        answer(body, StartSessionInput::deserialize, |input| {
            Ok(StartSessionOutput::builder().session_id(input.target().unwrap_or_default()).build())
        })
    }

    #[test]
    fn members_have_the_names_of_the_wire() {
        let reply = start(br#"{"Target":"i-1","Unknown":[1,{"a":null}],"Parameters":{"command":["ls"]}}"#);
        assert_eq!(reply, Ok(Reply::Json(br#"{"SessionId":"i-1"}"#.to_vec())));
        assert!(start(b"").is_ok());
    }

    #[test]
    fn a_body_that_is_no_object_of_the_right_shape_is_refused() {
        let deep = [b"{\"Target\":".as_slice(), &[b'['; 5000], &[b']'; 5000], b"}"].concat();
        for body in
            [b"[]".as_slice(), b"{", b"{\"Target\":1}", b"{\"Parameters\":{\"a\":[1]}}", b"\xff", &deep]
        {
            let error = start(body).unwrap_err();
            assert_eq!(error.code, "SerializationException", "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(
            body in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..64),
                "\\{(\"(Target|Parameters|Reason|x)\":(\\{\\}|\\[\\]|null|1e9|\"\\\\u00e9\"|\\{\"a\":\\[.?\\]\\}),?){0,4}\\}"
                    .prop_map(String::into_bytes),
            ],
        ) {
            let _ = start(&body);
        }
    }
}
