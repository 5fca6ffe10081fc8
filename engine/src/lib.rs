//! What opsctl knows, apart from AWS clients, terminals and clocks: time, randomness and I/O come in as
//! arguments, so that every engine runs under a paused clock and a fuzzer.

pub mod asl;
pub mod batch;
pub mod document;
pub mod evaluation;
pub mod glob;
pub mod hex;
pub mod listing;
pub mod manifest;
mod near;
pub mod random;
pub mod session;
pub mod uuid;

pub use near::{advice, nearest};
