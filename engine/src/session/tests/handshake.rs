//! The order of a session at both ends: handshake or none, encryption, start, close.

use bytes::Bytes;
use serde_json::{Value, json};

use super::wire::{DATA_KEY, DATA_KEY_BLOB, Wire};
use super::{SESSION, TARGET, agent, agent_options, at, client, client_options, ms};
use crate::session::message::{Message, MessageType, PayloadType, SCHEMA_VERSION};
use crate::session::payload::{self, Acknowledge, EncChallenge};
use crate::session::random::Random;
use crate::session::uuid::Uuid;
use crate::session::{
    Agent, AgentEncryption, AgentEvent, AgentOptions, Client, ClientError, ClientEvent, Flag, SessionType,
    Version, service,
};

fn stream(message_type: MessageType, number: i64, payload_type: PayloadType, payload: &[u8]) -> Bytes {
    let message = Message {
        message_type,
        schema_version: SCHEMA_VERSION,
        created_ms: 1,
        sequence: number,
        flags: 0,
        id: Uuid([number as u8; 16]),
        payload_type,
        payload: Bytes::copy_from_slice(payload),
    };
    message.encode()
}

/// A frame as an agent sends it.
pub(super) fn output(number: i64, payload_type: PayloadType, payload: impl AsRef<[u8]>) -> Bytes {
    stream(MessageType::OutputStreamData, number, payload_type, payload.as_ref())
}

/// A frame as a client sends it.
pub(super) fn input(number: i64, payload_type: PayloadType, payload: impl AsRef<[u8]>) -> Bytes {
    stream(MessageType::InputStreamData, number, payload_type, payload.as_ref())
}

/// The acknowledgement of a message that our end sent.
pub(super) fn acknowledgement(of: &Message) -> Bytes {
    let payload = payload::to_json(&Acknowledge {
        acknowledged_message_type: of.message_type.name(),
        acknowledged_message_id: of.id,
        acknowledged_message_sequence_number: of.sequence as u64,
        is_sequential_message: true,
    });
    stream(MessageType::Acknowledge, 0, PayloadType::NONE, &payload)
}

fn decoded(poll: impl FnMut() -> Option<Bytes>) -> Vec<Message> {
    std::iter::from_fn(poll).map(|frame| Message::decode(&frame).unwrap()).collect()
}

/// What the client writes now: its stream messages, and the number of acknowledgements.
pub(super) fn written(client: &mut Client) -> (Vec<Message>, usize) {
    let (acknowledgements, messages): (Vec<_>, Vec<_>) = decoded(|| client.poll_frame())
        .into_iter()
        .partition(|message| message.message_type == MessageType::Acknowledge);
    (messages, acknowledgements.len())
}

fn agent_written(agent: &mut Agent) -> (Vec<Message>, usize) {
    let (acknowledgements, messages): (Vec<_>, Vec<_>) = decoded(|| agent.poll_frame())
        .into_iter()
        .partition(|message| message.message_type == MessageType::Acknowledge);
    (messages, acknowledgements.len())
}

pub(super) fn events(client: &mut Client) -> Vec<ClientEvent> {
    std::iter::from_fn(|| client.poll_event()).collect()
}

fn agent_events(agent: &mut Agent) -> Vec<AgentEvent> {
    std::iter::from_fn(|| agent.poll_event()).collect()
}

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

fn encrypted(challenge: bool) -> AgentOptions {
    let mut options = agent_options();
    options.handshake = true;
    options.encryption =
        Some(AgentEncryption { key_id: "alias/x".into(), challenge, require_challenge: challenge });
    options.customer_message = "This session is encrypted using AWS KMS.".into();
    options
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
        assert_eq!(events(&mut wire.client), [ClientEvent::Failed(ClientError::Decryption)]);
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
    // Start and six outputs with their overhead; the next waits, those after it are early.
    assert_eq!(acknowledged(&mut client), 29);
    let before = client.stats();
    client.receive(output(6, PayloadType::OUTPUT, [6; 100]), at(ms(2)));
    assert_eq!((acknowledged(&mut client), client.stats().refused), (0, before.refused));
    let outputs = events(&mut client);
    assert_eq!((outputs.len(), acknowledged(&mut client)), (31, 1));
    for (number, event) in outputs[1..].iter().enumerate() {
        assert_eq!(*event, ClientEvent::Output(Bytes::from(vec![number as u8; 100])));
    }
}

#[test]
fn an_agent_acknowledges_and_drops_input_that_comes_before_the_handshake_is_complete() {
    let mut options = agent_options();
    options.handshake = true;
    let mut agent = Agent::new(options, at(ms(0)));
    agent.connected(at(ms(0)));
    let (messages, _) = agent_written(&mut agent);
    assert_eq!((messages[0].flags, messages[0].payload_type), (1, PayloadType::HANDSHAKE_REQUEST));
    agent.receive(input(0, PayloadType::OUTPUT, "early"), at(ms(1)));
    assert_eq!(agent_written(&mut agent), (vec![], 1));
    let response = concat!(
        r#"{"ClientVersion":"1.1.61.0","ProcessedClientActions":"#,
        r#"[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}"#
    );
    agent.receive(input(1, PayloadType::HANDSHAKE_RESPONSE, response), at(ms(2)));
    let (messages, _) = agent_written(&mut agent);
    let complete = r#"{"HandshakeTimeToComplete":2000000,"CustomerMessage":""}"#;
    assert_eq!((messages[0].flags, text(&messages[0])), (0, complete));
    assert_eq!(agent_events(&mut agent), [AgentEvent::Ready]);
    assert_eq!(agent.client_version(), Version::parse("1.1.61.0").as_ref());
}

#[test]
fn input_is_refused_until_the_program_is_there_and_then_comes_by_repetition() {
    let mut agent = agent();
    assert_eq!(agent_events(&mut agent), [AgentEvent::Ready]);
    agent.receive(input(0, PayloadType::SIZE, r#"{"cols":80,"rows":24}"#), at(ms(1)));
    agent.receive(input(1, PayloadType::OUTPUT, "ls"), at(ms(1)));
    assert_eq!(agent_written(&mut agent).1, 1, "the early one");
    agent.accept_input(true);
    assert_eq!((agent_events(&mut agent), agent.stats().refused), (vec![], 1));
    agent.receive(input(0, PayloadType::SIZE, r#"{"cols":80,"rows":24}"#), at(ms(201)));
    assert_eq!(agent_written(&mut agent).1, 1);
    let expected = [AgentEvent::Size { cols: 80, rows: 24 }, AgentEvent::Input("ls".into())];
    assert_eq!(agent_events(&mut agent), expected);
}

#[test]
fn input_for_a_full_program_waits_at_the_agent() {
    let mut agent = agent();
    agent.accept_input(true);
    agent.accept_input(false);
    agent_events(&mut agent);
    agent.receive(input(0, PayloadType::OUTPUT, "waits"), at(ms(1)));
    assert_eq!((agent_events(&mut agent), agent_written(&mut agent).1), (vec![], 0));
    agent.accept_input(true);
    assert_eq!(agent_events(&mut agent), [AgentEvent::Input("waits".into())]);
    assert_eq!(agent_written(&mut agent).1, 1);
}

/// An agent that waits for the answer to its challenge.
fn challenging() -> Agent {
    let mut wire = Wire::new(client_options(), encrypted(true));
    wire.run_until(|wire| matches!(wire.agent_events.last(), Some(AgentEvent::DataKeyWanted { .. })));
    wire.agent
}

#[test]
fn an_agent_waits_fifteen_seconds_for_each_answer() {
    let mut options = agent_options();
    options.handshake = true;
    let mut silent = Agent::new(options, at(ms(0)));
    silent.connected(at(ms(1000)));
    for (mut agent, limit) in [(silent, ms(16_000)), (challenging(), ms(15_010))] {
        agent_events(&mut agent);
        agent.handle_timeout(at(limit - ms(1)));
        assert_eq!(agent_events(&mut agent), []);
        agent.handle_timeout(at(limit));
        assert!(matches!(agent_events(&mut agent)[..], [AgentEvent::Failed(_)]));
    }
}

#[test]
fn a_wrong_answer_to_the_challenge_ends_the_session() {
    for answer in [payload::to_json(&EncChallenge::new(&[0; 92])), Bytes::from_static(b"{}")] {
        let mut agent = challenging();
        agent.receive(input(1, PayloadType::ENC_CHALLENGE_RESPONSE, answer), at(ms(20)));
        assert!(matches!(agent_events(&mut agent)[..], [AgentEvent::Failed(_)]));
    }
}

#[test]
fn an_agent_ends_the_session_with_the_client_s_error() {
    let kms_result = |result: Value| {
        json!({ "ClientVersion": "1.2.694.0", "Errors": null, "ProcessedClientActions": [
            { "ActionType": "SessionType", "ActionStatus": 1, "ActionResult": null, "Error": "" },
            { "ActionType": "KMSEncryption", "ActionStatus": 1, "ActionResult": result, "Error": "" },
        ] })
        .to_string()
    };
    let failed = json!({ "ClientVersion": "1.2.694.0", "Errors": ["no"], "ProcessedClientActions": [
        { "ActionType": "SessionType", "ActionStatus": 2, "ActionResult": null, "Error": "Failed: no" },
    ] });
    let cases = [
        (failed.to_string(), "Failed: no"),
        (r#"{"ProcessedClientActions":null}"#.to_owned(), "SessionType was not processed by the client"),
        ("no JSON".to_owned(), "the handshake response cannot be read"),
        (kms_result(Value::Null), "the result of KMSEncryption cannot be read"),
        (kms_result(json!({ "KMSCipherTextKey": "#" })), "the encrypted data key is no base64"),
        (
            kms_result(json!({ "KMSCipherTextKey": "AAAA", "KMSCipherTextHash": null })),
            "the client does not acknowledge the KMS challenge, which is required",
        ),
    ];
    for (response, error) in cases {
        let mut agent = Agent::new(encrypted(true), at(ms(0)));
        agent.connected(at(ms(0)));
        agent.receive(input(0, PayloadType::HANDSHAKE_RESPONSE, response), at(ms(1)));
        assert_eq!(agent_events(&mut agent), [AgentEvent::Failed(error.into())]);
    }
}

#[test]
fn a_paused_agent_records_and_goes_on_when_the_client_is_back() {
    let mut ids = Random::new([7; 32]);
    let start = service::start_publication(&mut ids, at(ms(3)));
    for back in [start, input(0, PayloadType::OUTPUT, "x")] {
        let mut agent = agent();
        agent.send_output(b"a", at(ms(1)));
        assert_eq!(agent_written(&mut agent).0.len(), 1);
        agent.receive(service::pause_publication(&mut ids, at(ms(2))), at(ms(2)));
        assert_eq!(agent.send_output(b"b", at(ms(2))), 1);
        assert_eq!((agent_written(&mut agent).0, agent.next_timeout()), (vec![], None));
        agent.receive(back, at(ms(3)));
        let numbers: Vec<_> = agent_written(&mut agent).0.iter().map(|message| message.sequence).collect();
        assert_eq!(numbers, [0, 1]);
    }
}
