//! GetMetricData: every page of every batch, what is partial put together, and what cannot be had named.

use std::collections::HashMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{MetricDataResult, ScanBy, StatusCode};
use opsctl_engine::evaluation::alarm::MetricDataQuery;

use super::Metrics;
use super::batch::batches;
use super::query;
use crate::aws;
use crate::error::{Error, Kind, Result};

/// What is held at most: more is nothing that anybody reads.
const MOST_POINTS: usize = 5_000_000;

/// Seconds since 1970: from the first one to before the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: i64,
    pub to: i64,
}

/// The values of one query, or one of several that a query gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub id: String,
    /// As the service calls it.
    pub label: String,
    /// Seconds since 1970, in order.
    pub points: Vec<(i64, f64)>,
}

/// What came of some queries.
#[derive(Debug, Default)]
pub struct Fetched {
    /// In the order of the queries.
    pub series: Vec<Series>,
    /// Of queries that gave nothing.
    pub faults: Vec<Error>,
    /// What the service says about data that is there.
    pub notes: Vec<String>,
}

impl Metrics {
    /// What the queries give, in as many calls as they need.
    pub async fn data(&self, queries: &[MetricDataQuery], window: Window) -> Result<Fetched> {
        let mut collected = Collected::default();
        for batch in batches(queries)? {
            self.batch(&batch, window, &mut collected).await?;
        }
        Ok(collected.finish(queries))
    }

    async fn batch(
        &self,
        queries: &[MetricDataQuery],
        window: Window,
        collected: &mut Collected,
    ) -> Result<()> {
        let mut token = None;
        loop {
            let call = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.iter().map(query::to_sdk).collect()))
                .start_time(DateTime::from_secs(window.from))
                .end_time(DateTime::from_secs(window.to))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(token);
            let answer =
                call.send().await.map_err(|error| aws::failure(&error, "cannot get the data of metrics"))?;
            for message in answer.messages.unwrap_or_default() {
                collected.note(message.code, message.value);
            }
            collected.page(answer.metric_data_results.unwrap_or_default())?;
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

/// A series among others: a search gives several of one Id, which differ in their labels, and a band two that may not,
/// of which a page has the upper one first.
type Key = (String, String, usize);

/// What has come up to now.
#[derive(Default)]
struct Collected {
    places: HashMap<Key, usize>,
    series: Vec<(Series, StatusCode)>,
    notes: Vec<String>,
    points: usize,
}

impl Collected {
    fn page(&mut self, results: Vec<MetricDataResult>) -> Result<()> {
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        for mut result in results {
            let (id, label) = (result.id.take().unwrap_or_default(), result.label.take().unwrap_or_default());
            let count = seen.entry((id.clone(), label.clone())).or_default();
            self.take((id, label, *count), result)?;
            *count += 1;
        }
        Ok(())
    }

    fn take(&mut self, key: Key, result: MetricDataResult) -> Result<()> {
        let (id, label, _) = key.clone();
        let place = *self.places.entry(key).or_insert_with(|| {
            self.series.push((Series { id, label, points: Vec::new() }, StatusCode::Complete));
            self.series.len() - 1
        });
        for message in result.messages.unwrap_or_default() {
            self.note(message.code, message.value);
        }
        let Some((series, status)) = self.series.get_mut(place) else { return Ok(()) };
        if let Some(code) = result.status_code {
            *status = code;
        }
        let times = result.timestamps.unwrap_or_default();
        let points = times.iter().map(DateTime::secs).zip(result.values.unwrap_or_default());
        let before = series.points.len();
        series.points.extend(points);
        self.points += series.points.len() - before;
        if self.points > MOST_POINTS {
            let message = format!("the metrics have more than {MOST_POINTS} values in this time");
            return Err(Error::usage(message).hint("ask for a longer --period, or a later --since").into());
        }
        Ok(())
    }

    fn note(&mut self, code: Option<String>, value: Option<String>) {
        let note = [code, value].into_iter().flatten().collect::<Vec<_>>().join(": ");
        if !note.is_empty() && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn finish(self, queries: &[MetricDataQuery]) -> Fetched {
        let order: HashMap<&str, usize> =
            queries.iter().enumerate().map(|(at, query)| (query.id.as_str(), at)).collect();
        let mut fetched = Fetched { notes: self.notes, ..Fetched::default() };
        let mut found = self.series;
        found.sort_by_key(|(series, _)| order.get(series.id.as_str()).copied().unwrap_or(usize::MAX));
        for (mut series, status) in found {
            let named = if series.label.is_empty() { &series.id } else { &series.label };
            match status {
                StatusCode::Forbidden => {
                    let message = format!("the data of {named} cannot be read: it is forbidden");
                    fetched.faults.push(Error::new(Kind::Denied, message));
                    continue;
                }
                StatusCode::InternalError => {
                    let message = format!("the service has failed to give the data of {named}");
                    fetched.faults.push(Error::new(Kind::Temporary, message));
                    continue;
                }
                StatusCode::PartialData => fetched.notes.push(format!("the data of {named} is not complete")),
                _ => {}
            }
            series.points.sort_by_key(|(at, _)| *at);
            series.points.dedup_by_key(|(at, _)| *at);
            fetched.series.push(series);
        }
        fetched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(id: &str, label: &str, status: StatusCode, points: &[(i64, f64)]) -> MetricDataResult {
        MetricDataResult::builder()
            .id(id)
            .label(label)
            .status_code(status)
            .set_timestamps(Some(points.iter().map(|(at, _)| DateTime::from_secs(*at)).collect()))
            .set_values(Some(points.iter().map(|(_, value)| *value).collect()))
            .build()
    }

    fn query(id: &str) -> MetricDataQuery {
        MetricDataQuery { id: id.to_owned(), ..MetricDataQuery::default() }
    }

    #[test]
    fn what_is_partial_is_put_together_and_what_is_refused_is_named() {
        let mut collected = Collected::default();
        for page in [
            vec![
                result("m2", "two", StatusCode::PartialData, &[(120, 2.0)]),
                result("m1", "one", StatusCode::Complete, &[(60, 1.0)]),
                result("b", "band", StatusCode::PartialData, &[(60, 9.0)]),
                result("b", "band", StatusCode::PartialData, &[(60, 5.0)]),
            ],
            vec![
                result("m2", "two", StatusCode::Complete, &[(60, 1.0), (120, 2.0)]),
                result("b", "band", StatusCode::Complete, &[(120, 8.0)]),
                result("b", "band", StatusCode::Complete, &[(120, 4.0)]),
                result("s", "b", StatusCode::Complete, &[]),
                result("s", "a", StatusCode::PartialData, &[(60, 7.0)]),
                result("m3", "three", StatusCode::Forbidden, &[]),
                result("m4", "", StatusCode::InternalError, &[]),
            ],
        ] {
            collected.page(page).unwrap();
        }
        let fetched = collected.finish(&["m1", "m2", "s", "m3", "m4", "b"].map(query));
        let told: Vec<_> =
            fetched.series.iter().map(|it| (&*it.id, &*it.label, it.points.as_slice())).collect();
        assert_eq!(
            told,
            [
                ("m1", "one", &[(60, 1.0)][..]),
                ("m2", "two", &[(60, 1.0), (120, 2.0)]),
                ("s", "b", &[]),
                ("s", "a", &[(60, 7.0)]),
                ("b", "band", &[(60, 9.0), (120, 8.0)]),
                ("b", "band", &[(60, 5.0), (120, 4.0)]),
            ]
        );
        let faults: Vec<_> = fetched.faults.iter().map(|error| (error.kind(), error.to_string())).collect();
        assert_eq!(
            faults,
            [
                (Kind::Denied, "the data of three cannot be read: it is forbidden".to_owned()),
                (Kind::Temporary, "the service has failed to give the data of m4".to_owned()),
            ]
        );
        assert_eq!(fetched.notes, ["the data of a is not complete"]);
    }
}
