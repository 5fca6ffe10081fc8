//! Things that end by themselves, each under the digest of the secret by which it is found: a bounded number of them.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// More than a rehearsal has; beyond them the one that ends first is forgotten.
const MOST: usize = 1024;
/// So long after its end a thing is still there to be told that it has ended.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

pub type Digest = [u8; 32];

pub struct Ledger<T>(HashMap<Digest, Entry<T>>);

pub struct Entry<T> {
    pub what: T,
    pub expires: Timestamp,
}

impl<T> Default for Ledger<T> {
    fn default() -> Self {
        Ledger(HashMap::new())
    }
}

impl<T> Ledger<T> {
    pub fn put(&mut self, digest: Digest, what: T, expires: Timestamp, now: Timestamp) {
        self.0.retain(|_, entry| entry.expires.saturating_add(REMEMBERED).is_ok_and(|end| end > now));
        if self.0.len() >= MOST
            && let Some(first) =
                self.0.iter().min_by_key(|(_, entry)| entry.expires).map(|(digest, _)| *digest)
        {
            self.0.remove(&first);
        }
        self.0.insert(digest, Entry { what, expires });
    }

    pub fn get(&mut self, digest: &Digest) -> Option<&mut Entry<T>> {
        self.0.get_mut(digest)
    }

    /// For what is good once.
    pub fn take(&mut self, digest: &Digest) -> Option<Entry<T>> {
        self.0.remove(digest)
    }

    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.0.retain(|_, entry| keep(&entry.what));
    }

    pub fn find(&mut self, is_it: impl Fn(&T) -> bool) -> Option<&mut Entry<T>> {
        self.0.values_mut().find(|entry| is_it(&entry.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_forgotten_and_of_too_many_what_ends_first() {
        let at = |seconds: i64| Timestamp::from_second(1_790_000_000 + seconds).unwrap();
        let digest = |number: usize| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_be_bytes());
            digest
        };
        let mut ledger = Ledger::default();
        for number in 0..MOST {
            ledger.put(digest(number), number, at(if number == 7 { 50 } else { 100 }), at(0));
        }
        assert!(ledger.get(&digest(7)).is_some());
        ledger.put(digest(MOST), MOST, at(100), at(1));
        assert!(ledger.get(&digest(7)).is_none() && ledger.get(&digest(MOST)).is_some());
        assert_eq!(ledger.take(&digest(0)).map(|entry| entry.what), Some(0));
        assert!(ledger.take(&digest(0)).is_none());
        ledger.put(digest(0), 0, at(9000), at(3700));
        assert_eq!(ledger.0.len(), 1);
    }
}
