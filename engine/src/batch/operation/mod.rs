//! What a job does to each object: one of eleven operations, each with its parameters and its rules.

mod acl;
mod copy;
mod lambda;
mod lock;
mod rest;

use serde::Serialize;

use super::generator::{Nothing, nothing};
use crate::document::Slot;

pub use acl::{AccessControlList, AccessControlPolicy, Acl, Grant, Grantee, Owner};
pub use copy::{Copy, ObjectMetadata};
pub use lambda::Lambda;
pub use lock::{EventHoldDuration, LegalHold, LegalHoldStatus, Retention, RetentionSetting};
pub use rest::{Checksum, Encrypt, ObjectEncryption, Restore, SseKmsEncryption, Tagging};

/// As the API names them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Operation {
    LambdaInvoke(Lambda),
    S3PutObjectCopy(Box<Copy>),
    S3PutObjectAcl(Acl),
    S3PutObjectTagging(Tagging),
    S3DeleteObjectTagging(Nothing),
    S3InitiateRestoreObject(Restore),
    S3PutObjectLegalHold(LegalHold),
    S3PutObjectRetention(Retention),
    S3ReplicateObject(Nothing),
    S3ComputeObjectChecksum(Checksum),
    S3UpdateObjectEncryption(Encrypt),
}

/// An operation without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    Copy,
    Acl,
    Tag,
    Untag,
    Restore,
    Lambda,
    LegalHold,
    Retention,
    Replicate,
    Checksum,
    Encrypt,
}

impl OperationKind {
    pub const ALL: [OperationKind; 11] = [
        OperationKind::Copy,
        OperationKind::Acl,
        OperationKind::Tag,
        OperationKind::Untag,
        OperationKind::Restore,
        OperationKind::Lambda,
        OperationKind::LegalHold,
        OperationKind::Retention,
        OperationKind::Replicate,
        OperationKind::Checksum,
        OperationKind::Encrypt,
    ];

    /// The API's name.
    pub const fn name(self) -> &'static str {
        match self {
            OperationKind::Copy => "S3PutObjectCopy",
            OperationKind::Acl => "S3PutObjectAcl",
            OperationKind::Tag => "S3PutObjectTagging",
            OperationKind::Untag => "S3DeleteObjectTagging",
            OperationKind::Restore => "S3InitiateRestoreObject",
            OperationKind::Lambda => "LambdaInvoke",
            OperationKind::LegalHold => "S3PutObjectLegalHold",
            OperationKind::Retention => "S3PutObjectRetention",
            OperationKind::Replicate => "S3ReplicateObject",
            OperationKind::Checksum => "S3ComputeObjectChecksum",
            OperationKind::Encrypt => "S3UpdateObjectEncryption",
        }
    }

    /// The word for it on a command line.
    pub const fn word(self) -> &'static str {
        match self {
            OperationKind::Copy => "copy",
            OperationKind::Acl => "acl",
            OperationKind::Tag => "tag",
            OperationKind::Untag => "untag",
            OperationKind::Restore => "restore",
            OperationKind::Lambda => "lambda",
            OperationKind::LegalHold => "legal-hold",
            OperationKind::Retention => "retention",
            OperationKind::Replicate => "replicate",
            OperationKind::Checksum => "checksum",
            OperationKind::Encrypt => "encrypt",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        OperationKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The names, for reading one of them.
const NAMES: &[&str] = &[
    "LambdaInvoke",
    "S3PutObjectCopy",
    "S3PutObjectAcl",
    "S3PutObjectTagging",
    "S3DeleteObjectTagging",
    "S3InitiateRestoreObject",
    "S3PutObjectLegalHold",
    "S3PutObjectRetention",
    "S3ReplicateObject",
    "S3ComputeObjectChecksum",
    "S3UpdateObjectEncryption",
];

impl Operation {
    pub fn kind(&self) -> OperationKind {
        match self {
            Operation::LambdaInvoke(_) => OperationKind::Lambda,
            Operation::S3PutObjectCopy(_) => OperationKind::Copy,
            Operation::S3PutObjectAcl(_) => OperationKind::Acl,
            Operation::S3PutObjectTagging(_) => OperationKind::Tag,
            Operation::S3DeleteObjectTagging(_) => OperationKind::Untag,
            Operation::S3InitiateRestoreObject(_) => OperationKind::Restore,
            Operation::S3PutObjectLegalHold(_) => OperationKind::LegalHold,
            Operation::S3PutObjectRetention(_) => OperationKind::Retention,
            Operation::S3ReplicateObject(_) => OperationKind::Replicate,
            Operation::S3ComputeObjectChecksum(_) => OperationKind::Checksum,
            Operation::S3UpdateObjectEncryption(_) => OperationKind::Encrypt,
        }
    }

    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let given = fields.one_of(NAMES);
        if given.is_none() {
            fields.fault("names no operation");
        }
        let operation = given.and_then(|(name, slot)| {
            // Which one is meant is not known, but what is wrong in each is.
            let others =
                NAMES.iter().filter(|other| **other != name).map(|other| (*other, fields.get(other)));
            for (other, slot) in others.filter(|(_, slot)| slot.is_given()) {
                Operation::of(other, &slot);
            }
            Operation::of(name, &slot)
        });
        fields.finish();
        operation
    }

    fn of(name: &str, slot: &Slot<'_, '_>) -> Option<Self> {
        Some(match OperationKind::named(name)? {
            OperationKind::Lambda => Operation::LambdaInvoke(Lambda::read(slot)?),
            OperationKind::Copy => Operation::S3PutObjectCopy(Box::new(Copy::read(slot)?)),
            OperationKind::Acl => Operation::S3PutObjectAcl(Acl::read(slot)?),
            OperationKind::Tag => Operation::S3PutObjectTagging(Tagging::read(slot)?),
            OperationKind::Untag => Operation::S3DeleteObjectTagging(nothing(slot)?),
            OperationKind::Restore => Operation::S3InitiateRestoreObject(Restore::read(slot)?),
            OperationKind::LegalHold => Operation::S3PutObjectLegalHold(LegalHold::read(slot)?),
            OperationKind::Retention => Operation::S3PutObjectRetention(Retention::read(slot)?),
            OperationKind::Replicate => Operation::S3ReplicateObject(nothing(slot)?),
            OperationKind::Checksum => Operation::S3ComputeObjectChecksum(Checksum::read(slot)?),
            OperationKind::Encrypt => Operation::S3UpdateObjectEncryption(Encrypt::read(slot)?),
        })
    }
}
