//! PromQL alarms: every series that the query returns is a contributor that breaches. One that breaches for the pending
//! period is in ALARM, one that is gone for the recovery period is OK again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::StateValue;
use super::alarm::PromqlCriteria;

/// Where a contributor is. What is OK and not seen is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Breaching since then, and OK so far.
    Pending(Timestamp),
    Alarm,
    /// In ALARM, and gone since then.
    Recovering(Timestamp),
}

impl Phase {
    pub fn state(self) -> StateValue {
        match self {
            Phase::Pending(_) => StateValue::Ok,
            Phase::Alarm | Phase::Recovering(_) => StateValue::Alarm,
        }
    }
}

/// The contributors of one alarm. It begins in OK, without any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromqlAlarm {
    phases: BTreeMap<String, Phase>,
}

impl PromqlAlarm {
    /// ALARM while any contributor is.
    pub fn state(&self) -> StateValue {
        let in_alarm = self.phases.values().any(|phase| phase.state() == StateValue::Alarm);
        if in_alarm { StateValue::Alarm } else { StateValue::Ok }
    }

    pub fn contributors(&self) -> impl Iterator<Item = (&str, Phase)> {
        self.phases.iter().map(|(id, phase)| (id.as_str(), *phase))
    }

    /// What the query returned at `now`. Gives the contributors whose state changed, with their new one.
    pub fn evaluate<'a>(
        &mut self,
        criteria: &PromqlCriteria,
        now: Timestamp,
        returned: impl IntoIterator<Item = &'a str>,
    ) -> Vec<(String, StateValue)> {
        let period = |seconds: Option<i64>| SignedDuration::from_secs(seconds.unwrap_or(0));
        let (pending, recovery) = (period(criteria.pending_period), period(criteria.recovery_period));
        let before = std::mem::take(&mut self.phases);
        for id in returned {
            let since = match before.get(id) {
                Some(Phase::Alarm | Phase::Recovering(_)) => None,
                Some(Phase::Pending(since)) => Some(*since),
                None => Some(now),
            };
            let waits = since.filter(|since| now.duration_since(*since) < pending);
            self.phases.insert(id.to_owned(), waits.map_or(Phase::Alarm, Phase::Pending));
        }
        for (id, phase) in &before {
            if self.phases.contains_key(id) {
                continue;
            }
            let since = match phase {
                Phase::Pending(_) => continue,
                Phase::Alarm => now,
                Phase::Recovering(since) => *since,
            };
            if now.duration_since(since) < recovery {
                self.phases.insert(id.clone(), Phase::Recovering(since));
            }
        }
        let state = |phases: &BTreeMap<String, Phase>, id: &str| {
            phases.get(id).map_or(StateValue::Ok, |phase| phase.state())
        };
        let known: std::collections::BTreeSet<&String> = before.keys().chain(self.phases.keys()).collect();
        let changed = known.into_iter().filter(|id| state(&before, id) != state(&self.phases, id));
        changed.map(|id| (id.clone(), state(&self.phases, id))).collect()
    }
}
