//! What every operation takes besides its own parameters, and how a job is put together from the two.

use clap::Args;
use opsctl_engine::batch::{JobDocument, Operation};

use super::super::api::Jobs;
use super::options;
use super::settings::{SettingsArgs, role_arn};
use super::source::SourceArgs;
use super::submit::{Draft, SubmitArgs, refused, submit};
use super::token::Ages;
use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;

#[derive(Debug, Clone, Args)]
pub struct JobArgs {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    settings: SettingsArgs,

    #[command(flatten)]
    submit: SubmitArgs,
}

impl JobArgs {
    pub fn changes(&self) -> Changes {
        self.submit.changes()
    }

    /// `operation`: made once the partition is known, which ARNs begin with.
    pub async fn create(&self, operation: impl FnOnce(&str) -> Operation, ctx: &Context) -> Result<Outcome> {
        self.create_with(operation, Ages::default(), ctx).await
    }

    /// With the ages that the operation's own times were said as.
    pub async fn create_with(
        &self,
        operation: impl FnOnce(&str) -> Operation,
        mut ages: Ages,
        ctx: &Context,
    ) -> Result<Outcome> {
        self.submit.check()?;
        let mut signals = Signals::listen()?;
        let jobs = signals.race(Jobs::open(ctx)).await?;
        let partition = jobs.partition;
        let document = JobDocument {
            account_id: None,
            confirmation_required: None,
            operation: operation(partition),
            report: self.settings.report(partition),
            client_request_token: None,
            description: self.settings.description.clone(),
            priority: self.settings.priority,
            role_arn: role_arn(&self.settings.role, partition, &jobs.account),
            tags: self.settings.tags(),
            source: self.source.beforehand(partition, ctx)?,
        };
        // A listing can take long: nothing that is known to be wrong waits for it.
        let token = self.submit.token.clone();
        let meant = JobDocument { client_request_token: token, ..document.clone() };
        JobDocument::read(&meant.to_value(), ctx.now())
            .map_err(|faults| refused(faults.iter().map(options::told)))?;
        let report = self.settings.report.as_ref();
        let (source, objects) = self.source.resolve(report, &jobs, ctx, &mut signals).await?;
        let document = JobDocument { source, ..document };
        self.source.ages(&mut ages);
        submit(Draft { document, objects, ages }, &jobs, &self.submit, ctx, &mut signals).await
    }
}
