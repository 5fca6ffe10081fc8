//! Who may do what: signatures are checked against the sandbox's one key, and every operation that is signed is held
//! against what the sandbox denies, and how often it answers. Owns which actions an operation needs.

use super::super::account::Account;
use super::super::services::ServiceError;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use std::sync::Arc;
use std::time::Instant;

/// The sandbox's one key.
pub struct Keys {
    pub access_key_id: String,
    pub secret_access_key: SecretKey,
}

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == self.access_key_id {
            return Ok(self.secret_access_key.clone());
        }
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Err(s3_error!(InvalidAccessKeyId, "{message}"))
    }
}

pub struct Access;

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let account = context.extensions_mut().get::<Arc<Account>>().cloned();
        let account = account.ok_or_else(|| s3_error!(InternalError, "the request has no account"))?;
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        // A key of the sandbox is a long-term one; a session token with it belongs to somebody else.
        if context.headers().contains_key("x-amz-security-token") {
            return Err(s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid."));
        }
        if account.sessions.credentials_have_expired() {
            return Err(s3_error!(ExpiredToken, "The provided token has expired."));
        }
        if !account.call_rate.allows(Instant::now()) {
            return Err(s3_error!(SlowDown, "Please reduce your request rate."));
        }
        authorize(&account, context)
    }
}

fn authorize(account: &Account, context: &S3AccessContext<'_>) -> S3Result<()> {
    let query = context.uri().query().unwrap_or_default();
    let versioned = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "versionId");
    let resource = arn(context.s3_path());
    for action in actions(context.s3_op().name(), versioned) {
        account.authorize(action, &resource).map_err(denial)?;
    }
    let source = context.headers().get("x-amz-copy-source").and_then(|source| source.to_str().ok());
    if let Some(source) = source {
        let (place, version) = source.split_once("?versionId=").unwrap_or((source, ""));
        let place = percent_encoding::percent_decode_str(place.trim_start_matches('/')).decode_utf8_lossy();
        let action = if version.is_empty() { "s3:GetObject" } else { "s3:GetObjectVersion" };
        account.authorize(action, &format!("arn:aws:s3:::{place}")).map_err(denial)?;
    }
    Ok(())
}

pub fn denial(error: ServiceError) -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, error.message)
}

fn arn(path: &S3Path) -> String {
    match path {
        S3Path::Root => "*".to_owned(),
        S3Path::Bucket { bucket } => format!("arn:aws:s3:::{bucket}"),
        S3Path::Object { bucket, key } => format!("arn:aws:s3:::{bucket}/{key}"),
    }
}

/// What a caller must be allowed to do for an operation. One that is not here is not implemented, and says so.
fn actions(operation: &str, versioned: bool) -> &'static [&'static str] {
    match (operation, versioned) {
        ("AbortMultipartUpload", _) => &["s3:AbortMultipartUpload"],
        ("CompleteMultipartUpload" | "CreateMultipartUpload" | "PutObject" | "UploadPart", _)
        | ("CopyObject" | "UploadPartCopy", _) => &["s3:PutObject"],
        ("CreateBucket", _) => &["s3:CreateBucket"],
        ("DeleteBucket", _) => &["s3:DeleteBucket"],
        ("DeleteBucketReplication" | "PutBucketReplication", _) => &["s3:PutReplicationConfiguration"],
        ("DeleteObject", false) => &["s3:DeleteObject"],
        ("DeleteObject", true) => &["s3:DeleteObjectVersion"],
        ("DeleteObjectTagging", false) => &["s3:DeleteObjectTagging"],
        ("DeleteObjectTagging", true) => &["s3:DeleteObjectVersionTagging"],
        ("GetBucketEncryption", _) => &["s3:GetEncryptionConfiguration"],
        ("GetBucketLocation", _) => &["s3:GetBucketLocation"],
        ("GetBucketOwnershipControls", _) => &["s3:GetBucketOwnershipControls"],
        ("GetBucketReplication", _) => &["s3:GetReplicationConfiguration"],
        ("GetBucketVersioning", _) => &["s3:GetBucketVersioning"],
        ("GetObject" | "HeadObject", false) => &["s3:GetObject"],
        ("GetObject" | "HeadObject", true) => &["s3:GetObjectVersion"],
        ("GetObjectAcl", false) => &["s3:GetObjectAcl"],
        ("GetObjectAcl", true) => &["s3:GetObjectVersionAcl"],
        ("GetObjectAttributes", false) => &["s3:GetObject", "s3:GetObjectAttributes"],
        ("GetObjectAttributes", true) => &["s3:GetObjectVersion", "s3:GetObjectVersionAttributes"],
        ("GetObjectLegalHold", _) => &["s3:GetObjectLegalHold"],
        ("GetObjectLockConfiguration", _) => &["s3:GetBucketObjectLockConfiguration"],
        ("GetObjectRetention", _) => &["s3:GetObjectRetention"],
        ("GetObjectTagging", false) => &["s3:GetObjectTagging"],
        ("GetObjectTagging", true) => &["s3:GetObjectVersionTagging"],
        ("HeadBucket" | "ListObjects" | "ListObjectsV2", _) => &["s3:ListBucket"],
        ("ListBuckets", _) => &["s3:ListAllMyBuckets"],
        ("ListMultipartUploads", _) => &["s3:ListBucketMultipartUploads"],
        ("ListObjectVersions", _) => &["s3:ListBucketVersions"],
        ("ListParts", _) => &["s3:ListMultipartUploadParts"],
        ("PutBucketEncryption", _) => &["s3:PutEncryptionConfiguration"],
        ("PutBucketOwnershipControls", _) => &["s3:PutBucketOwnershipControls"],
        ("PutBucketVersioning", _) => &["s3:PutBucketVersioning"],
        ("PutObjectAcl", false) => &["s3:PutObjectAcl"],
        ("PutObjectAcl", true) => &["s3:PutObjectVersionAcl"],
        ("PutObjectLegalHold", _) => &["s3:PutObjectLegalHold"],
        ("PutObjectLockConfiguration", _) => &["s3:PutBucketObjectLockConfiguration"],
        ("PutObjectRetention", _) => &["s3:PutObjectRetention"],
        ("PutObjectTagging", false) => &["s3:PutObjectTagging"],
        ("PutObjectTagging", true) => &["s3:PutObjectVersionTagging"],
        ("RestoreObject", _) => &["s3:RestoreObject"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::policy;

    #[test]
    fn every_action_can_be_denied() {
        let source = include_str!("access.rs");
        let named: Vec<&str> = source
            .split('"')
            .filter(|word| word.strip_prefix("s3:").is_some_and(|rest| rest.len() > 3))
            .collect();
        assert!(named.len() > 40);
        for action in named {
            assert!(policy::ACTIONS.contains(&action), "{action}");
        }
    }
}
