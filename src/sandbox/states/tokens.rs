//! Task tokens: which attempt of which execution each of them stands for, as long as somebody waits for it.

use super::executions::Run;
use opsctl_engine::asl::execution::{Answer, DemandId, What};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub struct Tokens {
    open: Mutex<HashMap<String, (Arc<Run>, DemandId)>>,
}

impl Tokens {
    pub fn add(&self, token: &str, run: &Arc<Run>, demand: DemandId) {
        self.open().insert(token.to_owned(), (Arc::clone(run), demand));
    }

    /// Whether somebody waits for it still.
    pub fn is_open(&self, token: &str) -> bool {
        self.open().contains_key(token)
    }

    pub fn remove(&self, token: &str) {
        self.open().remove(token);
    }

    /// Says something of an attempt that goes on; `false` where nobody waits for it.
    pub fn tell(&self, token: &str, answer: Answer) -> bool {
        let found = self.open().get(token).map(|(run, demand)| (Arc::clone(run), *demand));
        found.map(|(run, demand)| run.send(What::Answer(demand, answer))).is_some()
    }

    /// Ends an attempt, and waits until that is written down; `false` where nobody waits for it.
    pub async fn end(&self, token: &str, answer: Answer) -> bool {
        let found = self.open().remove(token);
        let Some((run, demand)) = found else { return false };
        run.deliver(What::Answer(demand, answer)).await;
        true
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, (Arc<Run>, DemandId)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
