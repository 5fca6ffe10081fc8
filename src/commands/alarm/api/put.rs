//! PutMetricAlarm, PutCompositeAlarm and PutLogAlarm: each replaces the whole configuration of an alarm, and what is left
//! out is gone. So they are sent the document itself, with the members that the SDK does not know.

use serde_json::Value;

use super::Alarms;
use crate::aws::{self, AwsFailure, Input, cbor};
use crate::commands::alarm::configuration::Configuration;
use crate::commands::alarm::model::AlarmType;
use crate::error::{Error, Result};

impl Alarms {
    pub async fn put(&self, it: &Configuration) -> Result<()> {
        let (name, input) = (it.name(), Input::new(cbor::write(&Value::Object(it.document.clone()))));
        let sent = match it.alarm_type {
            AlarmType::Metric => {
                let call = self.client.put_metric_alarm().alarm_name(name).customize().interceptor(input);
                call.send().await.map(drop).map_err(|error| failed(&error, name))
            }
            AlarmType::Composite => {
                let call = self.client.put_composite_alarm().alarm_name(name).customize().interceptor(input);
                call.send().await.map(drop).map_err(|error| failed(&error, name))
            }
            AlarmType::Log => {
                let call = self.client.put_log_alarm().alarm_name(name).customize().interceptor(input);
                call.send().await.map(drop).map_err(|error| failed(&error, name))
            }
        };
        Ok(sent?)
    }
}

fn failed<E>(error: &AwsFailure<E>, name: &str) -> Error
where
    E: std::error::Error + aws_smithy_types::error::metadata::ProvideErrorMetadata + Send + Sync + 'static,
{
    aws::failure(error, format!("cannot write the alarm {name}"))
}
