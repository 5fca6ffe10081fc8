//! The calls of Step Functions that the group makes: paging, conversion into our model, what their failures mean. A room a
//! resource. It never prints.

mod aliases;
mod deployments;
mod executions;
mod history;
mod machines;
mod map_runs;
mod redrive;
mod start;
mod tasks;
mod versions;

use aws_sdk_sfn::Client;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use opsctl_engine::asl::arn::StatesArn;

use crate::aws::Aws;
use crate::context::Context;
use crate::error::{Error, Kind, Result};

pub use deployments::{Changed, Content, Refused};
pub use executions::Listing;
pub use history::{HistoryAsk, Order, RawEvent};

/// The largest page of every list.
const PAGE: i32 = 1000;

/// The calls of one account in one region.
#[derive(Clone)]
pub struct Sfn {
    client: Client,
    pub region: String,
    aws: Aws,
}

impl Sfn {
    pub async fn open(ctx: &Context) -> Result<Self> {
        Ok(Sfn::of(ctx.aws().await?))
    }

    pub fn of(aws: &Aws) -> Self {
        Sfn { client: aws.sfn(), region: aws.region().value.clone(), aws: aws.clone() }
    }

    /// The account that calls are made in.
    pub async fn account(&self) -> Result<String> {
        Ok(self.aws.identity().await?.account)
    }

    /// Says of what there is not that its ARN is of another account, if it is: no account sees what is in another one.
    pub async fn at_home(&self, error: Error, arn: &StatesArn) -> Error {
        if error.kind() != Kind::NotFound {
            return error;
        }
        match self.account().await {
            Ok(account) if account != arn.account => error.first_hint(format!(
                "the ARN is of the account {}, and the credentials are of {account}",
                arn.account
            )),
            _ => error,
        }
    }

    /// Whether an ARN is of the region that is asked: another one knows nothing of it.
    pub fn check_region(&self, arn: &StatesArn) -> Result<(), Error> {
        if arn.region == self.region {
            return Ok(());
        }
        let message = format!("{arn} is in region {}, and {} is asked", arn.region, self.region);
        Err(Error::usage(message).hint(format!("--region {}", arn.region)))
    }
}

/// A time of an answer: seconds in a double, which is not exact, and of which the service means milliseconds.
fn time(time: &DateTime) -> Option<Timestamp> {
    let milliseconds = (time.as_nanos() + 500_000).div_euclid(1_000_000);
    Timestamp::from_millisecond(milliseconds.try_into().ok()?).ok()
}

fn some_time(at: Option<&DateTime>) -> Option<Timestamp> {
    at.and_then(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_that_a_double_stands_for() {
        let at = |seconds: f64| time(&DateTime::from_secs_f64(seconds)).unwrap().to_string();
        assert_eq!(at(1_795_376_844.547), "2026-11-22T19:47:24.547Z");
        assert_eq!(at(-0.001), "1969-12-31T23:59:59.999Z");
    }
}
