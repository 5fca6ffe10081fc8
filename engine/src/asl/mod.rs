//! The Amazon States Language: definitions, their two query languages, and what running one does and records. Pure:
//! clock, randomness, outcomes of tasks and contents of objects come in as arguments.

pub mod choice;
pub mod failure;
pub mod intrinsic;
mod java_random;
pub mod jsonata;
pub mod path;
#[cfg(test)]
mod recorded;
pub mod scope;
pub mod template;
