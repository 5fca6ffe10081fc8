//! What a list may be, and where: every verb reads it through the same room.

use serde_json::Value;

use super::{NASTY, encoded, gzip, samples};
use crate::s3::Shelf;
use crate::support::{Sealed, Terminal};

/// The keys as `-o ndjson` has them.
fn keys(stdout: &str) -> Vec<String> {
    let lines = stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|it| it["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_nasty_key_is_itself_again() {
    let sealed = Sealed::new();
    let long = ["k".repeat(1024), "é".repeat(512)];
    let all: Vec<&str> = NASTY.into_iter().chain(long.iter().map(String::as_str)).collect();
    let text: String = all.iter().map(|key| format!("data-1,{}\n", encoded(key))).collect();
    std::fs::write(sealed.path("list.csv.gz"), gzip(text.as_bytes())).unwrap();
    sealed.write("list.csv", &text);
    for file in ["list.csv", "list.csv.gz", "manifest:list.csv"] {
        let ran = sealed.run(["s3", "manifest", "head", file, "--limit", "100", "-o", "ndjson"]).expect(0);
        assert_eq!(keys(&ran.stdout), all, "{file}");
    }
}

#[test]
fn the_samples_are_their_keys() {
    let Some(samples) = samples() else { return };
    let known: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(samples.join("manifest/keys.json")).unwrap()).unwrap();
    let sealed = Sealed::new();
    let head = |source: String| {
        let ran = sealed.run(["s3", "manifest", "head", &source, "--limit", "100", "-o", "ndjson"]).expect(0);
        let mut keys = keys(&ran.stdout);
        keys.dedup();
        keys
    };
    assert_eq!(head(samples.join("manifest/plain.csv").display().to_string()), known);
    assert_eq!(head(samples.join("manifest/versions.csv").display().to_string()), known);
    let inventory = samples.join("inventory/opsctl-sample-data/daily-csv/2026-11-01T01-00Z/manifest.json");
    assert_eq!(head(format!("inventory:{}", inventory.display())), known);
    let job = samples.join("report/batch-reports/job-5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90");
    let (mut reported, mut sorted) = (head(job.display().to_string()), known);
    reported.sort();
    sorted.sort();
    reported.dedup();
    assert_eq!(reported, sorted);
}

#[test]
fn a_list_in_s3_is_read_through_connections_that_break_off() {
    let shelf = Shelf::start();
    let text: String = (0..20_000).map(|number| format!("data-1,key-{number}\n")).collect();
    shelf.put("/lists-1/list.csv", text.clone()).breaking_off(100_000, 2);
    let sealed = shelf.sealed();
    let ran = sealed.run(["s3", "manifest", "stats", "s3://lists-1/list.csv", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"][0]["objects"], 20_000);
    let requests = shelf.requests();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert_eq!(requests[0], "GET /lists-1/list.csv");
    assert!(
        requests[1..].iter().all(|request| request.starts_with("GET /lists-1/list.csv bytes=")),
        "{requests:?}"
    );
    // An object that has changed meanwhile is not put together from two.
    shelf.breaking_off(100_000, 1).changing();
    let ran = sealed.run(["s3", "manifest", "stats", "s3://lists-1/list.csv"]).expect(1);
    assert!(
        ran.stderr.contains("cannot read s3://lists-1/list.csv") && ran.stderr.contains("PreconditionFailed"),
        "{ran:?}"
    );
}

#[test]
fn a_connection_that_never_gives_a_byte_is_given_up() {
    let shelf = Shelf::start();
    shelf.put("/lists-1/list.csv", "data-1,a\n").breaking_off(0, 100);
    let ran = shelf.sealed().run(["s3", "manifest", "stats", "s3://lists-1/list.csv"]).expect(75);
    assert!(ran.stderr.contains("cannot read s3://lists-1/list.csv further than byte 0"), "{ran:?}");
}

#[test]
fn no_more_is_read_than_is_shown() {
    let shelf = Shelf::start();
    let text: String = (0..2_000_000).map(|number| format!("data-1,key-{number}\n")).collect();
    // Whoever read on would come to where the connection breaks off, and ask again.
    let far = text.len() - 1000;
    shelf.put("/lists-1/list.csv", text).breaking_off(far, 1);
    let ran = shelf
        .sealed()
        .run(["s3", "manifest", "head", "s3://lists-1/list.csv", "--limit", "2", "-o", "ndjson"])
        .expect(0);
    assert_eq!(keys(&ran.stdout), ["key-0", "key-1"]);
    assert_eq!(shelf.requests().len(), 1);
}

#[test]
fn a_line_at_fault_is_named_with_its_file() {
    let sealed = Sealed::new();
    sealed.write("list.csv", "data-1,a\ndata-1,a%2\n");
    for verb in ["stats", "head"] {
        let ran = sealed.run(["s3", "manifest", verb, "list.csv"]).expect(1);
        assert!(ran.stderr.contains("cannot read list.csv: line 2: the % at byte 1 of the key"), "{ran:?}");
        assert!(ran.stderr.contains("hint: opsctl s3 manifest check list.csv names every fault"), "{ran:?}");
        let ran = sealed.run(["s3", "manifest", verb, "none.csv"]).expect(3);
        assert!(ran.stderr.contains("cannot read none.csv"), "{ran:?}");
    }
    std::fs::write(sealed.path("cut.csv.gz"), &gzip("data-1,a\n".repeat(1000).as_bytes())[..40]).unwrap();
    let ran = sealed.run(["s3", "manifest", "stats", "cut.csv.gz"]).expect(1);
    assert!(
        ran.stderr.contains("cannot read cut.csv.gz") && ran.stderr.contains("the gzip data is cut off"),
        "{ran:?}"
    );
    sealed.write("wide.csv", "data-1,a,b,c\n");
    let ran = sealed.run(["s3", "manifest", "head", "wide.csv"]).expect(1);
    assert!(ran.stderr.contains("line 1: its 4 columns do not say what they are"), "{ran:?}");
    sealed.write("empty.csv", "");
    assert_eq!(sealed.run(["s3", "manifest", "head", "empty.csv", "-o", "ndjson"]).expect(0).stdout, "");
}

#[test]
fn hostile_keys_do_not_touch_the_terminal() {
    let sealed = Sealed::new();
    sealed.write("list.csv", "data-1,a%1B%5B31mb%0Ac\n");
    let head = ["s3", "manifest", "head", "list.csv"];
    let (screen, status, _) = Terminal::opsctl(&sealed, (100, 30), &head).end();
    assert!(
        status.success() && screen.contains(r"a\x1b[31mb\nc") && !screen.contains("\u{1b}[31m"),
        "{screen}"
    );
}
