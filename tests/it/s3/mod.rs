//! S3 Batch Operations: lists of objects, and jobs.

mod awscli;
mod build;
mod hardship;
mod job;
mod listing;
mod manifest;
mod resume;
mod round_trip;
mod shelf;
mod store;

pub use shelf::Shelf;
