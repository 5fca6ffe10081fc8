//! Who may do what: signatures are checked against the keys that the sandbox knows, and every operation that is signed
//! is held against what the sandbox denies, and how often it answers. Owns which actions an operation needs.

use super::Caller;
use super::gateway::Gateway;
use super::store::{Store, Target};
use crate::sandbox::account::Account;
use crate::sandbox::principals::Principals;
use crate::sandbox::services::ServiceError;
use crate::sandbox::sigv4::Refusal;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// The keys that the sandbox knows. What else a key needs is looked at when it has signed.
pub struct Keys(pub Arc<Principals>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if let Some(key) = self.0.get(access_key) {
            return Ok(key.secret_access_key().into());
        }
        Err(unknown_key())
    }
}

fn unknown_key() -> S3Error {
    s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records.")
}

pub struct Access(pub Gateway);

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let caller = caller(context.extensions_mut())?.clone();
        let signed = context.credentials().is_some();
        admit(&caller, signed)?;
        let operation = context.s3_op().name();
        let place = context.s3_path();
        // Where a bucket is can be asked from everywhere, and one that is made is nowhere yet.
        if let Some(bucket) =
            place.get_bucket_name().filter(|_| !matches!(operation, "CreateBucket" | "GetBucketLocation"))
        {
            check_region(self.0.store(), bucket, &caller.region)?;
        }
        let fields: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            url::form_urlencoded::parse(context.uri().query().unwrap_or_default().as_bytes()).collect();
        let field =
            |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_ref());
        for action in actions(operation, field("versionId").is_some()) {
            caller.account.authorize(action, &arn(place)).map_err(denial)?;
            let (bucket, key) = (place.get_bucket_name().unwrap_or_default(), place.get_object_key());
            check_prefix(self.0.store(), &caller.account, action, bucket, key.or(field("prefix")))?;
        }
        let source = context.headers().get("x-amz-copy-source").and_then(|source| source.to_str().ok());
        if let Some(source) = source {
            let (place, version) = source.split_once("?versionId=").unwrap_or((source, ""));
            let place = percent_decode_str(place.strip_prefix('/').unwrap_or(place)).decode_utf8_lossy();
            let action = if version.is_empty() { "s3:GetObject" } else { "s3:GetObjectVersion" };
            caller.account.authorize(action, &format!("arn:aws:s3:::{place}")).map_err(denial)?;
            let (bucket, key) = place.split_once('/').unwrap_or((&place, ""));
            check_prefix(self.0.store(), &caller.account, action, bucket, Some(key))?;
        }
        Ok(())
    }
}

fn caller(extensions: &Extensions) -> S3Result<&Caller> {
    extensions.get().ok_or_else(|| s3_error!(InternalError, "the request has no caller"))
}

/// Whether the sandbox answers at all.
fn admit(caller: &Caller, signed: bool) -> S3Result<()> {
    let account = &caller.account;
    if !signed {
        return Err(s3_error!(AccessDenied, "Access Denied"));
    }
    let expired = account.sessions.credentials_have_expired();
    match &caller.refusal {
        None if !expired => {}
        None | Some(Refusal::Expired) => {
            return Err(s3_error!(ExpiredToken, "The provided token has expired."));
        }
        Some(_) if !caller.has_token => return Err(unknown_key()),
        Some(_) => {
            return Err(s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid."));
        }
    }
    let now = Instant::now();
    if !account.call_rate.allows(now) || !account.s3.rate.allows(now) {
        return Err(s3_error!(SlowDown, "Please reduce your request rate."));
    }
    Ok(())
}

/// A bucket is reached by the endpoint of its region alone; the region of an endpoint is the one that is signed.
fn check_region(store: &Store, bucket: &str, signed: &str) -> S3Result<()> {
    // That there is no such bucket is told by the operation.
    let Some(region) =
        store.settings(bucket).ok().map(|settings| settings.region).filter(|region| region != signed)
    else {
        return Ok(());
    };
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send \
                   all future requests to this endpoint.";
    let mut error = s3_error!(PermanentRedirect, "{message}");
    error.set_status_code(StatusCode::MOVED_PERMANENTLY);
    let mut headers = HeaderMap::new();
    if let Ok(region) = HeaderValue::from_str(&region) {
        headers.insert("x-amz-bucket-region", region);
    }
    error.set_headers(headers);
    Err(error)
}

/// What nobody may touch below a bucket's denied prefixes, or list.
fn check_prefix(
    store: &Store,
    account: &Account,
    action: &str,
    bucket: &str,
    key: Option<&str>,
) -> S3Result<()> {
    let denied = key.filter(|key| store.settings(bucket).is_ok_and(|settings| settings.denies(key)));
    let Some(key) = denied else { return Ok(()) };
    let resource = match action {
        "s3:ListBucket" | "s3:ListBucketVersions" => format!("arn:aws:s3:::{bucket}"),
        _ => format!("arn:aws:s3:::{bucket}/{key}"),
    };
    let caller = account.identity.arn();
    Err(s3_error!(
        AccessDenied,
        "User: {caller} is not authorized to perform: {action} on resource: {resource} with an explicit deny in a \
         resource-based policy"
    ))
}

/// The same for the list of versions, which is no operation of the protocol's library.
pub fn check_versions(
    store: &Store,
    extensions: &Extensions,
    signed: bool,
    bucket: &str,
    uri: &Uri,
) -> S3Result<()> {
    let caller = caller(extensions)?;
    admit(caller, signed)?;
    check_region(store, bucket, &caller.region)?;
    let action = "s3:ListBucketVersions";
    caller.account.authorize(action, &format!("arn:aws:s3:::{bucket}")).map_err(denial)?;
    let query = uri.query().unwrap_or_default();
    let prefix = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "prefix");
    check_prefix(store, &caller.account, action, bucket, prefix.as_ref().map(|(_, prefix)| prefix.as_ref()))
}

/// Whether the caller may step over a retention of mode GOVERNANCE.
pub fn check_bypass(account: &Account, place: &Target<'_>, bypass: bool) -> S3Result<()> {
    if !bypass {
        return Ok(());
    }
    let resource = format!("arn:aws:s3:::{}/{}", place.bucket, place.key);
    account.authorize("s3:BypassGovernanceRetention", &resource).map_err(denial)
}

/// One of several deletions in a request.
pub fn check_delete(
    gateway: &Gateway,
    account: &Account,
    place: &Target<'_>,
    bypass: bool,
) -> Result<(), ServiceError> {
    let action = if place.version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    let resource = format!("arn:aws:s3:::{}/{}", place.bucket, place.key);
    let allowed = account.authorize(action, &resource).map_err(denial);
    let allowed = allowed
        .and_then(|()| check_prefix(gateway.store(), account, action, place.bucket, Some(place.key)))
        .and_then(|()| check_bypass(account, place, bypass));
    allowed.map_err(|error| {
        ServiceError::new("AccessDenied", error.message().unwrap_or("Access Denied").to_owned())
    })
}

fn denial(error: ServiceError) -> S3Error {
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
        ("GetBucketAcl", _) => &["s3:GetBucketAcl"],
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
