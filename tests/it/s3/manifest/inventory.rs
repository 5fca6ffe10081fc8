//! Inventories, in S3 and beside their manifest on this machine.

use std::path::Path;

use serde_json::{Value, json};

use super::{NASTY, encoded, gzip, md5};
use crate::s3::Shelf;
use crate::support::Sealed;

const FOLDER: &str = "data-1/daily/";

/// A manifest.json and its two data files, the second of which spells a space as a plus.
struct Inventory {
    manifest: Value,
    files: [(String, Vec<u8>); 2],
}

fn inventory() -> Inventory {
    let row = |key: &str, version: &str, marker: bool, size: &str| {
        format!(
            "\"data-1\",\"{key}\",\"{version}\",\"true\",\"{marker}\",\"{size}\",\"2026-11-01T12:00:00.000Z\",\"STANDARD\"\n"
        )
    };
    let (first, second) = NASTY.split_at(NASTY.len() / 2);
    let text = first.iter().map(|key| row(&encoded(key), "", false, "10")).collect::<String>();
    let plus = second
        .iter()
        .map(|key| row(&encoded(key).replace("%20", "+"), "v1", false, "20"))
        .collect::<String>();
    let files = [text, plus + &row("gone", "v9", true, "")].map(|text| gzip(text.as_bytes()));
    let [first, second] = files;
    let files = [(format!("{FOLDER}data/1.csv.gz"), first), (format!("{FOLDER}data/2.csv.gz"), second)];
    let entry = |(key, bytes): &(String, Vec<u8>)| json!({"key": key, "size": bytes.len(), "MD5checksum": md5(bytes)});
    let manifest = json!({
        "sourceBucket": "data-1", "destinationBucket": "arn:aws:s3:::lists-1", "version": "2016-11-30",
        "creationTimestamp": "1793494800000", "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, StorageClass",
        "files": files.iter().map(entry).collect::<Vec<_>>(),
    });
    Inventory { manifest, files }
}

impl Inventory {
    fn on(&self, shelf: &Shelf) {
        shelf.put(&format!("/lists-1/{FOLDER}2026-11-01T01-00Z/manifest.json"), self.manifest.to_string());
        for (key, bytes) in &self.files {
            shelf.put(&format!("/lists-1/{key}"), bytes.clone());
        }
    }

    fn in_folder(&self, folder: &Path) {
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write(&format!("{FOLDER}2026-11-01T01-00Z/manifest.json"), self.manifest.to_string().as_bytes());
        for (key, bytes) in &self.files {
            write(key, bytes);
        }
    }
}

const LOCAL: &str = "inventory:copy/data-1/daily/2026-11-01T01-00Z/manifest.json";
const REMOTE: &str = "inventory:s3://lists-1/data-1/daily/2026-11-01T01-00Z/manifest.json";

fn local(sealed: &Sealed, inventory: &Inventory) {
    inventory.in_folder(&sealed.path("copy"));
}

#[test]
fn both_spellings_of_a_space_and_empty_versions_are_understood() {
    let (shelf, inventory) = (Shelf::start(), inventory());
    inventory.on(&shelf);
    let sealed = shelf.sealed();
    local(&sealed, &inventory);
    for source in [LOCAL, REMOTE] {
        let ran = sealed.run(["s3", "manifest", "head", source, "--limit", "100", "-o", "ndjson"]).expect(0);
        let rows: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let keys: Vec<&str> = rows.iter().map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(keys, NASTY.into_iter().chain(["gone"]).collect::<Vec<_>>(), "{source}");
        let first = json!({
            "bucket": "data-1", "key": NASTY[0], "versionId": "null", "isLatest": true, "isDeleteMarker": false,
            "size": 10, "lastModified": "2026-11-01T12:00:00Z", "etag": null, "storageClass": "STANDARD", "taskStatus": null
        });
        assert_eq!(rows[0], first, "{source}");
        assert_eq!((&rows[16]["versionId"], &rows[16]["isDeleteMarker"]), (&json!("v9"), &json!(true)));
    }
}

#[test]
fn a_copy_with_fewer_folders_is_read_too() {
    let (sealed, inventory) = (Sealed::new(), inventory());
    std::fs::create_dir_all(sealed.path("flat")).unwrap();
    std::fs::write(sealed.path("flat/manifest.json"), inventory.manifest.to_string()).unwrap();
    for (key, bytes) in &inventory.files {
        std::fs::write(sealed.path("flat").join(Path::new(key).file_name().unwrap()), bytes).unwrap();
    }
    let ran = sealed.run(["s3", "manifest", "stats", "inventory:flat/manifest.json", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"][0]["objects"], 16);
}

#[test]
fn data_that_is_not_what_was_promised_is_refused() {
    for source in [LOCAL, REMOTE] {
        let refused = |spoil: fn(&mut Inventory), code: i32| {
            let (shelf, mut inventory) = (Shelf::start(), inventory());
            spoil(&mut inventory);
            let sealed = shelf.sealed();
            inventory.on(&shelf);
            local(&sealed, &inventory);
            let ran = sealed.run(["s3", "manifest", "stats", source]).expect(code);
            assert!(ran.stdout.is_empty(), "{ran:?}");
            ran.stderr
        };
        let wrong = refused(|it| it.manifest["files"][1]["MD5checksum"] = json!("0".repeat(32)), 1);
        assert!(wrong.contains("data/2.csv.gz") && wrong.contains("its MD5 is "), "{wrong}");
        let cut = refused(
            |it| {
                let file = &mut it.files[1].1;
                file.truncate(file.len() - 9);
                it.manifest["files"][1]["MD5checksum"] = json!(md5(file));
            },
            1,
        );
        assert!(cut.contains("data/2.csv.gz") && cut.contains("the gzip data is cut off"), "{cut}");
        let missing =
            refused(|it| it.manifest["files"][1]["key"] = json!("data-1/daily/data/none.csv.gz"), 3);
        assert!(missing.contains("data/none.csv.gz"), "{missing}");
        let columns = refused(|it| it.manifest["fileSchema"] = json!("Bucket, Key"), 1);
        assert!(columns.contains("data/1.csv.gz: line 1: it has 8 columns, not 2"), "{columns}");
        for format in ["Parquet", "ORC"] {
            let stderr = match format {
                "ORC" => refused(|it| it.manifest["fileFormat"] = json!("ORC"), 2),
                _ => refused(|it| it.manifest["fileFormat"] = json!("Parquet"), 2),
            };
            assert!(
                stderr.contains(&format!("its data files are {format}, and only CSV can be read")),
                "{stderr}"
            );
            assert!(stderr.contains("hint: configure the inventory with the output format CSV"), "{stderr}");
            assert!(
                stderr.contains("hint: opsctl s3 manifest build s3://data-1/ lists the bucket itself"),
                "{stderr}"
            );
        }
    }
}

#[test]
fn everything_wrong_with_a_manifest_is_said_at_once() {
    let sealed = Sealed::new();
    let wrong = json!({"version": "2017", "fileFormat": "CSV", "fileSchema": "Key", "files": [{"key": "a"}]});
    sealed.write("manifest.json", &wrong.to_string());
    let ran = sealed.run(["s3", "manifest", "stats", "inventory:manifest.json"]).expect(2);
    for fault in [
        "`version` is `2017`",
        "`sourceBucket` is missing",
        "`destinationBucket` is missing",
        "its schema has no column Bucket",
        "`files[0].MD5checksum` is ``",
    ] {
        assert!(ran.stderr.contains(fault), "{fault}: {ran:?}");
    }
    for (text, message) in [("[]", "it is no manifest of an inventory"), ("{", "EOF"), ("", "EOF")] {
        sealed.write("manifest.json", text);
        let ran = sealed.run(["s3", "manifest", "stats", "inventory:manifest.json"]).expect(2);
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
}

#[test]
fn a_manifest_cannot_lead_out_of_its_folder() {
    for key in ["/etc/hostname", "../../secret.csv.gz", "a/../../secret.csv.gz"] {
        let (sealed, mut inventory) = (Sealed::new(), inventory());
        inventory.manifest["files"][0]["key"] = json!(key);
        local(&sealed, &inventory);
        let ran = sealed.run(["s3", "manifest", "stats", LOCAL]).expect(1);
        assert!(ran.stderr.contains(&format!("`{key}` is no place beside it")), "{ran:?}");
    }
}

#[test]
fn a_delete_marker_has_no_size_and_is_left_out_whatever_is_chosen_by() {
    let (shelf, inventory) = (Shelf::start(), inventory());
    inventory.on(&shelf);
    let sealed = shelf.sealed();
    for chosen in [["--min-size", "15"], ["--storage-class", "STANDARD"]] {
        let args = ["s3", "manifest", "build", REMOTE, "--to", "-"];
        let ran = sealed.run(args.iter().chain(&chosen)).expect(0);
        let of_the_second = NASTY.len() - NASTY.len() / 2;
        let expected = if chosen[0] == "--min-size" { of_the_second } else { NASTY.len() };
        assert_eq!(ran.stdout.lines().count(), expected, "{chosen:?} {ran:?}");
    }
}
