//! What the tests share: a sealed place to run the binary in, a sandbox, a terminal, a scripted AWS.

mod fake_aws;
mod sealed;
mod terminal;

pub use fake_aws::{FakeAws, Reply, Request};
pub use sealed::{Ran, Sandbox, Sealed, finish};
pub use terminal::Terminal;
