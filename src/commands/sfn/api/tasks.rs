//! Answers to tasks that wait for one by a token. No message has the token in it: whoever knows it can answer.

use std::error::Error as StdError;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Sfn;
use crate::aws::{self, AwsFailure};
use crate::error::{Error, Kind, Result};

impl Sfn {
    pub async fn task_success(&self, token: &str, output: &str) -> Result<()> {
        let sent = self.client.send_task_success().task_token(token).output(output).send().await;
        sent.map_err(|error| told(&error, "cannot tell that the task has succeeded"))?;
        Ok(())
    }

    pub async fn task_failure(&self, token: &str, error: Option<&str>, cause: Option<&str>) -> Result<()> {
        let call = self.client.send_task_failure().task_token(token);
        let call = call.set_error(error.map(str::to_owned)).set_cause(cause.map(str::to_owned));
        let sent = call.send().await;
        sent.map_err(|error| told(&error, "cannot tell that the task has failed"))?;
        Ok(())
    }

    pub async fn task_heartbeat(&self, token: &str) -> Result<()> {
        let sent = self.client.send_task_heartbeat().task_token(token).send().await;
        sent.map_err(|error| told(&error, "cannot tell that the task goes on"))?;
        Ok(())
    }
}

/// All three calls refuse a token in the same words.
fn told<E>(error: &AwsFailure<E>, message: &str) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let failure = aws::failure(error, message);
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        // It was answered, timed out, or its execution has ended.
        Some("TaskTimedOut") => Error::new(
            Kind::Conflict,
            "the token has expired: nobody waits for this task any more",
        )
        .because(failure)
        .hint("it was answered, its time was up, or its execution has ended: opsctl sfn history shows it"),
        Some("TaskDoesNotExist") => Error::not_found("there is no task of this token").because(failure),
        Some("InvalidToken") => Error::usage("this is no task token")
            .because(failure)
            .hint("a token is of the region and the account that it was made in"),
        _ => failure,
    }
}
