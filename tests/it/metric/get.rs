//! `metric get`: what is asked, what is shown, what is said where something is missing.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{CloudWatch, minute, result, results};
use crate::support::Reply;

const AGE: [&str; 4] = ["AWS/SQS", "Age", "--dimension", "QueueName=orders"];

fn get(cloudwatch: &CloudWatch, words: &[&str]) -> crate::support::Ran {
    cloudwatch.sealed.run(["metric", "get"].iter().chain(words))
}

#[test]
fn values_of_all_pages_are_put_together_in_every_format() {
    let cloudwatch = CloudWatch::new(|asked| match asked.get("NextToken") {
        None => Reply::cbor(&json!({ "NextToken": "more", "MetricDataResults": [
            result("m1", "Age", "PartialData", &[(3, 1.0), (2, 2.5)]),
        ] })),
        Some(_) => results(&[result("m1", "Age", "Complete", &[(1, -3.0)])]),
    });
    let words = |format: &str| [&AGE[..], &["--since", "3m", "-o", format]].concat().join(" ");
    let ran = |format: &str| get(&cloudwatch, &words(format).split(' ').collect::<Vec<_>>()).expect(0);
    insta::assert_snapshot!(ran("table").stdout, @r"
    TIME                  VALUE  SERIES
    2026-11-22T11:57:00Z      1  AWS/SQS Age QueueName=orders Average
    2026-11-22T11:58:00Z    2.5  AWS/SQS Age QueueName=orders Average
    2026-11-22T11:59:00Z     -3  AWS/SQS Age QueueName=orders Average
    ");
    assert_eq!(
        ran("csv").stdout,
        "time,value,series\n\
         2026-11-22T11:57:00Z,1,AWS/SQS Age QueueName=orders Average\n\
         2026-11-22T11:58:00Z,2.5,AWS/SQS Age QueueName=orders Average\n\
         2026-11-22T11:59:00Z,-3,AWS/SQS Age QueueName=orders Average\n"
    );
    let document = ran("json").json();
    assert_eq!(document["kind"], "metric.datapoint");
    assert_eq!(
        document["items"][1],
        json!({ "id": "m1", "label": "AWS/SQS Age QueueName=orders Average",
            "timestamp": "2026-11-22T11:58:00Z", "value": 2.5 })
    );
    assert_eq!(ran("table").stderr, "");
    let asked = cloudwatch.inputs("GetMetricData").remove(0);
    assert_eq!(
        (asked["StartTime"].as_str(), asked["EndTime"].as_str()),
        (Some(&*minute(3)), Some(&*minute(0)))
    );
    assert_eq!(
        asked["MetricDataQueries"],
        json!([{ "Id": "m1", "MetricStat": { "Period": 60, "Stat": "Average", "Metric": {
            "Namespace": "AWS/SQS", "MetricName": "Age", "Dimensions": [{ "Name": "QueueName", "Value": "orders" }],
        } } }])
    );
}

#[test]
fn expressions_are_answered_and_what_they_need_is_not() {
    let cloudwatch = CloudWatch::new(|_| {
        results(&[
            result("e1", "e1", "Complete", &[(1, 50.0)]),
            result("e2", "b", "Complete", &[(1, 1.0)]),
            result("e2", "a", "Complete", &[(1, 2.0)]),
        ])
    });
    let more = [
        "--statistic",
        "sum",
        "--with",
        "m2=AWS/SQS Visible QueueName=orders Stage=prod p99",
        "--expression",
        "100 * m1 / m2",
        "--expression",
        "SEARCH('{AWS/SQS,QueueName}', 'Sum')",
    ];
    let ran = get(&cloudwatch, &[&AGE[..], &more, &["-o", "text"]].concat()).expect(0);
    let at = minute(1);
    assert_eq!(ran.stdout, format!("{at}\t50\t100 * m1 / m2\n{at}\t1\tb\n{at}\t2\ta\n"));
    let asked = cloudwatch.inputs("GetMetricData").remove(0);
    let told: Vec<String> = asked["MetricDataQueries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|query| format!("{} {} {}", query["Id"], query["ReturnData"], query["MetricStat"]["Stat"]))
        .collect();
    assert_eq!(
        told,
        [r#""m1" false "Sum""#, r#""m2" false "p99""#, r#""e1" null null"#, r#""e2" null null"#]
    );
}

#[test]
fn more_than_five_hundred_queries_go_in_several_calls() {
    let cloudwatch = CloudWatch::new(|asked| {
        let of = |query: &Value| result(query["Id"].as_str().unwrap(), "x", "Complete", &[(1, 1.0)]);
        results(&asked["MetricDataQueries"].as_array().unwrap().iter().map(of).collect::<Vec<_>>())
    });
    let metric = json!({ "Namespace": "N", "MetricName": "M" });
    let query = |number: u32| json!({ "Id": format!("m{number}"), "MetricStat": { "Metric": metric, "Stat": "Sum" } });
    let queries: Vec<Value> = (0..1200).map(query).collect();
    cloudwatch.sealed.write("queries.json", &json!({ "MetricDataQueries": queries }).to_string());
    let ran = get(&cloudwatch, &["--file", "queries.json", "-o", "text", "--columns", "id"]).expect(0);
    let ids: Vec<String> = (0..1200).map(|number| format!("m{number}")).collect();
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), ids);
    let asked = cloudwatch.inputs("GetMetricData");
    let sizes = asked.iter().map(|it| it["MetricDataQueries"].as_array().unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [500, 500, 200]);
}

#[test]
fn a_file_with_mistakes_is_told_them_all_and_nothing_is_asked() {
    let cloudwatch = CloudWatch::new(|_| results(&[]));
    cloudwatch.sealed.write("queries.yaml", "- Id: M1\n  Expression: m1\n- Id: m2\n");
    let ran = get(&cloudwatch, &["-f", "queries.yaml"]).expect(2);
    assert!(
        ran.stderr.starts_with("error: the queries in queries.yaml are wrong\n  cause: queries.yaml:1:"),
        "{ran:?}"
    );
    assert!(
        ran.stderr.contains("queries.yaml:3:3: a query has either a MetricStat or an Expression"),
        "{ran:?}"
    );
    get(&cloudwatch, &["-f", "none.json"]).expect(3);
    assert_eq!(cloudwatch.aws.requests().len(), 0);
}

#[test]
fn what_is_forbidden_is_told_and_the_rest_is_shown() {
    let some = CloudWatch::new(|_| {
        results(&[
            result("m1", "one", "Complete", &[(1, 1.0)]),
            result("m2", "two", "Forbidden", &[]),
            result("m3", "three", "InternalError", &[]),
        ])
    });
    let ran = get(&some, &[&AGE[..], &["--statistic", "Sum,p99,IQM", "-o", "json"]].concat()).expect(7);
    let document = ran.json();
    assert_eq!(document["items"].as_array().unwrap().len(), 1);
    let kinds: Vec<&Value> =
        document["errors"].as_array().unwrap().iter().map(|error| &error["kind"]).collect();
    assert_eq!(kinds, ["denied", "temporary"]);
    assert!(ran.stderr.contains("2 of 3 series are missing"), "{ran:?}");
    for (status, code) in [("Forbidden", 5), ("InternalError", 75)] {
        let none = CloudWatch::new(move |_| results(&[result("m1", "Age", status, &[])]));
        get(&none, &AGE).expect(code);
    }
}

#[test]
fn data_that_is_not_complete_is_shown_with_a_warning() {
    let cloudwatch = CloudWatch::new(|_| {
        let mut partial = result("m1", "Age", "PartialData", &[(1, 1.0)]);
        partial["Messages"] = json!([{ "Code": "ArithmeticError", "Value": "divided by zero" }]);
        results(&[partial])
    });
    let ran = get(&cloudwatch, &AGE).expect(0);
    assert_eq!(
        ran.stderr,
        "warning: ArithmeticError: divided by zero\nwarning: the data of Age is not complete\n"
    );
}

#[test]
fn a_metric_that_is_not_there_has_a_near_match() {
    let cloudwatch = CloudWatch::new(|_| results(&[result("m1", "Age", "Complete", &[])]));
    for (words, message, hint) in [
        (
            "AWS/SQS Age --dimension QueueName=ordres",
            "AWS/SQS Age is not published with QueueName=ordres",
            "did you mean QueueName=orders?",
        ),
        ("AWS/SQS Age", "AWS/SQS Age is not published with no dimensions", "it is published with QueueName"),
        (
            "AWS/SQS Agee",
            "no metric Agee of AWS/SQS has been published in the last two weeks",
            "did you mean Age?",
        ),
        (
            "AWS/SQ Age",
            "no metric of AWS/SQ has been published in the last two weeks",
            "did you mean AWS/SQS?",
        ),
    ] {
        let ran = get(&cloudwatch, &words.split(' ').collect::<Vec<_>>()).expect(3);
        assert_eq!((ran.stdout.as_str(), ran.stderr), ("", format!("error: {message}\n  hint: {hint}\n")));
    }
    let ran = get(&cloudwatch, &[&AGE[..], &["--since", "2h", "-o", "csv"]].concat()).expect(0);
    assert_eq!(ran.stdout, "time,value,series\n");
    let name = "AWS/SQS Age QueueName=orders Average";
    assert_eq!(ran.stderr, format!("warning: {name} has no data from {} to {}\n", minute(120), minute(0)));
}

#[test]
fn old_data_is_coarser_and_that_is_said() {
    let cloudwatch = CloudWatch::new(|_| results(&[result("m1", "Age", "Complete", &[(1, 1.0)])]));
    let period = |words: &[&str]| {
        let ran = get(&cloudwatch, &[&AGE[..], words].concat()).expect(0);
        let asked = cloudwatch.inputs("GetMetricData").pop().unwrap();
        (asked["MetricDataQueries"][0]["MetricStat"]["Period"].as_i64().unwrap(), ran.stderr)
    };
    assert_eq!(period(&["--since", "2h", "--period", "10s"]), (10, String::new()));
    assert_eq!(period(&["--since", "1d"]), (60, String::new()));
    let kept = "is kept by 300 s alone: the period is 300 s, not 60 s";
    assert_eq!(
        period(&["--since", "20d", "--period", "1m"]),
        (300, format!("warning: what is more than 15 days ago {kept}\n"))
    );
    let (coarsest, told) = period(&["--since", "2025-06-01"]);
    assert!(
        coarsest % 3600 == 0 && told.contains("nothing is kept of what is more than 455 days ago"),
        "{told}"
    );
}

#[test]
fn throttling_and_denial_are_told_as_everywhere() {
    for (code, exit) in [("Throttling", 75), ("ThrottlingException", 75), ("AccessDenied", 5)] {
        let cloudwatch = CloudWatch::new(move |_| Reply::cbor_error(400, code, "Rate exceeded"));
        let ran = get(&cloudwatch, &[&AGE[..], &["--max-attempts", "1"]].concat()).expect(exit);
        assert!(ran.stderr.starts_with("error: cannot get the data of metrics\n"), "{ran:?}");
    }
    let calls = AtomicUsize::new(0);
    let cloudwatch = CloudWatch::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::cbor_error(400, "Throttling", "Rate exceeded"),
        _ => results(&[result("m1", "Age", "Complete", &[(1, 1.0)])]),
    });
    get(&cloudwatch, &AGE).expect(0);
}

#[test]
fn what_is_typed_wrong_is_refused_before_anything_is_asked() {
    let cloudwatch = CloudWatch::new(|_| results(&[]));
    for (words, told) in [
        ("", "no metric is named"),
        ("AWS/SQS", "METRIC"),
        ("AWS/SQS Age --statistic Avrage", "did you mean `Average`?"),
        ("AWS/SQS Age --period 45", "a period is 1, 5, 10, 20 or 30 seconds, or whole minutes"),
        ("AWS/SQS Age --dimension Queue", "a dimension looks like NAME=VALUE"),
        ("AWS/SQS Age --dimension A=1 --dimension A=2", "--dimension A is given twice"),
        ("AWS/SQS Age --since 1h --until 2h", "there is no time"),
        ("AWS/SQS Age --with m1=a --expression m1", "it looks like m2="),
        ("AWS/SQS Age --file x", "cannot be used with"),
        ("AWS/SQS Age --columns nonsense", "unknown column 'nonsense'"),
    ] {
        let ran = get(&cloudwatch, &words.split_whitespace().collect::<Vec<_>>()).expect(2);
        assert!(ran.stderr.contains(told), "{words}: {ran:?}");
    }
    let double = get(&cloudwatch, &["A", "B", "--with", "m1=a b", "--expression", "m1"]).expect(2);
    assert!(double.stderr.contains("two metrics go by the id m1"), "{double:?}");
    assert_eq!(cloudwatch.aws.requests().len(), 0);
}
