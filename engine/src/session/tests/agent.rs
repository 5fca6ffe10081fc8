//! The order of a session at the agent's end: handshake, encryption, input for a program, pause.

use bytes::Bytes;
use serde_json::{Value, json};

use super::frames::{acknowledgement, agent_events, agent_written, input, output};
use super::wire::Wire;
use super::{agent, agent_options, at, client_options, encrypted, ms};
use crate::random::Random;
use crate::session::message::{Message, PayloadType};
use crate::session::payload::{self, EncChallenge};
use crate::session::{Agent, AgentEvent, Version, service};

fn text(message: &Message) -> &str {
    std::str::from_utf8(&message.payload).unwrap()
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
fn a_failed_agent_still_takes_acknowledgements() {
    let mut agent = challenging();
    agent.receive(input(1, PayloadType::ENC_CHALLENGE_RESPONSE, "{}"), at(ms(20)));
    assert!(matches!(agent_events(&mut agent)[..], [AgentEvent::Failed(_)]));
    assert!(!agent.all_acknowledged());
    // The request and the challenge.
    for number in 0..2 {
        let sent = Message::decode(&output(number, PayloadType::OUTPUT, "")).unwrap();
        agent.receive(acknowledgement(&sent), at(ms(30)));
    }
    assert!(agent.all_acknowledged());
    agent.receive(input(2, PayloadType::OUTPUT, "too late"), at(ms(40)));
    assert_eq!(agent_events(&mut agent), []);
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
