//! A revision of a machine: what CreateStateMachine and UpdateStateMachine set, which never changes again. Versions and
//! executions hold on to the one they were made of.

use jiff::Timestamp;
use opsctl_engine::asl::definition::{Machine, MachineType, parse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

#[derive(Debug, Serialize, Deserialize)]
pub struct Revision {
    /// Names its file.
    pub key: String,
    /// A machine that was never updated has a revision without an id.
    pub id: Option<String>,
    pub made: Timestamp,
    #[serde(flatten)]
    pub content: Content,
    #[serde(skip)]
    machine: OnceLock<Option<Arc<Machine>>>,
}

/// What makes two revisions the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub definition: String,
    pub role_arn: String,
    /// As the wire has it, with everything that was left out.
    pub logging: Value,
    pub is_traced: bool,
    /// As the wire has it.
    pub encryption: Value,
}

impl Revision {
    pub fn new(key: String, id: Option<String>, made: Timestamp, content: Content) -> Self {
        Revision { key, id, made, content, machine: OnceLock::new() }
    }

    /// The definition, read once. It was checked before it was kept, so there is nothing only where somebody changed the
    /// file.
    pub fn machine(&self, kind: MachineType) -> Option<Arc<Machine>> {
        self.machine
            .get_or_init(|| parse(&self.content.definition, kind).ok().map(Arc::new))
            .as_ref()
            .map(Arc::clone)
    }
}
