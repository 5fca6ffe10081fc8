//! The order of a session at the client's end: handshake or none, encryption, start, close.

use bytes::Bytes;
use serde_json::{Value, json};

use super::frames::{agent_events, events, input, output, written};
use super::wire::{DATA_KEY, DATA_KEY_BLOB, Wire};
use super::{SESSION, TARGET, at, client, client_options, encrypted, ms};
use crate::random::Random;
use crate::session::crypto::CryptoError;
use crate::session::message::{Message, PayloadType};
use crate::session::{
    AgentEvent, Client, ClientError, ClientEvent, Flag, SessionType, Version, payload, service,
};

fn request(actions: Value) -> String {
    json!({ "AgentVersion": "3.3.987.0", "RequestedClientActions": actions }).to_string()
}

fn session_type(name: &str) -> Value {
    json!({ "ActionType": "SessionType", "ActionParameters": { "SessionType": name, "Properties": null } })
}

fn kms(challenge: Option<&str>) -> Value {
    let mut parameters = json!({ "KMSKeyId": "alias/x" });
    if let Some(challenge) = challenge {
        parameters["Challenge"] = json!(challenge);
    }
    json!({ "ActionType": "KMSEncryption", "ActionParameters": parameters })
}

const COMPLETE: &str = r#"{"HandshakeTimeToComplete":1,"CustomerMessage":"hello"}"#;

/// A client that got this request, and its answer.
fn answered(actions: Value) -> (Client, Vec<Message>) {
    let mut client = client();
    client.receive(output(0, PayloadType::HANDSHAKE_REQUEST, request(actions)), at(ms(1)));
    let (messages, acknowledgements) = written(&mut client);
    assert_eq!(acknowledgements, 1);
    (client, messages)
}

fn text(message: &Message) -> &str {
    std::str::from_utf8(&message.payload).unwrap()
}

#[test]
fn a_handshake_is_answered_and_starts_the_session_when_complete() {
    let (mut client, messages) = answered(json!([{
        "ActionType": "SessionType",
        "ActionParameters": { "SessionType": "Port", "Properties": { "portNumber": "22" } },
    }]));
    let response = concat!(
        r#"{"ClientVersion":"1.2.694.0","ProcessedClientActions":[{"ActionType":"SessionType","#,
        r#""ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}"#
    );
    assert_eq!(text(&messages[0]), response);
    assert_eq!(messages[0].payload_type, PayloadType::HANDSHAKE_RESPONSE);
    assert_eq!((messages[0].sequence, messages[0].flags), (0, 0));
    assert_eq!((client.room(), events(&mut client)), (0, vec![]));

    client.receive(output(1, PayloadType::HANDSHAKE_COMPLETE, COMPLETE), at(ms(2)));
    assert_eq!(
        events(&mut client),
        [
            ClientEvent::CustomerMessage("hello".into()),
            ClientEvent::Started {
                session_type: SessionType::Port,
                properties: json!({ "portNumber": "22" }),
                agent_version: Version::parse("3.3.987.0"),
                encrypted: false,
            }
        ]
    );
    assert_eq!(client.room(), 999 * 1024, "the response is not acknowledged yet");
}

#[test]
fn without_a_handshake_the_first_output_starts_a_shell() {
    let mut client = client();
    client.receive(output(0, PayloadType::OUTPUT, "$ "), at(ms(1)));
    let started = ClientEvent::Started {
        session_type: SessionType::StandardStream,
        properties: Value::Null,
        agent_version: None,
        encrypted: false,
    };
    assert_eq!(events(&mut client), [started, ClientEvent::Output("$ ".into())]);
}

#[test]
fn nothing_but_acknowledgements_is_sent_before_the_start_and_the_latest_size_first_after_it() {
    let mut client = client();
    client.resize(80, 24, at(ms(1)));
    client.resize(132, 43, at(ms(1)));
    client.send_flag(Flag::TerminateSession, at(ms(1)));
    assert_eq!(client.send(b"early", at(ms(1))), 0);
    assert_eq!(written(&mut client), (vec![], 0));
    client.receive(output(1, PayloadType::OUTPUT, "early"), at(ms(2)));
    assert_eq!(written(&mut client), (vec![], 1));
    client.receive(output(0, PayloadType::OUTPUT, "$ "), at(ms(3)));
    let (messages, acknowledgements) = written(&mut client);
    assert_eq!(text(&messages[0]), r#"{"cols":132,"rows":43}"#);
    assert_eq!(messages[1].payload, b"\0\0\0\x02"[..]);
    assert_eq!((messages.len(), acknowledgements), (2, 1));
}

#[test]
fn unknown_actions_and_session_types_are_answered_with_unsupported() {
    let cases = [
        (json!([session_type("Port"), { "ActionType": "Dance", "ActionParameters": {} }]), 1, "Dance"),
        (json!([session_type("Hologram")]), 0, "SessionType"),
        (json!([kms(None), kms(None)]), 1, "KMSEncryption"),
    ];
    for (actions, index, action) in cases {
        let (mut client, mut messages) = answered(actions);
        client.data_key(&DATA_KEY, DATA_KEY_BLOB, at(ms(2)));
        messages.extend(written(&mut client).0);
        let response: Value = serde_json::from_slice(&messages[0].payload).unwrap();
        let answer = &response["ProcessedClientActions"][index];
        assert_eq!((&answer["ActionType"], &answer["ActionStatus"]), (&json!(action), &json!(3)));
        assert_eq!(answer["ActionResult"], Value::Null);
        assert_eq!(response["Errors"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_failed_data_key_is_answered_with_its_reason() {
    let (mut client, messages) = answered(json!([session_type("Standard_Stream"), kms(None)]));
    assert_eq!(messages, [], "not before KMS has answered");
    client.data_key_failed("access denied", at(ms(2)));
    let response = concat!(
        r#"{"ClientVersion":"1.2.694.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"#,
        r#""ActionResult":null,"Error":""},{"ActionType":"KMSEncryption","ActionStatus":2,"ActionResult":null,"#,
        r#""Error":"Failed to process action KMSEncryption: access denied"}],"Errors":["access denied"]}"#
    );
    assert_eq!(text(&written(&mut client).0[0]), response);
    client.data_key_failed("again", at(ms(2)));
    assert_eq!(written(&mut client), (vec![], 0), "answered once");
    events(&mut client);
    client.receive(output(1, PayloadType::HANDSHAKE_COMPLETE, COMPLETE), at(ms(3)));
    assert!(matches!(events(&mut client)[..], [ClientEvent::Failed(ClientError::Handshake(_))]));
}

#[test]
fn a_data_key_of_another_length_is_a_failed_one() {
    let (mut client, _) = answered(json!([session_type("Standard_Stream"), kms(None)]));
    client.data_key(&DATA_KEY[..32], DATA_KEY_BLOB, at(ms(2)));
    let (messages, _) = written(&mut client);
    assert!(text(&messages[0]).contains("a data key of 32 bytes, not 64"), "{}", text(&messages[0]));
}

#[test]
fn the_challenge_text_is_confirmed_in_context_and_result_when_there_is_one() {
    for challenge in [None, Some("bm90IHNvIHJhbmRvbQ==")] {
        let (mut client, _) = answered(json!([session_type("Standard_Stream"), kms(challenge)]));
        let mut context = vec![
            ("aws:ssm:SessionId".to_owned(), SESSION.to_owned()),
            ("aws:ssm:TargetId".to_owned(), TARGET.to_owned()),
        ];
        context
            .extend(challenge.map(|challenge| ("aws:ssm:RandomChallenge".to_owned(), challenge.to_owned())));
        let wanted = ClientEvent::DataKeyWanted { key_id: "alias/x".into(), context };
        assert_eq!(events(&mut client), [wanted]);
        client.data_key(&DATA_KEY, DATA_KEY_BLOB, at(ms(2)));
        let (messages, _) = written(&mut client);
        let response: Value = serde_json::from_slice(&messages[0].payload).unwrap();
        let result = &response["ProcessedClientActions"][1]["ActionResult"];
        assert_eq!(result["KMSCipherTextKey"], payload::to_base64(DATA_KEY_BLOB));
        assert_eq!(result["KMSCipherTextHash"], Value::Null);
        assert_eq!(result.get("ChallengeAcknowledgement"), challenge.map(|_| json!(true)).as_ref());
    }
}

#[test]
fn a_handshake_that_makes_no_sense_fails_the_session() {
    let mut client = client();
    client.receive(output(0, PayloadType::HANDSHAKE_REQUEST, "no JSON"), at(ms(1)));
    assert!(matches!(events(&mut client)[..], [ClientEvent::Failed(ClientError::Handshake(_))]));
    assert_eq!((client.next_timeout(), client.room()), (None, 0));

    let (mut client, _) = answered(json!([session_type("Standard_Stream"), kms(None)]));
    events(&mut client);
    client.receive(output(1, PayloadType::HANDSHAKE_COMPLETE, COMPLETE), at(ms(2)));
    assert!(matches!(events(&mut client)[..], [ClientEvent::Failed(ClientError::Handshake(_))]));
}

#[test]
fn an_encrypted_session_encrypts_data_and_nothing_else() {
    for challenge in [false, true] {
        let mut wire = Wire::new(client_options(), encrypted(challenge));
        wire.client.resize(80, 24, wire.moment());
        wire.run_until(|wire| wire.client.room() > 0);
        assert_eq!(wire.client.send(b"secret input", wire.moment()), 12);
        wire.client.send_flag(Flag::TerminateSession, wire.moment());
        assert_eq!(wire.agent.send_output(b"secret output", wire.moment()), 13);
        assert_eq!(wire.agent.send_stderr(b"secret error", wire.moment()), 12);
        wire.agent.send_exit_code(-1, wire.moment());
        wire.settle();
        let is_in_clear = |frame: &Bytes| frame.windows(6).any(|bytes| bytes == b"secret");
        assert!(!wire.frames.iter().any(is_in_clear));
        assert_eq!((wire.input(), wire.output()), (b"secret input".to_vec(), b"secret output".to_vec()));
        assert!(wire.client_events.contains(&ClientEvent::StdErr("secret error".into())));
        assert!(wire.client_events.contains(&ClientEvent::ExitCode(-1)));
        assert!(wire.agent_events.contains(&AgentEvent::Size { cols: 80, rows: 24 }));
        assert!(wire.agent_events.contains(&AgentEvent::Flag(Flag::TerminateSession)));
        assert_eq!(wire.agent.client_version(), Version::parse("1.2.694.0").as_ref());
    }
}

#[test]
fn data_in_clear_or_too_short_fails_an_encrypted_session() {
    for data in ["", "short", "long enough to hold a nonce and a tag, but in clear"] {
        let mut wire = Wire::new(client_options(), encrypted(true));
        wire.run_until(|wire| wire.client.room() > 0);
        wire.client.receive(output(3, PayloadType::OUTPUT, data), wire.moment());
        assert_eq!(
            events(&mut wire.client),
            [ClientEvent::Failed(ClientError::Crypto(CryptoError::Decrypt))]
        );
        wire.agent.receive(input(2, PayloadType::OUTPUT, data), wire.moment());
        assert!(matches!(agent_events(&mut wire.agent)[..], [AgentEvent::Failed(_)]));
    }
}

#[test]
fn a_close_waits_for_stragglers_and_for_all_that_is_in_order() {
    let mut client = client();
    client.receive(output(0, PayloadType::OUTPUT, "a"), at(ms(1)));
    client.receive(output(2, PayloadType::OUTPUT, "c"), at(ms(1)));
    let close = service::channel_closed(SESSION, "the reason", &mut Random::new([7; 32]), at(ms(2)));
    client.receive(close.clone(), at(ms(2)));
    assert!(client.is_closing());
    assert_eq!((client.room(), client.next_timeout()), (0, Some(ms(102))));
    client.receive(close, at(ms(50)));
    client.receive(output(4, PayloadType::OUTPUT, "after a gap"), at(ms(60)));
    client.receive(output(1, PayloadType::OUTPUT, "b"), at(ms(101)));
    client.handle_timeout(at(ms(102)));
    let seen = &events(&mut client)[1..];
    let data = |text: &'static str| ClientEvent::Output(text.into());
    let closed = ClientEvent::Closed { output: "the reason".into() };
    assert_eq!(seen, [data("a"), data("b"), data("c"), closed]);
    assert_eq!(client.stats().early, 1, "what was lost with the gap is not hidden");
    client.receive(output(3, PayloadType::OUTPUT, "too late"), at(ms(103)));
    assert_eq!((events(&mut client), client.next_timeout()), (vec![], None));
}

#[test]
fn a_close_before_anything_else_ends_the_session_too() {
    let mut client = client();
    let close = service::channel_closed(SESSION, "no", &mut Random::new([7; 32]), at(ms(2)));
    client.disconnected(at(ms(2)));
    client.receive(close, at(ms(2)));
    client.handle_timeout(at(client.next_timeout().unwrap()));
    assert_eq!(events(&mut client), [ClientEvent::Closed { output: "no".into() }]);
}

#[test]
fn a_slow_consumer_makes_the_agent_wait_and_loses_nothing() {
    let mut options = client_options();
    options.receive_budget = 1000;
    let mut client = Client::new(options, at(ms(0)));
    client.connected(at(ms(0)));
    for number in 0..30 {
        client.receive(output(number, PayloadType::OUTPUT, [number as u8; 100]), at(ms(1)));
    }
    let acknowledged = |client: &mut Client| written(client).1;
    // Start and six outputs with their overhead; the others wait, and the agent's window with them.
    assert_eq!(acknowledged(&mut client), 6);
    let before = client.stats();
    client.receive(output(6, PayloadType::OUTPUT, [6; 100]), at(ms(2)));
    assert_eq!((acknowledged(&mut client), client.stats().refused), (0, before.refused));
    let outputs = events(&mut client);
    assert_eq!((outputs.len(), acknowledged(&mut client)), (31, 24));
    for (number, event) in outputs[1..].iter().enumerate() {
        assert_eq!(*event, ClientEvent::Output(Bytes::from(vec![number as u8; 100])));
    }
}
