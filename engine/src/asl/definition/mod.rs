//! The definition of a state machine: from its text to a checked model, with every fault found in one run. Knows no
//! input and runs nothing.

pub mod diagnostic;
mod exits;
mod integrations;
mod model;
mod read;
mod resource;

pub use diagnostic::{Diagnostic, Severity, create_error};
pub use exits::Exit;
pub use model::*;
pub use read::{MachineType, check, parse};

/// Bytes a definition may have.
pub const DEFINITION_LIMIT: usize = 1_048_576;
/// Seconds of the longest wait and the longest timeout.
pub const LONGEST_SECONDS: u64 = 99_999_999;
