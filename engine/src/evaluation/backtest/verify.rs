//! How well an outcome agrees with what the alarm really did.

use jiff::{SignedDuration, Timestamp};

use super::run::{Change, Outcome};
use crate::evaluation::StateValue;

/// The score of a backtest against a real history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// How long both were in the same state, of how long they were compared.
    pub same: SignedDuration,
    pub compared: SignedDuration,
    /// Firings of both that began within the tolerance of each other.
    pub matched: usize,
    /// Real ones that the backtest does not have.
    pub missed: usize,
    /// Ones that only the backtest has.
    pub invented: usize,
}

impl Agreement {
    /// Of the time compared, from 0 to 1; 1 when there was nothing to compare.
    pub fn share(&self) -> f64 {
        if self.compared.is_zero() { 1.0 } else { self.same.as_secs_f64() / self.compared.as_secs_f64() }
    }
}

/// Compares from the first evaluation to the end of the data, or to where the changes kept end. The real changes are
/// oldest first and may begin before; `real_initial` is the state before the first of them.
pub fn verify(
    outcome: &Outcome,
    real_initial: StateValue,
    real: &[Change],
    tolerance: SignedDuration,
) -> Agreement {
    let kept = outcome.changes.last().filter(|_| outcome.is_cut()).map(|last| last.at);
    let (from, until) = (outcome.from, kept.unwrap_or(outcome.until));
    let mut agreement = Agreement {
        same: SignedDuration::ZERO,
        compared: until.duration_since(from),
        matched: 0,
        missed: 0,
        invented: 0,
    };
    let mut theirs = real.iter().peekable();
    let mut real_state = real_initial;
    while let Some(change) = theirs.next_if(|change| change.at <= from) {
        real_state = change.to;
    }
    let began = |changes: &[Change]| -> Vec<Timestamp> {
        let in_time =
            |change: &&Change| change.to == StateValue::Alarm && change.at > from && change.at <= until;
        changes.iter().filter(in_time).map(|change| change.at).collect()
    };
    (agreement.matched, agreement.missed, agreement.invented) =
        pair(&began(real), &began(&outcome.changes), tolerance);
    let (mut ours, mut our_state) = (outcome.changes.iter().peekable(), outcome.initial);
    let mut at = from;
    while at < until {
        while let Some(change) = ours.next_if(|change| change.at <= at) {
            our_state = change.to;
        }
        while let Some(change) = theirs.next_if(|change| change.at <= at) {
            real_state = change.to;
        }
        let next = [ours.peek(), theirs.peek()].into_iter().flatten().map(|change| change.at).min();
        let next = next.unwrap_or(until).min(until);
        if our_state == real_state {
            agreement.same += next.duration_since(at);
        }
        at = next;
    }
    agreement
}

/// Matched, only real, only ours; both oldest first.
fn pair(real: &[Timestamp], ours: &[Timestamp], tolerance: SignedDuration) -> (usize, usize, usize) {
    let mut matched = 0;
    let mut ours_left = ours.iter().peekable();
    for real in real {
        while ours_left.next_if(|ours| real.duration_since(**ours) > tolerance).is_some() {}
        if ours_left.next_if(|ours| ours.duration_since(*real) <= tolerance).is_some() {
            matched += 1;
        }
    }
    (matched, real.len() - matched, ours.len() - matched)
}
