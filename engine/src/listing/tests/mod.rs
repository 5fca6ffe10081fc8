//! The plan against a bucket in memory.

mod bucket;
mod exact;
mod pace;
