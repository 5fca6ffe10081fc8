//! How many calls a second the services of a sandbox answer, where its file says so. The others are throttled, as AWS
//! does it: at first as many as the limit at once, then as they come due.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

#[derive(Debug)]
pub struct CallRate(Option<Mutex<Bucket>>);

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    /// Calls that may be answered now.
    left: f64,
    at: Instant,
}

impl CallRate {
    /// Without a limit every call is answered.
    pub fn new(per_second: Option<u32>) -> Self {
        let full = |per_second| Bucket { per_second, left: per_second, at: Instant::now() };
        CallRate(per_second.map(|per_second| Mutex::new(full(f64::from(per_second)))))
    }

    /// Counts a call. False: it is throttled. Of calls at once, one can come here before an earlier one.
    pub fn allows(&self, now: Instant) -> bool {
        let Some(bucket) = &self.0 else { return true };
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let due = now.saturating_duration_since(bucket.at).as_secs_f64() * bucket.per_second;
        bucket.left = (bucket.left + due).min(bucket.per_second);
        bucket.at = bucket.at.max(now);
        let allowed = bucket.left >= 1.0;
        if allowed {
            bucket.left -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn calls_beyond_the_rate_wait_for_their_turn() {
        let rate = CallRate::new(Some(2));
        let start = Instant::now();
        for (milliseconds, expected) in
            [(0, [true, true, false]), (500, [true, false, false]), (60_000, [true, true, false])]
        {
            let now = start + Duration::from_millis(milliseconds);
            assert_eq!([(); 3].map(|()| rate.allows(now)), expected, "{milliseconds}");
        }
    }

    #[test]
    fn no_moment_counts_twice() {
        let start = Instant::now();
        let rate = CallRate::new(Some(1));
        let later = start + Duration::from_millis(60_500);
        assert!(rate.allows(later));
        assert_eq!([start, later].map(|now| rate.allows(now)), [false, false]);
    }

    #[test]
    fn without_a_limit_there_is_none() {
        let (rate, now) = (CallRate::new(None), Instant::now());
        assert!((0..10_000).all(|_| rate.allows(now)));
    }
}
