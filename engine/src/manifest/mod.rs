//! Lists of S3 objects: what Batch Operations takes as manifests, what S3 Inventory and completion reports say, and how
//! the three are read, chosen from and written. Streams: no list is ever held whole. Knows no client and no file.
//!
//! Source of the rules: the guide of S3 Batch Operations and of S3 Inventory, and the service models of `s3` and
//! `s3control`.

mod batch;
mod columns;
mod compressed;
pub mod csv;
mod dedupe;
mod error;
mod filter;
mod glob;
mod inventory;
pub mod key;
pub mod lint;
mod location;
mod reader;
mod record;
pub mod report;
mod stats;
mod verified;
mod writer;

pub use batch::RecordBatch;
pub use columns::{Columns, ColumnsError, Field};
pub use compressed::Plain;
pub use dedupe::{Seen, TooMany};
pub use error::{LineFault, ListError};
pub use filter::{BadPattern, Conditions, Filter, Lacking, Sample};
pub use inventory::{DataFile, Inventory, InventoryFault, InventoryReader, MAX_INVENTORY_MANIFEST, Schema};
pub use key::{KeyError, MAX_KEY};
pub use location::{Location, LocationError, is_bucket_name, partition};
pub use reader::ManifestReader;
pub use record::ObjectRecord;
pub use stats::{Stats, Tally};
pub use verified::Verified;
pub use writer::{ManifestWriter, WriteError, Written};
