//! The one integration target: the built binary in a sealed environment.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "these are tests")]

mod support;

mod adding;
mod alarm;
mod architecture;
mod auth;
mod build;
mod channel;
mod cli;
mod completion;
mod config;
mod connect;
mod diagnosis;
mod examples;
mod exec;
mod failures;
mod fan_out;
mod faults;
mod forward;
mod gateway;
mod generated;
mod guard;
mod help;
mod image_processor;
mod lambda;
mod list;
mod lockfile;
mod login;
mod messages;
mod metric;
mod monitoring;
mod network;
mod node_shell;
mod output;
mod panics;
mod profiles;
mod prompts;
mod proxy;
mod realm;
mod resume;
mod run;
mod s3;
mod sandbox;
mod secrets;
mod session;
mod sfn;
mod sign_in;
mod signals;
mod unattended;
