//! Calls that deploy: machines described, validated, made and changed, and versions published.

use std::collections::BTreeMap;

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::{
    CloudWatchLogsLogGroup, IncludedData, LogDestination, LogLevel, LoggingConfiguration, StateMachineType,
    Tag, TracingConfiguration, ValidateStateMachineDefinitionResultCode,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Sfn;
use crate::aws::{self, AwsFailure};
use crate::commands::sfn::deployed::{Deployed, INITIAL, Verdict};
use crate::commands::sfn::settings::{Logging, Settings};
use crate::error::{Error, Result};

/// A change that was refused.
#[derive(Debug)]
pub struct Refused {
    pub error: Error,
    /// A role, or what it may do, is so new that the service does not know it everywhere: it may be taken later.
    pub may_pass: bool,
}

/// What came of making or updating a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// Of a machine that was made.
    pub arn: Option<String>,
    pub revision: Option<String>,
    pub version_arn: Option<String>,
}

/// What is made or set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub definition: Option<String>,
    pub role: Option<String>,
    pub logging: Option<Logging>,
    pub tracing: Option<bool>,
    pub publish: bool,
    pub version_description: Option<String>,
}

impl Sfn {
    /// A machine, a version or the one an alias leads to; nothing where there is none.
    pub async fn deployed(&self, arn: &str) -> Result<Option<Deployed>> {
        match self.client.describe_state_machine().state_machine_arn(arn).send().await {
            Ok(answer) => Ok(Some(deployed(answer))),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_state_machine_does_not_exist()) =>
            {
                Ok(None)
            }
            Err(error) => Err(aws::failure(&error, format!("cannot look at the state machine {arn}")).into()),
        }
    }

    /// The revision that a machine, or a version, is of; needs no key.
    pub async fn revision(&self, arn: &str) -> Result<String> {
        let call = self.client.describe_state_machine().state_machine_arn(arn);
        let answer = call.included_data(IncludedData::MetadataOnly).send().await;
        let answer = answer
            .map_err(|error| aws::failure(&error, format!("cannot look at the state machine {arn}")))?;
        Ok(answer.revision_id.unwrap_or_else(|| INITIAL.to_owned()))
    }

    /// What the service says of a definition; it needs no machine for that.
    pub async fn validate(&self, definition: &str, machine_type: &str) -> Result<Verdict> {
        let call = self.client.validate_state_machine_definition().definition(definition);
        let answer = call.r#type(StateMachineType::from(machine_type)).send().await;
        let answer = answer.map_err(|error| aws::failure(&error, "cannot have the definition validated"))?;
        let fault = |fault: aws_sdk_sfn::types::ValidateStateMachineDefinitionDiagnostic| {
            (format!("{} [{}]", fault.message, fault.code), fault.location)
        };
        Ok(Verdict {
            is_fine: answer.result == ValidateStateMachineDefinitionResultCode::Ok,
            faults: answer.diagnostics.into_iter().map(fault).collect(),
            has_more: answer.truncated == Some(true),
        })
    }

    /// Makes a machine that there is not; the tags and the type are those of the settings.
    pub async fn create(
        &self,
        name: &str,
        content: &Content,
        settings: &Settings,
    ) -> Result<Changed, Refused> {
        let tags = settings.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let answer = self
            .client
            .create_state_machine()
            .name(name)
            .set_definition(content.definition.clone())
            .set_role_arn(content.role.clone())
            .r#type(StateMachineType::from(settings.machine_type.as_str()))
            .set_logging_configuration(content.logging.as_ref().map(logging))
            .set_tracing_configuration(content.tracing.map(tracing))
            .publish(content.publish)
            .set_version_description(content.version_description.clone())
            .set_tags((!settings.tags.is_empty()).then(|| tags.collect()))
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Changed {
                arn: Some(answer.state_machine_arn),
                revision: None,
                version_arn: answer.state_machine_version_arn,
            }),
            Err(error) => Err(refused(&error, format!("cannot create the state machine {name}"))),
        }
    }

    pub async fn update(&self, arn: &str, content: &Content) -> Result<Changed, Refused> {
        let answer = self
            .client
            .update_state_machine()
            .state_machine_arn(arn)
            .set_definition(content.definition.clone())
            .set_role_arn(content.role.clone())
            .set_logging_configuration(content.logging.as_ref().map(logging))
            .set_tracing_configuration(content.tracing.map(tracing))
            .publish(content.publish)
            .set_version_description(content.version_description.clone())
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Changed {
                arn: None,
                revision: answer.revision_id,
                version_arn: answer.state_machine_version_arn,
            }),
            Err(error) => Err(refused(&error, format!("cannot update the state machine {arn}"))),
        }
    }

    pub async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let call = self.client.tag_resource().resource_arn(arn).set_tags(Some(tags.collect()));
        let sent = call.send().await.map(|_| ());
        Ok(sent.map_err(|error| aws::failure(&error, format!("cannot tag the state machine {arn}")))?)
    }

    /// Makes a version of a machine if this is the revision that it has; its ARN.
    pub async fn publish(&self, arn: &str, revision: &str, description: Option<&str>) -> Result<String> {
        let call = self.client.publish_state_machine_version().state_machine_arn(arn).revision_id(revision);
        let answer = call.set_description(description.map(str::to_owned)).send().await;
        let answer =
            answer.map_err(|error| aws::failure(&error, format!("cannot publish a version of {arn}")))?;
        Ok(answer.state_machine_version_arn)
    }
}

fn deployed(answer: DescribeStateMachineOutput) -> Deployed {
    let logging = answer.logging_configuration;
    let group = |logging: &LoggingConfiguration| {
        logging.destinations().first()?.cloud_watch_logs_log_group()?.log_group_arn().map(str::to_owned)
    };
    Deployed {
        arn: answer.state_machine_arn,
        definition: answer.definition,
        settings: Settings {
            machine_type: answer.r#type.as_str().to_owned(),
            role: Some(answer.role_arn),
            logging: logging.map_or_else(Logging::default, |logging| Logging {
                level: logging.level.as_ref().map_or("OFF", LogLevel::as_str).to_owned(),
                include_execution_data: logging.include_execution_data,
                log_group: group(&logging),
            }),
            tracing: answer.tracing_configuration.is_some_and(|tracing| tracing.enabled),
            tags: BTreeMap::new(),
        },
        revision: answer.revision_id.unwrap_or_else(|| INITIAL.to_owned()),
    }
}

fn logging(logging: &Logging) -> LoggingConfiguration {
    let destination = logging.log_group.as_ref().map(|arn| {
        let group = CloudWatchLogsLogGroup::builder().log_group_arn(arn).build();
        vec![LogDestination::builder().cloud_watch_logs_log_group(group).build()]
    });
    LoggingConfiguration::builder()
        .level(LogLevel::from(logging.level.as_str()))
        .include_execution_data(logging.include_execution_data)
        .set_destinations(destination)
        .build()
}

fn tracing(is_on: bool) -> TracingConfiguration {
    TracingConfiguration::builder().enabled(is_on).build()
}

fn refused<E>(error: &AwsFailure<E>, message: String) -> Refused
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let said = error.as_service_error().and_then(|error| error.message()).unwrap_or_default();
    // A principal cannot take the role on, or the role cannot write to the log group.
    let may_pass = said.contains("authorized to assume the provided role")
        || said.contains("not authorized to access the Log Destination");
    Refused { error: aws::failure(error, message), may_pass }
}
