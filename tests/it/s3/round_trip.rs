//! Every nasty key goes all the way: listed live, written into a manifest, checked, copied and given to a function by jobs,
//! found again in the report, and tried again.

use std::collections::BTreeMap;

use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::awscli::toml_text;
use super::job::Rehearsal;
use super::manifest::samples;

const CONFIG: &str = r#"
[[buckets]]
name = "target-1"
[[buckets]]
name = "lists-1"
[[buckets]]
name = "reports-1"
[[functions]]
name = "judge"
timeout_ms = 60000
command = ["sh", "-c", '''
event=$(cat)
id=${event#*invocationId\":\"}; id=${id%%\"*}
task=${event#*taskId\":\"}; task=${task%%\"*}
key=${event#*s3Key\":\"}; key=${key%%\"*}
code=PermanentFailure
if [ -e settled ]; then code=Succeeded; fi
printf '{"invocationSchemaVersion":"1.0","treatMissingKeysAs":"PermanentFailure","invocationId":"%s","results":[{"taskId":"%s","resultCode":"%s","resultString":"%s"}]}' "$id" "$task" "$code" "$key"
''']
"#;

/// What spoils careless programs: what encoders, CSV, JSON, XML, shells, paths and terminals give a meaning to.
fn nasty() -> Vec<String> {
    let mut keys: Vec<String> = [
        "plain.txt",
        " ",
        " leading and trailing ",
        "a b+c%20d",
        "a%2Bb",
        "%",
        "%zz",
        "100%",
        "comma,and\"quote\".csv",
        "\"",
        "'",
        "line\nfeed",
        "\r\n",
        "tab\there",
        "\u{1}\u{1f}\u{7f}\u{85}",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{feff}bom",
        "\u{202e}turned",
        "zero\u{200b}width",
        "\u{2028}",
        "é",
        "e\u{301}",
        "日本語/🚀👩‍👩‍👧",
        "\u{10ffff}",
        "\u{e000}",
        "/",
        "//",
        "/leading",
        "trailing/",
        "a//b",
        ".",
        "..",
        "../../etc/passwd",
        "a/./b/../c",
        "-",
        "--help",
        "~",
        "*?[a-z]{1}",
        "$(id)`id`",
        "a\\b\\n",
        "a?versionId=b&c=d#e",
        "<xml>&amp;</xml>",
        "{\"origKey\":\"a\",\"newKey\":\"b\"}",
        "=1+1",
        "null",
        "Bucket",
        "s3://data-1/x",
        "data-1,x",
    ]
    .map(str::to_owned)
    .into();
    keys.push("x".repeat(1024));
    keys.push("ü".repeat(512));
    keys.push("🚀".repeat(256));
    if let Some(samples) = samples() {
        let text = std::fs::read(samples.join("manifest/keys.json")).unwrap();
        keys.extend(serde_json::from_slice::<Vec<String>>(&text).unwrap());
    }
    keys.sort();
    keys.dedup();
    keys
}

/// Keys with their bytes, as a client that is not ours lists them.
fn listed(rehearsal: &Rehearsal, bucket: &str) -> Vec<String> {
    let page = rehearsal.with_client(async |s3| {
        s3.list_objects_v2().bucket(bucket).encoding_type(EncodingType::Url).send().await.unwrap()
    });
    let keys = page.contents().iter().filter_map(|object| object.key());
    keys.map(decoded).collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', "%20")).decode_utf8().unwrap().into_owned()
}

/// The rows of a command that answers in ndjson, by their keys.
fn rows(rehearsal: &Rehearsal, args: &[&str]) -> BTreeMap<String, Value> {
    let ran = rehearsal.opsctl(&[args, &["-o", "ndjson"]].concat()).expect(0);
    let rows = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), row)).collect()
}

fn id(ran: &crate::support::Ran) -> String {
    ran.json()["item"]["jobId"].as_str().unwrap().to_owned()
}

#[test]
fn every_nasty_key_is_listed_copied_called_reported_and_retried() {
    let keys = nasty();
    let object = |key: &String| format!("{{ key = {0}, body = {0} }}", toml_text(key));
    let objects: Vec<String> = keys.iter().map(object).collect();
    let bucket = format!("[[buckets]]\nname = \"data-1\"\nobjects = [{}]\n", objects.join(", "));
    let rehearsal = Rehearsal::of(&format!("{bucket}{CONFIG}"));
    let list = "s3://lists-1/all.csv";
    let built =
        rehearsal.opsctl(&["s3", "manifest", "build", "s3://data-1", "--to", list, "-o", "json"]).expect(0);
    assert_eq!(built.json()["item"]["rows"], keys.len(), "{built:?}");
    rehearsal.opsctl(&["s3", "manifest", "check", list]).expect(0);
    let many = keys.len().to_string();
    let shown = rows(&rehearsal, &["s3", "manifest", "head", list, "--limit", &many]);
    assert!(shown.keys().eq(&keys), "{shown:?}");

    let create = ["--manifest", list, "--role", "opsctl-batch", "--report", "s3://reports-1/out"];
    let create = [&create[..], &["--run", "--wait", "-o", "json"]].concat();
    let copy = ["s3", "job", "create", "copy", "--to", "s3://target-1"];
    let copied = id(&rehearsal.opsctl(&[&copy[..], &create].concat()).expect(0));
    assert_eq!(listed(&rehearsal, "target-1"), keys);
    // The client of the test cannot name a key of blanks alone.
    for key in keys.iter().filter(|key| !key.trim().is_empty()) {
        assert_eq!(&rehearsal.text("target-1", key), key);
    }
    let report = rows(&rehearsal, &["s3", "job", "report", &copied]);
    assert!(report.keys().eq(&keys), "{report:?}");

    // No task of the first job is done, all of them are in the second.
    let call = ["s3", "job", "create", "lambda", "judge"];
    let called = id(&rehearsal.opsctl(&[&call[..], &create].concat()).expect(6));
    let failed = rows(&rehearsal, &["s3", "job", "report", &called, "--failed", "--allow-failures"]);
    assert!(failed.keys().eq(&keys), "{failed:?}");
    for (key, row) in &failed {
        assert_eq!(&decoded(row["message"].as_str().unwrap()), key, "{row}");
    }
    rehearsal.sealed.write("settled", "");
    let retried = rehearsal.opsctl(&["s3", "job", "retry", &called, "--run", "--wait", "-o", "json"]);
    let retried = id(&retried.expect(0));
    assert_ne!(called, retried);
    let report = rows(&rehearsal, &["s3", "job", "report", &retried]);
    assert!(report.keys().eq(&keys), "{report:?}");
    assert!(report.values().all(|row| row["status"] == "succeeded"), "{report:?}");
    let job = rehearsal.show(&retried);
    assert_eq!((&job["status"], &job["succeededTasks"]), (&"Complete".into(), &keys.len().into()));
}
