//! A manifest that the service makes itself: from which bucket, with which filters, kept where.

use jiff::Timestamp;
use serde::Serialize;

use super::arn;
use super::document::{account, bucket};
use super::words;
use crate::document::{Fields, Slot};

/// The API's union of generators; it has this one alone.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct ManifestGenerator {
    #[serde(rename = "S3JobManifestGenerator")]
    pub s3_job_manifest_generator: Generator,
}

#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Generator {
    pub expected_bucket_owner: Option<String>,
    /// A bucket's ARN.
    pub source_bucket: String,
    pub manifest_output_location: Option<OutputLocation>,
    /// All that are given must be met.
    pub filter: Option<Filter>,
    /// Whether the list is kept.
    pub enable_manifest_output: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct OutputLocation {
    pub expected_manifest_bucket_owner: Option<String>,
    pub bucket: String,
    pub manifest_prefix: Option<String>,
    pub manifest_encryption: Option<ManifestEncryption>,
    pub manifest_format: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct ManifestEncryption {
    #[serde(rename = "SSES3")]
    pub sse_s3: Option<Nothing>,
    #[serde(rename = "SSEKMS")]
    pub sse_kms: Option<SseKms>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct SseKms {
    pub key_id: String,
}

/// An object without members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Nothing {}

#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    pub eligible_for_replication: Option<bool>,
    pub created_after: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
    pub object_replication_statuses: Option<Vec<String>>,
    pub key_name_constraint: Option<KeyNameConstraint>,
    /// Strictly greater.
    pub object_size_greater_than_bytes: Option<i64>,
    /// Strictly less.
    pub object_size_less_than_bytes: Option<i64>,
    pub match_any_storage_class: Option<Vec<String>>,
    pub match_any_object_encryption: Option<Vec<EncryptionFilter>>,
}

/// Each list takes one string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct KeyNameConstraint {
    pub match_any_prefix: Option<Vec<String>>,
    pub match_any_suffix: Option<Vec<String>>,
    pub match_any_substring: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum EncryptionFilter {
    #[serde(rename = "SSES3")]
    SseS3(Nothing),
    #[serde(rename = "SSEKMS")]
    SseKms(KmsFilter),
    #[serde(rename = "DSSEKMS")]
    DsseKms(KmsFilter),
    #[serde(rename = "SSEC")]
    SseC(Nothing),
    #[serde(rename = "NOTSSE")]
    NotSse(Nothing),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct KmsFilter {
    pub kms_key_arn: Option<String>,
    /// Never of DSSE-KMS.
    pub bucket_key_enabled: Option<bool>,
}

impl ManifestGenerator {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let generator = Generator::read(&fields.need("S3JobManifestGenerator")).unwrap_or_default();
        fields.finish();
        Some(ManifestGenerator { s3_job_manifest_generator: generator })
    }
}

impl Generator {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let generator = Generator {
            expected_bucket_owner: account(&fields.get("ExpectedBucketOwner")),
            source_bucket: bucket(&fields.need("SourceBucket")).unwrap_or_default(),
            manifest_output_location: OutputLocation::read(&fields.get("ManifestOutputLocation")),
            filter: Filter::read(&fields.get("Filter")),
            enable_manifest_output: fields.need("EnableManifestOutput").boolean().unwrap_or_default(),
        };
        if generator.enable_manifest_output {
            fields.need("ManifestOutputLocation");
        }
        fields.finish();
        Some(generator)
    }
}

impl OutputLocation {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let location = OutputLocation {
            expected_manifest_bucket_owner: account(&fields.get("ExpectedManifestBucketOwner")),
            bucket: bucket(&fields.need("Bucket")).unwrap_or_default(),
            manifest_prefix: fields.get("ManifestPrefix").text(1..=512),
            manifest_encryption: ManifestEncryption::read(&fields.get("ManifestEncryption")),
            manifest_format: fields
                .need("ManifestFormat")
                .word(&[words::GENERATED_MANIFEST])
                .unwrap_or_default(),
        };
        fields.finish();
        Some(location)
    }
}

impl ManifestEncryption {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let mut encryption = ManifestEncryption::default();
        match fields.one_of(&["SSES3", "SSEKMS"]) {
            Some(("SSES3", slot)) => encryption.sse_s3 = nothing(&slot),
            Some((_, slot)) => {
                let kms = |fields: Fields<'_, '_>| {
                    let key_id = fields.need("KeyId").text(1..=2000).unwrap_or_default();
                    fields.finish();
                    SseKms { key_id }
                };
                encryption.sse_kms = slot.fields().map(kms);
            }
            None => {}
        }
        fields.finish();
        Some(encryption)
    }
}

pub(super) fn nothing(slot: &Slot<'_, '_>) -> Option<Nothing> {
    slot.fields()?.finish();
    Some(Nothing {})
}

impl Filter {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let words_of = |name, words: &[&str]| {
            let items = fields.get(name).items()?;
            Some(items.iter().filter_map(|item| item.word(words)).collect())
        };
        let filter = Filter {
            eligible_for_replication: fields.get("EligibleForReplication").boolean(),
            created_after: fields.get("CreatedAfter").time(),
            created_before: fields.get("CreatedBefore").time(),
            object_replication_statuses: words_of("ObjectReplicationStatuses", words::REPLICATION_STATUSES),
            key_name_constraint: KeyNameConstraint::read(&fields.get("KeyNameConstraint")),
            object_size_greater_than_bytes: fields.get("ObjectSizeGreaterThanBytes").integer(0..=i64::MAX),
            object_size_less_than_bytes: fields.get("ObjectSizeLessThanBytes").integer(0..=i64::MAX),
            match_any_storage_class: words_of("MatchAnyStorageClass", words::STORAGE_CLASSES),
            match_any_object_encryption: encryptions(&fields.get("MatchAnyObjectEncryption")),
        };
        if let (Some(after), Some(before)) = (filter.created_after, filter.created_before)
            && after >= before
        {
            fields
                .get("CreatedAfter")
                .fault(format!("{after} is not before `CreatedBefore`: nothing is chosen"));
        }
        if let (Some(above), Some(below)) =
            (filter.object_size_greater_than_bytes, filter.object_size_less_than_bytes)
            && above.saturating_add(1) >= below
        {
            fields
                .get("ObjectSizeGreaterThanBytes")
                .fault(format!("no size is above {above} and below {below}: nothing is chosen"));
        }
        fields.finish();
        Some(filter)
    }
}

impl KeyNameConstraint {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let strings = |name| {
            let slot = fields.get(name);
            let items = slot.items()?;
            if items.len() != 1 {
                slot.fault(format!("has {} strings; the service takes exactly one", items.len()));
            }
            Some(items.iter().filter_map(|item| item.text(1..=1024)).collect())
        };
        let constraint = KeyNameConstraint {
            match_any_prefix: strings("MatchAnyPrefix"),
            match_any_suffix: strings("MatchAnySuffix"),
            match_any_substring: strings("MatchAnySubstring"),
        };
        fields.finish();
        Some(constraint)
    }
}

fn encryptions(slot: &Slot<'_, '_>) -> Option<Vec<EncryptionFilter>> {
    let items = slot.items()?;
    if items.len() != 1 {
        slot.fault(format!("has {} kinds; the service takes exactly one", items.len()));
    }
    Some(items.iter().filter_map(EncryptionFilter::read).collect())
}

impl EncryptionFilter {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let given = fields.one_of(&["SSES3", "SSEKMS", "DSSEKMS", "SSEC", "NOTSSE"]);
        if given.is_none() {
            fields.fault("names none of SSES3, SSEKMS, DSSEKMS, SSEC, NOTSSE");
        }
        let filter = given.and_then(|(name, slot)| match name {
            "SSES3" => nothing(&slot).map(EncryptionFilter::SseS3),
            "SSEC" => nothing(&slot).map(EncryptionFilter::SseC),
            "NOTSSE" => nothing(&slot).map(EncryptionFilter::NotSse),
            "SSEKMS" => KmsFilter::read(&slot, true).map(EncryptionFilter::SseKms),
            _ => KmsFilter::read(&slot, false).map(EncryptionFilter::DsseKms),
        });
        fields.finish();
        filter
    }
}

impl KmsFilter {
    fn read(slot: &Slot<'_, '_>, knows_bucket_keys: bool) -> Option<Self> {
        let fields = slot.fields()?;
        let filter = KmsFilter {
            kms_key_arn: kms_key(&fields.get("KmsKeyArn")),
            bucket_key_enabled: if knows_bucket_keys {
                fields.get("BucketKeyEnabled").boolean()
            } else {
                None
            },
        };
        fields.finish();
        Some(filter)
    }
}

pub(super) fn kms_key(slot: &Slot<'_, '_>) -> Option<String> {
    let expected = "the whole ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID; an alias is not taken)";
    slot.text_where(20..=2048, expected, arn::is_kms_key)
}
