//! Metrics of CloudWatch for every group that shows or judges them: their names, their data in pages and batches, what
//! period data of some age has, and which metric may have been meant. It must not know a command, and must not print.

mod batch;
pub mod complete;
mod data;
mod list;
mod metric;
mod near;
mod period;
mod put;
mod query;

use aws_sdk_cloudwatch::Client;

use crate::aws::Aws;

pub use data::{Fetched, Series, Window};
pub use list::Filter;
pub use metric::{Dimension, Metric};
pub use near::in_a_line;
pub use period::{Periods, age_of, every};
pub use put::{Datum, batches_of};
pub use query::stat;

/// The calls of one account in one region.
#[derive(Clone)]
pub struct Metrics {
    client: Client,
}

impl Metrics {
    pub fn of(aws: &Aws) -> Self {
        Metrics { client: aws.cloudwatch() }
    }
}
