//! How a suppressor holds back the actions of a composite alarm. Times are whole seconds of any clock; who drives it
//! says what happened and when, and asks what is due.

use serde::{Deserialize, Serialize};

use crate::evaluation::StateValue;

/// `ActionsSuppressedBy` of DescribeAlarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressedBy {
    WaitPeriod,
    ExtensionPeriod,
    Alarm,
}

impl SuppressedBy {
    pub fn name(self) -> &'static str {
        match self {
            SuppressedBy::WaitPeriod => "WaitPeriod",
            SuppressedBy::ExtensionPeriod => "ExtensionPeriod",
            SuppressedBy::Alarm => "Alarm",
        }
    }
}

/// The actions of a state are to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionRun {
    pub at: i64,
    pub state: StateValue,
}

/// A composite alarm with its suppressor. It can be written down and gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    wait: i64,
    extension: i64,
    composite: StateValue,
    suppressor: StateValue,
    period: Option<Period>,
    /// The composite changed its state and nothing was sent for it.
    is_held: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Period {
    Wait { end: i64 },
    Extension { end: i64 },
}

impl Suppression {
    /// `ActionsSuppressorWaitPeriod` and `ActionsSuppressorExtensionPeriod` in seconds, and the states at the beginning.
    pub fn new(wait: u32, extension: u32, composite: StateValue, suppressor: StateValue) -> Self {
        let (wait, extension) = (i64::from(wait), i64::from(extension));
        Suppression { wait, extension, composite, suppressor, period: None, is_held: false }
    }

    /// When `due` has something to do next, if nothing happens before.
    pub fn next(&self) -> Option<i64> {
        self.period.map(|(Period::Wait { end } | Period::Extension { end })| end)
    }

    /// What has to run by `now`. A period that ends in the second in which something happens ends before it.
    pub fn due(&mut self, now: i64) -> Option<ActionRun> {
        let end = self.next().filter(|end| *end <= now)?;
        self.period = None;
        let run = std::mem::take(&mut self.is_held);
        run.then_some(ActionRun { at: end, state: self.composite })
    }

    /// The composite is in another state: held back while the suppressor is in ALARM, and otherwise for the wait period,
    /// which takes the place of any period that runs.
    pub fn composite_is(&mut self, now: i64, state: StateValue) -> Vec<ActionRun> {
        let mut runs: Vec<ActionRun> = self.due(now).into_iter().collect();
        if state == self.composite {
            return runs;
        }
        self.composite = state;
        self.is_held = true;
        if self.suppressor != StateValue::Alarm {
            self.period = Some(Period::Wait { end: now.saturating_add(self.wait) });
            runs.extend(self.due(now));
        }
        runs
    }

    /// The suppressor is in another state. Only ALARM suppresses, and the extension period begins when it is left.
    pub fn suppressor_is(&mut self, now: i64, state: StateValue) -> Vec<ActionRun> {
        let mut runs: Vec<ActionRun> = self.due(now).into_iter().collect();
        let was = std::mem::replace(&mut self.suppressor, state);
        match (was == StateValue::Alarm, state == StateValue::Alarm) {
            (false, true) => self.period = None,
            (true, false) => {
                self.period = Some(Period::Extension { end: now.saturating_add(self.extension) });
                runs.extend(self.due(now));
            }
            (true, true) | (false, false) => {}
        }
        runs
    }

    /// Another alarm suppresses from now on, and is in this state: both periods are dropped, and what they held back.
    pub fn replace(&mut self, suppressor: StateValue) {
        self.suppressor = suppressor;
        self.period = None;
        self.is_held = false;
    }

    pub fn suppressed_by(&self) -> Option<SuppressedBy> {
        match self.period {
            Some(Period::Wait { .. }) => Some(SuppressedBy::WaitPeriod),
            Some(Period::Extension { .. }) => Some(SuppressedBy::ExtensionPeriod),
            None => (self.suppressor == StateValue::Alarm).then_some(SuppressedBy::Alarm),
        }
    }
}
