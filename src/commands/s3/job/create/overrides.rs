//! What is said on the command line instead of in the file of a job: the objects, and settings that differ from one run or
//! one account to the next.

use clap::Args;
use opsctl_engine::batch::{JobDocument, Report, words};
use opsctl_engine::manifest::Location;
use serde_json::{Value, json};

use super::super::api::Jobs;
use super::super::objects::Objects;
use super::settings::{self, role_arn};
use super::source::SourceArgs;
use super::token::Ages;
use crate::context::Context;
use crate::error::Result;
use crate::signals::Signals;

#[derive(Debug, Args)]
pub struct OverrideArgs {
    #[command(flatten)]
    source: SourceArgs,

    /// With -f: the role, its ARN or its name in this account
    #[arg(long, value_name = "ROLE", requires = "file", hide_short_help = true, help_heading = "Change")]
    role: Option<String>,

    /// With -f: where the completion report of all tasks goes
    #[arg(long, value_name = "S3-URI", requires = "file", hide_short_help = true, help_heading = "Change")]
    report: Option<Location>,

    /// With -f: higher runs first
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(i32).range(0..),
        requires = "file",
        hide_short_help = true,
        help_heading = "Change"
    )]
    priority: Option<i32>,

    /// With -f: what the list of jobs calls it
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        requires = "file",
        hide_short_help = true,
        help_heading = "Change"
    )]
    description: Option<String>,
}

impl OverrideArgs {
    pub fn is_given(&self) -> bool {
        let OverrideArgs { source, role, report, priority, description } = self;
        source.is_given() || role.is_some() || report.is_some() || priority.is_some() || description.is_some()
    }

    /// What is not taken from the file need not be right in it, nor be there.
    pub fn edit(&self, document: &mut Value) {
        let Some(members) = document.as_object_mut() else { return };
        if self.source.is_given() {
            members.remove("ManifestGenerator");
            let location = json!({ "ObjectArn": "arn:aws:s3:::given/elsewhere", "ETag": "0" });
            let spec = json!({ "Format": words::MANIFEST_CSV, "Fields": ["Bucket", "Key"] });
            members.insert("Manifest".to_owned(), json!({ "Spec": spec, "Location": location }));
        }
        if self.role.is_some() {
            members.insert("RoleArn".to_owned(), json!(role_arn("given", "aws", "000000000000")));
        }
        if let Some(report) = &self.report {
            let report = serde_json::to_value(self.report(report, "aws")).unwrap_or_default();
            members.insert("Report".to_owned(), report);
        }
        if let Some(priority) = self.priority {
            members.insert("Priority".to_owned(), json!(priority));
        }
        if let Some(description) = &self.description {
            members.insert("Description".to_owned(), json!(description));
        }
    }

    /// The document as it is meant, once the account is known.
    pub async fn apply(
        &self,
        mut document: JobDocument,
        jobs: &Jobs,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<(JobDocument, Objects)> {
        if let Some(role) = &self.role {
            document.role_arn = role_arn(role, jobs.partition, &jobs.account);
        }
        if let Some(report) = &self.report {
            document.report = self.report(report, jobs.partition);
        }
        let mut objects = Objects::default();
        if self.source.is_given() {
            let report = settings::location(&document.report);
            (document.source, objects) = self.source.resolve(report.as_ref(), jobs, ctx, signals).await?;
        }
        Ok((document, objects))
    }

    pub fn ages(&self, ages: &mut Ages) {
        self.source.ages(ages);
    }

    fn report(&self, location: &Location, partition: &str) -> Report {
        settings::report(location, words::ALL_TASKS, partition)
    }
}
