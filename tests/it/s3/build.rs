//! `opsctl s3 manifest build`: sources put together, where a manifest goes, and builds that are interrupted.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use super::listing::{build, manifest, many, plain, sealed};
use crate::support::Sealed;
use crate::support::bucket::{Bucket, Settings};

fn slow(keys: &[String]) -> Bucket {
    let settings = Settings { page: 20, latency: Duration::from_millis(10), ..Settings::default() };
    Bucket::of(keys.iter().map(String::as_str), settings)
}

/// Ends a build by a signal once so many requests have come.
fn interrupted(
    sealed: &Sealed,
    bucket: &Bucket,
    requests: usize,
    signal: Signal,
    resume: bool,
) -> std::process::Output {
    let to = sealed.path("manifest.csv");
    let mut command =
        sealed.command(["s3", "manifest", "build", "s3://data-1/", "--max-concurrency", "4", "--to"]);
    command.arg(&to);
    command.args(resume.then_some("--resume"));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    bucket.wait_for(requests);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_build_that_was_killed_ends_in_the_same_bytes() {
    let keys = many();
    for first in [1, 3, 9, 20, 41] {
        let bucket = slow(&keys);
        let sealed = sealed(&bucket);
        interrupted(&sealed, &bucket, first, Signal::KILL, false);
        assert!(!sealed.path("manifest.csv").exists());
        let before = bucket.log().len();
        interrupted(&sealed, &bucket, before + first / 2 + 1, Signal::KILL, true);
        let before = bucket.log().len();
        build(&sealed, &["s3://data-1/"], &["--resume"]).expect(0);
        assert!(manifest(&sealed) == plain(&keys), "killed after {first} requests");
        assert!(bucket.log().len() > before);
        let fresh = slow(&keys);
        build(&super::listing::sealed(&fresh), &["s3://data-1/"], &[]).expect(0);
        if first == 41 {
            let after = bucket.log().len() - before;
            assert!(after < fresh.log().len(), "{after} requests to go on, {} in all", fresh.log().len());
        }
    }
}

#[test]
fn ctrl_c_keeps_what_was_listed_and_says_how_to_go_on() {
    let keys = many();
    let bucket = slow(&keys);
    let sealed = sealed(&bucket);
    let left = interrupted(&sealed, &bucket, 12, Signal::INT, false);
    let stderr = String::from_utf8(left.stderr).unwrap();
    assert_eq!(left.status.code(), Some(130), "{stderr}");
    assert!(
        stderr.contains("what was listed so far is kept\nhint: the same command with --resume"),
        "{stderr}"
    );
    let names = |folder: &str| std::fs::read_dir(sealed.path(folder)).unwrap().count();
    assert_eq!(names("home/.local/state/opsctl/builds"), 1);
    build(&sealed, &["s3://data-1/"], &["--resume"]).expect(0);
    assert!(manifest(&sealed) == plain(&keys));
    assert_eq!(names("home/.local/state/opsctl/builds"), 0);
}

#[test]
fn without_anything_to_resume_a_build_begins_and_says_so() {
    let bucket = Bucket::of(["a"], Settings { page: 9, ..Settings::default() });
    let sealed = sealed(&bucket);
    let ran = build(&sealed, &["s3://data-1/"], &["--resume"]).expect(0);
    assert_eq!(ran.stderr, "there is nothing to resume: the build begins at the beginning\n");
    let ran = sealed.run(["s3", "manifest", "build", "s3://data-1/", "--to", "-", "--resume"]).expect(2);
    assert!(ran.stderr.contains("rows on stdout are gone"), "{ran:?}");
}

#[test]
fn a_disk_that_is_full_is_said_and_what_was_listed_is_kept() {
    let bucket = Bucket::of(["a", "b"], Settings { page: 9, ..Settings::default() });
    let sealed = sealed(&bucket);
    let ran = sealed.run(["s3", "manifest", "build", "s3://data-1/", "--to", "/dev/full"]).expect(1);
    assert!(ran.stderr.contains("cannot write the manifest\n  cause: No space left on device"), "{ran:?}");
    assert!(ran.stderr.contains("with --resume"), "{ran:?}");
    let ran = sealed.run(["s3", "manifest", "build", "s3://data-1/", "--to", "/nowhere/m.csv"]).expect(1);
    assert!(ran.stderr.contains("cannot write /nowhere/m.csv"), "{ran:?}");
}

#[test]
fn a_manifest_in_s3_is_told_as_a_job_wants_it() {
    let keys = many();
    let bucket = slow(&keys);
    let sealed = sealed(&bucket);
    let ran = sealed
        .run(["s3", "manifest", "build", "s3://data-1/", "--to", "s3://data-1/m/list.csv", "-o", "json"])
        .expect(0);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let item = &answer["item"];
    assert_eq!((&item["etag"], &item["versionId"]), (&"one".into(), &"v1".into()));
    assert_eq!((&item["arn"], &item["rows"]), (&"arn:aws:s3:::data-1/m/list.csv".into(), &1500.into()));
    assert_eq!(item["fields"], serde_json::json!(["Bucket", "Key"]));
    assert!(bucket.uploaded("m/list.csv").unwrap() == plain(&keys).into_bytes());
}

/// Rows enough for more than one part.
fn large(sealed: &Sealed) -> String {
    let row = format!("data-1,{}", "x".repeat(900));
    let text: String = (0..20_000).map(|n| format!("{row}{n}\n")).collect();
    sealed.write("large.csv", &text);
    text
}

#[test]
fn a_large_manifest_is_uploaded_in_parts_and_none_is_left_of_one_that_fails() {
    let bucket = Bucket::of([], Settings::default());
    let sealed = sealed(&bucket);
    let text = large(&sealed);
    let file = sealed.path("large.csv");
    let args = [
        "s3",
        "manifest",
        "build",
        file.to_str().unwrap(),
        "--to",
        "s3://data-1/big.csv",
        "--columns",
        "etag,version",
    ];
    let ran = sealed.run(args).expect(0);
    assert!(bucket.uploaded("big.csv").unwrap() == text.into_bytes());
    assert!(ran.stdout.contains("many-3") && ran.stdout.contains("v2"), "{ran:?}");
    let refusing = Bucket::of([], Settings { refuse_parts: true, ..Settings::default() });
    let sealed = super::listing::sealed(&refusing);
    large(&sealed);
    let file = sealed.path("large.csv");
    let ran = sealed
        .run(["s3", "manifest", "build", file.to_str().unwrap(), "--to", "s3://data-1/big.csv"])
        .expect(5);
    assert!(ran.stderr.contains("cannot write s3://data-1/big.csv"), "{ran:?}");
    assert!(refusing.log().iter().any(|line| line.starts_with("DELETE ")), "{:?}", refusing.log());
    assert_eq!(refusing.uploaded("big.csv"), None);
}

#[test]
fn sources_are_put_together_without_doubles() {
    let bucket = Bucket::of(["a/1", "a/2", "b/1"], Settings { page: 2, ..Settings::default() });
    let sealed = sealed(&bucket);
    let list = sealed.write("list.csv", "data-1,b/1\ndata-1,c%20d\ndata-1,c%20d\ndata-1,skipped.tmp\n");
    let sources = ["s3://data-1/a/", list.to_str().unwrap(), "s3://data-1/"];
    let ran = build(&sealed, &sources, &["--regex", "^[^.]*$", "-o", "json"]).expect(0);
    assert_eq!(manifest(&sealed), "data-1,a/1\ndata-1,a/2\ndata-1,b/1\ndata-1,c%20d\n");
    assert_eq!(ran.stderr, "4 doubles were left out\n");
    build(&sealed, &sources, &["--keep-duplicates"]).expect(0);
    assert_eq!(manifest(&sealed).lines().count(), 9);
    build(&sealed, &sources, &["--limit", "2"]).expect(0);
    assert_eq!(manifest(&sealed), "data-1,a/1\ndata-1,a/2\n");
    // Stdin is a source too.
    let args = ["s3", "manifest", "build", "-", "--to", "-"];
    assert_eq!(sealed.run_with(args, b"data-1,x\ndata-1,x\n").expect(0).stdout, "data-1,x\n");
    let ran = sealed.run(["s3", "manifest", "build", "-", "manifest:-", "--to", "-"]).expect(2);
    assert!(ran.stderr.contains("stdin can be read as one source only"), "{ran:?}");
}

#[test]
fn a_limit_takes_what_comes_first_and_asks_for_little_more() {
    let keys = many();
    let bucket = slow(&keys);
    let sealed = sealed(&bucket);
    build(&sealed, &["s3://data-1/"], &["--limit", "15"]).expect(0);
    assert_eq!(manifest(&sealed), plain(&keys[..15]));
    assert_eq!(bucket.log().len(), 1);
    build(&sealed, &["s3://data-1/"], &["--limit", "333"]).expect(0);
    assert!(manifest(&sealed) == plain(&keys[..333]));
}

#[test]
fn rows_on_stdout_come_as_they_are_listed() {
    let keys = many();
    let bucket = slow(&keys);
    let sealed = sealed(&bucket);
    let ran = sealed.run(["s3", "manifest", "build", "s3://data-1/", "--to", "-"]).expect(0);
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    lines.sort_unstable();
    let expected = plain(&keys);
    let mut expected: Vec<&str> = expected.lines().collect();
    expected.sort_unstable();
    assert!(lines == expected);
    let ran = sealed.run(["s3", "manifest", "build", "s3://data-1/", "--to", "-", "--limit", "7"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 7);
}

#[test]
fn a_manifest_has_versions_in_all_rows_or_in_none() {
    let bucket = Bucket::of(["a"], Settings { page: 2, ..Settings::default() });
    let sealed = sealed(&bucket);
    let with = sealed.write("with.csv", "data-1,b,v1\n");
    let without = sealed.write("without.csv", "data-1,c\n");
    let (with, without) = (with.to_str().unwrap(), without.to_str().unwrap());
    build(&sealed, &[with], &[]).expect(0);
    assert_eq!(manifest(&sealed), "data-1,b,v1\n");
    build(&sealed, &["s3://data-1/", with], &["--versions"]).expect(0);
    assert_eq!(manifest(&sealed), "data-1,a,null\ndata-1,b,v1\n");
    for sources in [&["s3://data-1/", with][..], &[with, without], &[without, with]] {
        let ran = build(&sealed, sources, &[]).expect(2);
        assert!(ran.stderr.contains("version"), "{sources:?}: {ran:?}");
    }
    // What failed has left the manifest of before alone.
    assert_eq!(manifest(&sealed), "data-1,a,null\ndata-1,b,v1\n");
}

#[test]
fn several_buckets_are_said() {
    let sealed = Sealed::new();
    let mut file = std::fs::File::create(sealed.path("mixed.csv")).unwrap();
    file.write_all(b"data-1,a\ndata-2,a\n").unwrap();
    let mixed = sealed.path("mixed.csv");
    let ran = build(&sealed, &[mixed.to_str().unwrap()], &[]).expect(0);
    assert_eq!(
        ran.stderr,
        "warning: the manifest names several buckets (data-1, data-2): most operations take one\n"
    );
}

#[test]
fn one_manifest_is_built_once_at_a_time_and_the_end_of_the_build_before_is_waited_for() {
    let keys = many();
    let bucket = slow(&keys);
    let sealed = sealed(&bucket);
    interrupted(&sealed, &bucket, 12, Signal::KILL, false);
    let folder = sealed.path("home/.local/state/opsctl/builds");
    let left = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let held = std::fs::File::open(&left).unwrap();
    held.lock().unwrap();
    let ran = build(&sealed, &["s3://data-1/"], &["--resume"]).expect(75);
    assert!(ran.stderr.contains("the same manifest is being built already"), "{ran:?}");
    let before = bucket.log().len();
    let to = sealed.path("manifest.csv");
    let mut command = sealed.command(["s3", "manifest", "build", "s3://data-1/", "--resume", "--to"]);
    let mut waiting =
        command.arg(&to).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // It has opened the file, and so is about to meet the lock.
    let opened = format!("/proc/{}/fd", waiting.id());
    let is_open = || {
        let files = std::fs::read_dir(&opened).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|path| path == left)
    };
    while !is_open() {
        assert!(waiting.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    drop(held);
    assert!(waiting.wait().unwrap().success());
    assert!(bucket.log().len() > before);
    assert!(manifest(&sealed) == plain(&keys));
}
