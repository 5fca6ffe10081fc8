//! ListMetrics: the names of what was published in the last two weeks.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{DimensionFilter, RecentlyActive};

use super::{Metric, Metrics};
use crate::aws;
use crate::error::Result;

/// Which metrics are asked for. Names are whole names: the service knows no patterns.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub namespace: Option<String>,
    pub metric_name: Option<String>,
    /// A name alone stands for every value.
    pub dimensions: BTreeMap<String, Option<String>>,
    /// Only what was published in the last three hours.
    pub is_recent: bool,
}

impl Metrics {
    /// Hands every page of metrics to `page` until it wants no more.
    pub async fn list(
        &self,
        filter: &Filter,
        page: &mut (dyn FnMut(Vec<Metric>) -> Result<bool> + Send),
    ) -> Result<()> {
        let dimension = |(name, value): (&String, &Option<String>)| {
            DimensionFilter::builder().name(name).set_value(value.clone()).build()
        };
        let dimensions: Vec<_> = filter.dimensions.iter().map(dimension).collect();
        let mut token = None;
        loop {
            let call = self
                .client
                .list_metrics()
                .set_namespace(filter.namespace.clone())
                .set_metric_name(filter.metric_name.clone())
                .set_dimensions((!dimensions.is_empty()).then(|| dimensions.clone()))
                .set_recently_active(filter.is_recent.then_some(RecentlyActive::Pt3H))
                .set_next_token(token);
            let answer =
                call.send().await.map_err(|error| aws::failure(&error, "cannot list the metrics"))?;
            let metrics = answer.metrics.unwrap_or_default().into_iter().map(Metric::from).collect();
            token = answer.next_token.filter(|token| !token.is_empty());
            if !page(metrics)? || token.is_none() {
                return Ok(());
            }
        }
    }

    /// The metrics of the first pages.
    pub async fn first(&self, filter: &Filter, pages: usize) -> Result<Vec<Metric>> {
        let mut found = Vec::new();
        let mut left = pages;
        self.list(filter, &mut |page| {
            found.extend(page);
            left = left.saturating_sub(1);
            Ok(left > 0)
        })
        .await?;
        Ok(found)
    }
}
