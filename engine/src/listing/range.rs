//! One range of a listing: which keys are its own, how far it is, and what is known of the rest.

use super::plan::{Listed, Marker, Split, Taken};

#[derive(Debug, Default)]
pub struct Range {
    pub root: usize,
    pub after: Option<Marker>,
    /// The last key it may hold.
    pub until: Option<String>,
    /// The range behind it.
    pub next: Option<usize>,
    pub state: State,
    /// How many keys are expected in it, those of the page in flight among them.
    pub expected: f64,
    /// Its own first key, and how many keys it had from there.
    pub first: Option<String>,
    pub keys: f64,
    /// How many keys came one after the other from the folder it is in.
    pub inside: f64,
    pub split: Option<Split>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum State {
    #[default]
    Waiting,
    InFlight,
    Done,
}

impl Range {
    /// Whether it can be cut there: some of it may lie before, some behind.
    pub fn may_end_with(&self, at: &str) -> bool {
        self.state != State::Done
            && self.after.as_ref().is_none_or(|after| *after.key < *at)
            && self.until.as_deref().is_none_or(|until| at < until)
    }

    /// Counts the keys of the folder it comes to.
    pub fn walk(&mut self, listed: Listed<'_>, base: usize) {
        let Some(folder) = listed.keys.last().and_then(|last| folder_of(last, base)) else { return };
        let from = listed.keys.partition_point(|key| *key < folder);
        let came_from = self.after.as_ref().is_some_and(|after| after.key.starts_with(folder));
        let before = if came_from && from == 0 { self.inside } else { 0.0 };
        self.inside = before + (listed.keys.len() - from) as f64;
    }

    pub fn take(&mut self, listed: Listed<'_>) -> Taken {
        let Listed { keys, next } = listed;
        let mine = match &self.until {
            Some(until) => keys.partition_point(|key| *key <= until.as_str()),
            None => keys.len(),
        };
        self.keys += mine as f64;
        if self.first.is_none() {
            self.first = keys.first().map(|key| (*key).to_owned());
        }
        let Some(next) = next.filter(|_| mine == keys.len() && self.state == State::InFlight) else {
            return Taken { keys: if self.state == State::InFlight { mine } else { 0 }, done: true };
        };
        self.state = State::Waiting;
        self.after = Some(next.clone());
        let over = next.version.is_none() && self.until.as_ref().is_some_and(|until| next.key >= *until);
        Taken { keys: mine, done: over }
    }
}

/// The folder of a key, with its slash.
pub fn folder_of(key: &str, base: usize) -> Option<&str> {
    let slash = key.rfind('/').filter(|slash| *slash >= base)?;
    key.get(..=slash)
}
