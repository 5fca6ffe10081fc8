//! Calls about executions.

use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionRedriveFilter, ExecutionStatus, IncludedData};
use opsctl_engine::asl::arn::{Named, StatesArn};

use super::{PAGE, Sfn, some_time, time};
use crate::aws;
use crate::commands::sfn::model::{Execution, ExecutionSummary, Redrives, seconds_between};
use crate::error::Result;

/// Which executions are listed.
#[derive(Debug)]
pub struct Listing<'a> {
    /// A Standard machine, a version or an alias of one, or a map run.
    pub of: &'a StatesArn,
    pub status: Option<&'a str>,
    pub is_redriven: Option<bool>,
    /// On one page, at most.
    pub page: Option<usize>,
}

impl Sfn {
    /// Hands every page of executions, newest first, to `page` until it wants no more.
    pub async fn executions(
        &self,
        listing: &Listing<'_>,
        page: &mut (dyn FnMut(Vec<ExecutionSummary>) -> Result<bool> + Send),
    ) -> Result<()> {
        let most = listing.page.and_then(|most| most.try_into().ok()).unwrap_or(PAGE).clamp(1, PAGE);
        let filter = listing.is_redriven.map(|is_redriven| match is_redriven {
            true => ExecutionRedriveFilter::Redriven,
            false => ExecutionRedriveFilter::NotRedriven,
        });
        let mut token = None;
        loop {
            let call = self.client.list_executions().max_results(most).set_next_token(token);
            let call = match &listing.of.resource {
                Named::MapRun { .. } => call.map_run_arn(listing.of.to_string()),
                _ => call.state_machine_arn(listing.of.to_string()),
            };
            let answer = call
                .set_status_filter(listing.status.map(ExecutionStatus::from))
                .set_redrive_filter(filter.clone())
                .send()
                .await
                .map_err(|error| {
                    aws::failure(&error, format!("cannot list the executions of {}", listing.of))
                })?;
            let executions = answer.executions.into_iter().map(summary).collect();
            token = answer.next_token.filter(|token| !token.is_empty());
            if !page(executions)? || token.is_none() {
                return Ok(());
            }
        }
    }

    /// Ends an execution of a Standard machine that runs.
    pub async fn stop(&self, arn: &str, error: Option<&str>, cause: Option<&str>) -> Result<()> {
        let call = self.client.stop_execution().execution_arn(arn);
        let call = call.set_error(error.map(str::to_owned)).set_cause(cause.map(str::to_owned));
        let sent = call.send().await;
        sent.map_err(|error| aws::failure(&error, format!("cannot stop the execution {arn}")))?;
        Ok(())
    }

    /// An execution of a Standard machine; nothing where there is none.
    pub async fn execution_if_any(&self, arn: &str) -> Result<Option<Execution>> {
        self.described(arn, IncludedData::AllData).await
    }

    /// Without input and output, which takes no key of theirs.
    pub async fn execution_without_data(&self, arn: &str) -> Result<Option<Execution>> {
        self.described(arn, IncludedData::MetadataOnly).await
    }

    /// The definition that an execution runs: that of its start, whatever became of the machine since.
    pub async fn definition_of(&self, execution: &str) -> Result<String> {
        let call = self.client.describe_state_machine_for_execution().execution_arn(execution);
        let answer = call.send().await.map_err(|error| {
            aws::failure(&error, format!("cannot read the definition that {execution} runs"))
        })?;
        Ok(answer.definition)
    }

    async fn described(&self, arn: &str, data: IncludedData) -> Result<Option<Execution>> {
        let answer = self.client.describe_execution().execution_arn(arn).included_data(data).send().await;
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

fn summary(item: ExecutionListItem) -> ExecutionSummary {
    let (started, stopped) = (time(&item.start_date), some_time(item.stop_date.as_ref()));
    ExecutionSummary {
        name: item.name,
        status: item.status.as_str().to_owned(),
        started,
        stopped,
        duration_seconds: seconds_between(started, stopped),
        redrive_count: item.redrive_count.and_then(|count| count.try_into().ok()).unwrap_or_default(),
        redrive_date: some_time(item.redrive_date.as_ref()),
        state_machine_arn: item.state_machine_arn,
        state_machine_version_arn: item.state_machine_version_arn,
        state_machine_alias_arn: item.state_machine_alias_arn,
        map_run_arn: item.map_run_arn,
        item_count: item.item_count.and_then(|count| count.try_into().ok()),
        execution_arn: item.execution_arn,
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
