//! Cases of the guide's rules, texts that are refused with their place, and the recorded cases.

mod errors;
mod functions;
mod programs;
mod vectors;

use super::*;

/// Six slots of a minute from Friday, 2026-01-30 23:57 UTC.
pub(super) fn frame(length: usize) -> Frame {
    Frame { start: "2026-01-30T23:57:00Z".parse().unwrap(), period: 60, length }
}

/// Gaps are `_`.
pub(super) fn slots(text: &str) -> Vec<Option<f64>> {
    text.split_whitespace().map(|slot| (slot != "_").then(|| slot.parse().unwrap())).collect()
}

pub(super) fn shown(values: &[Option<f64>]) -> String {
    let slot = |value: &Option<f64>| value.map_or("_".to_owned(), |value| value.to_string());
    values.iter().map(slot).collect::<Vec<_>>().join(" ")
}

/// Metrics as `name=1 _ 3`, and what the expression comes to, series parted by `|`.
pub(super) fn computed(metrics: &[&str], expression: &str) -> Result<String, String> {
    let metrics: Vec<(&str, Vec<Option<f64>>)> = metrics
        .iter()
        .map(|text| text.split_once('=').unwrap())
        .map(|(id, text)| (id, slots(text)))
        .collect();
    let mut inputs = Inputs::new(frame(metrics.iter().map(|(_, values)| values.len()).max().unwrap_or(0)));
    for (id, values) in metrics {
        inputs.metric(id, values);
    }
    let refused = |error: SyntaxError| error.pointed(expression) + "\n" + &error.message;
    let value = Expression::parse(expression).map_err(refused)?.evaluate(&inputs).map_err(refused)?;
    Ok(value.series().iter().map(|series| shown(&series.values)).collect::<Vec<_>>().join(" | "))
}
