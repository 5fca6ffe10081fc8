//! Lambda functions as commands of this machine: what one is, how it is run, and what Lambda would report of that. What
//! an event or an answer means is for those who invoke it, but for tasks of machines, which several run.

mod invocation;
mod process;
mod python;
mod report;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub use invocation::{Invocation, Kind};
pub use process::{Finished, Group, command, how, run};
pub use python::command as python;
pub use report::{FunctionError, Result, result};

/// How long a function may take that says nothing of it, as in Lambda.
pub const TIMEOUT: Duration = Duration::from_secs(3);
/// And at most.
pub const LONGEST: Duration = Duration::from_secs(900);

/// A function: a command that takes an event on stdin and answers on stdout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub command: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    pub timeout: Duration,
    /// Variables of its own, beside those that all functions have.
    pub environment: BTreeMap<String, String>,
}

/// What functions find around them.
#[derive(Debug, Clone)]
pub struct Place {
    pub path: OsString,
    pub user: String,
    pub region: String,
}
