//! A long line: what is put in arrives later, by a delay and up to a jitter, in the order of arrival. Owns no clock:
//! times are those of its owner, who also keeps it from growing without end.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Dice;

pub struct Line<T> {
    delay: Duration,
    jitter: Duration,
    dice: Dice,
    /// By the time of arrival, then in the order in which they were put in.
    under_way: BTreeMap<(Duration, u64), T>,
    count: u64,
}

impl<T> Line<T> {
    pub fn new(delay: Duration, jitter: Duration, seed: u64) -> Self {
        Line { delay, jitter, dice: Dice::new(seed), under_way: BTreeMap::new(), count: 0 }
    }

    pub fn put(&mut self, item: T, now: Duration) {
        let jitter = self.dice.below(u64::try_from(self.jitter.as_micros()).unwrap_or(u64::MAX));
        self.arrive_at(now + self.delay + Duration::from_micros(jitter), item);
    }

    /// It arrives right behind all that is under way, or behind nothing at once.
    pub fn put_behind(&mut self, item: T, now: Duration) {
        let last = self.under_way.last_key_value().map(|((time, _), _)| *time);
        self.arrive_at(last.unwrap_or(now).max(now), item);
    }

    /// It arrives at this time, whatever the line is like.
    pub fn arrive_at(&mut self, time: Duration, item: T) {
        self.count += 1;
        self.under_way.insert((time, self.count), item);
    }

    /// When the next item arrives.
    pub fn next_arrival(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((time, _), _)| *time)
    }

    /// The next item that has arrived by now.
    pub fn arrived(&mut self, now: Duration) -> Option<T> {
        self.next_arrival().filter(|time| *time <= now)?;
        self.under_way.pop_first().map(|(_, item)| item)
    }

    /// Items under way.
    pub fn len(&self) -> usize {
        self.under_way.len()
    }

    pub fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Everything under way is lost.
    pub fn clear(&mut self) {
        self.under_way.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// What has arrived at each of these times.
    fn arrivals(line: &mut Line<u32>, times: &[u64]) -> Vec<Vec<u32>> {
        times.iter().map(|time| std::iter::from_fn(|| line.arrived(ms(*time))).collect()).collect()
    }

    #[test]
    fn all_arrives_after_the_delay_in_the_order_it_was_put_in() {
        let mut line = Line::new(ms(200), ms(0), 1);
        (0..3).for_each(|number| line.put(number, ms(10)));
        line.put(3, ms(11));
        assert_eq!((line.next_arrival(), line.len()), (Some(ms(210)), 4));
        assert_eq!(arrivals(&mut line, &[209, 210, 211]), [vec![], vec![0, 1, 2], vec![3]]);
        assert_eq!((line.next_arrival(), line.is_empty()), (None, true));
    }

    #[test]
    fn jitter_reorders_and_a_seed_repeats_it() {
        let run = |seed| {
            let mut line = Line::new(ms(100), ms(50), seed);
            (0..100).for_each(|number| line.put(number, ms(0)));
            assert_eq!(arrivals(&mut line, &[99]), [vec![0; 0]]);
            let [early, rest] = arrivals(&mut line, &[125, 150]).try_into().unwrap();
            assert!((20..80).contains(&early.len()), "{}", early.len());
            [early, rest].concat()
        };
        let order = run(1);
        assert!(order.windows(2).any(|pair| pair[0] > pair[1]));
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>(), "nothing is lost");
        assert_eq!(run(1), order);
        assert_ne!(run(2), order);
    }

    #[test]
    fn what_is_put_behind_overtakes_nothing() {
        let mut line = Line::new(ms(100), ms(0), 1);
        line.put_behind(0, ms(5));
        line.put(1, ms(10));
        line.put_behind(2, ms(20));
        line.arrive_at(ms(40), 3);
        assert_eq!(arrivals(&mut line, &[5, 40, 110]), [vec![0], vec![3], vec![1, 2]]);
        line.put(4, ms(120));
        line.clear();
        assert!(line.is_empty());
    }
}
