//! Calls that list versions and aliases. Both lists are short: the service allows 1,000 versions and 100 aliases.

use opsctl_engine::asl::arn::{Named, StatesArn};

use super::{PAGE, Sfn, time};
use crate::aws;
use crate::commands::sfn::deployed::number_of;
use crate::commands::sfn::model::{AliasSummary, VersionSummary};
use crate::error::Result;

impl Sfn {
    /// The versions of a machine, newest first.
    pub async fn versions(&self, machine: &StatesArn) -> Result<Vec<VersionSummary>> {
        let (mut versions, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.list_state_machine_versions().state_machine_arn(machine.to_string());
            let answer =
                call.max_results(PAGE).set_next_token(token).send().await.map_err(|error| {
                    aws::failure(&error, format!("cannot list the versions of {machine}"))
                })?;
            versions.extend(answer.state_machine_versions.into_iter().filter_map(|version| {
                Some(VersionSummary {
                    number: number_of(&version.state_machine_version_arn)?,
                    created: time(&version.creation_date),
                    state_machine_version_arn: version.state_machine_version_arn,
                })
            }));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(versions);
            }
        }
    }

    /// The aliases of a machine; of a version, those that lead to it.
    pub async fn aliases(&self, machine: &StatesArn) -> Result<Vec<AliasSummary>> {
        let (mut aliases, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.list_state_machine_aliases().state_machine_arn(machine.to_string());
            let answer = call
                .max_results(PAGE)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| aws::failure(&error, format!("cannot list the aliases of {machine}")))?;
            aliases.extend(answer.state_machine_aliases.into_iter().filter_map(|alias| {
                let name = match StatesArn::parse(&alias.state_machine_alias_arn).ok()?.resource {
                    Named::Alias { alias, .. } => alias,
                    _ => return None,
                };
                Some(AliasSummary {
                    name,
                    created: time(&alias.creation_date),
                    state_machine_alias_arn: alias.state_machine_alias_arn,
                })
            }));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(aliases);
            }
        }
    }
}
