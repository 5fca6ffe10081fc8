//! The Amazon States Language: definitions, their two query languages, and what running one does and records. Pure:
//! clock, randomness, outcomes of tasks and contents of objects come in as arguments.
//!
//! Source of the rules: the specification of the Amazon States Language and the guide of Step Functions; where neither
//! says it, what the service was seen to do.

pub mod arn;
pub mod choice;
pub mod context;
pub mod coverage;
pub mod create;
pub mod definition;
pub mod diff;
pub mod execution;
pub mod explain;
pub mod failure;
pub mod follow;
pub mod graph;
pub mod history;
pub mod input;
pub mod intrinsic;
mod java_random;
pub mod json;
pub mod jsonata;
pub mod lint;
pub mod mocks;
pub mod names;
pub mod path;
mod payload;
mod place;
mod room;
pub mod scope;
pub mod template;
pub mod test_state;
#[cfg(test)]
mod tests;

pub use payload::{NESTING_LIMIT, PAYLOAD_LIMIT, Payload};
