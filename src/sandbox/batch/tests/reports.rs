//! Completion reports: which rows, in how many files, and what stands beside them.

use super::{Bench, tag_operation};
use opsctl_engine::batch::Status;
use opsctl_engine::manifest::report::ReportManifest;
use serde_json::json;

#[tokio::test]
async fn a_big_job_has_several_files_of_each_status() {
    let bench = Bench::new(
        "[jobs]\nrows_per_file = 10\nfail = [{ prefix = \"x/\", code = \"AccessDenied\", status = 403, message = \"no, \\\"never\\\"\\nat all\" }]\n",
    );
    let mut keys = Vec::new();
    for number in 0..25 {
        keys.push(format!("k{number}"));
        bench.put("data-1", &format!("k{number}"), "");
    }
    keys.extend((0..15).map(|number| format!("x/{number}")));
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let document = bench.document(tag_operation(), bench.list(&names));
    let id = bench.run(&document, Status::Complete).await;
    let rows = bench.report(&id);
    assert_eq!(bench.progress(&id), (40, 25, 15));
    let mut found: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    found.sort_unstable();
    let mut expected = names.clone();
    expected.sort_unstable();
    assert_eq!(found, expected, "every task has its row, once");
    let failed: Vec<_> = rows.iter().filter(|row| !row.succeeded).collect();
    assert_eq!(failed.len(), 15);
    assert!(failed.iter().all(|row| row.message == "no, \"never\"\nat all" && row.status == Some(403)));

    let place = format!("out/job-{id}/manifest.json");
    let text = bench.read("reports-1", &place);
    let manifest = ReportManifest::parse(&text).unwrap();
    let files = |status: &str| manifest.results.iter().filter(|file| file.status == status).count();
    assert_eq!((files("succeeded"), files("failed")), (3, 2));
    let etag = bench.version("reports-1", &place).data().unwrap().etag.to_string();
    assert_eq!(bench.read("reports-1", &format!("{place}.md5")), etag.as_bytes());
}

#[tokio::test]
async fn only_failures_are_reported_where_only_they_are_asked_for() {
    let bench = Bench::new("");
    bench.put("data-1", "k", "");
    let mut document = bench.document(tag_operation(), bench.list(&["k", "gone"]));
    document["Report"]["ReportScope"] = json!("FailedTasksOnly");
    let id = bench.run(&document, Status::Complete).await;
    let keys: Vec<_> = bench.report(&id).into_iter().map(|row| row.key).collect();
    assert_eq!(keys, ["gone"]);
    document["Report"] = json!({ "Enabled": false });
    document["ClientRequestToken"] = json!("another");
    let id = bench.run(&document, Status::Complete).await;
    let target = format!("out/job-{id}/manifest.json");
    let target = crate::sandbox::s3::store::Target { bucket: "reports-1", key: &target, version: None };
    assert!(bench.account.s3.store.head(&target).is_err());
}
