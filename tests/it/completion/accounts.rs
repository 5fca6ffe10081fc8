//! Whose names are offered: what is typed and set decides, and what is kept for a minute is never another account's.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{ask, aws_with, node, patient, sealed_in, values, web};
use crate::support::{FakeAws, Sealed};

const LINE: &str = "opsctl ssm connect w";

fn entries(sealed: &Sealed) -> Vec<PathBuf> {
    let folder = sealed.path("home/.cache/opsctl/completion");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The access key and the region that a call was signed with.
fn signed_with(aws: &FakeAws) -> Vec<(String, String)> {
    let scope = |request: crate::support::Request| {
        let header = request.headers.into_iter().find(|(name, _)| name == "authorization").unwrap().1;
        let scope = header.split_once("Credential=").unwrap().1.to_owned();
        let mut parts = scope.split('/').map(str::to_owned);
        (parts.next().unwrap(), parts.nth(1).unwrap())
    };
    aws.requests().into_iter().map(scope).collect()
}

#[test]
fn one_page_is_asked_for_and_kept_for_a_minute_in_private() {
    let aws = web();
    let mut sealed = sealed_in(&aws);
    for (time, calls) in [
        ("2026-11-22T12:00:00Z", 1),
        ("2026-11-22T12:00:00Z", 1),
        ("2026-11-22T12:00:59Z", 1),
        ("2026-11-22T12:01:00Z", 2),
        // A clock that was put back.
        ("2026-11-22T11:59:00Z", 3),
    ] {
        sealed.set("OPSCTL_FIXED_CLOCK", time);
        assert_eq!(values(&sealed, LINE), ["web-1", "web-2"]);
        assert_eq!(aws.operations(), vec!["DescribeInstanceProperties"; calls], "{time}");
    }
    // Another word of the same question.
    assert_eq!(values(&sealed, "opsctl ssm connect i-"), ["i-0000000000000000a", "i-0000000000000000b"]);
    assert_eq!(aws.operations().len(), 3);
    let entries = entries(&sealed);
    assert_eq!(entries.len(), 1);
    assert_eq!((mode(&entries[0]), mode(entries[0].parent().unwrap())), (0o600, 0o700));
    let name = entries[0].file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(&entries[0]).unwrap();
    for secret in ["AKIA", "wJalr"] {
        assert!(!name.contains(secret) && !text.contains(secret), "{text}");
    }
}

#[test]
fn nobody_is_offered_the_names_of_another_account() {
    let one = web();
    let other = aws_with(vec![node("i-0000000000000000c", "worker")]);
    let mut sealed = sealed_in(&one);
    assert_eq!(values(&sealed, LINE), ["web-1", "web-2"]);
    sealed.set("AWS_ENDPOINT_URL_SSM", &other.endpoint);
    assert_eq!(values(&sealed, LINE), ["worker"]);
    sealed.set("AWS_ACCESS_KEY_ID", "AKIAOTHER");
    values(&sealed, LINE);
    sealed.set("AWS_REGION", "eu-west-2");
    values(&sealed, LINE);
    values(&sealed, "opsctl --region eu-west-3 ssm connect w");
    values(&sealed, &format!("opsctl --endpoint-url {}/x ssm connect w", other.endpoint));
    assert_eq!(values(&sealed, LINE), ["worker"]);
    let signed = |key: &str, region: &str| (key.to_owned(), region.to_owned());
    assert_eq!(one.operations().len(), 1);
    assert_eq!(
        signed_with(&other),
        [
            signed("AKIAIOSFODNN7EXAMPLE", "eu-west-1"),
            signed("AKIAOTHER", "eu-west-1"),
            signed("AKIAOTHER", "eu-west-2"),
            signed("AKIAOTHER", "eu-west-3"),
            signed("AKIAOTHER", "eu-west-2"),
        ]
    );
    assert_eq!(entries(&sealed).len(), 6);
}

#[test]
fn profile_region_and_endpoint_are_those_of_the_line_then_of_the_environment() {
    let aws = web();
    let mut sealed = patient();
    let profile = |name: &str, key: &str, region: &str| {
        format!("[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = s\nregion = {region}\n")
    };
    let config = profile("prod", "AKIAPROD", "eu-west-1") + &profile("dev", "AKIADEV", "eu-west-2");
    let config = sealed.write("config", &config);
    sealed.set("AWS_CONFIG_FILE", config.to_str().unwrap()).set("OPSCTL_ENDPOINT_URL", &aws.endpoint);
    sealed.set("OPSCTL_COMPLETION_LIVE", "1");
    for line in [
        "opsctl --profile prod ssm connect w",
        "opsctl ssm connect --profile=dev w",
        "opsctl ssm --profile dev --region us-east-1 connect w",
        "opsctl ssm connect --no-such-option --profile prod --region=us-east-2 w",
    ] {
        assert_eq!(values(&sealed, line), ["web-1", "web-2"], "{line}");
    }
    sealed.set("OPSCTL_PROFILE", "dev").set("OPSCTL_REGION", "us-west-1");
    values(&sealed, LINE);
    values(&sealed, "opsctl --profile prod ssm connect w");
    let signed = |key: &str, region: &str| (key.to_owned(), region.to_owned());
    assert_eq!(
        signed_with(&aws),
        [
            signed("AKIAPROD", "eu-west-1"),
            signed("AKIADEV", "eu-west-2"),
            signed("AKIADEV", "us-east-1"),
            signed("AKIAPROD", "us-east-2"),
            signed("AKIADEV", "us-west-1"),
            signed("AKIAPROD", "us-west-1"),
        ]
    );
}

#[test]
fn calls_can_be_turned_off() {
    let aws = web();
    let mut sealed = sealed_in(&aws);
    assert_eq!(values(&sealed, LINE).len(), 2);
    sealed.set("OPSCTL_COMPLETION_LIVE", "0");
    assert!(values(&sealed, LINE).is_empty());
    assert!(values(&sealed, "opsctl ssm connect ").contains(&"--document".to_owned()));
    assert!(ask(&sealed, "opsctl --region eu-west-1").len() == 1);
    assert_eq!(aws.operations().len(), 1);
}

#[test]
fn a_damaged_or_impossible_cache_is_done_without() {
    let aws = web();
    let mut sealed = sealed_in(&aws);
    values(&sealed, LINE);
    let entry = entries(&sealed).remove(0);
    for damage in ["", "{", "[1, 2]", "{\"written\": \"2026-11-22T12:00:00Z\", \"candidates\": 7}"] {
        std::fs::write(&entry, damage).unwrap();
        assert_eq!(values(&sealed, LINE), ["web-1", "web-2"], "{damage}");
    }
    assert_eq!(aws.operations().len(), 5);
    // A file where the folder should be.
    let file = sealed.write("file", "");
    sealed.set("XDG_CACHE_HOME", file.to_str().unwrap());
    assert_eq!(values(&sealed, LINE), ["web-1", "web-2"]);
}
