//! Jobs of S3 Batch Operations: the document that CreateJob takes and every rule about it, the states a job goes through,
//! what it costs and what its role must be allowed to do. Client and sandbox share it. Knows no client and no clock.
//!
//! Source of the rules: the service model of `s3control` (2018-08-20) and the guide of S3 Batch Operations.

pub mod arn;
pub mod cost;
mod document;
mod generator;
mod operation;
pub mod policy;
mod status;
mod tag;
#[cfg(test)]
mod tests;
pub mod words;

pub use crate::document::{Fault, drop_nulls};
pub use document::{JobDocument, Manifest, ManifestLocation, ManifestSpec, Report, Source};
pub use generator::{
    EncryptionFilter, Filter, Generator, KeyNameConstraint, KmsFilter, ManifestEncryption, ManifestGenerator,
    Nothing, OutputLocation, SseKms,
};
pub use operation::{
    AccessControlList, AccessControlPolicy, Acl, Checksum, Copy, Encrypt, EventHoldDuration, Grant, Grantee,
    Lambda, LegalHold, LegalHoldStatus, ObjectEncryption, ObjectMetadata, Operation, OperationKind, Owner,
    Restore, Retention, RetentionSetting, SseKmsEncryption, Tagging,
};
pub use status::{FAILURE_THRESHOLD_FROM, Progress, Request, Status};
pub use tag::{JOB_TAGS, OBJECT_TAGS, Tag};
