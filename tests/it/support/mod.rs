//! What the tests share: a sealed place to run the binary in, a sandbox, a terminal, a scripted AWS with a
//! scripted gateway and node, TLS and a proxy before them.

pub mod alarms;
mod aws_cli;
pub mod bucket;
pub mod cbor;
mod fake_aws;
mod gateway;
pub mod machines;
mod node;
mod sealed;
pub mod session_aws;
mod terminal;
pub mod tunnel;
mod waiting;

pub use aws_cli::{bring_the_aws_cli, with_the_aws_cli};
pub use fake_aws::{FakeAws, Reply, Request};
pub use gateway::{Gateway, Peer};
pub use node::{Node, SESSION_ID};
pub use sealed::{BINARY, Ran, Sandbox, Sealed, finish, hang_ups_are_ignored};
pub use terminal::Terminal;
pub use waiting::until;

/// The most memory that a process has had, in kilobytes, without the pages of its program: those of a debug build are many,
/// and nobody's but the file's.
pub fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let kilobytes = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    kilobytes("VmHWM:").saturating_sub(kilobytes("RssFile:"))
}
