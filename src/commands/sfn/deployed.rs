//! A machine, or a version of one, as it is deployed: what a deployment compares with and goes on from.

use jiff::Timestamp;
use opsctl_engine::asl::arn::{Named, StatesArn};
use serde::Serialize;

use super::machine::machine_of;
use super::settings::Settings;

/// The revision of a machine that was never updated; the service takes it for that, and does not tell it.
pub const INITIAL: &str = "INITIAL";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    pub arn: String,
    pub definition: String,
    /// Without tags, which are asked for apart.
    pub settings: Settings,
    pub revision: String,
}

/// An alias, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alias {
    pub name: String,
    pub description: Option<String>,
    pub routes: Vec<Route>,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub state_machine_alias_arn: String,
}

/// A version that an alias leads to, with how many of a hundred executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    pub version: u64,
    pub weight: u8,
}

/// What the service finds wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    pub is_fine: bool,
    /// Message and place of each fault.
    pub faults: Vec<(String, Option<String>)>,
    /// There are more than are told.
    pub has_more: bool,
}

/// "3 (90 %), 4 (10 %)"; without weights where all go to one.
pub fn routes_told(routes: &[Route]) -> String {
    match routes {
        [only] => only.version.to_string(),
        several => {
            let told = several.iter().map(|route| format!("{} ({} %)", route.version, route.weight));
            told.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The number in the ARN of a version.
pub fn number_of(arn: &str) -> Option<u64> {
    match StatesArn::parse(arn).ok()?.resource {
        Named::Version { number, .. } => Some(number),
        _ => None,
    }
}

pub fn version_arn(machine: &StatesArn, number: u64) -> String {
    let machine_name = machine_of(&machine.resource).unwrap_or_default().to_owned();
    machine.of(Named::Version { machine: machine_name, number }).to_string()
}

pub fn alias_arn(machine: &StatesArn, alias: &str) -> String {
    let machine_name = machine_of(&machine.resource).unwrap_or_default().to_owned();
    machine.of(Named::Alias { machine: machine_name, alias: alias.to_owned() }).to_string()
}
