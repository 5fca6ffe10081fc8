//! How a job is named on a command line: by its id, or by its ARN, which says the region too.

use std::str::FromStr;

use opsctl_engine::batch::arn::Arn;

use super::api::Jobs;
use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobId {
    id: String,
    /// Of an ARN.
    region: Option<String>,
    account: Option<String>,
}

impl JobId {
    /// The id, for who asks this region and this account.
    pub fn of(&self, jobs: &Jobs) -> Result<&str> {
        self.at(&jobs.region, &jobs.account)
    }

    fn at(&self, region: &str, account: &str) -> Result<&str> {
        if let Some(other) = self.account.as_deref().filter(|other| *other != account) {
            return Err(Error::usage(format!(
                "the job {} is of account {other}, and these credentials are of {account}",
                self.id
            ))
            .hint("--profile names others")
            .into());
        }
        match &self.region {
            Some(other) if other != region => {
                Err(Error::usage(format!("the job {} is in region {other}, and {region} is asked", self.id))
                    .hint(format!("--region {other}"))
                    .into())
            }
            _ => Ok(&self.id),
        }
    }
}

impl FromStr for JobId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let arn = Arn::parse(text);
        let id = arn.map_or(text, |arn| arn.resource.strip_prefix("job/").unwrap_or_default());
        let is_id = (5..=36).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        match is_id {
            true => Ok(JobId {
                id: id.to_owned(),
                region: arn.map(|arn| arn.region.to_owned()),
                account: arn.map(|arn| arn.account.to_owned()),
            }),
            false => {
                Err("a job is named by its id, as opsctl s3 job list shows it, or by its ARN".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_by_its_id_or_its_arn() {
        let id = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";
        let job: JobId = id.parse().unwrap();
        assert_eq!(job.at("eu-west-1", "111122223333").unwrap(), id);
        let job: JobId = format!("arn:aws:s3:eu-west-1:111122223333:job/{id}").parse().unwrap();
        assert_eq!(job.at("eu-west-1", "111122223333").unwrap(), id);
        let error = job.at("eu-west-1", "999922223333").unwrap_err().to_string();
        assert!(
            error.ends_with("is of account 111122223333, and these credentials are of 999922223333"),
            "{error}"
        );
        let error = job.at("us-east-1", "111122223333").unwrap_err().to_string();
        assert!(error.ends_with("is in region eu-west-1, and us-east-1 is asked"), "{error}");
        for text in ["", "abc", "a/b/c/d", "arn:aws:s3:eu-west-1:111122223333:bucket/x", &"x".repeat(37)] {
            assert!(text.parse::<JobId>().is_err(), "{text}");
        }
    }
}
