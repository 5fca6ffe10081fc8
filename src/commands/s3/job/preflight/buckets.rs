//! The buckets of a job: where they are, whether they exist, and whether they have what the operation needs.

use aws_sdk_s3::Client;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use opsctl_engine::batch::{JobDocument, Operation, arn};

use super::super::api::Jobs;
use super::findings::{Finding, State};
use super::sample::Sample;
use crate::commands::s3::bucket::{self, Bucket};
use crate::error::Result;

pub async fn look(
    client: &Client,
    document: &JobDocument,
    sample: &Sample,
    jobs: &Jobs,
) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    if let Some(name) =
        document.report.bucket.as_deref().filter(|_| document.report.enabled).and_then(arn::bucket)
    {
        found.push(place(client, "report", name, jobs, &document.operation).await?);
    }
    let source = sample.buckets.iter().next().filter(|_| sample.buckets.len() == 1);
    let mut has_source = false;
    if let Some(name) = source {
        let finding = place(client, "objects", name, jobs, &document.operation).await?;
        has_source = finding.state == State::Good;
        found.push(finding);
    }
    let source = source.filter(|_| has_source).map(String::as_str);
    match &document.operation {
        Operation::S3PutObjectCopy(copy) => {
            if let Some(name) = arn::bucket(&copy.target_resource) {
                let finding = place(client, "target", name, jobs, &document.operation).await?;
                let is_there = finding.state == State::Good;
                found.push(finding);
                let is_itself = sample.buckets.len() == 1 && sample.buckets.contains(name);
                let is_current = sample.rows.iter().all(|row| row.version_id.is_none());
                if is_itself && is_current && copy.changes_nothing() {
                    let message = format!(
                        "every object of {name} would be copied onto itself, which S3 refuses where nothing changes: \
                         every task would fail"
                    );
                    found.push(Finding::warning("target", message));
                }
                let locks = copy.object_lock_mode.is_some() || copy.object_lock_legal_hold_status.is_some();
                if is_there && locks {
                    found.push(lock(client, "target", name).await);
                }
            }
        }
        Operation::S3PutObjectLegalHold(_) | Operation::S3PutObjectRetention(_) => {
            if let Some(name) = source {
                found.push(lock(client, "objects", name).await);
            }
        }
        Operation::S3ReplicateObject(_) => {
            if let Some(name) = source {
                found.push(replication(client, name).await);
            }
        }
        Operation::S3PutObjectAcl(acl) => {
            let canned = acl.access_control_policy.canned_access_control_list.as_deref();
            if let Some(name) = source.filter(|_| canned != Some("bucket-owner-full-control")) {
                found.extend(ownership(client, name).await);
            }
        }
        _ => {}
    }
    Ok(found)
}

/// That it exists, and is in the region of the job where it must be.
async fn place(
    client: &Client,
    check: &'static str,
    name: &str,
    jobs: &Jobs,
    operation: &Operation,
) -> Result<Finding> {
    let found = bucket::look_up(client, name).await?;
    if let Some(region) = found.region().filter(|region| *region != jobs.region) {
        let message = format!("the bucket {name} is in {region}, and the job would be in {}", jobs.region);
        return Ok(match check {
            // The guide says it of targets and reports; of other objects it is not said so plainly.
            "objects" if matches!(operation, Operation::S3PutObjectCopy(_)) => Finding::warning(
                check,
                format!("{message}: every copy goes from one region to the other, which is paid by the byte"),
            ),
            "objects" => Finding::warning(check, message),
            "target" => Finding::bad(check, message)
                .hint(format!("--region {region}: a copy job runs where its target is")),
            _ => Finding::bad(check, message),
        });
    }
    Ok(match found {
        Bucket::There { .. } => Finding::good(check, format!("the bucket {name} is there")),
        Bucket::Denied { .. } => Finding::unknown(check, format!("the bucket {name} may not be looked at")),
        Bucket::Missing => Finding::missing(check, format!("there is no bucket {name}")),
    })
}

async fn lock(client: &Client, check: &'static str, name: &str) -> Finding {
    match client.get_object_lock_configuration().bucket(name).send().await {
        Ok(answer)
            if answer
                .object_lock_configuration()
                .is_some_and(|lock| lock.object_lock_enabled().is_some()) =>
        {
            Finding::good(check, format!("the bucket {name} has Object Lock"))
        }
        Ok(_) => no_lock(check, name),
        Err(error) if error.code() == Some("ObjectLockConfigurationNotFoundError") => no_lock(check, name),
        Err(error) => Finding::unknown(check, unknown("Object Lock", name, error.code())),
    }
}

fn no_lock(check: &'static str, name: &str) -> Finding {
    Finding::bad(check, format!("the bucket {name} has no Object Lock: every task would fail"))
}

async fn replication(client: &Client, name: &str) -> Finding {
    match client.get_bucket_replication().bucket(name).send().await {
        Ok(_) => Finding::good("objects", format!("the bucket {name} has replication rules")),
        Err(error) if error.code() == Some("ReplicationConfigurationNotFoundError") => Finding::bad(
            "objects",
            format!("the bucket {name} has no replication rules: every task would fail"),
        ),
        Err(error) => Finding::unknown("objects", unknown("replication", name, error.code())),
    }
}

async fn ownership(client: &Client, name: &str) -> Option<Finding> {
    match client.get_bucket_ownership_controls().bucket(name).send().await {
        Ok(answer) => {
            let rules = answer.ownership_controls().map(|controls| controls.rules()).unwrap_or_default();
            let is_enforced =
                rules.iter().any(|rule| rule.object_ownership().as_str() == "BucketOwnerEnforced");
            let message = format!(
                "the owner of the bucket {name} is enforced, which knows no ACLs: every task would fail"
            );
            is_enforced.then(|| Finding::bad("objects", message))
        }
        Err(error) if error.code() == Some("OwnershipControlsNotFoundError") => None,
        Err(error) => Some(Finding::unknown("objects", unknown("ownership", name, error.code()))),
    }
}

fn unknown(what: &str, name: &str, code: Option<&str>) -> String {
    format!("S3 does not tell of {what} in the bucket {name}: {}", code.unwrap_or("no answer"))
}
