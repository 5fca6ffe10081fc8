//! ListMetrics.

use super::errors::invalid_value;
use super::wire::Dimension;
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::metrics::MetricId;
use crate::sandbox::services::{PageRequest, ServiceError};
use serde::Deserialize;
use serde_json::{Value, json};

const PAGE: usize = 500;
const RECENTLY: i64 = 3 * 60 * 60;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct List {
    namespace: Option<String>,
    metric_name: Option<String>,
    dimensions: Option<Vec<Dimension>>,
    next_token: Option<String>,
    recently_active: Option<String>,
}

pub fn list(account: &Account, mut input: List) -> Result<Value, ServiceError> {
    let token = input.next_token.take();
    let list = format!("ListMetrics {input:?}");
    let since = match input.recently_active.as_deref() {
        None => None,
        Some("PT3H") => Some(RECENTLY),
        Some(other) => return Err(invalid_value(format!("The value {other} of RecentlyActive is not PT3H"))),
    };
    let filters = input.dimensions.unwrap_or_default();
    let has = |id: &MetricId, filter: &Dimension| {
        id.dimensions.iter().any(|(name, value)| {
            filter.name.as_ref() == Some(name) && filter.value.as_ref().is_none_or(|wanted| wanted == value)
        })
    };
    let is_wanted = |id: &MetricId| {
        input.namespace.as_ref().is_none_or(|namespace| id.namespace == *namespace)
            && input.metric_name.as_ref().is_none_or(|name| id.name == *name)
            && filters.iter().all(|filter| has(id, filter))
    };
    let metrics = account.monitoring.metrics.list(account.monitoring.clock.now(), since, is_wanted);
    let request = PageRequest { max_results: None, next_token: token.as_deref(), sizes: 1..=500 };
    let most = account.settings.page_size.min(PAGE);
    let page = account.pages.page_of(most, &list, metrics, &request)?;
    let metrics: Vec<Value> = page.items.iter().map(show).collect();
    Ok(json!({ "Metrics": metrics, "NextToken": page.next_token }))
}

fn show(id: &MetricId) -> Value {
    let dimensions: Vec<Value> =
        id.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    json!({ "Namespace": id.namespace, "MetricName": id.name, "Dimensions": dimensions })
}
