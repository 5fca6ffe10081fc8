//! Calls that start executions.

use std::time::Duration;

use aws_sdk_sfn::Config;
use aws_sdk_sfn::types::IncludedData;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::Timestamp;

use super::{Sfn, some_time, time};
use crate::aws;
use crate::commands::sfn::model::{Execution, Redrives};
use crate::error::Result;

/// A synchronous execution takes five minutes at most; the answer a moment more.
const SYNC_LIMIT: Duration = Duration::from_secs(310);

#[derive(Debug)]
pub struct Started {
    pub arn: String,
    pub started: Option<Timestamp>,
}

/// What a synchronous execution is charged for.
#[derive(Debug, Clone, Copy)]
pub struct Billed {
    pub milliseconds: i64,
    pub megabytes: i64,
}

impl Sfn {
    /// Starts an execution, or finds it running with the same input. Nothing where another one has, or had, that name.
    pub async fn start(&self, machine: &str, name: &str, input: &str) -> Result<Option<Started>> {
        let call = self.client.start_execution().state_machine_arn(machine).name(name).input(input);
        match call.send().await {
            Ok(answer) => Ok(Some(Started { arn: answer.execution_arn, started: time(&answer.start_date) })),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_execution_already_exists()) =>
            {
                Ok(None)
            }
            Err(error) => Err(aws::failure(&error, format!("cannot start {machine}")).into()),
        }
    }

    /// Runs an Express machine to its end. It is sent once: an answer that is lost says nothing of what was done.
    pub async fn start_sync(
        &self,
        machine: &str,
        name: &str,
        input: &str,
    ) -> Result<(Execution, Option<Billed>)> {
        let limits = TimeoutConfig::builder().read_timeout(SYNC_LIMIT).build();
        let once = Config::builder().timeout_config(limits).retry_config(RetryConfig::disabled());
        let call = self.client.start_sync_execution().state_machine_arn(machine).name(name).input(input);
        let answer = call
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(|error| aws::failure(&error, format!("cannot run {machine}")))?;
        let billed = answer.billing_details.map(|billing| Billed {
            milliseconds: billing.billed_duration_in_milliseconds,
            megabytes: billing.billed_memory_used_in_mb,
        });
        let execution = Execution {
            name: answer.name.unwrap_or_default(),
            status: answer.status.as_str().to_owned(),
            started: time(&answer.start_date),
            stopped: some_time(Some(&answer.stop_date)),
            error: answer.error,
            cause: answer.cause,
            input: answer.input,
            output: answer.output,
            redrives: Redrives::default(),
            state_machine_arn: answer.state_machine_arn.unwrap_or_else(|| machine.to_owned()),
            state_machine_version_arn: None,
            state_machine_alias_arn: None,
            map_run_arn: None,
            trace_header: answer.trace_header,
            execution_arn: answer.execution_arn,
        };
        Ok((execution, billed))
    }

    /// STANDARD or EXPRESS.
    pub async fn machine_type(&self, machine: &str) -> Result<String> {
        let call = self.client.describe_state_machine().state_machine_arn(machine);
        let answer = call
            .included_data(IncludedData::MetadataOnly)
            .send()
            .await
            .map_err(|error| aws::failure(&error, format!("cannot look at {machine}")))?;
        Ok(answer.r#type.as_str().to_owned())
    }
}
