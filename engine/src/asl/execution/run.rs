//! Runs: the execution itself, and each child of a distributed Map. Each has a history and an identity of its own.

use std::sync::Arc;

use jiff::Timestamp;

use super::frame::FrameId;
use crate::asl::Payload;
use crate::asl::history::{Failure, History};

pub(super) struct Run {
    pub history: History,
    pub input: Payload,
    pub started: Timestamp,
    pub arn: Arc<str>,
    pub name: Arc<str>,
    pub role_arn: Arc<str>,
    pub machine_arn: Arc<str>,
    pub machine_name: Arc<str>,
    pub root: Option<FrameId>,
    pub parent: Option<Parent>,
    /// Whether an event had no room in the history.
    pub is_full: bool,
    /// How often it was redriven, and when last.
    pub redrives: u64,
    pub redriven: Option<Timestamp>,
    /// How many items are in it; 0 for the execution itself.
    pub items: u64,
}

/// Whose child a run is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    pub map: FrameId,
    /// Its place among the children of the map run.
    pub number: usize,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub status: Status,
    /// Of an execution that succeeded.
    pub output: Option<Payload>,
    pub failure: Failure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        }
    }
}
