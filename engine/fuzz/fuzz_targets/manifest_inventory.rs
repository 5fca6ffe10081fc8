//! Any bytes as the manifest.json of an inventory, and as the rows of a data file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::manifest::{Inventory, InventoryReader, Plain};

const ALL: &[u8] = br#"{"sourceBucket":"b","destinationBucket":"arn:aws:s3:::d","version":"2016-11-30","fileFormat":"CSV","fileSchema":"Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass","files":[]}"#;

fuzz_target!(|data: &[u8]| {
    match Inventory::parse(data) {
        Ok(inventory) => assert!(inventory.files.iter().all(|file| file.md5.len() == 32)),
        Err(faults) => assert!(!faults.is_empty()),
    }
    let schema = Inventory::parse(ALL).unwrap().schema;
    let Ok(input) = Plain::new(data) else { return };
    let mut reader = InventoryReader::new(input, schema);
    loop {
        match reader.read() {
            Ok(Some(record)) => assert!(!record.key.is_empty() && record.version_id != Some("")),
            Ok(None) | Err(opsctl_engine::manifest::ListError::Io(_)) => return,
            Err(_) => {}
        }
    }
});
