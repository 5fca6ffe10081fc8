//! GetMetricStatistics: one metric, several statistics of each period.

use super::errors::{combination, invalid_value, missing};
use super::queries::{self, Query, Range, dimensions, points, values};
use super::wire::{Dimension, Seconds, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::metrics::MetricId;
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use opsctl_engine::evaluation::data::Statistic;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const MOST: i64 = 1440;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Get {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    start_time: Option<Seconds>,
    end_time: Option<Seconds>,
    period: Option<i64>,
    statistics: Option<Vec<String>>,
    extended_statistics: Option<Vec<String>>,
    unit: Option<String>,
}

pub fn get(account: &Account, input: Get) -> Result<Value, ServiceError> {
    let name = input.metric_name.ok_or_else(|| missing("MetricName"))?;
    let namespace = input.namespace.ok_or_else(|| missing("Namespace"))?;
    let from = input.start_time.ok_or_else(|| missing("StartTime"))?.timestamp("StartTime")?;
    let to = input.end_time.ok_or_else(|| missing("EndTime"))?.timestamp("EndTime")?;
    let period = input.period.ok_or_else(|| missing("Period"))?;
    if from >= to {
        return Err(combination("The parameter StartTime must be less than the parameter EndTime."));
    }
    let period = queries::period(period)?;
    let asked = to.as_second().saturating_sub(from.as_second()) / i64::from(period);
    if asked > MOST {
        let message = format!(
            "You have requested up to {asked} datapoints, which exceeds the limit of {MOST}. You may reduce the datapoints \
             requested by increasing Period, or decreasing the time range."
        );
        return Err(combination(message));
    }
    let plain = input.statistics.unwrap_or_default();
    let extended = input.extended_statistics.unwrap_or_default();
    if plain.is_empty() == extended.is_empty() {
        return Err(combination("One of Statistics and ExtendedStatistics must be given."));
    }
    let id = MetricId { namespace, name: name.clone(), dimensions: dimensions(&input.dimensions) };
    let mut found: BTreeMap<i64, Map<String, Value>> = BTreeMap::new();
    let range = Range { from, to, now: account.monitoring.clock.now() };
    let frame = range.frame(period)?;
    for stat in plain.iter().chain(&extended) {
        let statistic = stat.parse::<Statistic>().map_err(|error| invalid_value(format!("{error}")))?;
        if statistic.is_extended() == plain.contains(stat) {
            return Err(invalid_value(format!("The statistic {stat} belongs into the other list.")));
        }
        let query = Query { id: id.clone(), period, stat: statistic, unit: input.unit.clone() };
        for (at, value) in points(frame, &values(account, &query, frame, range)) {
            let point = found.entry(at).or_default();
            if !statistic.is_extended() {
                point.insert(stat.clone(), value.into());
            } else if let Some(extended) =
                point.entry("ExtendedStatistics").or_insert_with(|| json!({})).as_object_mut()
            {
                extended.insert(stat.clone(), value.into());
            }
        }
    }
    let unit = input.unit.or_else(|| account.monitoring.metrics.unit(&id));
    let unit = unit.unwrap_or_else(|| "None".to_owned());
    let points: Vec<Value> = found
        .into_iter()
        .map(|(at, mut point)| {
            point.insert(
                "Timestamp".to_owned(),
                seconds(Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH)),
            );
            point.insert("Unit".to_owned(), unit.as_str().into());
            point.into()
        })
        .collect();
    Ok(json!({ "Label": name, "Datapoints": points }))
}
