use super::*;
use crate::manifest::ObjectRecord;

const MANIFEST: &str = r#"{"sourceBucket":"data-1","destinationBucket":"arn:aws:s3:::lists-1","version":"2016-11-30",
"creationTimestamp":"1793494800000","fileFormat":"CSV","fileSchema":"Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, EncryptionStatus",
"files":[{"key":"x/data/1.csv.gz","size":70,"MD5checksum":"c2aafc90374ef6dd15363ef1bfdc1256"},{"key":"x/data/2.csv.gz","size":30,"MD5checksum":"292f378a7ebc148bd05230cb9ab3f044"}]}"#;

fn faults(json: &str) -> Vec<String> {
    Inventory::parse(json.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_manifest_names_its_files_and_columns() {
    let inventory = Inventory::parse(MANIFEST.as_bytes()).unwrap();
    assert_eq!(
        (inventory.source_bucket.as_str(), inventory.destination_bucket.as_str()),
        ("data-1", "lists-1")
    );
    assert_eq!((inventory.created, inventory.bytes()), (Some(1_793_494_800_000), 100));
    assert_eq!(inventory.files[1].key, "x/data/2.csv.gz");
    assert!(inventory.schema.has_versions());
}

#[test]
fn everything_that_is_wrong_is_said() {
    assert_eq!(
        faults("{}"),
        ["it is no manifest of an inventory: it has neither `fileFormat` nor `fileSchema` nor `files`"]
    );
    assert!(faults("[1").concat().starts_with("it is no manifest of an inventory: "));
    let json = r#"{"version":"2017","creationTimestamp":"soon","fileFormat":"CSV","fileSchema":"Key, Size, Size","files":[{"size":1}]}"#;
    assert_eq!(
        faults(json),
        [
            "`version` is `2017`, not 2016-11-30",
            "`creationTimestamp` is `soon`, not a number of milliseconds",
            "`sourceBucket` is missing",
            "`destinationBucket` is missing",
            "its schema has the column Size twice",
            "its schema has no column Bucket",
            "`files[0].key` is ``, not the key of a data file",
            "`files[0].MD5checksum` is ``, not 32 hexadecimal digits",
        ]
    );
    for format in ["Parquet", "ORC"] {
        let json = MANIFEST.replace("\"CSV\"", &format!("\"{format}\""));
        let faults = Inventory::parse(json.as_bytes()).unwrap_err();
        let source_bucket = "data-1".to_owned();
        assert_eq!(faults, [InventoryFault::Format { format: format.to_owned(), source_bucket }]);
    }
}

#[test]
fn rows_are_records_with_null_versions_and_marked_delete_markers() {
    let schema = Inventory::parse(MANIFEST.as_bytes()).unwrap().schema;
    let text = concat!(
        r#""data-1","a%20b+c","v1","true","false","1000","2026-03-01T12:00:00.001Z","e-3","GLACIER","SSE-S3""#,
        "\n",
        r#""data-1","old","","false","false","0","2026-03-01T12:00:00.000Z","e","STANDARD","""#,
        "\n",
        r#""data-1","gone","v3","true","true","","2026-03-03T12:00:00.000Z","","","""#,
        "\n",
    );
    let mut reader = InventoryReader::new(text.as_bytes(), schema);
    let first = ObjectRecord {
        bucket: "data-1",
        key: "a b c",
        version_id: Some("v1"),
        is_latest: Some(true),
        is_delete_marker: false,
        size: Some(1000),
        last_modified: Some(1_772_366_400_001),
        etag: Some("e-3"),
        storage_class: Some("GLACIER"),
    };
    assert_eq!(reader.read().unwrap(), Some(first));
    let old = reader.read().unwrap().unwrap();
    assert_eq!((old.version_id, old.size, old.is_latest), (Some("null"), Some(0), Some(false)));
    let gone = reader.read().unwrap().unwrap();
    assert_eq!((gone.is_delete_marker, gone.size, gone.etag, gone.storage_class), (true, None, None, None));
    assert_eq!(reader.read().unwrap(), None);
}

#[test]
fn without_a_column_of_versions_there_are_none() {
    let schema = Schema::parse("Bucket, Key", &mut Vec::new());
    let mut reader = InventoryReader::new(&b"\"data-1\",\"a\"\n"[..], schema);
    assert_eq!(reader.read().unwrap().and_then(|record| record.version_id), None);
}

#[test]
fn a_row_at_fault_is_named_and_the_next_is_read() {
    let schema = Schema::parse("Bucket, Key, Size, LastModifiedDate, IsLatest", &mut Vec::new());
    let text =
        "b,k,many,,\nb,k,1,yesterday,\nb,k,1,,yes\nb,k\n,k,1,,\nb,%,1,,\nb,k,1,2026-03-01T12:00:00Z,true\n";
    let mut reader = InventoryReader::new(text.as_bytes(), schema);
    for expected in [
        "line 1: its Size is `many`, not a number of bytes",
        "line 2: its LastModifiedDate is `yesterday`, not a time as in RFC 3339",
        "line 3: its IsLatest is `yes`, not true or false",
        "line 4: it has 2 columns, not 5",
        "line 5: the bucket is missing",
        "line 6: the % at byte 0 of the key is not followed by two hexadecimal digits (a percent sign itself is %25)",
    ] {
        assert_eq!(reader.read().unwrap_err().to_string(), expected);
    }
    assert_eq!(reader.read().unwrap().and_then(|record| record.size), Some(1));
}
