//! Objects that come to be, told to whoever looks on. What that one makes of it is its own business.

use super::version::Version;

/// What made an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Put,
    Copy,
    CompleteMultipartUpload,
}

#[derive(Debug)]
pub struct Arrival<'a> {
    pub cause: Cause,
    pub bucket: &'a str,
    /// Of the bucket.
    pub region: &'a str,
    pub key: &'a str,
    pub version: &'a Version,
    /// Later ones have larger numbers, in later sandboxes too.
    pub sequencer: u64,
}

/// Called for one after the other, before the client is answered: it must not take its time.
pub type Witness = Box<dyn Fn(&Arrival<'_>) + Send + Sync>;
