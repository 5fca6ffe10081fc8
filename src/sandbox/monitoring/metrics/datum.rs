//! A datum as it was published, and the metric it is of, as they are on disk.

use opsctl_engine::evaluation::data::{Period, StatisticSet};
use serde::{Deserialize, Serialize};

/// A set of dimensions is a metric of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MetricId {
    #[serde(rename = "s")]
    pub namespace: String,
    #[serde(rename = "n")]
    pub name: String,
    /// Sorted.
    #[serde(rename = "d")]
    pub dimensions: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Datum {
    /// In seconds since 1970: those of a minute, unless the datum is of high resolution.
    #[serde(rename = "t")]
    pub at: i64,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    #[serde(rename = "h", skip_serializing_if = "std::ops::Not::not", default)]
    pub is_high: bool,
    #[serde(rename = "v")]
    pub values: Values,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Values {
    One(f64),
    /// Values, and how often each was there.
    Many(Vec<(f64, f64)>),
    Set(StatisticSet),
}

/// A datum of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    #[serde(flatten)]
    pub id: MetricId,
    #[serde(flatten)]
    pub datum: Datum,
}

/// The same, of what is kept.
#[derive(Serialize)]
pub struct LineRef<'a> {
    #[serde(flatten)]
    pub id: &'a MetricId,
    #[serde(flatten)]
    pub datum: &'a Datum,
}

impl Values {
    /// How much room they take.
    pub fn count(&self) -> usize {
        match self {
            Values::One(_) | Values::Set(_) => 1,
            Values::Many(values) => values.len().max(1),
        }
    }

    pub fn period(&self) -> Period {
        match self {
            Values::One(value) => Period::of(*value),
            Values::Many(values) => Period::of_values(values.iter().copied()),
            Values::Set(set) => Period::of_set(set),
        }
    }
}
