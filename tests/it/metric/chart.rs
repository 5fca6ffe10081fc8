//! `metric chart`: on a terminal, without one, as SVG.

use super::{CloudWatch, result, results};
use crate::support::Terminal;

const LINE: [&str; 6] = ["metric", "chart", "AWS/SQS", "Age", "--dimension", "QueueName=orders"];

/// An hour of which twenty minutes are missing.
fn queue() -> CloudWatch {
    CloudWatch::new(|_| {
        let age = |before: i64| if (10..20).contains(&before) { 120.0 } else { 40.0 - before as f64 / 2.0 };
        let values: Vec<(i64, f64)> = (1..=60)
            .rev()
            .filter(|before| !(30..50).contains(before))
            .map(|before| (before, age(before)))
            .collect();
        results(&[result("m1", "Age", "Complete", &values)])
    })
}

#[test]
fn a_chart_is_as_wide_as_the_terminal() {
    for width in [50u16, 100] {
        let cloudwatch = queue();
        let line =
            [&LINE[..], &["--since", "1h", "--threshold", "80", "--no-pager", "--color", "never"]].concat();
        let (screen, status, _) = Terminal::opsctl(&cloudwatch.sealed, (width, 40), &line).end();
        assert!(status.success(), "{screen}");
        let lines: Vec<&str> = screen.lines().collect();
        let widest = lines.iter().map(|line| line.trim_end().chars().count()).max().unwrap();
        assert!(widest <= usize::from(width) && widest > usize::from(width) - 10, "{widest}: {screen}");
        assert!(screen.contains("breach"), "{screen}");
    }
}

#[test]
fn without_a_terminal_it_is_letters_alone_and_in_ascii_where_the_locale_is() {
    let mut cloudwatch = queue();
    let line = [&LINE[..], &["--since", "1h", "--threshold", "80"]].concat();
    let ran = cloudwatch.sealed.run(&line).expect(0);
    insta::assert_snapshot!(ran.stdout);
    cloudwatch.sealed.set("LANG", "C");
    let ran = cloudwatch.sealed.run(&line).expect(0);
    assert!(ran.stdout.is_ascii(), "{ran:?}");
    assert!(ran.stdout.contains("!!!!") && ran.stdout.contains("- - greater than 80"), "{ran:?}");
}

#[test]
fn the_svg_is_a_file_of_its_own() {
    let cloudwatch = queue();
    let line = [&LINE[..], &["--since", "1h", "--threshold", "80", "--svg"]].concat();
    let ran = cloudwatch.sealed.run([&line[..], &["age.svg"]].concat()).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "the chart is in age.svg\n"));
    let drawn = std::fs::read_to_string(cloudwatch.sealed.path("age.svg")).unwrap();
    insta::assert_snapshot!(drawn);
    assert_eq!(cloudwatch.sealed.run([&line[..], &["-"]].concat()).expect(0).stdout, drawn);
    let ran = cloudwatch.sealed.run([&line[..], &["none/age.svg"]].concat()).expect(1);
    assert!(ran.stderr.starts_with("error: cannot write the chart to none/age.svg\n"), "{ran:?}");
    cloudwatch.sealed.run([&line[..], &["age.svg", "-o", "json"]].concat()).expect(2);
}

#[test]
fn without_values_the_frame_is_drawn_and_a_mistyped_metric_is_told() {
    let cloudwatch = CloudWatch::new(|_| results(&[result("m1", "Age", "Complete", &[])]));
    let ran = cloudwatch.sealed.run(LINE).expect(0);
    assert!(ran.stdout.contains("no data") && ran.stderr.contains("has no data from"), "{ran:?}");
    let ran = cloudwatch
        .sealed
        .run(["metric", "chart", "AWS/SQS", "Age", "--dimension", "QueueName=ordres"])
        .expect(3);
    assert!(ran.stderr.contains("did you mean QueueName=orders?"), "{ran:?}");
}

#[test]
fn a_threshold_is_a_number_and_its_operator_is_one_of_a_threshold() {
    let cloudwatch = queue();
    for (words, told) in [
        ("--threshold NaN", "it must be a finite number"),
        ("--threshold much", "it is no number"),
        ("--threshold 1 --comparison GreaterThan", "the operators are GreaterThanOrEqualToThreshold"),
        ("--threshold 1 --comparison GreaterThanUpperThreshold", "the operators are"),
    ] {
        let ran = cloudwatch.sealed.run(LINE.into_iter().chain(words.split(' '))).expect(2);
        assert!(ran.stderr.contains(told), "{words}: {ran:?}");
    }
    assert_eq!(cloudwatch.aws.requests().len(), 0);
}
