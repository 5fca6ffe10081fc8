//! The ranges of a listing and what is asked next. Owns which keys belong to which range; the driver owns the requests and
//! the rows, and hands over what a page held. Everything a plan does is a [`Split`] or a page taken: telling it the same
//! again gives the same plan, so that a listing can go on where it was left.

use std::time::Duration;

use super::alphabet::Alphabet;
use super::folders::Folders;
use super::range::{Range, State, folder_of};
use super::split::{Between, Model, successor};
use super::window::Window;

/// Of the keys of a page, one in so many is looked at to learn what characters there are.
const SAMPLE: usize = 24;
/// A range that is expected to be over with the page in flight, or soon after, is left alone.
const WORTH_SPLITTING: f64 = 1.25;
/// While more than half of what may be in flight is not, one with so much is not.
const WORTH_FINDING_OUT: f64 = 0.25;
/// The part of a range that is left to it at most, whatever is expected.
const MOST_KEPT: f64 = 0.8;
const FIRST_PAGE: f64 = 1000.0;
const MOST: f64 = 1e15;
/// No range is expected to hold more than so many times what was seen of all.
const CAP: f64 = 4.0;
/// What is expected where nothing was seen yet counts less.
const UNSURE: f64 = 0.25;
/// A range that goes on is expected to go on for so many pages, or as many as it had.
const LINDY: f64 = 2.0;
/// A folder with so many pages is a long one.
const LONG: f64 = 2.0;
/// Where so many pages are expected, the folders on the way are worth a request each.
const WORTH_A_LOOK: f64 = 2.0;

/// Where a range goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marker {
    /// Behind this key.
    pub key: String,
    /// Behind this version of it.
    pub version: Option<String>,
    /// What S3 gave to go on with; it holds for this listing only, and beats the key.
    pub token: Option<String>,
}

/// One call that lists a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub range: usize,
    /// Which of the places that are listed.
    pub root: usize,
    /// From the beginning if there is none.
    pub after: Option<Marker>,
    /// To be given back with a refusal.
    pub epoch: u32,
    /// The range is new: what it was cut from. To be written down before the page is.
    pub split: Option<Split>,
    /// Not a page is asked for, but the names behind this text, up to the next slash: they tell where a range can be cut.
    pub folder: Option<String>,
}

/// `range` ends with the key `at`, if there is one of that name; what lies behind is a new range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    pub range: usize,
    pub at: String,
}

/// A page as it came.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// In the order of the listing; of versions the same key as often as it has versions.
    pub keys: &'a [&'a str],
    /// Absent on the last page.
    pub next: Option<&'a Marker>,
}

/// What of a page belongs to its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// So many of its keys, from the first.
    pub keys: usize,
    /// Nothing of the range is left.
    pub done: bool,
}

#[derive(Debug)]
pub struct Plan {
    roots: Vec<Root>,
    ranges: Vec<Range>,
    alphabet: Alphabet,
    folders: Folders,
    window: Window,
    in_flight: usize,
    requests: usize,
    /// The ranges that are not over.
    open: Vec<usize>,
    /// How many keys a full page has, and how many keys there were.
    page: f64,
    seen: f64,
}

#[derive(Debug)]
struct Root {
    prefix: String,
    first: usize,
    given_up: bool,
}

impl Plan {
    /// A plan for the keys that begin with one of `prefixes`, each a root of its own, with at most `most` requests in
    /// flight. Pauses are spread by the seed.
    pub fn new(prefixes: impl IntoIterator<Item = String>, most: usize, seed: u64) -> Self {
        let roots: Vec<Root> = prefixes
            .into_iter()
            .enumerate()
            .map(|(first, prefix)| Root { prefix, first, given_up: false })
            .collect();
        let ranges =
            (0..roots.len()).map(|root| Range { root, expected: MOST, ..Range::default() }).collect();
        Plan {
            open: (0..roots.len()).collect(),
            roots,
            ranges,
            alphabet: Alphabet::new(),
            folders: Folders::default(),
            window: Window::new(most, seed),
            in_flight: 0,
            requests: 0,
            page: FIRST_PAGE,
            seen: 0.0,
        }
    }

    /// The next request, if one may be sent now.
    pub fn next(&mut self, now: Duration) -> Option<Request> {
        if self.in_flight >= self.window.size() || now < self.window.paused_until() {
            return None;
        }
        let waiting = |_, range: &Range| (range.state == State::Waiting).then_some(range.expected);
        let epoch = self.window.epoch();
        let index = match self.largest(waiting) {
            Some(index) => index,
            None => {
                if !self.is_done()
                    && let Some((root, folder)) = self.folders.next(self.requests)
                {
                    self.in_flight += 1;
                    let (range, after, split) = (usize::MAX, None, None);
                    return Some(Request { range, root, after, epoch, split, folder: Some(folder) });
                }
                self.steal()?
            }
        };
        let range = self.ranges.get_mut(index)?;
        range.state = State::InFlight;
        self.in_flight += 1;
        self.requests += 1;
        let Range { root, ref after, .. } = *range;
        let (after, split) = (after.clone(), range.split.take());
        Some(Request { range: index, root, after, epoch, split, folder: None })
    }

    /// When nothing may be sent before, although there is something to ask.
    pub fn paused_until(&self, now: Duration) -> Option<Duration> {
        Some(self.window.paused_until()).filter(|until| *until > now && !self.is_done())
    }

    pub fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// The answer to the request of this range.
    pub fn page(&mut self, range: usize, listed: Listed<'_>) -> Taken {
        self.window.answered();
        self.in_flight = self.in_flight.saturating_sub(1);
        let sample = SAMPLE.min(listed.keys.len().div_ceil(4).max(1));
        let Some(found) = self.ranges.get_mut(range) else { return Taken { keys: 0, done: true } };
        let base = self.roots.get(found.root).map_or(0, |root| root.prefix.len());
        let before = found.after.as_ref().map_or("", |after| after.key.as_str());
        let last = listed.keys.last();
        self.alphabet.learn(before, listed.keys.iter().step_by(sample).chain(last).copied());
        if listed.next.is_none() {
            self.alphabet.close(last.map_or(before, |last| last), base);
        }
        found.walk(listed, base);
        let taken = found.take(listed);
        self.seen += taken.keys as f64;
        if listed.next.is_some() {
            let keys = listed.keys.len() as f64;
            self.page = if keys > self.page { keys } else { (self.page * 7.0 + keys) / 8.0 }.max(1.0);
        }
        if taken.done {
            self.close(range);
        } else {
            self.expect(range);
            self.look(range);
        }
        taken
    }

    /// The answer to a request for a folder's names: its keys and folders in their order, or the first of them.
    pub fn names(&mut self, request: &Request, keys: &[&str], is_whole: bool) {
        self.window.answered();
        self.in_flight = self.in_flight.saturating_sub(1);
        self.alphabet.learn("", keys.iter().copied());
        let base = self.base(request.root);
        if let (Some(folder), true) = (&request.folder, is_whole) {
            let depth = folder.get(base..).unwrap_or_default().matches('/').count();
            self.folders.found(folder, depth, keys.iter().copied());
        }
    }

    fn base(&self, root: usize) -> usize {
        self.roots.get(root).map_or(0, |root| root.prefix.len())
    }

    fn model(&self, root: usize) -> Model<'_> {
        Model { alphabet: &self.alphabet, folders: &self.folders, base: self.base(root) }
    }

    /// S3 asked to slow down: the request will be made again.
    pub fn slow_down(&mut self, request: &Request, now: Duration) {
        self.window.slow_down(request.epoch, now);
        self.again(request);
    }

    /// The request got no answer: it will be made again.
    pub fn again(&mut self, request: &Request) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(range) = self.ranges.get_mut(request.range)
            && range.state == State::InFlight
        {
            range.state = State::Waiting;
        }
    }

    /// The request failed for good: nothing more of its root is asked. What is in flight may still come.
    pub fn give_up(&mut self, request: &Request) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(root) = self.roots.get_mut(request.root) {
            root.given_up = true;
        }
        self.leave(request.root);
    }

    /// Whether some of the root will never be known.
    pub fn has_given_up(&self, root: usize) -> bool {
        self.roots.get(root).is_some_and(|root| root.given_up)
    }

    /// Nothing more of a root is wanted.
    pub fn leave(&mut self, root: usize) {
        let all: Vec<usize> = self.in_order(root).collect();
        all.into_iter().for_each(|range| self.close(range));
    }

    /// The ranges of a root in the order of their keys.
    pub fn in_order(&self, root: usize) -> impl Iterator<Item = usize> + '_ {
        let first = self.roots.get(root).map(|root| root.first);
        std::iter::successors(first, |range| self.ranges.get(*range)?.next)
    }

    pub fn is_over(&self, range: usize) -> bool {
        self.ranges.get(range).is_none_or(|range| range.state == State::Done)
    }

    /// What an earlier plan did: cuts the range as it was cut then. Gives the number of the new one.
    pub fn replay_split(&mut self, split: &Split) -> Option<usize> {
        let range = self.ranges.get(split.range).filter(|range| range.may_end_with(&split.at))?;
        let expected = range.expected;
        let new = self.cut(split.range, split.at.clone(), 0.0);
        // It is written down already.
        let rest = self.ranges.get_mut(new)?;
        (rest.split, rest.expected) = (None, expected);
        Some(new)
    }

    /// What an earlier plan did: the range was listed up to there, or to its end.
    pub fn replay_page(&mut self, range: usize, next: Option<Marker>) {
        match (self.ranges.get_mut(range), next) {
            (Some(range), Some(marker)) => {
                self.alphabet.learn("", [marker.key.as_str()].into_iter());
                // How much is left, the next page tells.
                range.expected = FIRST_PAGE;
                range.after = Some(marker);
            }
            (Some(_), None) => self.close(range),
            (None, _) => {}
        }
    }

    fn close(&mut self, index: usize) {
        if let Some(range) = self.ranges.get_mut(index)
            && range.state != State::Done
        {
            // Its place in the order is all that is kept.
            *range = Range { root: range.root, next: range.next, state: State::Done, ..Range::default() };
            self.open.retain(|open| *open != index);
        }
    }

    /// The open range with the most of what `of` gives.
    fn largest(&self, of: impl Fn(usize, &Range) -> Option<f64>) -> Option<usize> {
        let open = self.open.iter().filter_map(|index| Some((*index, of(*index, self.ranges.get(*index)?)?)));
        open.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
    }

    /// Cuts off a part of the largest range.
    fn steal(&mut self) -> Option<usize> {
        let mut tried = Vec::new();
        // While little else is to be done, it costs nothing to find out.
        let is_idle = self.in_flight * 2 < self.window.size();
        let worth = if is_idle { WORTH_FINDING_OUT } else { WORTH_SPLITTING };
        loop {
            let index = self.largest(|index, range| {
                let open = range.state == State::InFlight && range.after.is_some() && !tried.contains(&index);
                let sure = if range.first.is_some() { 1.0 } else { UNSURE };
                (open && range.expected > self.page * worth).then_some(range.expected * sure)
            })?;
            if let Some(at) = self.folder_end(index) {
                let range = self.ranges.get(index)?;
                let behind = (range.expected - range.inside.max(self.page)).max(self.page);
                return Some(self.cut(index, at, behind));
            }
            let expected = self.ranges.get(index)?.expected;
            // The page in flight is its own; of what is behind it is left the half.
            let part = ((expected + self.page) / (2.0 * expected)).min(MOST_KEPT);
            if let Some(at) = self.split_point(index, part) {
                return Some(self.cut(index, at, expected * (1.0 - part)));
            }
            tried.push(index);
        }
    }

    /// The end of the folder that a range does not get out of: what is behind it tells nothing of it.
    fn folder_end(&self, index: usize) -> Option<String> {
        let range = self.ranges.get(index).filter(|range| range.inside >= self.page * LONG)?;
        let after = &range.after.as_ref()?.key;
        let folder = folder_of(after, self.base(range.root))?;
        let mut end = folder.strip_suffix('/')?.to_owned();
        end.push(successor('/')?);
        Some(end).filter(|end| range.may_end_with(end))
    }

    fn split_point(&self, index: usize, part: f64) -> Option<String> {
        let range = self.ranges.get(index)?;
        let (base, after) = (self.base(range.root), &range.after.as_ref()?.key);
        let between = Between::new(self.model(range.root), after, range.until.as_deref(), base);
        between.at(part).filter(|at| range.may_end_with(at))
    }

    fn cut(&mut self, index: usize, at: String, behind: f64) -> usize {
        let new = self.ranges.len();
        let Some(range) = self.ranges.get_mut(index) else { return new };
        let split = Split { range: index, at: at.clone() };
        let rest = Range {
            root: range.root,
            after: Some(Marker { key: at.clone(), ..Marker::default() }),
            until: range.until.replace(at),
            next: range.next.replace(new),
            expected: behind,
            split: Some(split),
            ..Range::default()
        };
        range.expected = (range.expected - behind).max(1.0);
        self.ranges.push(rest);
        self.open.push(new);
        new
    }

    /// Where much is left, it is worth to know of what.
    fn look(&mut self, index: usize) {
        let Some(range) = self.ranges.get(index).filter(|range| range.expected > self.page * WORTH_A_LOOK)
        else {
            return;
        };
        let base = self.base(range.root);
        if let Some(after) = &range.after {
            self.folders.want(range.root, base, &after.key);
        }
    }

    /// How much is left of a range: by how dense its keys were so far, and by what was expected before.
    fn expect(&mut self, index: usize) {
        let Some(range) = self.ranges.get(index) else { return };
        let (base, model) = (self.base(range.root), self.model(range.root));
        let (Some(after), Some(first)) = (&range.after, &range.first) else { return };
        let until = range.until.as_deref();
        let top = until.map_or(base, |until| model.top(first, until));
        let mass = |from, to| Between::new(model, from, to, top).mass();
        let (left, had) = (mass(&after.key, until), mass(first, Some(&after.key)));
        let dense = if had > 0.0 { range.keys * left / had } else { MOST };
        // A range that has gone on for long goes on.
        let least = range.keys.min(self.page * LINDY);
        let expected = dense.min(self.seen * CAP).max(least).max(1.0);
        if let Some(range) = self.ranges.get_mut(index) {
            range.expected = expected;
        }
    }
}
