//! opsctl as a library; `main.rs` is the thin binary. This file is the list of rooms, nothing else.

pub mod aws;
pub mod commands;
pub mod error;
pub mod output;
pub mod sandbox;
