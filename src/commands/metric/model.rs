//! What the group shows besides metrics.

use jiff::Timestamp;
use serde::Serialize;

/// A value of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Datapoint {
    /// The query it is of.
    pub id: String,
    /// The series: a query may give several.
    pub label: String,
    /// When its period begins.
    pub timestamp: Timestamp,
    pub value: f64,
}
