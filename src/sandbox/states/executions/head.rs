//! What an execution is from its start on, and how it ended. Small enough to be kept in memory of every execution there
//! is; inputs and outputs are on disk.

use crate::random::{self, NoRandomness};
use crate::sandbox::states::Kind;
use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::{Execution, Identity, MAX_EVENTS, Options, Status};
use opsctl_engine::asl::history::Failure;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::sandbox::states::Revision;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Names its file.
    pub id: String,
    pub arn: String,
    pub name: String,
    pub machine: String,
    pub machine_arn: String,
    pub kind: Kind,
    pub region: String,
    pub version: Option<u64>,
    pub alias: Option<String>,
    /// The key of the revision that it runs.
    pub revision: String,
    pub started: Timestamp,
    /// Decides every random value of the run.
    pub seed: [u8; 32],
    pub trace_header: Option<String>,
}

/// That an execution is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub status: Status,
    pub at: Timestamp,
    /// In its history.
    pub events: u64,
}

/// How an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub redrives: u64,
    /// The last time.
    pub redriven: Option<Timestamp>,
    /// `None` while it runs.
    pub ended: Option<Ended>,
}

impl Standing {
    /// After one more redrive.
    pub fn redriven_at(self, at: Timestamp) -> Self {
        Standing { redrives: self.redrives + 1, redriven: Some(at), ended: None }
    }
}

/// What an execution was given, and what came out of it.
#[derive(Debug, Clone)]
pub struct Data {
    pub input: Payload,
    pub output: Option<Payload>,
    pub failure: Failure,
}

impl Head {
    /// Of a state on trial, which belongs to no machine.
    pub fn of_trial(execution: &Execution) -> Result<Self, NoRandomness> {
        Ok(Head {
            id: random::uuid()?,
            arn: execution.arn().to_string(),
            name: String::new(),
            machine: String::new(),
            machine_arn: String::new(),
            kind: Kind::Express,
            region: String::new(),
            version: None,
            alias: None,
            revision: String::new(),
            started: execution.now(),
            seed: [0; 32],
            trace_header: None,
        })
    }

    /// The execution at its very start; `None` where its definition cannot be read any longer. It keeps the history of
    /// the child that is to be told of.
    pub fn begin(&self, revision: &Revision, input: Payload, tell_of: Option<&str>) -> Option<Execution> {
        let machine = revision.machine(self.kind.into())?;
        let options = Options {
            now: self.started,
            seed: self.seed,
            identity: Identity {
                execution_arn: Arc::from(self.arn.as_str()),
                execution_name: Arc::from(self.name.as_str()),
                role_arn: Arc::from(revision.content.role_arn.as_str()),
                machine_arn: Arc::from(self.machine_arn.as_str()),
                machine_name: Arc::from(self.machine.as_str()),
                region: Arc::from(self.region.as_str()),
            },
            express: self.kind == Kind::Express,
            max_events: MAX_EVENTS,
            keep_history: self.kind == Kind::Standard,
            keep_children: self.kind == Kind::Standard,
            tell_of: tell_of.map(Arc::from),
        };
        Some(Execution::start(&machine, input, options))
    }
}
