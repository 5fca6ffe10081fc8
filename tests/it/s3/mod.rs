//! S3 Batch Operations: lists of objects, and jobs.

mod job;
mod jobs;
mod jobs_sandbox;
mod manifest;
mod shelf;

pub use shelf::Shelf;
