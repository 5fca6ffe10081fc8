//! The port of a node for one session, as the agent offers it: which kind of forwarding client and node make of it,
//! and the choice between them. What a connection does is [`Connection`](connection::Connection)'s, in what order
//! things happen the kinds'. A session's traffic stays on loopback, whatever it asks for.

mod connection;
mod destination;
mod ready;
mod single;
mod streams;

use super::program::Over;
use crate::sandbox::node::Node;
use bytes::Bytes;
use opsctl_engine::session::{Flag, Version, version};
use serde_json::Value;
use single::Single;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use streams::Streams;

/// Bytes that may wait for destinations that do not read, over all connections of a session: the budget of the real
/// agent. Beyond it the session takes no more, on any of them.
const MAX_WAITING: usize = 4 << 20;
/// Bytes read from destinations that may wait for the session.
const MAX_OUTPUT: usize = 64 << 10;
/// With so many waiting, which are the ends of streams then, the session takes nothing either: a client that opens and
/// closes but takes nothing.
const MAX_QUEUED: usize = 1 << 20;
/// What is read from a destination at a time.
const READ: usize = 32 << 10;

/// What a document of the kind `Port` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortDocument {
    /// The node's own, if none is named.
    pub host: Option<String>,
    pub port: u16,
    /// The client listens, and there may be many connections; otherwise its stdin and stdout are the one there is.
    pub is_local: bool,
    /// As the handshake tells them to the client.
    pub properties: Value,
}

pub enum Port {
    Single(Single),
    Streams(Box<Streams>),
    /// It may not go there, for this reason.
    Forbidden(String),
}

impl Port {
    /// `client`: its version. Both sides choose by the versions alone; nothing on the wire confirms it.
    pub fn start(node: &Node, document: &PortDocument, client: Option<&Version>) -> Port {
        let destination = match destination::resolve(document.host.as_deref(), document.port) {
            Ok(destination) => destination,
            Err(reason) => return Port::Forbidden(reason),
        };
        let agent = Version::parse(&node.agent_version);
        let agent = agent.as_ref();
        if !document.is_local {
            return Port::Single(Single::for_stdio(destination));
        }
        if !(version::client_multiplexes_ports(client) && version::agent_multiplexes_ports(agent)) {
            return Port::Single(Single::basic(destination));
        }
        let is_quiet =
            version::client_wants_no_keep_alive(client) && version::agent_wants_no_keep_alive(agent);
        Port::Streams(Box::new(Streams::new(destination, !is_quiet)))
    }

    pub fn takes_input(&self) -> bool {
        match self {
            Port::Single(single) => single.takes_input(),
            Port::Streams(streams) => streams.takes_input(),
            Port::Forbidden(_) => false,
        }
    }

    pub fn input(&mut self, bytes: Bytes) {
        match self {
            Port::Single(single) => single.input(&bytes),
            Port::Streams(streams) => streams.input(bytes),
            Port::Forbidden(_) => {}
        }
    }

    pub fn flag(&mut self, flag: Flag) {
        if let (Port::Single(single), Flag::DisconnectToPort) = (self, flag) {
            single.disconnect();
        }
    }

    pub fn output(&self) -> Option<&[u8]> {
        match self {
            Port::Single(single) => single.output(),
            Port::Streams(streams) => streams.output(),
            Port::Forbidden(_) => None,
        }
    }

    pub fn sent(&mut self, length: usize) {
        match self {
            Port::Single(single) => single.sent(length),
            Port::Streams(streams) => streams.sent(length),
            Port::Forbidden(_) => {}
        }
    }

    pub fn take_flag(&mut self) -> Option<Flag> {
        match self {
            Port::Streams(streams) => streams.take_refusal().then_some(Flag::ConnectToPortError),
            Port::Single(_) | Port::Forbidden(_) => None,
        }
    }

    /// Connects, reads and writes until something has changed. `room`: whether output may be read.
    pub async fn progress(&mut self, room: bool) {
        match self {
            Port::Single(single) => poll_fn(|context| single.poll(context, room)).await,
            Port::Streams(streams) => streams.progress(room).await,
            Port::Forbidden(_) => std::future::pending().await,
        }
    }

    /// What the client sent, and was told had come, is still written.
    pub async fn end(mut self, grace: Duration) {
        let written = async {
            while self.waiting() > 0 {
                self.progress(false).await;
            }
        };
        let _ = tokio::time::timeout(grace, written).await;
    }

    fn waiting(&self) -> usize {
        match self {
            Port::Single(single) => single.waiting(),
            Port::Streams(streams) => streams.waiting(),
            Port::Forbidden(_) => 0,
        }
    }

    pub fn over(&self) -> Option<Over> {
        let reason = match self {
            Port::Single(single) => single.over()?,
            Port::Streams(streams) => streams.failure()?,
            Port::Forbidden(reason) => reason,
        };
        Some(Over { exit_code: None, reason: reason.to_owned() })
    }
}

/// In the words of the agent.
fn unreachable(destination: SocketAddr, error: &io::Error) -> String {
    let reason = match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        _ => error.to_string(),
    };
    format!("----------ERROR-------\nUnable to connect to specified port: dial tcp {destination}: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What versions make of a port that the client listens for.
    fn kind(agent: &str, client: Option<&str>) -> &'static str {
        let node = Node {
            id: String::new(),
            name: String::new(),
            tags: Default::default(),
            ip: String::new(),
            host_name: String::new(),
            agent_version: agent.to_owned(),
            online: true,
            home: Default::default(),
            shell: String::new(),
            throttle: Default::default(),
        };
        let document = PortDocument { host: None, port: 1, is_local: true, properties: Value::Null };
        let client = client.and_then(Version::parse);
        match Port::start(&node, &document, client.as_ref()) {
            Port::Single(_) => "basic",
            Port::Streams(streams) if streams.keeps_alive() => "streams that are kept alive",
            Port::Streams(_) => "streams",
            Port::Forbidden(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn both_versions_decide_what_is_spoken() {
        for (agent, client, expected) in [
            ("3.3.987.0", Some("1.2.694.0"), "streams"),
            ("3.1.1512.0", Some("1.2.332.0"), "streams"),
            ("3.1.1511.0", Some("1.2.332.0"), "streams that are kept alive"),
            ("3.1.1512.0", Some("1.2.331.0"), "streams that are kept alive"),
            ("3.0.197.0", Some("1.1.70.0"), "streams that are kept alive"),
            ("3.0.196.0", Some("1.2.694.0"), "basic"),
            ("3.3.987.0", Some("1.1.69.9"), "basic"),
            ("3.3.987.0", None, "basic"),
            ("new", Some("1.2.694.0"), "basic"),
        ] {
            assert_eq!(kind(agent, client), expected, "agent {agent}, client {client:?}");
        }
    }
}
