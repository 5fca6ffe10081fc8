//! The store behind the sandbox's S3, through the binary: files are put, kept over a restart, and held against what
//! the store denies.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{FakeAws, Reply, Sandbox, Sealed};

fn put<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["--sandbox", "sandbox", "put", "-o", "json"], rest].concat()
}

#[test]
fn a_file_goes_where_it_is_told_to_and_the_answer_says_what_is_there() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let file = sealed.write("m.csv", "a,b\n");
    let file = file.to_str().unwrap();
    let md5 = "f69f5b72bc79a92dc70c63c9aa142e36";
    for (target, key) in [
        ("s3://rehearsal-manifests/x/y.csv", "x/y.csv"),
        ("s3://rehearsal-manifests/x/", "x/m.csv"),
        ("s3://rehearsal-manifests", "m.csv"),
    ] {
        let stored = &sealed.run(put(&[file, target])).expect(0).json()["items"][0];
        let expected = json!({
            "bucket": "rehearsal-manifests", "key": key, "size": 4, "eTag": md5, "versionId": null
        });
        assert_eq!(stored, &expected, "{target}");
    }
    let versioned = sealed.run(put(&[file, "s3://rehearsal-target/m.csv"])).expect(0).json();
    assert_eq!(versioned["items"][0]["versionId"].as_str().map(str::len), Some(32), "{versioned}");
    let shown =
        sealed.run(["--sandbox", "sandbox", "put", file, "s3://rehearsal-manifests/x"]).expect(0).stdout;
    assert_eq!(shown, format!("KEY  SIZE  ETAG                              VERSION\nx       4  {md5}\n"));
}

#[test]
fn a_folder_and_stdin_are_put_too() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    for (name, text) in [("f/b.txt", "b"), ("f/a b.txt", "a"), ("f/deep/er/c", ""), ("g", "g")] {
        sealed.write(name, text);
    }
    std::os::unix::fs::symlink(sealed.path("f"), sealed.path("f/loop")).unwrap();
    std::fs::create_dir(sealed.path("empty")).unwrap();
    let stored = sealed.run(put(&["f", "s3://rehearsal-data/in"])).expect(0).json();
    let keys: Vec<&str> =
        stored["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["in/a b.txt", "in/b.txt", "in/deep/er/c"]);
    let input = vec![b'x'; 20_000_000];
    let stored = sealed.run_with(put(&["-", "s3://rehearsal-data/big"]), &input).expect(0).json();
    let etag = stored["items"][0]["eTag"].as_str().unwrap();
    assert!(stored["items"][0]["size"] == 20_000_000 && etag.ends_with("-3"), "{stored}");
    for (args, said) in [
        (["-", "s3://rehearsal-data/in/"], "stdin has no name, so TARGET must have a key"),
        (["empty", "s3://rehearsal-data/in/"], "there are no files in empty"),
        (["nothing", "s3://rehearsal-data/in/"], "cannot read nothing"),
        (["g", "rehearsal-data/in/"], "does not begin with s3://"),
    ] {
        let ran = sealed.run(put(&args)).expect(2);
        assert!(ran.stderr.contains(said) && ran.stdout.is_empty(), "{said}: {ran:?}");
    }
    let ran = sealed.run(put(&["g", "s3://no-such-bucket/x"])).expect(3);
    assert!(ran.stderr.contains("NoSuchBucket"), "{ran:?}");
}

#[test]
fn nothing_but_a_sandbox_is_written_to() {
    let mut sealed = Sealed::new();
    sealed.write("g", "g");
    let aws = FakeAws::start(|_| Reply::json(json!({})));
    sealed.signed_in();
    let nowhere = sealed.run(["sandbox", "put", "g", "s3://rehearsal-data/x"]).expect(2);
    assert!(
        nowhere.stderr.starts_with("error: this is no sandbox, and nothing else is written to\n"),
        "{nowhere:?}"
    );
    sealed.set("AWS_ENDPOINT_URL", &aws.endpoint);
    let elsewhere = sealed.run(["sandbox", "put", "g", "s3://rehearsal-data/x"]).expect(2);
    assert!(elsewhere.stderr.contains("this is no sandbox"), "{elsewhere:?}");
    assert_eq!(aws.operations(), ["DescribeSandbox"]);
}

#[test]
fn a_sandbox_that_was_killed_has_what_it_acknowledged() {
    let sealed = Sealed::new();
    let config =
        "[[buckets]]\nname = \"kept\"\nversioning = \"enabled\"\nobjects = [{ key = \"a{n}\", count = 3 }]\n";
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    let large = sealed.write("large", &"large ".repeat(10_000));
    let stored = |key: &str| {
        let target = format!("s3://kept/{key}");
        sealed.run(put(&[large.to_str().unwrap(), &target])).expect(0).json()["items"][0].clone()
    };
    let before = stored("large");
    kill_process(Pid::from_raw(sandbox.pid().cast_signed()).unwrap(), Signal::KILL).unwrap();
    drop(sandbox);
    let _sandbox = Sandbox::with_config(&sealed, Some(config));
    // It is there: an object that is not would be written by this.
    let after = stored("large2");
    assert_eq!(after["eTag"], before["eTag"]);
    let blobs = std::fs::read_dir(sealed.path("sandbox/s3/blobs")).unwrap();
    assert_eq!(blobs.count(), 2);
    let journal = std::fs::read_to_string(sealed.path("sandbox/s3/journal")).unwrap();
    let id = u128::from_str_radix(before["versionId"].as_str().unwrap(), 16).unwrap();
    assert!(journal.contains(&id.to_string()), "{journal}");
    use std::os::unix::fs::PermissionsExt as _;
    for (path, mode) in [("sandbox/s3", 0o700), ("sandbox/s3/journal", 0o600), ("sandbox/s3/blobs", 0o700)] {
        let found = std::fs::metadata(sealed.path(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path}");
    }
}

#[test]
fn mistakes_in_buckets_are_told_with_their_places() {
    let sealed = Sealed::new();
    sealed.write("sandbox.toml", "[[buckets]]\nname = \"a\"\nobjects = [{ count = 2 }]\n[s3]\nlatency = 1\n");
    let ran = sealed.run(["sandbox", "run", "--config", "sandbox.toml", "--", "true"]).expect(255);
    for place in ["sandbox.toml:2:8: ", "sandbox.toml:3:12: ", "sandbox.toml:5:1: "] {
        assert!(ran.stderr.contains(place), "{ran:?}");
    }
}

#[test]
fn no_log_of_a_sandbox_has_its_key() {
    let sealed = Sealed::new();
    let file = sealed.write("g", "g");
    let script = format!(
        "opsctl sandbox put {} s3://rehearsal-data/x && echo \"$AWS_SECRET_ACCESS_KEY\"",
        file.display()
    );
    let ran = sealed
        .run(["--log-file", "log", "--log", "trace", "sandbox", "run", "--", "sh", "-c", &script])
        .expect(0);
    let secret = ran.stdout.lines().last().unwrap().to_owned();
    let log = std::fs::read_to_string(sealed.path("log")).unwrap();
    assert!(secret.len() == 40 && log.len() > 2000 && !log.contains(&secret), "{}", log.len());
}
