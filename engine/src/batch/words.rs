//! The words that the job API knows, as its model lists them. They are texts and no enums: a newer service answers with
//! words of its own, and a document read back from it must stay as it is.

pub const MANIFEST_CSV: &str = "S3BatchOperations_CSV_20180820";
pub const MANIFEST_INVENTORY: &str = "S3InventoryReport_CSV_20161130";
pub const MANIFEST_FORMATS: &[&str] = &[MANIFEST_CSV, MANIFEST_INVENTORY];
pub const GENERATED_MANIFEST: &str = "S3InventoryReport_CSV_20211130";
pub const FIELDS: &[&str] = &["Bucket", "Key", "VersionId", "Ignore"];
pub const REPORT_FORMAT: &str = "Report_CSV_20180820";
pub const ALL_TASKS: &str = "AllTasks";
pub const FAILED_TASKS_ONLY: &str = "FailedTasksOnly";
pub const REPORT_SCOPES: &[&str] = &[ALL_TASKS, FAILED_TASKS_ONLY];

/// Of copies and of filters; listings know more.
pub const STORAGE_CLASSES: &[&str] = &[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
pub const CANNED_ACLS: &[&str] = &[
    "private",
    "public-read",
    "public-read-write",
    "aws-exec-read",
    "authenticated-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
];
pub const PERMISSIONS: &[&str] = &["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"];
pub const GRANTEE_TYPES: &[&str] = &["id", "emailAddress", "uri"];
pub const METADATA_DIRECTIVES: &[&str] = &["COPY", "REPLACE"];
pub const ANNOTATION_DIRECTIVES: &[&str] = &["COPY", "EXCLUDE"];
/// The word for SSE-KMS is `KMS` here, not `aws:kms`.
pub const SSE_ALGORITHMS: &[&str] = &["AES256", "KMS"];
pub const CHECKSUM_ALGORITHMS: &[&str] =
    &["CRC32", "CRC32C", "CRC64NVME", "MD5", "SHA1", "SHA256", "SHA512", "XXHASH64", "XXHASH3", "XXHASH128"];
pub const CHECKSUM_TYPES: &[&str] = &["FULL_OBJECT", "COMPOSITE"];
pub const RESTORE_TIERS: &[&str] = &["STANDARD", "BULK"];
pub const LOCK_MODES: &[&str] = &["COMPLIANCE", "GOVERNANCE"];
pub const ON_OFF: &[&str] = &["ON", "OFF"];
pub const REPLICATION_STATUSES: &[&str] = &["COMPLETED", "FAILED", "REPLICA", "NONE"];
pub const LAMBDA_SCHEMAS: &[&str] = &["1.0", "2.0"];
