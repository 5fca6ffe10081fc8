//! PutMetricData.

use super::errors::{combination, faulty, invalid_value, missing};
use super::wire::{Dimension, Double, Seconds};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::metrics::{Datum, Line, MetricId, Values};
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use opsctl_engine::evaluation::data::{self, MetricDatum, StatisticSet};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Put {
    namespace: Option<String>,
    #[serde(default)]
    metric_data: Vec<Given>,
    #[serde(default)]
    entity_metric_data: Vec<OfEntity>,
}

/// The sandbox knows no entities: their metrics are metrics as others.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfEntity {
    #[serde(default)]
    metric_data: Vec<Given>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    timestamp: Option<Seconds>,
    value: Option<Double>,
    statistic_values: Option<GivenSet>,
    values: Option<Vec<Double>>,
    #[serde(default)]
    counts: Vec<Double>,
    unit: Option<String>,
    storage_resolution: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenSet {
    sample_count: Double,
    sum: Double,
    minimum: Double,
    maximum: Double,
}

pub fn put(account: &Account, input: Put) -> Result<Value, ServiceError> {
    let namespace = input.namespace.ok_or_else(|| missing("Namespace"))?;
    let of_entities = input.entity_metric_data.into_iter().flat_map(|entity| entity.metric_data);
    let given = input.metric_data.into_iter().chain(of_entities);
    let data = given.enumerate().map(|(index, given)| datum(index + 1, given));
    let data = data.collect::<Result<Vec<MetricDatum>, _>>()?;
    if data.is_empty() {
        return Err(missing("MetricData"));
    }
    let now = account.monitoring.clock.now();
    faulty(&data::check(&namespace, &data, now), invalid_value)?;
    account.monitoring.metrics.put(data.into_iter().map(|datum| line(&namespace, datum, now)).collect());
    Ok(json!({}))
}

/// As the engine knows it.
fn datum(number: usize, given: Given) -> Result<MetricDatum, ServiceError> {
    let member = |name: &str| format!("MetricData.member.{number}.{name}");
    let given_values = [given.value.is_some(), given.values.is_some(), given.statistic_values.is_some()];
    match given_values.iter().filter(|is_given| **is_given).count() {
        0 => return Err(missing(&member("Value"))),
        1 => {}
        _ => {
            let names = [member("Value"), member("Values"), member("StatisticValues")].join(", ");
            return Err(combination(format!("Of the parameters {names} only one can be given.")));
        }
    }
    let dimension = |dimension: Dimension| {
        Ok(data::Dimension {
            name: dimension.name.ok_or_else(|| missing(&member("Dimensions.member.Name")))?,
            value: dimension.value.ok_or_else(|| missing(&member("Dimensions.member.Value")))?,
        })
    };
    let numbers = |numbers: Vec<Double>| numbers.into_iter().map(|number| number.0).collect();
    Ok(MetricDatum {
        dimensions: given.dimensions.into_iter().map(dimension).collect::<Result<_, ServiceError>>()?,
        timestamp: given.timestamp.map(|at| at.timestamp(&member("Timestamp"))).transpose()?,
        metric_name: given.metric_name.ok_or_else(|| missing(&member("MetricName")))?,
        value: given.value.map(|value| value.0),
        values: given.values.map(numbers).unwrap_or_default(),
        counts: numbers(given.counts),
        statistic_values: given.statistic_values.map(|set| StatisticSet {
            sample_count: set.sample_count.0,
            sum: set.sum.0,
            minimum: set.minimum.0,
            maximum: set.maximum.0,
        }),
        unit: given.unit,
        // What does not fit is as wrong as another number.
        storage_resolution: given.storage_resolution.map(|seconds| seconds.try_into().unwrap_or(u32::MAX)),
    })
}

/// As it is kept: at its minute, unless it is of high resolution.
fn line(namespace: &str, datum: MetricDatum, now: Timestamp) -> Line {
    let second = datum.timestamp.unwrap_or(now).as_second();
    let is_high = datum.storage_resolution == Some(1);
    let mut dimensions: Vec<(String, String)> =
        datum.dimensions.into_iter().map(|dimension| (dimension.name, dimension.value)).collect();
    dimensions.sort();
    let values = match (datum.value, datum.statistic_values) {
        (Some(value), _) => Values::One(value),
        (None, Some(set)) => Values::Set(set),
        (None, None) => {
            let counts = datum.counts.into_iter().chain(std::iter::repeat(1.0));
            Values::Many(datum.values.into_iter().zip(counts).collect())
        }
    };
    Line {
        id: MetricId { namespace: namespace.to_owned(), name: datum.metric_name, dimensions },
        datum: Datum {
            at: if is_high { second } else { second - second.rem_euclid(60) },
            unit: datum.unit,
            is_high,
            values,
        },
    }
}
