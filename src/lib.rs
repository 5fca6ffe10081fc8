//! opsctl as a library; `main.rs` is the thin binary. This file is the list of rooms, nothing else.

pub mod aws;
pub mod cbor;
pub mod change;
pub mod child;
pub mod cli;
pub mod commands;
pub mod completion;
pub mod config;
pub mod context;
pub mod error;
pub mod fan_out;
pub mod files;
pub mod functions;
pub mod input;
pub mod logging;
pub mod manual;
pub mod metrics;
pub mod output;
pub mod panics;
pub mod random;
pub mod sandbox;
pub mod settings;
pub mod signals;
pub mod terminal;
pub mod unattended;
