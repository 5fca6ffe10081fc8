//! PutMetricData: values as they are sent, and in which calls.

use std::ops::Range;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types;
use jiff::Timestamp;
use opsctl_engine::evaluation::data::{MetricDatum, check};

use super::Metrics;
use crate::aws;
use crate::error::Result;

/// Of one call: values, and bytes before they are compressed.
const MOST: usize = 1000;
const MOST_BYTES: usize = 1_000_000;

/// One value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    pub namespace: String,
    pub datum: MetricDatum,
}

impl Datum {
    /// Everything that the service would refuse of it, by field.
    pub fn faults(&self, now: Timestamp) -> Vec<String> {
        let faults = check(&self.namespace, std::slice::from_ref(&self.datum), now);
        let told = faults.into_iter().map(|mut fault| {
            if fault.path.first().is_some_and(|step| step == "MetricData") {
                // It is the only one.
                fault.path.drain(..fault.path.len().min(2));
            }
            fault.to_string()
        });
        told.collect()
    }

    /// More than it takes on the wire.
    fn bytes(&self) -> usize {
        let dimensions = self.datum.dimensions.iter().map(|it| it.name.len() + it.value.len() + 24);
        160 + self.datum.metric_name.len() + dimensions.sum::<usize>()
    }

    fn to_sdk(&self) -> types::MetricDatum {
        let datum = &self.datum;
        let dimensions = datum
            .dimensions
            .iter()
            .map(|it| types::Dimension::builder().name(&it.name).value(&it.value).build())
            .collect();
        let resolution = datum.storage_resolution.and_then(|seconds| i32::try_from(seconds).ok());
        types::MetricDatum::builder()
            .metric_name(&datum.metric_name)
            .set_dimensions(Some(dimensions))
            .set_value(datum.value)
            .set_timestamp(datum.timestamp.map(|time| DateTime::from_secs(time.as_second())))
            .set_unit(datum.unit.as_deref().map(types::StandardUnit::from))
            .set_storage_resolution(resolution)
            .build()
    }
}

/// Which values go into which call: those that follow each other and are of one namespace, as many as a call takes.
pub fn batches_of(data: &[Datum]) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    let mut namespace = None;
    for (at, datum) in data.iter().enumerate() {
        let is_same = namespace == Some(&datum.namespace);
        namespace = Some(&datum.namespace);
        let size = datum.bytes();
        match batches.last_mut() {
            Some(batch) if is_same && batch.len() < MOST && bytes + size <= MOST_BYTES => {
                batch.end = at + 1;
                bytes += size;
            }
            _ => {
                batches.push(at..at + 1);
                bytes = size;
            }
        }
    }
    batches
}

impl Metrics {
    /// One call, which puts all of the values or none; `what` names them.
    pub async fn put(&self, namespace: &str, data: &[Datum], what: &str) -> Result<()> {
        let call = self
            .client
            .put_metric_data()
            .namespace(namespace)
            .set_metric_data(Some(data.iter().map(Datum::to_sdk).collect()));
        call.send()
            .await
            .map_err(|error| aws::failure(&error, format!("cannot put {what} into {namespace}")))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsctl_engine::evaluation::data::Dimension;

    fn datum(namespace: &str, value_of_dimension: usize) -> Datum {
        let dimension = Dimension { name: "D".into(), value: "x".repeat(value_of_dimension) };
        let datum = MetricDatum {
            metric_name: "M".into(),
            dimensions: vec![dimension],
            value: Some(1.0),
            ..MetricDatum::default()
        };
        Datum { namespace: namespace.into(), datum }
    }

    #[test]
    fn what_the_service_would_refuse_is_told_by_field() {
        let mut refused = datum(":A", 1);
        refused.datum.value = Some(f64::NAN);
        assert_eq!(
            refused.faults(Timestamp::UNIX_EPOCH),
            [
                "Namespace: must not begin with a colon",
                "Value: NaN is no value: NaN and infinity are not kept",
            ]
        );
    }

    #[test]
    fn a_call_has_a_thousand_values_and_a_megabyte_of_one_namespace() {
        let of = |data: Vec<Datum>| batches_of(&data).iter().map(Range::len).collect::<Vec<_>>();
        assert_eq!(of(vec![datum("A", 1); 2500]), [1000, 1000, 500]);
        assert_eq!(of(vec![datum("A", 10_000); 250]), [98, 98, 54]);
        assert_eq!(
            of([vec![datum("A", 1); 2], vec![datum("B", 1)], vec![datum("A", 1)]].concat()),
            [2, 1, 1]
        );
        assert_eq!(of(Vec::new()), [0; 0]);
    }
}
