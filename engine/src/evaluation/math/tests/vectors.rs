//! Scores the recorded cases of metric math.

use serde_json::Value as Json;

use super::super::*;
use crate::evaluation::tests::vectors::score;

#[test]
fn recorded_expressions_come_to_what_they_did() {
    score("metric-math", |case| {
        let inputs = case["inputs"].as_object().unwrap();
        let values =
            |list: &Json| -> Vec<Option<f64>> { list.as_array().unwrap().iter().map(Json::as_f64).collect() };
        let length = inputs.values().next().map_or(0, |list| values(list).len());
        let period = case["period"].as_f64().unwrap_or(60.0) as u32;
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut series = Inputs::new(Frame { start, period, length });
        for (id, list) in inputs {
            series.metric(id, values(list));
        }
        let text = case["expression"].as_str().unwrap();
        let result = Expression::parse(text).and_then(|expression| expression.one_series(&series));
        match (result, case["expect_error"] == true) {
            (Err(_), true) => Ok(()),
            (Ok(result), false) => {
                let expected = values(&case["expect"]);
                let same = |(left, right): (&Option<f64>, &Option<f64>)| match (left, right) {
                    (Some(left), Some(right)) => (left - right).abs() < 1e-9,
                    (left, right) => left == right,
                };
                let fits =
                    expected.len() == result.values.len() && expected.iter().zip(&*result.values).all(same);
                if fits { Ok(()) } else { Err(format!("{expected:?} expected, {:?} came", result.values)) }
            }
            (result, _) => Err(format!("{result:?}")),
        }
    });
}
