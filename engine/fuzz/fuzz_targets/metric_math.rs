//! Any text as an expression of metric math: what is read comes to numbers in every slot, or is refused in its text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::evaluation::math::{Expression, Frame, Inputs, Program};

fuzz_target!(|text: &str| {
    let inside = |at: usize, end: usize| assert!(at <= end && end <= text.len());
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            inside(error.at, error.end);
            let _ = error.pointed(text);
            return;
        }
    };
    let mut inputs = Inputs::new(Frame { start: "2026-01-31T23:58:00Z".parse().unwrap(), period: 60, length: 3 });
    inputs.metric("m1", vec![Some(1.0), None, Some(-2.0)]);
    inputs.metric("m2", vec![None, Some(0.0), Some(1e300)]);
    match expression.evaluate(&inputs) {
        Ok(value) => {
            for series in value.series() {
                assert_eq!(series.values.len(), 3);
                assert!(series.values.iter().flatten().all(|value| value.is_finite()));
            }
        }
        Err(error) => inside(error.at, error.end),
    }
    if let Ok(program) = Program::new(&["m1", "m2"], &[("e1", text)]) {
        for (_, finding) in program.lint_for_alarm("e1") {
            inside(finding.at, finding.end);
        }
    }
});
