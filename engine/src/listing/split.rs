//! How much lies between two keys, and where its middle is, by what characters are seen. What lies behind a key is a chain
//! of gaps: under the same folder, behind the folder, behind the folder's folder; each is as large as its level is rare.
//! Owns no range.

use super::alphabet::{Alphabet, Expected, Place};

/// Levels that weigh less than this part of the whole do not matter.
const PRECISION: f64 = 1e-9;
/// A split point is refined until one more character would move it by less than this part of the whole.
const COARSE: f64 = 0.02;
const MOST_REFINED: usize = 32;

/// What lies between two keys, from the first to the second.
#[derive(Debug)]
pub struct Between<'a> {
    alphabet: &'a Alphabet,
    gaps: Vec<Gap<'a>>,
    total: f64,
}

/// Keys that begin with `prefix` and go on with a character between the two.
#[derive(Debug, Clone, Copy)]
struct Gap<'a> {
    prefix: &'a str,
    place: Place,
    above: Option<char>,
    below: Option<char>,
    mass: f64,
    /// What one character that was seen weighs.
    unit: f64,
}

impl<'a> Between<'a> {
    /// Behind `from`, up to `to` or to the end of what begins with the first `top` bytes of `from`: all that does has
    /// a mass of 1.
    pub fn new(alphabet: &'a Alphabet, from: &'a str, to: Option<&'a str>, top: usize) -> Self {
        let top = if from.is_char_boundary(top) { top } else { 0 };
        let shared = to.map_or(top, |to| shared(from, to).max(top));
        let (prefix, rest) = from.split_at_checked(shared).unwrap_or((from, ""));
        let (mut place, mut unit) = (Place::default().after(from.get(..top).unwrap_or_default()), 1.0);
        for char in prefix.get(top..).unwrap_or_default().chars() {
            unit *= alphabet.at(place).part(char);
            place = place.step(char);
        }
        let (above, below) = (rest.chars().next(), to.and_then(|to| to.get(shared..)?.chars().next()));
        let seen = alphabet.at(place);
        unit /= seen.total();
        let mut between = Between { alphabet, gaps: Vec::new(), total: 0.0 };
        between.descend(from, shared, place, unit, |seen, char| {
            (Some(char), None, seen.weight(Some(char), None))
        });
        between.gaps.reverse();
        between.push(Gap { prefix, place, above, below, mass: seen.weight(above, below) * unit, unit });
        if let Some(to) = to
            && below.is_some()
        {
            between.descend(to, shared, place, unit, |seen, char| {
                (None, Some(char), seen.weight(None, Some(char)))
            });
        }
        between
    }

    /// The levels of `key` below the one at byte `at`.
    fn descend(
        &mut self,
        key: &'a str,
        at: usize,
        place: Place,
        unit: f64,
        side: impl Fn(Expected<'_>, char) -> (Option<char>, Option<char>, f64),
    ) {
        let (mut place, mut unit) = (place, unit);
        let mut chars = key.get(at..).unwrap_or_default().char_indices();
        let Some((_, first)) = chars.next() else { return };
        unit *= self.alphabet.at(place).of(first);
        place = place.step(first);
        for (offset, char) in chars {
            let seen = self.alphabet.at(place);
            unit /= seen.total();
            if unit < PRECISION * self.total {
                return;
            }
            let (above, below, weight) = side(seen, char);
            let prefix = key.get(..at + offset).unwrap_or_default();
            self.push(Gap { prefix, place, above, below, mass: weight * unit, unit });
            unit *= seen.of(char);
            place = place.step(char);
        }
    }

    fn push(&mut self, gap: Gap<'a>) {
        self.total += gap.mass;
        self.gaps.push(gap);
    }

    pub fn mass(&self) -> f64 {
        self.total
    }

    /// A text with about this part of the mass before it.
    pub fn at(&self, part: f64) -> Option<String> {
        let mut left = self.total * part.clamp(0.0, 1.0);
        let mut last = None;
        for gap in self.gaps.iter().filter(|gap| gap.mass > 0.0) {
            if left <= gap.mass {
                return self.within(gap, left);
            }
            left -= gap.mass;
            last = Some(gap);
        }
        last.and_then(|gap| self.within(gap, gap.mass))
    }

    fn within(&self, gap: &Gap<'a>, mass: f64) -> Option<String> {
        let Gap { prefix, place, above, below, unit, .. } = *gap;
        let seen = self.alphabet.at(place);
        let mut text = prefix.to_owned();
        if !seen.has_any(above, below) {
            // Nobody knows what is there: first whether there is anything at all.
            if let Some(above) = above {
                text.push(successor(above)?);
            }
            return Some(text);
        }
        let part = if gap.mass > 0.0 { mass / gap.mass } else { 0.0 };
        let (mut char, mut part) = seen.pick(above, below, part)?;
        let (mut place, mut unit) = (place, unit);
        for _ in 0..MOST_REFINED {
            text.push(char);
            place = place.step(char);
            let seen = self.alphabet.at(place);
            if unit < COARSE * self.total || !seen.has_any(None, None) {
                break;
            }
            (char, part) = seen.pick(None, None, part)?;
            unit *= seen.part(char);
        }
        Some(text)
    }
}

/// The next character, which no key that goes on with this one reaches.
pub fn successor(char: char) -> Option<char> {
    match char {
        '\u{D7FF}' => Some('\u{E000}'),
        char => char::from_u32(char as u32 + 1),
    }
}

/// How many bytes of whole characters both begin with.
pub fn shared(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    (0..=same).rev().find(|at| one.is_char_boundary(*at) && other.is_char_boundary(*at)).unwrap_or(0)
}
