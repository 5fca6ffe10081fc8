//! `opsctl s3 manifest stats`.

use serde_json::json;

use super::{gzip, md5};
use crate::support::{Sealed, Terminal};

fn with_inventory(sealed: &Sealed) {
    let mut text = String::new();
    for (number, (size, class, date)) in [
        (0_u64, "STANDARD", "2026-11-22T11:00:00.000Z"),
        (1000, "STANDARD", "2026-11-20T00:00:00.000Z"),
        (2000, "STANDARD", "2026-11-20T00:00:00.000Z"),
        (6_000_000_000, "GLACIER", "2020-01-01T00:00:00.000Z"),
    ]
    .into_iter()
    .enumerate()
    {
        text += &format!(
            "\"data-1\",\"k{number}\",\"v\",\"{}\",\"false\",\"{size}\",\"{date}\",\"{class}\"\n",
            number != 2
        );
    }
    text += "\"data-1\",\"gone\",\"v\",\"true\",\"true\",\"\",\"2026-11-20T00:00:00.000Z\",\"\"\n";
    let data = gzip(text.as_bytes());
    std::fs::write(sealed.path("1.csv.gz"), &data).unwrap();
    let manifest = json!({
        "sourceBucket": "data-1", "destinationBucket": "arn:aws:s3:::lists-1", "version": "2016-11-30",
        "fileFormat": "CSV", "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, StorageClass",
        "files": [{"key": "x/1.csv.gz", "size": data.len(), "MD5checksum": md5(&data)}],
    });
    sealed.write("manifest.json", &manifest.to_string());
}

const STATS: [&str; 4] = ["s3", "manifest", "stats", "inventory:manifest.json"];

#[test]
fn a_list_is_counted_by_class_age_and_size() {
    let sealed = Sealed::new();
    with_inventory(&sealed);
    let answer = sealed.run(STATS.iter().chain(&["-o", "json"])).expect(0).json();
    let line = |group: &str, name: &str| {
        let mut items = answer["items"].as_array().unwrap().iter();
        items.find(|it| it["group"] == group && it["name"] == name).cloned().unwrap()
    };
    let counted = |group: &str, name: &str, objects: u64, bytes: u64, share: f64| {
        assert_eq!(
            line(group, name),
            json!({"group": group, "name": name, "objects": objects, "bytes": bytes, "share": share})
        );
    };
    assert_eq!(answer["kind"], "s3.manifestStats");
    counted("all", "objects", 4, 6_000_003_000, 1.0);
    counted("bucket", "data-1", 4, 6_000_003_000, 1.0);
    counted("class", "STANDARD", 3, 3000, 0.75);
    counted("class", "GLACIER", 1, 6_000_000_000, 0.25);
    counted("age", "under 1 day", 1, 0, 0.25);
    counted("age", "1 to 7 days", 2, 3000, 0.5);
    counted("age", "over 3 years", 1, 6_000_000_000, 0.25);
    counted("size", "empty", 1, 0, 0.25);
    counted("size", "up to 128 KiB", 1, 2000, 0.25);
    counted("size", "over 5 GiB", 1, 6_000_000_000, 0.25);
    for (name, objects) in [("with a version", 5), ("not the latest version", 1), ("delete markers", 1)] {
        assert_eq!(line("version", name)["objects"], objects, "{name}");
    }
}

#[test]
fn what_a_manifest_does_not_say_is_left_out() {
    let sealed = Sealed::new();
    let ran =
        sealed.run_with(["s3", "manifest", "stats", "-", "-o", "csv"], b"data-1,a\ndata-2,b\n").expect(0);
    let half = "█".repeat(12);
    assert_eq!(
        ran.stdout,
        format!(
            "group,name,objects,bytes,share,bar\nall,objects,2,,100.0 %,\nbucket,data-1,1,,50.0 %,{half}\nbucket,data-2,1,,50.0 %,{half}\n"
        )
    );
    let empty = sealed.run_with(["s3", "manifest", "stats", "-", "-o", "csv"], b"").expect(0);
    assert_eq!(empty.stdout, "group,name,objects,bytes,share,bar\nall,objects,0,,0.0 %,\n");
}

#[test]
fn a_terminal_shows_bars() {
    let mut sealed = Sealed::new();
    with_inventory(&sealed);
    for (locale, bar) in [("C.UTF-8", "█".repeat(18)), ("C", "#".repeat(18))] {
        sealed.set("LANG", locale);
        let (screen, status, _) = Terminal::opsctl(&sealed, (100, 50), &STATS).end();
        let line = screen.lines().find(|line| line.contains("STANDARD")).unwrap_or_default();
        assert!(status.success() && line.contains(&bar), "{locale}: {screen}");
        assert!(screen.is_ascii() == (locale == "C"), "{screen}");
    }
}

#[test]
fn bars_are_as_long_as_a_narrow_terminal_has_room_for() {
    let mut sealed = Sealed::new();
    with_inventory(&sealed);
    sealed.set("LANG", "C");
    for (columns, least) in [(80, 12), (74, 6)] {
        let line = [&STATS[..], &["--color", "never", "--no-progress"]].concat();
        let (screen, status, _) = Terminal::opsctl(&sealed, (columns, 50), &line).end();
        let bars = screen.lines().filter_map(|line| line.find('#').map(|at| line.len() - at)).max();
        assert!(status.success() && bars.is_some_and(|longest| longest >= least), "{columns}: {screen}");
        assert!(screen.lines().all(|line| line.len() <= usize::from(columns)), "{screen}");
        assert!(!screen.contains("not fit"), "{screen}");
    }
}
