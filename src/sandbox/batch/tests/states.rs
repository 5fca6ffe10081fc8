//! What a job goes through, and who may change it.

use super::{Bench, tag_operation};
use crate::sandbox::batch::{Created, Refused};
use jiff::Timestamp;
use opsctl_engine::batch::{JobDocument, Request, Status};
use serde_json::{Value, json};

fn update(bench: &Bench, id: &str, request: Request) -> Result<(), Refused> {
    bench.account.batch.jobs.change(id, |job| job.update(request, Some("so".into()), Timestamp::now()))
}

fn waiting(bench: &Bench) -> Value {
    bench.put("data-1", "k", "x");
    let mut document = bench.document(tag_operation(), bench.list(&["k"]));
    document.as_object_mut().unwrap().remove("ConfirmationRequired");
    document
}

#[tokio::test]
async fn a_job_without_a_word_waits_and_runs_once_it_is_confirmed() {
    let bench = Bench::new("");
    let id = bench.create(&waiting(&bench));
    bench.reached(&id, Status::Suspended).await;
    assert_eq!(bench.progress(&id), (1, 0, 0), "the manifest is read before");
    assert!(bench.version("data-1", "k").attributes().tags.is_empty());
    let described = bench.account.batch.jobs.read(&id, |job| job.description("arn")).unwrap();
    assert_eq!(described["SuspendedCause"], "Awaiting confirmation");
    update(&bench, &id, Request::Ready).unwrap();
    bench.reached(&id, Status::Complete).await;
    assert_eq!(bench.progress(&id), (1, 1, 0));
    assert_eq!(update(&bench, &id, Request::Cancelled), Err(Refused::NotNow(Status::Complete)));
}

#[tokio::test]
async fn a_job_that_waits_can_be_cancelled_and_has_no_report() {
    let bench = Bench::new("");
    let id = bench.create(&waiting(&bench));
    bench.reached(&id, Status::Suspended).await;
    update(&bench, &id, Request::Cancelled).unwrap();
    bench.reached(&id, Status::Cancelled).await;
    assert_eq!(update(&bench, &id, Request::Ready), Err(Refused::NotNow(Status::Cancelled)));
    let is_empty = bench.account.s3.store.with("reports-1", |bucket| Ok(bucket.is_empty()));
    assert_eq!(is_empty, Ok(true));
}

fn many(bench: &Bench, count: usize) -> Value {
    let rows: String = (0..count).map(|number| format!("data-1,k{number}\n")).collect();
    for number in 0..count {
        bench.put("data-1", &format!("k{number}"), "");
    }
    bench.document(tag_operation(), bench.csv(rows, &["Bucket", "Key"]))
}

#[tokio::test]
async fn a_running_job_that_is_cancelled_reports_what_it_has_done() {
    let bench = Bench::new("[jobs]\ntasks_per_second = 50\n");
    let id = bench.create(&many(&bench, 1000));
    bench.reached(&id, Status::Active).await;
    while bench.progress(&id).1 == 0 {
        tokio::task::yield_now().await;
    }
    update(&bench, &id, Request::Cancelled).unwrap();
    bench.reached(&id, Status::Cancelled).await;
    let (total, done, _) = bench.progress(&id);
    assert!(total == 1000 && (1..1000).contains(&done), "{done}");
    assert_eq!(bench.report(&id).len() as u64, done);
}

#[tokio::test]
async fn a_job_of_higher_priority_pauses_one_of_lower() {
    let bench = Bench::new("[jobs]\nat_once = 1\ntasks_per_second = 200\n");
    let low = many(&bench, 200);
    let low = bench.create(&low);
    bench.reached(&low, Status::Active).await;
    let mut high = bench.document(tag_operation(), bench.list(&["k1", "k2"]));
    high["Priority"] = json!(9);
    // The list has another ETag now; the lower job goes on with the one it has read.
    let high = bench.create(&high);
    bench.reached(&low, Status::Paused).await;
    bench.reached(&high, Status::Complete).await;
    let before = bench.progress(&low).1;
    assert!(before < 200, "{before}");
    bench.reached(&low, Status::Complete).await;
    assert_eq!(bench.progress(&low), (200, 200, 0));
}

#[tokio::test]
async fn a_token_makes_one_job_and_belongs_to_one_request() {
    let bench = Bench::new("[jobs]\ncreate_job_500 = 1\n");
    let mut value = waiting(&bench);
    let create = |value: &Value| {
        let document = JobDocument::read(value, Timestamp::now()).unwrap();
        let token = document.client_request_token.clone().unwrap();
        bench.account.batch.create(&bench.account, "us-east-1", &token, document)
    };
    let error = create(&value).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("InternalServiceException", 500));
    let Created::Known(id) = create(&value).unwrap() else { panic!("the first call made a job") };
    assert_eq!(create(&value), Ok(Created::Known(id)));
    value["Priority"] = json!(2);
    assert_eq!(create(&value), Ok(Created::TokenInUse));
    assert_eq!(bench.account.batch.jobs.list("us-east-1", &[], Timestamp::now()).len(), 1);
    // Jobs are regional, and so are their tokens.
    assert_eq!(bench.account.batch.jobs.list("eu-west-1", &[], Timestamp::now()).len(), 0);
}

#[tokio::test]
async fn a_job_over_the_threshold_fails_and_one_below_completes() {
    let bench = Bench::new(
        "[jobs]\nfail = [{ prefix = \"x\", code = \"SlowDown\", status = 503, message = \"slow\" }]\n",
    );
    let list = |failing: usize, working: usize| {
        let mut rows: String = (0..failing).map(|number| format!("data-1,x{number}\n")).collect();
        rows.extend((0..working).map(|_| "data-1,k\n"));
        bench.document(tag_operation(), bench.csv(rows, &["Bucket", "Key"]))
    };
    bench.put("data-1", "k", "");
    let id = bench.run(&list(999, 0), Status::Complete).await;
    assert_eq!(bench.progress(&id), (999, 0, 999), "every task may fail below a thousand");
    let id = bench.run(&list(1100, 900), Status::Failed).await;
    assert_eq!(bench.failure(&id).0, "JobFailureThresholdExceeded");
    let (total, done, failed) = bench.progress(&id);
    assert!(total == 2000 && failed >= 1000 && done + failed < 2000, "{done} {failed}");
    assert_eq!(bench.report(&id).len() as u64, done + failed, "what was run is reported");
    let id = bench.run(&list(500, 1500), Status::Complete).await;
    assert_eq!(bench.progress(&id), (2000, 1500, 500));
}

#[tokio::test]
async fn jobs_of_ninety_days_ago_are_not_listed() {
    let bench = Bench::new("");
    let id = bench.run(&bench.document(tag_operation(), bench.list(&["k"])), Status::Complete).await;
    let jobs = &bench.account.batch.jobs;
    let listed = |days: i64| {
        let now = Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        jobs.list("us-east-1", &[], now).len()
    };
    assert_eq!((listed(89), listed(91)), (1, 0));
    assert!(jobs.read(&id, |_| ()).is_ok());
}
