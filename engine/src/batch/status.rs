//! The states of a job, and how far it has come.

use std::fmt;
use std::time::Duration;

/// A state; services add some.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Status {
    New,
    Preparing,
    Suspended,
    Ready,
    Active,
    Pausing,
    Paused,
    Completing,
    Complete,
    Cancelling,
    Cancelled,
    Failing,
    Failed,
    Unknown(String),
}

/// What UpdateJobStatus can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Confirms a job.
    Ready,
    Cancelled,
}

impl Status {
    /// Every state that is known, in the order in which a job may go through them.
    pub const ALL: [Status; 13] = [
        Status::New,
        Status::Preparing,
        Status::Suspended,
        Status::Ready,
        Status::Active,
        Status::Pausing,
        Status::Paused,
        Status::Completing,
        Status::Complete,
        Status::Cancelling,
        Status::Cancelled,
        Status::Failing,
        Status::Failed,
    ];

    pub fn as_str(&self) -> &str {
        match self {
            Status::New => "New",
            Status::Preparing => "Preparing",
            Status::Suspended => "Suspended",
            Status::Ready => "Ready",
            Status::Active => "Active",
            Status::Pausing => "Pausing",
            Status::Paused => "Paused",
            Status::Completing => "Completing",
            Status::Complete => "Complete",
            Status::Cancelling => "Cancelling",
            Status::Cancelled => "Cancelled",
            Status::Failing => "Failing",
            Status::Failed => "Failed",
            Status::Unknown(word) => word,
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(self, Status::Complete | Status::Cancelled | Status::Failed)
    }

    /// Whether the job waits for a confirmation.
    pub fn needs_confirmation(&self) -> bool {
        *self == Status::Suspended
    }

    /// Whether UpdateJobStatus takes this request in this state; the others are JobStatusException.
    pub fn allows(&self, request: Request) -> bool {
        match request {
            Request::Ready => *self == Status::Suspended,
            Request::Cancelled => {
                !self.is_over() && !matches!(self, Status::Cancelling | Status::Failing | Status::Completing)
            }
        }
    }

    /// Whether a job can go from here to `next` in one step.
    pub fn can_become(&self, next: &Status) -> bool {
        use Status::*;
        match next {
            Preparing => *self == New,
            Suspended => *self == Preparing,
            Ready => matches!(self, Preparing | Suspended | Paused),
            Active => matches!(self, Ready | Paused),
            Pausing => matches!(self, Ready | Active),
            Paused => *self == Pausing,
            Completing => *self == Active,
            Complete => *self == Completing,
            Cancelling => self.allows(Request::Cancelled),
            Cancelled => *self == Cancelling,
            Failing => !self.is_over() && *self != Cancelling,
            Failed => *self == Failing,
            New | Unknown(_) => false,
        }
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        let known = Status::ALL.into_iter().find(|status| status.as_str() == word);
        known.unwrap_or_else(|| Status::Unknown(word.to_owned()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// 0 until the manifest is read.
    pub total: u64,
    pub succeeded: u64,
    pub failed: u64,
    /// Seconds in Active; absent where the service does not tell.
    pub active_seconds: Option<u64>,
}

/// Tasks from which on a job fails when more than half of them failed.
pub const FAILURE_THRESHOLD_FROM: u64 = 1000;

impl Progress {
    pub fn done(&self) -> u64 {
        self.succeeded.saturating_add(self.failed)
    }

    /// Tasks of the list that the job has not come to; of one that is over, those that it never will.
    pub fn left(&self) -> u64 {
        self.total.saturating_sub(self.done())
    }

    /// Tasks a second while it was active.
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.active_seconds.filter(|seconds| *seconds > 0)?;
        Some(self.done() as f64 / seconds as f64)
    }

    /// How long the rest takes at the rate so far.
    pub fn remaining(&self) -> Option<Duration> {
        let rate = self.rate().filter(|rate| *rate > 0.0)?;
        let left = self.total.checked_sub(self.done())?;
        Duration::try_from_secs_f64(left as f64 / rate).ok()
    }

    /// Whether the service ends the job: 1,000 tasks were run and over half of them failed.
    pub fn is_past_threshold(&self) -> bool {
        self.done() >= FAILURE_THRESHOLD_FROM && self.failed > self.done() / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_states_are_the_same() {
        for status in Status::ALL {
            assert_eq!(Status::from(status.as_str()), status);
        }
        assert_eq!(Status::from("Resting"), Status::Unknown("Resting".into()));
    }

    #[test]
    fn a_job_walks_only_where_there_is_a_way() {
        use Status::*;
        let whole = [New, Preparing, Suspended, Ready, Active, Pausing, Paused, Active, Completing, Complete];
        for pair in whole.windows(2) {
            assert!(pair[0].can_become(&pair[1]), "{pair:?}");
        }
        for (from, to) in
            [(Complete, Active), (Failed, Failing), (Cancelled, Cancelling), (Suspended, Active)]
        {
            assert!(!from.can_become(&to), "{from} {to}");
        }
        for status in Status::ALL {
            assert_eq!(status.allows(Request::Ready), status == Suspended, "{status}");
            assert!(!(status.is_over() && status.allows(Request::Cancelled)), "{status}");
            assert!(
                !(status.is_over() && Status::ALL.iter().any(|next| status.can_become(next))),
                "{status}"
            );
        }
    }

    #[test]
    fn rate_and_time_left_follow_from_what_was_done() {
        let progress = Progress { total: 1000, succeeded: 190, failed: 10, active_seconds: Some(20) };
        assert_eq!((progress.rate(), progress.remaining()), (Some(10.0), Some(Duration::from_secs(80))));
        for idle in [
            Progress::default(),
            Progress { active_seconds: None, ..progress },
            Progress { active_seconds: Some(0), ..progress },
            Progress { succeeded: 0, failed: 0, ..progress },
        ] {
            assert_eq!(idle.remaining(), None, "{idle:?}");
        }
        assert_eq!((progress.left(), Progress { total: 1, ..progress }.left()), (800, 0));
        assert_eq!(Progress { total: 1, ..progress }.remaining(), None);
    }

    #[test]
    fn a_job_fails_past_half_of_a_thousand() {
        let at = |done: u64, failed: u64| {
            Progress { total: 5000, succeeded: done - failed, failed, active_seconds: None }
                .is_past_threshold()
        };
        assert!(!at(999, 999));
        assert!(!at(1000, 500));
        assert!(at(1000, 501));
    }
}
