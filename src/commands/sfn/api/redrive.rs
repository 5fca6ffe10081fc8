//! RedriveExecution.

use super::Sfn;
use crate::aws;
use crate::error::{Error, Kind, Result};

impl Sfn {
    /// Lets an execution go on where it failed. With the same token it is done once.
    pub async fn redrive(&self, arn: &str, token: &str) -> Result<()> {
        let sent = self.client.redrive_execution().execution_arn(arn).client_token(token).send().await;
        let Err(error) = sent else { return Ok(()) };
        let message = format!("cannot redrive the execution {arn}");
        let refused = error.as_service_error().filter(|error| error.is_execution_not_redrivable());
        Err(match refused {
            Some(refused) => {
                let why = refused.meta().message().unwrap_or("it is not redrivable");
                Error::new(Kind::Conflict, message).because(why.to_owned())
            }
            None => aws::failure(&error, message),
        }
        .into())
    }
}
