//! Statistics, retention, budgets and the rules of published data; and the recorded cases.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::evaluation::math::Frame;
use crate::evaluation::tests::vectors::score;

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// Seconds of `P62D`, `PT24H`.
fn seconds(value: &Value) -> i64 {
    let span: jiff::Span = value.as_str().unwrap().parse().unwrap();
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).unwrap().as_secs()
}

#[test]
fn recorded_requests_are_rounded_kept_and_paged() {
    score("get-metric-data", |case| {
        let period = u32::try_from(case["Period"].as_u64().unwrap()).unwrap();
        let (found, expected) = if case["expect_start"].is_string() {
            let start = rounded_start(time(&case["StartTime"]), period, time(&case["now"]));
            (json!(start.to_string()), &case["expect_start"])
        } else if case["expect_has_data"].is_boolean() {
            (json!(is_kept(seconds(&case["age"]), period)), &case["expect_has_data"])
        } else {
            let number = |name: &str| case[name].as_u64().unwrap();
            let budget = Budget {
                queries: number("queries"),
                range: u64::try_from(seconds(&case["range"])).unwrap(),
                period: period.into(),
                max_datapoints: number("max_datapoints"),
            };
            if case["expect_valid"] != budget.is_one_call() {
                return Err("valid".to_owned());
            }
            let pages = budget.is_one_call().then(|| budget.pages());
            (json!(pages), &case["expect_pages"])
        };
        if found == *expected { Ok(()) } else { Err(found.to_string()) }
    });
}

#[test]
fn statistics_are_read_and_written_by_name() {
    let names = [
        "SampleCount",
        "Average",
        "Sum",
        "Minimum",
        "Maximum",
        "p99",
        "p99.9",
        "p0",
        "p100",
        "tm90",
        "tc99.5",
        "ts1",
        "wm98",
        "IQM",
        "PR(10:100)",
        "PR(:300)",
        "PR(-5:)",
        "TM(10%:90%)",
        "TM(150:1000.5)",
        "TC(:0.5)",
        "TS(80%:)",
        "WM(2%:98%)",
    ];
    for name in names {
        let statistic: Statistic = name.parse().unwrap();
        assert_eq!(statistic.to_string(), name);
        let is_plain = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"].contains(&name);
        assert_eq!(statistic.is_extended(), !is_plain, "{name}");
    }
    let wrong = [
        "",
        "average",
        "P99",
        "p",
        "p101",
        "p-1",
        "p+1",
        "p1e1",
        "tm",
        "TM90",
        "iqm",
        "TM(:)",
        "PR(10%:20%)",
        "tm(10%:90%)",
        "TM(10%)",
        "TM(10%:90%",
        "TM(a:b)",
        "TM(inf:)",
        "XX(1:2)",
        "é",
        "aé",
        "p.5",
        "p5.",
    ];
    for name in wrong {
        assert_eq!(name.parse::<Statistic>(), Err(UnknownStatistic(name.to_owned())));
    }
}

#[test]
fn every_statistic_of_ten_samples() {
    let period = Period::of_values((1..=10).map(|value| (f64::from(value), 1.0)));
    let cases = [
        ("SampleCount", 10.0),
        ("Average", 5.5),
        ("Sum", 55.0),
        ("Minimum", 1.0),
        ("Maximum", 10.0),
        ("p0", 1.0),
        ("p50", 5.0),
        ("p90", 9.0),
        ("p91", 10.0),
        ("p100", 10.0),
        ("tm90", 5.0),
        ("tc90", 9.0),
        ("ts90", 45.0),
        ("wm90", 5.4),
        ("IQM", 5.5),
        ("TM(10%:90%)", 5.5),
        ("TC(10%:90%)", 8.0),
        ("TM(2:4)", 3.5),
        ("TS(8:)", 19.0),
        ("TC(:3)", 3.0),
        ("WM(3:8)", 5.5),
        ("WM(20%:80%)", 5.3),
        ("PR(2:4)", 20.0),
        ("PR(:9)", 90.0),
        ("PR(20:)", 0.0),
    ];
    for (name, expected) in cases {
        let found = period.statistic(name.parse().unwrap()).unwrap();
        assert!((found - expected).abs() < 1e-9, "{name}: {found}");
    }
    assert_eq!(period.statistic("TM(20:30)".parse().unwrap()), None);
    let hundred = Period::of_values((1..=100).map(|value| (f64::from(value), 1.0)));
    for percent in 1..=100 {
        assert_eq!(hundred.statistic(Statistic::Percentile(f64::from(percent))), Some(f64::from(percent)));
    }
}

#[test]
fn extended_statistics_need_values_that_are_known_and_not_negative() {
    let set = |sample_count, sum, minimum, maximum| {
        Period::of_set(&StatisticSet { sample_count, sum, minimum, maximum })
    };
    let median = Statistic::Percentile(50.0);
    let mut mixed = Period::of(1.0);
    mixed.add(&set(3.0, 30.0, 5.0, 20.0));
    let cases = [
        ("hidden", set(2.0, 3.0, 1.0, 2.0), None, Some(1.5)),
        ("one", set(1.0, 3.0, 3.0, 3.0), Some(3.0), Some(3.0)),
        ("equal", set(4.0, 8.0, 2.0, 2.0), Some(2.0), Some(2.0)),
        ("negative", Period::of(-1.0), None, Some(-1.0)),
        ("mixed", mixed, None, Some(7.75)),
        ("empty", Period::default(), None, None),
        ("no numbers", Period::of_values([(f64::NAN, 1.0), (1.0, 0.0), (1.0, f64::NAN)]), None, None),
        ("no set", set(f64::NAN, 1.0, 1.0, 1.0), None, None),
    ];
    for (name, period, percentile, average) in cases {
        assert_eq!(period.statistic(median), percentile, "{name}");
        assert_eq!(period.statistic(Statistic::Average), average, "{name}");
    }
}

#[test]
fn samples_fall_into_their_periods_in_any_order() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let sample = |offset: i64, value| Sample { at: start.as_second() + offset, published: Period::of(value) };
    let samples = [
        sample(119, 4.0),
        sample(0, 1.0),
        sample(59, 2.0),
        sample(-1, 9.0),
        sample(240, 9.0),
        sample(180, 5.0),
    ];
    let frame = Frame { start, period: 60, length: 4 };
    assert_eq!(series(&samples, frame, Statistic::Sum), [Some(3.0), Some(4.0), None, Some(5.0)]);
    assert_eq!(series(&samples, frame, Statistic::Percentile(50.0))[0], Some(1.0));
    let nothing = Frame { start, period: 0, length: 0 };
    assert_eq!(series(&samples, nothing, Statistic::Sum), []);
}

#[test]
fn old_data_is_read_in_coarser_periods() {
    const DAY: i64 = 86_400;
    let cases = [
        (0, 10, Some(10)),
        (DAY, 10, Some(60)),
        (20 * DAY, 60, Some(300)),
        (100 * DAY, 86_400, Some(86_400)),
    ];
    for (age, wanted, expected) in cases {
        assert_eq!(readable_period(age, wanted), expected, "{age}");
    }
    assert_eq!(readable_period(500 * DAY, 60), None);
    assert_eq!(smallest_period(-60), Some(1));
}

#[test]
fn many_queries_are_several_calls() {
    let budget = Budget { queries: 1_201, range: 3_600, period: 60, max_datapoints: 100_800 };
    assert_eq!((budget.calls(), budget.pages(), budget.is_one_call()), (3, 3, false));
    let none = Budget { queries: 0, range: 0, period: 0, max_datapoints: 0 };
    assert_eq!((none.calls(), none.pages()), (0, 0));
    let huge = Budget { queries: u64::MAX, range: u64::MAX, period: 1, max_datapoints: 1 };
    assert_eq!(huge.pages(), u64::MAX);
}

#[test]
fn a_call_is_told_all_its_faults_at_once() {
    let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let good = MetricDatum {
        metric_name: "Latency".to_owned(),
        dimensions: vec![Dimension { name: "Host".to_owned(), value: "a".to_owned() }],
        timestamp: Some(now),
        value: Some(1.5),
        ..MetricDatum::default()
    };
    assert_eq!(check("App", std::slice::from_ref(&good), now), []);

    let twice = vec![good.dimensions[0].clone(), good.dimensions[0].clone()];
    let data = [
        MetricDatum { metric_name: String::new(), dimensions: twice, ..good.clone() },
        MetricDatum {
            timestamp: Some(now - SignedDuration::from_hours(15 * 24)),
            value: Some(f64::NAN),
            ..good.clone()
        },
        MetricDatum {
            timestamp: Some(now + SignedDuration::from_hours(3)),
            value: Some(1e109),
            ..good.clone()
        },
        MetricDatum { value: None, values: vec![1.0, f64::INFINITY], counts: vec![0.0], ..good.clone() },
        MetricDatum {
            statistic_values: Some(StatisticSet { sample_count: 0.0, sum: 1.0, minimum: 2.0, maximum: 1.0 }),
            storage_resolution: Some(30),
            ..good.clone()
        },
    ];
    let faults: Vec<String> = check(":App", &data, now).iter().map(ToString::to_string).collect();
    let expected = [
        "Namespace: must not begin with a colon",
        "MetricData[0].MetricName: has 0 characters",
        "MetricData[0].Dimensions[1].Name: `Host` is given more than once",
        "MetricData[1].Timestamp: 2026-06-15T12:00:00Z is more than two weeks ago",
        "MetricData[1].Value: NaN is no value",
        "MetricData[2].Timestamp: 2026-06-30T15:00:00Z is more than two hours ahead",
        "MetricData[2].Value: 1e109 is outside of -2^360 to 2^360",
        "MetricData[3].Values[1]: inf is no value",
        "MetricData[3].Counts: has 1 counts, and Values has 2 values",
        "MetricData[3].Counts[0]: must be more than 0",
        "MetricData[4]: needs exactly one of",
        "MetricData[4].StatisticValues.SampleCount: must be more than 0",
        "MetricData[4].StatisticValues: has a Minimum that is larger",
        "MetricData[4].StorageResolution: must be 1 or 60",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.starts_with(expected), "{fault}");
    }
    assert!(check("App", &[], now)[0].message.contains("1 to 1000"));
    assert!(
        check("AWS/EC2", std::slice::from_ref(&good), now)[0].message.contains("kept for the metrics of AWS")
    );
    let values = vec![MetricDatum { value: None, values: vec![1.0; 151], ..good }];
    assert!(check("App", &values, now)[0].message.contains("at most 150"));
}

#[test]
fn a_datum_is_in_the_words_of_the_api() {
    let json = json!({
        "MetricName": "Latency", "Dimensions": [{"Name": "Host", "Value": "a"}], "Timestamp": "2026-06-30T12:00:00Z",
        "Values": [1.0, 2.0], "Counts": [3.0, 1.0], "Unit": "Seconds", "StorageResolution": 1,
    });
    let datum: MetricDatum = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&datum).unwrap(), json);
    let sample = datum.sample(Timestamp::UNIX_EPOCH);
    assert_eq!((sample.at, sample.published.statistic(Statistic::Average)), (1_782_820_800, Some(1.25)));
    let open: MetricDatum =
        serde_json::from_value(json!({"MetricName": "m", "Value": 2, "Other": 1})).unwrap();
    assert_eq!(open.sample(Timestamp::UNIX_EPOCH), Sample { at: 0, published: Period::of(2.0) });
}

proptest! {
    /// Samples added in any parts come to the same, and trimmed statistics stay inside of what was published.
    #[test]
    fn statistics_do_not_depend_on_how_samples_arrive(
        values in prop::collection::vec((0_u32..50, 1_u32..4), 1..40), cut in 0_usize..40, percent in 1_u32..=100
    ) {
        let pairs: Vec<(f64, f64)> =
            values.iter().map(|(value, count)| (f64::from(*value), f64::from(*count))).collect();
        let whole = Period::of_values(pairs.iter().copied());
        let cut = cut.min(pairs.len());
        let mut parts = Period::of_values(pairs[cut..].iter().copied());
        parts.add(&Period::of_values(pairs[..cut].iter().copied()));
        let high = Bound::Percent(f64::from(percent));
        for statistic in [
            Statistic::Sum, Statistic::Percentile(f64::from(percent)), Statistic::TrimmedMean(Bound::Open, high),
            Statistic::WinsorizedMean(Bound::Percent(1.0), high), Statistic::TrimmedCount(Bound::Open, high),
        ] {
            prop_assert_eq!(whole.statistic(statistic), parts.statistic(statistic));
        }
        let mean = whole.statistic(Statistic::TrimmedMean(Bound::Open, high)).unwrap();
        let average = whole.statistic(Statistic::Average).unwrap();
        prop_assert!(mean <= average + 1e-9 && mean >= whole.statistic(Statistic::Minimum).unwrap() - 1e-9);
    }
}
