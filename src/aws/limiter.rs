//! How fast an API may be called: one pace for each account, region and API, whoever of the process calls. It is free
//! until the service says that there are too many calls; then it halves, and recovers slowly.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// No API is slowed down to less.
const SLOWEST: f64 = 0.5;
/// Faster than that nobody need be held back.
const FREE: f64 = 100.0;
/// What the rate gains in a second without being told off, as a part of itself and at least.
const GAIN: f64 = 0.05;
const LEAST_GAIN: f64 = 0.1;
/// What a call rate is measured over.
const WINDOW: Duration = Duration::from_secs(1);

/// Clones share the paces.
#[derive(Debug, Clone, Default)]
pub struct Limiter(Arc<Mutex<HashMap<Api, Arc<Pace>>>>);

/// What has a limit of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Api {
    /// As a policy names it: `ssm:DescribeInstanceInformation`.
    pub operation: String,
    /// That of the profile, where it is not known yet.
    pub account: String,
    pub region: String,
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} {}", self.operation, self.account, self.region)
    }
}

impl Limiter {
    pub fn pace(&self, api: Api) -> Arc<Pace> {
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = |api: &Api| Arc::new(Pace { name: api.to_string(), bucket: Mutex::default() });
        Arc::clone(paces.entry(api).or_insert_with_key(new))
    }
}

/// That of one API.
#[derive(Debug)]
pub struct Pace {
    name: String,
    bucket: Mutex<Bucket>,
}

impl Pace {
    /// Waits until the next call may be sent.
    pub async fn turn(&self) {
        let wait = self.with(|bucket| bucket.reserve(Instant::now()));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// The service took a call for one too many.
    pub fn too_fast(&self, sent: Instant) {
        if let Some(rate) = self.with(|bucket| bucket.slow_down(Instant::now(), sent)) {
            tracing::info!("slowed down: {} calls/s of {}", Rate(rate), self.name);
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Bucket) -> T) -> T {
        work(&mut self.bucket.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Rate(f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 10.0).round() / 10.0;
        write!(f, "{rounded}")
    }
}

/// A call that is on its way: part of its request.
#[derive(Debug, Clone)]
pub struct Turn {
    pub pace: Arc<Pace>,
    pub sent: Arc<OnceLock<Instant>>,
}

impl Turn {
    pub fn of(pace: Arc<Pace>) -> Self {
        Turn { pace, sent: Arc::default() }
    }

    pub async fn wait(&self) {
        self.pace.turn().await;
        self.sent.get_or_init(Instant::now);
    }
}

/// Tokens that come at a rate, and are taken in advance: the calls that wait are in a queue.
#[derive(Debug, Default)]
struct Bucket {
    /// None while nobody is held back.
    held: Option<Held>,
    /// When the last calls were sent, as long ago as is measured.
    sent: Vec<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    /// Calls in a second.
    rate: f64,
    /// When it was slowed down, and until when it has gained since.
    slowed: Instant,
    gained: Instant,
    /// When the next call may be sent.
    next: Instant,
}

impl Bucket {
    /// How long the next call has to wait.
    fn reserve(&mut self, now: Instant) -> Duration {
        self.recover(now);
        let Some(held) = &mut self.held else {
            self.sent.retain(|sent| now.saturating_duration_since(*sent) < WINDOW);
            self.sent.push(now);
            return Duration::ZERO;
        };
        let at = held.next.max(now);
        held.next = at + Duration::from_secs_f64(1.0 / held.rate);
        at.saturating_duration_since(now)
    }

    /// Halves the rate, unless the call was sent before that was done last: calls that are on their way are told off
    /// together. Gives the new rate.
    fn slow_down(&mut self, now: Instant, sent: Instant) -> Option<f64> {
        let rate = match &self.held {
            Some(held) if sent < held.slowed => return None,
            Some(_) => {
                self.recover(now);
                self.held.map_or(FREE, |held| held.rate)
            }
            None => {
                let recent = self.sent.iter().filter(|sent| now.saturating_duration_since(**sent) < WINDOW);
                recent.count() as f64
            }
        };
        let rate = (rate / 2.0).max(SLOWEST);
        self.sent.clear();
        // Those that wait have their turns.
        let next = self.held.map_or(now, |held| held.next.max(now));
        let next = next + Duration::from_secs_f64(1.0 / rate);
        self.held = Some(Held { rate, slowed: now, gained: now, next });
        Some(rate)
    }

    /// What the rate has gained since.
    fn recover(&mut self, now: Instant) {
        let Some(held) = &mut self.held else { return };
        let seconds = now.saturating_duration_since(held.gained).as_secs();
        for _ in 0..seconds {
            held.rate += (held.rate * GAIN).max(LEAST_GAIN);
            held.gained += Duration::from_secs(1);
            if held.rate >= FREE {
                self.held = None;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A bucket that was told off at a rate of so many calls in a second.
    fn told_off(calls: u32, now: Instant) -> (Bucket, Option<f64>) {
        let mut bucket = Bucket::default();
        for _ in 0..calls {
            assert_eq!(bucket.reserve(now), Duration::ZERO, "free until it is told off");
        }
        let rate = bucket.slow_down(now, now);
        (bucket, rate)
    }

    #[tokio::test]
    async fn half_of_what_was_called_is_the_pace() {
        let now = Instant::now();
        for (calls, rate) in [(8, 4.0), (3, 1.5), (1, SLOWEST), (0, SLOWEST)] {
            assert_eq!(told_off(calls, now).1, Some(rate), "{calls} calls");
        }
        let (mut bucket, _) = told_off(8, now);
        let waits: Vec<u128> = (0..3).map(|_| bucket.reserve(now).as_millis()).collect();
        assert_eq!(waits, [250, 500, 750], "one after the other");
        assert_eq!(bucket.reserve(now + SECOND), Duration::ZERO);
    }

    #[tokio::test]
    async fn calls_that_are_on_their_way_are_told_off_together() {
        let now = Instant::now();
        let (mut bucket, _) = told_off(16, now);
        let later = now + SECOND / 2;
        assert_eq!(bucket.slow_down(later, now - SECOND), None, "sent before it was slowed down");
        assert_eq!(bucket.slow_down(later, later), Some(4.0));
    }

    #[tokio::test]
    async fn it_recovers_slowly_and_wholly() {
        let now = Instant::now();
        let (mut bucket, _) = told_off(8, now);
        bucket.reserve(now + 10 * SECOND);
        let rate = bucket.held.unwrap().rate;
        assert!((6.0..7.0).contains(&rate), "{rate}");
        let (mut long_ago, day) = (told_off(8, now).0, Duration::from_secs(86_400));
        for _ in 0..1000 {
            assert_eq!(long_ago.reserve(now + day), Duration::ZERO);
        }
    }

    #[tokio::test]
    async fn an_api_is_one_of_a_region_and_an_account() {
        let limiter = Limiter::default();
        let api = |operation: &str, region: &str| Api {
            operation: operation.to_owned(),
            account: "111122223333".to_owned(),
            region: region.to_owned(),
        };
        let (one, other) =
            (limiter.pace(api("ssm:A", "eu-west-1")), limiter.clone().pace(api("ssm:A", "eu-west-1")));
        assert!(Arc::ptr_eq(&one, &other), "whoever asks");
        for api in [api("ssm:B", "eu-west-1"), api("ssm:A", "eu-west-2")] {
            assert!(!Arc::ptr_eq(&one, &limiter.pace(api)));
        }
        assert_eq!(one.name, "ssm:A in 111122223333 eu-west-1");
    }
}
