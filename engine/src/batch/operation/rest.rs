//! The operations with few parameters: tagging, restore, checksum and encryption.

use serde::Serialize;

use crate::batch::generator::kms_key;
use crate::batch::tag::{OBJECT_TAGS, Tag, tags};
use crate::batch::words;
use crate::document::Slot;

/// S3PutObjectTagging: takes the place of all tags an object has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Tagging {
    pub tag_set: Vec<Tag>,
}

impl Tagging {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let tag_set = tags(&fields.need("TagSet"), OBJECT_TAGS).unwrap_or_default();
        fields.finish();
        Some(Tagging { tag_set })
    }
}

/// S3InitiateRestoreObject: succeeds when the restore has begun, not when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Restore {
    /// Absent for the archive tiers of Intelligent-Tiering, and only for them.
    pub expiration_in_days: Option<i32>,
    pub glacier_job_tier: Option<String>,
}

impl Restore {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let days = fields.get("ExpirationInDays");
        let restore = Restore {
            expiration_in_days: days
                .integer(0..=i64::from(i32::MAX))
                .and_then(|days| i32::try_from(days).ok()),
            glacier_job_tier: fields.get("GlacierJobTier").word(words::RESTORE_TIERS),
        };
        if restore.expiration_in_days == Some(0) {
            days.fault("must be at least 1; leave it out for the archive tiers of Intelligent-Tiering alone");
        }
        fields.finish();
        Some(restore)
    }

    /// Whether objects of this storage class can be restored so; else why not.
    pub fn fits(&self, class: &str) -> Result<(), &'static str> {
        match (class, self.expiration_in_days) {
            ("GLACIER" | "DEEP_ARCHIVE", None) => Err("which needs ExpirationInDays"),
            ("INTELLIGENT_TIERING", Some(_)) => Err("which must not have ExpirationInDays"),
            ("GLACIER" | "DEEP_ARCHIVE", Some(_)) | ("INTELLIGENT_TIERING", None) => Ok(()),
            _ => Err("which is not archived"),
        }
    }
}

/// S3ComputeObjectChecksum: the values are told in the completion report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Checksum {
    pub checksum_algorithm: Option<String>,
    pub checksum_type: Option<String>,
}

impl Checksum {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let kind = fields.get("ChecksumType");
        let checksum = Checksum {
            checksum_algorithm: fields.get("ChecksumAlgorithm").word(words::CHECKSUM_ALGORITHMS),
            checksum_type: kind.word(words::CHECKSUM_TYPES),
        };
        let (algorithm, of) = (checksum.checksum_algorithm.as_deref(), checksum.checksum_type.as_deref());
        if (algorithm, of) == (Some("CRC64NVME"), Some("COMPOSITE")) {
            kind.fault("`COMPOSITE` does not exist for CRC64NVME: it is of the full object alone");
        }
        fields.finish();
        Some(checksum)
    }
}

/// S3UpdateObjectEncryption: to SSE-KMS, or to another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Encrypt {
    pub object_encryption: ObjectEncryption,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct ObjectEncryption {
    #[serde(rename = "SSEKMS")]
    pub sse_kms: SseKmsEncryption,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct SseKmsEncryption {
    #[serde(rename = "KMSKeyArn")]
    pub kms_key_arn: String,
    pub bucket_key_enabled: Option<bool>,
}

impl Encrypt {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let encrypt = Encrypt {
            object_encryption: ObjectEncryption::read(&fields.need("ObjectEncryption")).unwrap_or_default(),
        };
        fields.finish();
        Some(encrypt)
    }
}

impl ObjectEncryption {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let kms = |slot: Slot<'_, '_>| {
            let fields = slot.fields()?;
            let encryption = SseKmsEncryption {
                kms_key_arn: kms_key(&fields.need("KMSKeyArn")).unwrap_or_default(),
                bucket_key_enabled: fields.get("BucketKeyEnabled").boolean(),
            };
            fields.finish();
            Some(encryption)
        };
        let encryption = ObjectEncryption { sse_kms: kms(fields.need("SSEKMS")).unwrap_or_default() };
        fields.finish();
        Some(encryption)
    }
}
