//! How often something is looked at while it is waited for: soon at first, then less and less often up to a longest
//! pause, never two programs in step, and less often still where AWS throttles. Pure: a seed in, pauses out.

use std::time::Duration;

use opsctl_engine::random::Random;

const FIRST: Duration = Duration::from_millis(500);
/// The longest pause unless `--interval` says otherwise, and where throttling stretches it to.
const LONGEST: Duration = Duration::from_secs(10);
const THROTTLED: Duration = Duration::from_secs(60);

pub struct Pace {
    pause: Duration,
    longest: Duration,
    random: Random,
}

impl Pace {
    /// `interval`: the longest pause.
    pub fn new(interval: Option<Duration>, seed: [u8; 32]) -> Self {
        let longest = interval.unwrap_or(LONGEST);
        Pace { pause: FIRST.min(longest), longest, random: Random::new(seed) }
    }

    /// Never less than `shortest`, unless `longest` is.
    pub fn between(shortest: Duration, longest: Duration, seed: [u8; 32]) -> Self {
        // A pause is at least half of what is due.
        Pace { pause: (shortest * 2).min(longest), longest, random: Random::new(seed) }
    }

    /// The pause before the next look: somewhere between half of what is due and all of it.
    pub fn pause(&mut self) -> Duration {
        let due = self.pause;
        self.pause = (due * 3 / 2).min(self.longest);
        let share = f64::from(u32::from_be_bytes(self.random.bytes())) / f64::from(u32::MAX);
        due.mul_f64(0.5 + share / 2.0)
    }

    /// AWS asks for patience: from here on twice as long, within bounds.
    pub fn stretch(&mut self) {
        self.pause = (self.pause * 2).min(THROTTLED.max(self.longest));
        self.longest = self.longest.max(self.pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(pace: &mut Pace, count: usize) -> Vec<f64> {
        (0..count).map(|_| pace.pause().as_secs_f64()).collect()
    }

    /// Between half and all of what is due, which grows by half and stops at the longest.
    #[track_caller]
    fn assert_within(pauses: &[f64], due: &[f64]) {
        assert_eq!(pauses.len(), due.len());
        for (pause, due) in pauses.iter().zip(due) {
            assert!((due / 2.0..=*due).contains(pause), "{pause} is not within {due}: {pauses:?}");
        }
    }

    #[test]
    fn soon_at_first_then_less_and_less_often() {
        let mut pace = Pace::new(None, [1; 32]);
        let due = [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875, 5.6953125, 8.54296875, 10.0, 10.0];
        assert_within(&pauses(&mut pace, 10), &due);
    }

    #[test]
    fn an_interval_is_the_longest_pause() {
        assert_within(&pauses(&mut Pace::new(Some(Duration::from_millis(100)), [1; 32]), 3), &[0.1; 3]);
        let mut pace = Pace::new(Some(Duration::from_secs(300)), [1; 32]);
        assert!(pauses(&mut pace, 30).iter().all(|pause| *pause <= 300.0));
        assert_within(&pauses(&mut pace, 1), &[300.0]);
    }

    #[test]
    fn between_two_limits_it_never_asks_more_often_than_the_first() {
        let (shortest, longest) = (Duration::from_secs(2), Duration::from_secs(30));
        let mut pace = Pace::between(shortest, longest, [1; 32]);
        assert_within(&pauses(&mut pace, 7), &[4.0, 6.0, 9.0, 13.5, 20.25, 30.0, 30.0]);
        let mut pace = Pace::between(shortest, Duration::from_millis(100), [1; 32]);
        assert_within(&pauses(&mut pace, 2), &[0.1; 2]);
    }

    #[test]
    fn throttling_stretches_and_stays_stretched() {
        let mut pace = Pace::new(Some(Duration::from_secs(1)), [1; 32]);
        pauses(&mut pace, 9);
        pace.stretch();
        assert_within(&pauses(&mut pace, 3), &[2.0; 3]);
        (0..20).for_each(|_| pace.stretch());
        assert_within(&pauses(&mut pace, 3), &[60.0; 3]);
        let mut slow = Pace::new(Some(Duration::from_secs(300)), [1; 32]);
        (0..20).for_each(|_| slow.stretch());
        assert_within(&pauses(&mut slow, 1), &[300.0]);
    }

    #[test]
    fn no_two_programs_walk_in_step() {
        let walk = |seed| pauses(&mut Pace::new(None, [seed; 32]), 8);
        assert_eq!(walk(1), walk(1));
        let (one, other) = (walk(1), walk(2));
        assert!(one.iter().zip(&other).all(|(a, b)| a != b), "{one:?} {other:?}");
    }
}
