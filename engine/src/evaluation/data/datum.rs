//! PutMetricData: one datum in the words of the API, and the rules of a call.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::period::{Period, Sample};
use crate::document::Fault;

const MAX_DATA: usize = 1_000;
const MAX_VALUES: usize = 150;
const MAX_DIMENSIONS: usize = 30;
const MAX_NAME: usize = 255;
const MAX_DIMENSION_VALUE: usize = 1_024;
const OLDEST: SignedDuration = SignedDuration::from_hours(14 * 24);
const NEWEST: SignedDuration = SignedDuration::from_hours(2);
/// 2^360
const LARGEST: f64 = f64::from_bits((1_023 + 360) << 52);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatisticSet {
    pub sample_count: f64,
    pub sum: f64,
    pub minimum: f64,
    pub maximum: f64,
}

/// What is published of one metric for one moment: `Value`, or `Values` with `Counts`, or `StatisticValues`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetricDatum {
    pub metric_name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// When none is given, it is of the moment it arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
    /// One each when none are given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic_values: Option<StatisticSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// 1 or 60
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_resolution: Option<u32>,
}

impl MetricDatum {
    /// What it adds to the period it falls into.
    pub fn sample(&self, now: Timestamp) -> Sample {
        let published = match (&self.statistic_values, self.value) {
            (Some(set), _) => Period::of_set(set),
            (None, Some(value)) => Period::of(value),
            (None, None) => {
                let counts = self.counts.iter().copied().chain(std::iter::repeat(1.0));
                Period::of_values(self.values.iter().copied().zip(counts))
            }
        };
        Sample { at: self.timestamp.unwrap_or(now).as_second(), published }
    }
}

/// Everything that is wrong with a call, each with its place.
pub fn check(namespace: &str, data: &[MetricDatum], now: Timestamp) -> Vec<Fault> {
    let mut faults = Faults { path: Vec::new(), found: Vec::new() };
    faults.at("Namespace", |faults| match namespace {
        name if name.starts_with(':') => faults.add("must not begin with a colon"),
        name if name.starts_with("AWS/") => {
            faults.add("begins with AWS/, which is kept for the metrics of AWS: choose another one")
        }
        name => faults.name(name, MAX_NAME),
    });
    faults.at("MetricData", |faults| {
        if data.is_empty() || data.len() > MAX_DATA {
            faults.add(format!("has {} metrics; 1 to {MAX_DATA} are allowed in a call", data.len()));
        }
        for (position, datum) in data.iter().enumerate() {
            faults.at(&position.to_string(), |faults| faults.datum(datum, now));
        }
    });
    faults.found
}

struct Faults {
    path: Vec<String>,
    found: Vec<Fault>,
}

impl Faults {
    fn add(&mut self, message: impl Into<String>) {
        self.found.push(Fault { path: self.path.clone(), message: message.into(), is_of_name: false });
    }

    fn at(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        self.path.push(step.to_owned());
        look(self);
        self.path.pop();
    }

    fn name(&mut self, name: &str, most: usize) {
        let length = name.chars().count();
        if length == 0 || length > most {
            self.add(format!("has {length} characters; 1 to {most} are allowed"));
        } else if name.trim().is_empty() || name.chars().any(char::is_control) {
            self.add("is blank or has control characters");
        }
    }

    fn number(&mut self, number: f64) {
        if !number.is_finite() {
            self.add(format!("{number} is no value: NaN and infinity are not kept"));
        } else if number.abs() > LARGEST {
            self.add(format!("{number:e} is outside of -2^360 to 2^360"));
        }
    }

    fn datum(&mut self, datum: &MetricDatum, now: Timestamp) {
        self.at("MetricName", |faults| faults.name(&datum.metric_name, MAX_NAME));
        self.at("Dimensions", |faults| faults.dimensions(&datum.dimensions));
        if let Some(timestamp) = datum.timestamp {
            let age = now.duration_since(timestamp);
            self.at("Timestamp", |faults| {
                if age > OLDEST {
                    faults.add(format!("{timestamp} is more than two weeks ago: it would not be kept"));
                } else if age < -NEWEST {
                    faults.add(format!("{timestamp} is more than two hours ahead: it would not be kept"));
                }
            });
        }
        self.content(datum);
        if datum.storage_resolution.is_some_and(|seconds| seconds != 1 && seconds != 60) {
            self.at("StorageResolution", |faults| faults.add("must be 1 or 60"));
        }
    }

    fn dimensions(&mut self, dimensions: &[Dimension]) {
        if dimensions.len() > MAX_DIMENSIONS {
            self.add(format!("has {} dimensions; at most {MAX_DIMENSIONS} are allowed", dimensions.len()));
        }
        for (position, dimension) in dimensions.iter().enumerate() {
            let is_again = dimensions.iter().take(position).any(|other| other.name == dimension.name);
            self.at(&position.to_string(), |faults| {
                faults.at("Name", |faults| {
                    faults.name(&dimension.name, MAX_NAME);
                    if dimension.name.starts_with(':') {
                        faults.add("must not begin with a colon");
                    }
                    if is_again {
                        faults.add(format!("`{}` is given more than once", dimension.name));
                    }
                });
                faults.at("Value", |faults| faults.name(&dimension.value, MAX_DIMENSION_VALUE));
            });
        }
    }

    fn content(&mut self, datum: &MetricDatum) {
        let given = [datum.value.is_some(), !datum.values.is_empty(), datum.statistic_values.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            self.add("needs exactly one of Value, Values and StatisticValues");
        }
        if let Some(value) = datum.value {
            self.at("Value", |faults| faults.number(value));
        }
        self.at("Values", |faults| {
            if datum.values.len() > MAX_VALUES {
                faults.add(format!("has {} values; at most {MAX_VALUES} are allowed", datum.values.len()));
            }
            for (position, value) in datum.values.iter().enumerate() {
                faults.at(&position.to_string(), |faults| faults.number(*value));
            }
        });
        self.at("Counts", |faults| {
            if !datum.counts.is_empty() && datum.counts.len() != datum.values.len() {
                let (counts, values) = (datum.counts.len(), datum.values.len());
                faults.add(format!("has {counts} counts, and Values has {values} values"));
            }
            for (position, count) in datum.counts.iter().enumerate() {
                if !count.is_finite() || *count <= 0.0 {
                    faults.at(&position.to_string(), |faults| faults.add("must be more than 0"));
                }
            }
        });
        if let Some(set) = &datum.statistic_values {
            self.at("StatisticValues", |faults| faults.set(set));
        }
    }

    fn set(&mut self, set: &StatisticSet) {
        let StatisticSet { sample_count, sum, minimum, maximum } = *set;
        for (name, number) in [("Sum", sum), ("Minimum", minimum), ("Maximum", maximum)] {
            self.at(name, |faults| faults.number(number));
        }
        if !sample_count.is_finite() || sample_count <= 0.0 {
            self.at("SampleCount", |faults| faults.add("must be more than 0"));
        }
        if minimum > maximum {
            self.add("has a Minimum that is larger than its Maximum");
        }
    }
}
