//! The time after an alarm was made in which it is not judged: INSUFFICIENT_DATA, and no action runs.

use jiff::{SignedDuration, Timestamp};

use super::alarm::WarmUpConfiguration;

/// A warm-up that began. Once over it stays over, whatever the configuration becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarmUp {
    since: Timestamp,
    is_over: bool,
}

impl WarmUp {
    pub fn new(since: Timestamp) -> Self {
        WarmUp { since, is_over: false }
    }

    /// Whether the alarm is still in it. It ends with its duration, and before that once the alarm has the datapoints
    /// of all N slots, unless it is told to wait.
    pub fn lasts(
        &mut self,
        configuration: &WarmUpConfiguration,
        now: Timestamp,
        has_all_datapoints: bool,
    ) -> bool {
        let minutes = configuration.warm_up_period_duration_in_minutes.unwrap_or(0);
        let duration = SignedDuration::from_secs(minutes.saturating_mul(60));
        let waits = configuration.only_start_evaluating_after_warm_up_period_ends.unwrap_or(false);
        self.is_over |= now.duration_since(self.since) >= duration || (has_all_datapoints && !waits);
        !self.is_over
    }

    /// When it ends at the latest.
    pub fn ends(&self, configuration: &WarmUpConfiguration) -> Option<Timestamp> {
        let minutes = configuration.warm_up_period_duration_in_minutes.filter(|_| !self.is_over)?;
        self.since.checked_add(SignedDuration::from_secs(minutes.saturating_mul(60))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warm_up_that_is_over_does_not_begin_again() {
        let start = Timestamp::UNIX_EPOCH;
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let of = |minutes| WarmUpConfiguration {
            warm_up_period_duration_in_minutes: Some(minutes),
            only_start_evaluating_after_warm_up_period_ends: None,
        };
        let mut warm_up = WarmUp::new(start);
        assert!(warm_up.lasts(&of(10), at(9), false));
        assert_eq!(warm_up.ends(&of(10)), Some(at(10)));
        assert!(!warm_up.lasts(&of(10), at(10), false));
        assert!(!warm_up.lasts(&of(60), at(11), false));
        assert_eq!(warm_up.ends(&of(60)), None);
    }
}
