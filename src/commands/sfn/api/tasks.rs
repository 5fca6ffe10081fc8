//! Answers to tasks that wait for one by a token. No message has the token in it: whoever knows it can answer.

use aws_sdk_sfn::operation::send_task_failure::SendTaskFailureError;
use aws_sdk_sfn::operation::send_task_heartbeat::SendTaskHeartbeatError;
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;

use super::Sfn;
use crate::aws;
use crate::error::{Error, Kind, Result};

/// What is wrong with a token.
enum Fault {
    /// The task is over: it was answered, timed out, or its execution has ended.
    Ended,
    Unknown,
    NoToken,
    Other,
}

impl Sfn {
    pub async fn task_success(&self, token: &str, output: &str) -> Result<()> {
        use SendTaskSuccessError as E;
        let sent = self.client.send_task_success().task_token(token).output(output).send().await;
        sent.map(|_| ()).map_err(|error| {
            let fault = match error.as_service_error() {
                Some(E::TaskTimedOut(_)) => Fault::Ended,
                Some(E::TaskDoesNotExist(_)) => Fault::Unknown,
                Some(E::InvalidToken(_)) => Fault::NoToken,
                _ => Fault::Other,
            };
            told(&fault, aws::failure(&error, "cannot tell that the task has succeeded")).into()
        })
    }

    pub async fn task_failure(&self, token: &str, error: Option<&str>, cause: Option<&str>) -> Result<()> {
        use SendTaskFailureError as E;
        let call = self.client.send_task_failure().task_token(token);
        let call = call.set_error(error.map(str::to_owned)).set_cause(cause.map(str::to_owned));
        call.send().await.map(|_| ()).map_err(|error| {
            let fault = match error.as_service_error() {
                Some(E::TaskTimedOut(_)) => Fault::Ended,
                Some(E::TaskDoesNotExist(_)) => Fault::Unknown,
                Some(E::InvalidToken(_)) => Fault::NoToken,
                _ => Fault::Other,
            };
            told(&fault, aws::failure(&error, "cannot tell that the task has failed")).into()
        })
    }

    pub async fn task_heartbeat(&self, token: &str) -> Result<()> {
        use SendTaskHeartbeatError as E;
        let sent = self.client.send_task_heartbeat().task_token(token).send().await;
        sent.map(|_| ()).map_err(|error| {
            let fault = match error.as_service_error() {
                Some(E::TaskTimedOut(_)) => Fault::Ended,
                Some(E::TaskDoesNotExist(_)) => Fault::Unknown,
                Some(E::InvalidToken(_)) => Fault::NoToken,
                _ => Fault::Other,
            };
            told(&fault, aws::failure(&error, "cannot tell that the task goes on")).into()
        })
    }
}

fn told(fault: &Fault, failure: Error) -> Error {
    match fault {
        Fault::Ended => Error::new(
            Kind::Conflict,
            "the token has expired: nobody waits for this task any more",
        )
        .because(failure)
        .hint("it was answered, its time was up, or its execution has ended: opsctl sfn history shows it"),
        Fault::Unknown => Error::not_found("there is no task of this token").because(failure),
        Fault::NoToken => Error::usage("this is no task token")
            .because(failure)
            .hint("a token is of the region and the account that it was made in"),
        Fault::Other => failure,
    }
}
