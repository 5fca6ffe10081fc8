//! The rules of missing data: from what an evaluation range holds to a state.

use super::criteria::{Criteria, TreatMissingData};
use crate::evaluation::StateValue;

/// What an evaluation range holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Slots with a datapoint.
    pub present: usize,
    /// Breaching ones among the newest N of them: those that count.
    pub breaching: usize,
    /// How many slots ago the oldest datapoint is; that of the newest slot is 1 ago.
    pub oldest: usize,
    /// The newest datapoint is a percentile of too few samples.
    pub few_samples: bool,
}

/// The rule that made the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecidedBy {
    /// N datapoints are there: M of them breach, or not.
    Datapoints,
    /// Some slots are gaps, and counted as the alarm says: breaching or not.
    Filled,
    /// Some are gaps, and M of the datapoints that there are breach.
    BreachesAlone,
    /// Some are gaps, every datapoint breaches and the oldest is at least M slots old.
    Premature,
    /// The same of an alarm that ignores gaps: the state is kept.
    PrematureIgnored,
    /// Some are gaps, and too few datapoints breach.
    TooFewBreaches,
    /// There is no datapoint at all.
    NoDatapoints,
    /// The newest datapoint is a percentile of too few samples, and the alarm keeps its state in such periods.
    FewSamples,
}

/// The state after an evaluation. Source: "Configuring how CloudWatch alarms treat missing data", with the reading that
/// the premature rule looks at the whole range.
#[inline]
pub fn decide(criteria: &Criteria, tally: Tally, prior: StateValue) -> (StateValue, DecidedBy) {
    use TreatMissingData::*;
    let (n, m) = (criteria.evaluation_periods, criteria.datapoints_to_alarm);
    let alarm_when = |alarm: bool| if alarm { StateValue::Alarm } else { StateValue::Ok };
    if tally.few_samples && tally.present > 0 {
        return (prior, DecidedBy::FewSamples);
    }
    if tally.present >= n {
        return (alarm_when(tally.breaching >= m), DecidedBy::Datapoints);
    }
    if tally.present == 0 {
        let state = match criteria.treat_missing_data {
            Missing => StateValue::InsufficientData,
            Ignore => prior,
            Breaching => StateValue::Alarm,
            NotBreaching => StateValue::Ok,
        };
        return (state, DecidedBy::NoDatapoints);
    }
    match criteria.treat_missing_data {
        Breaching => (alarm_when(tally.breaching + (n - tally.present) >= m), DecidedBy::Filled),
        NotBreaching => (alarm_when(tally.breaching >= m), DecidedBy::Filled),
        _ if tally.breaching >= m => (StateValue::Alarm, DecidedBy::BreachesAlone),
        treat if tally.breaching == tally.present && tally.oldest >= m => match treat {
            Ignore => (prior, DecidedBy::PrematureIgnored),
            _ => (StateValue::Alarm, DecidedBy::Premature),
        },
        _ => (StateValue::Ok, DecidedBy::TooFewBreaches),
    }
}
