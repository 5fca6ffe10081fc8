//! The definition that an execution runs: that of its start, whatever became of the machine since.

use super::Sfn;
use crate::aws;
use crate::error::Result;

impl Sfn {
    pub async fn definition_of(&self, execution: &str) -> Result<String> {
        let call = self.client.describe_state_machine_for_execution().execution_arn(execution);
        let answer = call.send().await;
        let answer = answer.map_err(|error| {
            aws::failure(&error, format!("cannot read the definition that {execution} runs"))
        })?;
        Ok(answer.definition)
    }
}
