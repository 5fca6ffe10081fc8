//! How metrics and their values are shown. Pure functions; no calls.

use serde_json::Number;

use super::model::Datapoint;
use crate::metrics::Metric;
use crate::output::{Cell, Column};

/// The columns of `metric list`.
pub const METRICS: &[Column<Metric>] = &[
    Column::new("namespace", "NAMESPACE", |it: &Metric| it.namespace.as_str().into()),
    Column::new("metric", "METRIC", |it: &Metric| it.metric_name.as_str().into()),
    Column::new("dimensions", "DIMENSIONS", |it: &Metric| {
        Some(it.dimensions_text()).filter(|text| !text.is_empty()).into()
    })
    .cut(),
];

/// The columns of `metric get`.
pub const DATAPOINTS: &[Column<Datapoint>] = &[
    Column::new("time", "TIME", |it: &Datapoint| it.timestamp.into()),
    Column::new("value", "VALUE", |it: &Datapoint| number(it.value)),
    Column::new("series", "SERIES", |it: &Datapoint| it.label.as_str().into()).cut(),
    Column::new("id", "ID", |it: &Datapoint| it.id.as_str().into()).hidden(),
];

/// A whole number without a point behind it.
fn number(value: f64) -> Cell {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        // It is whole, and in the range of both.
        #[allow(clippy::cast_possible_truncation)]
        return Cell::from(value as i64);
    }
    Number::from_f64(value).map_or(Cell::Text(value.to_string()), Cell::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_short_as_they_are() {
        for (value, expected) in [(3.0, "3"), (-0.0, "0"), (0.25, "0.25"), (1e300, "1e300")] {
            assert_eq!(number(value), Cell::Number(expected.parse().unwrap()), "{value}");
        }
        assert_eq!(number(f64::NAN), Cell::from("NaN"));
    }
}
