//! Jobs of S3 Batch Operations as the service runs them: each is prepared, waits, runs its tasks on the store and writes
//! its report. The service in front of it reads requests; the rules of a job document are the engine's.

mod job;
mod jobs;
mod keep;
mod lambda;
mod objects;
mod operation;
mod prepare;
mod report;
mod runner;
mod schedule;
mod settings;
mod task;
#[cfg(test)]
mod tests;
mod work;

pub use job::{Job, Tag};
pub use jobs::{Created, Refused};
pub use settings::{JobSettings, PlantedFailure, Role};

use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use jobs::Jobs;
use opsctl_engine::batch::JobDocument;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub struct Batch {
    pub jobs: Jobs,
    /// Calls of CreateJob that are still to answer 500.
    broken_answers: AtomicU64,
}

impl Batch {
    /// `folder` keeps the jobs.
    pub fn new(folder: &Path, settings: &JobSettings) -> Self {
        Batch {
            jobs: Jobs::new(folder, settings.at_once),
            broken_answers: AtomicU64::new(settings.create_job_500),
        }
    }

    /// Makes a job and starts it.
    pub fn create(
        &self,
        account: &Arc<Account>,
        region: &str,
        token: &str,
        document: JobDocument,
    ) -> Result<Created, ServiceError> {
        if let Some(name) = operation::unsupported(&document.operation) {
            let message = format!("Request invalid: this sandbox has no {name}");
            return Err(ServiceError::new("BadRequestException", message));
        }
        let created = self.jobs.create(region, token, document.to_value())?;
        if let Created::New(id) = &created {
            self.jobs.drive(runner::drive(Arc::clone(account), id.clone(), document));
        }
        let count_down = |left: u64| left.checked_sub(1);
        if self.broken_answers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count_down).is_ok() {
            let message = "We encountered an internal error. Please try again.";
            return Err(ServiceError::new("InternalServiceException", message).status(500));
        }
        Ok(created)
    }

    /// Starts the jobs again that an earlier sandbox has left before their tasks ran.
    pub fn resume(&self, account: &Arc<Account>) {
        for (id, request) in self.jobs.unfinished() {
            // What was taken once is taken again, but for a date that has passed meanwhile.
            match JobDocument::read(&request, Timestamp::now()) {
                Ok(document) => self.jobs.drive(runner::drive(Arc::clone(account), id, document)),
                Err(faults) => runner::give_up(&self.jobs, &id, &faults),
            }
        }
    }
}
