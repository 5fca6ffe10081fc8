//! Labels of series, and what stands for something in them: `${PROP('MetricName')}`, `${AVG}` and others.

use super::queries::{GivenQuery, Query};
use crate::sandbox::account::Account;

/// `of`: what an array says the series is of. One that knows no word keeps it as it is.
pub fn label(
    account: &Account,
    query: &GivenQuery,
    metric: Option<&Query>,
    of: Option<String>,
    points: &[(i64, f64)],
) -> String {
    let own = metric.map(|metric| metric.id.name.clone()).or(of);
    let own = own.or_else(|| query.id.clone()).unwrap_or_default();
    let Some(given) = &query.label else { return own };
    let mut label = String::new();
    let mut rest = given.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((word, after)) = after.split_once('}') else { break };
        label += before;
        match word_of(account, metric, &own, points, word) {
            Some(text) => label += &text,
            None => label += &format!("${{{word}}}"),
        }
        rest = after;
    }
    label + rest
}

fn word_of(
    account: &Account,
    metric: Option<&Query>,
    own: &str,
    points: &[(i64, f64)],
    word: &str,
) -> Option<String> {
    if let Some(name) = word.strip_prefix("PROP('").and_then(|rest| rest.strip_suffix("')")) {
        return property(account, metric, name);
    }
    let values = || points.iter().map(|(_, value)| *value);
    let number =
        |number: Option<f64>| Some(number.map_or_else(|| "--".to_owned(), |number| number.to_string()));
    match word {
        "LABEL" => Some(own.to_owned()),
        "AVG" => number((!points.is_empty()).then(|| values().sum::<f64>() / points.len() as f64)),
        "SUM" => number(Some(values().sum())),
        "MAX" => number(values().reduce(f64::max)),
        "MIN" => number(values().reduce(f64::min)),
        "FIRST" => number(values().next()),
        "LAST" => number(values().next_back()),
        "DATAPOINT_COUNT" => number(Some(points.len() as f64)),
        _ => None,
    }
}

fn property(account: &Account, metric: Option<&Query>, name: &str) -> Option<String> {
    match name {
        "AccountId" => return Some(account.identity.account.clone()),
        "Region" => return Some(account.identity.region.clone()),
        _ => {}
    }
    let metric = metric?;
    match name {
        "MetricName" => Some(metric.id.name.clone()),
        "Namespace" => Some(metric.id.namespace.clone()),
        "Period" => Some(metric.period.to_string()),
        "Stat" => Some(metric.stat.to_string()),
        name => {
            let dimension = name.strip_prefix("Dim.")?;
            let found = metric.id.dimensions.iter().find(|(name, _)| name == dimension);
            found.map(|(_, value)| value.clone())
        }
    }
}
