//! What `sandbox.toml` says of functions. Data only.

use crate::functions::Function;

/// As Lambda gives one that says nothing of it.
pub const MEMORY_MB: u32 = 128;

/// A function of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSettings {
    pub function: Function,
    pub protocol: Protocol,
    /// As many invocations run at a time, and what comes beyond is refused. None: what comes beyond a number of the
    /// sandbox's own waits.
    pub concurrency: Option<u32>,
    /// What the function is told that it has; nobody holds it to that.
    pub memory_mb: u32,
}

/// How a function is given its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// A command for each: on stdin, with the answer on stdout.
    Command,
    /// A program that is kept and asks for one after the other: the Lambda Runtime API.
    RuntimeApi,
}
