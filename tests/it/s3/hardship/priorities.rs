//! Jobs that fail as a whole, that wait for others, and that are made twice.

use super::build;
use crate::s3::job::Rehearsal;
use crate::support::Ran;

const JOBS: &str = r#"
[[buckets]]
name = "lists-1"
[[buckets]]
name = "data-1"
objects = [{ key = "bad{n}", count = 1500 }, { key = "good{n}", count = 300 }]
"#;

fn created(rehearsal: &Rehearsal, operation: &[&str], source: &str, more: &[&str]) -> Ran {
    build(rehearsal, &[source, "--to", "s3://lists-1/m.csv"]).expect(0);
    let common =
        ["--manifest", "s3://lists-1/m.csv", "--role", "opsctl-batch", "--report", "s3://lists-1/out"];
    let words = [&["s3", "job", "create"], operation, &common, &["--run", "-o", "json"], more].concat();
    rehearsal.opsctl(&words)
}

fn id(ran: &Ran) -> String {
    ran.json()["item"]["jobId"].as_str().unwrap().to_owned()
}

#[test]
fn a_job_fails_when_over_a_thousand_tasks_ran_and_over_half_failed() {
    let planted =
        "[jobs]\nfail = [{ prefix = \"bad\", code = \"AccessDenied\", status = 403, message = \"no\" }]\n";
    let rehearsal = Rehearsal::of(&format!("{planted}{JOBS}"));
    let ran = created(&rehearsal, &["tag", "a=b"], "s3://data-1/bad", &["--wait"]).expect(6);
    let job = rehearsal.show(&id(&ran));
    assert_eq!(job["status"], "Failed");
    assert_eq!(job["failures"][0]["code"], "JobFailureThresholdExceeded", "{job}");
    let failed = job["failedTasks"].as_u64().unwrap();
    assert!((1000..1500).contains(&failed), "{job}");
    assert!(ran.stderr.contains("JobFailureThresholdExceeded"), "{ran:?}");
    // What was done is reported all the same.
    let ran = rehearsal.opsctl(&["s3", "job", "report", &id(&ran), "-o", "json"]).expect(6);
    assert_eq!(ran.json()["items"][0]["tasks"], failed, "{ran:?}");
}

#[test]
fn a_higher_priority_pauses_what_runs_and_can_be_changed() {
    let rehearsal = Rehearsal::of(&format!("[jobs]\nat_once = 1\ntasks_per_second = 20\n{JOBS}"));
    let first = id(&created(&rehearsal, &["tag", "a=b"], "s3://data-1/good", &["--priority", "1"]).expect(0));
    rehearsal.until(&first, "Active");
    let second = id(&created(&rehearsal, &["untag"], "s3://data-1/good", &["--priority", "2"]).expect(0));
    rehearsal.until(&first, "Paused");
    rehearsal.until(&second, "Active");
    rehearsal.opsctl(&["s3", "job", "priority", &first, "3", "--yes"]).expect(0);
    rehearsal.until(&second, "Paused");
    assert_eq!(rehearsal.until(&first, "Active")["priority"], 3);
    rehearsal.opsctl(&["s3", "job", "cancel", &first, &second, "--yes"]).expect(0);
    rehearsal.until(&first, "Cancelled");
    rehearsal.until(&second, "Cancelled");
    let ran = rehearsal.opsctl(&["s3", "job", "cancel", &first, &second, "--yes"]).expect(9);
    for id in [&first, &second] {
        assert!(
            ran.stderr.contains(&format!("the job {id} cannot be cancelled: it is Cancelled")),
            "{ran:?}"
        );
        let ran = rehearsal.opsctl(&["s3", "job", "confirm", id, "--yes"]).expect(9);
        assert!(ran.stderr.contains("does not wait for a confirmation: it is Cancelled"), "{ran:?}");
    }
}

#[test]
fn a_token_belongs_to_one_job() {
    let rehearsal = Rehearsal::of(JOBS);
    let token = ["--token", "mine", "--wait"];
    let first = id(&created(&rehearsal, &["tag", "a=b"], "s3://data-1/good", &token).expect(0));
    let ran = created(&rehearsal, &["tag", "a=c"], "s3://data-1/good", &token).expect(9);
    assert!(ran.stderr.contains("IdempotencyException") && ran.stdout.is_empty(), "{ran:?}");
    let again = created(&rehearsal, &["tag", "a=b"], "s3://data-1/good", &["--token", "mine"]).expect(9);
    assert!(again.stderr.contains(&format!("the job {first} was made before")), "{again:?}");
    let taken = [&token[..], &["--if-exists", "ok"]].concat();
    let ran = created(&rehearsal, &["tag", "a=b"], "s3://data-1/good", &taken).expect(0);
    assert_eq!(id(&ran), first);
    assert!(ran.stderr.contains(&format!("the job {first} exists already: it is Complete")), "{ran:?}");
    let jobs = rehearsal.opsctl(&["s3", "job", "list", "-o", "json"]).expect(0).json();
    assert_eq!(jobs["items"].as_array().unwrap().len(), 1, "{jobs}");
}
