//! The options about the job itself, whatever it does: who runs it, what it is called, where its report goes.

use clap::Args;
use opsctl_engine::batch::{Report, Tag, arn, words};
use opsctl_engine::manifest::Location;

use super::pair::Pair;

#[derive(Debug, Clone, Args)]
pub struct SettingsArgs {
    /// The role that the job runs as: ARN or name
    #[arg(long, value_name = "ROLE", help_heading = "Change")]
    pub role: String,

    /// Where the completion report goes, s3://BUCKET/PREFIX
    #[arg(
        long,
        value_name = "S3-URI",
        required_unless_present = "no_report",
        conflicts_with = "no_report",
        help_heading = "Change"
    )]
    pub report: Option<Location>,

    /// Report failed tasks only
    #[arg(long, requires = "report", hide_short_help = true, help_heading = "Change")]
    pub report_failed_only: bool,

    /// No completion report: nobody will know which task failed
    #[arg(long, hide_short_help = true, help_heading = "Change")]
    pub no_report: bool,

    /// Higher runs first; from 0
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(i32).range(0..), hide_short_help = true, help_heading = "Change")]
    pub priority: i32,

    /// What the list of jobs calls it; at most 256 characters
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        hide_short_help = true,
        help_heading = "Change"
    )]
    pub description: Option<String>,

    /// A tag of the job, not of its objects; at most 50
    #[arg(long, value_name = "KEY=VALUE", hide_short_help = true, help_heading = "Change")]
    pub tag: Vec<Pair>,
}

impl SettingsArgs {
    pub fn tags(&self) -> Option<Vec<Tag>> {
        (!self.tag.is_empty()).then(|| self.tag.iter().map(Pair::tag).collect())
    }

    pub fn report(&self, partition: &str) -> Report {
        let scope = if self.report_failed_only { words::FAILED_TASKS_ONLY } else { words::ALL_TASKS };
        self.report.as_ref().map_or_else(Report::none, |location| report(location, scope, partition))
    }
}

/// A report that goes to this place.
pub fn report(location: &Location, scope: &str, partition: &str) -> Report {
    let bucket = Location { bucket: location.bucket.clone(), key: String::new() };
    let prefix = location.key.trim_end_matches('/');
    Report {
        bucket: Some(bucket.arn(partition)),
        format: Some(words::REPORT_FORMAT.to_owned()),
        enabled: true,
        prefix: (!prefix.is_empty()).then(|| prefix.to_owned()),
        report_scope: Some(scope.to_owned()),
        expected_bucket_owner: None,
    }
}

/// The place that a report goes to.
pub fn location(report: &Report) -> Option<Location> {
    let bucket = report.bucket.as_deref().filter(|_| report.enabled).and_then(arn::bucket)?;
    Some(Location { bucket: bucket.to_owned(), key: report.prefix.clone().unwrap_or_default() })
}

/// A role as a job wants it.
pub fn role_arn(role: &str, partition: &str, account: &str) -> String {
    match role.starts_with("arn:") {
        true => role.to_owned(),
        false => format!("arn:{partition}:iam::{account}:role/{role}"),
    }
}
