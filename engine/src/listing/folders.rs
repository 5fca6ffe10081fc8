//! The names in folders, as far as somebody looked: what is in one folder is a good guess for those beside it. A part of a
//! key goes from one slash to behind the next. Owns which folder is worth a look; bounded, whatever there is to see.

use std::collections::BTreeMap;

/// So many folders are looked into, and one more for so many requests.
const AT_FIRST: usize = 12;
const ONE_IN: usize = 24;
/// Names are kept of so many.
const MOST: usize = 192;
const DEPTHS: usize = 12;

/// All names in one folder, sorted; those of folders end with a slash.
#[derive(Debug, Default)]
pub struct Names(Vec<Box<str>>);

impl Names {
    /// The first name behind that one, and whether it is one itself.
    fn behind(&self, name: &str) -> (usize, bool) {
        match self.0.binary_search_by(|known| (**known).cmp(name)) {
            Ok(at) => (at + 1, true),
            Err(at) => (at, false),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.behind(name).1
    }

    /// The numbers of the names strictly between two.
    pub fn between(&self, above: Option<&str>, below: Option<&str>) -> (usize, usize) {
        let start = above.map_or(0, |above| self.behind(above).0);
        let end = below.map_or(self.0.len(), |below| {
            let (behind, is_one) = self.behind(below);
            behind - usize::from(is_one)
        });
        (start, end.max(start))
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(|name| &**name)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

#[derive(Debug, Default)]
pub struct Folders {
    /// By the text before the names. Absent names: they were asked for, or are too many.
    known: BTreeMap<String, Option<Names>>,
    /// Of each depth the folder that was looked into last.
    typical: [Option<String>; DEPTHS],
    wanted: Vec<(usize, String)>,
    looks: usize,
}

impl Folders {
    /// The names behind `folder`, where one is `name`: its own, or those of one like it that has this name too.
    pub fn names(&self, folder: &str, depth: usize, name: &str) -> Option<&Names> {
        match self.known.get(folder) {
            Some(Some(names)) => Some(names),
            _ => self.typical(depth).filter(|names| names.has(name)),
        }
    }

    /// The names that are likely behind `folder`.
    pub fn likely(&self, folder: &str, depth: usize) -> Option<&Names> {
        match self.known.get(folder) {
            Some(Some(names)) => Some(names),
            Some(None) => None,
            None => self.typical(depth),
        }
    }

    fn typical(&self, depth: usize) -> Option<&Names> {
        let folder = self.typical.get(depth)?.as_deref()?;
        self.known.get(folder)?.as_ref()
    }

    /// A key was found far from the end of what is to be listed: the folders it is in are worth a look.
    pub fn want(&mut self, root: usize, base: usize, key: &str) {
        for (depth, start) in starts(key, base).enumerate() {
            let (Some(folder), Some(rest)) = (key.get(..start), key.get(start..)) else { return };
            let Some(part) = part(rest).filter(|part| part.ends_with('/')) else { return };
            let is_like = self.typical(depth).is_some_and(|names| names.has(part));
            if !is_like && !self.known.contains_key(folder) && self.known.len() < MOST {
                self.known.insert(folder.to_owned(), None);
                self.wanted.push((root, folder.to_owned()));
            }
        }
    }

    /// The next one to look into, if so many requests are enough for it.
    pub fn next(&mut self, requests: usize) -> Option<(usize, String)> {
        if self.wanted.is_empty() || self.looks >= AT_FIRST + requests / ONE_IN {
            return None;
        }
        self.looks += 1;
        Some(self.wanted.remove(0))
    }

    /// What was found: all of them, in order.
    pub fn found<'a>(&mut self, folder: &str, depth: usize, keys: impl Iterator<Item = &'a str>) {
        let names = keys.filter_map(|key| part(key.strip_prefix(folder)?));
        let mut names: Vec<Box<str>> = names.map(Box::from).collect();
        names.dedup();
        if names.len() > 1
            && let Some(typical) = self.typical.get_mut(depth)
        {
            *typical = Some(folder.to_owned());
        }
        self.known.insert(folder.to_owned(), Some(Names(names)));
    }
}

/// Where the parts of a key begin.
pub fn starts(key: &str, base: usize) -> impl Iterator<Item = usize> + '_ {
    let slashes = key.get(base..).unwrap_or_default().match_indices('/');
    std::iter::once(base).chain(slashes.map(move |(at, _)| base + at + 1))
}

/// The part that a text begins with.
pub fn part(text: &str) -> Option<&str> {
    text.split_inclusive('/').next()
}
