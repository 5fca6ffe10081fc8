//! When alarms are evaluated: by the clock of alarms, step by step, also when that is set forward. What an evaluation finds
//! is the engine's business; here are the steps.

pub mod composite;
mod metric;
mod plan;
mod round;

use super::alarms::Alarm;
use crate::sandbox::account::Account;
use jiff::{SignedDuration, Timestamp};
use plan::Plan;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Seconds between two steps: those in which alarms of high resolution are evaluated.
const STEP: i64 = 10;
/// Of what the clock passes over when it is set forward, the last so many seconds are evaluated.
const MOST: i64 = 14 * 24 * 60 * 60;
/// A call that sets the clock goes on for so long; who makes it asks again.
const BUDGET: Duration = Duration::from_millis(500);

#[derive(Default)]
pub struct Evaluator {
    /// The second of the last step. Held by whoever steps.
    last: Mutex<Option<i64>>,
    driver: Mutex<Option<JoinHandle<()>>>,
    /// By the names of alarms, each with when the alarm was configured so.
    plans: Mutex<HashMap<String, (Timestamp, Arc<Plan>)>>,
}

/// How far the clock was set.
pub struct Set {
    pub steps: u64,
    pub is_there: bool,
}

impl Evaluator {
    /// Begins to step with the clock.
    pub fn start(&self, account: &Arc<Account>) {
        let account = Arc::clone(account);
        let driver = tokio::spawn(async move {
            loop {
                account.monitoring.evaluator.catch_up(&account);
                let into = account.monitoring.clock.now().as_millisecond().rem_euclid(STEP * 1000);
                let left = u64::try_from(STEP * 1000 - into).unwrap_or_default();
                // The clock may be set meanwhile, and own metrics are to be on disk soon.
                tokio::time::sleep(Duration::from_millis(left.clamp(1, 1000))).await;
            }
        });
        if let Some(before) = self.driver().replace(driver) {
            before.abort();
        }
    }

    pub async fn shutdown(&self) {
        let driver = self.driver().take();
        if let Some(driver) = driver {
            driver.abort();
            // It was aborted just now.
            let _ = driver.await;
        }
    }

    /// Makes the steps that are due.
    fn catch_up(&self, account: &Account) {
        account.monitoring.metrics.take_in();
        let mut last = self.last();
        let now = account.monitoring.clock.now().as_second();
        let due = now - now.rem_euclid(STEP);
        if last.is_none_or(|last| last < due) {
            // One is enough: nobody sees what an alarm would have been while nothing ran.
            round::evaluate(account, due);
            *last = Some(due);
        }
    }

    /// Sets the clock so far ahead of this machine's, with the steps that fall due.
    pub fn set_clock(&self, account: &Account, target: SignedDuration) -> Set {
        let mut last = self.last();
        let clock = &account.monitoring.clock;
        if target <= clock.offset() {
            clock.set(target);
            *last = None;
            return Set { steps: 0, is_there: true };
        }
        let began = Instant::now();
        let real = Timestamp::now();
        let at_offset = |offset: SignedDuration| real.saturating_add(offset).unwrap_or(real).as_second();
        let end = at_offset(target);
        let from = at_offset(clock.offset()).max(end.saturating_sub(MOST));
        let mut at = last.map_or(from, |last| last.max(from));
        let mut steps = 0;
        loop {
            let pace = round::pace(account);
            at = at - at.rem_euclid(pace) + pace;
            if at > end {
                clock.set(target);
                return Set { steps, is_there: true };
            }
            round::evaluate(account, at);
            *last = Some(at);
            steps += 1;
            if began.elapsed() > BUDGET {
                let ahead = SignedDuration::from_secs(at.saturating_sub(Timestamp::now().as_second()));
                clock.set(ahead.clamp(clock.offset(), target));
                return Set { steps, is_there: false };
            }
        }
    }

    /// What a metric alarm comes to.
    fn plan(&self, alarm: &Alarm) -> Arc<Plan> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((configured, plan)) = plans.get(&alarm.name)
            && *configured == alarm.configured
        {
            return Arc::clone(plan);
        }
        let plan = Arc::new(Plan::of(alarm));
        plans.insert(alarm.name.clone(), (alarm.configured, Arc::clone(&plan)));
        plan
    }

    /// An alarm that is gone needs no plan.
    pub fn forget(&self, alarm: &str) {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).remove(alarm);
    }

    fn last(&self) -> MutexGuard<'_, Option<i64>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn driver(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
