//! `opsctl s3 job retry` against the sandbox, which really runs the jobs.

use serde_json::Value;

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

#[test]
fn the_failed_tasks_are_run_again_with_the_settings_of_the_job() {
    let rehearsal = Rehearsal::of(CONFIG);
    let create = [
        "create",
        "tag",
        "team=blue",
        "--manifest",
        "s3://lists-1/m/list.csv",
        "--role",
        "batch",
        "--report",
        "s3://lists-1/reports",
        "--run",
        "--wait",
        "-o",
        "json",
        "--no-preflight",
    ];
    let first = id(&rehearsal.job(&create).expect(6));
    let ran = rehearsal.job(&["report", &first, "-o", "json"]).expect(0);
    assert_eq!(ran.json()["items"].as_array().unwrap().len(), 2, "{ran:?}");
    assert!(ran.stderr.contains("3 tasks reported: 1 succeeded, 2 failed"), "{ran:?}");
    assert!(ran.stderr.contains(&format!("s3 job retry {first}")), "{ran:?}");

    let ran = rehearsal.job(&["retry", &first, "--dry-run"]).expect(0);
    let manifest = format!("s3://lists-1/m/retry-of-{first}.csv");
    assert!(ran.stderr.contains(&format!("2 tasks would be run again, by a manifest {manifest}")), "{ran:?}");
    rehearsal.sealed.run(["--sandbox", "s3", "manifest", "head", &manifest]).expect(3);

    let retried =
        rehearsal.job(&["retry", &first, "--run", "--wait", "-o", "json", "--no-preflight"]).expect(6);
    assert!(retried.stderr.contains(&format!("2 failed tasks are in {manifest}")), "{retried:?}");
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
    // Sent twice, it is one job.
    let again = rehearsal.job(&["retry", &first, "--run", "--no-preflight"]).expect(9);
    assert!(
        again.stderr.contains(&format!("the job {second} was made before, with the same settings")),
        "{again:?}"
    );
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
