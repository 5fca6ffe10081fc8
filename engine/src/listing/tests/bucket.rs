//! Keys in order, and the pages of them that S3 would give.

use crate::listing::{Listed, Marker, Request};

/// Keys by their number, in the order of their bytes; made when they are asked for.
pub struct Keys {
    pub name: &'static str,
    pub count: usize,
    pub key: Box<dyn Fn(usize) -> String>,
}

impl Keys {
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
