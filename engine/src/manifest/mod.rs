//! Lists of S3 objects: what Batch Operations takes as manifests, what S3 Inventory and completion reports say, and how
//! the three are read, chosen from and written. Streams: no list is ever held whole. Knows no client and no file.
//!
//! Source of the rules: the guide of S3 Batch Operations and of S3 Inventory, and the service models of `s3` and
//! `s3control`.

mod location;
mod record;

pub use location::{Location, LocationError, is_bucket_name};
pub use record::ObjectRecord;
