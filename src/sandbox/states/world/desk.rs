//! Where the answer to one demand is handed in, and what is known of whoever asked.

use crate::sandbox::states::executions::{Known, Run};
use opsctl_engine::asl::execution::{Answer, DemandId, What};
use opsctl_engine::uuid::Uuid;
use ring::digest;
use std::sync::{Arc, OnceLock};

/// The execution that was started for a demand and ends when nobody waits for it any longer.
pub type Follows = Arc<OnceLock<Arc<Known>>>;

pub struct Desk {
    run: Arc<Run>,
    demand: DemandId,
    follows: Follows,
}

impl Desk {
    pub fn new(run: &Arc<Run>, demand: DemandId, follows: Follows) -> Self {
        Desk { run: Arc::clone(run), demand, follows }
    }

    /// Says what there is to be said before the end: that a task has started, or was submitted.
    pub fn tell(&self, answer: Answer) {
        self.run.send(What::Answer(self.demand, answer));
    }

    pub fn follow(&self, child: &Arc<Known>) {
        // There is one for each demand.
        let _ = self.follows.set(Arc::clone(child));
    }

    /// The ARN of the execution that asks.
    pub fn sender(&self) -> Arc<str> {
        self.run.arn()
    }

    /// An id that is the same whenever this is asked for, also by a sandbox that goes on with it: what has it was done
    /// already.
    pub fn id(&self) -> String {
        let text = format!("{} {}", self.run.arn(), self.demand.0);
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
        Uuid::from_random(bytes).to_string()
    }
}
