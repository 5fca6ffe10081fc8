//! A state machine, whole, with what belongs to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StateMachine {
    pub name: String,
    /// STANDARD or EXPRESS.
    #[serde(rename = "type")]
    pub machine_type: String,
    pub status: Option<String>,
    /// Of the version, where one is asked for.
    pub description: Option<String>,
    pub created: Option<Timestamp>,
    /// Of the version, where one is asked for.
    pub revision_id: Option<String>,
    pub role_arn: String,
    pub logging: Logging,
    #[serde(rename = "tracing")]
    pub is_traced: bool,
    pub encryption: Option<Encryption>,
    /// The variables that each state reads and assigns.
    pub variable_references: BTreeMap<String, Vec<String>>,
    /// Newest first. Absent, as are aliases and tags, where it was not asked for or may not be known: each takes a call.
    pub versions: Option<Vec<VersionSummary>>,
    pub aliases: Option<Vec<AliasSummary>>,
    pub tags: Option<BTreeMap<String, String>>,
    /// JSON text, as it was given.
    pub definition: String,
    pub state_machine_arn: String,
}

/// What of its executions is logged, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logging {
    /// ALL, ERROR, FATAL or OFF.
    pub level: String,
    pub include_execution_data: bool,
    /// By their names.
    pub log_groups: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Encryption {
    #[serde(rename = "type")]
    pub key_type: String,
    pub kms_key_id: Option<String>,
    pub kms_data_key_reuse_period_seconds: Option<i32>,
}

/// A version as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionSummary {
    pub number: u64,
    pub created: Option<Timestamp>,
    pub state_machine_version_arn: String,
}

/// An alias as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AliasSummary {
    pub name: String,
    pub created: Option<Timestamp>,
    pub state_machine_alias_arn: String,
}

/// The level of a machine that logs nothing.
const OFF: &str = "OFF";

impl Logging {
    /// Of a machine that has never been told to log.
    pub fn off() -> Self {
        Logging { level: OFF.to_owned(), include_execution_data: false, log_groups: Vec::new() }
    }

    pub fn is_off(&self) -> bool {
        self.level == OFF || self.log_groups.is_empty()
    }
}
