//! Calls that change alarms: their actions are enabled or disabled, their state is set, or they are deleted.

use aws_sdk_cloudwatch::types::StateValue as SdkState;
use opsctl_engine::evaluation::StateValue;

use super::Alarms;
use crate::aws;
use crate::error::Result;

impl Alarms {
    /// Of a hundred at most.
    pub async fn enable_actions(&self, names: &[String]) -> Result<()> {
        let sent = self.client.enable_alarm_actions().set_alarm_names(Some(names.to_vec())).send().await;
        sent.map_err(|error| aws::failure(&error, format!("cannot enable the actions of {}", told(names))))?;
        Ok(())
    }

    /// Of a hundred at most.
    pub async fn disable_actions(&self, names: &[String]) -> Result<()> {
        let sent = self.client.disable_alarm_actions().set_alarm_names(Some(names.to_vec())).send().await;
        sent.map_err(|error| aws::failure(&error, format!("cannot disable the actions of {}", told(names))))?;
        Ok(())
    }

    /// As if the alarm had come to it by itself: its actions run.
    pub async fn set_state(&self, name: &str, state: StateValue, reason: &str) -> Result<()> {
        let call = self.client.set_alarm_state().alarm_name(name).state_value(SdkState::from(state.name()));
        let sent = call.state_reason(reason).send().await;
        sent.map_err(|error| aws::failure(&error, format!("cannot set the state of {name} to {state}")))?;
        Ok(())
    }

    /// A hundred at most, of which one may be a composite alarm; a log alarm goes alone. All or none.
    pub async fn delete(&self, names: &[String]) -> Result<()> {
        let sent = self.client.delete_alarms().set_alarm_names(Some(names.to_vec())).send().await;
        sent.map_err(|error| aws::failure(&error, format!("cannot delete {}", told(names))))?;
        Ok(())
    }
}

/// The alarms of a call, in a line.
fn told(names: &[String]) -> String {
    match names {
        [] => "no alarm".to_owned(),
        [only] => format!("the alarm {only}"),
        [first, rest @ ..] => format!("{first} and {} more alarms", rest.len()),
    }
}
