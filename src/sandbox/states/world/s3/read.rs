//! Calls that change nothing.

use super::describe::{etag, fields, object, tag_set, time, version_id};
use super::{Outcome, Place, denied};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::errors;
use crate::sandbox::s3::store::list::{self, Item, Query};
use opsctl_engine::asl::PAYLOAD_LIMIT;
use serde::Deserialize;
use serde_json::json;

/// A page has at most so many entries, whatever is asked for.
const MOST: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Get {
    bucket: String,
    key: String,
    version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct List {
    bucket: String,
    #[serde(default)]
    prefix: String,
    delimiter: Option<String>,
    max_keys: Option<usize>,
    start_after: Option<String>,
    continuation_token: Option<String>,
}

impl Get {
    fn place(self) -> Place {
        Place { bucket: self.bucket, key: self.key, version_id: self.version_id }
    }
}

pub fn get(account: &Account, given: Get) -> Outcome {
    let place = given.place();
    place.check(account)?;
    // One byte more than a result may have says already that it is too large.
    let (version, mut reader) = account.s3.store.open_object(&place.target(), 0, PAYLOAD_LIMIT as u64 + 1)?;
    let mut body = Vec::new();
    while let Some(chunk) = reader.next_chunk().map_err(errors::disk)? {
        body.extend_from_slice(&chunk);
    }
    let mut answer = object(account, &place.bucket, &version);
    answer.insert("Body".to_owned(), String::from_utf8_lossy(&body).into());
    Ok(answer.into())
}

pub fn head(account: &Account, given: Get) -> Outcome {
    let place = given.place();
    place.check(account)?;
    let version = account.s3.store.head(&place.target())?;
    Ok(object(account, &place.bucket, &version).into())
}

pub fn tags(account: &Account, given: Get) -> Outcome {
    let place = given.place();
    place.check(account)?;
    let version = account.s3.store.head(&place.target())?;
    Ok(fields(json!({
        "TagSet": tag_set(&version.attributes().tags),
        "VersionId": version_id(account, &place.bucket, version.id),
    }))
    .into())
}

pub fn list(account: &Account, given: List) -> Outcome {
    let store = &account.s3.store;
    if store.settings(&given.bucket)?.denies(&given.prefix) {
        return Err(denied());
    }
    let most = given.max_keys.unwrap_or(MOST).min(MOST);
    let mut query = Query {
        prefix: &given.prefix,
        delimiter: given.delimiter.as_deref(),
        after: list::Place::Start,
        most,
    };
    query.after = match (&given.continuation_token, &given.start_after) {
        (Some(token), _) => list::Place::of_token(token)
            .ok_or_else(|| errors::invalid("The continuation token provided is incorrect"))?,
        (None, Some(key)) => list::Place::after(&query, key),
        (None, None) => list::Place::Start,
    };
    let page = store.list(&given.bucket, &query)?;
    let count = page.items.len();
    let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
    for item in page.items {
        match item {
            Item::Prefix(prefix) => prefixes.push(json!({"Prefix": prefix})),
            Item::Object { key, version } => contents.push(json!({
                "ETag": etag(&version),
                "Key": key,
                "LastModified": time(version.modified),
                "Size": version.size(),
                "StorageClass": version.data().map(|data| data.class.name()),
            })),
        }
    }
    Ok(fields(json!({
        "CommonPrefixes": prefixes,
        "Contents": contents,
        "ContinuationToken": given.continuation_token,
        "Delimiter": given.delimiter,
        "IsTruncated": page.next.is_some(),
        "KeyCount": count,
        "MaxKeys": most,
        "Name": given.bucket,
        "NextContinuationToken": page.next.map(|next| next.token()),
        "Prefix": given.prefix,
        "StartAfter": given.start_after,
    }))
    .into())
}
