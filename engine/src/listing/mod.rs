//! How the keys of a bucket are listed by many requests at once, without being told where to begin: ranges of keys, where
//! to split them, how many requests may be in flight, and the pages that come back. Knows no client, no clock and no
//! randomness: the driver asks for the next request, and tells what came of it.
//!
//! Source of the rules: S3 lists keys in the order of their UTF-8 bytes, and begins behind any text given as `start-after`
//! (`key-marker` for versions), be it a key or not. So a range is what lies behind one text, up to and with another.

mod alphabet;
mod folders;
mod journal;
mod page;
mod plan;
mod range;
mod split;
mod window;

#[cfg(test)]
mod tests;

pub use journal::{Block, Event, Journal};
pub use page::{Page, PageError};
pub use plan::{Listed, Marker, Plan, Request, Split, Taken};
