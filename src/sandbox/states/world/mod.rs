//! What tasks, readers and writers of executions call, and what they are answered. Activities and tokens are not its
//! business: others answer for those.

use super::executions::{Open, Run};
use crate::sandbox::account::Account;
use opsctl_engine::asl::definition::Resource;
use opsctl_engine::asl::execution::{Answer, Demand, DemandId, What};
use opsctl_engine::asl::history::Failure;
use std::sync::Arc;

/// Where an answer to one demand is handed in.
pub struct Desk {
    run: Arc<Run>,
    demand: DemandId,
}

impl Desk {
    pub fn new(run: &Arc<Run>, demand: DemandId) -> Self {
        Desk { run: Arc::clone(run), demand }
    }

    /// Says what there is to be said before the end: that a task has started, or was submitted.
    pub fn tell(&self, answer: Answer) {
        self.run.send(What::Answer(self.demand, answer));
    }
}

/// Does what is asked for. Without an answer the end comes from somewhere else: by a token. Dropped where nobody waits
/// for it any longer. Of what was open when a sandbox ended, some may have been said and done before.
pub async fn answer(_account: &Arc<Account>, open: &Open, _desk: &Desk) -> Option<Answer> {
    match &open.demand {
        Demand::Task(_, request) => Some(Answer::Failed(unknown(&request.resource))),
        Demand::Read(..) | Demand::List(..) | Demand::Write(..) => {
            Some(Answer::Failed(failure("no objects are read or written for executions in this sandbox")))
        }
        Demand::Cancel(_) => None,
    }
}

fn unknown(resource: &Resource) -> Failure {
    match resource {
        Resource::Lambda { arn } | Resource::Activity { arn } => {
            failure(&format!("there is no such resource in this sandbox: {arn}"))
        }
        Resource::Service(service) => failure(&format!(
            "there is no such resource in this sandbox: arn:aws:states:::{}:{}",
            service.resource_type, service.resource
        )),
    }
}

fn failure(cause: &str) -> Failure {
    Failure { error: Some("Sandbox.NoSuchResource".into()), cause: Some(cause.into()) }
}
