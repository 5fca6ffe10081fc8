//! The Session Manager data channel, both ends: [`Client`] is opsctl, [`Agent`] is the node, and a [`Mux`] beside
//! either makes many streams of what a port session carries. Owns the messages, their order and their
//! repetition, the handshake and the encryption. It must not do I/O, read a clock or make randomness: a driver
//! hands in frames, a [`Moment`] and a seed, and after every call writes what `poll_frame` gives, acts on what
//! `poll_event` gives, and comes back at `next_timeout`.

use std::time::Duration;

pub mod agent;
mod channel;
pub mod client;
pub mod crypto;
mod events;
pub mod faults;
pub mod message;
pub mod mux;
pub mod payload;
pub mod service;
pub mod version;

#[cfg(test)]
mod tests;

pub use agent::{Agent, AgentEncryption, AgentEvent, AgentOptions};
pub use channel::Stats;
pub use client::{Client, ClientError, ClientEvent, ClientOptions};
pub use mux::{Mux, MuxError, MuxEvent, StreamId};
pub use payload::{Flag, SessionType};
pub use version::Version;

/// Payload bytes of a message before encryption: what both reference ends send at most.
pub const DEFAULT_PAYLOAD_SIZE: usize = 1024;
/// Unacknowledged messages a sender allows itself.
pub const DEFAULT_WINDOW: usize = 1000;

/// Now, twice: `elapsed` is monotonic time since any fixed start, `unix_ms` the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub elapsed: Duration,
    pub unix_ms: u64,
}

/// The two ends of a session; the service between them only passes frames on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Client,
    Agent,
}
