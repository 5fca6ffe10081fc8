//! How many requests may be in flight: more with every answer, half of them when S3 asks to slow down. Doubles each round
//! at first, adds one a round later. Owns when the next request may be sent after that.

use std::time::Duration;

/// What is in flight at first: enough to look at every level of a key at once.
const FIRST: usize = 16;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct Window {
    size: f64,
    most: f64,
    /// Up to here it doubles each round.
    threshold: f64,
    /// The round of asking to slow down: what was sent before the last time says nothing new.
    epoch: u32,
    /// How often it was asked since the last answer.
    in_a_row: u32,
    paused_until: Duration,
    seed: u64,
}

impl Window {
    pub fn new(most: usize, seed: u64) -> Self {
        let most = most.max(1);
        Window {
            size: FIRST.min(most) as f64,
            most: most as f64,
            threshold: most as f64,
            epoch: 0,
            in_a_row: 0,
            paused_until: Duration::ZERO,
            seed: seed | 1,
        }
    }

    pub fn size(&self) -> usize {
        self.size as usize
    }

    /// To be given back with what became of a request.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Nothing may be sent before.
    pub fn paused_until(&self) -> Duration {
        self.paused_until
    }

    pub fn answered(&mut self) {
        self.in_a_row = 0;
        let more = if self.size < self.threshold { 1.0 } else { 1.0 / self.size };
        self.size = (self.size + more).min(self.most);
    }

    pub fn slow_down(&mut self, epoch: u32, now: Duration) {
        if epoch != self.epoch {
            return;
        }
        self.epoch = self.epoch.wrapping_add(1);
        self.size = (self.size / 2.0).max(1.0);
        self.threshold = self.size;
        let pause = FIRST_PAUSE.saturating_mul(1 << self.in_a_row.min(10)).min(LONGEST_PAUSE);
        self.in_a_row = self.in_a_row.saturating_add(1);
        // Half of it, and up to as much again: many clients that were asked at once do not come back at once.
        self.paused_until = now + pause / 2 + (pause / 2).mul_f64(self.random());
    }

    /// From 0 to 1, by xorshift.
    fn random(&mut self) -> f64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_each_round_until_it_is_asked_to_slow_down_and_then_adds_one() {
        let mut window = Window::new(64, 7);
        let round = |window: &mut Window| (0..window.size()).for_each(|_| window.answered());
        let mut sizes = vec![window.size()];
        for _ in 0..3 {
            round(&mut window);
            sizes.push(window.size());
        }
        assert_eq!(sizes, [16, 32, 64, 64]);
        let epoch = window.epoch();
        // All that were in flight are refused together: that is one request to slow down.
        (0..64).for_each(|_| window.slow_down(epoch, Duration::ZERO));
        assert_eq!(window.size(), 32);
        round(&mut window);
        assert!((32..=33).contains(&window.size()));
    }

    #[test]
    fn pauses_grow_to_a_limit_and_an_answer_ends_them() {
        let mut window = Window::new(64, 7);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            window.slow_down(window.epoch(), Duration::ZERO);
            pauses.push(window.paused_until());
        }
        assert_eq!(window.size(), 1);
        assert!(
            pauses[0] >= Duration::from_millis(50) && pauses[0] <= Duration::from_millis(100),
            "{pauses:?}"
        );
        assert!(pauses[11] >= Duration::from_millis(2500) && pauses[11] <= LONGEST_PAUSE, "{pauses:?}");
        window.answered();
        window.slow_down(window.epoch(), Duration::ZERO);
        assert!(window.paused_until() <= FIRST_PAUSE);
    }
}
