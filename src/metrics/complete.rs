//! Candidates: namespaces, names of metrics, dimensions. What is typed says of which; each is one page of one call.

use std::collections::BTreeSet;

use super::{Filter, Metric, Metrics};
use crate::completion::{self, ArgValueCompleter, Candidate, Typed};

pub fn namespaces() -> ArgValueCompleter {
    completion::live("metric.namespaces", async |aws| {
        let metrics = Metrics::of(aws).first(&Filter::default(), 1).await?;
        Ok(candidates(metrics.into_iter().map(|metric| metric.namespace)))
    })
}

/// The names of a namespace, which `namespace` finds on the line.
pub fn names(namespace: impl Fn(&Typed<'_>) -> Option<String> + Send + Sync + 'static) -> ArgValueCompleter {
    completion::live_about("metric.names", namespace, async |aws, namespace| {
        let filter = Filter { namespace: Some(namespace.to_owned()), ..Filter::default() };
        let metrics = Metrics::of(aws).first(&filter, 1).await?;
        Ok(candidates(metrics.into_iter().map(|metric| metric.metric_name)))
    })
}

/// Dimensions of a metric, which `metric` finds on the line: namespace and name.
pub fn dimensions(
    metric: impl Fn(&Typed<'_>) -> Option<(String, String)> + Send + Sync + 'static,
) -> ArgValueCompleter {
    // No name has a line end.
    let about =
        move |typed: &Typed<'_>| metric(typed).map(|(namespace, name)| format!("{namespace}\n{name}"));
    completion::live_about("metric.dimensions", about, async |aws, about| {
        let Some((namespace, name)) = about.split_once('\n') else { return Ok(Vec::new()) };
        let filter = Filter {
            namespace: Some(namespace.to_owned()),
            metric_name: Some(name.to_owned()),
            ..Filter::default()
        };
        let metrics = Metrics::of(aws).first(&filter, 1).await?;
        let of = |metric: &Metric| metric.dimensions.clone().into_iter();
        let dimensions = metrics.iter().flat_map(of).map(|(name, value)| format!("{name}={value}"));
        Ok(candidates(dimensions))
    })
}

fn candidates(names: impl Iterator<Item = String>) -> Vec<Candidate> {
    names.collect::<BTreeSet<_>>().into_iter().map(Candidate::new).collect()
}
