//! Whole charts, in letters and as SVG.

use jiff::tz::TimeZone;
use opsctl_engine::evaluation::StateValue;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use super::{Chart, Frame, Limit, Line, Stay, svg, terminal};

const NOON: i64 = 1_795_348_800;

/// Two hours of a queue that fills up, with 20 minutes of which nothing is known.
fn queue() -> Chart {
    let from = NOON - 7200;
    let age = |minute: i64| match minute {
        30..70 => 20.0 + 3.0 * (minute - 30) as f64,
        70..80 => 140.0 - 12.0 * (minute - 70) as f64,
        _ => 20.0 + (minute % 7) as f64,
    };
    let points = (0..120).filter(|minute| !(90..110).contains(minute));
    let line = Line {
        name: "AWS/SQS Age QueueName=orders Maximum".into(),
        period: 60,
        points: points.map(|minute| (from + 60 * minute, age(minute))).collect(),
    };
    let stay = |first: i64, last: i64, state| Stay { from: from + 60 * first, to: from + 60 * last, state };
    Chart {
        title: "AWS/SQS Age QueueName=orders Maximum, every minute".into(),
        from,
        to: NOON,
        zone: TimeZone::UTC,
        breaches: Some(line.spans(|_, value| value > 80.0)),
        lines: vec![line],
        limits: vec![Limit::Threshold { name: "greater than 80".into(), value: 80.0 }],
        states: Some(vec![
            stay(0, 53, StateValue::Ok),
            stay(53, 78, StateValue::Alarm),
            stay(78, 95, StateValue::Ok),
            stay(95, 112, StateValue::InsufficientData),
            stay(112, 120, StateValue::Ok),
        ]),
    }
}

/// Three lines, and a band.
fn several() -> Chart {
    let from = NOON - 3 * 86_400;
    let line = |name: &str, size: f64, shift: i64| Line {
        name: name.into(),
        period: 3600,
        points: (0..72).map(|hour| (from + hour * 3600, size * ((hour + shift) % 24) as f64)).collect(),
    };
    let band = Limit::Band {
        name: "expected".into(),
        lower: line("low", 10.0, 0),
        upper: Line {
            points: line("high", 10.0, 0).points.into_iter().map(|(at, v)| (at, v + 900.0)).collect(),
            ..line("high", 0.0, 0)
        },
    };
    Chart {
        title: String::new(),
        from,
        to: NOON,
        zone: TimeZone::UTC,
        lines: vec![line("first <&> \u{1b}[31m", 100.0, 0), line("second", 50.0, 8), line("third", 20.0, 16)],
        limits: vec![band],
        breaches: None,
        states: None,
    }
}

fn empty() -> Chart {
    Chart { lines: Vec::new(), limits: Vec::new(), breaches: None, states: None, ..queue() }
}

const FRAME: Frame = Frame { width: 80, rows: 12, color: false, is_ascii: false };

#[test]
fn a_chart_shows_values_gaps_limit_breaches_and_states() {
    insta::assert_snapshot!("queue_unicode", terminal(&queue(), &FRAME));
    insta::assert_snapshot!("queue_ascii", terminal(&queue(), &Frame { is_ascii: true, ..FRAME }));
    insta::assert_snapshot!("queue_narrow", terminal(&queue(), &Frame { width: 40, rows: 6, ..FRAME }));
}

#[test]
fn several_lines_have_letters_each() {
    insta::assert_snapshot!("several_unicode", terminal(&several(), &FRAME));
    insta::assert_snapshot!("several_ascii", terminal(&several(), &Frame { is_ascii: true, ..FRAME }));
}

#[test]
fn without_values_it_says_so() {
    let shown = terminal(&empty(), &FRAME);
    assert!(shown.contains("no data"), "{shown}");
}

#[test]
fn the_svg_is_as_reviewed() {
    insta::assert_snapshot!("queue_svg", svg(&queue()));
    insta::assert_snapshot!("several_svg", svg(&several()));
}

/// What colour tells is told without it: the same letters are there.
#[test]
fn colour_adds_nothing_but_colour() {
    for chart in [queue(), several(), empty()] {
        let colored = terminal(&chart, &Frame { color: true, ..FRAME });
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain += before;
            rest = after.split_once('m').unwrap().1;
        }
        assert_eq!(plain + rest, terminal(&chart, &FRAME));
        let last = |line: &str| line.rfind('\u{1b}').map(|at| line[at..].starts_with("\u{1b}[0m"));
        assert!(colored.lines().all(|line| last(line) != Some(false)), "{colored:?}");
    }
}

/// Every line of the document is XML that a reader of XML takes.
fn check_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            quick_xml::events::Event::Eof => return,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                tag.attributes().for_each(|attribute| _ = attribute.unwrap());
            }
            _ => {}
        }
    }
}

#[test]
fn a_quarter_of_a_million_points_are_a_small_document() {
    let mut chart = queue();
    chart.to = chart.from + 250_000;
    chart.lines[0] = Line {
        period: 1,
        points: (0..250_000).map(|at| (chart.from + at, (at % 1000) as f64)).collect(),
        ..chart.lines[0].clone()
    };
    let drawn = svg(&chart);
    assert!(drawn.len() < 200_000, "{}", drawn.len());
    check_xml(&drawn);
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -100.0..100.0f64, Just(0.0), Just(f64::MAX), Just(f64::MIN)]
}

proptest! {
    #[test]
    fn whatever_is_drawn_stays_in_its_frame(
        values in prop::collection::vec((-4000i64..4000, any_value()), 0..40),
        threshold in any_value(), name in any::<String>(), period in prop_oneof![1i64..90, Just(i64::MAX)],
        span in prop_oneof![-5i64..8000, any::<i64>()], width in 0usize..120, rows in 0usize..20, is_ascii: bool,
    ) {
        let from = NOON;
        let mut points: Vec<(i64, f64)> = values.iter().map(|(at, value)| (from + at, *value)).collect();
        points.sort_by_key(|(at, _)| *at);
        let line = Line { name: name.clone(), period, points };
        let chart = Chart {
            title: name.clone(),
            from,
            to: from.saturating_add(span),
            zone: TimeZone::UTC,
            breaches: Some(line.spans(|_, value| value > threshold)),
            limits: vec![
                Limit::Threshold { name: name.clone(), value: threshold },
                Limit::Band { name, lower: line.clone(), upper: line.clone() },
            ],
            lines: vec![line.clone(), line],
            states: Some(vec![Stay { from: from - 100, to: from + 300, state: StateValue::Alarm }]),
        };
        let shown = terminal(&chart, &Frame { width, rows, color: false, is_ascii });
        for line in shown.lines() {
            prop_assert!(line.width() <= width.max(2), "{line:?} of {width}");
        }
        prop_assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'));
        prop_assert!(!is_ascii || shown.lines().skip(2).take(rows).all(|line| line.is_ascii()) );
        check_xml(&svg(&chart));
    }
}
