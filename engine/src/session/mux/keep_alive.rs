//! When an end says that it is alive, and when it takes the other one for dead. Only with an old peer: what is
//! sent here counts as activity, so that no idle timeout would ever end the session.

use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(10);
pub(super) const SILENCE: Duration = Duration::from_secs(30);

pub(super) struct KeepAlive {
    next: Duration,
    received: Duration,
}

impl KeepAlive {
    pub(super) fn new(now: Duration) -> Self {
        KeepAlive { next: now.saturating_add(INTERVAL), received: now }
    }

    pub(super) fn received(&mut self, now: Duration) {
        self.received = self.received.max(now);
    }

    pub(super) fn next_timeout(&self) -> Duration {
        self.next.min(self.silent_at())
    }

    pub(super) fn is_silent(&self, now: Duration) -> bool {
        now >= self.silent_at()
    }

    /// True once for each interval; one that was slept through is not made up for.
    pub(super) fn is_due(&mut self, now: Duration) -> bool {
        let is_due = now >= self.next;
        if is_due {
            self.next = now.saturating_add(INTERVAL);
        }
        is_due
    }

    fn silent_at(&self) -> Duration {
        self.received.saturating_add(SILENCE)
    }
}
