//! What a GetMetricData request costs in calls and pages.

/// Queries of one call.
pub const MAX_QUERIES: u64 = 500;
/// Datapoints of one page.
pub const MAX_DATAPOINTS: u64 = 100_800;

/// Queries for the same time with the same period, every period of which may have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub queries: u64,
    /// In seconds.
    pub range: u64,
    /// In seconds.
    pub period: u64,
    /// `MaxDatapoints`
    pub max_datapoints: u64,
}

impl Budget {
    /// One call takes no more than this many queries: the others go into further calls.
    pub fn is_one_call(&self) -> bool {
        self.queries <= MAX_QUERIES
    }

    pub fn calls(&self) -> u64 {
        self.queries.div_ceil(MAX_QUERIES)
    }

    pub fn datapoints(&self) -> u64 {
        self.queries.saturating_mul(self.range.div_ceil(self.period.max(1)))
    }

    /// Pages of all calls, at least one each.
    pub fn pages(&self) -> u64 {
        let page = self.max_datapoints.clamp(1, MAX_DATAPOINTS);
        let of_call = |queries| Budget { queries, ..*self }.datapoints().div_ceil(page).max(1);
        let rest = self.queries % MAX_QUERIES;
        let full = (self.queries / MAX_QUERIES).saturating_mul(of_call(MAX_QUERIES));
        full.saturating_add(if rest > 0 { of_call(rest) } else { 0 })
    }
}
