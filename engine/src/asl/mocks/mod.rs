//! Mocked outcomes of tasks, in the format of the mock configuration file of Step Functions Local: which response each
//! state of a test case gives, and what that response is at which attempt. Reads values, not files.
//!
//! Source of the format: the guide of Step Functions, "Configuration file for mocked service integrations".

mod answers;
mod read;
#[cfg(test)]
mod tests;

pub use answers::{Mocks, RanOut};
pub use read::{case, file};

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Payload;
use super::history::Failure;

/// A whole mock configuration file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MockFile {
    /// Test cases by machine and name, in the order of the file.
    pub machines: Vec<(String, Vec<(String, Case)>)>,
    /// `MockedResponses` by name.
    pub responses: BTreeMap<String, Arc<Response>>,
}

/// What the mocked states of one test case give. States that are not in it are not mocked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Case(pub BTreeMap<String, Arc<Response>>);

/// The outcomes of one state by attempt, which counts from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Its name in `MockedResponses`; `None` for one that stands in a case itself.
    pub name: Option<String>,
    /// In rising order, without overlaps.
    pub attempts: Vec<(RangeInclusive<u64>, Reply)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Return(Payload),
    Throw(Failure),
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Names and positions from the root of the document.
    pub path: Vec<String>,
    /// Whether the name at the end of the path is wrong, and not what it stands for.
    pub is_name: bool,
    pub message: String,
}

/// Why no case of a file is the one that is meant, with those there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    Machine(Vec<String>),
    Case { machine: String, cases: Vec<String> },
}

impl MockFile {
    /// The case of this name: of `machine` where that is given, else of the machine that goes by `default`, else of the
    /// only one there is. Without a name, the only case.
    pub fn case(&self, machine: Option<&str>, default: &str, case: Option<&str>) -> Result<&Case, Unclear> {
        let named = |wanted: &str| self.machines.iter().find(|(name, _)| name == wanted);
        let found = match (machine, self.machines.as_slice()) {
            (Some(machine), _) => named(machine),
            (None, [only]) => Some(only),
            (None, _) => named(default),
        };
        let Some((machine, cases)) = found else {
            return Err(Unclear::Machine(self.machines.iter().map(|(name, _)| name.clone()).collect()));
        };
        let found = match (case, cases.as_slice()) {
            (Some(case), _) => cases.iter().find(|(name, _)| name == case),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        found.map(|(_, case)| case).ok_or_else(|| Unclear::Case {
            machine: machine.clone(),
            cases: cases.iter().map(|(name, _)| name.clone()).collect(),
        })
    }
}

impl Response {
    /// What comes of an attempt, if that is said.
    pub fn at(&self, attempt: u64) -> Option<&Reply> {
        let next = self.attempts.partition_point(|(range, _)| *range.start() <= attempt);
        let (range, reply) = self.attempts.get(next.checked_sub(1)?)?;
        range.contains(&attempt).then_some(reply)
    }
}
