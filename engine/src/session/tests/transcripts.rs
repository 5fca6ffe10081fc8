//! Whole sessions replayed: the agent's frames against our client, the client's frames against our agent. Ids,
//! times and the order of acknowledgements may differ; numbers, types and contents may not.

use bytes::Bytes;
use serde_json::Value;

use super::vectors::{golden, recorded};
use super::{at, from_hex, ms};
use crate::session::crypto::Cipher;
use crate::session::message::{Message, MessageType, PayloadType};
use crate::session::payload::{self, Acknowledged, EncChallenge, HandshakeRequest, Size};
use crate::session::{
    Agent, AgentEncryption, AgentEvent, AgentOptions, Client, ClientEvent, ClientOptions, End, Flag, Moment,
    SessionType,
};

const RECORDED: [&str; 4] = [
    "transcript-shell.json",
    "transcript-port-mux.json",
    "transcript-port-refused.json",
    "transcript-command-encrypted.json",
];

fn sessions() -> Vec<Session> {
    let own = golden()["sessions"].as_array().unwrap().clone();
    own.iter().cloned().chain(RECORDED.iter().filter_map(|name| recorded(name))).map(Session::new).collect()
}

struct Session {
    file: Value,
    frames: Vec<Frame>,
    key: Option<(Vec<u8>, Vec<u8>)>,
}

struct Frame {
    to_client: bool,
    now: Moment,
    bytes: Bytes,
    message: Message,
}

/// A stream message without what may differ.
#[derive(Debug, PartialEq)]
struct Content {
    number: i64,
    flags: u64,
    payload_type: PayloadType,
    /// In clear; JSON with its values only.
    payload: Result<Value, Bytes>,
}

impl Session {
    fn new(file: Value) -> Self {
        let frame = |frame: &Value| {
            let bytes = Bytes::from(from_hex(frame["hex"].as_str().unwrap()));
            let message = Message::decode(&bytes).unwrap();
            assert_eq!(message.encode(), bytes, "encoded again");
            let now = at(ms((frame["seconds"].as_f64().unwrap() * 1000.0) as u64));
            Frame { to_client: frame["direction"] == "to_client", now, bytes, message }
        };
        let frames = file["frames"].as_array().unwrap().iter().map(frame).collect();
        let hex = |value: &Value| from_hex(value.as_str().unwrap());
        let key = file["data_keys"].get(0).map(|key| (hex(&key["key"]), hex(&key["blob"])));
        Session { file, frames, key }
    }

    fn text(&self, field: &str) -> String {
        self.file[field].as_str().unwrap().to_owned()
    }

    /// A reader of what the other end sent.
    fn reader(&self, end: End) -> Option<Cipher> {
        self.key.as_ref().map(|(key, _)| Cipher::new(key, end, [0; 12]).unwrap())
    }

    fn content(&self, message: &Message) -> Content {
        let from_client = message.message_type == MessageType::InputStreamData;
        let cipher = self.reader(if from_client { End::Agent } else { End::Client });
        let payload = match (message.payload_type, cipher) {
            (PayloadType::OUTPUT | PayloadType::STD_ERR | PayloadType::EXIT_CODE, Some(cipher)) => {
                Err(cipher.open(&message.payload).unwrap())
            }
            (PayloadType::ENC_CHALLENGE_REQUEST | PayloadType::ENC_CHALLENGE_RESPONSE, Some(cipher)) => {
                Err(cipher.open(&EncChallenge::read(&message.payload).unwrap()).unwrap())
            }
            _ => payload::from_json(&message.payload).ok_or(message.payload.clone()),
        };
        Content {
            number: message.sequence,
            flags: message.flags,
            payload_type: message.payload_type,
            payload,
        }
    }

    fn recorded(&self, message_type: MessageType) -> Vec<Content> {
        let frames = self.frames.iter().map(|frame| &frame.message);
        frames
            .filter(|message| message.message_type == message_type)
            .map(|message| self.content(message))
            .collect()
    }

    /// The contents of what an end of ours wrote, and the numbers that it acknowledged.
    fn written(&self, frames: &[Bytes]) -> (Vec<Content>, Vec<i64>) {
        let (mut contents, mut acknowledged) = (Vec::new(), Vec::new());
        for frame in frames {
            let message = Message::decode(frame).unwrap();
            match message.message_type {
                MessageType::Acknowledge => {
                    let Acknowledged { number } = payload::from_json(&message.payload).unwrap();
                    assert_eq!((message.sequence, message.flags), (0, 3));
                    acknowledged.push(number);
                }
                _ => contents.push(self.content(&message)),
            }
        }
        (contents, acknowledged)
    }
}

fn clear(content: &Content) -> &Bytes {
    content.payload.as_ref().unwrap_err()
}

#[test]
fn our_client_takes_and_sends_what_the_recorded_client_did() {
    for session in sessions() {
        let options = ClientOptions::new(session.text("session_id"), session.text("target"), [5; 32]);
        let mut client = Client::new(options, session.frames[0].now);
        client.connected(session.frames[0].now);
        let (mut written, mut events) = (Vec::new(), Vec::new());
        for frame in &session.frames {
            let now = frame.now;
            if frame.to_client {
                client.receive(frame.bytes.clone(), now);
            } else if frame.message.message_type == MessageType::InputStreamData {
                let content = session.content(&frame.message);
                match content.payload_type {
                    PayloadType::OUTPUT => {
                        assert_eq!(client.send(clear(&content), now), clear(&content).len());
                    }
                    PayloadType::SIZE => {
                        let Size { cols, rows } = payload::from_json(&frame.message.payload).unwrap();
                        client.resize(cols, rows, now);
                    }
                    PayloadType::FLAG => client.send_flag(Flag::read(&frame.message.payload).unwrap(), now),
                    _ => {}
                }
            }
            while let Some(event) = client.poll_event() {
                if let ClientEvent::DataKeyWanted { context, .. } = &event {
                    let (key, blob) = session.key.as_ref().unwrap();
                    client.data_key(key, blob, now);
                    for (name, value) in context {
                        assert_eq!(session.file["data_keys"][0]["context"][name], **value);
                    }
                }
                events.push(event);
            }
            written.extend(std::iter::from_fn(|| client.poll_frame()));
        }
        let end = client.next_timeout().unwrap();
        client.handle_timeout(at(end));
        events.extend(std::iter::from_fn(|| client.poll_event()));

        let (contents, acknowledged) = session.written(&written);
        assert_eq!(contents, session.recorded(MessageType::InputStreamData));
        let from_agent = session.recorded(MessageType::OutputStreamData);
        assert_eq!(acknowledged, (0..from_agent.len() as i64).collect::<Vec<_>>());
        assert!(client.all_acknowledged());

        let data: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                ClientEvent::Output(data) => Some((PayloadType::OUTPUT, data.clone())),
                ClientEvent::StdErr(data) => Some((PayloadType::STD_ERR, data.clone())),
                ClientEvent::ExitCode(code) => {
                    Some((PayloadType::EXIT_CODE, payload::exit_code_text(*code).into()))
                }
                _ => None,
            })
            .collect();
        let is_data = |content: &&Content| {
            matches!(
                content.payload_type,
                PayloadType::OUTPUT | PayloadType::STD_ERR | PayloadType::EXIT_CODE
            )
        };
        let expected: Vec<_> = from_agent
            .iter()
            .filter(is_data)
            .map(|content| (content.payload_type, clear(content).clone()))
            .collect();
        assert_eq!(data, expected);
        let kind = SessionType::from_name(session.file["kind"].as_str().unwrap()).unwrap();
        let started = events.iter().find_map(|event| match event {
            ClientEvent::Started { session_type, encrypted, .. } => Some((*session_type, *encrypted)),
            _ => None,
        });
        assert_eq!(started, Some((kind, session.key.is_some())));
        assert!(matches!(events.last(), Some(ClientEvent::Closed { .. })));
    }
}

/// An agent configured like the recorded one.
fn agent_like(session: &Session) -> Agent {
    let first = &session.frames[0];
    let mut options = AgentOptions::new(session.text("session_id"), session.text("target"), [6; 32]);
    options.session_type = SessionType::from_name(session.file["kind"].as_str().unwrap()).unwrap();
    options.handshake = first.message.payload_type == PayloadType::HANDSHAKE_REQUEST;
    if options.handshake {
        let request: HandshakeRequest = payload::from_json(&first.message.payload).unwrap();
        let actions = request.requested_client_actions.unwrap();
        options.agent_version = request.agent_version.unwrap();
        options.properties = actions[0].action_parameters["Properties"].clone();
        options.encryption = actions.get(1).map(|action| AgentEncryption {
            key_id: action.action_parameters["KMSKeyId"].as_str().unwrap().to_owned(),
            challenge: true,
            require_challenge: true,
        });
    }
    Agent::new(options, first.now)
}

#[test]
fn our_agent_takes_and_sends_what_the_recorded_agent_did() {
    for session in sessions() {
        let mut agent = agent_like(&session);
        agent.connected(session.frames[0].now);
        let (mut written, mut events) = (Vec::new(), Vec::new());
        for frame in &session.frames {
            let now = frame.now;
            match frame.message.message_type {
                MessageType::OutputStreamData => {
                    let content = session.content(&frame.message);
                    match content.payload_type {
                        PayloadType::OUTPUT => {
                            agent.send_output(clear(&content), now);
                        }
                        PayloadType::STD_ERR => {
                            agent.send_stderr(clear(&content), now);
                        }
                        PayloadType::EXIT_CODE => {
                            agent.send_exit_code(payload::read_exit_code(clear(&content)).unwrap(), now);
                        }
                        PayloadType::FLAG => agent.send_flag(Flag::ConnectToPortError, now),
                        _ => {}
                    }
                }
                _ if frame.to_client => {}
                _ if frame.message.payload_type == PayloadType::ENC_CHALLENGE_RESPONSE => {
                    agent.receive(challenge_response(&session, &frame.message, &written), now);
                }
                _ => agent.receive(frame.bytes.clone(), now),
            }
            while let Some(event) = agent.poll_event() {
                match &event {
                    AgentEvent::DataKeyWanted { ciphertext, context } => {
                        let (key, blob) = session.key.as_ref().unwrap();
                        assert_eq!((ciphertext, context.len()), (blob, 3));
                        agent.data_key(key, now);
                    }
                    AgentEvent::Ready => agent.accept_input(true),
                    AgentEvent::Failed(text) => panic!("{text}"),
                    _ => {}
                }
                events.push(event);
            }
            written.extend(std::iter::from_fn(|| agent.poll_frame()));
        }

        let (contents, acknowledged) = session.written(&written);
        let expected = session.recorded(MessageType::OutputStreamData);
        assert_eq!(contents.len(), expected.len());
        for (ours, theirs) in contents.iter().zip(&expected) {
            assert_eq!(
                (ours.number, ours.flags, ours.payload_type),
                (theirs.number, theirs.flags, theirs.payload_type)
            );
            let is_of_handshake = matches!(
                ours.payload_type,
                PayloadType::HANDSHAKE_COMPLETE | PayloadType::ENC_CHALLENGE_REQUEST
            );
            let is_encrypted_request =
                ours.payload_type == PayloadType::HANDSHAKE_REQUEST && session.key.is_some();
            assert!(ours.payload == theirs.payload || is_of_handshake || is_encrypted_request, "{ours:?}");
        }
        let from_client = session.recorded(MessageType::InputStreamData);
        assert_eq!(acknowledged, (0..from_client.len() as i64).collect::<Vec<_>>());
        assert!(agent.all_acknowledged());
        check_input(&events, &from_client);
    }
}

fn check_input(events: &[AgentEvent], from_client: &[Content]) {
    let taken: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            AgentEvent::Input(data) => Some((PayloadType::OUTPUT, data.clone())),
            AgentEvent::Size { cols, rows } => {
                Some((PayloadType::SIZE, payload::to_json(&Size { cols: *cols, rows: *rows })))
            }
            AgentEvent::Flag(flag) => Some((PayloadType::FLAG, flag.to_payload())),
            _ => None,
        })
        .collect();
    let is_for_the_program = |content: &&Content| {
        matches!(content.payload_type, PayloadType::OUTPUT | PayloadType::SIZE | PayloadType::FLAG)
    };
    let expected: Vec<_> = from_client
        .iter()
        .filter(is_for_the_program)
        .map(|content| {
            let payload = match &content.payload {
                Ok(json) => Bytes::from(json.to_string()),
                Err(bytes) => bytes.clone(),
            };
            (content.payload_type, payload)
        })
        .collect();
    assert_eq!(taken, expected);
}

/// The recorded response answers the recorded challenge; ours is another.
fn challenge_response(session: &Session, recorded: &Message, written: &[Bytes]) -> Bytes {
    let mut client = session.reader(End::Client).unwrap();
    let is_request = |message: &Message| message.payload_type == PayloadType::ENC_CHALLENGE_REQUEST;
    let request = written.iter().map(|frame| Message::decode(frame).unwrap()).find(is_request).unwrap();
    let challenge = client.open(&EncChallenge::read(&request.payload).unwrap()).unwrap();
    let answer = EncChallenge::new(&client.seal(&challenge).unwrap());
    Message { payload: payload::to_json(&answer), ..recorded.clone() }.encode()
}
