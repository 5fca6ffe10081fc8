//! GetMetricData: metrics and expressions on them, in pages of points.

use super::errors::{invalid, missing};
use super::labels::label;
use super::queries::{Asked, Found, GivenQuery, Points, Range, points, values};
use super::wire::{Seconds, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use opsctl_engine::evaluation::data::{MAX_DATAPOINTS, MAX_QUERIES};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Get {
    metric_data_queries: Option<Vec<GivenQuery>>,
    start_time: Option<Seconds>,
    end_time: Option<Seconds>,
    next_token: Option<String>,
    scan_by: Option<String>,
    max_datapoints: Option<i64>,
}

/// One series that is answered.
struct Answered<'a> {
    id: &'a str,
    label: String,
    points: Points,
}

pub fn get(account: &Account, mut input: Get) -> Result<Value, ServiceError> {
    let token = input.next_token.take();
    let list = format!("GetMetricData {input:?}");
    let given = input.metric_data_queries.ok_or_else(|| missing("MetricDataQueries"))?;
    if given.is_empty() || given.len() as u64 > MAX_QUERIES {
        return Err(invalid(format!(
            "The collection MetricDataQueries must have 1 to {MAX_QUERIES} queries."
        )));
    }
    let from = input.start_time.ok_or_else(|| missing("StartTime"))?.timestamp("StartTime")?;
    let to = input.end_time.ok_or_else(|| missing("EndTime"))?.timestamp("EndTime")?;
    if from >= to {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let is_ascending = match input.scan_by.as_deref() {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(other) => {
            return Err(invalid(format!("The value {other} for parameter ScanBy is not supported.")));
        }
    };
    let most = input.max_datapoints.and_then(|most| u64::try_from(most).ok()).filter(|most| *most > 0);
    let most = usize::try_from(most.unwrap_or(MAX_DATAPOINTS).min(MAX_DATAPOINTS)).unwrap_or(usize::MAX);
    let start = match token.as_deref() {
        None => 0,
        Some(token) => account
            .pages
            .start(&list, token)
            .ok_or_else(|| ServiceError::new("InvalidNextToken", "The specified token is not valid."))?,
    };
    let range = Range { from, to, now: account.monitoring.clock.now() };
    let asked = Asked::read(given, range)?;
    let expressions = asked.expressions(account, range)?;
    let mut page = Page { start, left: most, place: 0, next: None, results: Vec::new() };
    for query in asked.queries.iter().filter(|query| query.return_data != Some(false)) {
        let Some(id) = query.id.as_deref() else { continue };
        let found = match asked.metrics.get(id) {
            Some(metric) => {
                let frame = range.frame(metric.period)?;
                let values = values(account, metric, frame, range);
                vec![Found { label: None, points: points(frame, &values) }]
            }
            None => expressions.get(id).cloned().unwrap_or_default(),
        };
        for Found { label: of, mut points } in found {
            let label = label(account, query, asked.metrics.get(id), of, &points);
            if !is_ascending {
                points.reverse();
            }
            page.take(&Answered { id, label, points });
        }
        if page.next.is_some() {
            break;
        }
    }
    let token = page.next.map(|place| account.pages.token(&list, place));
    Ok(json!({ "MetricDataResults": page.results, "NextToken": token, "Messages": [] }))
}

/// A page as it is filled. A place is that of a point among all points of the request.
struct Page {
    start: usize,
    left: usize,
    place: usize,
    next: Option<usize>,
    results: Vec<Value>,
}

impl Page {
    fn take(&mut self, answered: &Answered<'_>) {
        // One without points takes a place of its own, so that it is answered once.
        let length = answered.points.len().max(1);
        let first = self.place;
        self.place += length;
        let skipped = self.start.saturating_sub(first).min(length);
        if skipped == length || self.next.is_some() {
            return;
        }
        if self.left == 0 {
            self.next = Some(first);
            return;
        }
        let taken = (length - skipped).min(self.left);
        self.left -= taken;
        let is_whole = skipped + taken == length;
        self.results.push(show(answered, skipped, taken, is_whole));
        if !is_whole {
            self.next = Some(first + skipped + taken);
        }
    }
}

fn show(answered: &Answered<'_>, skipped: usize, taken: usize, is_whole: bool) -> Value {
    let points = || answered.points.iter().skip(skipped).take(taken);
    let times: Vec<Value> = points()
        .map(|(at, _)| seconds(Timestamp::from_second(*at).unwrap_or(Timestamp::UNIX_EPOCH)))
        .collect();
    let values: Vec<f64> = points().map(|(_, value)| *value).collect();
    json!({
        "Id": answered.id,
        "Label": answered.label,
        "Timestamps": times,
        "Values": values,
        "StatusCode": if is_whole { "Complete" } else { "PartialData" },
    })
}
