//! Calls about executions.

use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;

use super::{Sfn, some_time, time};
use crate::aws;
use crate::commands::sfn::model::{Execution, Redrives};
use crate::error::Result;

impl Sfn {
    /// An execution of a Standard machine; nothing where there is none.
    pub async fn execution_if_any(&self, arn: &str) -> Result<Option<Execution>> {
        let answer = self.client.describe_execution().execution_arn(arn).send().await;
        match answer {
            Ok(answer) => Ok(Some(execution(answer))),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_execution_does_not_exist()) =>
            {
                Ok(None)
            }
            Err(error) => Err(aws::failure(&error, format!("cannot look at the execution {arn}")).into()),
        }
    }
}

fn execution(answer: DescribeExecutionOutput) -> Execution {
    Execution {
        name: answer.name.unwrap_or_default(),
        status: answer.status.as_str().to_owned(),
        started: time(&answer.start_date),
        stopped: some_time(answer.stop_date.as_ref()),
        error: answer.error,
        cause: answer.cause,
        input: answer.input,
        output: answer.output,
        redrives: Redrives {
            redrive_count: answer.redrive_count.and_then(|count| count.try_into().ok()).unwrap_or_default(),
            redrive_date: some_time(answer.redrive_date.as_ref()),
            redrive_status: answer.redrive_status.map(|status| status.as_str().to_owned()),
            redrive_status_reason: answer.redrive_status_reason,
        },
        state_machine_arn: answer.state_machine_arn,
        state_machine_version_arn: answer.state_machine_version_arn,
        state_machine_alias_arn: answer.state_machine_alias_arn,
        map_run_arn: answer.map_run_arn,
        trace_header: answer.trace_header,
        execution_arn: answer.execution_arn,
    }
}
