//! How the history of an execution is followed while it grows: how often it is looked at, and which events of what comes
//! back are new. Pure: the time since the last event and a share of chance come in, pauses and events go out.
//!
//! Source: the service has no stream of events; its quotas let an account ask for some twenty pages a second.

use std::collections::BTreeMap;
use std::time::Duration;

const SHORTEST: Duration = Duration::from_millis(500);
/// The longest pause unless the caller says otherwise.
pub const LONGEST: Duration = Duration::from_secs(30);
/// Where throttling stretches a pause to.
const THROTTLED: Duration = Duration::from_secs(120);
/// A pause is this part of the age of the last event: what comes next is seen that much late at most.
const PART: u32 = 4;
/// Events that are asked for at once.
const FEWEST: u32 = 25;
const MOST: u32 = 1000;

/// How often it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    longest: Duration,
    /// Times the service asked for patience since it last answered.
    refused: u32,
}

impl Pace {
    pub fn new(longest: Duration) -> Self {
        Pace { longest, refused: 0 }
    }

    /// The service is too busy: a longer pause is due.
    pub fn refused(&mut self) {
        self.refused = (self.refused + 1).min(16);
    }

    pub fn answered(&mut self) {
        self.refused = 0;
    }

    /// The pause before the next look, `age` after the last event: from half a second up to the longest pause for each of
    /// the `calls` that a look takes, and a little more by `chance` (0 to 1), so that no two programs walk in step.
    pub fn pause(&self, age: Duration, calls: u32, chance: f64) -> Duration {
        let longest = self.longest.saturating_mul(calls.max(1));
        let due = (age / PART).clamp(SHORTEST.min(longest), longest);
        let due = due.saturating_mul(1 << self.refused).min(longest.max(THROTTLED.min(longest * 4)));
        let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.0 };
        due + (due / 20).min(Duration::from_secs(1)).mul_f64(chance)
    }
}

/// The new events among those that come back newest first. One gap, as when an answer lags behind, is waited for once.
#[derive(Debug)]
pub struct News<T> {
    known: u64,
    fresh: BTreeMap<u64, T>,
    /// Whether what is missing between the new events was missing the last time too.
    is_late: bool,
    /// New events of the last look.
    came: usize,
}

impl<T> News<T> {
    /// Everything up to the event `known` is; 0: nothing.
    pub fn after(known: u64) -> Self {
        News { known, fresh: BTreeMap::new(), is_late: false, came: 0 }
    }

    /// The last event that was handed on.
    pub fn known(&self) -> u64 {
        self.known
    }

    /// How many events to ask for: twice as many as came the last time.
    pub fn page(&self) -> u32 {
        u32::try_from(self.came.saturating_mul(2)).unwrap_or(MOST).clamp(FEWEST, MOST)
    }

    /// Takes the next event of an answer, newest first. False: it is known, and so is what is older.
    pub fn take(&mut self, id: u64, event: T) -> bool {
        if id <= self.known {
            return false;
        }
        self.fresh.insert(id, event);
        id > self.known + 1
    }

    /// After the last page of a look: the events that follow those known, oldest first.
    pub fn news(&mut self) -> Vec<T> {
        let mut news = Vec::new();
        while let Some(entry) = self.fresh.first_entry() {
            if *entry.key() > self.known + 1 && !self.is_late {
                break;
            }
            self.known = *entry.key();
            news.push(entry.remove());
        }
        self.is_late = !self.fresh.is_empty();
        // They come again, and what is missing with them.
        self.fresh.clear();
        self.came = news.len();
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn pauses_grow_with_the_age_of_the_last_event() {
        let pace = Pace::new(LONGEST);
        for (age, calls, due) in [
            (0.0, 1, 0.5),
            (1.0, 1, 0.5),
            (4.0, 1, 1.0),
            (60.0, 1, 15.0),
            (120.0, 1, 30.0),
            (86_400.0, 1, 30.0),
            (86_400.0, 2, 60.0),
            (86_400.0, 0, 30.0),
        ] {
            assert_eq!(pace.pause(seconds(age), calls, 0.0), seconds(due), "{age} {calls}");
        }
        let short = Pace::new(seconds(0.1));
        assert_eq!(short.pause(seconds(99.0), 1, 0.0), seconds(0.1));
    }

    #[test]
    fn chance_only_adds_and_little() {
        let pace = Pace::new(LONGEST);
        assert_eq!(pace.pause(seconds(0.0), 1, 1.0), seconds(0.525));
        assert_eq!(pace.pause(seconds(999.0), 1, 1.0), seconds(31.0));
        assert_eq!(pace.pause(seconds(999.0), 1, f64::NAN).as_secs(), 30);
    }

    #[test]
    fn a_quiet_execution_is_asked_for_less_than_three_times_a_minute() {
        let pace = Pace::new(LONGEST);
        for calls in [1, 2, 3] {
            let (mut asked, mut age) = (0, seconds(600.0));
            while age < seconds(1200.0) {
                asked += calls;
                age += pace.pause(age, calls, 0.0);
            }
            assert!(asked < 30, "{asked} calls in ten minutes, {calls} at once");
        }
    }

    #[test]
    fn patience_is_given_until_there_is_an_answer() {
        let mut pace = Pace::new(LONGEST);
        let mut pauses = Vec::new();
        for _ in 0..3 {
            pace.refused();
            pauses.push(pace.pause(seconds(0.0), 1, 0.0).as_secs_f64());
        }
        assert_eq!(pauses, [1.0, 2.0, 4.0]);
        (0..99).for_each(|_| pace.refused());
        assert_eq!(pace.pause(seconds(0.0), 1, 0.0), seconds(120.0));
        pace.answered();
        assert_eq!(pace.pause(seconds(0.0), 1, 0.0), seconds(0.5));
    }

    #[test]
    fn only_what_is_new_is_handed_on_and_in_order() {
        let mut news = News::after(3);
        assert!(news.take(6, 'c') && news.take(5, 'b'));
        assert!(!news.take(4, 'a'), "nothing older is new");
        assert_eq!(news.news(), ['a', 'b', 'c']);
        assert!(!news.take(6, 'c'));
        assert_eq!((news.news().len(), news.known()), (0, 6));
    }

    #[test]
    fn what_lags_behind_is_waited_for_once() {
        let mut news = News::after(1);
        news.take(4, 'd');
        news.take(2, 'b');
        assert_eq!(news.news(), ['b']);
        news.take(4, 'd');
        news.take(3, 'c');
        assert_eq!(news.news(), ['c', 'd']);
        let mut news = News::after(1);
        for expected in [vec![], vec!['d']] {
            news.take(4, 'd');
            assert_eq!(news.news(), expected);
        }
    }

    #[test]
    fn pages_are_as_large_as_the_last_look_suggests() {
        let mut news = News::after(0);
        assert_eq!(news.page(), 25);
        (1..=300).rev().for_each(|id| _ = news.take(id, ()));
        assert_eq!((news.news().len(), news.page()), (300, 600));
        (301..=1300).rev().for_each(|id| _ = news.take(id, ()));
        assert_eq!((news.news().len(), news.page()), (1000, 1000));
        assert_eq!((news.news().len(), news.page()), (0, 25));
    }
}
