//! `opsctl s3 job create … --inventory`: an inventory as S3 writes one, as the list of a job.

use std::io::Write as _;

use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use serde_json::json;

use super::Rehearsal;
use crate::support::{Ran, Sandbox, Sealed};

const CONFIG: &str = r#"
[[buckets]]
name = "data-1"
objects = [
  { key = "a b.txt", body = "1" },
  { key = "c+d, 100%.txt", body = "22" },
]

[[buckets]]
name = "copies-1"

[[buckets]]
name = "lists-1"

[[roles]]
name = "batch"
"#;

const MANIFEST: &str = "inv/data-1/daily/2026-11-20T01-00Z/manifest.json";

fn put(sealed: &Sealed, key: &str, bytes: &[u8]) {
    let place = format!("s3://lists-1/{key}");
    sealed.run_with(["--sandbox", "sandbox", "put", "-", &place], bytes).expect(0);
}

/// Data first, the manifest.json last, as S3 does.
fn inventory(sealed: &Sealed, format: &str, schema: &str, rows: &str) {
    inventory_with(sealed, format, schema, rows, None);
}

/// `missing`: one more data file, that is not there.
fn inventory_with(sealed: &Sealed, format: &str, schema: &str, rows: &str, missing: Option<&str>) {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(rows.as_bytes()).unwrap();
    let data = gzip.finish().unwrap();
    let md5: String = Md5::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect();
    let key = "inv/data-1/daily/data/60e6ca5f.csv.gz";
    put(sealed, key, &data);
    let file = |key: &str| json!({ "key": key, "size": data.len(), "MD5checksum": md5 });
    let files: Vec<_> = std::iter::once(key).chain(missing).map(file).collect();
    let manifest = json!({
        "sourceBucket": "data-1", "destinationBucket": "arn:aws:s3:::lists-1", "version": "2016-11-30",
        "creationTimestamp": "1795222800000", "fileFormat": format, "fileSchema": schema,
        "files": files,
    });
    put(sealed, MANIFEST, manifest.to_string().as_bytes());
}

fn create(sealed: &Sealed, more: &[&str]) -> Ran {
    let place = format!("s3://lists-1/{MANIFEST}");
    let args = ["--sandbox", "s3", "job", "create", "copy", "--to", "s3://copies-1", "--inventory", &place];
    let how = ["--role", "batch", "--report", "s3://lists-1/reports"];
    sealed.run([&args[..], &how, more].concat())
}

#[test]
fn an_inventory_is_the_list_of_a_job() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(CONFIG));
    let rows = "\"data-1\",\"a+b.txt\",\"1\",\"2026-11-20T01:02:03.000Z\",\"STANDARD\"\n\
                \"data-1\",\"c%2Bd%2C+100%25.txt\",\"2\",\"2026-11-20T01:02:03.000Z\",\"STANDARD\"\n";
    inventory(&sealed, "CSV", "Bucket, Key, Size, LastModifiedDate, StorageClass", rows);
    let plan = create(&sealed, &["--dry-run", "-o", "json"]).expect(0).json()["item"].clone();
    let spec = &plan["parameters"]["Manifest"]["Spec"];
    assert_eq!(spec, &json!({ "Format": "S3InventoryReport_CSV_20161130" }));
    let location = &plan["parameters"]["Manifest"]["Location"];
    assert_eq!(location["ObjectArn"], format!("arn:aws:s3:::lists-1/{MANIFEST}"));
    assert_eq!((&plan["cost"]["objects"], &plan["cost"]["isEstimate"]), (&json!(2), &json!(false)));
    create(&sealed, &["--run", "--wait", "--interval", "100ms"]).expect(0);
    let copied =
        sealed.run(["--sandbox", "s3", "manifest", "build", "s3://copies-1/", "--to", "-"]).expect(0);
    assert_eq!(copied.stdout, "copies-1,a%20b.txt\ncopies-1,c%2Bd%2C%20100%25.txt\n");
    create(&sealed, &["--run"]).expect(9);
}

/// What the service fails on, a list that is built from it does not have.
#[test]
fn an_inventory_with_versions_is_warned_of_and_mended_by_a_build() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(CONFIG));
    let rows = "\"data-1\",\"a+b.txt\",\"\",\"true\",\"false\",\"1\"\n\"data-1\",\"gone\",\"v2\",\"true\",\"true\",\"\"\n";
    inventory(&sealed, "CSV", "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size", rows);
    let ran = create(&sealed, &["--dry-run"]).expect(0);
    assert!(ran.stderr.contains("names those made before versioning by nothing"), "{ran:?}");
    create(&sealed, &["--run", "--wait", "--interval", "100ms"]).expect(6);
    let source = format!("inventory:s3://lists-1/{MANIFEST}");
    let built = [
        "--sandbox",
        "s3",
        "job",
        "create",
        "copy",
        "--to",
        "s3://copies-1",
        "--build",
        &source,
        "--role",
        "batch",
        "--report",
        "s3://lists-1/reports",
        "--run",
        "--wait",
        "--interval",
        "100ms",
        "-o",
        "json",
    ];
    let made = sealed.run(built).expect(0).json()["item"].clone();
    assert_eq!((&made["totalTasks"], &made["failedTasks"]), (&json!(1), &json!(0)), "{made}");
    let fields = &made["source"]["Manifest"]["Spec"]["Fields"];
    assert_eq!(fields, &json!(["Bucket", "Key", "VersionId"]));
}

/// The service finds it out when the job runs.
#[test]
fn data_files_that_are_not_what_was_promised_are_found_beforehand() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(CONFIG));
    let row = "\"data-1\",\"a+b.txt\"\n";
    let key = "inv/data-1/daily/data/60e6ca5f.csv.gz";
    let place = format!("its data file s3://lists-1/{key}");
    let refused = |told: &str| {
        let ran = create(&sealed, &["--dry-run"]).expect(6);
        assert!(ran.stderr.contains(&format!("inventory: {place} {told}")), "{ran:?}");
        assert_eq!(ran.stdout, "");
    };
    inventory(&sealed, "CSV", "Bucket, Key", row);
    create(&sealed, &["--dry-run"]).expect(0);
    // Another content of the same length, and another length.
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(row.replace("a+b", "c+d").as_bytes()).unwrap();
    put(&sealed, key, &gzip.finish().unwrap());
    refused("has the MD5 ");
    put(&sealed, key, b"short");
    refused("has 5 bytes, and not ");
    // The second of two is looked at too.
    inventory_with(&sealed, "CSV", "Bucket, Key", row, Some("inv/data-1/daily/data/gone.csv.gz"));
    let ran = create(&sealed, &["--dry-run"]).expect(6);
    let told = "inventory: its data file s3://lists-1/inv/data-1/daily/data/gone.csv.gz is not there";
    assert!(ran.stderr.contains(told), "{ran:?}");
}

#[test]
fn what_no_job_reads_is_refused() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(CONFIG));
    inventory(&sealed, "Parquet", "message s3.inventory { required binary bucket; }", "");
    let ran = create(&sealed, &["--dry-run"]).expect(6);
    assert!(ran.stderr.contains("its data files are Parquet, and only CSV can be read"), "{ran:?}");
    put(&sealed, MANIFEST, b"not json");
    let ran = create(&sealed, &["--dry-run"]).expect(6);
    assert!(ran.stderr.contains("it is no manifest of an inventory"), "{ran:?}");
}

/// Without its version, a task would be about the object that has taken the place of the one that was meant.
#[test]
fn a_version_that_an_inventory_leaves_empty_is_retried_as_null() {
    let rehearsal = Rehearsal::of(CONFIG);
    rehearsal.with_client(async |client| {
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let call = client.put_bucket_versioning().bucket("data-1").versioning_configuration(enabled);
        call.send().await.unwrap();
    });
    rehearsal.put("data-1", "a b.txt", "newer");
    let tags = |version: Option<&str>| {
        rehearsal.with_client(async |client| {
            let call = client.get_object_tagging().bucket("data-1").key("a b.txt");
            let answer = call.set_version_id(version.map(str::to_owned)).send().await.unwrap();
            answer.tag_set.len()
        })
    };
    let list = format!("s3://lists-1/{MANIFEST}");
    let empty = "\"data-1\",\"a+b.txt\",\"\"\n";
    let gone = "\"data-1\",\"gone\",\"3HL4kqtJvjVBH40Nrjfkd\"\n";
    for (tag, rows, code, expected) in [
        ("n=1", empty.to_owned(), 0, "data-1,a%20b.txt,null\n"),
        ("n=2", format!("{gone}{empty}"), 6, "data-1,gone,3HL4kqtJvjVBH40Nrjfkd\ndata-1,a%20b.txt,null\n"),
        ("n=3", format!("{empty}{gone}"), 6, "data-1,a%20b.txt,null\ndata-1,gone,3HL4kqtJvjVBH40Nrjfkd\n"),
    ] {
        inventory(&rehearsal.sealed, "CSV", "Bucket, Key, VersionId", &rows);
        let create =
            ["tag", tag, "--inventory", &list, "--role", "batch", "--report", "s3://lists-1/reports"];
        let id = rehearsal.created(&[&create[..], &["--run", "--no-preflight"]].concat());
        assert_eq!(rehearsal.until(&id, "Complete")["succeededTasks"], 0);
        let how = ["--run", "--wait", "--interval", "100ms", "--no-preflight", "-o", "json"];
        let ran = rehearsal.job(&[&["retry", &id], &how[..]].concat()).expect(code);
        let manifest = &ran.json()["item"]["source"]["Manifest"];
        assert_eq!(manifest["Spec"]["Fields"], json!(["Bucket", "Key", "VersionId"]), "{ran:?}");
        let place = manifest["Location"]["ObjectArn"].as_str().unwrap();
        let key = place.strip_prefix("arn:aws:s3:::lists-1/").unwrap();
        assert_eq!(rehearsal.text("lists-1", key), expected);
        assert_eq!((tags(Some("null")), tags(None)), (1, 0), "{tag}");
    }
}
