//! The calls about batch jobs: paging, conversion into our model, what their failures mean. It never prints.

use aws_sdk_s3control::Client;
use aws_sdk_s3control::types::{JobStatus, RequestedJobStatus};
use jiff::Timestamp;
use opsctl_engine::batch::{JobDocument, Request, Status, Tag};
use opsctl_engine::manifest::partition;

use super::date::Date;
use super::model::{Job, Summary};
use super::to_sdk::Members;
use crate::aws::{self, Aws};
use crate::context::Context;
use crate::error::{Error, Kind, Result};

/// The largest page.
const PAGE: i32 = 1000;

/// The calls of one account in one region.
pub struct Jobs {
    client: Client,
    pub account: String,
    pub region: String,
    /// "aws", "aws-cn": what ARNs begin with.
    pub partition: &'static str,
}

/// What became of a CreateJob.
pub enum Created {
    /// The id of the new job, or of the one that was made by the same request before.
    Job(String),
    /// The token is of a job that is not like this one.
    TokenTaken(Error),
}

impl Jobs {
    /// Every call names the account: it is asked for once.
    pub async fn open(ctx: &Context) -> Result<Self> {
        Jobs::of(ctx.aws().await?).await
    }

    pub async fn of(aws: &Aws) -> Result<Self> {
        let identity = aws.identity().await?;
        let (account, region) = (identity.account, aws.region().value.clone());
        let partition = partition(&region);
        Ok(Jobs { client: aws.s3control(), account, region, partition })
    }

    /// Hands every page of jobs to `page` until it wants no more.
    pub async fn list(
        &self,
        statuses: &[Status],
        page: &mut (dyn FnMut(Vec<Summary>) -> Result<bool> + Send),
    ) -> Result<()> {
        let statuses: Vec<JobStatus> = statuses.iter().map(|status| status.as_str().into()).collect();
        let mut token = None;
        loop {
            let answer = self
                .client
                .list_jobs()
                .account_id(&self.account)
                .set_job_statuses((!statuses.is_empty()).then(|| statuses.clone()))
                .max_results(PAGE)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| aws::failure(&error, "cannot list the batch jobs"))?;
            let jobs = answer.jobs.unwrap_or_default().into_iter().map(Summary::try_from);
            token = answer.next_token.filter(|token| !token.is_empty());
            if !page(jobs.collect::<Result<_, _>>()?)? || token.is_none() {
                return Ok(());
            }
        }
    }

    pub async fn describe(&self, id: &str) -> Result<Job> {
        Ok(self.describe_now(id).await?.0)
    }

    /// With the time by the clock of the service; by that of this machine where it does not tell.
    pub async fn describe_now(&self, id: &str) -> Result<(Job, Timestamp)> {
        let date = Date::default();
        let call = self.client.describe_job().account_id(&self.account).job_id(id);
        let answer = call.customize().interceptor(date.clone()).send().await.map_err(|error| {
            let is_missing = error.as_service_error().is_some_and(|error| error.is_not_found_exception());
            self.failure(aws::failure(&error, format!("cannot look at the job {id}")), is_missing, id)
        })?;
        let job = answer.job.ok_or_else(|| Error::failed("the answer of AWS has no Job in DescribeJob"))?;
        Ok((job.try_into()?, date.now()))
    }

    /// With the token of the document, under which one job is made at most.
    pub async fn create(&self, document: &JobDocument) -> Result<Created> {
        let members = Members::new(document)
            .map_err(|error| Error::failed("the job cannot be written as a request").because(error))?;
        let answer = self
            .client
            .create_job()
            .account_id(&self.account)
            .set_confirmation_required(document.confirmation_required)
            .operation(members.operation)
            .report(members.report)
            .set_client_request_token(document.client_request_token.clone())
            .set_manifest(members.manifest)
            .set_manifest_generator(members.generator)
            .set_description(document.description.clone())
            .priority(document.priority)
            .role_arn(&document.role_arn)
            .set_tags(members.tags)
            .send()
            .await;
        let error = match answer {
            Ok(answer) => {
                let id = answer.job_id;
                let id = id.ok_or_else(|| Error::failed("the answer of AWS has no JobId in CreateJob"))?;
                return Ok(Created::Job(id));
            }
            Err(error) => error,
        };
        let service = error.as_service_error();
        let is_other = service.is_some_and(|error| error.is_idempotency_exception());
        let is_internal = service.is_some_and(|error| error.is_internal_service_exception());
        let failure = aws::failure(&error, "cannot create the job");
        match (is_other, is_internal) {
            (true, _) => Ok(Created::TokenTaken(
                Error::new(Kind::Conflict, "the token belongs to a job with other settings")
                    .because(failure)
                    .hint("another --token makes another job"),
            )),
            // A role that cannot be taken on is told like this at times.
            (_, true) => Err(failure
                .hint("a role that does not trust the service can be the cause: --dry-run looks at it")
                .into()),
            _ => Err(failure.into()),
        }
    }

    pub async fn tags(&self, id: &str) -> Result<Vec<Tag>> {
        let call = self.client.get_job_tagging().account_id(&self.account).job_id(id);
        let answer = call.send().await.map_err(|error| {
            let is_missing = error.as_service_error().is_some_and(|error| error.is_not_found_exception());
            self.failure(
                aws::failure(&error, format!("cannot read the tags of the job {id}")),
                is_missing,
                id,
            )
        })?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| Tag { key: tag.key, value: tag.value }).collect())
    }

    pub async fn update_status(&self, id: &str, request: Request, reason: Option<&str>) -> Result<()> {
        let (requested, doing) = match request {
            Request::Ready => (RequestedJobStatus::Ready, "confirm"),
            Request::Cancelled => (RequestedJobStatus::Cancelled, "cancel"),
        };
        let call = self.client.update_job_status().account_id(&self.account).job_id(id);
        let call = call.requested_job_status(requested).set_status_update_reason(reason.map(str::to_owned));
        let sent = call.send().await.map(|_| ());
        sent.map_err(|error| {
            let service = error.as_service_error();
            let is_missing = service.is_some_and(|error| error.is_not_found_exception());
            let message = format!("cannot {doing} the job {id}");
            if service.is_some_and(|error| error.is_job_status_exception()) {
                let failure = aws::failure(&error, "its state does not allow it");
                return Error::new(Kind::Conflict, message).because(failure).into();
            }
            self.failure(aws::failure(&error, message), is_missing, id)
        })
    }

    pub async fn update_priority(&self, id: &str, priority: i32) -> Result<()> {
        let call = self.client.update_job_priority().account_id(&self.account).job_id(id).priority(priority);
        let sent = call.send().await.map(|_| ());
        sent.map_err(|error| {
            let is_missing = error.as_service_error().is_some_and(|error| error.is_not_found_exception());
            let message = format!("cannot change the priority of the job {id}");
            self.failure(aws::failure(&error, message), is_missing, id)
        })
    }

    /// A job is known in its region alone, and there for 90 days after its end.
    fn failure(&self, failure: Error, is_missing: bool, id: &str) -> anyhow::Error {
        if !is_missing {
            return failure.into();
        }
        Error::not_found(format!(
            "there is no job {id} in account {} and region {}",
            self.account, self.region
        ))
        .because(failure)
        .hint("a job is known in its own region alone: --region names another")
        .hint("opsctl s3 job list")
        .into()
    }
}
