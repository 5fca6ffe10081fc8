//! `opsctl s3 job confirm` of a job whose list S3 still reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Rehearsal, described, scripted, signed_in_to};
use crate::support::{FakeAws, Ran, Reply, Sealed};

const JOB: &str = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";
const WAITS: &str = "<ConfirmationRequired>true</ConfirmationRequired>";

/// Tells of the job as new and as preparing, and from the third look on as `then`.
fn preparing(then: &'static str, more: &'static str) -> FakeAws {
    let looks = Arc::new(AtomicUsize::new(0));
    scripted(move |request| match request.line.starts_with("GET ") {
        true => match looks.fetch_add(1, Ordering::Relaxed) {
            0 => described(JOB, "New", more),
            1 => described(JOB, "Preparing", more),
            _ => described(JOB, then, more),
        },
        false => Reply::xml("<UpdateJobStatusResult></UpdateJobStatusResult>"),
    })
}

fn confirm(sealed: &Sealed, more: &[&str]) -> Ran {
    sealed.run([&["s3", "job", "confirm", JOB, "--yes"], more].concat())
}

fn looks(aws: &FakeAws) -> usize {
    aws.requests().iter().filter(|request| request.line.starts_with("GET ")).count()
}

fn updates(aws: &FakeAws) -> usize {
    aws.requests().iter().filter(|request| request.line.contains("/status?")).count()
}

#[test]
fn the_end_of_the_reading_is_waited_for() {
    let aws = preparing("Suspended", WAITS);
    let ran = confirm(&signed_in_to(&aws), &["--interval", "100ms"]).expect(0);
    assert!(ran.stderr.contains(&format!("the job {JOB} is confirmed")), "{ran:?}");
    assert_eq!((looks(&aws), updates(&aws)), (3, 1));
}

#[test]
fn a_job_that_ends_meanwhile_is_a_conflict_and_one_that_needs_no_confirmation_is_not_waited_for() {
    let aws = preparing("Failed", WAITS);
    let ran = confirm(&signed_in_to(&aws), &["--interval", "100ms"]).expect(9);
    assert!(ran.stderr.contains("does not wait for a confirmation: it is Failed"), "{ran:?}");
    assert_eq!((looks(&aws), updates(&aws)), (3, 0));
    let aws = preparing("Active", "<ConfirmationRequired>false</ConfirmationRequired>");
    let ran = confirm(&signed_in_to(&aws), &[]).expect(9);
    assert!(ran.stderr.contains("does not wait for a confirmation: it is New"), "{ran:?}");
    assert_eq!((looks(&aws), updates(&aws)), (1, 0));
}

#[test]
fn the_wait_has_the_limit_that_is_given() {
    let aws = scripted(|_| described(JOB, "Preparing", WAITS));
    let ran = confirm(&signed_in_to(&aws), &["--timeout", "300ms"]).expect(8);
    let told = format!("error: gave up waiting for S3 to read the list of the job {JOB} after 300ms");
    assert!(ran.stderr.starts_with(&told), "{ran:?}");
    assert!(ran.stderr.ends_with(&format!("hint: opsctl s3 job confirm {JOB}\n")), "{ran:?}");
    assert_eq!(updates(&aws), 0);
}

#[test]
fn a_job_is_confirmed_right_after_it_is_made() {
    let rehearsal = Rehearsal::new();
    let how = ["--manifest", "s3://lists/data.csv", "--role", "batch", "--no-report"];
    let id = rehearsal.created(&[&["untag"], &how[..]].concat());
    let ran = rehearsal.job(&["confirm", &id, "--yes", "--interval", "100ms", "--wait"]).expect(0);
    assert!(ran.stderr.contains("is complete"), "{ran:?}");
}
