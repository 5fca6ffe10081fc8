//! `opsctl s3 manifest check`.

use std::os::unix::fs::FileTypeExt as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{NASTY, encoded, gzip, samples};
use crate::s3::Shelf;
use crate::support::{Sealed, Terminal};

/// Lines and faults as `-o ndjson` has them.
fn faults(stdout: &str) -> Vec<(u64, String)> {
    let lines = stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|it| (it["line"].as_u64().unwrap(), it["fault"].as_str().unwrap().to_owned())).collect()
}

/// Its name, the manifest, the faults with their lines, the mended copy.
type Case<'a> = (&'a str, &'a [u8], &'a [(u64, &'a str)], &'a str);

#[test]
fn every_fault_is_found_with_its_line_and_mended() {
    let version = "3HL4kqtJvjVBH40Nrjfkd";
    let mixed = format!("data-1,a,{version}\ndata-1,b\n");
    let long = format!("data-1,{}\n", "k".repeat(1025));
    let endless = format!("data-1,a\n{}\ndata-1,b\n", "k".repeat(3 << 20));
    let cases: [Case; 16] = [
        ("header", b"Bucket,Key\ndata-1,a\n", &[(1, "header")], "data-1,a\n"),
        (
            "bom-crlf",
            b"\xef\xbb\xbfdata-1,a\r\ndata-1,b\r\n",
            &[(1, "byte-order-mark"), (1, "carriage-return"), (2, "carriage-return")],
            "data-1,a\ndata-1,b\n",
        ),
        ("quoted", b"data-1,\"a%20b\"\n", &[(1, "quoted")], "data-1,a%20b\n"),
        (
            "unencoded",
            b"data-1,a b\ndata-1,x,y\n",
            &[(1, "unencoded"), (2, "comma-in-key"), (2, "unencoded")],
            "data-1,a%20b\ndata-1,x%2Cy\n",
        ),
        ("mixed-versions", mixed.as_bytes(), &[(2, "mixed-versions")], "data-1,a,3HL4kqtJvjVBH40Nrjfkd\n"),
        ("empty-version", b"data-1,a,\n", &[(1, "empty-version")], "data-1,a,null\n"),
        ("two-buckets", b"data-1,a\ndata-2,a\n", &[(2, "other-bucket")], "data-1,a\n"),
        ("s3uri", b"s3://data-1,a\n", &[(1, "bucket-form")], "data-1,a\n"),
        ("duplicates", b"data-1,a\ndata-1,b\ndata-1,a\n", &[(3, "duplicate")], "data-1,a\ndata-1,b\n"),
        ("empty", b"", &[(1, "no-objects")], ""),
        (
            "bad-percent",
            b"data-1,a%2.txt\ndata-1,%ff\ndata-1,b\n",
            &[(1, "bad-escape"), (2, "not-utf-8")],
            "data-1,b\n",
        ),
        ("long-key", long.as_bytes(), &[(1, "long-key")], ""),
        ("endless line", endless.as_bytes(), &[(2, "long-line")], "data-1,a\ndata-1,b\n"),
        ("columns", b"data-1,a\ndata-1\n", &[(2, "columns")], "data-1,a\n"),
        ("open quote", b"data-1,\"a\ndata-1,b\n", &[(1, "bad-quotes")], "data-1,b\n"),
        ("bad bucket", b"Data_1,a\ndata-1,b\n", &[(1, "bad-bucket")], "data-1,b\n"),
    ];
    let sealed = Sealed::new();
    for (name, text, expected, copy) in cases {
        std::fs::write(sealed.path("list.csv"), text).unwrap();
        let ran = sealed
            .run(["s3", "manifest", "check", "list.csv", "--fix", "mended.csv", "-o", "ndjson"])
            .expect(6);
        let expected: Vec<(u64, String)> =
            expected.iter().map(|(line, fault)| (*line, (*fault).to_owned())).collect();
        assert_eq!(faults(&ran.stdout), expected, "{name}: {ran:?}");
        assert_eq!(std::fs::read_to_string(sealed.path("mended.csv")).unwrap(), copy, "{name}");
        if !copy.is_empty() {
            sealed.run(["s3", "manifest", "check", "mended.csv"]).expect(0);
        }
    }
}

#[test]
fn the_samples_have_the_faults_they_were_made_with() {
    let Some(samples) = samples() else { return };
    let sealed = Sealed::new();
    let check = |file: &str| {
        let path = samples.join(file).display().to_string();
        sealed.run(["s3", "manifest", "check", &path, "-o", "ndjson"])
    };
    for (file, expected) in [
        ("bad-percent", &[(1, "bad-escape"), (2, "bad-escape"), (3, "not-utf-8")][..]),
        ("bom-crlf", &[(1, "byte-order-mark"), (1, "carriage-return"), (2, "carriage-return")]),
        ("duplicates", &[(3, "duplicate")]),
        ("empty", &[(1, "no-objects")]),
        ("empty-version", &[(1, "empty-version")]),
        ("header", &[(1, "header")]),
        ("mixed-versions", &[(2, "mixed-versions")]),
        ("overlong-key", &[(1, "long-key")]),
        ("s3uri", &[(1, "bucket-form")]),
        ("two-buckets", &[(2, "other-bucket")]),
        ("unencoded", &[(1, "unencoded"), (2, "comma-in-key"), (2, "unencoded")]),
    ] {
        let ran = check(&format!("manifest-bad/{file}.csv")).expect(6);
        let expected: Vec<(u64, String)> =
            expected.iter().map(|(line, fault)| (*line, (*fault).to_owned())).collect();
        assert_eq!(faults(&ran.stdout), expected, "{file}");
    }
    for file in ["manifest/plain.csv", "manifest/versions.csv"] {
        let ran = check(file).expect(0);
        assert!(faults(&ran.stdout).iter().all(|(_, fault)| fault == "double-encoded"), "{ran:?}");
    }
}

#[test]
fn a_sound_manifest_of_nasty_keys_has_no_errors_and_its_copy_is_the_same() {
    let sealed = Sealed::new();
    let text: String = NASTY.iter().map(|key| format!("data-1,{},null\n", encoded(key))).collect();
    let path = sealed.write("list.csv", &text);
    let ran =
        sealed.run(["s3", "manifest", "check", "list.csv", "--fix", "list.csv", "-o", "ndjson"]).expect(0);
    assert_eq!(faults(&ran.stdout), [(10, "double-encoded".to_owned())]);
    assert!(ran.stderr.contains("list.csv has 16 objects: 1 double-encoded"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    let ran = sealed.run_with(["s3", "manifest", "check", "-"], b"data-1,a\n").expect(0);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        ("", "no faults in stdin: 1 object without versions\n")
    );
    let quiet = sealed.run_with(["s3", "manifest", "check", "-", "--quiet"], b"data-1,a\n").expect(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn a_table_shows_the_first_faults_and_says_how_many_there_are() {
    let sealed = Sealed::new();
    sealed.write("list.csv", &"data-1,a b\n".repeat(1000));
    let ran = sealed.run(["s3", "manifest", "check", "list.csv", "--no-header"]).expect(6);
    assert_eq!(ran.stdout.lines().count(), 200);
    assert!(ran.stdout.starts_with("  1  error  unencoded  a b  the key is not encoded"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("200 of 1999 faults are shown; -o ndjson shows all of them"),
        "{}",
        ran.stderr
    );
    let ran = sealed.run(["s3", "manifest", "check", "list.csv", "-o", "ndjson"]).expect(6);
    assert_eq!(ran.stdout.lines().count(), 1999);
    let ran = sealed.run(["s3", "manifest", "check", "list.csv", "-o", "json", "--limit", "3"]).expect(6);
    let answer = ran.json();
    assert_eq!((&answer["kind"], answer["items"].as_array().unwrap().len()), (&"s3.manifestFault".into(), 3));
    let first = serde_json::json!({
        "line": 1, "severity": "error", "fault": "unencoded", "found": "a b",
        "meaning": "the key is not encoded: its task fails with NoSuchKey", "remedy": "mended"
    });
    assert_eq!(answer["items"][0], first);
    // A reader that left does not change what is found.
    assert!(ran.stderr.contains("1000 unencoded, 999 duplicate"), "{}", ran.stderr);
}

#[test]
fn columns_are_those_of_the_job() {
    let sealed = Sealed::new();
    sealed.write("list.csv", "7,data-1,a%20b\n");
    let fields =
        ["s3", "manifest", "check", "list.csv", "--fix", "mended.csv", "--fields", "Ignore,Bucket,Key"];
    sealed.run(fields).expect(0);
    assert_eq!(std::fs::read_to_string(sealed.path("mended.csv")).unwrap(), "data-1,a%20b\n");
    let ran = sealed.run(["s3", "manifest", "check", "list.csv", "--fields", "Bucket,Size"]).expect(2);
    assert!(
        ran.stderr.contains("`Size` is no column of a manifest: they are Bucket, Key, VersionId and Ignore"),
        "{ran:?}"
    );
}

#[test]
fn gzip_is_a_fault_that_is_mended() {
    let sealed = Sealed::new();
    std::fs::write(sealed.path("list.csv.gz"), gzip(b"data-1,a\n")).unwrap();
    let ran =
        sealed.run(["s3", "manifest", "check", "list.csv.gz", "--fix", "list.csv", "-o", "ndjson"]).expect(6);
    assert_eq!(faults(&ran.stdout), [(1, "compressed".to_owned())]);
    assert_eq!(std::fs::read_to_string(sealed.path("list.csv")).unwrap(), "data-1,a\n");
}

#[test]
fn what_cannot_be_read_or_written_is_named() {
    let shelf = Shelf::start();
    shelf.put("/data-1/list.csv", "data-1,a b\n");
    let sealed = shelf.sealed();
    let check = |args: &[&str]| sealed.run(["s3", "manifest", "check"].iter().chain(args));
    let ran = check(&["s3://data-1/list.csv", "-o", "ndjson"]).expect(6);
    assert_eq!(faults(&ran.stdout), [(1, "unencoded".to_owned())]);
    for (args, code, message) in [
        (&["none.csv"][..], 3, "error: cannot read none.csv"),
        (&["s3://data-1/none.csv"], 3, "error: cannot read s3://data-1/none.csv"),
        (&["s3://data-2/list.csv"], 3, "NoSuchBucket"),
        (&["s3://data-1/folder/"], 2, "s3://data-1/folder/ names no object"),
        (&["s3://D/x"], 2, "`D` is no name of a bucket"),
        (&["."], 2, ". is no manifest, and only those can be checked"),
        (&["manifest.json"], 2, "inventory:manifest.json is an inventory"),
        (&["s3://data-1/list.csv", "--fix", "none/x.csv"], 1, "cannot write none/x.csv"),
        (&["s3://data-1/list.csv", "--fix", "home"], 1, "cannot write home"),
        (&["s3://data-1/list.csv", "--fix", "s3://data-1/x"], 2, "--fix writes a file, not s3://data-1/x"),
    ] {
        let ran = check(args).expect(code);
        assert!(ran.stderr.contains(message), "{args:?}: {ran:?}");
    }
    shelf.denying();
    let ran = check(&["s3://data-1/list.csv"]).expect(5);
    assert!(ran.stderr.contains("cannot read s3://data-1/list.csv"), "{ran:?}");
}

#[test]
fn a_copy_into_a_pipe_leaves_the_pipe() {
    let sealed = Sealed::new();
    sealed.write("list.csv", "data-1,a b\n");
    let pipe = sealed.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    sealed.run(["s3", "manifest", "check", "list.csv", "--fix", "pipe"]).expect(6);
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(read.join().unwrap(), "data-1,a%20b\n");
}

#[test]
fn a_check_that_is_left_leaves_no_half_copy() {
    let sealed = Sealed::new();
    let mut child = sealed
        .command(["s3", "manifest", "check", "-", "--fix", "mended.csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = |sealed: &Sealed| {
        let names = std::fs::read_dir(sealed.path("")).unwrap();
        names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().contains("mended")).count()
    };
    while begun(&sealed) == 0 {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    // Who waits for a child closes its stdin first, and the check would be at its end.
    let stdin = child.stdin.take();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
    assert_eq!(begun(&sealed), 0);
}

#[test]
fn faults_of_hostile_keys_are_shown_escaped() {
    let sealed = Sealed::new();
    sealed.write("list.csv", "data-1,a\u{1b}[31mb\n");
    let (screen, status, _) =
        Terminal::opsctl(&sealed, (160, 30), &["s3", "manifest", "check", "list.csv"]).end();
    let code = status.code();
    assert_eq!(code, Some(6), "{screen}");
    assert!(screen.contains(r"a\x1b[31mb") && !screen.contains("a\u{1b}[31m"), "{screen}");
}
