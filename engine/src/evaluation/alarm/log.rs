//! The configuration of a log alarm, as PutLogAlarm takes it and DescribeAlarms gives it. Nothing is refused here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::metric::{ActionConfiguration, Tag, WarmUpConfiguration};
use crate::document::drop_nulls;
use crate::evaluation::judging::EvaluationRange;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogAlarm {
    pub alarm_name: String,
    pub alarm_description: Option<String>,
    pub actions_enabled: Option<bool>,
    #[serde(rename = "OKActions")]
    pub ok_actions: Vec<String>,
    pub alarm_actions: Vec<String>,
    pub insufficient_data_actions: Vec<String>,
    pub scheduled_query_configuration: Option<ScheduledQueryConfiguration>,
    /// N.
    pub query_results_to_evaluate: Option<i64>,
    /// M.
    pub query_results_to_alarm: Option<i64>,
    pub threshold: Option<f64>,
    pub comparison_operator: Option<String>,
    pub treat_missing_data: Option<String>,
    pub action_log_line_count: Option<i64>,
    pub action_log_line_role_arn: Option<String>,
    pub warm_up_configuration: Option<WarmUpConfiguration>,
    pub action_configuration: Option<ActionConfiguration>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScheduledQueryConfiguration {
    pub query_string: String,
    pub log_group_identifiers: Vec<String>,
    #[serde(rename = "ScheduledQueryRoleARN")]
    pub scheduled_query_role_arn: String,
    pub aggregation_expression: String,
    pub schedule_configuration: Option<ScheduleConfiguration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScheduleConfiguration {
    pub schedule_expression: String,
    /// Seconds before the run at which the data begins and ends.
    pub start_time_offset: Option<i64>,
    pub end_time_offset: Option<i64>,
}

impl LogAlarm {
    pub fn read(value: &Value) -> Result<Self, serde_json::Error> {
        let mut value = value.clone();
        drop_nulls(&mut value);
        serde_json::from_value(value)
    }

    pub fn to_value(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        drop_nulls(&mut value);
        value
    }

    /// A log alarm looks at the results that it names and no others.
    pub fn assumed_range(&self) -> EvaluationRange {
        let n = self.query_results_to_evaluate.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        EvaluationRange::exactly(n)
    }
}
