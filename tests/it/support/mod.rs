//! What the tests share: a sealed place to run the binary in, a sandbox, a terminal, a scripted AWS with a
//! scripted gateway and node, TLS and a proxy before them.

pub mod bucket;
mod fake_aws;
mod gateway;
pub mod machines;
mod node;
mod sealed;
pub mod session_aws;
mod terminal;
pub mod tunnel;
mod waiting;

pub use fake_aws::{FakeAws, Reply, Request};
pub use gateway::{Gateway, Peer};
pub use node::{Node, SESSION_ID};
pub use sealed::{BINARY, Ran, Sandbox, Sealed, finish, hang_ups_are_ignored};
pub use terminal::Terminal;
pub use waiting::until;
