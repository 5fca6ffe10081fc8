//! The one integration target: the built binary in a sealed environment.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "these are tests")]

mod support;

mod architecture;
mod cli;
mod connect;
mod examples;
mod generated;
mod list;
mod lockfile;
mod node_shell;
mod panics;
mod sandbox;
