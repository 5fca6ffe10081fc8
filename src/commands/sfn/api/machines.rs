//! Calls about state machines.

use std::collections::BTreeMap;

use aws_sdk_sfn::operation::describe_state_machine::{DescribeStateMachineError, DescribeStateMachineOutput};
use aws_sdk_sfn::types::{
    EncryptionConfiguration, IncludedData, LogDestination, LoggingConfiguration, StateMachineListItem,
};
use opsctl_engine::asl::arn::StatesArn;

use super::{PAGE, Sfn, time};
use crate::aws::{self, AwsFailure};
use crate::commands::sfn::model::{Encryption, Logging, MachineSummary, StateMachine};
use crate::error::{Error, Result};

impl Sfn {
    /// Hands every page of machines to `page` until it wants no more.
    pub async fn machines(
        &self,
        page: &mut (dyn FnMut(Vec<MachineSummary>) -> Result<bool> + Send),
    ) -> Result<()> {
        let mut token = None;
        loop {
            let call = self.client.list_state_machines().max_results(PAGE).set_next_token(token);
            let answer =
                call.send().await.map_err(|error| aws::failure(&error, "cannot list the state machines"))?;
            let machines = answer.state_machines.into_iter().map(summary).collect();
            token = answer.next_token.filter(|token| !token.is_empty());
            if !page(machines)? || token.is_none() {
                return Ok(());
            }
        }
    }

    /// A machine, or a version of it: of an alias, the one it stands for. Without versions, aliases and tags.
    pub async fn machine(&self, arn: &StatesArn) -> Result<StateMachine> {
        let call = self.client.describe_state_machine().state_machine_arn(arn.to_string());
        match call.send().await {
            Ok(answer) => Ok(machine(answer)),
            Err(error) => {
                let error = not_described(&error, arn);
                Err(self.at_home(error, arn).await.into())
            }
        }
    }

    /// What of its executions is logged; needs no key of the definition.
    pub async fn logging(&self, arn: &StatesArn) -> Result<Logging> {
        let call = self.client.describe_state_machine().state_machine_arn(arn.to_string());
        let call = call.included_data(IncludedData::MetadataOnly);
        let answer = call.send().await.map_err(|error| not_described(&error, arn))?;
        Ok(logging(answer.logging_configuration))
    }

    /// Of a machine; versions and aliases have none.
    pub async fn tags(&self, arn: &StatesArn) -> Result<BTreeMap<String, String>> {
        let answer = self.client.list_tags_for_resource().resource_arn(arn.to_string()).send().await;
        let answer =
            answer.map_err(|error| aws::failure(&error, format!("cannot read the tags of {arn}")))?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect())
    }
}

fn not_described(error: &AwsFailure<DescribeStateMachineError>, arn: &StatesArn) -> Error {
    let is_missing =
        error.as_service_error().is_some_and(DescribeStateMachineError::is_state_machine_does_not_exist);
    if is_missing {
        return Error::not_found(format!("there is no {arn}"))
            .because(aws::failure(error, "it cannot be described"))
            .hint("opsctl sfn list");
    }
    aws::failure(error, format!("cannot look at the state machine {arn}"))
}

fn machine(answer: DescribeStateMachineOutput) -> StateMachine {
    StateMachine {
        name: answer.name,
        machine_type: answer.r#type.as_str().to_owned(),
        status: answer.status.map(|status| status.as_str().to_owned()),
        description: answer.description,
        created: time(&answer.creation_date),
        revision_id: answer.revision_id,
        role_arn: answer.role_arn,
        logging: logging(answer.logging_configuration),
        is_traced: answer.tracing_configuration.is_some_and(|tracing| tracing.enabled),
        encryption: answer.encryption_configuration.map(encryption),
        variable_references: answer.variable_references.unwrap_or_default().into_iter().collect(),
        versions: None,
        aliases: None,
        tags: None,
        definition: answer.definition,
        state_machine_arn: answer.state_machine_arn,
    }
}

fn logging(configuration: Option<LoggingConfiguration>) -> Logging {
    let Some(LoggingConfiguration { level, include_execution_data, destinations, .. }) = configuration else {
        return Logging::off();
    };
    Logging {
        level: level.map_or_else(|| Logging::off().level, |level| level.as_str().to_owned()),
        include_execution_data,
        log_groups: destinations.unwrap_or_default().iter().filter_map(log_group).collect(),
    }
}

/// `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`
fn log_group(destination: &LogDestination) -> Option<String> {
    let arn = destination.cloud_watch_logs_log_group()?.log_group_arn()?;
    let name = arn.split_once(":log-group:").map_or(arn, |(_, name)| name);
    Some(name.strip_suffix(":*").unwrap_or(name).to_owned())
}

fn encryption(configuration: EncryptionConfiguration) -> Encryption {
    Encryption {
        key_type: configuration.r#type.as_str().to_owned(),
        kms_key_id: configuration.kms_key_id,
        kms_data_key_reuse_period_seconds: configuration.kms_data_key_reuse_period_seconds,
    }
}

fn summary(machine: StateMachineListItem) -> MachineSummary {
    MachineSummary {
        name: machine.name,
        machine_type: machine.r#type.as_str().to_owned(),
        created: time(&machine.creation_date),
        state_machine_arn: machine.state_machine_arn,
    }
}
