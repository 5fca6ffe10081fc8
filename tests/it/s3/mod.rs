//! S3 Batch Operations: lists of objects, and jobs.

mod awscli;
mod build;
mod job;
mod listing;
mod manifest;
mod shelf;
mod store;

pub use shelf::Shelf;
