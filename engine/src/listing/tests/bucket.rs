//! Keys in order, and the pages of them that S3 would give.

use crate::listing::{Listed, Marker, Request};

/// Keys by their number, in the order of their bytes; made when they are asked for.
pub struct Keys {
    pub name: &'static str,
    pub count: usize,
    pub key: Box<dyn Fn(usize) -> String>,
}

impl Keys {
    pub fn list(name: &'static str, mut keys: Vec<String>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Keys { name, count: keys.len(), key: Box::new(move |n| keys[n].clone()) }
    }

    pub fn new(name: &'static str, count: usize, key: impl Fn(usize) -> String + 'static) -> Self {
        Keys { name, count, key: Box::new(key) }
    }

    /// The number of the first key behind that text.
    pub fn behind(&self, text: &str) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if (self.key)(middle).as_str() <= text { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Up to `size` keys and folders behind a text, and whether these are all.
    pub fn names(&self, folder: &str, size: usize) -> (Vec<String>, bool) {
        let mut names: Vec<String> = Vec::new();
        let mut at = if folder.is_empty() { 0 } else { self.behind(folder) };
        while at < self.count {
            let key = (self.key)(at);
            let Some(rest) = key.strip_prefix(folder) else { break };
            if names.len() == size {
                return (names, false);
            }
            let part = rest.split_inclusive('/').next().unwrap_or_default();
            let name = format!("{folder}{part}");
            at = if part.ends_with('/') { self.behind(&format!("{name}\u{10ffff}")) } else { at + 1 };
            names.push(name);
        }
        (names, true)
    }

    /// Up to `size` keys, and where to go on.
    pub fn page(&self, request: &Request, size: usize) -> (Vec<String>, Option<Marker>) {
        let start = request.after.as_ref().map_or(0, |after| self.behind(&after.key));
        let end = (start + size).min(self.count);
        let keys: Vec<String> = (start..end).map(&self.key).collect();
        let next = keys.last().filter(|_| end < self.count);
        let next = next.map(|key| Marker { key: key.clone(), ..Marker::default() });
        (keys, next)
    }
}

/// Hands a page to `take`.
pub fn listed<T>(keys: &[String], next: Option<&Marker>, take: impl FnOnce(Listed<'_>) -> T) -> T {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    take(Listed { keys: &keys, next })
}
