//! Builds and sandboxes that are killed, and what comes of them afterwards.

use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{build, kept, keys};
use crate::s3::job::Rehearsal;
pub use crate::support::until;
use crate::support::{Sandbox, Sealed};

/// A build in the background.
fn begun(rehearsal: &Rehearsal, args: &[&str]) -> Child {
    let words = [&["--sandbox", "s3", "manifest", "build"], args].concat();
    let mut command = rehearsal.sealed.command(words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

pub fn kill(mut child: Child) {
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
}

#[test]
fn what_comes_while_a_build_is_interrupted_takes_nothing_away() {
    let rehearsal = Rehearsal::of(
        "[s3]\nlatency_ms = 20\n[[buckets]]\nname = \"data-1\"\nobjects = [{ key = \"k/{n}\", count = 30000 }]\n",
    );
    let args = ["s3://data-1/", "--max-concurrency", "2", "--to", "m.csv"];
    for times in 1..=3 {
        let resume: &[&str] = if times == 1 { &[] } else { &["--resume"] };
        let size = || {
            kept(&rehearsal.sealed, "listing").and_then(|path| path.metadata().ok()).map_or(0, |it| it.len())
        };
        let before = size();
        let child = begun(&rehearsal, &[&args[..], resume].concat());
        until(|| (size() > before + 40_000).then_some(()));
        kill(child);
    }
    for key in ["a-first", "k/00500-between", "k/29000-between", "zz-last"] {
        rehearsal.put("data-1", key, "");
    }
    let ran = build(&rehearsal, &[&args[..], &["--resume"]].concat()).expect(0);
    assert!(!ran.stderr.contains("nothing to resume"), "{ran:?}");
    let text = std::fs::read_to_string(rehearsal.sealed.path("m.csv")).unwrap();
    assert!(text.lines().is_sorted(), "the order of the keys");
    let old: Vec<&str> =
        keys(&text).into_iter().filter(|key| key.len() == "k/00001".len() && key.starts_with("k/")).collect();
    assert!(old.iter().copied().eq((1..=30_000).map(|n| format!("k/{n:05}")).collect::<Vec<_>>().iter()));
    let come = keys(&text).len() - old.len();
    assert!(come <= 4, "{come} that came meanwhile");
    assert!(kept(&rehearsal.sealed, "listing").is_none());
}

#[test]
fn a_build_that_was_killed_while_it_uploaded_ends_in_the_same_object_and_leaves_no_parts() {
    let long = "x".repeat(900);
    let rehearsal = Rehearsal::of(&format!(
        "[s3]\nlatency_ms = 150\n[[buckets]]\nname = \"lists-1\"\n[[buckets]]\nname = \"data-1\"\n\
         objects = [{{ key = \"{long}{{n}}\", count = 11000 }}]\n"
    ));
    let args = ["s3://data-1/", "--to", "s3://lists-1/m.csv"];
    let child = begun(&rehearsal, &args);
    until(|| kept(&rehearsal.sealed, "upload"));
    kill(child);
    let uploads = || {
        let listed = rehearsal
            .with_client(async |s3| s3.list_multipart_uploads().bucket("lists-1").send().await.unwrap());
        listed.uploads().len()
    };
    assert_eq!(uploads(), 1);
    let head = rehearsal.opsctl(&["s3", "manifest", "head", "s3://lists-1/m.csv"]).expect(3);
    assert!(head.stderr.contains("NoSuchKey"), "{head:?}");
    build(&rehearsal, &[&args[..], &["--resume"]].concat()).expect(0);
    assert_eq!(uploads(), 0);
    build(&rehearsal, &["s3://data-1/", "--to", "m.csv"]).expect(0);
    let whole = std::fs::read_to_string(rehearsal.sealed.path("m.csv")).unwrap();
    assert!(whole.len() > 8 << 20 && rehearsal.text("lists-1", "m.csv") == whole);
    assert!(kept(&rehearsal.sealed, "upload").is_none() && kept(&rehearsal.sealed, "listing").is_none());
}

#[test]
fn what_a_killed_build_leaves_beside_its_target_goes_with_the_next_build() {
    let sealed = Sealed::new();
    let folder = sealed.path("out");
    std::fs::create_dir(&folder).unwrap();
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let words = ["s3", "manifest", "build", "-", "--to", "out/m.csv"];
    let start = || {
        let mut command = sealed.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let child = start();
    until(|| (names().len() == 1).then_some(()));
    // One that lives keeps its own.
    sealed.run_with(words, b"data-1,a\n").expect(0);
    assert_eq!(names().len(), 2, "{:?}", names());
    kill(child);
    assert_eq!(names().len(), 2, "{:?}", names());
    sealed.run_with(words, b"data-1,b\n").expect(0);
    assert_eq!(names(), ["m.csv"]);
    assert_eq!(std::fs::read_to_string(folder.join("m.csv")).unwrap(), "data-1,b\n");
}

/// A sandbox keeps its objects and jobs; what the binary sees of them outlives it.
#[test]
fn a_sandbox_that_was_killed_lists_what_it_had() {
    let sealed = Sealed::new();
    let config = "[[buckets]]\nname = \"data-1\"\nobjects = [{ key = \"k{n}\", count = 3 }]\n";
    let list = |sealed: &Sealed| {
        sealed.run(["--sandbox", "s3", "manifest", "build", "s3://data-1/", "--to", "-"]).expect(0).stdout
    };
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    sealed.run_with(["--sandbox", "sandbox", "put", "-", "s3://data-1/a b"], b"x").expect(0);
    let before = list(&sealed);
    kill_process(Pid::from_raw(sandbox.pid().cast_signed()).unwrap(), Signal::KILL).unwrap();
    drop(sandbox);
    let _sandbox = Sandbox::with_config(&sealed, Some(config));
    assert_eq!((list(&sealed), before.lines().count()), (before, 4));
}
