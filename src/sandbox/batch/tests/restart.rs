//! What is left of jobs when a sandbox ends and starts again in the same folder.

use super::{Bench, tag_operation};
use crate::sandbox::batch::Refused;
use jiff::Timestamp;
use opsctl_engine::batch::{Request, Status};
use serde_json::json;

#[tokio::test]
async fn a_job_that_is_over_is_still_described_and_one_that_waits_waits_again() {
    let mut bench = Bench::new("");
    bench.put("data-1", "k", "x");
    let document = bench.document(tag_operation(), bench.list(&["k"]));
    let over = bench.run(&document, Status::Complete).await;
    let mut waiting = document.clone();
    waiting["ConfirmationRequired"] = json!(true);
    waiting["ClientRequestToken"] = json!("waiting");
    let waiting = bench.create(&waiting);
    bench.reached(&waiting, Status::Suspended).await;

    bench.restart().await;
    assert_eq!(bench.account.batch.jobs.status(&over), Some(Status::Complete));
    assert_eq!((bench.progress(&over), bench.report(&over).len()), ((1, 1, 0), 1));
    bench.reached(&waiting, Status::Suspended).await;
    let confirm = |job: &mut super::super::Job| job.update(Request::Ready, None, Timestamp::now());
    bench.account.batch.jobs.change(&waiting, confirm).unwrap();
    bench.reached(&waiting, Status::Complete).await;
    // A token is still the job's.
    let created = bench.account.batch.jobs.list("us-east-1", &[], Timestamp::now());
    assert_eq!(created.len(), 2);
    let known =
        bench.account.batch.jobs.change(&over, |job| job.update(Request::Cancelled, None, Timestamp::now()));
    assert_eq!(known, Err(Refused::NotNow(Status::Complete)));
}

#[tokio::test]
async fn a_job_whose_tasks_ran_is_failed_and_says_so() {
    let mut bench = Bench::new("[jobs]\ntasks_per_second = 20\n");
    let keys: Vec<String> = (0..100).map(|number| format!("k{number}")).collect();
    keys.iter().for_each(|key| drop(bench.put("data-1", key, "")));
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let id = bench.create(&bench.document(tag_operation(), bench.list(&names)));
    bench.reached(&id, Status::Active).await;
    while bench.progress(&id).1 == 0 {
        tokio::task::yield_now().await;
    }
    bench.restart().await;
    bench.reached(&id, Status::Failed).await;
    assert_eq!(bench.failure(&id).0, "SandboxEnded");
    let (total, done, _) = bench.progress(&id);
    assert!(total == 100 && (1..100).contains(&done), "{done}");
}
