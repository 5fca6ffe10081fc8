//! What `sandbox.toml` says of functions. Data only.

use crate::functions::Function;

/// As Lambda gives one that says nothing of it.
pub const MEMORY_MB: u32 = 128;

/// A function of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSettings {
    pub function: Function,
    /// As many invocations run at a time, and what comes beyond is refused. None: what comes beyond a number of the
    /// sandbox's own waits.
    pub concurrency: Option<u32>,
    /// What the function is told that it has; nobody holds it to that.
    pub memory_mb: u32,
}
