//! How a datapoint is compared, and how the service says it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::evaluation::Band;

/// `ComparisonOperator`. The last three compare with a band, the others with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::enum_variant_names, reason = "the words of the API")]
pub enum ComparisonOperator {
    GreaterThanOrEqualToThreshold,
    GreaterThanThreshold,
    LessThanThreshold,
    LessThanOrEqualToThreshold,
    LessThanLowerOrGreaterThanUpperThreshold,
    LessThanLowerThreshold,
    GreaterThanUpperThreshold,
}

use ComparisonOperator::*;

impl ComparisonOperator {
    pub const ALL: [ComparisonOperator; 7] = [
        GreaterThanOrEqualToThreshold,
        GreaterThanThreshold,
        LessThanThreshold,
        LessThanOrEqualToThreshold,
        LessThanLowerOrGreaterThanUpperThreshold,
        LessThanLowerThreshold,
        GreaterThanUpperThreshold,
    ];

    pub fn name(self) -> &'static str {
        match self {
            GreaterThanOrEqualToThreshold => "GreaterThanOrEqualToThreshold",
            GreaterThanThreshold => "GreaterThanThreshold",
            LessThanThreshold => "LessThanThreshold",
            LessThanOrEqualToThreshold => "LessThanOrEqualToThreshold",
            LessThanLowerOrGreaterThanUpperThreshold => "LessThanLowerOrGreaterThanUpperThreshold",
            LessThanLowerThreshold => "LessThanLowerThreshold",
            GreaterThanUpperThreshold => "GreaterThanUpperThreshold",
        }
    }

    /// Whether it compares with a band.
    pub fn needs_band(self) -> bool {
        matches!(
            self,
            LessThanLowerOrGreaterThanUpperThreshold | LessThanLowerThreshold | GreaterThanUpperThreshold
        )
    }

    /// Whether a value breaches a band: one on its edge does not. A band of one value is a threshold.
    pub fn breaches(self, value: f64, band: Band) -> bool {
        match self {
            GreaterThanOrEqualToThreshold => value >= band.upper,
            GreaterThanThreshold | GreaterThanUpperThreshold => value > band.upper,
            LessThanThreshold | LessThanLowerThreshold => value < band.lower,
            LessThanOrEqualToThreshold => value <= band.lower,
            LessThanLowerOrGreaterThanUpperThreshold => value < band.lower || value > band.upper,
        }
    }

    /// As state reasons say it of a threshold: `greater than or equal to`. Of a band it is said in two parts.
    pub fn words(self) -> &'static str {
        match self {
            GreaterThanOrEqualToThreshold => "greater than or equal to",
            GreaterThanThreshold | GreaterThanUpperThreshold => "greater than",
            LessThanThreshold | LessThanLowerThreshold => "less than",
            LessThanOrEqualToThreshold => "less than or equal to",
            LessThanLowerOrGreaterThanUpperThreshold => "outside of",
        }
    }
}

impl fmt::Display for ComparisonOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ComparisonOperator {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ComparisonOperator::ALL.into_iter().find(|operator| operator.name() == text).ok_or(())
    }
}
