//! A random delay, so that a fleet does not call at the same second.

use std::time::Duration;

use crate::error::Result;
use crate::random;

/// From nothing to `longest`, every length as likely as any other.
pub fn delay(longest: Duration) -> Result<Duration> {
    Ok(part(longest, u64::from_ne_bytes(random::bytes()?)))
}

/// The part of `longest` that `random` is of all numbers.
fn part(longest: Duration, random: u64) -> Duration {
    let nanoseconds = (longest.as_nanos() * u128::from(random)) >> 64;
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_a_part_of_the_longest() {
        let hour = Duration::from_secs(3600);
        for (name, random, expected) in [
            ("least", 0, Duration::ZERO),
            ("half", 1 << 63, hour / 2),
            ("greatest", u64::MAX, hour - Duration::from_nanos(1)),
        ] {
            assert_eq!(part(hour, random), expected, "{name}");
        }
        assert_eq!(part(Duration::ZERO, u64::MAX), Duration::ZERO);
    }

    #[test]
    fn delays_differ_and_fill_the_whole_length() {
        let longest = Duration::from_secs(60);
        let delays: Vec<Duration> = (0..1000).map(|_| delay(longest).unwrap()).collect();
        assert!(delays.iter().all(|delay| *delay < longest));
        // Each tenth is missed by chance once in 10^45 runs.
        for tenth in 0..10 {
            let range = longest * tenth / 10..longest * (tenth + 1) / 10;
            assert!(delays.iter().any(|delay| range.contains(delay)), "no delay in {range:?}");
        }
    }
}
