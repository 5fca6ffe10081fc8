//! The sandbox: a loopback AWS to rehearse in. It speaks the services' real protocols to any client that signs
//! with its key, and runs real shells behind them. It must not print, and must not listen beyond loopback.

mod account;
mod additions;
mod batch;
mod call_rate;
mod client;
mod commands;
pub mod config;
mod deliveries;
mod document;
mod ground;
mod http;
mod identity;
mod kms;
mod lambda;
mod leftovers;
mod messages;
mod monitoring;
mod node;
mod node_ids;
mod notifications;
mod policy;
mod principals;
mod realm;
mod s3;
mod server;
mod services;
mod sessions;
mod shelf;
mod sigv4;
mod sso;
mod start;
pub mod state;
mod states;
mod tokens;
mod websocket;

pub use client::{Connection, Profile};
pub use ground::Surroundings;
pub use sessions::SUBCOMMAND as NODE_SHELL;
pub use start::{Running, start};

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The sandbox in `folder`, or the only one that runs; `state` gives opsctl's state folder.
pub fn find(folder: Option<&Path>, state: impl FnOnce() -> Result<PathBuf>) -> Result<Connection> {
    state::find(state, folder).map(|found| found.connection)
}

/// Makes the terminal on stdin the controlling one and becomes the command; returns only when that fails.
pub fn become_node_shell(command: &[OsString]) -> anyhow::Error {
    let error = sessions::exec_on_terminal(command.iter().cloned());
    Error::failed("cannot start the shell of a node").because(error).into()
}
