//! How much lies between two keys, and where its middle is, by what characters are seen. What lies behind a key is a chain
//! of gaps: under the same folder, behind the folder, behind the folder's folder; each is as large as its level is rare.
//! Owns no range.

use super::alphabet::{Alphabet, Place};
use super::folders::{Folders, Names, part, starts};

/// Levels that weigh less than this part of the whole do not matter.
const PRECISION: f64 = 1e-9;
/// A split point is refined until one more character would move it by less than this part of the whole.
const COARSE: f64 = 0.02;
const MOST_REFINED: usize = 32;
/// The weight of a name that is not among those of its folder.
const UNKNOWN_NAME: f64 = 0.05;

/// What lies between two keys, from the first to the second.
#[derive(Debug)]
pub struct Between<'a> {
    model: Model<'a>,
    gaps: Vec<Gap<'a>>,
    total: f64,
}

/// What is known of keys.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    pub alphabet: &'a Alphabet,
    pub folders: &'a Folders,
    /// Where the first part of a key begins.
    pub base: usize,
}

/// Keys that begin with `prefix` and go on with something between two others.
#[derive(Debug, Clone, Copy)]
struct Gap<'a> {
    prefix: &'a str,
    spot: Spot,
    between: Steps<'a>,
    mass: f64,
    /// What one step that was seen weighs.
    unit: f64,
}

/// A key goes on with a name, where those of the folder are known, or else with a character.
#[derive(Debug, Clone, Copy)]
enum Steps<'a> {
    Chars {
        above: Option<char>,
        below: Option<char>,
    },
    /// By their numbers.
    Names {
        names: &'a Names,
        start: usize,
        end: usize,
    },
}

/// Where in a key: how many slashes are before it, and whether a part begins here.
#[derive(Debug, Clone, Copy)]
struct Spot {
    place: Place,
    depth: usize,
    begins: bool,
}

impl Spot {
    fn after(self, text: &str) -> Spot {
        Spot {
            place: self.place.after(text),
            depth: self.depth + text.matches('/').count(),
            begins: if text.is_empty() { self.begins } else { text.ends_with('/') },
        }
    }
}

/// One step of a key.
struct Step<'a> {
    text: &'a str,
    names: Option<&'a Names>,
}

impl<'a> Model<'a> {
    fn spot(&self, prefix: &str) -> Spot {
        let (root, rest) = prefix.split_at_checked(self.base).unwrap_or((prefix, ""));
        Spot { place: Place::default().after(root), depth: 0, begins: true }.after(rest)
    }

    /// Where the part begins that two keys differ in.
    pub fn top(&self, one: &str, other: &str) -> usize {
        let same = shared(one, other);
        starts(one, self.base).take_while(|start| *start <= same).last().unwrap_or(self.base)
    }

    /// How `key` goes on behind its first `at` bytes.
    fn step(&self, key: &'a str, at: usize, spot: Spot) -> Option<Step<'a>> {
        let (folder, rest) = key.split_at_checked(at)?;
        let char = rest.chars().next()?;
        let part = part(rest)?;
        let names = self.folders.names(folder, spot.depth, part).filter(|_| spot.begins);
        let text = if names.is_some() { part } else { rest.get(..char.len_utf8())? };
        Some(Step { text, names })
    }

    /// Which part of what is expected there goes on with this step.
    fn part(&self, step: &Step<'_>, spot: Spot) -> f64 {
        match step.names {
            Some(names) => names.weight(step.text) / names.total(),
            None => step.text.chars().next().map_or(1.0, |char| self.alphabet.at(spot.place).part(char)),
        }
    }
}

impl Names {
    fn total(&self) -> f64 {
        self.count().max(1) as f64
    }

    fn weight(&self, name: &str) -> f64 {
        if self.has(name) { 1.0 } else { UNKNOWN_NAME }
    }
}

impl<'a> Between<'a> {
    /// Behind `from`, up to `to` or to the end of what begins with the first `top` bytes of `from`: all that does has
    /// a mass of 1.
    pub fn new(model: Model<'a>, from: &'a str, to: Option<&'a str>, top: usize) -> Self {
        let top = if from.is_char_boundary(top) { top } else { 0 };
        let same = to.map_or(top, |to| shared(from, to).max(top));
        let (mut at, mut unit) = (top, 1.0);
        let mut spot = model.spot(from.get(..top).unwrap_or_default());
        // As far as both go the same steps.
        while at < same
            && let Some(step) = model.step(from, at, spot)
            && at + step.text.len() <= same
        {
            unit *= model.part(&step, spot);
            spot = spot.after(step.text);
            at += step.text.len();
        }
        let mut between = Between { model, gaps: Vec::new(), total: 0.0 };
        between.descend(from, at, spot, unit, true);
        between.gaps.reverse();
        let rest = |key: &'a str| key.get(at..).unwrap_or_default();
        let (below, behind) = (to.map(rest), rest(from));
        let names = model.step(from, at, spot).and_then(|step| step.names);
        between.gap(from.get(..at).unwrap_or_default(), spot, names, unit, Some(behind), below);
        if let Some(to) = to
            && below.is_some_and(|below| !below.is_empty())
        {
            between.descend(to, at, spot, unit, false);
        }
        between
    }

    /// What lies between two texts behind a prefix.
    fn gap(
        &mut self,
        prefix: &'a str,
        spot: Spot,
        names: Option<&'a Names>,
        unit: f64,
        above: Option<&'a str>,
        below: Option<&'a str>,
    ) {
        let gap = match names {
            Some(names) => {
                let above = above.and_then(part);
                let (start, end) = names.between(above, below.map(|below| part(below).unwrap_or_default()));
                let unit = unit / names.total();
                let between = Steps::Names { names, start, end };
                Gap { prefix, spot, between, mass: unit * (end - start) as f64, unit }
            }
            None => {
                let first = |text: Option<&str>| text.and_then(|text| text.chars().next());
                let (above, below) = (first(above), first(below));
                let seen = self.model.alphabet.at(spot.place);
                let unit = unit / seen.total();
                let between = Steps::Chars { above, below };
                Gap { prefix, spot, between, mass: seen.weight(above, below) * unit, unit }
            }
        };
        self.total += gap.mass;
        self.gaps.push(gap);
    }

    /// The levels of `key` below the one at byte `at`: what lies behind it there, or before.
    fn descend(&mut self, key: &'a str, at: usize, spot: Spot, unit: f64, behind: bool) {
        let (mut at, mut spot, mut unit, mut is_first) = (at, spot, unit, true);
        while let Some(step) = self.model.step(key, at, spot) {
            if !is_first {
                if unit < PRECISION * self.total {
                    return;
                }
                let (prefix, rest) = key.split_at_checked(at).unwrap_or((key, ""));
                let (above, below) = if behind { (Some(rest), None) } else { (None, Some(rest)) };
                self.gap(prefix, spot, step.names, unit, above, below);
            }
            is_first = false;
            unit *= self.model.part(&step, spot);
            spot = spot.after(step.text);
            at += step.text.len();
        }
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
        let Gap { prefix, spot, between, unit, .. } = *gap;
        let mut text = prefix.to_owned();
        let part = if gap.mass > 0.0 { mass / gap.mass } else { 0.0 };
        let (mut step, mut part) = match between {
            Steps::Names { names, start, end } => pick(names, start, end, part)?,
            Steps::Chars { above, below } => {
                let seen = self.model.alphabet.at(spot.place);
                if !seen.has_any(above, below) {
                    // Nobody knows what is there: first whether there is anything at all.
                    if let Some(above) = above {
                        text.push(successor(above)?);
                    }
                    return Some(text);
                }
                let (char, part) = seen.pick(above, below, part)?;
                (char.to_string(), part)
            }
        };
        let (mut spot, mut unit) = (spot, unit);
        for _ in 0..MOST_REFINED {
            text.push_str(&step);
            spot = spot.after(&step);
            let names = self.model.folders.likely(&text, spot.depth).filter(|_| spot.begins);
            let seen = self.model.alphabet.at(spot.place);
            if unit < COARSE * self.total || names.is_none() && !seen.has_any(None, None) {
                break;
            }
            (step, part) = match names {
                Some(names) => pick(names, 0, names.count(), part)?,
                None => {
                    let (char, part) = seen.pick(None, None, part)?;
                    (char.to_string(), part)
                }
            };
            unit *= match names {
                Some(names) => 1.0 / names.total(),
                None => step.chars().next().map_or(1.0, |char| seen.part(char)),
            };
        }
        Some(text)
    }
}

/// The name at which `part` of those from `start` to `end` has gone by, and which part of it has.
fn pick(names: &Names, start: usize, end: usize, part: f64) -> Option<(String, f64)> {
    let exact = part.clamp(0.0, 1.0) * (end - start) as f64;
    let index = (exact as usize).min((end - start).checked_sub(1)?);
    Some((names.get(start + index)?.to_owned(), (exact - index as f64).clamp(0.0, 1.0)))
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
