//! What is refused, with the place it is refused at.

use proptest::prelude::*;

use super::*;

#[test]
fn every_mistake_is_pointed_at() {
    let metrics = ["m1=1 2", "errors=3 4"];
    let cases = [
        ("", 0..0, "found the end"),
        ("m1 +", 4..4, "found the end"),
        ("m1 m1", 3..5, "expected an operator, found `m1`"),
        ("m1 and m1", 3..6, "it is written AND"),
        ("m1 = 1", 3..4, "equality is written =="),
        ("AND m1", 0..3, "before AND"),
        ("(m1", 0..1, "`)` is missing"),
        ("SUM([m1, m1)", 11..12, "expected `]`"),
        ("SUM(m1", 3..4, "`)` is missing"),
        ("m1)", 2..3, "nothing was opened"),
        ("m1, m1", 2..3, "a comma"),
        ("[]", 0..2, "one member at least"),
        ("avg(m1)", 0..3, "written in capitals: AVG"),
        ("AVERAGE(m1)", 0..7, "there is no function `AVERAGE`"),
        ("SUMM(m1)", 0..4, "did you mean `SUM`?"),
        ("SUM()", 0..5, "SUM takes 1 argument, not 0"),
        ("FILL(m1)", 0..8, "FILL takes 2 arguments, not 1"),
        ("IF(m1)", 0..6, "IF takes 2 to 3 arguments, not 1"),
        ("m1 + eror", 5..9, "no metric or expression with the Id `eror`"),
        ("error + m1", 0..5, "did you mean `errors`?"),
        ("m1 + REPEAT", 5..11, "`REPEAT` is no metric"),
        ("m1 + 'text'", 5..11, "not a value"),
        ("METRICS(\"m", 8..9, "without its closing quote"),
        ("METRICS(m1)", 8..10, "in quotes"),
        ("1.2.3*m1", 3..4, "expected an operator"),
        ("m1 * .", 5..6, "`.` is no number"),
        ("1e999*m1", 0..5, "is no number"),
        ("m1 # 2", 3..4, "expected an operator"),
        ("é", 0..2, "expected a metric"),
        ("AVG(m1)", 0..7, "the result is a number"),
        ("5", 0..1, "the result is a number"),
        ("SUM(5)", 4..5, "SUM takes a series or an array here, and this is a number"),
        ("FIRST(m1)", 6..8, "FIRST takes an array here, and this is a series"),
        ("DAY([m1])", 4..8, "DAY takes a series here"),
        ("PERIOD(m1+1)*m1", 7..11, "PERIOD takes a metric"),
        ("TIME_SERIES(m1)", 12..14, "TIME_SERIES takes a number here"),
        ("[m1, 5]", 5..6, "not numbers"),
        ("[m1]+[m1]", 0..9, "two arrays"),
        ("FILL(m1, [m1])", 9..13, "a number or a series"),
        ("FILL(m1, LAST)", 9..13, "REPEAT or LINEAR"),
        ("SORT([m1], STDDEV, ASC)", 11..17, "AVG, MIN, MAX or SUM"),
        ("SORT([m1], SUM, UP)", 16..18, "ASC or DESC"),
        ("IF([m1], 1, 2)", 3..7, "IF takes a series or a number"),
        ("IF(1, 2, 3)", 3..4, "nothing but numbers"),
    ];
    for (text, place, message) in cases {
        let result = Expression::parse(text).and_then(|expression| {
            let mut inputs = Inputs::new(frame(2));
            for metric in metrics {
                let (id, values) = metric.split_once('=').unwrap();
                inputs.metric(id, slots(values));
            }
            expression.evaluate(&inputs).map(|value| value.kind())
        });
        let error = result.unwrap_err();
        assert_eq!((error.at, error.end), (place.start, place.end), "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
}

#[test]
fn what_the_service_alone_knows_is_named_and_not_guessed() {
    let cases = [
        ("ANOMALY_DETECTION_BAND(m1, 2)", "ANOMALY_DETECTION_BAND"),
        ("LAST(ANOMALY_DETECTION_BAND(m1))", "ANOMALY_DETECTION_BAND"),
        ("SUM(SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', 300))", "SEARCH"),
        ("INSIGHT_RULE_METRIC('rule', 'UniqueContributors')", "INSIGHT_RULE_METRIC"),
        ("m1/SERVICE_QUOTA(m1)*100", "SERVICE_QUOTA"),
        ("DB_PERF_INSIGHTS('RDS', 'db-1', 'os.cpuUtilization.user.avg')", "DB_PERF_INSIGHTS"),
        ("LAMBDA('function', 'a', 5)", "LAMBDA"),
        ("SELECT AVG(CPUUtilization) FROM \"AWS/EC2\" GROUP BY InstanceId", "Metrics Insights"),
    ];
    for (text, name) in cases {
        let expression = Expression::parse(text).unwrap();
        let [found] = &expression.unsupported()[..] else { panic!("{text}") };
        assert!(found.message.contains(name), "{text}: {found}");
        let mut inputs = Inputs::new(frame(1));
        inputs.metric("m1", vec![Some(1.0)]);
        assert_eq!(expression.evaluate(&inputs).unwrap_err(), *found);
    }
    assert!(Expression::parse("SUM(METRICS())").unwrap().unsupported().is_empty());
}

#[test]
fn length_depth_and_arrays_have_limits() {
    let long = "m".repeat(MAX_LENGTH);
    assert!(Expression::parse(&long).is_ok());
    let error = Expression::parse(&(long + "é")).unwrap_err();
    assert_eq!((error.at, error.end), (2048, 2050));
    assert!(error.message.contains("2048 characters at most, this one has 2049"), "{error}");
    for deep in ["(", "-", "[", "ABS(", "1^"] {
        let error = Expression::parse(&deep.repeat(500)).unwrap_err();
        assert!(error.message.contains("nest 64 deep"), "{deep}: {error}");
    }
    let chain = "m1+".repeat(600) + "m1";
    assert_eq!(computed(&["m1=1"], &chain).as_deref(), Ok("601"));
    let lists = format!("SUM([{}])", vec!["m1"; 501].join(","));
    assert!(computed(&["m1=1"], &lists).unwrap_err().contains("500 series at most"));
}

#[test]
fn what_is_given_is_fitted_to_the_slots() {
    let mut inputs = Inputs::new(frame(3));
    inputs.metric("m1", vec![Some(1.0), Some(f64::NAN), Some(3.0), Some(4.0)]);
    inputs.metric("m2", vec![Some(f64::INFINITY)]);
    let sum = Expression::parse("SUM([m1,m2])").unwrap().one_series(&inputs).unwrap();
    assert_eq!(shown(&sum.values), "1 _ 3");
    let array = Expression::parse("METRICS()").unwrap();
    assert!(array.one_series(&inputs).unwrap_err().message.contains("watches one series"));
}

#[test]
fn an_alarm_is_warned_of_what_shifts() {
    let cases: [(&str, &[(Lint, &str)]); 11] = [
        ("m1/m2", &[]),
        ("SUM([m1,m2])", &[]),
        ("MAX(METRICS())", &[]),
        ("m1-AVG(m1)", &[(Lint::WindowScalar, "AVG(m1)")]),
        (
            "RUNNING_SUM([m1])",
            &[(Lint::NotOneSeries, "RUNNING_SUM([m1])"), (Lint::WindowScalar, "RUNNING_SUM([m1])")],
        ),
        ("SUM(REMOVE_EMPTY(METRICS()))", &[(Lint::WindowScalar, "REMOVE_EMPTY(METRICS())")]),
        ("FILL(m1, 0)", &[(Lint::FillOnLag, "FILL(m1, 0)")]),
        ("[m1, m2]", &[(Lint::NotOneSeries, "[m1, m2]")]),
        ("e1 * 2", &[(Lint::NotOneSeries, "e1 * 2")]),
        ("AVG(m1)", &[(Lint::NotOneSeries, "AVG(m1)"), (Lint::WindowScalar, "AVG(m1)")]),
        (
            "SUM(SEARCH('x', 'Sum'))",
            &[(Lint::WindowScalar, "SUM(SEARCH('x', 'Sum'))"), (Lint::Search, "SEARCH('x', 'Sum')")],
        ),
    ];
    for (text, expected) in cases {
        let program = Program::new(&["m1", "m2"], &[("watched", text), ("e1", "METRICS()")]).unwrap();
        let findings = program.lint_for_alarm("watched");
        assert!(findings.iter().all(|(id, _)| *id == "watched"), "another one may be an array");
        let found: Vec<(Lint, &str)> =
            findings.iter().map(|(_, finding)| (finding.lint, &text[finding.at..finding.end])).collect();
        assert_eq!(found, expected, "{text}");
    }
}

proptest! {
    /// Any text is read or refused with a place in it, and what is read can be computed.
    #[test]
    fn any_text_is_read_or_refused(
        text in r#"(m1|m2|e|[0-9.]{1,3}|[-+*/^<>=!&|(),\[\]"' ]|AND|OR|SUM|AVG|IF|FILL|SORT|METRICS|REPEAT|é){0,40}"#
    ) {
        match Expression::parse(&text) {
            Err(error) => {
                prop_assert!(error.at <= error.end && error.end <= text.len());
                prop_assert!(error.pointed(&text).contains('^'));
            }
            Ok(expression) => {
                let mut inputs = Inputs::new(frame(3));
                inputs.metric("m1", vec![Some(1.0), None, Some(-2.0)]);
                inputs.metric("m2", vec![Some(0.0), Some(1e300), None]);
                if let Ok(value) = expression.evaluate(&inputs) {
                    for series in value.series() {
                        prop_assert_eq!(series.values.len(), 3);
                        prop_assert!(series.present().all(f64::is_finite));
                    }
                }
            }
        }
    }
}
