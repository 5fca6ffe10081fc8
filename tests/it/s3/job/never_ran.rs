//! Jobs that end before they have come to every object: what report and retry make of the rest.

use serde_json::Value;

use super::Rehearsal;
use crate::support::Ran;

/// `count` objects in a list, which are there or not.
fn rehearsal(count: usize, are_there: bool, jobs: &str) -> Rehearsal {
    let rows: String = (0..count).map(|number| format!("data-1,{number:04}%20x\\n")).collect();
    let objects: Vec<String> =
        (0..count).map(|number| format!("{{ key = \"{number:04} x\", body = \"1\" }}")).collect();
    let objects = if are_there { objects.join(", ") } else { String::new() };
    Rehearsal::of(&format!(
        r#"
[[buckets]]
name = "data-1"
objects = [{objects}]

[[buckets]]
name = "lists-1"
objects = [ {{ key = "m/list.csv", body = "{rows}" }} ]

[[roles]]
name = "batch"

[jobs]
{jobs}
"#
    ))
}

const CREATE: [&str; 9] = [
    "create",
    "tag",
    "team=blue",
    "--manifest",
    "s3://lists-1/m/list.csv",
    "--role",
    "batch",
    "--no-preflight",
    "--run",
];
const REPORT: [&str; 2] = ["--report", "s3://lists-1/reports"];

fn id(ran: &Ran) -> String {
    ran.stdout.trim_end().to_owned()
}

fn rows(ran: &Ran) -> u64 {
    ran.json()["manifest"]["rows"].as_u64().unwrap_or_else(|| panic!("{ran:?}"))
}

/// Every task fails, and the service ends the job soon after 1,000.
#[test]
fn tasks_that_a_failed_job_never_came_to_are_told_and_retried() {
    let rehearsal = rehearsal(2200, false, "");
    let first = id(&rehearsal.job(&[&CREATE[..], &REPORT].concat()).expect(0));
    let job = rehearsal.until(&first, "Failed");
    let ran = job["failedTasks"].as_u64().unwrap();
    assert!((1000..2200).contains(&ran) && job["totalTasks"] == 2200, "{job}");
    let left = 2200 - ran;
    for format in ["table", "json", "ndjson"] {
        let told = rehearsal.job(&["report", &first, "-o", format]).expect(6);
        let status = format!("{ran} tasks reported: 0 succeeded, {ran} failed; {left} tasks never ran\n");
        assert!(told.stderr.starts_with(&status), "{format}: {told:?}");
        let message = format!("{ran} of 2200 tasks failed, and {left} never ran");
        assert!(told.stderr.contains(&message), "{format}: {told:?}");
        rehearsal.job(&["report", &first, "-o", format, "--allow-failures"]).expect(0);
    }
    let dry = ["retry", &first, "--no-preflight", "-o", "json", "--query", "item"];
    let plan = |more: &[&str]| {
        let dry: Vec<&str> =
            dry.iter().map(|word| if *word == "--no-preflight" { "--dry-run" } else { word }).collect();
        rehearsal.job(&[&dry, more].concat()).expect(0)
    };
    let whole = plan(&[]);
    assert_eq!(rows(&whole), 2200, "{whole:?}");
    let told = format!("of 2200 tasks of the job {first}, {ran} failed and {left} never ran\n");
    assert!(whole.stderr.contains(&told), "{whole:?}");
    assert_eq!(rows(&plan(&["--failed-only"])), ran);
    assert_eq!(rows(&plan(&["--error", "NoSuchKey"])), ran);
    let none = rehearsal.job(&["retry", &first, "--error", "SlowDown"]).expect(9);
    assert!(none.stderr.contains(&format!("{left} tasks never ran: without --failed-only")), "{none:?}");
    // Each object is there once: what is written is the old list, in another order.
    rehearsal.job(&["retry", &first, "--no-preflight", "--to", "s3://lists-1/again.csv"]).expect(0);
    let sorted = |key: &str| {
        let text = rehearsal.text("lists-1", key);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted("again.csv"), sorted("m/list.csv"));
    // The list is no longer that of the job.
    rehearsal.put("lists-1", "m/list.csv", "data-1,other\n");
    let stale = rehearsal.job(&["retry", &first]).expect(9);
    assert!(stale.stderr.contains("the manifest s3://lists-1/m/list.csv has changed"), "{stale:?}");
    assert_eq!(rows(&plan(&["--failed-only"])), ran);
}

#[test]
fn tasks_that_a_cancelled_job_never_came_to_are_told_and_retried() {
    let rehearsal = rehearsal(100, true, "tasks_per_second = 10\n");
    let cancelled = |create: &[&str]| {
        let first = id(&rehearsal.job(&[&CREATE[..], create].concat()).expect(0));
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while rehearsal.show(&first)["succeededTasks"] == 0 {
            assert!(std::time::Instant::now() < end, "no task of the job runs");
        }
        rehearsal.job(&["cancel", &first, "--yes"]).expect(0);
        let job = rehearsal.until(&first, "Cancelled");
        let done = job["succeededTasks"].as_u64().unwrap();
        assert!((1..100).contains(&done), "{job}");
        (first, done)
    };
    let (first, done) = cancelled(&REPORT);
    let left = 100 - done;
    let told = rehearsal.job(&["report", &first]).expect(6);
    assert!(told.stderr.contains(&format!("{left} of 100 tasks never ran")), "{told:?}");
    assert!(told.stderr.contains("cause: the job is Cancelled\n"), "{told:?}");
    assert!(told.stderr.contains(&format!("s3 job retry {first}")), "{told:?}");
    let plan = rehearsal.job(&["retry", &first, "--dry-run", "-o", "json", "--query", "item"]).expect(0);
    assert_eq!(rows(&plan), left);
    // A report of failed tasks alone does not tell those that succeeded from those that never ran.
    let failed_only = [&REPORT[..], &["--report-failed-only"]].concat();
    let (second, done) = cancelled(&failed_only);
    let left = 100 - done;
    let told = rehearsal.job(&["retry", &second]).expect(9);
    assert!(told.stderr.contains(&format!("{left} tasks never ran, and are left out: ")), "{told:?}");
}

/// It has no report, and all of its list is left.
#[test]
fn a_job_that_was_cancelled_before_its_first_task_is_retried_whole() {
    let rehearsal = rehearsal(3, true, "");
    let create: Vec<&str> = CREATE.into_iter().filter(|word| *word != "--run").collect();
    let first = id(&rehearsal.job(&[&create[..], &REPORT].concat()).expect(0));
    rehearsal.until(&first, "Suspended");
    rehearsal.job(&["cancel", &first, "--yes"]).expect(0);
    rehearsal.until(&first, "Cancelled");
    let plan = rehearsal.job(&["retry", &first, "--dry-run", "-o", "json", "--query", "item"]).expect(0);
    let item: Value = plan.json();
    assert_eq!(item["manifest"]["rows"], 3, "{plan:?}");
}
