//! One setting over a series: every slot is one evaluation, made when the slot ends.

use jiff::{SignedDuration, Timestamp};

use super::series::Series;
use crate::evaluation::StateValue;
use crate::evaluation::judging::{Criteria, EvaluationRange, Rolling, decide};

/// Changes that an outcome keeps; later ones are counted only.
pub const MOST_CHANGES: usize = 20_000;

/// What is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub criteria: Criteria,
    pub range: EvaluationRange,
}

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub at: Timestamp,
    pub to: StateValue,
}

/// A time in ALARM; it has no end when the alarm was still in it at the end of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firing {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

/// What a setting would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The state before the first slot was judged.
    pub initial: StateValue,
    /// The first [`MOST_CHANGES`] changes, oldest first.
    pub changes: Vec<Change>,
    /// All changes, and those of them to ALARM.
    pub change_count: usize,
    pub firing_count: usize,
    /// How long it was in ALARM.
    pub in_alarm: SignedDuration,
    /// The state at the end.
    pub last: StateValue,
    /// From the first evaluation to the end of the data.
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Outcome {
    /// The times in ALARM, as far as the changes are kept.
    pub fn firings(&self) -> impl Iterator<Item = Firing> {
        let began_in_alarm = self.initial == StateValue::Alarm && !self.changes.is_empty();
        let first = began_in_alarm
            .then(|| Firing { from: self.from, to: self.changes.first().map(|first| first.at) });
        let began = self.changes.iter().enumerate().filter(|(_, change)| change.to == StateValue::Alarm);
        first.into_iter().chain(
            began.map(|(at, change)| Firing {
                from: change.at,
                to: self.changes.get(at + 1).map(|next| next.at),
            }),
        )
    }

    /// Whether there were more changes than are kept.
    pub fn is_cut(&self) -> bool {
        self.change_count > self.changes.len()
    }
}

/// Every setting over the same series, in their order.
pub fn backtest(series: &Series, settings: &[Setting], initial: StateValue) -> Vec<Outcome> {
    settings.iter().map(|setting| run(series, setting, initial)).collect()
}

/// One setting. The state before the first slot is `initial`.
pub fn run(series: &Series, setting: &Setting, initial: StateValue) -> Outcome {
    let mut rolling = Rolling::new(&setting.criteria, setting.range);
    let (from, until) = (series.end(0), series.end(series.len().saturating_sub(1)));
    let mut outcome = Outcome {
        initial,
        changes: Vec::new(),
        change_count: 0,
        firing_count: 0,
        in_alarm: SignedDuration::ZERO,
        last: initial,
        from,
        until,
    };
    let mut fired = (initial == StateValue::Alarm).then_some(from);
    series.grades(&setting.criteria, |slot, grade, few_samples| {
        rolling.push(grade, few_samples);
        let (state, _) = decide(&setting.criteria, rolling.tally(), outcome.last);
        if state == outcome.last {
            return;
        }
        let at = series.end(slot);
        if let Some(from) = fired.take() {
            outcome.in_alarm += at.duration_since(from);
        }
        if state == StateValue::Alarm {
            outcome.firing_count += 1;
            fired = Some(at);
        }
        outcome.change_count += 1;
        if outcome.changes.len() < MOST_CHANGES {
            outcome.changes.push(Change { at, to: state });
        }
        outcome.last = state;
    });
    if let Some(from) = fired {
        outcome.in_alarm += until.duration_since(from);
    }
    outcome
}
