//! Whether the role exists and trusts the service. Who may not ask IAM is told that it is not known.

use opsctl_engine::batch::{JobDocument, arn, policy};

use super::super::api::Jobs;
use super::findings::Finding;
use crate::aws::{Aws, Role};
use crate::error::Result;

pub async fn look(aws: &Aws, document: &JobDocument, jobs: &Jobs) -> Result<Finding> {
    let Some((account, path)) = arn::role(&document.role_arn) else {
        return Ok(Finding::unknown("role", format!("{} is no role", document.role_arn)));
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    if account != jobs.account {
        let message = format!("the role {name} is of account {account}, and the job of {}", jobs.account);
        return Ok(Finding::warning("role", message));
    }
    let role = match aws.role(jobs.partition, name).await {
        Ok(role) => role,
        Err(error) => return Ok(Finding::unknown("role", format!("{error:#}"))),
    };
    Ok(match role {
        Role::Found(trust) if policy::trusts(&trust) => {
            Finding::good("role", format!("{name} trusts {}", policy::SERVICE))
        }
        Role::Found(_) => {
            Finding::bad("role", format!("{name} does not trust {}, and cannot be taken on", policy::SERVICE))
                .hint(format!(
                    "opsctl s3 job policy {} --trust prints what it needs",
                    document.operation.kind().word()
                ))
        }
        Role::Missing => Finding::missing("role", format!("there is no role {name} in account {account}")),
        Role::Denied(why) => Finding::unknown("role", format!("IAM does not tell of {name}: {why}")),
    })
}
