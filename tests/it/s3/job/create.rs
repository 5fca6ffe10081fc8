//! Creating: dry runs, tokens, jobs that exist already, errors of the service.

use super::{Rehearsal, described, failure, scripted, signed_in_to};
use crate::support::Reply;

const TAG: [&str; 8] =
    ["create", "tag", "retain=90d", "--role", "batch", "--no-report", "--manifest", "s3://lists/data.csv"];

#[test]
fn a_dry_run_prints_the_request_and_its_cost_and_creates_nothing() {
    let rehearsal = Rehearsal::new();
    let ran = rehearsal.job(&[&TAG[..], &["--dry-run", "-o", "json"]].concat()).expect(0);
    let plan = ran.json();
    assert_eq!(plan["kind"], "s3.jobPlan");
    let item = &plan["item"];
    assert_eq!((&item["action"], &item["region"]), (&"s3:CreateJob".into(), &"eu-west-1".into()), "{item}");
    let parameters = &item["parameters"];
    assert_eq!(parameters["ConfirmationRequired"], true);
    assert_eq!(parameters["RoleArn"], "arn:aws:iam::111122223333:role/batch");
    assert_eq!(parameters["Manifest"]["Spec"]["Fields"], serde_json::json!(["Bucket", "Key"]));
    assert_eq!(parameters["Operation"]["S3PutObjectTagging"]["TagSet"][0]["Key"], "retain");
    assert_eq!(item["cost"]["objects"], 2, "{item}");
    assert_eq!(item["cost"]["items"][1]["arithmetic"], "2 x $1.00 a million", "{item}");
    let checks: Vec<&str> =
        item["checks"].as_array().unwrap().iter().map(|check| check["check"].as_str().unwrap()).collect();
    assert_eq!(checks, ["manifest", "role", "objects", "objects"], "{item}");
    assert!(ran.stderr.ends_with("dry run: 1 job would be created\n"), "{ran:?}");
    assert_eq!(rehearsal.job(&["list", "-o", "json"]).expect(0).json()["items"], serde_json::json!([]));
    let table = rehearsal.job(&[&TAG[..], &["--dry-run"]].concat()).expect(0);
    assert!(table.stdout.contains("objects processed: 2 x $1.00 a million = $0.000002"), "{table:?}");
}

/// As a line of cron does.
#[test]
fn the_same_settings_make_one_job() {
    let rehearsal = Rehearsal::new();
    let id = rehearsal.created(&TAG[1..]);
    let again = rehearsal.job(&TAG).expect(9);
    assert!(
        again
            .stderr
            .contains(&format!("error: the job {id} was made before, with the same settings: it is ")),
        "{again:?}"
    );
    assert_eq!(again.stdout.trim_end(), id);
    let ok = rehearsal.job(&[&TAG[..], &["--if-exists", "ok"]].concat()).expect(0);
    assert_eq!(ok.stdout.trim_end(), id);
    let other = rehearsal.created(&[&TAG[1..], &["--priority", "11"]].concat());
    assert_ne!(other, id);
    let other = rehearsal.created(&[&TAG[1..], &["--token", "today"]].concat());
    assert_ne!(other, id);
    let conflict = rehearsal.job(&[&TAG[..], &["--token", "today", "--priority", "12"]].concat()).expect(9);
    assert!(conflict.stderr.contains("the token belongs to a job with other settings"), "{conflict:?}");
    assert_eq!(rehearsal.job(&["list", "-o", "json"]).expect(0).json()["items"].as_array().unwrap().len(), 3);
}

/// What is said as an age means another second whenever it is said.
#[test]
fn the_same_ages_make_one_job() {
    let mut rehearsal = Rehearsal::new();
    let generate = ["create", "tag", "a=b", "--generate", "s3://data", "--created-after", "1d"];
    let copy = ["create", "copy", "--to", "s3://copies", "--manifest", "s3://lists/data.csv"];
    let copy = [&copy[..], &["--modified-since", "36h", "--unmodified-since", "1h30m"]].concat();
    let text = rehearsal.sealed.run(["s3", "job", "create", "--example", "untag"]).expect(0).stdout;
    let file = rehearsal.sealed.write("job.yaml", &text).display().to_string();
    let beside = ["create", "-f", &file, "--generate", "s3://data", "--created-after", "5m"];
    for args in [&generate[..], &copy, &beside] {
        let report =
            if args.contains(&"-f") { ["--report", "s3://reports/x"].as_slice() } else { &["--no-report"] };
        let args = [args, &["--role", "batch"], report].concat();
        let at = |rehearsal: &mut Rehearsal, time: &str| {
            rehearsal.sealed.set("OPSCTL_FIXED_CLOCK", time);
        };
        at(&mut rehearsal, "2026-11-22T12:00:00Z");
        let id = rehearsal.created(&args[1..]);
        at(&mut rehearsal, "2026-11-22T12:00:07.5Z");
        let ran = rehearsal.job(&args).expect(9);
        assert!(
            ran.stderr.contains(&format!("the job {id} was made before, with the same settings")),
            "{ran:?}"
        );
        assert_eq!(ran.stdout.trim_end(), id);
        let ok = rehearsal.job(&[&args[..], &["--if-exists", "ok"]].concat()).expect(0);
        assert_eq!(ok.stdout.trim_end(), id);
        // A token of the user's own is taken at its word.
        let own = format!("own-{id}");
        let own = [&args[1..], &["--token", &own]].concat();
        rehearsal.created(&own);
        at(&mut rehearsal, "2026-11-22T12:00:09Z");
        let ran = rehearsal.job(&[&["create"], &own[..]].concat()).expect(9);
        assert!(ran.stderr.contains("the token belongs to a job with other settings"), "{ran:?}");
    }
    // Another age is another job, and so is another day.
    let other = [&generate[1..6], &["2d", "--role", "batch", "--no-report"]].concat();
    rehearsal.created(&other);
    let day = [&generate[1..6], &["yesterday", "--role", "batch", "--no-report"]].concat();
    let today = rehearsal.created(&day);
    rehearsal.sealed.set("OPSCTL_FIXED_CLOCK", "2026-11-22T23:00:00Z");
    assert_eq!(rehearsal.job(&[&["create"], &day[..]].concat()).expect(9).stdout.trim_end(), today);
    rehearsal.sealed.set("OPSCTL_FIXED_CLOCK", "2026-11-23T12:00:00Z");
    assert_ne!(rehearsal.created(&day), today);
}

/// A list that is built is sent before its job, and has its ETag then; whose token it is does not change by that.
#[test]
fn a_token_of_the_users_own_stays_with_a_list_that_is_built() {
    let rehearsal = Rehearsal::new();
    let text = rehearsal.sealed.run(["s3", "job", "create", "--example", "untag"]).expect(0).stdout;
    let text = format!("{text}\nClientRequestToken: of-tonight\n");
    let file = rehearsal.sealed.write("job.yaml", &text).display().to_string();
    let create =
        ["create", "-f", &file, "--build", "s3://data/", "--role", "batch", "--report", "s3://reports/x"];
    let dry = ["--dry-run", "-o", "json", "--query", "item.parameters.ClientRequestToken"];
    let ran = rehearsal.job(&[&create[..], &dry].concat()).expect(0);
    assert_eq!(ran.json(), "of-tonight");
    let id = rehearsal.created(&create[1..]);
    // The same token and other settings: the job that has it is known by it.
    let ran = rehearsal.job(&[&create[..], &["--priority", "77"]].concat()).expect(9);
    assert!(ran.stderr.contains("the token belongs to a job with other settings"), "{ran:?}");
    let other = rehearsal.created(&[&create[1..], &["--token", "of-today", "--priority", "77"]].concat());
    assert_ne!(other, id);
}

/// Whether a job starts at once makes it no other job: the one that waits is confirmed.
#[test]
fn run_makes_no_second_job() {
    let rehearsal = Rehearsal::new();
    let id = rehearsal.created(&TAG[1..]);
    rehearsal.until(&id, "Suspended");
    for more in [&["--run"][..], &["--run", "--if-exists", "ok"]] {
        let ran = rehearsal.job(&[&TAG[..], more].concat()).expect(9);
        let told = format!(
            "error: the job {id} was made before, with the same settings: it is Suspended, and waits for a \
             confirmation\n"
        );
        assert!(ran.stderr.contains(&told), "{more:?}: {ran:?}");
        assert!(ran.stderr.contains(&format!("hint: opsctl --sandbox s3 job confirm {id}\n")), "{ran:?}");
    }
    rehearsal.job(&["confirm", &id, "--yes"]).expect(0);
    rehearsal.until(&id, "Complete");
    let ran = rehearsal.job(&[&TAG[..], &["--run"]].concat()).expect(9);
    assert!(ran.stderr.contains(": it is Complete\n") && !ran.stderr.contains("confirm"), "{ran:?}");
    let ran = rehearsal.job(&[&TAG[..], &["--run", "--if-exists", "ok"]].concat()).expect(0);
    assert_eq!(ran.stdout.trim_end(), id);
    assert!(!ran.stderr.contains("hint:"), "{ran:?}");
    assert_eq!(rehearsal.job(&["list", "-o", "json"]).expect(0).json()["items"].as_array().unwrap().len(), 1);
    // The other way round.
    let other = rehearsal.created(&[&TAG[1..], &["--priority", "11", "--run"]].concat());
    rehearsal.until(&other, "Complete");
    let ran = rehearsal.job(&[&TAG[..], &["--priority", "11"]].concat()).expect(9);
    assert!(ran.stderr.contains(&format!("the job {other} was made before")), "{ran:?}");
}

/// A job that was cancelled, or has failed, does not do what was asked for.
#[test]
fn a_dead_job_is_not_taken_for_done() {
    let rehearsal = Rehearsal::new();
    let create = ["create", "tag", "a=b", "--report", "s3://reports/x", "--manifest", "s3://lists/data.csv"];
    let cancelled = [&create[..], &["--role", "batch"]].concat();
    let id = rehearsal.created(&cancelled[1..]);
    rehearsal.job(&["cancel", &id, "--yes"]).expect(0);
    rehearsal.until(&id, "Cancelled");
    let refused = [&create[..], &["--role", "stranger", "--no-preflight", "--run"]].concat();
    let failed = rehearsal.created(&refused[1..]);
    rehearsal.until(&failed, "Failed");
    // One of them could not even begin: there is nothing to retry.
    for (create, id, status, next) in
        [(&cancelled, &id, "Cancelled", "retry"), (&refused, &failed, "Failed", "show")]
    {
        for more in [&[][..], &["--if-exists", "ok"]] {
            let ran = rehearsal.job(&[create, more].concat()).expect(9);
            let told = format!("the job {id} was made before, with the same settings: it is {status}\n");
            assert!(ran.stderr.contains(&told), "{more:?}: {ran:?}");
            assert!(ran.stderr.contains(&format!("hint: opsctl --sandbox s3 job {next} {id}\n")), "{ran:?}");
            assert!(ran.stderr.contains("hint: --token TEXT makes another one\n"), "{ran:?}");
        }
    }
}

/// Another list is another job, though it has the same name.
#[test]
fn the_token_follows_from_what_the_manifest_holds() {
    let rehearsal = Rehearsal::new();
    let first = rehearsal.created(&TAG[1..]);
    rehearsal.put("lists", "data.csv", "data,a%20b.csv\n");
    assert_ne!(rehearsal.created(&TAG[1..]), first);
}

#[test]
fn a_500_that_made_the_job_is_tried_again_and_makes_no_second_one() {
    let rehearsal = Rehearsal::with("[jobs]\ncreate_job_500 = 2\n");
    let id = rehearsal.created(&TAG[1..]);
    let jobs = rehearsal.job(&["list", "-o", "json"]).expect(0).json();
    assert_eq!(jobs["items"].as_array().unwrap().len(), 1, "{jobs}");
    assert_eq!(jobs["items"][0]["jobId"], id.as_str());
}

/// Who may not list the jobs is told by the clock of the service, however wrong the one here is.
#[test]
fn a_job_of_an_hour_ago_is_old_by_the_clock_of_the_service() {
    let job = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";
    for (date, code) in [("Sun, 22 Nov 2026 12:00:00 GMT", 9), ("Sun, 22 Nov 2026 11:00:00 GMT", 0)] {
        let aws = scripted(move |request| match request.line.split(' ').next() {
            Some("POST") => Reply::xml(format!("<CreateJobResult><JobId>{job}</JobId></CreateJobResult>")),
            _ if request.line.contains("/jobs/") => {
                let mut reply = described(job, "Preparing", "");
                reply.headers.push(("date".into(), date.into()));
                reply
            }
            _ => failure(403, "AccessDenied"),
        });
        let sealed = signed_in_to(&aws);
        let file = sealed.run(["s3", "job", "create", "--example", "tag"]).expect(0).stdout;
        let file = sealed.write("job.yaml", &file);
        let ran = sealed.run(["s3", "job", "create", "--no-preflight", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, code, "{ran:?}");
    }
}

#[test]
fn a_wait_needs_a_job_that_runs() {
    let rehearsal = Rehearsal::new();
    let ran = rehearsal.job(&[&TAG[..], &["--wait"]].concat()).expect(2);
    assert!(ran.stderr.contains("hint: add --run\n"), "{ran:?}");
    let ran = rehearsal.job(&[&TAG[..], &["--run", "--wait", "--interval", "100ms"]].concat()).expect(0);
    assert!(ran.stderr.contains("is complete: Complete, 2 of 2 tasks\n"), "{ran:?}");
    // What is waited for is told as it is at its end.
    let wait = ["--run", "--wait", "--interval", "100ms", "--description", "again", "-o", "json"];
    let ran = rehearsal.job(&[&TAG[..], &wait].concat()).expect(0);
    assert_eq!(
        (&ran.json()["item"]["status"], &ran.json()["item"]["succeededTasks"]),
        (&"Complete".into(), &2.into())
    );
    let ran = rehearsal.job(&[&TAG[..], &wait].concat()).expect(9);
    assert_eq!(ran.json()["item"]["status"], "Complete", "{ran:?}");
}

#[test]
fn an_option_before_the_operation_is_not_lost() {
    let rehearsal = Rehearsal::new();
    let ran = rehearsal.job(&[&["create", "--dry-run"], &TAG[1..]].concat()).expect(2);
    assert!(ran.stderr.contains("options of a job stand after its operation"), "{ran:?}");
}
