//! What a build that was left has listed: for whom it is kept, and who may go on with it.

use std::io::Write as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::listing::{build, manifest, many, plain, sealed};
use crate::support::Sealed;
use crate::support::bucket::{Bucket, Settings};

const FRESH: &str = "there is nothing to resume";

fn expiring(keys: &[String], expires_after: usize) -> Bucket {
    let settings = Settings { page: 20, expires_after, ..Settings::default() };
    Bucket::of(keys.iter().map(String::as_str), settings)
}

#[test]
fn a_listing_outlives_the_credentials_it_began_with() {
    let keys = many();
    let bucket = expiring(&keys, 30);
    let sealed = sealed(&bucket);
    let list = sealed.write("list.csv", "data-1,other\n");
    for sources in [&["s3://data-1/"][..], &["s3://data-1/", list.to_str().unwrap()]] {
        let ran = build(&sealed, sources, &["--max-concurrency", "4"]).expect(4);
        assert!(
            ran.stderr.contains("cannot list s3://data-1/") && ran.stderr.contains("ExpiredToken"),
            "{ran:?}"
        );
        assert!(ran.stderr.contains("what was listed so far is kept"), "{ran:?}");
        assert!(!sealed.path("manifest.csv").exists());
    }
    bucket.sign_in_again();
    let before = bucket.log().len();
    let ran = build(&sealed, &["s3://data-1/"], &["--resume"]).expect(0);
    assert!(!ran.stderr.contains(FRESH), "{ran:?}");
    assert!(manifest(&sealed) == plain(&keys));
    let goes_on = |line: &String| {
        ["start-after=", "continuation-token=", "delimiter="].iter().any(|it| line.contains(it))
    };
    assert!(bucket.log()[before..].iter().all(goes_on), "{:?}", bucket.log());
}

#[test]
fn what_was_listed_in_one_place_is_nothing_to_another() {
    let (here, there) = (many(), vec!["only/there".to_owned()]);
    let first = expiring(&here, 30);
    let mut sealed = sealed(&first);
    build(&sealed, &["s3://data-1/"], &[]).expect(4);
    let second = expiring(&there, 0);
    sealed.set("AWS_ENDPOINT_URL", second.endpoint.as_str());
    let ran = build(&sealed, &["s3://data-1/"], &["--resume"]).expect(0);
    assert!(ran.stderr.contains(FRESH), "{ran:?}");
    assert_eq!(manifest(&sealed), plain(&there));
    // Another region has other buckets, and an endpoint of its own where none is named.
    sealed.set("AWS_ENDPOINT_URL", first.endpoint.as_str()).set("AWS_REGION", "eu-north-1");
    first.sign_in_again();
    let ran = build(&sealed, &["s3://data-1/"], &["--resume"]).expect(0);
    assert!(ran.stderr.contains(FRESH), "{ran:?}");
    assert!(manifest(&sealed) == plain(&here));
}

#[test]
fn the_longest_command_line_can_go_on_and_doubles_may_be_kept_after_all() {
    let keys = many();
    let bucket = expiring(&keys, 30);
    let sealed = sealed(&bucket);
    let mut options: Vec<String> =
        (0..2500).flat_map(|n| ["--prefix".to_owned(), format!("nothing-begins-with-this-{n}")]).collect();
    options.extend(["--prefix", "flat-", "--prefix", "z"].map(str::to_owned));
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    build(&sealed, &["s3://data-1/"], &options).expect(4);
    bucket.sign_in_again();
    options.extend(["--resume", "--keep-duplicates"]);
    let ran = build(&sealed, &["s3://data-1/"], &options).expect(0);
    assert!(!ran.stderr.contains(FRESH), "{ran:?}");
    let wanted: Vec<String> = keys.into_iter().filter(|key| !key.starts_with("logs/")).collect();
    assert!(manifest(&sealed) == plain(&wanted));
}

#[test]
fn a_limit_is_not_used_up_by_a_place_that_is_lost() {
    let keys = many();
    let settings =
        Settings { page: 20, denied: Some("logs/".to_owned()), denied_from: 2, ..Settings::default() };
    let bucket = Bucket::of(keys.iter().map(String::as_str), settings);
    let sealed = sealed(&bucket);
    let sources = ["s3://data-1/logs/", "s3://data-1/z/"];
    let ran = build(&sealed, &sources, &["--limit", "60", "--max-concurrency", "1"]).expect(7);
    assert!(ran.stderr.contains("1 of 2 places could not be listed"), "{ran:?}");
    let wanted: Vec<String> = keys.into_iter().filter(|key| key.starts_with("z/")).take(60).collect();
    assert_eq!(manifest(&sealed), plain(&wanted));
}

/// Nothing is left of what was begun, though the thread that reads has no end.
#[test]
fn a_build_that_is_left_while_it_reads_leaves_nothing_beside_its_target() {
    let sealed = Sealed::new();
    let target = sealed.path("manifest.csv");
    let begun = || {
        let names = std::fs::read_dir(sealed.path("")).unwrap();
        names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().contains("manifest")).count()
    };
    for rows_come in [false, true] {
        let mut child = sealed
            .command(["s3", "manifest", "build", "-", "--suffix", ".none", "--to"])
            .arg(&target)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let fed = std::thread::spawn(move || {
            let rows = "data-1,unwanted\n".repeat(1000);
            while stdin.write_all(rows.as_bytes()).is_ok() && rows_come {}
            stdin
        });
        while begun() == 0 {
            assert!(child.try_wait().unwrap().is_none());
            std::thread::yield_now();
        }
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{ended:?}");
        assert_eq!(begun(), 0, "{rows_come}");
        drop(fed.join().unwrap());
    }
}
