//! Calls about map runs.

use aws_sdk_sfn::operation::describe_map_run::DescribeMapRunOutput;
use aws_sdk_sfn::types::{MapRunExecutionCounts, MapRunItemCounts, MapRunListItem};
use opsctl_engine::asl::arn::StatesArn;

use super::{PAGE, Sfn, some_time, time};
use crate::aws;
use crate::commands::sfn::model::{Counts, MapRun, MapRunSummary, seconds_between};
use crate::error::{Error, Result};

impl Sfn {
    /// Hands every page of the map runs of an execution, newest first, to `page` until it wants no more.
    pub async fn map_runs(
        &self,
        execution: &StatesArn,
        page: &mut (dyn FnMut(Vec<MapRunSummary>) -> Result<bool> + Send),
    ) -> Result<()> {
        let mut token = None;
        loop {
            let call = self.client.list_map_runs().execution_arn(execution.to_string());
            let answer =
                call.max_results(PAGE).set_next_token(token).send().await.map_err(|error| {
                    aws::failure(&error, format!("cannot list the map runs of {execution}"))
                })?;
            let map_runs = answer.map_runs.into_iter().map(summary).collect();
            token = answer.next_token.filter(|token| !token.is_empty());
            if !page(map_runs)? || token.is_none() {
                return Ok(());
            }
        }
    }

    pub async fn map_run(&self, arn: &StatesArn) -> Result<MapRun> {
        let answer = self.client.describe_map_run().map_run_arn(arn.to_string()).send().await;
        let error = match answer {
            Ok(answer) => return Ok(map_run(answer)),
            Err(error) => error,
        };
        let is_missing = error.as_service_error().is_some_and(|error| error.is_resource_not_found());
        let failure = aws::failure(&error, format!("cannot look at the map run {arn}"));
        let failure = match is_missing {
            true => Error::not_found(format!("there is no map run {arn}")).because(failure),
            false => failure,
        };
        Err(self.at_home(failure, arn).await.into())
    }
}

fn summary(item: MapRunListItem) -> MapRunSummary {
    let (started, stopped) = (time(&item.start_date), some_time(item.stop_date.as_ref()));
    MapRunSummary {
        started,
        stopped,
        duration_seconds: seconds_between(started, stopped),
        execution_arn: item.execution_arn,
        state_machine_arn: item.state_machine_arn,
        map_run_arn: item.map_run_arn,
    }
}

fn map_run(answer: DescribeMapRunOutput) -> MapRun {
    let (started, stopped) = (time(&answer.start_date), some_time(answer.stop_date.as_ref()));
    MapRun {
        status: answer.status.as_str().to_owned(),
        started,
        stopped,
        duration_seconds: seconds_between(started, stopped),
        item_counts: answer.item_counts.as_ref().map(items).unwrap_or_default(),
        execution_counts: answer.execution_counts.as_ref().map(executions).unwrap_or_default(),
        max_concurrency: answer.max_concurrency.try_into().unwrap_or_default(),
        tolerated_failure_percentage: answer.tolerated_failure_percentage,
        tolerated_failure_count: count(answer.tolerated_failure_count),
        redrive_count: answer.redrive_count.and_then(|count| count.try_into().ok()).unwrap_or_default(),
        redrive_date: some_time(answer.redrive_date.as_ref()),
        execution_arn: answer.execution_arn,
        map_run_arn: answer.map_run_arn,
    }
}

fn items(counts: &MapRunItemCounts) -> Counts {
    Counts {
        total: count(counts.total),
        pending: count(counts.pending),
        running: count(counts.running),
        succeeded: count(counts.succeeded),
        failed: count(counts.failed),
        timed_out: count(counts.timed_out),
        aborted: count(counts.aborted),
        results_written: count(counts.results_written),
        failures_not_redrivable: counts.failures_not_redrivable.map(count).unwrap_or_default(),
        pending_redrive: counts.pending_redrive.map(count).unwrap_or_default(),
    }
}

fn executions(counts: &MapRunExecutionCounts) -> Counts {
    Counts {
        total: count(counts.total),
        pending: count(counts.pending),
        running: count(counts.running),
        succeeded: count(counts.succeeded),
        failed: count(counts.failed),
        timed_out: count(counts.timed_out),
        aborted: count(counts.aborted),
        results_written: count(counts.results_written),
        failures_not_redrivable: counts.failures_not_redrivable.map(count).unwrap_or_default(),
        pending_redrive: counts.pending_redrive.map(count).unwrap_or_default(),
    }
}

/// There are never fewer than none.
fn count(number: i64) -> u64 {
    number.try_into().unwrap_or_default()
}
