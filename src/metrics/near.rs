//! Which metric may have been meant where there is none: nothing but its exact dimensions names a metric, so that a typing
//! mistake gives no data and no error.

use std::collections::BTreeSet;

use super::{Filter, Metric, Metrics};
use crate::error::{Error, Report, Result};
use crate::output::nearest;

/// Pages that are looked through for a near match.
const PAGES: usize = 10;

impl Metrics {
    /// Says why a metric has no data if nobody has published it in the last two weeks; `None` where somebody has. Without a
    /// name of its own it stands for its namespace.
    pub async fn missing(&self, metric: &Metric) -> Result<Option<Error>> {
        let named = |what: &str| Error::not_found(format!("{what} has been published in the last two weeks"));
        let of_namespace = Filter { namespace: Some(metric.namespace.clone()), ..Filter::default() };
        if !metric.metric_name.is_empty() {
            let same_name = self.of_the_same_name(metric).await?;
            if !same_name.is_empty() {
                return Ok(unlike(metric, &same_name));
            }
            let same_namespace = self.first(&of_namespace, PAGES).await?;
            if !same_namespace.is_empty() {
                let names: BTreeSet<&str> = same_namespace.iter().map(|it| it.metric_name.as_str()).collect();
                let error = named(&format!("no metric {} of {}", metric.metric_name, metric.namespace));
                return Ok(Some(match nearest(&metric.metric_name, names) {
                    Some(near) => error.hint(format!("did you mean {near}?")),
                    None => error.hint(format!("opsctl metric list {}", metric.namespace)),
                }));
            }
        }
        let all = self.first(&Filter::default(), PAGES).await?;
        let namespaces: BTreeSet<&str> = all.iter().map(|it| it.namespace.as_str()).collect();
        let error = named(&format!("no metric of {}", metric.namespace));
        Ok(Some(match nearest(&metric.namespace, namespaces) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint("opsctl metric list"),
        }))
    }

    /// What has been published in the last two weeks under the name of a metric, whatever its dimensions.
    pub async fn of_the_same_name(&self, metric: &Metric) -> Result<Vec<Metric>> {
        let filter = Filter {
            namespace: Some(metric.namespace.clone()),
            metric_name: Some(metric.metric_name.clone()),
            ..Filter::default()
        };
        self.first(&filter, PAGES).await
    }
}

/// The error and what may be meant, in one line.
pub fn in_a_line(error: Error) -> String {
    let Report { message, hints, .. } = Report::new(&error.into());
    [message].into_iter().chain(hints).collect::<Vec<_>>().join("; ")
}

/// Of metrics of the same name, none with these dimensions: which ones are there instead.
fn unlike(metric: &Metric, published: &[Metric]) -> Option<Error> {
    if published.iter().any(|other| other.dimensions == metric.dimensions) {
        return None;
    }
    let dimensions = match metric.dimensions.is_empty() {
        true => "no dimensions".to_owned(),
        false => metric.dimensions_text(),
    };
    let message = format!("{} {} is not published with {dimensions}", metric.namespace, metric.metric_name);
    let error = Error::not_found(message);
    let near = published
        .iter()
        .map(|other| (likeness(metric, other), other))
        .filter(|(likeness, _)| *likeness > 0)
        .max_by(|(one, a), (other, b)| one.cmp(other).then_with(|| b.cmp(a)));
    if let Some((_, near)) = near {
        let text =
            if near.dimensions.is_empty() { "no dimensions".to_owned() } else { near.dimensions_text() };
        return Some(error.hint(format!("did you mean {text}?")));
    }
    let sets: BTreeSet<String> = published
        .iter()
        .map(|it| match it.dimensions.is_empty() {
            true => "no dimensions".to_owned(),
            false => it.dimensions.keys().cloned().collect::<Vec<_>>().join(", "),
        })
        .collect();
    let sets: Vec<String> = sets.into_iter().take(5).collect();
    Some(error.hint(format!("it is published with {}", sets.join("; or with "))))
}

/// More for each dimension that is the same or nearly so, less for each that only one of them has.
fn likeness(wanted: &Metric, other: &Metric) -> i64 {
    let mut points = 0;
    // Each of theirs stands for one of ours: first those of the same name.
    let mut left = other.dimensions.clone();
    let mut matched = 0;
    let (same, others): (Vec<_>, Vec<_>) =
        wanted.dimensions.iter().partition(|(name, _)| other.dimensions.contains_key(*name));
    for (name, value) in same.into_iter().chain(others) {
        let same = left.remove_entry(name).map(|found| (4, found));
        let found = same.or_else(|| {
            let near = nearest(name, left.keys().map(String::as_str))?.to_owned();
            left.remove_entry(&near).map(|found| (2, found))
        });
        let Some((alike, (_, theirs))) = found else { continue };
        if theirs == *value {
            points += alike + 4;
        } else if is_near(value, &theirs) {
            points += alike + 2;
        } else {
            continue;
        }
        matched += 1;
    }
    let alone = (wanted.dimensions.len() + other.dimensions.len()).saturating_sub(2 * matched);
    points - i64::try_from(alone).unwrap_or(i64::MAX).saturating_mul(2)
}

/// What two long values have in common at their beginning, such as that of an ARN, is no mistake of typing.
fn is_near(one: &str, other: &str) -> bool {
    let common = |c: &(char, char)| c.0 == c.1;
    let same: usize = one.chars().zip(other.chars()).take_while(common).map(|(c, _)| c.len_utf8()).sum();
    let cut = one.get(..same).and_then(|text| text.rfind([':', '/'])).map_or(0, |at| at + 1);
    let (one, other) = (one.get(cut..).unwrap_or(one), other.get(cut..).unwrap_or(other));
    nearest(one, [other]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(dimensions: &[&str]) -> Metric {
        let pairs = dimensions.iter().filter_map(|text| text.split_once('='));
        Metric {
            namespace: "AWS/SQS".into(),
            metric_name: "Age".into(),
            dimensions: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    #[test]
    fn a_dimension_that_is_mistyped_has_a_near_match() {
        let long = "arn:aws:states:eu-west-1:111122223333:stateMachine:a-rather-long-name-of-a-machine";
        let (orders, bills, machine) = ("QueueName=orders", "QueueName=bills", format!("Arn={long}"));
        let published = [&[orders][..], &[bills], &[&machine], &["Stage=prod", orders]].map(metric);
        for (typed, expected) in [
            (&["QueueName=ordres"][..], "did you mean QueueName=orders?"),
            (&["Queuename=orders"], "did you mean QueueName=orders?"),
            (&[&*format!("Arn={}x", long)], &*format!("did you mean Arn={long}?")),
            (&["QueueName=orders", "Stage=prd"], "did you mean QueueName=orders, Stage=prod?"),
            (&["QueueName=orders", "QueueNames=orders"], "did you mean QueueName=orders?"),
            (&["Other=thing"], "it is published with Arn; or with QueueName; or with QueueName, Stage"),
            (&[], "it is published with Arn; or with QueueName; or with QueueName, Stage"),
        ] {
            let error = unlike(&metric(typed), &published).unwrap();
            assert_eq!(Report::new(&error.into()).hints, [expected], "{typed:?}");
        }
        assert!(unlike(&metric(&[bills]), &published).is_none());
    }
}
