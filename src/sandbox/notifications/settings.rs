//! What `sandbox.toml` says of notifications. Data only.

use crate::sandbox::deliveries::Destination;
use crate::sandbox::s3::store::arrival::{Arrival, Cause};

/// Which objects are told of, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub bucket: String,
    pub prefix: String,
    pub suffix: String,
    pub causes: Vec<Cause>,
    pub to: Destination,
}

/// The kinds of events and what they are about.
pub const EVENTS: &[(&str, &[Cause])] = &[
    ("s3:ObjectCreated:*", &[Cause::Put, Cause::Copy, Cause::CompleteMultipartUpload]),
    ("s3:ObjectCreated:Put", &[Cause::Put]),
    ("s3:ObjectCreated:Copy", &[Cause::Copy]),
    ("s3:ObjectCreated:CompleteMultipartUpload", &[Cause::CompleteMultipartUpload]),
];

impl Notification {
    /// As a list shows it.
    pub fn description(&self) -> String {
        let Notification { bucket, prefix, suffix, to, .. } = self;
        let to = match to {
            Destination::Function(name) => format!("function {name}"),
            Destination::Machine(name) => format!("machine {name}"),
        };
        format!("{bucket}/{prefix}*{suffix} to {to}")
    }

    pub fn is_about(&self, arrival: &Arrival<'_>) -> bool {
        self.bucket == arrival.bucket
            && arrival.key.starts_with(&self.prefix)
            && arrival.key.ends_with(&self.suffix)
            && self.causes.contains(&arrival.cause)
    }
}
