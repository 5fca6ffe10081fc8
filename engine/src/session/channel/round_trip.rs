//! How long an acknowledgement takes, and how long to wait before a message is sent again.

use std::time::Duration;

const FIRST_TIMEOUT: Duration = Duration::from_millis(200);
const FIRST_ESTIMATE: Duration = Duration::from_millis(100);
const MIN_MARGIN: Duration = Duration::from_millis(10);
const MAX_BASE: Duration = Duration::from_secs(1);
/// However often a message was sent, it is not given up for longer than this.
const MAX_TIMEOUT: Duration = Duration::from_secs(8);
const MAX_DOUBLINGS: u32 = 6;

pub(super) struct RoundTrip {
    estimate: Duration,
    variation: Duration,
    base: Duration,
    /// Doublings that new messages start with. After a repeat nothing but a sample tells whether the wire got
    /// slower or a message got lost; without this a wire slower than `base` would get everything twice.
    doublings: u32,
    measured: bool,
}

impl RoundTrip {
    pub(super) fn new() -> Self {
        RoundTrip {
            estimate: FIRST_ESTIMATE,
            variation: Duration::ZERO,
            base: FIRST_TIMEOUT,
            doublings: 0,
            measured: false,
        }
    }

    /// False: the timeouts are a guess so far.
    pub(super) fn is_measured(&self) -> bool {
        self.measured
    }

    pub(super) fn estimate(&self) -> Duration {
        self.estimate
    }

    /// The time to wait for a message that was repeated so many times already.
    pub(super) fn timeout(&self, repeats: u32) -> Duration {
        self.doubled(self.doublings.max(repeats))
    }

    /// The same for a wire that is as the samples say.
    pub(super) fn base_timeout(&self, repeats: u32) -> Duration {
        self.doubled(repeats)
    }

    /// A message was acknowledged after this time. By Karn's rule only if it was sent once.
    pub(super) fn sample(&mut self, time: Duration) {
        self.measured = true;
        self.variation = self.variation * 3 / 4 + self.estimate.abs_diff(time) / 4;
        self.estimate = self.estimate * 7 / 8 + time / 8;
        self.base = (self.estimate + MIN_MARGIN.max(self.variation * 4)).min(MAX_BASE);
        while self.doublings > 0 && self.doubled(self.doublings - 1) > time {
            self.doublings -= 1;
        }
    }

    /// A message that was repeated was acknowledged so long after it was first sent. Which of the two was meant is
    /// unknown, so that this tells only what a guess must not be below.
    pub(super) fn at_most(&mut self, time: Duration) {
        if !self.measured {
            self.measured = true;
            self.doublings = 0;
            self.base = self.base.max(time + time / 2).min(MAX_BASE);
        }
    }

    pub(super) fn repeated(&mut self, repeats: u32) {
        self.doublings = self.doublings.max(repeats).min(MAX_DOUBLINGS);
    }

    fn doubled(&self, times: u32) -> Duration {
        (self.base * (1 << times.min(MAX_DOUBLINGS))).min(MAX_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_formulas_are_those_of_the_reference() {
        let mut round_trip = RoundTrip::new();
        assert_eq!(round_trip.timeout(0), ms(200));
        round_trip.sample(ms(20));
        assert_eq!((round_trip.estimate, round_trip.variation), (ms(90), ms(20)));
        assert_eq!(round_trip.timeout(0), ms(170));
        for _ in 0..200 {
            round_trip.sample(ms(20));
        }
        assert!(round_trip.timeout(0) < ms(31), "{:?}", round_trip.timeout(0));
        for _ in 0..20 {
            round_trip.sample(ms(5000));
        }
        assert_eq!(round_trip.timeout(0), MAX_BASE);
    }

    #[test]
    fn each_repeat_doubles_up_to_a_limit() {
        let round_trip = RoundTrip::new();
        let waits: Vec<_> = (0..8).map(|repeats| round_trip.timeout(repeats).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 6400, 8000, 8000]);
    }

    #[test]
    fn before_the_first_sample_a_repeated_message_gives_a_bound() {
        let mut round_trip = RoundTrip::new();
        round_trip.repeated(1);
        round_trip.at_most(ms(450));
        assert_eq!((round_trip.estimate(), round_trip.timeout(0)), (FIRST_ESTIMATE, ms(675)));
        round_trip.at_most(ms(7000));
        assert_eq!(round_trip.timeout(0), ms(675), "later only samples count");
        assert!(round_trip.is_measured());
    }

    #[test]
    fn new_messages_wait_as_long_as_the_last_samples_took() {
        let mut round_trip = RoundTrip::new();
        round_trip.repeated(4);
        assert_eq!(round_trip.timeout(0), ms(3200));
        round_trip.sample(ms(1500));
        assert!(round_trip.timeout(0) > ms(1500), "{:?}", round_trip.timeout(0));
        for _ in 0..100 {
            round_trip.sample(ms(30));
        }
        assert!(round_trip.timeout(0) < ms(50), "{:?}", round_trip.timeout(0));
    }
}
