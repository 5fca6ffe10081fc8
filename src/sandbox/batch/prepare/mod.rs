//! What a job does while it is Preparing: its role is assumed, its manifest is found or made and read once from end to
//! end. What is wrong is found here, late, as the service finds it, and fails the job with a reason.

mod generate;
mod manifest;
mod tasks;

pub use tasks::Tasks;

use super::job::{Failure, GeneratedManifest};
use super::objects;
use super::settings::BATCH_OPERATIONS;
use crate::sandbox::account::Account;
use opsctl_engine::batch::{JobDocument, Operation, Source, arn};

/// A job that can run.
pub struct Prepared {
    pub total: u64,
    pub tasks: Tasks,
    pub generated: Option<GeneratedManifest>,
}

/// `region` is the job's.
pub fn prepare(
    account: &Account,
    document: &JobDocument,
    id: &str,
    region: &str,
) -> Result<Prepared, Failure> {
    check_role(account, &document.role_arn)?;
    check_region(account, document, region)?;
    let (list, generated) = match &document.source {
        Source::Manifest(manifest) => (manifest::find(account, manifest, region)?, None),
        Source::ManifestGenerator(generator) => {
            generate::generate(account, &generator.s3_job_manifest_generator, id, region)?
        }
    };
    let total = list.check()?;
    Ok(Prepared { total, tasks: list.tasks()?, generated })
}

/// Whether the service may assume the job's role.
fn check_role(account: &Account, role_arn: &str) -> Result<(), Failure> {
    let name = arn::role(role_arn).map(|(_, name)| name).unwrap_or_default();
    let role = account.settings.roles.iter().find(|role| role.name == name);
    match role {
        Some(role) if role.trusts(BATCH_OPERATIONS) => Ok(()),
        Some(_) => {
            let reason = format!("{BATCH_OPERATIONS} is not authorized to assume the role {role_arn}");
            Err(Failure::new("AssumeRoleFailed", reason))
        }
        None => Err(Failure::new("AssumeRoleFailed", format!("The role {role_arn} does not exist"))),
    }
}

/// A copy job runs where its target is.
fn check_region(account: &Account, document: &JobDocument, region: &str) -> Result<(), Failure> {
    let Operation::S3PutObjectCopy(copy) = &document.operation else { return Ok(()) };
    let Some(target) = arn::bucket(&copy.target_resource) else { return Ok(()) };
    match objects::region(account, target) {
        Some(there) if there != region => {
            let reason = format!(
                "The target bucket {target} is in {there}; a copy job must be created in the region of its target"
            );
            Err(Failure::new("InvalidTargetRegion", reason))
        }
        _ => Ok(()),
    }
}
