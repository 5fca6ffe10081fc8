//! How long a chart takes to draw: `cargo bench --bench chart`. A day by minutes as `alarm chart` has it, and half a million
//! values, each in letters and as SVG.

#![expect(clippy::print_stdout, reason = "the figures are the answer")]

use std::time::Instant;

use jiff::tz::TimeZone;
use opsctl::output::chart::{Chart, Frame, Limit, Line, svg, terminal};

const ROUNDS: u32 = 20;

fn main() {
    let frame = Frame { width: 120, rows: 16, color: true, is_ascii: false };
    for count in [1440, 525_600] {
        let chart = chart(count);
        report(count, "terminal", || terminal(&chart, &frame).len());
        report(count, "svg", || svg(&chart).len());
    }
}

fn chart(minutes: i64) -> Chart {
    let wave = |minute: i64| (minute as f64 / 90.0).sin() * 50.0 + (minute * 7919 % 13) as f64;
    let points = (0..minutes).filter(|minute| minute % 500 > 20).map(|minute| (minute * 60, wave(minute)));
    let line = Line { name: "values".into(), period: 60, points: points.collect() };
    Chart {
        title: "a bench".into(),
        from: 0,
        to: minutes * 60,
        zone: TimeZone::UTC,
        breaches: Some(line.spans(|_, value| value > 40.0)),
        lines: vec![line],
        limits: vec![Limit::Threshold { name: "greater than 40".into(), value: 40.0 }],
        states: None,
    }
}

fn report(count: i64, what: &str, draw: impl Fn() -> usize) {
    let started = Instant::now();
    let bytes = (0..ROUNDS).map(|_| draw()).max().unwrap_or_default();
    let each = started.elapsed() / ROUNDS;
    println!("{count} values, {what}: {:.2} ms, {bytes} bytes", each.as_secs_f64() * 1000.0);
}
