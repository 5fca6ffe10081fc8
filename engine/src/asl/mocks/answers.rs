//! What the mocks of one case answer in one execution.
//!
//! Attempts of a state are counted from 0 over the whole execution, retries and further visits alike. Inside a Map a
//! response that has none for a count is taken to describe one iteration: then the retries of that iteration count.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{Case, Reply, Response};
use crate::asl::Payload;
use crate::asl::definition::{Pattern, Resource};
use crate::asl::execution::{Answer, TaskRequest};
use crate::asl::failure::{HEARTBEAT_TIMEOUT, TIMEOUT};
use crate::asl::history::Failure;

/// A case being used up.
#[derive(Debug, Clone, Default)]
pub struct Mocks {
    case: Case,
    counts: HashMap<Arc<str>, u64>,
}

/// There is no outcome for an attempt at a mocked state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RanOut {
    pub state: Arc<str>,
    pub attempt: u64,
    /// The response, where it has a name.
    pub response: Option<String>,
    /// The last attempt it has an outcome for.
    pub last: Option<u64>,
}

impl Mocks {
    pub fn new(case: Case) -> Self {
        Mocks { case, counts: HashMap::new() }
    }

    /// What comes of this attempt, one answer after another; `None` when the state is not mocked.
    pub fn answer(&mut self, request: &TaskRequest) -> Option<Result<Vec<Answer>, RanOut>> {
        let response = self.case.0.get(&*request.state)?;
        let count = match self.counts.get_mut(&request.state) {
            Some(count) => {
                *count += 1;
                *count
            }
            None => {
                self.counts.insert(Arc::clone(&request.state), 0);
                0
            }
        };
        let of_iteration = || request.is_iteration.then(|| response.at(request.attempt)).flatten();
        Some(match response.at(count).or_else(of_iteration) {
            Some(Reply::Return(output)) => Ok(vec![Answer::Succeeded(output.clone())]),
            Some(Reply::Throw(failure)) => Ok(thrown(&request.resource, failure.clone())),
            None => Err(RanOut::new(request, response, count)),
        })
    }
}

/// A failure: a timeout is one by its name, and jobs and callbacks fail when they have been submitted.
fn thrown(resource: &Resource, failure: Failure) -> Vec<Answer> {
    let is_submitted =
        matches!(resource, Resource::Service(integration) if integration.pattern != Pattern::RequestResponse);
    let end = match failure.error.as_deref() {
        Some(TIMEOUT | HEARTBEAT_TIMEOUT) => Answer::TimedOut(failure),
        _ => Answer::Failed(failure),
    };
    is_submitted.then(|| Answer::Submitted(Payload::empty())).into_iter().chain([end]).collect()
}

impl RanOut {
    fn new(request: &TaskRequest, response: &Response, count: u64) -> Self {
        RanOut {
            state: Arc::clone(&request.state),
            attempt: if request.is_iteration { request.attempt } else { count },
            response: response.name.clone(),
            last: response.attempts.last().map(|(range, _)| *range.end()),
        }
    }
}

impl fmt::Display for RanOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mocks of the state {} ran out at attempt {}", self.state, self.attempt)?;
        if let Some(response) = &self.response {
            write!(f, ": {response} has no outcome for it")?;
        }
        match self.last {
            Some(last) => write!(f, " (its last is {last})"),
            None => Ok(()),
        }
    }
}
