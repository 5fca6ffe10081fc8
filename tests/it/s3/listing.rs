//! `opsctl s3 manifest build` from live listings: every object once and in order, whatever S3 does.

use std::collections::BTreeMap;
use std::time::Duration;

use opsctl_engine::manifest::{Columns, ManifestReader, key};

use crate::support::bucket::{BUCKET, Bucket, Settings, Version};
use crate::support::{Ran, Sealed};

pub fn sealed(bucket: &Bucket) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", bucket.endpoint.as_str());
    sealed
}

pub fn build(sealed: &Sealed, sources: &[&str], more: &[&str]) -> Ran {
    let to = sealed.path("manifest.csv");
    let to = to.to_str().unwrap();
    sealed.run(["s3", "manifest", "build"].iter().chain(sources).chain(&["--to", to]).chain(more))
}

pub fn manifest(sealed: &Sealed) -> String {
    std::fs::read_to_string(sealed.path("manifest.csv")).unwrap()
}

/// Keys and versions of a manifest.
fn rows(text: &str, versions: bool) -> Vec<(String, Option<String>)> {
    let mut reader = ManifestReader::new(text.as_bytes(), Columns::usual(versions));
    let mut rows = Vec::new();
    while let Some(record) = reader.read().unwrap() {
        assert_eq!(record.bucket, BUCKET);
        rows.push((record.key.to_owned(), record.version_id.map(str::to_owned)));
    }
    rows
}

/// Flat, nested, and in a folder far down, in the order of their bytes.
pub fn many() -> Vec<String> {
    let flat = (0..400).map(|n| format!("flat-{:06}", n * 37));
    let nested =
        (0..600).map(|n| format!("logs/2026/{:02}/{:02}/host-{}.gz", n / 50 + 1, n / 5 % 10 + 1, n % 5));
    let deep = (0..500).map(|n| format!("z/very/far/down/{n:04}"));
    let mut keys: Vec<String> = flat.chain(nested).chain(deep).collect();
    keys.sort();
    keys
}

pub fn plain(keys: &[String]) -> String {
    let mut text = Vec::new();
    for key in keys {
        text.extend_from_slice(format!("{BUCKET},").as_bytes());
        key::encode(key, &mut text);
        text.push(b'\n');
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn every_object_is_listed_once_and_in_order() {
    let keys = many();
    let settings = Settings { page: 20, latency: Duration::from_millis(2), ..Settings::default() };
    let bucket = Bucket::of(keys.iter().map(String::as_str), settings);
    let sealed = sealed(&bucket);
    let ran = build(&sealed, &["s3://data-1"], &["-o", "json"]).expect(0);
    assert!(manifest(&sealed) == plain(&keys), "{ran:?}");
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&answer["kind"], &answer["item"]["rows"]), (&"s3.manifest".into(), &1500.into()));
    assert_eq!(answer["item"]["bytes"], manifest(&sealed).len());
    assert_eq!(ran.stderr, "");
    // More than one range was listed at a time, and nothing is left behind.
    let split = bucket.log().iter().filter(|line| line.contains("start-after")).count();
    assert!(split > 10, "{split} ranges");
    let left = std::fs::read_dir(sealed.path("home/.local/state/opsctl/builds")).unwrap().count();
    assert_eq!(left, 0);
    build(&sealed, &["s3://data-1/logs/2026/03/"], &["--quiet"]).expect(0);
    let third: Vec<String> = keys.into_iter().filter(|key| key.starts_with("logs/2026/03/")).collect();
    assert_eq!(manifest(&sealed), plain(&third));
}

#[test]
fn nasty_keys_come_through() {
    let mut keys = vec![
        " ",
        "a b",
        "a+b",
        "a%20b",
        "a,b",
        "a\"b",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "\u{1}\u{1f}",
        "\u{7f}",
        "é",
        "e\u{301}",
        "//x",
        "x//",
        "<&>",
        "{\"key\": 1}",
        "null",
        "😀/\u{10ffff}",
        "\u{d7ff}",
        "\u{e000}",
        "'",
        "a\\b",
        "%",
        "%zz",
        "..",
        "./a",
    ];
    let long = "ü".repeat(512);
    keys.push(&long);
    keys.sort_unstable();
    for page in [1, 3, 1000] {
        let bucket = Bucket::of(keys.iter().copied(), Settings { page, ..Settings::default() });
        let sealed = sealed(&bucket);
        build(&sealed, &["s3://data-1/"], &[]).expect(0);
        let read: Vec<String> = rows(&manifest(&sealed), false).into_iter().map(|(key, _)| key).collect();
        assert_eq!(read, keys, "pages of {page}");
    }
}

fn version(id: &str, delete_marker: bool) -> Version {
    Version { id: id.to_owned(), delete_marker, size: 1 }
}

#[test]
fn versions_of_a_key_stay_together_and_delete_markers_are_dropped() {
    let mut objects = BTreeMap::new();
    for n in 0..60 {
        let mut versions: Vec<Version> =
            (0..n % 7).rev().map(|v| version(&format!("v{v}"), v % 3 == 2)).collect();
        versions.push(version("null", false));
        objects.insert(format!("k/{n:03}"), versions);
    }
    let expected: Vec<(String, Option<String>)> = objects
        .iter()
        .flat_map(|(key, versions)| versions.iter().map(move |version| (key, version)))
        .filter(|(_, version)| !version.delete_marker)
        .map(|(key, version)| (key.clone(), Some(version.id.clone())))
        .collect();
    let bucket = Bucket::start(objects, Settings { page: 4, ..Settings::default() });
    let sealed = sealed(&bucket);
    let ran = build(&sealed, &["s3://data-1/"], &["--versions"]).expect(0);
    assert_eq!(rows(&manifest(&sealed), true), expected);
    assert!(ran.stdout.contains("Bucket,Key,VersionId"), "{ran:?}");
}

#[test]
fn storms_of_slow_down_are_waited_out() {
    let keys = many();
    let settings = Settings { page: 50, storm: 3, slow_every: 5, ..Settings::default() };
    let bucket = Bucket::of(keys.iter().map(String::as_str), settings);
    let sealed = sealed(&bucket);
    build(&sealed, &["s3://data-1/"], &[]).expect(0);
    assert!(manifest(&sealed) == plain(&keys));
}

#[test]
fn an_empty_bucket_gives_an_empty_manifest_and_says_so() {
    let bucket = Bucket::of([], Settings::default());
    let sealed = sealed(&bucket);
    let ran = build(&sealed, &["s3://data-1/"], &[]).expect(0);
    assert_eq!(manifest(&sealed), "");
    assert_eq!(ran.stderr, "no object was found: the manifest is empty\n");
}

#[test]
fn a_bucket_that_is_not_there_is_named() {
    let bucket = Bucket::of(["a"], Settings::default());
    let sealed = sealed(&bucket);
    let ran = build(&sealed, &["s3://no-such/x/"], &[]).expect(3);
    assert!(ran.stderr.starts_with("error: cannot list s3://no-such/x/\n  cause: NoSuchBucket"), "{ran:?}");
    assert!(!sealed.path("manifest.csv").exists());
}

#[test]
fn a_prefix_that_is_denied_does_not_keep_the_others_out() {
    let keys = many();
    let settings = || Settings { page: 100, denied: Some("logs/".to_owned()), ..Settings::default() };
    let bucket = Bucket::of(keys.iter().map(String::as_str), settings());
    let sealed = sealed(&bucket);
    let ran = build(&sealed, &["s3://data-1/flat-", "s3://data-1/logs/", "s3://data-1/z/"], &[]).expect(7);
    assert!(
        ran.stderr.contains("cannot list s3://data-1/logs/") && ran.stderr.contains("AccessDenied"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("1 of 3 places could not be listed"), "{ran:?}");
    let others: Vec<String> = keys.into_iter().filter(|key| !key.starts_with("logs/")).collect();
    assert!(manifest(&sealed) == plain(&others));
    let ran = build(&sealed, &["s3://data-1/logs/"], &[]).expect(5);
    assert!(ran.stderr.contains("cannot list s3://data-1/logs/"), "{ran:?}");
}
