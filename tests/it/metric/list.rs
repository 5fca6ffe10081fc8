//! `metric list`: pages, filters, a near match.

use serde_json::json;

use super::{CloudWatch, results};

#[test]
fn metrics_of_every_page_are_listed_with_their_dimensions() {
    let cloudwatch = CloudWatch::new(|_| results(&[]));
    let ran = cloudwatch.sealed.run(["metric", "list"]).expect(0);
    insta::assert_snapshot!(ran.stdout, @r"
    NAMESPACE  METRIC   DIMENSIONS
    AWS/SQS    Age      QueueName=orders
    AWS/SQS    Age      QueueName=bills
    AWS/SQS    Visible  QueueName=orders, Stage=prod
    ");
    assert_eq!((ran.stderr.as_str(), cloudwatch.aws.operations().len()), ("", 3));
    let document = cloudwatch.sealed.run(["metric", "list", "--limit", "1", "-o", "json"]).expect(0).json();
    assert_eq!(
        document,
        json!({ "schemaVersion": 1, "kind": "metric", "items": [
            { "namespace": "AWS/SQS", "metricName": "Age", "dimensions": { "QueueName": "orders" } },
        ] })
    );
    assert_eq!(cloudwatch.aws.operations().len(), 4, "no page is asked for that is not wanted");
}

#[test]
fn the_service_filters() {
    let cloudwatch = CloudWatch::new(|_| results(&[]));
    let line =
        ["metric", "list", "AWS/SQS", "Age", "--dimension", "QueueName=orders", "--dimension", "Stage"];
    cloudwatch.sealed.run(line.iter().chain(&["--recent"])).expect(0);
    let asked = cloudwatch.inputs("ListMetrics").remove(0);
    assert_eq!(
        asked,
        json!({ "Namespace": "AWS/SQS", "MetricName": "Age", "RecentlyActive": "PT3H",
            "Dimensions": [{ "Name": "QueueName", "Value": "orders" }, { "Name": "Stage" }] })
    );
}

#[test]
fn what_is_mistyped_has_a_near_match() {
    let cloudwatch = CloudWatch::new(|_| results(&[]));
    for (words, expected) in [
        (
            &["AWS/SQ"][..],
            "no metric of AWS/SQ has been published in the last two weeks; did you mean AWS/SQS?",
        ),
        (
            &["AWS/SQS", "Agee"],
            "no metric Agee of AWS/SQS has been published in the last two weeks; did you mean Age?",
        ),
    ] {
        let ran = cloudwatch.sealed.run(["metric", "list"].iter().chain(words)).expect(0);
        assert_eq!(ran.stderr, format!("warning: {expected}\n"), "{words:?}");
    }
}
