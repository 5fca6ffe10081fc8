//! `opsctl s3 job retry` against the sandbox, which really runs the jobs.

use serde_json::{Value, json};

use super::Rehearsal;
use crate::support::Ran;

const CONFIG: &str = r#"
[[buckets]]
name = "data-1"
denied_prefixes = ["secret/"]
objects = [
  { key = "open/a b.txt", body = "1" },
  { key = "secret/c,d.txt", body = "2" },
]

[[buckets]]
name = "lists-1"
objects = [ { key = "m/list.csv", body = "data-1,open/a%20b.txt\ndata-1,secret/c%2Cd.txt\ndata-1,open/none\n" } ]

[[roles]]
name = "batch"
"#;

fn id(ran: &Ran) -> String {
    let item: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    item["item"]["jobId"].as_str().unwrap_or_else(|| panic!("{ran:?}")).to_owned()
}

/// The id of a job that is over, with failed tasks.
fn failed(rehearsal: &Rehearsal, more: &[&str]) -> String {
    let objects = ["--manifest", "s3://lists-1/m/list.csv"];
    let settings = ["--role", "batch", "--report", "s3://lists-1/reports", "--no-preflight"];
    let ends = ["--run", "--wait", "-o", "json"];
    let create = [&["create", "tag", "team=blue"], &objects[..], &settings, &ends, more].concat();
    id(&rehearsal.job(&create).expect(6))
}

#[test]
fn the_failed_tasks_are_run_again_with_the_settings_of_the_job() {
    let rehearsal = Rehearsal::of(CONFIG);
    let first = failed(&rehearsal, &["--tag", "team=ops"]);
    let ran = rehearsal.job(&["report", &first, "-o", "json"]).expect(6);
    assert_eq!(ran.json()["items"].as_array().unwrap().len(), 2, "{ran:?}");
    assert!(ran.stderr.contains("3 tasks reported: 1 succeeded, 2 failed"), "{ran:?}");
    // One that failed for good fails again unless something is done first.
    for code in [&[][..], &["--allow-failures"]] {
        let told = rehearsal.job(&[&["report", &first], code].concat()).stderr;
        let cure = told.find("hint: first: opsctl s3 job policy prints what the role needs\n");
        assert!(cure.is_some() && cure < told.find("s3 job retry"), "{told}");
    }
    assert!(ran.stderr.contains(&format!("s3 job retry {first}")), "{ran:?}");

    let dry = ["retry", &first, "--dry-run", "-o", "json", "--query", "item"];
    let plan = rehearsal.job(&dry).expect(0).json();
    let manifest = plan["manifest"]["to"].as_str().unwrap().to_owned();
    assert!(manifest.starts_with(&format!("s3://lists-1/m/retry-of-{first}-")), "{plan}");
    assert_eq!((&plan["manifest"]["rows"], &plan["action"]), (&json!(2), &json!("s3:CreateJob")), "{plan}");
    assert_eq!(tags(&plan), [json!(["retry-of", first]), json!(["team", "ops"])]);
    rehearsal.sealed.run(["--sandbox", "s3", "manifest", "head", &manifest]).expect(3);

    let retried =
        rehearsal.job(&["retry", &first, "--run", "--wait", "-o", "json", "--no-preflight"]).expect(6);
    assert!(retried.stderr.contains(&format!("the manifest of 2 rows is {manifest}\n")), "{retried:?}");
    let second = id(&retried);
    assert_ne!(first, second);
    let ran =
        rehearsal.sealed.run(["--sandbox", "s3", "manifest", "head", &manifest, "-o", "ndjson"]).expect(0);
    let keys: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["key"].clone()).collect();
    assert_eq!(keys, ["secret/c,d.txt", "open/none"]);
    let shown = |id: &str| rehearsal.job(&["show", id, "-o", "json"]).expect(0).json()["item"].clone();
    let (before, after) = (shown(&first), shown(&second));
    for member in ["operation", "operationParameters", "roleArn", "report", "priority"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    assert_eq!(after["totalTasks"], 2, "{after}");
    let planned = &plan["parameters"]["Manifest"];
    assert_eq!(&after["source"]["Manifest"], planned);
    // Sent twice, it is one job.
    let again = rehearsal.job(&["retry", &first, "--run", "--no-preflight"]).expect(9);
    assert!(
        again.stderr.contains(&format!("the job {second} was made before, with the same settings")),
        "{again:?}"
    );
    // Its tags were really given to it, and of two links the nearer one is kept.
    let plan =
        rehearsal.job(&["retry", &second, "--dry-run", "-o", "json", "--query", "item"]).expect(0).json();
    assert_eq!(tags(&plan), [json!(["retry-of", second]), json!(["team", "ops"])]);
    // A job may be named by its ARN, in its own region.
    let arn = before["jobArn"].as_str().unwrap();
    let ran = rehearsal.job(&["retry", arn, "--run", "--no-preflight", "--if-exists", "ok"]).expect(0);
    assert_eq!(ran.stdout.trim_end(), second);
    rehearsal.job(&["report", arn]).expect(6);
    let foreign = arn.replace(":111122223333:", ":999922223333:");
    for verb in ["show", "watch", "confirm", "cancel", "report", "retry"] {
        let ran = rehearsal.job(&[verb, &foreign, "--yes"]).expect(2);
        let told = "is of account 999922223333, and these credentials are of 111122223333\n  hint: --profile names others";
        assert!(ran.stderr.contains(told), "{verb}: {ran:?}");
    }
    let elsewhere = arn.replace(&format!(":s3:{}:", arn.split(':').nth(3).unwrap()), ":s3:ap-south-2:");
    for verb in ["retry", "report"] {
        let ran = rehearsal.job(&[verb, &elsewhere]).expect(2);
        assert!(
            ran.stderr.contains("is in region ap-south-2")
                && ran.stderr.contains("hint: --region ap-south-2")
        );
    }
}

/// By key, as [key, value].
fn tags(plan: &Value) -> Vec<Value> {
    let tags = plan["parameters"]["Tags"].as_array().unwrap().iter();
    let mut tags: Vec<Value> = tags.map(|tag| json!([tag["Key"], tag["Value"]])).collect();
    tags.sort_by_key(Value::to_string);
    tags
}

#[test]
fn tasks_are_chosen_by_error_and_no_object_is_written_over() {
    let rehearsal = Rehearsal::of(CONFIG);
    let full: Vec<String> = (0..50).map(|number| format!("k{number:02}=v")).collect();
    let full: Vec<&str> = full.iter().flat_map(|tag| ["--tag", tag]).collect();
    let first = failed(&rehearsal, &full);
    let plan = |more: &[&str]| {
        let dry = ["retry", &first, "--dry-run", "-o", "json", "--query", "item"];
        rehearsal.job(&[&dry, more].concat()).expect(0)
    };
    let ran = plan(&["--error", "NoSuchKey"]);
    assert_eq!(ran.json()["manifest"]["rows"], 1, "{ran:?}");
    assert!(
        ran.stderr.contains("has 50 tags, as many as can be: the new one is without retry-of"),
        "{ran:?}"
    );
    assert_eq!(tags(&ran.json()).len(), 50);
    let both = ["--error", "NoSuchKey", "--error", "AccessDenied"];
    assert_eq!(plan(&both).json()["manifest"]["rows"], 2);
    let ran = rehearsal.job(&["retry", &first, "--error", "SlowDown"]).expect(9);
    assert!(ran.stderr.contains("failed with SlowDown: there is nothing to retry"), "{ran:?}");
    let ran = rehearsal.job(&["retry", &first, "--to", "s3://lists-1/m/list.csv"]).expect(9);
    assert!(ran.stderr.contains("there is another object at s3://lists-1/m/list.csv"), "{ran:?}");
    rehearsal.job(&["retry", &first, "--to", "s3://none-1/"]).expect(3);
    let to = ["retry", &first, "--no-preflight", "--error", "NoSuchKey", "--to", "s3://lists-1/again.csv"];
    rehearsal.job(&to).expect(0);
    let ran = rehearsal.sealed.run([
        "--sandbox",
        "s3",
        "manifest",
        "build",
        "manifest:s3://lists-1/again.csv",
        "--to",
        "-",
    ]);
    assert_eq!(ran.expect(0).stdout, "data-1,open/none\n");
}

#[test]
fn what_cannot_be_retried_says_why() {
    let rehearsal =
        Rehearsal::of(&CONFIG.replace("secret/\"]", "other/\"]").replace("data-1,open/none\\n", ""));
    let create = |report: &[&str], run: &[&str]| {
        let base = [
            "create",
            "tag",
            "team=blue",
            "--manifest",
            "s3://lists-1/m/list.csv",
            "--role",
            "batch",
            "-o",
            "json",
            "--no-preflight",
        ];
        rehearsal.job(&[&base, report, run].concat())
    };
    let good = id(&create(&["--report", "s3://lists-1/reports"], &["--run", "--wait"]).expect(0));
    let ran = rehearsal.job(&["retry", &good]).expect(9);
    assert!(ran.stderr.contains(&format!("no task of the job {good} failed")), "{ran:?}");
    let waiting = id(&create(&["--report", "s3://lists-1/other"], &[]).expect(0));
    let ran = rehearsal.job(&["retry", &waiting]).expect(9);
    assert!(ran.stderr.contains(&format!("the job {waiting} is not over")), "{ran:?}");
    rehearsal.job(&["retry", "no-such-job"]).expect(3);
}

/// What cannot be read is known to nobody: it is told, and the rest of the report is worth as much as before.
#[test]
fn rows_that_cannot_be_read_are_told_and_the_others_are_retried() {
    let rehearsal = Rehearsal::of(CONFIG);
    let first = failed(&rehearsal, &[]);
    let folder = format!("reports/job-{first}");
    let rows = "data-1,100%.txt,,failed,404,NoSuchKey,gone\ndata-1,more,,failed,404,NoSuchKey,gone\n\
                data-1,%ff,,perhaps,404,NoSuchKey,gone\n";
    rehearsal.put("lists-1", &format!("{folder}/results/zz.csv"), rows);
    let manifest = format!("{folder}/manifest.json");
    let mut json: Value = serde_json::from_str(&rehearsal.text("lists-1", &manifest)).unwrap();
    json["Results"].as_array_mut().unwrap().push(json!({
        "TaskExecutionStatus": "failed", "Bucket": "lists-1", "Key": format!("{folder}/results/zz.csv"),
        "MD5Checksum": crate::s3::manifest::md5(rows.as_bytes()),
    }));
    rehearsal.put("lists-1", &manifest, &json.to_string());
    let line = |number: u64| format!("s3://lists-1/{folder}/results/zz.csv: line {number}: ");

    let ran = rehearsal.job(&["report", &first]).expect(6);
    assert!(ran.stderr.contains("4 tasks reported: 1 succeeded, 3 failed"), "{ran:?}");
    let told = "warning: 2 rows of the report cannot be read, and are not counted";
    assert!(ran.stderr.contains(told) && ran.stderr.contains(&line(1)), "{ran:?}");
    for format in ["json", "ndjson"] {
        let ran = rehearsal.job(&["report", &first, "--allow-failures", "-o", format]).expect(7);
        assert!(ran.stderr.contains("2 rows of the report cannot be read, and are not counted"), "{ran:?}");
        assert!(ran.stderr.contains(&line(1)) && ran.stderr.contains(&line(3)), "{ran:?}");
        assert!(ran.stdout.contains("NoSuchKey") && !ran.stderr.contains("manifest check"), "{ran:?}");
    }

    let ran = rehearsal.job(&["retry", &first, "--run", "--no-preflight"]).expect(7);
    assert!(ran.stderr.contains("the manifest of 3 rows is "), "{ran:?}");
    let told = "error: 2 rows of the report cannot be read, and are not in the new job";
    assert!(ran.stderr.contains(told) && ran.stderr.contains(&line(3)), "{ran:?}");
    let second = ran.stdout.trim_end();
    assert_eq!(rehearsal.until(second, "Complete")["totalTasks"], 3);
    // To whoever builds a list of it, a report is whole or none.
    let source = format!("report:s3://lists-1/{folder}/");
    let ran = rehearsal.opsctl(&["s3", "manifest", "build", &source, "--to", "-"]).expect(1);
    assert!(ran.stderr.contains(&format!("cannot read {}", line(1))), "{ran:?}");
    assert!(!ran.stderr.contains("manifest check"), "{ran:?}");
}
