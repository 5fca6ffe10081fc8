//! An object as a list tells of it, whatever the list is.

/// One version of one object; lent by a source until it is asked for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ObjectRecord<'a> {
    /// The bucket's name; no ARN.
    pub bucket: &'a str,
    /// As S3 keeps it: nothing in it is encoded.
    pub key: &'a str,
    /// `null` for a version made before versioning; absent where the list does not speak of versions.
    pub version_id: Option<&'a str>,
    pub is_latest: Option<bool>,
    pub is_delete_marker: bool,
    /// In bytes.
    pub size: Option<u64>,
    /// In milliseconds since 1970 (UTC).
    pub last_modified: Option<i64>,
    /// Without quotes.
    pub etag: Option<&'a str>,
    /// An open set of words: `STANDARD`, `GLACIER`, ...
    pub storage_class: Option<&'a str>,
}
