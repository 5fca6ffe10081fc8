//! What of a history reaches a log group: which events at which level, and their form there.

use serde_json::{Map, Value, json};

use super::details::Data;
use super::event::{Event, Happened, StateType};

/// How much an execution logs. ERROR has every event of something that went wrong, FATAL only the ends of executions
/// that did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    All,
    Error,
    Fatal,
    Off,
}

impl LogLevel {
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "ALL" => LogLevel::All,
            "ERROR" => LogLevel::Error,
            "FATAL" => LogLevel::Fatal,
            "OFF" => LogLevel::Off,
            _ => return None,
        })
    }

    /// Whether an event is logged at this level.
    pub fn has(self, happened: &Happened) -> bool {
        match self {
            LogLevel::All => true,
            LogLevel::Error => is_fatal(happened) || is_error(happened),
            LogLevel::Fatal => is_fatal(happened),
            LogLevel::Off => false,
        }
    }
}

fn is_fatal(happened: &Happened) -> bool {
    matches!(
        happened,
        Happened::ExecutionFailed(_) | Happened::ExecutionAborted(_) | Happened::ExecutionTimedOut(_)
    )
}

fn is_error(happened: &Happened) -> bool {
    use Happened as H;
    matches!(
        happened,
        H::StateEntered { state: StateType::Fail, .. }
            | H::StateAborted { .. }
            | H::StateFailed { .. }
            | H::IterationFailed { .. }
            | H::IterationAborted { .. }
            | H::MapRunFailed(_)
            | H::MapRunAborted
            | H::TaskFailed { .. }
            | H::TaskTimedOut { .. }
            | H::LambdaFailed(_)
            | H::LambdaTimedOut(_)
            | H::ActivityFailed(_)
            | H::ActivityTimedOut(_)
            | H::EvaluationFailed { .. }
    )
}

impl Event {
    /// The line of this event in a log group. Payloads are in it only when the log includes execution data.
    pub fn log_line(&self, execution_arn: &str, include_data: bool) -> Value {
        let data = if include_data { Data::Shown } else { Data::Hidden };
        json!({
            "id": self.id.to_string(),
            "type": self.happened.name(),
            "details": self.details_with(data).unwrap_or_else(|| Value::Object(Map::new())),
            "redrive_count": "0",
            "previous_event_id": self.previous.to_string(),
            "event_timestamp": self.at.as_millisecond().to_string(),
            "execution_arn": execution_arn,
        })
    }
}
