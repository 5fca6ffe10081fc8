//! The functions of metric math: their names, and how many arguments they take. What they take is said where they are
//! computed.

/// A function. Names are written in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Abs,
    AnomalyDetectionBand,
    Avg,
    Ceil,
    DatapointCount,
    Date,
    Day,
    DbPerfInsights,
    Diff,
    DiffTime,
    Epoch,
    Fill,
    First,
    Floor,
    Hour,
    If,
    InsightRuleMetric,
    Lambda,
    Last,
    Log,
    Log10,
    Max,
    MetricCount,
    Metrics,
    Min,
    Minute,
    Month,
    Period,
    Rate,
    RemoveEmpty,
    RunningSum,
    Search,
    ServiceQuota,
    Slice,
    Sort,
    Stddev,
    Sum,
    TimeSeries,
    Year,
}

/// Name, function, fewest and most arguments.
const TABLE: [(&str, Function, usize, usize); 39] = [
    ("ABS", Function::Abs, 1, 1),
    ("ANOMALY_DETECTION_BAND", Function::AnomalyDetectionBand, 1, 2),
    ("AVG", Function::Avg, 1, 1),
    ("CEIL", Function::Ceil, 1, 1),
    ("DATAPOINT_COUNT", Function::DatapointCount, 1, 1),
    ("DATE", Function::Date, 1, 1),
    ("DAY", Function::Day, 1, 1),
    ("DB_PERF_INSIGHTS", Function::DbPerfInsights, 1, usize::MAX),
    ("DIFF", Function::Diff, 1, 1),
    ("DIFF_TIME", Function::DiffTime, 1, 1),
    ("EPOCH", Function::Epoch, 1, 1),
    ("FILL", Function::Fill, 2, 2),
    ("FIRST", Function::First, 1, 1),
    ("FLOOR", Function::Floor, 1, 1),
    ("HOUR", Function::Hour, 1, 1),
    ("IF", Function::If, 2, 3),
    ("INSIGHT_RULE_METRIC", Function::InsightRuleMetric, 2, 2),
    ("LAMBDA", Function::Lambda, 1, usize::MAX),
    ("LAST", Function::Last, 1, 1),
    ("LOG", Function::Log, 1, 1),
    ("LOG10", Function::Log10, 1, 1),
    ("MAX", Function::Max, 1, 1),
    ("METRIC_COUNT", Function::MetricCount, 1, 1),
    ("METRICS", Function::Metrics, 0, 1),
    ("MIN", Function::Min, 1, 1),
    ("MINUTE", Function::Minute, 1, 1),
    ("MONTH", Function::Month, 1, 1),
    ("PERIOD", Function::Period, 1, 1),
    ("RATE", Function::Rate, 1, 1),
    ("REMOVE_EMPTY", Function::RemoveEmpty, 1, 1),
    ("RUNNING_SUM", Function::RunningSum, 1, 1),
    ("SEARCH", Function::Search, 2, 3),
    ("SERVICE_QUOTA", Function::ServiceQuota, 1, 1),
    ("SLICE", Function::Slice, 2, 3),
    ("SORT", Function::Sort, 3, 4),
    ("STDDEV", Function::Stddev, 1, 1),
    ("SUM", Function::Sum, 1, 1),
    ("TIME_SERIES", Function::TimeSeries, 1, 1),
    ("YEAR", Function::Year, 1, 1),
];

impl Function {
    pub fn of(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.0 == name).map(|row| row.1)
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.0)
    }

    pub fn name(self) -> &'static str {
        TABLE.iter().find(|row| row.1 == self).map_or("", |row| row.0)
    }

    /// Fewest and most arguments.
    pub(super) fn arguments(self) -> (usize, usize) {
        TABLE.iter().find(|row| row.1 == self).map_or((0, usize::MAX), |row| (row.2, row.3))
    }

    /// It asks something that is not in the series it is given: a model, a quota, a rule, a database, a search.
    pub fn needs_service(self) -> bool {
        use Function::*;
        matches!(
            self,
            AnomalyDetectionBand | DbPerfInsights | InsightRuleMetric | Lambda | Search | ServiceQuota
        )
    }

    /// Its result depends on how many datapoints were fetched, and an alarm fetches more than it evaluates.
    pub(super) fn looks_at_window(self) -> bool {
        use Function::*;
        matches!(self, Avg | DatapointCount | Max | Min | RemoveEmpty | RunningSum | Stddev | Sum)
    }
}
