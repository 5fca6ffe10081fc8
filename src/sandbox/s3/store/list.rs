//! Pages of lists: the objects of a bucket, and all their versions, in the order of their keys. A page costs what is on
//! it, however large the bucket is.

use super::bucket::{Bucket, behind};
use super::version::{Version, VersionId};
use crate::sandbox::services::ServiceError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::ops::Bound;
use std::sync::Arc;

/// So many keys are looked at for a page; a page of a bucket full of delete markers may end before it is full.
const SCAN_LIMIT: usize = 20_000;

/// Where a page begins: behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Start,
    Key(String),
    /// Everything that begins so.
    Prefix(String),
    /// In the middle of a key's versions.
    Version(String, VersionId),
}

impl Place {
    /// Behind a marker; one that is a rolled up prefix is behind everything it stands for.
    pub fn after(query: &Query<'_>, marker: &str) -> Self {
        match rolled_up_prefix(query, marker) {
            Some(prefix) if prefix == marker => Place::Prefix(marker.to_owned()),
            _ if marker.is_empty() => Place::Start,
            _ => Place::Key(marker.to_owned()),
        }
    }

    /// Opaque to clients.
    pub fn token(&self) -> String {
        let text = match self {
            Place::Start => String::new(),
            Place::Key(key) | Place::Version(key, _) => format!("k{key}"),
            Place::Prefix(prefix) => format!("p{prefix}"),
        };
        URL_SAFE_NO_PAD.encode(text)
    }

    /// None: nobody was given it.
    pub fn of_token(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        match text.split_at_checked(1)? {
            ("k", key) => Some(Place::Key(key.to_owned())),
            ("p", prefix) if !prefix.is_empty() => Some(Place::Prefix(prefix.to_owned())),
            _ => None,
        }
    }
}

pub struct Query<'a> {
    pub prefix: &'a str,
    /// Keys that have it behind the prefix are rolled up.
    pub delimiter: Option<&'a str>,
    pub after: Place,
    pub most: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Object { key: String, version: Arc<Version> },
    Prefix(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionItem {
    Version { key: String, version: Arc<Version>, latest: bool },
    Prefix(String),
}

#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

pub fn objects(bucket: &Bucket, query: &Query<'_>) -> Page<Item> {
    let one = |key: &str, versions: &[Arc<Version>], _: Option<VersionId>| {
        let newest = versions.first().filter(|version| version.data().is_some());
        newest
            .map(|version| Item::Object { key: key.to_owned(), version: Arc::clone(version) })
            .into_iter()
            .collect()
    };
    walk(bucket, query, one, Item::Prefix, |item| match item {
        Item::Object { key, .. } => Place::Key(key.clone()),
        Item::Prefix(prefix) => Place::Prefix(prefix.clone()),
    })
}

pub fn versions(bucket: &Bucket, query: &Query<'_>) -> Result<Page<VersionItem>, ServiceError> {
    if let Place::Version(key, id) = &query.after
        && bucket.find(key, *id).is_none()
        && !bucket.versions(key).is_empty()
    {
        return Err(super::errors::invalid_version());
    }
    let all = |key: &str, versions: &[Arc<Version>], behind: Option<VersionId>| {
        let skipped = behind.and_then(|id| versions.iter().position(|version| version.id == id));
        let items = versions.iter().enumerate().skip(skipped.map_or(0, |index| index + 1));
        items
            .map(|(index, version)| VersionItem::Version {
                key: key.to_owned(),
                version: Arc::clone(version),
                latest: index == 0,
            })
            .collect()
    };
    Ok(walk(bucket, query, all, VersionItem::Prefix, |item| match item {
        VersionItem::Version { key, version, .. } => Place::Version(key.clone(), version.id),
        VersionItem::Prefix(prefix) => Place::Prefix(prefix.clone()),
    }))
}

/// `entries`: what a key contributes, behind one of its versions if that is given.
fn walk<T>(
    bucket: &Bucket,
    query: &Query<'_>,
    entries: impl Fn(&str, &[Arc<Version>], Option<VersionId>) -> Vec<T>,
    rolled_up: impl Fn(String) -> T,
    place: impl Fn(&T) -> Place,
) -> Page<T> {
    let mut page = Page { items: Vec::new(), next: None };
    if query.most == 0 {
        return page;
    }
    let mut start = first(query);
    let mut within = match &query.after {
        Place::Version(key, id) => Some((key.as_str(), *id)),
        _ => None,
    };
    let mut scanned = 0;
    // Each round ends with the keys, with the page, or with a prefix whose other keys are jumped over.
    'jump: loop {
        let bound = match &start {
            (place, true) => Bound::Included(place.as_slice()),
            (place, false) => Bound::Excluded(place.as_slice()),
        };
        let mut passed: Option<&str> = None;
        for (key, versions) in bucket.from(bound) {
            if !key.starts_with(query.prefix) {
                return page;
            }
            if scanned == SCAN_LIMIT {
                let last = || page.items.last().map(&place);
                page.next = passed.map(|key| Place::Key(key.to_owned())).or_else(last);
                return page;
            }
            scanned += 1;
            let behind_version = within.take().filter(|(marker, _)| *marker == key).map(|(_, id)| id);
            let found = entries(key, versions, behind_version);
            passed = Some(key);
            let Some(prefix) = rolled_up_prefix(query, key).filter(|_| !found.is_empty()) else {
                for item in found {
                    if page.items.len() == query.most {
                        page.next = page.items.last().map(&place);
                        return page;
                    }
                    page.items.push(item);
                }
                continue;
            };
            if page.items.len() == query.most {
                page.next = page.items.last().map(&place);
                return page;
            }
            page.items.push(rolled_up(prefix.to_owned()));
            start = (behind(prefix), true);
            continue 'jump;
        }
        return page;
    }
}

/// The first place to look at, and whether it counts itself.
fn first(query: &Query<'_>) -> (Vec<u8>, bool) {
    let after = match &query.after {
        Place::Start => (Vec::new(), true),
        Place::Key(key) => (key.as_bytes().to_vec(), false),
        Place::Prefix(prefix) => (behind(prefix), true),
        Place::Version(key, _) => (key.as_bytes().to_vec(), true),
    };
    if query.prefix.as_bytes() > after.0.as_slice() {
        (query.prefix.as_bytes().to_vec(), true)
    } else {
        after
    }
}

/// What stands for a key when everything up to the delimiter is one entry.
pub fn rolled_up_prefix<'a>(query: &Query<'_>, key: &'a str) -> Option<&'a str> {
    let delimiter = query.delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let rest = key.get(query.prefix.len()..)?;
    key.get(..query.prefix.len() + rest.find(delimiter)? + delimiter.len())
}
