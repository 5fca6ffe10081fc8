//! S3 Batch Operations: lists of objects, and jobs.

mod build;
mod job;
mod jobs;
mod jobs_sandbox;
mod listing;
mod manifest;
mod shelf;

pub use shelf::Shelf;
