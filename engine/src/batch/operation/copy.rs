//! S3PutObjectCopy: one CopyObject an object, into one bucket.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::acl::{Grant, grants};
use super::lock::EventHoldDuration;
use crate::batch::arn;
use crate::batch::tag::{OBJECT_TAGS, Tag, tags};
use crate::batch::words;
use crate::document::{Fields, Slot};

#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Copy {
    /// The ARN of a bucket, also of a directory bucket.
    pub target_resource: String,
    pub canned_access_control_list: Option<String>,
    pub access_control_grants: Option<Vec<Grant>>,
    pub metadata_directive: Option<String>,
    pub annotation_directive: Option<String>,
    pub modified_since_constraint: Option<Timestamp>,
    pub new_object_metadata: Option<ObjectMetadata>,
    /// Absent: the source's tags. Empty: none.
    pub new_object_tagging: Option<Vec<Tag>>,
    pub redirect_location: Option<String>,
    pub requester_pays: Option<bool>,
    pub storage_class: Option<String>,
    pub un_modified_since_constraint: Option<Timestamp>,
    #[serde(rename = "SSEAwsKmsKeyId")]
    pub sse_aws_kms_key_id: Option<String>,
    /// In the sense of a folder: the copy is called `PREFIX/KEY`.
    pub target_key_prefix: Option<String>,
    pub object_lock_legal_hold_status: Option<String>,
    pub object_lock_mode: Option<String>,
    pub object_lock_retain_until_date: Option<Timestamp>,
    pub bucket_key_enabled: Option<bool>,
    pub checksum_algorithm: Option<String>,
    pub object_lock_event_hold: Option<String>,
    pub object_lock_event_hold_duration: Option<EventHoldDuration>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectMetadata {
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub user_metadata: Option<BTreeMap<String, String>>,
    /// Deprecated, as is the MD5.
    pub content_length: Option<i64>,
    #[serde(rename = "ContentMD5")]
    pub content_md5: Option<String>,
    pub content_type: Option<String>,
    pub http_expires_date: Option<Timestamp>,
    pub requester_charged: Option<bool>,
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: Option<String>,
}

/// What cannot be said of copies into a directory bucket.
const NOT_OF_DIRECTORIES: [&str; 9] = [
    "CannedAccessControlList",
    "AccessControlGrants",
    "StorageClass",
    "RedirectLocation",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "ObjectLockEventHold",
    "RequesterPays",
];

impl Copy {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let is_bucket = |text: &str| arn::bucket(text).is_some() || arn::is_directory_bucket(text);
        let copy = Copy {
            target_resource: fields
                .need("TargetResource")
                .text_where(1..=128, "the ARN of a bucket, arn:aws:s3:::BUCKET", is_bucket)
                .unwrap_or_default(),
            canned_access_control_list: fields.get("CannedAccessControlList").word(words::CANNED_ACLS),
            access_control_grants: grants(&fields.get("AccessControlGrants")),
            metadata_directive: fields.get("MetadataDirective").word(words::METADATA_DIRECTIVES),
            annotation_directive: fields.get("AnnotationDirective").word(words::ANNOTATION_DIRECTIVES),
            modified_since_constraint: fields.get("ModifiedSinceConstraint").time(),
            new_object_metadata: ObjectMetadata::read(&fields.get("NewObjectMetadata")),
            new_object_tagging: tags(&fields.get("NewObjectTagging"), OBJECT_TAGS),
            redirect_location: fields.get("RedirectLocation").text(1..=2048),
            requester_pays: fields.get("RequesterPays").boolean(),
            storage_class: fields.get("StorageClass").word(words::STORAGE_CLASSES),
            un_modified_since_constraint: fields.get("UnModifiedSinceConstraint").time(),
            sse_aws_kms_key_id: fields.get("SSEAwsKmsKeyId").text(1..=2000),
            target_key_prefix: fields.get("TargetKeyPrefix").text(1..=1024),
            object_lock_legal_hold_status: fields.get("ObjectLockLegalHoldStatus").word(words::ON_OFF),
            object_lock_mode: fields.get("ObjectLockMode").word(words::LOCK_MODES),
            object_lock_retain_until_date: fields.get("ObjectLockRetainUntilDate").future(),
            bucket_key_enabled: fields.get("BucketKeyEnabled").boolean(),
            checksum_algorithm: fields.get("ChecksumAlgorithm").word(words::CHECKSUM_ALGORITHMS),
            object_lock_event_hold: fields.get("ObjectLockEventHold").word(words::ON_OFF),
            object_lock_event_hold_duration: EventHoldDuration::read(
                &fields.get("ObjectLockEventHoldDuration"),
            ),
        };
        copy.rules(&fields);
        fields.finish();
        Some(copy)
    }

    /// Whether copies go to a directory bucket.
    pub fn is_to_directory_bucket(&self) -> bool {
        arn::is_directory_bucket(&self.target_resource)
    }

    /// Whether a copy onto the object itself would change nothing that S3 takes for a change.
    ///
    /// Source: the API reference of CopyObject, "an object to itself": metadata, class, redirect or encryption.
    pub fn changes_nothing(&self) -> bool {
        let encryption =
            self.new_object_metadata.as_ref().and_then(|metadata| metadata.sse_algorithm.as_ref());
        self.target_key_prefix.is_none()
            && self.metadata_directive.as_deref() != Some("REPLACE")
            && self.storage_class.is_none()
            && self.redirect_location.is_none()
            && encryption.is_none()
            && self.sse_aws_kms_key_id.is_none()
            && self.bucket_key_enabled.is_none()
    }

    fn rules(&self, fields: &Fields<'_, '_>) {
        let both = |one, other| (fields.get(one).is_given(), fields.get(other).is_given());
        if both("CannedAccessControlList", "AccessControlGrants") == (true, true) {
            fields.fault("has CannedAccessControlList and AccessControlGrants: only one of them is allowed");
        }
        let (mode, date) = both("ObjectLockMode", "ObjectLockRetainUntilDate");
        if mode != date {
            fields.fault("ObjectLockMode and ObjectLockRetainUntilDate go together");
        }
        if let (Some(since), Some(until)) =
            (self.modified_since_constraint, self.un_modified_since_constraint)
            && since >= until
        {
            fields
                .get("ModifiedSinceConstraint")
                .fault(format!("{since} is not before `UnModifiedSinceConstraint`: nothing is copied"));
        }
        let algorithm =
            self.new_object_metadata.as_ref().and_then(|metadata| metadata.sse_algorithm.as_deref());
        if self.sse_aws_kms_key_id.is_some() && algorithm == Some("AES256") {
            fields.get("SSEAwsKmsKeyId").fault("is a KMS key, and SSEAlgorithm says AES256");
        }
        if self.is_to_directory_bucket() {
            for name in NOT_OF_DIRECTORIES {
                let slot = fields.get(name);
                if slot.is_given() {
                    slot.fault("does not exist in directory buckets");
                }
            }
            if self.new_object_tagging.as_ref().is_some_and(|tags| !tags.is_empty()) {
                fields.get("NewObjectTagging").fault("does not exist in directory buckets");
            }
        }
    }
}

impl ObjectMetadata {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let text = |name| fields.get(name).text(1..=1024);
        let metadata = ObjectMetadata {
            cache_control: text("CacheControl"),
            content_disposition: text("ContentDisposition"),
            content_encoding: text("ContentEncoding"),
            content_language: text("ContentLanguage"),
            user_metadata: fields.get("UserMetadata").map(8192, 1..=1024, 0..=1024),
            content_length: fields.get("ContentLength").integer(0..=i64::MAX),
            content_md5: text("ContentMD5"),
            content_type: text("ContentType"),
            http_expires_date: fields.get("HttpExpiresDate").time(),
            requester_charged: fields.get("RequesterCharged").boolean(),
            sse_algorithm: fields.get("SSEAlgorithm").word(words::SSE_ALGORITHMS),
        };
        fields.finish();
        Some(metadata)
    }
}
