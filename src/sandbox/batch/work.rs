//! The tasks of a job under way: a batch at a time is taken from the manifest, run, and written into the report.

use super::job::Failure;
use super::lambda;
use super::operation::Performer;
use super::prepare::Tasks;
use super::report::Report;
use super::runner::blocking;
use super::task::{Fault, Outcome, Task};
use crate::random;
use crate::sandbox::account::Account;
use futures_util::StreamExt as _;
use opsctl_engine::batch::{JobDocument, Lambda, Operation, arn};
use std::sync::Arc;

/// Functions that run at the same time.
const FUNCTIONS: usize = 8;
/// Tasks of a batch that invoke functions: between batches the job looks whether it is to stop.
const INVOCATIONS: u64 = 32;

pub struct Work {
    account: Arc<Account>,
    id: String,
    region: String,
    document: Arc<JobDocument>,
    tasks: Tasks,
    report: Option<Report>,
    performer: Performer,
    run: u64,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub succeeded: u64,
    pub failed: u64,
    /// The manifest is at its end.
    pub is_last: bool,
}

impl Tally {
    pub fn run(&self) -> u64 {
        self.succeeded.saturating_add(self.failed)
    }
}

impl Work {
    /// `region` is the job's.
    pub fn new(
        account: &Arc<Account>,
        id: &str,
        region: String,
        document: JobDocument,
        tasks: Tasks,
    ) -> Self {
        Work {
            account: Arc::clone(account),
            id: id.to_owned(),
            region,
            report: Report::new(&document.report, id, account.settings.jobs.rows_per_file),
            performer: Performer::new(account, &document.operation),
            document: Arc::new(document),
            tasks,
            run: 0,
        }
    }

    /// The next tasks. An error is one of the job, not of a task.
    pub async fn batch(self, size: u64) -> Result<(Work, Tally), Failure> {
        let document = Arc::clone(&self.document);
        match &document.operation {
            Operation::LambdaInvoke(lambda) => self.invoke(lambda, size.min(INVOCATIONS)).await,
            _ => blocking(move || self.perform(size)).await?,
        }
    }

    /// Writes the report, if there is to be one and a task was run.
    pub async fn report(self) -> Result<(), Failure> {
        match self.report {
            Some(report) if self.run > 0 => {
                let account = self.account;
                blocking(move || report.finish(&account)).await?
            }
            _ => Ok(()),
        }
    }

    fn perform(mut self, size: u64) -> Result<(Work, Tally), Failure> {
        let mut tally = Tally::default();
        while tally.run() < size {
            let Some(task) = self.tasks.next()? else {
                tally.is_last = true;
                break;
            };
            let outcome = match planted(&self.account, task) {
                Some(fault) => Err(fault),
                None => self.performer.perform(&self.account, task),
            };
            tally.count(&outcome);
            if let Some(report) = &mut self.report {
                report.row(&self.account, task, &outcome)?;
            }
        }
        self.run = self.run.saturating_add(tally.run());
        Ok((self, tally))
    }

    async fn invoke(mut self, lambda: &Lambda, size: u64) -> Result<(Work, Tally), Failure> {
        let mut tally = Tally::default();
        let mut batch = Vec::new();
        while (batch.len() as u64) < size {
            match self.tasks.next()? {
                Some(task) => batch.push(task.clone()),
                None => {
                    tally.is_last = true;
                    break;
                }
            }
        }
        let (account, first) = (Arc::clone(&self.account), self.run);
        let (id, region) = (self.id.clone(), self.region.clone());
        let place = Place { job_id: &id, region: &region };
        let mut invocations = Vec::new();
        for (number, task) in (first..).zip(&batch) {
            invocations.push(invoke_one(&account, lambda, place, number, task));
        }
        let outcomes: Vec<Outcome> =
            futures_util::stream::iter(invocations).buffered(FUNCTIONS).collect().await;
        for (task, outcome) in batch.iter().zip(&outcomes) {
            tally.count(outcome);
            if let Some(report) = &mut self.report {
                report.row(&self.account, task, outcome)?;
            }
        }
        self.run = self.run.saturating_add(tally.run());
        Ok((self, tally))
    }
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Ok(_) => self.succeeded += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// Which job, and where.
#[derive(Clone, Copy)]
struct Place<'a> {
    job_id: &'a str,
    region: &'a str,
}

async fn invoke_one(
    account: &Account,
    lambda: &Lambda,
    place: Place<'_>,
    number: u64,
    task: &Task,
) -> Outcome {
    if let Some(fault) = planted(account, task) {
        return Err(fault);
    }
    let function = function(account, place.region, &lambda.function_arn)?;
    let invocation_id =
        random::hex(32).map_err(|error| Fault::new(500, "InternalError", error.to_string()))?;
    let event = lambda::Event {
        schema: lambda.schema(),
        invocation_id: &invocation_id,
        job_id: place.job_id,
        task_id: &format!("{number:016x}"),
        bucket: &task.bucket,
        key: &task.key,
        version_id: task.version_id.as_deref(),
        user_arguments: lambda.user_arguments.as_ref(),
    };
    lambda::invoke(&account.lambda, function, &event).await
}

/// The name of a function in this account: the same ones are in every region, and a job reaches those of its own.
fn function<'a>(account: &Account, region: &str, name: &'a str) -> Result<&'a str, Fault> {
    let named = arn::Function::parse(name).filter(|named| {
        named.region.is_none_or(|named| named == region)
            && named.account.is_none_or(|owner| owner == account.identity.account)
    });
    let found = named.filter(|named| account.lambda.find(named.name).is_ok()).map(|named| named.name);
    found.ok_or_else(|| Fault::new(404, "ResourceNotFoundException", format!("Function not found: {name}")))
}

/// What `sandbox.toml` lets go wrong with this object.
fn planted(account: &Account, task: &Task) -> Option<Fault> {
    let failure = account.settings.jobs.planted(&task.key)?;
    Some(Fault::new(failure.status, failure.code.clone(), failure.message.clone()))
}
