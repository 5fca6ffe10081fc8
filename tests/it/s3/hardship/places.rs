//! Files and folders that are not there, full, limited, damaged, or left by who reads them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::build;
use crate::s3::job::Rehearsal;
use crate::s3::manifest::{gzip, md5};
use crate::support::bucket::{Bucket, Settings};
use crate::support::{Ran, Sealed, finish};

/// Nothing is listed for hours before a mistake is found.
#[test]
fn what_is_not_there_is_told_before_anything_is_listed() {
    let bucket = Bucket::of(["a"], Settings { page: 9, ..Settings::default() });
    let sealed = crate::s3::listing::sealed(&bucket);
    std::fs::create_dir(sealed.path("folder")).unwrap();
    sealed.write("file", "");
    for (source, to, code, told) in [
        ("no.csv", "m.csv", 3, "error: cannot read no.csv\n  cause: No such file or directory"),
        ("file", "no/m.csv", 1, "error: cannot write no/m.csv\n  cause: No such file or directory"),
        ("file", "file/m.csv", 1, "error: cannot write file/m.csv\n  cause: not a directory"),
        ("file", "folder", 1, "error: cannot write folder\n  cause: is a directory"),
    ] {
        let ran = sealed.run(["s3", "manifest", "build", "s3://data-1/", source, "--to", to]).expect(code);
        assert!(ran.stderr.starts_with(told), "{ran:?}");
    }
    assert_eq!(bucket.log(), [""; 0]);
}

/// The binary under `ulimit -f 64`, which is 32 or 64 KiB by the shell.
fn limited(sealed: &Sealed, words: &str) -> Ran {
    let mut command = Command::new("sh");
    sealed.seal(&mut command);
    command.arg("-c").arg(format!("ulimit -f 64 && exec opsctl {words}"));
    finish(command, b"")
}

#[test]
fn a_limit_of_the_size_of_files_is_a_full_disk() {
    let sealed = Sealed::new();
    let text: String = (0..5000).map(|n| format!("data-1,{n:030}%20\n")).collect();
    sealed.write("list.csv", &text);
    sealed.write("spoilt.csv", &text.replace("%20", " x"));
    sealed.write("m.csv", "before");
    for (words, told) in [
        (
            "s3 manifest build list.csv --to m.csv",
            "error: cannot write the manifest\n  cause: File too large",
        ),
        ("s3 manifest build list.csv --to - > m2.csv", "error: cannot write"),
        ("s3 manifest check spoilt.csv --fix m.csv", "m.csv\n  cause: File too large"),
    ] {
        let ran = limited(&sealed, words).expect(1);
        assert!(ran.stderr.contains(told), "{ran:?}");
        assert!(ran.stdout.is_empty() || words.contains("check"), "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(sealed.path("m.csv")).unwrap(), "before");
    let names = std::fs::read_dir(sealed.path("m.csv").parent().unwrap()).unwrap();
    let names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.ends_with(".new")), "{names:?}");
}

/// What is already listed when the disk is full is not listed again once there is room.
#[test]
fn a_full_folder_for_what_is_listed_is_said_and_what_is_in_it_is_good() {
    let keys: Vec<String> = (0..5000).map(|n| format!("a-long-name-of-a-folder/{n:06}-{n:06}")).collect();
    let settings = || Settings { page: 100, ..Settings::default() };
    let bucket = Bucket::of(keys.iter().map(String::as_str), settings());
    let sealed = crate::s3::listing::sealed(&bucket);
    let words = "s3 manifest build s3://data-1/ --max-concurrency 2 --to m.csv";
    let ran = limited(&sealed, words).expect(1);
    assert!(
        ran.stderr.contains(
            "what was listed so far is kept\nhint: once that is mended, the same command with --resume goes on"
        ),
        "{ran:?}"
    );
    assert!(ran.stderr.contains(".listing\n  cause: File too large"), "{ran:?}");
    assert!(ran.stderr.contains("hint: XDG_STATE_HOME names a folder with more room"), "{ran:?}");
    assert!(!sealed.path("m.csv").exists());
    let before = bucket.log().len();
    sealed.run(words.split(' ').chain(["--resume"])).expect(0);
    assert_eq!(std::fs::read_to_string(sealed.path("m.csv")).unwrap(), crate::s3::listing::plain(&keys));
    let after = bucket.log().len() - before;
    let fresh = Bucket::of(keys.iter().map(String::as_str), settings());
    crate::s3::listing::sealed(&fresh).run(words.split(' ')).expect(0);
    assert!(after < fresh.log().len(), "{after} requests to go on, {} in all", fresh.log().len());
}

#[test]
fn a_full_folder_for_the_list_of_a_job_makes_no_job() {
    let rehearsal = Rehearsal::new();
    let rows: String = (0..5000).map(|n| format!("data,{n:030}\n")).collect();
    rehearsal.sealed.write("list.csv", &rows);
    let words = "--sandbox s3 job create untag --build list.csv --role batch --report s3://reports/batch";
    let ran = limited(&rehearsal.sealed, words).expect(1);
    assert!(
        ran.stderr.starts_with("error: cannot write to ") && ran.stderr.contains("opsctl/builds\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("  cause: File too large"), "{ran:?}");
    assert!(ran.stderr.contains("hint: XDG_STATE_HOME names a folder with more room"), "{ran:?}");
    assert_eq!(rehearsal.keys("reports"), [""; 0]);
    assert_eq!(rehearsal.job(&["list", "-o", "json"]).expect(0).json()["items"], json!([]));
}

#[test]
fn without_a_folder_to_keep_a_listing_in_it_can_go_to_stdout() {
    let bucket = Bucket::of(["a", "b"], Settings { page: 9, ..Settings::default() });
    let sealed = crate::s3::listing::sealed(&bucket);
    let run = |state: Option<&str>, to: &str| {
        let mut command = sealed.command(["s3", "manifest", "build", "s3://data-1/", "--to", to]);
        match state {
            Some(state) => command.env("XDG_STATE_HOME", state),
            None => command.env_remove("HOME").env_remove("TERM").env_remove("LANG"),
        };
        finish(command, b"")
    };
    let ran = run(Some("/dev/null"), "m.csv").expect(1);
    assert_eq!(
        ran.stderr,
        "error: cannot make /dev/null/opsctl/builds\n  cause: Not a directory (os error 20)\n  \
         hint: XDG_STATE_HOME names another folder for what is not yet in the manifest; --to - needs none\n"
    );
    // A folder that is none is a mistake; that there is none may well be so.
    run(None, "m.csv").expect(0);
    for state in [Some("/dev/null"), None] {
        let ran = run(state, "-").expect(0);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("data-1,a\ndata-1,b\n", ""));
    }
}

#[test]
fn a_reader_who_leaves_ends_a_build_without_a_word() {
    let text: String = (0..200_000).map(|n| format!("data-1,{n:06}\n")).collect();
    let sealed = Sealed::new();
    sealed.write("list.csv", &text);
    for verb in ["build list.csv --to -", "head list.csv --limit 200000 -o ndjson"] {
        let words = ["s3", "manifest"].into_iter().chain(verb.split(' '));
        let mut child = sealed
            .command(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(first.contains("000000"), "{verb}: {first}");
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{verb}");
    }
}

#[test]
fn an_inventory_that_is_not_what_was_promised_spoils_no_manifest() {
    let sealed = Sealed::new();
    let row =
        |key: &str, version: &str, marker: bool| format!("\"data-1\",\"{key}\",\"{version}\",\"{marker}\"\n");
    let files = [
        ("data/1.csv.gz", gzip((row("a%20b", "", false) + &row("c%2Bd", "v1", false)).as_bytes())),
        (
            "data/2.csv.gz",
            gzip((row("a+c", "v2", false) + &row("gone", "v9", true) + &row("a+b", "", false)).as_bytes()),
        ),
    ];
    let manifest = json!({
        "sourceBucket": "data-1", "destinationBucket": "arn:aws:s3:::lists-1", "version": "2016-11-30",
        "creationTimestamp": "1793494800000", "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, VersionId, IsDeleteMarker",
        "files": files.iter().map(|(key, bytes)| json!({"key": key, "size": bytes.len(), "MD5checksum": md5(bytes)}))
            .collect::<Vec<Value>>(),
    });
    sealed.write("manifest.json", &manifest.to_string());
    std::fs::create_dir(sealed.path("data")).unwrap();
    let whole = || files.iter().for_each(|(name, bytes)| std::fs::write(sealed.path(name), bytes).unwrap());
    let args = ["s3", "manifest", "build", "inventory:manifest.json", "--to", "m.csv", "-o", "json"];
    whole();
    let ran = sealed.run(args).expect(0);
    let good = "data-1,a%20b,null\ndata-1,c%2Bd,v1\ndata-1,a%20c,v2\n";
    let text = || std::fs::read_to_string(sealed.path("m.csv")).unwrap();
    assert_eq!(text(), good);
    let item = &ran.json()["item"];
    assert_eq!((&item["duplicates"], &item["deleteMarkers"]), (&1.into(), &1.into()), "{ran:?}");

    let second = sealed.path("data/2.csv.gz");
    for (content, code, told) in [
        (Some(files[1].1[..files[1].1.len() - 9].to_vec()), 1, "cannot read data/2.csv.gz"),
        (Some(gzip(b"\"data-1\",\"other\",\"\",\"false\"\n")), 1, "its MD5 is "),
        (None, 3, "its data file data/2.csv.gz is not there"),
    ] {
        whole();
        match content {
            Some(content) => std::fs::write(&second, content).unwrap(),
            None => std::fs::remove_file(&second).unwrap(),
        }
        let ran = sealed.run(args).expect(code);
        assert!(
            ran.stderr.contains(told) && ran.stderr.contains("data/2.csv.gz") && ran.stdout.is_empty(),
            "{ran:?}"
        );
        assert_eq!(text(), good, "{told}");
    }
}

#[test]
fn a_build_needs_no_home_but_to_be_resumed() {
    let bucket = Bucket::of(["a", "b"], Settings { page: 1, ..Settings::default() });
    let sealed = crate::s3::listing::sealed(&bucket);
    let temporary = sealed.path("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let run = |more: &[&str]| {
        let mut command = sealed.command(["s3", "manifest", "build", "s3://data-1/", "--to", "m.csv"]);
        command.args(more).env_remove("HOME").env_remove("XDG_STATE_HOME").env("TMPDIR", &temporary);
        crate::support::finish(command, b"")
    };
    let ran = run(&[]).expect(0);
    let told =
        format!("warning: HOME is not set: what is listed is in {} until the end", temporary.display());
    assert!(ran.stderr.contains(&told), "{ran:?}");
    assert_eq!(std::fs::read_to_string(sealed.path("m.csv")).unwrap(), "data-1,a\ndata-1,b\n");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    let refused = run(&["--resume"]).expect(2);
    assert!(refused.stderr.contains("--resume has nothing to go on with"), "{refused:?}");
    assert!(refused.stderr.contains("HOME is not set"), "{refused:?}");
}

#[test]
fn a_list_that_is_listed_as_a_prefix_is_told() {
    let rehearsal = Rehearsal::of(
        r#"
[[buckets]]
name = "lists-1"
objects = [
  { key = "all.csv", body = "data-1,a\n" },
  { key = "two.csv", body = "data-1,a\n" }, { key = "two.csv.bak" },
  { key = "inv/manifest.json", body = "{}" },
  { key = "logs/x" },
]
"#,
    );
    for to in ["m.csv", "-"] {
        for (source, told) in [
            ("s3://lists-1/all.csv", Some("hint: manifest:s3://lists-1/all.csv reads the objects in it")),
            ("s3://lists-1/inv/manifest.json", Some("hint: inventory:s3://lists-1/inv/manifest.json reads")),
            ("s3://lists-1/two.csv", None),
            ("s3://lists-1/logs/x", None),
            ("manifest:s3://lists-1/all.csv", None),
        ] {
            let ran = build(&rehearsal, &[source, "--to", to]).expect(0);
            let warned = ran.stderr.contains("was listed as a prefix, and is the only object found");
            assert_eq!(warned, told.is_some(), "{source} {to}: {ran:?}");
            assert!(ran.stderr.contains(told.unwrap_or_default()), "{source} {to}: {ran:?}");
        }
    }
}

#[test]
fn links_are_followed_and_what_they_lead_to_is_written() {
    let bucket = Bucket::of(["a"], Settings { page: 10, ..Settings::default() });
    let sealed = crate::s3::listing::sealed(&bucket);
    let (link, file) = (sealed.path("link.csv"), sealed.path("kept.csv"));
    std::fs::write(&file, "old\n").unwrap();
    std::os::unix::fs::symlink("kept.csv", &link).unwrap();
    sealed.run(["s3", "manifest", "build", "s3://data-1/", "--to", "link.csv"]).expect(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "data-1,a\n");
    sealed.write("faulty.csv", "data-1,b c\n");
    sealed.run(["s3", "manifest", "check", "faulty.csv", "--fix", "link.csv"]).expect(6);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "data-1,b%20c\n");
    assert!(link.is_symlink() && file.is_file());
    // Stdout, though it is a file here.
    let redirected = sealed.path("redirected.csv");
    let mut command = sealed.command(["s3", "manifest", "build", "s3://data-1/", "--to", "/dev/stdout"]);
    let status = command.stdout(std::fs::File::create(&redirected).unwrap()).status().unwrap();
    assert!(status.success() && std::path::Path::new("/dev/stdout").is_symlink());
    assert_eq!(std::fs::read_to_string(&redirected).unwrap(), "data-1,a\n");
    // As `>>` has it: the faults are told there too.
    let mut command = sealed.command(["s3", "manifest", "check", "faulty.csv", "-q", "--fix", "/dev/stdout"]);
    command.args(["-o", "csv", "--no-header", "--columns", "line"]);
    let appended = std::fs::OpenOptions::new().append(true).open(&redirected).unwrap();
    let status = command.stdout(appended).status().unwrap();
    assert!(status.code() == Some(6) && std::path::Path::new("/dev/stdout").is_symlink());
    let text = std::fs::read_to_string(&redirected).unwrap();
    assert!(text.starts_with("data-1,a\n") && text.contains("data-1,b%20c\n"), "{text}");
}

#[test]
fn a_list_in_an_archive_is_a_conflict_and_told_how_to_restore() {
    let rehearsal = Rehearsal::of(
        "[[buckets]]\nname = \"lists-1\"\nobjects = [{ key = \"old list.csv\", body = \"data-1,a\\n\", storage_class = \"GLACIER\" }]\n",
    );
    let told =
        "hint: aws s3api restore-object --bucket lists-1 --key 'old list.csv' --restore-request Days=1\n";
    for verb in ["head", "stats", "check"] {
        let ran = rehearsal.opsctl(&["s3", "manifest", verb, "s3://lists-1/old list.csv"]).expect(9);
        assert!(ran.stderr.contains("InvalidObjectState") && ran.stderr.contains(told), "{ran:?}");
    }
}

#[test]
fn where_a_manifest_goes_is_looked_at_before_anything_is_listed() {
    let rehearsal = Rehearsal::of(
        "[[buckets]]\nname = \"data-1\"\nobjects = [{ key = \"a\" }]\n[[buckets]]\nname = \"far-1\"\nregion = \"eu-west-1\"\n",
    );
    for (to, code, told) in [
        ("s3://nobucket/x.csv", 3, "there is no bucket nobucket for s3://nobucket/x.csv"),
        ("s3://far-1/x.csv", 1, "hint: --region eu-west-1: what is listed may be anywhere"),
        ("s3://data-1/dir/", 2, "names no object: s3://data-1/dir/manifest.csv"),
    ] {
        let ran = build(&rehearsal, &["s3://data-1/", "--to", to]).expect(code);
        assert!(ran.stderr.contains(told) && !ran.stderr.contains("--resume"), "{ran:?}");
    }
    build(&rehearsal, &["s3://data-1/", "--to", "s3://far-1/x.csv", "--region", "eu-west-1"]).expect(0);
    // What does not pass by itself must be mended before it is worth going on.
    rehearsal.sealed.write("bad.csv", "data-1,%zz\n");
    let ran = build(&rehearsal, &["s3://data-1/", "bad.csv", "--to", "m.csv"]).expect(1);
    assert!(ran.stderr.contains("hint: once that is mended, the same command with --resume"), "{ran:?}");
}

#[test]
fn filters_that_let_nothing_through_are_refused_and_what_was_there_stays() {
    let bucket = Bucket::of(["a"], Settings { page: 10, ..Settings::default() });
    let sealed = crate::s3::listing::sealed(&bucket);
    sealed.write("m.csv", "data-1,old\n");
    let run = |more: &[&str]| {
        sealed.run([&["s3", "manifest", "build", "s3://data-1/", "--to", "m.csv"], more].concat())
    };
    for (filters, told) in [
        (&["--min-size", "10", "--max-size", "5"][..], "10 bytes or more (--min-size) and 5 or less"),
        (&["--glob", "[a"], "`[a` is no glob: a bracket is never closed"),
        (&["--glob", "[z-a]"], "`[z-a]` is no glob: its set has nothing in it"),
        (&["--since", "1h", "--until", "2h"], "they are the wrong way round"),
    ] {
        let ran = run(filters).expect(2);
        assert!(ran.stderr.contains(told), "{filters:?}: {ran:?}");
        assert_eq!(std::fs::read_to_string(sealed.path("m.csv")).unwrap(), "data-1,old\n");
    }
    run(&["--min-size", "1", "--max-size", "1", "--glob", "[a]", "--since", "2001-01-01"]).expect(0);
    let ran = run(&["--storage-class", "GLACEIR"]);
    assert!(
        ran.stderr.contains("GLACEIR is no storage class that is known here\nhint: did you mean GLACIER?\n"),
        "{ran:?}"
    );
    assert!(!run(&["--storage-class", "glacier_ir"]).stderr.contains("storage class"));
}
