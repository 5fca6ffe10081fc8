//! Both ends at work: against each other in virtual time, against recorded sessions, against golden bytes.

mod agent;
mod client;
mod defects;

mod frames;
mod mux;
mod simulation;
mod transcripts;
mod vectors;
mod wire;

use std::time::Duration;

use super::{Agent, AgentEncryption, AgentOptions, Client, ClientOptions, Moment};

pub(super) const SESSION: &str = "harness-0123456789abcdef0";
pub(super) const TARGET: &str = "i-0123456789abcdef0";

pub(super) const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Virtual time; the wall clock starts at 2023-11-14T22:13:20Z.
pub(super) fn at(elapsed: Duration) -> Moment {
    Moment { elapsed, unix_ms: 1_700_000_000_000 + elapsed.as_millis() as u64 }
}

pub(super) fn client_options() -> ClientOptions {
    ClientOptions::new(SESSION, TARGET, [1; 32])
}

pub(super) fn agent_options() -> AgentOptions {
    AgentOptions::new(SESSION, TARGET, [2; 32])
}

/// With the challenge text, which is then required; or as agents before 3.3.808 do it.
pub(super) fn encrypted(challenge: bool) -> AgentOptions {
    let mut options = agent_options();
    options.handshake = true;
    options.encryption =
        Some(AgentEncryption { key_id: "alias/x".into(), challenge, require_challenge: challenge });
    options.customer_message = "This session is encrypted using AWS KMS.".into();
    options
}

pub(super) fn client() -> Client {
    let mut client = Client::new(client_options(), at(ms(0)));
    client.connected(at(ms(0)));
    client
}

pub(super) fn agent() -> Agent {
    let mut agent = Agent::new(agent_options(), at(ms(0)));
    agent.connected(at(ms(0)));
    agent
}

pub(super) fn from_hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd hex");
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}
