//! How often a delivery is tried, and when it is given up. A function is run again when it fails, as Lambda does it; an
//! execution is started once, and a machine that is not there yet is waited for.

use super::{Delivery, Destination};
use crate::sandbox::account::Account;
use crate::sandbox::lambda::Refused;
use crate::sandbox::services::start_execution;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// A function is run so often in all, with these pauses between: Lambda waits one minute and two.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// A machine may come so much later than the event that starts it, or than the sandbox.
const PATIENCE_MS: i64 = 5 * 60 * 1000;
/// Between two looks at whether it is there: at first, and in the end.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LAST_LOOK: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub enum Attempted {
    Arrived,
    GivenUp(String),
    /// The sandbox ends: the next one tries again.
    Later,
}

pub async fn deliver(account: &Arc<Account>, delivery: &Delivery) -> Attempted {
    match &delivery.to {
        Destination::Function(name) => function(account, name, delivery).await,
        Destination::Machine(name) => machine(account, name, delivery).await,
    }
}

async fn function(account: &Account, name: &str, delivery: &Delivery) -> Attempted {
    let mut pauses = PAUSES.into_iter();
    loop {
        let event = delivery.event.clone().into();
        let error = match account.lambda.invoke_in_turn(name, event, &delivery.id).await {
            Ok(invoked) => match invoked.error {
                None => return Attempted::Arrived,
                Some(_) => String::from_utf8_lossy(&invoked.payload).into_owned(),
            },
            Err(Refused::Internal(_)) => return Attempted::Later,
            Err(refused) => return Attempted::GivenUp(refused.to_string()),
        };
        match pauses.next() {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Attempted::GivenUp(error),
        }
    }
}

async fn machine(account: &Arc<Account>, name: &str, delivery: &Delivery) -> Attempted {
    let mut pause = FIRST_LOOK;
    loop {
        let Err(error) = start_execution(account, name, &delivery.id, &delivery.event) else {
            return Attempted::Arrived;
        };
        // While no sandbox runs, no machine can come.
        let since = Timestamp::try_from(account.started).map_or(0, |started| started.as_millisecond());
        let waited = Timestamp::now().as_millisecond().saturating_sub(delivery.taken.max(since));
        match &*error.code {
            // It was started before, and nobody could write that down.
            "ExecutionAlreadyExists" => return Attempted::Arrived,
            "StateMachineDoesNotExist" | "StateMachineDeleting" if waited < PATIENCE_MS => {}
            _ => return Attempted::GivenUp(error.message),
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(LAST_LOOK);
    }
}
