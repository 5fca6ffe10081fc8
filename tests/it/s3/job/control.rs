//! Listing, showing, watching, confirming, cancelling and reordering jobs.

use super::Rehearsal;
use crate::support::{Sealed, Terminal};

const TAG: [&str; 7] = ["tag", "a=b", "--role", "batch", "--report", "s3://reports/batch", "--manifest"];

fn tag(rehearsal: &Rehearsal, more: &[&str]) -> String {
    rehearsal.created(&[&TAG[..], &["s3://lists/data.csv"], more].concat())
}

/// A job that waits for a confirmation.
fn waiting(rehearsal: &Rehearsal, more: &[&str]) -> String {
    let id = tag(rehearsal, more);
    rehearsal.until(&id, "Suspended");
    id
}

#[test]
fn jobs_are_listed_by_their_state_on_every_page() {
    let rehearsal = Rehearsal::with("");
    let first = tag(&rehearsal, &["--description", "nightly"]);
    for number in 0..12 {
        tag(&rehearsal, &["--priority", &number.to_string()]);
    }
    let all = rehearsal.job(&["list", "-o", "json"]).expect(0).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 13, "{all}");
    rehearsal.job(&["cancel", &first, "--yes"]).expect(0);
    let over = rehearsal.job(&[
        "list",
        "--status",
        "cancelled,cancelling",
        "--columns",
        "id,operation,description",
        "-o",
        "text",
    ]);
    assert_eq!(over.expect(0).stdout, format!("{first}\tS3PutObjectTagging\tnightly\n"));
    let wrong = rehearsal.job(&["list", "--status", "activ"]).expect(2);
    assert!(wrong.stderr.contains("did you mean Active?"), "{wrong:?}");
}

#[test]
fn a_job_is_shown_whole() {
    let rehearsal = Rehearsal::new();
    let id = tag(&rehearsal, &["--run", "--wait", "--interval", "100ms"]);
    let shown = rehearsal.job(&["show", &id]).expect(0);
    for part in [
        "S3PutObjectTagging".to_owned(),
        "s3://lists/data.csv".to_owned(),
        "arn:aws:iam::111122223333:role/batch".to_owned(),
        format!("s3://reports/batch/job-{id}/manifest.json"),
        r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#.to_owned(),
    ] {
        assert!(shown.stdout.contains(&part), "{part}: {shown:?}");
    }
    assert!(shown.stderr.ends_with(&format!("hint: opsctl --sandbox s3 job report {id}\n")), "{shown:?}");
    let arn = format!("arn:aws:s3:eu-west-1:111122223333:job/{id}");
    rehearsal.job(&["show", &arn]).expect(0);
    let other = rehearsal.job(&["show", &arn.replace("eu-west-1", "us-east-1")]).expect(2);
    assert!(other.stderr.contains("is in region us-east-1, and eu-west-1 is asked"), "{other:?}");
    assert!(other.stderr.ends_with("hint: --region us-east-1\n"), "{other:?}");
}

#[test]
fn the_tags_of_a_job_are_shown_where_they_may_be_known() {
    let rehearsal = Rehearsal::new();
    let id = tag(&rehearsal, &["--tag", "team=ops", "--tag", "night=yes"]);
    let shown = rehearsal.job(&["show", &id, "--columns", "tags", "-o", "text"]).expect(0);
    assert_eq!(shown.stdout, "team=ops, night=yes\n");
    assert_eq!(rehearsal.show(&id)["tags"][0], serde_json::json!({ "Key": "team", "Value": "ops" }));
    let denied = Rehearsal::with("[deny]\nactions = [\"s3:GetJobTagging\"]\n");
    let id = tag(&denied, &["--tag", "team=ops"]);
    let shown = denied.job(&["show", &id, "-o", "json"]).expect(0);
    assert_eq!(shown.json()["item"]["jobId"], id.as_str());
    assert!(shown.json()["item"]["tags"].is_null(), "{shown:?}");
    let told = format!("warning: the tags of the job are not known: cannot read the tags of the job {id}: ");
    assert!(shown.stderr.starts_with(&told) && shown.stderr.contains("s3:GetJobTagging"), "{shown:?}");
}

#[test]
fn a_job_that_is_not_there_may_be_in_another_region() {
    let rehearsal = Rehearsal::new();
    for verb in
        [&["show"][..], &["watch"], &["confirm", "--yes"], &["cancel", "--yes"], &["priority", "--yes"]]
    {
        let number = if verb[0] == "priority" { &["5"][..] } else { &[] };
        let ran = rehearsal.job(&[&verb[..1], &["00000000-0000"], number, &verb[1..]].concat()).expect(3);
        let line = "error: there is no job 00000000-0000 in account 111122223333 and region eu-west-1\n";
        assert!(ran.stderr.starts_with(line), "{verb:?}: {ran:?}");
        assert!(
            ran.stderr.contains("hint: a job is known in its own region alone: --region names another\n"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_job_in_the_wrong_state_is_a_conflict() {
    let rehearsal = Rehearsal::new();
    let id = tag(&rehearsal, &["--run", "--wait", "--interval", "100ms"]);
    let ran = rehearsal.job(&["cancel", &id, "--yes"]).expect(9);
    assert!(
        ran.stderr.starts_with(&format!("error: the job {id} cannot be cancelled: it is Complete\n")),
        "{ran:?}"
    );
    let ran = rehearsal.job(&["confirm", &id, "--yes"]).expect(9);
    assert!(ran.stderr.contains("does not wait for a confirmation: it is Complete\n"), "{ran:?}");
    rehearsal.job(&["priority", &id, "5", "--yes"]).expect(9);
    let waiting = waiting(&rehearsal, &["--priority", "3"]);
    let ran = rehearsal.job(&["watch", &waiting, "--interval", "100ms", "--timeout", "60s"]).expect(9);
    assert!(ran.stderr.ends_with(&format!("hint: opsctl --sandbox s3 job confirm {waiting}\n")), "{ran:?}");
}

#[test]
fn nothing_is_changed_without_a_yes_or_in_a_dry_run() {
    let rehearsal = Rehearsal::new();
    let id = waiting(&rehearsal, &[]);
    for verb in [&["confirm", &id][..], &["cancel", &id], &["priority", &id, "77"]] {
        rehearsal.job(verb).expect(2);
        let plan = rehearsal.job(&[verb, &["--dry-run", "-o", "json"]].concat()).expect(0).json();
        assert_eq!(plan["items"][0]["parameters"]["JobId"], id.as_str(), "{plan}");
    }
    let shown = rehearsal.job(&["show", &id, "-o", "json"]).expect(0).json();
    assert_eq!((&shown["item"]["status"], &shown["item"]["priority"]), (&"Suspended".into(), &10.into()));
    rehearsal.job(&["priority", &id, "77", "--yes"]).expect(0);
    let shown = rehearsal.job(&["show", &id, "-o", "json"]).expect(0).json();
    assert_eq!(shown["item"]["priority"], 77);
    rehearsal.job(&["cancel", &id, "--yes", "--reason", "not now"]).expect(0);
    let ran = rehearsal.job(&["watch", &id, "--interval", "100ms", "--timeout", "60s"]).expect(6);
    assert!(ran.stderr.contains("was cancelled after 0 of"), "{ran:?}");
}

#[test]
fn a_question_before_a_confirmation_says_how_many_objects() {
    let rehearsal = Rehearsal::new();
    let id = waiting(&rehearsal, &[]);
    let mut terminal =
        Terminal::opsctl(&rehearsal.sealed, (120, 24), &["--sandbox", "s3", "job", "confirm", &id]);
    let seen = terminal.wait_for("confirm 1 job?");
    terminal.type_text("n\r");
    let (_, status, _) = terminal.end();
    assert!(seen.contains("S3PutObjectTagging, 2 tasks of s3://lists/data.csv"), "{seen}");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_failed_task_is_no_good_end_unless_it_is_allowed() {
    let rehearsal =
        Rehearsal::with("[jobs]\nfail = [{ prefix = \"x/\", code = \"AccessDenied\", status = 403 }]\n");
    let id = tag(&rehearsal, &["--run"]);
    let ran = rehearsal.job(&["watch", &id, "--interval", "100ms", "--timeout", "60s"]).expect(6);
    assert!(ran.stderr.contains(&format!("error: 1 of 2 tasks of the job {id} failed\n")), "{ran:?}");
    assert!(ran.stderr.ends_with(&format!("hint: opsctl --sandbox s3 job report {id}\n")), "{ran:?}");
    let errors: Vec<_> = rehearsal.report(&id).into_iter().map(|row| (row.key, row.error_code)).collect();
    let denied = Some("AccessDenied".to_owned());
    assert_eq!(errors, [("a b.csv".to_owned(), None), ("x/y+z, 100%".to_owned(), denied)]);
    let ran = rehearsal.job(&["watch", &id, "--allow-failures", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["item"]["failedTasks"], 1);
}

#[test]
fn a_job_that_fails_as_a_whole_says_why() {
    let rehearsal = Rehearsal::new();
    let args = [&TAG[..], &["s3://lists/data.csv", "--no-preflight", "--run"]].concat();
    let args: Vec<&str> =
        args.into_iter().map(|word| if word == "batch" { "stranger" } else { word }).collect();
    let id = rehearsal.created(&args);
    let ran = rehearsal.job(&["watch", &id, "--interval", "100ms", "--timeout", "60s"]).expect(6);
    assert!(ran.stderr.contains("is not authorized to assume the role"), "{ran:?}");
}

#[test]
fn leaving_a_watch_leaves_the_job_and_says_how_to_come_back() {
    let rehearsal = Rehearsal::new();
    let hold = rehearsal.sealed.write("hold", "");
    let run = ["lambda", "count:$LATEST", "--run", "--manifest", "s3://lists/data.csv", "--role", "batch"];
    let id = rehearsal.created(&[&run[..], &["--report", "s3://reports/batch"]].concat());
    let ran = rehearsal.job(&["watch", &id, "--interval", "100ms", "--timeout", "300ms"]).expect(8);
    assert!(ran.stderr.contains("gave up waiting for the job"), "{ran:?}");
    assert!(ran.stderr.ends_with(&format!("hint: opsctl --sandbox s3 job watch {id}\n")), "{ran:?}");
    let mut terminal =
        Terminal::opsctl(&rehearsal.sealed, (80, 24), &["--sandbox", "s3", "job", "watch", &id]);
    let drawn = terminal.wait_for(", 0 of 2 tasks");
    assert!(!drawn.contains(&format!("job {id}: ")), "who watches knows which job it is: {drawn}");
    terminal.type_text("\x03");
    let (seen, status, _) = terminal.end();
    assert_eq!(status.code(), Some(130), "{seen}");
    assert!(seen.contains(&format!(" opsctl --sandbox s3 job watch {id}")), "{seen}");
    std::fs::remove_file(hold).unwrap();
    let ran = rehearsal.job(&["watch", &id, "--interval", "100ms", "--timeout", "60s"]).expect(0);
    assert!(ran.stderr.contains("is complete"), "{ran:?}");
}

/// A line that wraps is not wiped off again.
#[test]
fn the_line_of_a_watch_is_cut_to_the_terminal() {
    let rehearsal = Rehearsal::new();
    let hold = rehearsal.sealed.write("hold", "");
    let run = ["lambda", "count:$LATEST", "--run", "--manifest", "s3://lists/data.csv", "--role", "batch"];
    let id = rehearsal.created(&[&run[..], &["--report", "s3://reports/batch"]].concat());
    rehearsal.until(&id, "Active");
    let mut terminal =
        Terminal::opsctl(&rehearsal.sealed, (20, 24), &["--sandbox", "s3", "job", "watch", &id]);
    let drawn = terminal.wait_for("Active, 0 ");
    terminal.type_text("\x03");
    let (rest, ..) = terminal.end();
    assert!(!format!("{drawn}{rest}").contains("of 2 tasks"), "{drawn}{rest}");
    std::fs::remove_file(hold).unwrap();
}

/// As a confirmation does; a script that says --run is not asked.
#[test]
fn a_job_that_starts_at_once_is_agreed_to_on_a_terminal() {
    let rehearsal = Rehearsal::new();
    let untag = ["untag", "--role", "batch", "--no-report", "--manifest", "s3://lists/data.csv", "--run"];
    let line = [&["--sandbox", "s3", "job", "create"], &untag[..]].concat();
    let mut terminal = Terminal::opsctl(&rehearsal.sealed, (120, 24), &line);
    let seen = terminal.wait_for("run 1 job? [y/N]");
    terminal.type_text("n\r");
    let (_, status, _) = terminal.end();
    assert!(seen.contains("run 1 job in account 111122223333, region eu-west-1:"), "{seen}");
    assert!(seen.contains("s3://lists/data.csv  S3DeleteObjectTagging, 2 objects, $0.25"), "{seen}");
    assert_eq!(status.code(), Some(1));
    assert_eq!(rehearsal.job(&["list", "-o", "json"]).expect(0).json()["items"], serde_json::json!([]));
    let mut terminal = Terminal::opsctl(&rehearsal.sealed, (120, 24), &line);
    terminal.wait_for("run 1 job? [y/N]");
    terminal.type_text("y\r");
    terminal.wait_for("is created, and runs");
    assert_eq!(terminal.end().1.code(), Some(0));
    let other = [&line[..], &["--yes", "--description", "other"]].concat();
    let mut terminal = Terminal::opsctl(&rehearsal.sealed, (120, 24), &other);
    let seen = terminal.wait_for("is created, and runs");
    assert!(!seen.contains("[y/N]"), "{seen}");
    assert_eq!(terminal.end().1.code(), Some(0));
}

#[test]
fn a_priority_below_zero_is_told_with_the_range() {
    let ran = Sealed::new().run(["s3", "job", "priority", "job-12345", "-5"]).expect(2);
    assert!(ran.stderr.contains("invalid value '-5' for '<PRIORITY>'"), "{ran:?}");
    assert!(ran.stderr.contains("0..=2147483647"), "{ran:?}");
}

#[test]
fn jobs_are_completed_live() {
    let mut rehearsal = Rehearsal::new();
    let id = tag(&rehearsal, &["--description", "nightly"]);
    let line = "opsctl --sandbox s3 job watch ";
    rehearsal
        .sealed
        .set("OPSCTL_COMPLETE", "bash")
        .set("OPSCTL_COMPLETION_LIMIT", "30s")
        .set("OPSCTL_COMPLETE_LINE", line)
        .set("OPSCTL_COMPLETE_WORD", "");
    let ran = rehearsal.sealed.run(["--"]).expect(0);
    assert!(ran.stdout.contains(&id), "{ran:?}");
}

#[test]
fn a_job_is_named_by_an_id() {
    let ran = Sealed::new().run(["s3", "job", "show", "nightly job"]).expect(2);
    assert!(ran.stderr.contains("a job is named by its id"), "{ran:?}");
}

#[test]
fn a_wait_for_several_jobs_outlasts_a_bad_end() {
    let rehearsal = Rehearsal::new();
    let make = |manifest: &str| {
        let how = ["--role", "batch", "--report", "s3://reports/batch", "--no-preflight"];
        rehearsal.created(&[&["tag", "a=b", "--manifest", manifest], &how[..]].concat())
    };
    let confirmed = |ids: [&str; 3]| {
        ids.iter().for_each(|id| drop(rehearsal.until(id, "Suspended")));
        let how = ["--yes", "--wait", "--interval", "100ms"];
        let ran = rehearsal.job(&[&["confirm"], &ids[..], &how].concat());
        // Nothing was left before its end.
        ids.iter().for_each(|id| assert_eq!(rehearsal.show(id)["status"], "Complete"));
        ran.expect(6)
    };
    let (bad, good, last) =
        (make("s3://lists/missing.csv"), make("s3://lists/data.csv"), make("s3://lists/locked.csv"));
    let ran = confirmed([&bad, &good, &last]);
    assert!(ran.stderr.contains(&format!("error: 1 of 2 tasks of the job {bad} failed\n")), "{ran:?}");
    for id in [&good, &last] {
        assert!(ran.stderr.contains(&format!("the job {id} is complete: ")), "{ran:?}");
    }
    let more = |tag: &str| {
        let how = ["--role", "batch", "--no-report", "--no-preflight"];
        rehearsal.created(&[&["tag", tag, "--manifest", "s3://lists/missing.csv"], &how[..]].concat())
    };
    let (one, two, three) = (more("c=1"), more("c=2"), make("s3://lists/enforced.csv"));
    let ran = confirmed([&one, &two, &three]);
    assert!(ran.stderr.contains("error: 2 of 3 jobs did not end well\n"), "{ran:?}");
    for id in [&one, &two] {
        assert!(ran.stderr.contains(&format!("1 of 2 tasks of the job {id} failed")), "{ran:?}");
    }
}

#[test]
fn a_narrow_terminal_shows_how_many_tasks_failed() {
    let rehearsal = Rehearsal::with("");
    tag(&rehearsal, &["--description", "a nightly job with a long description"]);
    let line = ["--sandbox", "--color", "never", "s3", "job", "list"];
    let (screen, status, _) = Terminal::opsctl(&rehearsal.sealed, (80, 30), &line).end();
    assert!(status.success() && screen.contains("FAILED"), "{screen}");
    assert!(
        screen.lines().all(|line| line.trim_end().chars().count() <= 80 || line.contains("not fit")),
        "{screen}"
    );
}
