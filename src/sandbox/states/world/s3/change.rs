//! Calls that write, copy, tag and delete.

use super::describe::{encryption, etag, fields, time, version_id};
use super::{Outcome, Place};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::version::{Headers, StorageClass, Tag};
use crate::sandbox::s3::store::{Condition, Copy, errors};
use crate::sandbox::services::ServiceError;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What one DeleteObjects takes.
const MOST: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Put {
    bucket: String,
    key: String,
    body: Option<Value>,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_type: Option<String>,
    if_none_match: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    storage_class: Option<String>,
    tagging: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CopyTo {
    bucket: String,
    key: String,
    copy_source: String,
    content_type: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    metadata_directive: Option<String>,
    storage_class: Option<String>,
    tagging: Option<String>,
    tagging_directive: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Delete {
    bucket: String,
    key: String,
    version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteMany {
    bucket: String,
    delete: Objects,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Objects {
    objects: Vec<Object>,
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Object {
    key: String,
    version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutTags {
    bucket: String,
    key: String,
    version_id: Option<String>,
    tagging: TagSet,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagSet {
    tag_set: Vec<OneTag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OneTag {
    key: String,
    value: String,
}

pub fn put(account: &Account, given: Put) -> Outcome {
    let place = Place { bucket: given.bucket, key: given.key, version_id: None };
    // Text too is written as JSON, in quotes: so the service does.
    let body = given.body.map(|body| body.to_string()).unwrap_or_default();
    let class = class(given.storage_class.as_deref())?;
    let condition = match given.if_none_match.as_deref() {
        None => Condition::None,
        Some("*") => Condition::Absent,
        Some(_) => return Err(errors::not_implemented("IfNoneMatch can be * alone")),
    };
    let headers = Headers {
        content_type: given.content_type,
        cache_control: given.cache_control,
        content_disposition: given.content_disposition,
        content_encoding: given.content_encoding,
        content_language: given.content_language,
        user: given.metadata.unwrap_or_default(),
        ..Headers::default()
    };
    let version = place.write(account, body.as_bytes(), |draft| {
        draft.class = class.unwrap_or(draft.class);
        draft.condition = condition;
        draft.attributes.headers = headers;
        draft.attributes.tags = tags(given.tagging.as_deref());
    })?;
    let checksum = version.data().and_then(|data| data.checksum);
    Ok(fields(json!({
        "ChecksumCRC32": checksum.map(|checksum| checksum.digest.base64()),
        "ChecksumType": checksum.map(|_| "FULL_OBJECT"),
        "ETag": etag(&version),
        "ServerSideEncryption": encryption(&version),
        "VersionId": version_id(account, &place.bucket, version.id),
    }))
    .into())
}

pub fn copy(account: &Account, given: CopyTo) -> Outcome {
    let place = Place { bucket: given.bucket, key: given.key, version_id: None };
    let source = source(&given.copy_source)?;
    source.check(account)?;
    place.check(account)?;
    let replaces = |directive: &Option<String>| match directive.as_deref() {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(errors::invalid(format!("Unknown directive: {other}"))),
    };
    let headers = Headers {
        content_type: given.content_type,
        user: given.metadata.unwrap_or_default(),
        ..Headers::default()
    };
    let copy = Copy {
        headers: replaces(&given.metadata_directive)?.then_some(headers),
        tags: replaces(&given.tagging_directive)?.then(|| tags(given.tagging.as_deref())),
        class: class(given.storage_class.as_deref())?,
        ..Copy::default()
    };
    let copied = account.s3.store.copy(&source.target(), &place.bucket, &place.key, copy)?;
    let version = &copied.version;
    Ok(fields(json!({
        "CopyObjectResult": {"ETag": etag(version), "LastModified": time(version.modified)},
        "CopySourceVersionId": version_id(account, &source.bucket, copied.source.id),
        "ServerSideEncryption": encryption(version),
        "VersionId": version_id(account, &place.bucket, version.id),
    }))
    .into())
}

pub fn delete(account: &Account, given: Delete) -> Outcome {
    let place = Place { bucket: given.bucket, key: given.key, version_id: given.version_id };
    deleted(account, &place)
}

pub fn delete_many(account: &Account, given: DeleteMany) -> Outcome {
    if given.delete.objects.len() > MOST {
        return Err(ServiceError::new("MalformedXML", format!("DeleteObjects takes {MOST} objects at most")));
    }
    // One that is not there has no objects either.
    account.s3.store.settings(&given.bucket)?;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for Object { key, version_id } in given.delete.objects {
        let place = Place { bucket: given.bucket.clone(), key, version_id };
        match deleted(account, &place) {
            Ok(mut answer) => {
                let marker = answer.get("DeleteMarker").is_some();
                let id = answer.get_mut("VersionId").map(Value::take);
                let (made, named) = if place.version_id.is_none() { (id, None) } else { (None, id) };
                done.push(Value::from(fields(json!({
                    "DeleteMarker": marker.then_some(true),
                    "DeleteMarkerVersionId": made,
                    "Key": place.key,
                    "VersionId": named,
                }))));
            }
            Err(error) => failed.push(json!({
                "Code": error.code, "Key": place.key, "Message": error.message, "VersionId": place.version_id,
            })),
        }
    }
    if given.delete.quiet {
        done.clear();
    }
    Ok(json!({"Deleted": done, "Errors": failed}))
}

pub fn put_tags(account: &Account, given: PutTags) -> Outcome {
    let place = Place { bucket: given.bucket, key: given.key, version_id: given.version_id };
    place.check(account)?;
    let tags = given.tagging.tag_set.into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect();
    let version = account.s3.store.put_tags(&place.target(), tags)?;
    Ok(fields(json!({"VersionId": version_id(account, &place.bucket, version.id)})).into())
}

fn deleted(account: &Account, place: &Place) -> Outcome {
    place.check(account)?;
    let deleted = account.s3.store.delete(&place.target(), false)?;
    Ok(fields(json!({
        "DeleteMarker": deleted.marker.then_some(true),
        "VersionId": deleted.id.map(|id| id.to_string()),
    }))
    .into())
}

fn class(name: Option<&str>) -> Result<Option<StorageClass>, ServiceError> {
    let Some(name) = name else { return Ok(None) };
    let message = "The storage class you specified is not valid";
    let class = StorageClass::named(name);
    class.map(Some).ok_or_else(|| ServiceError::new("InvalidStorageClass", message))
}

/// `a=1&b=2`
fn tags(text: Option<&str>) -> Vec<Tag> {
    let pairs = url::form_urlencoded::parse(text.unwrap_or_default().as_bytes());
    pairs.map(|(key, value)| Tag { key: key.into_owned(), value: value.into_owned() }).collect()
}

/// `BUCKET/KEY`, with a slash in front perhaps and `?versionId=ID` behind, percent-encoded.
fn source(text: &str) -> Result<Place, ServiceError> {
    let text = text.strip_prefix('/').unwrap_or(text);
    let (path, version_id) = match text.split_once("?versionId=") {
        Some((path, id)) => (path, Some(id.to_owned())),
        None => (text, None),
    };
    let invalid =
        || errors::invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    let path = percent_decode_str(path).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.split_once('/').filter(|(_, key)| !key.is_empty()).ok_or_else(invalid)?;
    Ok(Place { bucket: bucket.to_owned(), key: key.to_owned(), version_id })
}
