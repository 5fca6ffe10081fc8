//! How fast a node's output goes out: as fast as the client takes it, or at the pace of the real agent, which sleeps
//! after each kilobyte. Owns the clock of that pace, not the output.

use super::output::PAYLOAD;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, Sleep};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Throttle {
    #[default]
    None,
    /// At most 1,024 bytes, then a sleep of 1 ms: somewhat less than a MiB a second.
    Agent,
}

const SLEEP: Duration = Duration::from_millis(1);

pub struct Pace {
    throttle: Throttle,
    sleep: Option<Pin<Box<Sleep>>>,
    /// How much too late the last sleep ended. Timers here are about as coarse as the sleep is long, so the next one is
    /// shorter by as much, or left out.
    late: Duration,
}

impl Pace {
    pub fn new(throttle: Throttle) -> Pace {
        Pace { throttle, sleep: None, late: Duration::ZERO }
    }

    /// What may go now of `payload`, if anything may.
    pub fn cut<'a>(&self, payload: &'a [u8]) -> &'a [u8] {
        match self.throttle {
            Throttle::None => payload,
            Throttle::Agent => &payload[..payload.len().min(PAYLOAD)],
        }
    }

    pub fn is_awake(&self) -> bool {
        self.sleep.is_none()
    }

    pub fn sent(&mut self) {
        if self.throttle == Throttle::Agent {
            let left = SLEEP.saturating_sub(std::mem::take(&mut self.late));
            self.sleep = (!left.is_zero()).then(|| Box::pin(tokio::time::sleep(left)));
        }
    }

    /// Until it is awake again; for ever when it is.
    pub async fn wake(&mut self) {
        match &mut self.sleep {
            Some(sleep) => {
                sleep.as_mut().await;
                self.late = Instant::now().saturating_duration_since(sleep.deadline()).min(SLEEP);
            }
            None => std::future::pending().await,
        }
        self.sleep = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test]
    async fn the_agent_sleeps_after_each_kilobyte() {
        let mut pace = Pace::new(Throttle::Agent);
        assert_eq!(pace.cut(&[0; 5000]).len(), 1024);
        assert_eq!(pace.cut(&[0; 5]).len(), 5);
        assert!(pace.is_awake());
        let started = Instant::now();
        for _ in 0..100 {
            pace.sent();
            if !pace.is_awake() {
                pace.wake().await;
            }
            assert!(pace.is_awake());
        }
        assert!(started.elapsed() >= Duration::from_millis(99), "{:?}", started.elapsed());
    }

    #[test]
    fn without_a_throttle_nobody_sleeps() {
        let mut pace = Pace::new(Throttle::None);
        pace.sent();
        assert!(pace.is_awake() && pace.cut(&[0; 5000]).len() == 5000);
    }
}
