//! Which characters stand where in the keys seen so far, and how likely another one is. A place is an offset in a part
//! of the key between slashes, and the few characters before it: what is seen in one folder is expected in the next.
//! Holds no key.

use super::split::shared;

/// Parts and offsets further on share the last place.
const PARTS: usize = 12;
const OFFSETS: usize = 64;
/// Characters beyond ASCII that a place remembers.
const OTHERS: usize = 128;
/// What is known of places with what stands before them; two of them may share one.
const CONTEXTS: usize = 1 << 13;

/// The weight of a character that nobody has seen, where it is to be one.
const UNSEEN: f64 = 0.05;

const PRINTABLE: u128 = !((1 << 33) - 1) & !(1 << 127);
const DIGITS: u128 = span(b'0', b'9');
const LOWER: u128 = span(b'a', b'z');
const UPPER: u128 = span(b'A', b'Z');
const MARKS: u128 = PRINTABLE & !DIGITS & !LOWER & !UPPER;

const fn span(first: u8, last: u8) -> u128 {
    ((1 << (last as u32 + 1)) - 1) & !((1 << first as u32) - 1)
}

/// Where a character stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    part: usize,
    offset: usize,
    /// The characters before it in its part, the last in the lowest byte.
    before: u32,
}

impl Place {
    /// Where the text goes on behind `text`, which begins here.
    pub fn after(self, text: &str) -> Place {
        text.chars().fold(self, Place::step)
    }

    pub fn step(self, char: char) -> Place {
        if char == '/' {
            Place { part: (self.part + 1).min(PARTS - 1), offset: 0, before: 0 }
        } else {
            let before = (self.before << 8 | char as u32 & 0xff) & 0xff_ffff;
            Place { part: self.part, offset: (self.offset + 1).min(OFFSETS - 1), before }
        }
    }

    fn index(self) -> usize {
        self.part * OFFSETS + self.offset
    }

    fn context(self) -> usize {
        let word = u64::from(self.before) << 16 | self.index() as u64;
        (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - CONTEXTS.ilog2())) as usize
    }
}

/// The characters of one place.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    ascii: u128,
    /// Sorted.
    others: Vec<char>,
    /// How many pages had keys that reach this place.
    pages: u32,
    /// How often there was no further character after the last one.
    closed: u32,
    /// The number of the last of them.
    last: u32,
}

/// The characters of one place behind certain others.
#[derive(Debug, Clone, Copy, Default)]
struct Context {
    ascii: u128,
    /// How often it was met on a new way.
    times: u32,
}

#[derive(Debug, Clone)]
pub struct Alphabet {
    places: Vec<Seen>,
    contexts: Vec<Context>,
    page: u32,
}

/// What is expected at one place of one key.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    seen: &'a Seen,
    context: Context,
}

impl Alphabet {
    pub fn new() -> Self {
        Alphabet {
            places: vec![Seen::default(); PARTS * OFFSETS],
            contexts: vec![Context::default(); CONTEXTS],
            page: 0,
        }
    }

    /// A sample of a page is enough; in order, behind `last`.
    pub fn learn<'a>(&mut self, last: &'a str, keys: impl Iterator<Item = &'a str>) {
        self.page = self.page.saturating_add(1);
        let mut last = last;
        for key in keys {
            let known = shared(last, key);
            self.close(last, known);
            let (same, new) = key.split_at_checked(known).unwrap_or(("", key));
            let mut place = Place::default().after(same);
            for char in new.chars() {
                if let Some(seen) = self.places.get_mut(place.index()) {
                    seen.add(char, self.page);
                }
                if let Some(context) = self.contexts.get_mut(place.context()) {
                    context.ascii |= bit(char);
                    context.times = context.times.saturating_add(1);
                }
                place = place.step(char);
            }
            last = key;
        }
    }

    /// `key` was the last one of what begins with more than its first `from` bytes.
    pub fn close(&mut self, key: &str, from: usize) {
        let (same, rest) = key.split_at_checked(from).unwrap_or(("", key));
        let mut place = Place::default().after(same);
        for (at, char) in rest.chars().enumerate() {
            if at > 0
                && let Some(seen) = self.places.get_mut(place.index())
            {
                seen.closed = seen.closed.saturating_add(1);
            }
            place = place.step(char);
        }
    }

    pub fn at(&self, place: Place) -> Expected<'_> {
        static NOTHING: Seen = Seen { ascii: 0, others: Vec::new(), pages: 0, closed: 0, last: 0 };
        Expected {
            seen: self.places.get(place.index()).unwrap_or(&NOTHING),
            context: self.contexts.get(place.context()).copied().unwrap_or_default(),
        }
    }
}

impl Seen {
    fn add(&mut self, char: char, page: u32) {
        if self.last != page {
            self.last = page;
            self.pages = self.pages.saturating_add(1);
        }
        if char.is_ascii() {
            self.ascii |= bit(char);
        } else if let Err(at) = self.others.binary_search(&char)
            && self.others.len() < OTHERS
        {
            self.others.insert(at, char);
        }
    }

    fn others_between(&self, above: Option<char>, below: Option<char>) -> &[char] {
        let start = above.map_or(0, |above| self.others.partition_point(|char| *char <= above));
        let end = below.map_or(self.others.len(), |below| self.others.partition_point(|char| *char < below));
        self.others.get(start..end).unwrap_or_default()
    }
}

impl Expected<'_> {
    pub fn has_any(&self, above: Option<char>, below: Option<char>) -> bool {
        self.seen.ascii & ascii_between(above, below) != 0
            || !self.seen.others_between(above, below).is_empty()
    }

    /// How much is expected strictly between two characters, where one that was seen counts 1.
    pub fn weight(&self, above: Option<char>, below: Option<char>) -> f64 {
        let mask = ascii_between(above, below);
        let count = |of: u128| f64::from((of & mask).count_ones());
        // Behind the last one more is likely until there was none; before it only while little is seen.
        let behind =
            if self.seen.ascii == 0 { !0 } else { !0u128 << (127 - self.seen.ascii.leading_zeros()) };
        let (late, early) =
            (1.0 / (1.0 + f64::from(self.seen.closed)), 1.0 / (1.0 + f64::from(self.seen.pages)));
        let class = |of: u128, likely: f64, unlikely: f64| {
            let unseen = of & !self.seen.ascii;
            let weight = if self.seen.ascii & of == 0 { unlikely } else { likely };
            (count(unseen & behind) * late + count(unseen & !behind) * early) * weight
        };
        let letters = if self.seen.ascii & DIGITS == 0 { 0.01 } else { 0.06 };
        let unseen = class(DIGITS, 0.6, 0.02)
            + class(LOWER, 0.06, letters)
            + class(UPPER, 0.06, letters / 3.0)
            + class(MARKS, 0.003, 0.003);
        let elsewhere = self.seen.ascii & !self.context.ascii;
        count(self.context.ascii & self.seen.ascii)
            + count(elsewhere & DIGITS) * self.elsewhere('0')
            + count(elsewhere & !DIGITS) * self.elsewhere('a')
            + unseen
            + self.seen.others_between(above, below).len() as f64
    }

    /// What can be expected here at all.
    pub fn total(&self) -> f64 {
        self.weight(None, None).max(1.0)
    }

    /// The character between the two at which `part` (0 to 1) of what was seen there has gone by, and which part of that
    /// character has.
    pub fn pick(&self, above: Option<char>, below: Option<char>, part: f64) -> Option<(char, f64)> {
        let mask = self.seen.ascii & ascii_between(above, below);
        let ascii = (0..128u8).filter(|byte| mask & (1 << byte) != 0).map(char::from);
        let others = self.seen.others_between(above, below).iter().copied();
        let known = ascii.chain(others).map(|char| (char, self.of(char)));
        let mut left = part.clamp(0.0, 1.0) * known.clone().map(|(_, weight)| weight).sum::<f64>();
        let mut last = None;
        for (char, weight) in known {
            if left < weight {
                return Some((char, left / weight));
            }
            left -= weight;
            last = Some((char, 1.0));
        }
        last
    }

    /// How much of what is expected here goes on with this character.
    pub fn part(&self, char: char) -> f64 {
        self.of(char) / self.total()
    }

    /// The weight of a character.
    pub fn of(&self, char: char) -> f64 {
        if self.context.ascii & bit(char) != 0 || self.seen.others.binary_search(&char).is_ok() {
            1.0
        } else if self.seen.ascii & bit(char) != 0 {
            self.elsewhere(char)
        } else {
            UNSEEN
        }
    }

    /// The weight of a character that was seen here, but never behind these: digits and the letters of ids stand behind
    /// all others, those of words do not.
    fn elsewhere(&self, char: char) -> f64 {
        let seen = self.seen.ascii;
        let free = char.is_ascii_digit() || (seen & DIGITS).count_ones() > 3 && seen & (LOWER | UPPER) != 0;
        // The same one time after time leaves little room for another.
        let (times, distinct) = (f64::from(self.context.times), f64::from(self.context.ascii.count_ones()));
        let open = if times > 0.0 { (distinct * distinct / times).min(1.0) } else { 1.0 };
        if free { 0.7 * open } else { 0.06 * open }
    }
}

fn bit(char: char) -> u128 {
    if char.is_ascii() { 1 << char as u32 } else { 0 }
}

/// The bits of the ASCII characters strictly between the two.
fn ascii_between(above: Option<char>, below: Option<char>) -> u128 {
    let from = |first: u32| if first > 127 { 0 } else { !0 << first };
    let up = above.map_or(!0, |above| from(above as u32 + 1));
    let down = below.map_or(!0, |below| !from(below as u32));
    up & down
}
