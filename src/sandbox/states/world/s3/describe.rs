//! Objects as the SDK's answers have them.

use crate::sandbox::account::Account;
use crate::sandbox::s3::store::bucket::Versioning;
use crate::sandbox::s3::store::version::{StorageClass, Tag, Version, VersionId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// ISO 8601.
pub fn time(milliseconds: i64) -> Value {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string().into()
}

pub fn etag(version: &Version) -> Value {
    version.data().map(|data| format!("\"{}\"", data.etag)).into()
}

pub fn encryption(version: &Version) -> &'static str {
    match &version.attributes().encryption {
        None => "AES256",
        Some(kms) if kms.dsse => "aws:kms:dsse",
        Some(_) => "aws:kms",
    }
}

/// None in a bucket that has never had versions.
pub fn version_id(account: &Account, bucket: &str, id: VersionId) -> Option<String> {
    let settings = account.s3.store.settings(bucket).ok()?;
    (settings.versioning != Versioning::Off).then(|| id.to_string())
}

/// What GetObject and HeadObject say besides the bytes.
pub fn object(account: &Account, bucket: &str, version: &Version) -> Map<String, Value> {
    let attributes = version.attributes();
    let headers = &attributes.headers;
    let class = version.data().map(|data| data.class).filter(|class| *class != StorageClass::Standard);
    let tags = Some(attributes.tags.len()).filter(|count| *count > 0);
    fields(json!({
        "AcceptRanges": "bytes",
        "CacheControl": headers.cache_control,
        "ContentDisposition": headers.content_disposition,
        "ContentEncoding": headers.content_encoding,
        "ContentLanguage": headers.content_language,
        "ContentLength": version.size(),
        "ContentType": headers.content_type.as_deref().unwrap_or("binary/octet-stream"),
        "ETag": etag(version),
        "Expires": headers.expires.map(time),
        "LastModified": time(version.modified),
        "Metadata": headers.user,
        "ServerSideEncryption": encryption(version),
        "StorageClass": class.map(StorageClass::name),
        "TagCount": tags,
        "VersionId": version_id(account, bucket, version.id),
        "WebsiteRedirectLocation": headers.redirect,
    }))
}

pub fn tag_set(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect()
}

/// The members of an answer, without those that it does not have.
pub fn fields(answer: Value) -> Map<String, Value> {
    match answer {
        Value::Object(mut fields) => {
            fields.retain(|_, field| !field.is_null());
            fields
        }
        _ => Map::new(),
    }
}
