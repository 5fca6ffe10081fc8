//! The calls of CloudWatch that the group makes: paging, conversion into our model, what their failures mean. A room a
//! resource. It never prints.

mod actions;
mod contributors;
mod describe;
mod history;
mod mutes;
mod put;
mod tags;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::AlarmType as SdkAlarmType;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::model::AlarmType;
use super::target::AlarmArn;
use crate::aws::{Aws, AwsFailure};
use crate::context::Context;
use crate::error::{Error, Result};

pub use contributors::Contributor;
pub use describe::Selection;
pub use history::HistoryAsk;
pub use mutes::{Lookup, Mute};

/// The largest page of every list, and the most names that a call takes.
pub const PAGE: usize = 100;

/// The calls of one account in one region.
#[derive(Clone)]
pub struct Alarms {
    client: Client,
    pub region: String,
    aws: Aws,
    /// The endpoint has refused the type of log alarms.
    is_older: Arc<AtomicBool>,
}

impl Alarms {
    pub async fn open(ctx: &Context) -> Result<Self> {
        Ok(Alarms::of(ctx.aws().await?))
    }

    pub fn of(aws: &Aws) -> Self {
        Alarms {
            client: aws.cloudwatch(),
            region: aws.region().value.clone(),
            aws: aws.clone(),
            is_older: Arc::default(),
        }
    }

    /// The account that calls are made in.
    pub async fn account(&self) -> Result<String> {
        Ok(self.aws.identity().await?.account)
    }

    /// Whether an ARN is of the region that is asked: another one knows nothing of it.
    pub fn check_region(&self, arn: &AlarmArn) -> Result<(), Error> {
        if arn.region == self.region {
            return Ok(());
        }
        let message = format!("{arn} is in region {}, and {} is asked", arn.region, self.region);
        Err(Error::usage(message).hint(format!("--region {}", arn.region)))
    }

    /// Whether the endpoint is one from before there were log alarms; only known once it was asked.
    pub fn is_older(&self) -> bool {
        self.is_older.load(Ordering::Relaxed)
    }

    /// The types to ask for: log alarms only where the endpoint knows them.
    fn types(&self, asked: &[AlarmType]) -> Vec<SdkAlarmType> {
        let asked = if asked.is_empty() { &AlarmType::ALL } else { asked };
        let known = asked.iter().filter(|it| **it != AlarmType::Log || !self.is_older());
        known.map(|it| SdkAlarmType::from(it.name())).collect()
    }

    /// Whether a call failed because the endpoint does not know log alarms. From then on it is not asked for them.
    fn learns_it_is_older<E: ProvideErrorMetadata>(
        &self,
        sent: &[SdkAlarmType],
        error: &AwsFailure<E>,
    ) -> bool {
        let refused = error.as_service_error().is_some_and(|error| {
            let is_invalid =
                error.code().is_some_and(|code| code.contains("Validation") || code.contains("Invalid"));
            let message = error.message().unwrap_or_default().to_ascii_lowercase();
            is_invalid && (message.contains("alarmtype") || message.contains("logalarm"))
        });
        let learned = refused && sent.contains(&SdkAlarmType::LogAlarm);
        if learned {
            self.is_older.store(true, Ordering::Relaxed);
        }
        learned
    }
}
