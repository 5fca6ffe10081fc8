//! The sandbox: a loopback AWS to rehearse in. It speaks the services' real protocols to any client that signs
//! with its key, and runs real shells behind them. It must not print, and must not listen beyond loopback.

mod account;
pub mod client;
pub mod config;
mod http;
mod identity;
pub mod kms;
pub mod node;
mod node_ids;
mod policy;
pub mod random;
mod server;
mod services;
pub mod sessions;
mod sigv4;
mod start;
pub mod state;
mod websocket;

pub use sessions::pty::SUBCOMMAND as NODE_SHELL;
pub use start::{Running, Surroundings, start};

use std::ffi::OsString;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, Result};


/// A running sandbox, as a client needs it.
pub struct Handle {
    pub endpoint: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: Zeroizing<String>,
}

/// The sandbox in `dir`, or the only one that runs; `state` is opsctl's state folder.
pub fn find(_dir: Option<&Path>, _state: &Path) -> Result<Handle> {
    Err(Error::not_found("no sandbox runs").into())
}

/// Makes the terminal on stdin the controlling one and becomes the command; returns only when that fails.
pub fn become_node_shell(command: &[OsString]) -> anyhow::Error {
    let error = sessions::pty::exec_on_terminal(command.iter().cloned());
    Error::failed("cannot become the shell of a node").because(error).into()
}
