//! Golden bytes. Our own are in `golden.json`, computed apart from this code; those of the reference client
//! and agent are read where they are at hand.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use serde_json::Value;

use super::{at, from_hex, ms};
use crate::session::crypto::Cipher;
use crate::session::message::{FrameError, Message};
use crate::session::{Client, ClientOptions, End};

/// The vectors of this project.
pub(super) fn golden() -> Value {
    serde_json::from_str(include_str!("golden.json")).unwrap()
}

/// A file of recorded vectors, which the project does not contain.
pub(super) fn recorded(name: &str) -> Option<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/session-manager");
    let path = Path::new(folder).join(name);
    let text = fs::read_to_string(&path)
        .inspect_err(|error| println!("not checked, {} is absent: {error}", path.display()))
        .ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn bytes(value: &Value) -> Bytes {
    Bytes::from(from_hex(value.as_str().unwrap()))
}

/// Decoding gives the fields, and encoding these gives the bytes.
fn check_messages(vectors: &Value) -> usize {
    let mut checked = 0;
    for vector in list(vectors).iter().filter(|vector| vector.get("hex").is_some_and(|hex| hex != "")) {
        let (name, fields, frame) = (&vector["name"], &vector["fields"], bytes(&vector["hex"]));
        let message = Message::decode(&frame).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(message.encode(), frame, "{name}");
        let type_on_wire = String::from_utf8(frame[4..36].to_vec()).unwrap();
        assert_eq!(fields["message_type"], *type_on_wire.trim(), "{name}");
        let known = message.message_type.name();
        assert!(known.is_empty() || fields["message_type"] == *known, "{name}");
        assert_eq!(fields["schema_version"], message.schema_version, "{name}");
        assert_eq!(fields["created_date_ms"], message.created_ms, "{name}");
        assert_eq!(fields["sequence_number"], message.sequence, "{name}");
        assert_eq!(fields["flags"], message.flags, "{name}");
        assert_eq!(fields["message_id"], *message.id.to_string(), "{name}");
        assert_eq!(fields["payload_type"], message.payload_type.0, "{name}");
        assert_eq!(bytes(&fields["payload_hex"]), message.payload, "{name}");
        checked += 1;
    }
    checked
}

fn check_frame(name: &Value, frame: &Bytes, payload: Option<Bytes>) {
    match (Message::decode(frame), payload) {
        (Ok(message), Some(payload)) => {
            assert_eq!(message.payload, payload, "{name}");
            assert_eq!(message.message_type.name(), "input_stream_data", "{name}");
        }
        (Err(_), None) => {}
        (result, _) => panic!("{name}: {result:?}"),
    }
}

fn check_encryption(vectors: &Value) {
    let key = bytes(&vectors["data_key_plaintext_hex"]);
    for vector in list(&vectors["vectors"]) {
        let (sender, receiver) = match vector["direction"].as_str().unwrap() {
            "client_to_agent" => (End::Client, End::Agent),
            _ => (End::Agent, End::Client),
        };
        let (plain, sealed) = (bytes(&vector["plaintext_hex"]), bytes(&vector["ciphertext_hex"]));
        let nonce = sealed[..12].try_into().unwrap();
        assert_eq!(bytes(&vector["nonce_hex"]), sealed[..12]);
        assert_eq!(Cipher::new(&key, sender, nonce).unwrap().seal(&plain).unwrap(), sealed);
        assert_eq!(Cipher::new(&key, receiver, nonce).unwrap().open(&sealed).unwrap(), plain);
    }
}

#[test]
fn golden_messages() {
    assert_eq!(check_messages(&golden()["messages"]), 18);
}

#[test]
fn golden_damage() {
    for vector in list(&golden()["malformed"]) {
        let payload = vector["payload_hex"].as_str().map(|hex| Bytes::from(from_hex(hex)));
        check_frame(&vector["name"], &bytes(&vector["hex"]), payload);
    }
}

#[test]
fn golden_encryption() {
    check_encryption(&golden()["encryption"]);
}

#[test]
fn recorded_messages() {
    let Some(file) = recorded("messages.json") else { return };
    assert_eq!(check_messages(&file["vectors"]), 29);
}

#[test]
fn recorded_damage() {
    let Some(file) = recorded("malformed.json") else { return };
    for vector in list(&file["vectors"]) {
        let is_accepted = vector["reference_result"] == "accepted";
        let payload = is_accepted.then(|| bytes(&vector["payload_hex"]));
        check_frame(&vector["name"], &bytes(&vector["hex"]), payload);
    }
}

#[test]
fn recorded_encryption() {
    let Some(file) = recorded("encryption.json") else { return };
    check_encryption(&file);
}

/// With every field at its value in the recorded frame but the two random ids.
fn open_frame(client: &mut Client, ids_of: &str) -> String {
    let text = client.open("AAEAAexampleToken==");
    let id = |text: &str, name: &str| -> String {
        let start = text.find(name).unwrap() + name.len() + 3;
        text[start..start + 36].to_owned()
    };
    ["RequestId", "ClientId"]
        .iter()
        .fold(text.clone(), |open, name| open.replace(&id(&text, name), &id(ids_of, name)))
}

#[test]
fn the_first_text_frame() {
    let golden = concat!(
        r#"{"MessageSchemaVersion":"1.0","RequestId":"a0b1c2d3-e4f5-4061-9273-000000000001","#,
        r#""TokenValue":"AAEAAexampleToken==","ClientId":"a0b1c2d3-e4f5-4061-9273-000000000002","#,
        r#""ClientVersion":"1.2.694.0"}"#
    );
    let mut client = Client::new(ClientOptions::new("s", "t", [1; 32]), at(ms(0)));
    assert_eq!(open_frame(&mut client, golden), golden);
    let (first, second) = (client.open("a"), client.open("a"));
    let ids = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        (value["RequestId"].clone(), value["ClientId"].clone())
    };
    assert_ne!(ids(&first).0, ids(&second).0, "a new request");
    assert_eq!(ids(&first).1, ids(&second).1, "the same client");
    if let Some(file) = recorded("open-data-channel.json") {
        let recorded = file["vectors"][0]["text"].as_str().unwrap();
        assert_eq!(open_frame(&mut client, recorded), recorded);
    }
}

#[test]
fn a_wrong_digest_is_told_apart_from_a_cut() {
    let frame = bytes(&golden()["messages"][0]["hex"]);
    let mut flipped = frame.to_vec();
    flipped[120] ^= 1;
    let error = Message::decode(&Bytes::from(flipped)).unwrap_err();
    assert!(matches!(error, FrameError::Digest(message) if message.payload == "p"));
    let error = Message::decode(&frame.slice(..120)).unwrap_err();
    assert_eq!(error, FrameError::PayloadLength { promised: 1, found: 0 });
}

mod properties {
    use super::*;
    use crate::session::message::{MessageType, PayloadType};
    use crate::uuid::Uuid;
    use proptest::prelude::*;

    fn message_type() -> impl Strategy<Value = MessageType> {
        prop_oneof![
            Just(MessageType::InputStreamData),
            Just(MessageType::OutputStreamData),
            Just(MessageType::Acknowledge),
            Just(MessageType::ChannelClosed),
            Just(MessageType::AgentSessionState),
            any::<[u8; 32]>()
                .prop_filter("not blank", |raw| raw.iter().any(|byte| !matches!(byte, 0 | b' ')))
                .prop_map(MessageType::Other),
        ]
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            message_type in message_type(),
            schema_version in any::<u32>(),
            created_ms in 1..=u64::MAX,
            sequence in any::<i64>(),
            flags in any::<u64>(),
            id in any::<[u8; 16]>(),
            payload_type in any::<u32>(),
            payload in proptest::collection::vec(any::<u8>(), 0..2000),
        ) {
            let (id, payload_type, payload) = (Uuid(id), PayloadType(payload_type), Bytes::from(payload));
            let message =
                Message { message_type, schema_version, created_ms, sequence, flags, id, payload_type, payload };
            prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
        }

        #[test]
        fn any_bytes_are_read_without_panic(
            header in prop_oneof![Just(116u32), 0..300u32, any::<u32>()],
            rest in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let frame = Bytes::from([&header.to_be_bytes()[..], &rest].concat());
            let _ = Message::decode(&frame);
            let _ = Message::decode(&frame.slice(4..));
        }
    }
}
