//! `[[buckets]]` and `[s3]` of `sandbox.toml`: what a sandbox has in S3 from the first, and how S3 answers.

use super::S3Settings;
use crate::input::toml::{Reader, Section, boolean, choice, integer, text, text_where};
use crate::sandbox::s3::store::FirstBucket;
use crate::sandbox::s3::store::bucket::{BucketSettings, Ownership, Versioning};
use crate::sandbox::s3::store::check_tags;
use crate::sandbox::s3::store::fill::{Fill, NUMBER};
use crate::sandbox::s3::store::version::{STORAGE_CLASSES, StorageClass, Tag};
use s3s::path::check_bucket_name;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;

const OWNERSHIPS: &[(&str, Ownership)] = &[
    ("BucketOwnerEnforced", Ownership::BucketOwnerEnforced),
    ("BucketOwnerPreferred", Ownership::BucketOwnerPreferred),
    ("ObjectWriter", Ownership::ObjectWriter),
];
const VERSIONINGS: &[(&str, Versioning)] =
    &[("off", Versioning::Off), ("enabled", Versioning::Enabled), ("suspended", Versioning::Suspended)];
/// What a sandbox can make in a moment and keep in memory.
const MOST_OBJECTS: u64 = 10_000_000;
/// The largest object of S3.
const LARGEST: u64 = 5 << 40;

/// A few buckets to begin with: some data, a place for reports, one for manifests and one for copies.
pub fn default(region: &str) -> Vec<FirstBucket> {
    let bucket = |name: &str, versioning, fill| FirstBucket {
        name: name.to_owned(),
        settings: BucketSettings { versioning, ..BucketSettings::new(region) },
        fill,
    };
    let archived = Fill { class: StorageClass::Glacier, ..Fill::new("archive/2024.tar", "old\n") };
    let tagged = Fill {
        tags: vec![Tag { key: "team".into(), value: "blue".into() }],
        ..Fill::new("reports/summer 2026.csv", "region,total\neu,7\n")
    };
    let logs = Fill { count: 20, ..Fill::new("logs/{n}.txt", "a line of a log\n") };
    let data = vec![logs, tagged, Fill::new("reports/a+b, 100%.csv", "a,b\n1,2\n"), archived];
    vec![
        bucket("rehearsal-data", Versioning::Off, data),
        bucket("rehearsal-manifests", Versioning::Off, Vec::new()),
        bucket("rehearsal-reports", Versioning::Off, Vec::new()),
        bucket("rehearsal-target", Versioning::Enabled, Vec::new()),
    ]
}

pub fn buckets(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>, region: &str) -> Vec<FirstBucket> {
    let Some(array) = value.get_ref().as_array() else {
        reader.mistake(&value.span(), "`buckets` must be tables: [[buckets]]");
        return Vec::new();
    };
    let mut buckets: Vec<FirstBucket> = Vec::new();
    let mut room = MOST_OBJECTS;
    for item in array.iter() {
        let Some(table) = item.get_ref().as_table() else {
            reader.mistake(&item.span(), "`buckets` must be tables: [[buckets]]");
            continue;
        };
        let Some(bucket) = bucket(reader, Section::new(table), item, region) else { continue };
        if buckets.iter().any(|other| other.name == bucket.name) {
            reader.mistake(&item.span(), format!("there is another bucket called `{}`", bucket.name));
        }
        let objects = bucket.fill.iter().map(|fill| u64::from(fill.count)).sum();
        if objects > room {
            let message = format!("a sandbox begins with at most {MOST_OBJECTS} objects");
            reader.mistake(&item.span(), message);
        }
        room = room.saturating_sub(objects);
        buckets.push(bucket);
    }
    buckets
}

fn bucket(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
    region: &str,
) -> Option<FirstBucket> {
    let unnamed = section.get("name").is_none();
    let expected = "3 to 63 lower-case letters, digits, dots or dashes, as S3 allows them";
    let name = section.value(reader, "name", text_where(expected, check_bucket_name));
    if unnamed {
        reader.mistake(&item.span(), "a bucket needs a `name`");
    }
    let expected = "a region such as \"eu-west-1\"";
    let own_region = section.value(reader, "region", text_where(expected, super::sections::is_region));
    let mut settings = BucketSettings::new(own_region.as_deref().unwrap_or(region));
    let versioning = section.value(reader, "versioning", choice(VERSIONINGS));
    settings.object_lock = section.value(reader, "object_lock", boolean).unwrap_or_default();
    if settings.object_lock && versioning.is_some_and(|versioning| versioning != Versioning::Enabled) {
        let span = section.get("versioning").map_or(item.span(), Spanned::span);
        reader.mistake(&span, "a bucket with `object_lock` has `versioning = \"enabled\"`");
    }
    let implied = if settings.object_lock { Versioning::Enabled } else { Versioning::Off };
    settings.versioning = versioning.unwrap_or(implied);
    settings.ownership = section.value(reader, "ownership", choice(OWNERSHIPS)).unwrap_or_default();
    if let Some(value) = section.get("denied_prefixes") {
        settings.denied_prefixes = prefixes(reader, value);
    }
    let mut fill = Vec::new();
    if let Some(value) = section.get("objects") {
        fill = objects(reader, value);
    }
    section.finish(reader);
    name.map(|name| FirstBucket { name, settings, fill })
}

fn prefixes(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Vec<String> {
    let Some(array) = value.get_ref().as_array() else {
        reader.mistake(&value.span(), "`denied_prefixes` must be a list, as [\"secret/\"]");
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in array.iter() {
        match text(item.get_ref()) {
            Ok(prefix) if !prefix.is_empty() => found.push(prefix),
            _ => reader.mistake(&item.span(), "a prefix must be text, as \"secret/\""),
        }
    }
    found
}

fn objects(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Vec<Fill> {
    let example = "`objects` must be a list of tables, as [{ key = \"a.txt\", body = \"text\" }]";
    let Some(array) = value.get_ref().as_array() else {
        reader.mistake(&value.span(), example);
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in array.iter() {
        match item.get_ref().as_table() {
            Some(table) => found.extend(object(reader, Section::new(table), item)),
            None => reader.mistake(&item.span(), example),
        }
    }
    found
}

fn object(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
) -> Option<Fill> {
    if section.get("key").is_none() {
        reader.mistake(&item.span(), "an object needs a `key`");
    }
    let is_key = |key: &str| (1..=1024).contains(&key.len());
    let key = section.value(reader, "key", text_where("a key of 1 to 1024 bytes", is_key));
    let mut fill = Fill::new(key.as_deref().unwrap_or_default(), "");
    let count = section.value(reader, "count", integer(1..=MOST_OBJECTS));
    fill.count = count.and_then(|count| count.try_into().ok()).unwrap_or(1);
    fill.body = section.value(reader, "body", text).unwrap_or_default();
    fill.size = section.value(reader, "size", integer(0..=LARGEST));
    if fill.size.is_some()
        && let Some(body) = section.get("body")
    {
        reader.mistake(&body.span(), "an object has a `body` or a `size` that it pretends, not both");
    }
    let class = section.value(reader, "storage_class", |value| {
        let names = STORAGE_CLASSES.map(|class| format!("\"{}\"", class.name())).join(", ");
        let class = value.as_str().and_then(StorageClass::named);
        class.ok_or_else(|| format!("one of {names}"))
    });
    fill.class = class.unwrap_or(StorageClass::Standard);
    fill.content_type = section.value(reader, "content_type", text);
    if let Some(value) = section.get("tags") {
        fill.tags = tags(reader, value);
    }
    section.finish(reader);
    if key.as_ref().is_some_and(|key| fill.count > 1 && !key.contains(NUMBER)) {
        let message = format!("the `key` of several objects has {NUMBER} for their number");
        reader.mistake(&item.span(), message);
    }
    key.map(|_| fill)
}

fn tags(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Vec<Tag> {
    let Some(table) = value.get_ref().as_table() else {
        reader.mistake(&value.span(), "`tags` must be a table, as { team = \"blue\" }");
        return Vec::new();
    };
    let mut tags = Vec::new();
    for (key, value) in table {
        match text(value.get_ref()) {
            Ok(value) => tags.push(Tag { key: key.get_ref().to_string(), value }),
            Err(_) => reader.mistake(&value.span(), "the value of a tag must be text"),
        }
    }
    if let Err(error) = check_tags(&tags) {
        reader.mistake(&value.span(), error.message);
    }
    tags
}

pub fn s3(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> S3Settings {
    let latency = section.value(reader, "latency_ms", integer(0..=60_000));
    let slow_down = section.value(reader, "slow_down_per_s", integer(1..=1_000_000));
    let restore = section.value(reader, "restore_ms", integer(0..=86_400_000));
    section.finish(reader);
    S3Settings {
        latency: Duration::from_millis(latency.unwrap_or_default()),
        slow_down_per_s: slow_down.and_then(|limit| limit.try_into().ok()),
        restore: Duration::from_millis(restore.unwrap_or_default()),
    }
}
