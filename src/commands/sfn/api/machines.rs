//! Calls about state machines.

use aws_sdk_sfn::types::StateMachineListItem;

use super::{PAGE, Sfn, time};
use crate::aws;
use crate::commands::sfn::model::MachineSummary;
use crate::error::Result;

impl Sfn {
    /// Hands every page of machines to `page` until it wants no more.
    pub async fn machines(
        &self,
        page: &mut (dyn FnMut(Vec<MachineSummary>) -> Result<bool> + Send),
    ) -> Result<()> {
        let mut token = None;
        loop {
            let call = self.client.list_state_machines().max_results(PAGE).set_next_token(token);
            let answer =
                call.send().await.map_err(|error| aws::failure(&error, "cannot list the state machines"))?;
            let machines = answer.state_machines.into_iter().map(summary).collect();
            token = answer.next_token.filter(|token| !token.is_empty());
            if !page(machines)? || token.is_none() {
                return Ok(());
            }
        }
    }
}

fn summary(machine: StateMachineListItem) -> MachineSummary {
    MachineSummary {
        name: machine.name,
        machine_type: machine.r#type.as_str().to_owned(),
        created: time(&machine.creation_date),
        state_machine_arn: machine.state_machine_arn,
    }
}
