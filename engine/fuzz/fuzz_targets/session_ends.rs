//! A client and an agent under arbitrary frames, calls and times. Neither may panic, take more than its
//! bounds, or go on after its end.

#![no_main]

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use opsctl_engine::random::Random;
use opsctl_engine::session::message::{Message, MessageType, PayloadType, SCHEMA_VERSION};
use opsctl_engine::session::{
    Agent, AgentEncryption, AgentEvent, AgentOptions, Client, ClientEvent, ClientOptions, Flag, Moment,
    SessionType, service,
};
use opsctl_engine::uuid::Uuid;

#[derive(Debug, Arbitrary)]
struct Script {
    handshake: bool,
    encrypted: bool,
    challenge: bool,
    window: u8,
    steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
enum Step {
    Frame {
        to: To,
        frame: Vec<u8>,
    },
    Message {
        to: To,
        kind: Kind,
        number: i16,
        payload_type: u8,
        payload: Vec<u8>,
    },
    Json {
        to: To,
        number: i16,
        which: u8,
    },
    /// Passes on what the ends have written.
    Deliver {
        count: u8,
    },
    Lose {
        to: To,
    },
    Wait {
        ms: u16,
    },
    Send {
        length: u16,
    },
    Resize {
        cols: u16,
        rows: u16,
    },
    SendFlag,
    SendOutput {
        length: u16,
    },
    SendExitCode {
        code: i32,
    },
    AcceptInput {
        accept: bool,
    },
    Key {
        right: bool,
    },
    KeyFailed,
    Cut,
    Reconnect,
    Close,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum To {
    Client,
    Agent,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Kind {
    Stream,
    Acknowledge,
    Pause,
    Start,
    Closed,
}

const KEY: [u8; 64] = [7; 64];
const JSON: [(u32, &str); 8] = [
    (
        5,
        r#"{"AgentVersion":"3.3","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":{"SessionType":"Port"}}]}"#,
    ),
    (
        5,
        r#"{"RequestedClientActions":[{"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"k","Challenge":"YQ=="}}]}"#,
    ),
    (
        5,
        r#"{"RequestedClientActions":[{"ActionType":"?"},{"ActionType":"KMSEncryption"},{"ActionType":"SessionType"}]}"#,
    ),
    (
        6,
        r#"{"ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1},{"ActionType":"KMSEncryption","ActionStatus":1,"ActionResult":{"KMSCipherTextKey":"YQ==","ChallengeAcknowledgement":true}}]}"#,
    ),
    (7, r#"{"HandshakeTimeToComplete":1,"CustomerMessage":"x"}"#),
    (8, r#"{"Challenge":"YWJj"}"#),
    (9, r#"{"Challenge":"YWJj"}"#),
    (0, r#"{"AcknowledgedMessageSequenceNumber":1}"#),
];

struct Ends {
    client: Client,
    agent: Agent,
    now: Moment,
    to_client: VecDeque<Bytes>,
    to_agent: VecDeque<Bytes>,
    client_has_ended: bool,
    agent_has_ended: bool,
}

fuzz_target!(|script: Script| {
    let now = Moment { elapsed: Duration::ZERO, unix_ms: 1 };
    let mut client = ClientOptions::new("session", "target", [1; 32]);
    client.window = script.window.into();
    client.receive_budget = 10_000;
    let mut agent = AgentOptions::new("session", "target", [2; 32]);
    agent.window = script.window.into();
    agent.handshake = script.handshake;
    agent.session_type = SessionType::NonInteractiveCommands;
    agent.encryption = script.encrypted.then(|| AgentEncryption {
        key_id: "key".to_owned(),
        challenge: script.challenge,
        require_challenge: false,
    });
    let mut ends = Ends {
        client: Client::new(client, now),
        agent: Agent::new(agent, now),
        now,
        to_client: VecDeque::new(),
        to_agent: VecDeque::new(),
        client_has_ended: false,
        agent_has_ended: false,
    };
    ends.client.connected(now);
    ends.agent.connected(now);
    for step in script.steps {
        ends.step(step);
        ends.pump();
    }
});

impl Ends {
    fn step(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Frame { to, frame } => self.put(to, Bytes::from(frame)),
            Step::Message { to, kind, number, payload_type, payload } => {
                self.put(to, message(to, kind, number, payload_type.into(), payload));
            }
            Step::Json { to, number, which } => {
                let (payload_type, text) = JSON[usize::from(which) % JSON.len()];
                let kind = if payload_type == 0 { Kind::Acknowledge } else { Kind::Stream };
                self.put(to, message(to, kind, number, payload_type, text.into()));
            }
            Step::Deliver { count } => {
                for _ in 0..count {
                    if let Some(frame) = self.to_client.pop_front() {
                        self.put(To::Client, frame);
                    }
                    if let Some(frame) = self.to_agent.pop_front() {
                        self.put(To::Agent, frame);
                    }
                }
            }
            Step::Lose { to: To::Client } => drop(self.to_client.pop_front()),
            Step::Lose { to: To::Agent } => drop(self.to_agent.pop_front()),
            Step::Wait { ms } => {
                self.now.elapsed += Duration::from_millis(ms.into());
                self.client.handle_timeout(self.now);
                self.agent.handle_timeout(self.now);
            }
            Step::Send { length } => {
                let room = self.client.room();
                let taken = self.client.send(&vec![b'x'; length.into()], now);
                assert!(taken <= room);
            }
            Step::Resize { cols, rows } => self.client.resize(cols, rows, now),
            Step::SendFlag => self.client.send_flag(Flag::TerminateSession, now),
            Step::SendOutput { length } => {
                let room = self.agent.room();
                let taken = self.agent.send_output(&vec![b'x'; length.into()], now);
                assert!(taken <= room);
            }
            Step::SendExitCode { code } => self.agent.send_exit_code(code, now),
            Step::AcceptInput { accept } => self.agent.accept_input(accept),
            Step::Key { right } => {
                let key = if right { &KEY[..] } else { &KEY[..9] };
                self.client.data_key(key, b"blob", now);
                self.agent.data_key(key, now);
            }
            Step::KeyFailed => {
                self.client.data_key_failed("no", now);
                self.agent.data_key_failed("no", now);
            }
            Step::Cut => {
                self.client.disconnected(now);
                self.agent.disconnected(now);
                self.to_client.clear();
                self.to_agent.clear();
            }
            Step::Reconnect => {
                self.client.connected(now);
                self.agent.connected(now);
            }
            Step::Close => {
                let frame = service::channel_closed("session", "", &mut Random::new([3; 32]), now);
                self.put(To::Client, frame);
            }
        }
    }

    fn put(&mut self, to: To, frame: Bytes) {
        match to {
            To::Client => self.client.receive(frame, self.now),
            To::Agent => self.agent.receive(frame, self.now),
        }
    }

    fn pump(&mut self) {
        self.to_agent.extend(std::iter::from_fn(|| self.client.poll_frame()));
        self.to_client.extend(std::iter::from_fn(|| self.agent.poll_frame()));
        while let Some(event) = self.client.poll_event() {
            assert!(!self.client_has_ended, "{event:?} after the end");
            self.client_has_ended = matches!(event, ClientEvent::Closed { .. } | ClientEvent::Failed(_));
        }
        while let Some(event) = self.agent.poll_event() {
            assert!(!self.agent_has_ended, "{event:?} after the end");
            self.agent_has_ended = matches!(event, AgentEvent::Failed(_));
        }
        if self.client_has_ended {
            assert_eq!((self.client.room(), self.client.next_timeout()), (0, None));
        }
    }
}

fn message(to: To, kind: Kind, number: i16, payload_type: u32, payload: Vec<u8>) -> Bytes {
    let message_type = match (kind, to) {
        (Kind::Stream, To::Client) => MessageType::OutputStreamData,
        (Kind::Stream, To::Agent) => MessageType::InputStreamData,
        (Kind::Acknowledge, _) => MessageType::Acknowledge,
        (Kind::Pause, _) => MessageType::PausePublication,
        (Kind::Start, _) => MessageType::StartPublication,
        (Kind::Closed, _) => MessageType::ChannelClosed,
    };
    let message = Message {
        message_type,
        schema_version: SCHEMA_VERSION,
        created_ms: 1,
        sequence: number.into(),
        flags: 0,
        id: Uuid([9; 16]),
        payload_type: PayloadType(payload_type),
        payload: Bytes::from(payload),
    };
    message.encode()
}
