//! Uploads in parts that are broken off: nothing of them stays, and what was listed for them is not listed again.

use std::process::{Child, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::kept;
use super::killed::{kill, until};
use crate::s3::job::Rehearsal;
use crate::s3::listing::{plain, sealed};
use crate::support::Sealed;
use crate::support::bucket::{Bucket, Settings};

const KEPT: &str =
    "what was listed so far is kept\nhint: the same command with --resume goes on from there\n";

fn begun(sealed: &Sealed, words: &[&str]) -> Child {
    let mut command = sealed.command(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupted(child: Child) -> Output {
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    child.wait_with_output().unwrap()
}

/// More than one part of rows.
fn long_keys() -> Vec<String> {
    let long = "x".repeat(900);
    (0..10_000).map(|number| format!("{long}{number:05}")).collect()
}

fn holding(keys: &[String]) -> Bucket {
    let settings = Settings { page: 1000, hold_parts: true, ..Settings::default() };
    Bucket::of(keys.iter().map(String::as_str), settings)
}

#[test]
fn ctrl_c_while_parts_are_sent_drops_them_and_says_how_to_go_on() {
    let keys = long_keys();
    let bucket = holding(&keys);
    let sealed = sealed(&bucket);
    let words = ["s3", "manifest", "build", "s3://data-1/", "--to", "s3://data-1/m.csv"];
    let child = begun(&sealed, &words);
    bucket.wait_for_line("partNumber=2");
    let left = interrupted(child);
    let stderr = String::from_utf8(left.stderr).unwrap();
    assert_eq!(left.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains(KEPT) && left.stdout.is_empty(), "{stderr}");
    assert!(bucket.log().iter().any(|line| line.starts_with("DELETE ")), "{:?}", bucket.log());
    assert!(kept(&sealed, "upload").is_none() && kept(&sealed, "listing").is_some());
    assert_eq!(bucket.uploaded("m.csv"), None);
    bucket.release();
    let before = bucket.log().len();
    sealed.run(words.iter().chain(&["--resume"])).expect(0);
    assert!(bucket.uploaded("m.csv").unwrap() == plain(&keys).into_bytes());
    let after = bucket.log().split_off(before);
    assert!(!after.iter().any(|line| line.contains("list-type=2")), "nothing is listed again: {after:?}");
    assert!(kept(&sealed, "listing").is_none());
}

/// There is no listing to resume: the file is read again.
#[test]
fn parts_of_a_killed_upload_of_a_file_are_dropped_by_the_next_upload() {
    let bucket = holding(&[]);
    let sealed = sealed(&bucket);
    let text = plain(&long_keys());
    sealed.write("list.csv", &text);
    sealed.write("short.csv", "data-1,a\n");
    let build = |source: &'static str, to: &'static str| ["s3", "manifest", "build", source, "--to", to];
    let words = build("list.csv", "s3://data-1/m.csv");
    let child = begun(&sealed, &words);
    bucket.wait_for_line("partNumber=2");
    // Of an upload that lives nothing is dropped.
    sealed.run(build("short.csv", "s3://data-1/short.csv")).expect(0);
    let deleted = || bucket.log().iter().filter(|line| line.starts_with("DELETE ")).count();
    assert_eq!(deleted(), 0);
    kill(child);
    assert!(kept(&sealed, "upload").is_some());
    // It need not be the same build.
    sealed.run(build("short.csv", "s3://data-1/short.csv")).expect(0);
    assert!(deleted() == 1 && bucket.log().iter().any(|line| line.starts_with("DELETE /data-1/m.csv?")));
    assert!(kept(&sealed, "upload").is_none());
    bucket.release();
    let ran = sealed.run(words.iter().chain(&["--resume"])).expect(0);
    assert_eq!(ran.stderr, "there is nothing to resume: lists are read again\n");
    assert!(bucket.uploaded("m.csv").unwrap() == text.into_bytes() && deleted() == 1);
}

fn uploads(rehearsal: &Rehearsal, bucket: &str) -> usize {
    let list = async |s3: &aws_sdk_s3::Client| s3.list_multipart_uploads().bucket(bucket).send().await;
    rehearsal.with_client(list).unwrap().uploads().len()
}

#[test]
fn parts_that_may_not_be_dropped_are_told() {
    let rehearsal = Rehearsal::of(
        "[s3]\nlatency_ms = 150\n[[buckets]]\nname = \"lists-1\"\n[deny]\nactions = [\"s3:AbortMultipartUpload\"]\n",
    );
    rehearsal.sealed.write("list.csv", &plain(&long_keys()));
    let words = ["--sandbox", "s3", "manifest", "build", "list.csv", "--to", "s3://lists-1/m.csv"];
    let child = begun(&rehearsal.sealed, &words);
    until(|| kept(&rehearsal.sealed, "upload"));
    kill(child);
    let ran = rehearsal.sealed.run(words).expect(0);
    let told = "warning: parts of an upload to s3://lists-1/m.csv that was broken off are still in S3: ";
    assert!(ran.stderr.starts_with(told) && ran.stderr.contains("AccessDenied"), "{ran:?}");
    assert!(ran.stderr.contains("hint: a lifecycle rule with AbortIncompleteMultipartUpload"), "{ran:?}");
    assert_eq!((uploads(&rehearsal, "lists-1"), kept(&rehearsal.sealed, "upload")), (1, None));
}

#[test]
fn a_job_whose_list_was_broken_off_goes_on_without_listing_again() {
    let long = "x".repeat(900);
    let rehearsal = Rehearsal::of(&format!(
        "[s3]\nlatency_ms = 150\n[[buckets]]\nname = \"lists-1\"\n[[buckets]]\nname = \"data-1\"\n\
         objects = [{{ key = \"{long}{{n}}\", count = 10000 }}]\n[[roles]]\nname = \"batch\"\n"
    ));
    let sealed = &rehearsal.sealed;
    let words = ["--sandbox", "s3", "job", "create", "untag", "--build", "s3://data-1/"];
    let how = ["--manifest-to", "s3://lists-1/", "--role", "batch", "--no-report"];
    let words = [&words[..], &how].concat();
    let resumed = [&words[..], &["--resume"]].concat();
    let child = begun(sealed, &words);
    until(|| kept(sealed, "upload"));
    let left = interrupted(child);
    let stderr = String::from_utf8(left.stderr).unwrap();
    assert_eq!(left.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains(KEPT) && left.stdout.is_empty(), "{stderr}");
    assert!(uploads(&rehearsal, "lists-1") == 0 && kept(sealed, "upload").is_none());

    let child = begun(sealed, &resumed);
    until(|| kept(sealed, "upload"));
    kill(child);
    assert!(uploads(&rehearsal, "lists-1") == 1 && kept(sealed, "listing").is_some());
    // What is put meanwhile behind what was listed is not in it: nothing is listed again.
    rehearsal.put("data-1", "zz", "");
    let made = sealed.run(resumed.iter().chain(&["-o", "json"])).expect(0);
    assert!(!made.stderr.contains("nothing to resume"), "{made:?}");
    let id = made.json()["item"]["jobId"].as_str().unwrap().to_owned();
    assert_eq!(uploads(&rehearsal, "lists-1"), 0);
    assert!(kept(sealed, "upload").is_none() && kept(sealed, "listing").is_none());
    assert_eq!(rehearsal.until(&id, "Suspended")["totalTasks"], 10_000);
}
