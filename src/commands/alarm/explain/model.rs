//! An explanation as a document.

use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::reason::ReasonData;
use serde::Serialize;

use crate::commands::alarm::api::Contributor;
use crate::commands::alarm::model::{Alarm, AlarmType};
use crate::commands::alarm::view;
use crate::output::{Cell, Column};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    pub name: String,
    #[serde(rename = "type")]
    pub alarm_type: AlarmType,
    /// As the service has it; nothing where it is not known of an earlier time.
    pub state: Option<String>,
    pub since: Option<Timestamp>,
    pub reason: Option<String>,
    /// PARTIAL_DATA and the like.
    pub evaluation_state: Option<String>,
    /// The moment that is explained.
    pub at: Timestamp,
    pub watched: Option<String>,
    /// What comes out here, of an alarm on a metric.
    pub verdict: Option<Verdict>,
    /// The same of a composite alarm.
    pub rule: Option<RuleVerdict>,
    /// Why neither is there.
    pub not_judged: Option<String>,
    /// The datapoints that the service says it looked at, newest first.
    pub service: Vec<ServicePoint>,
    /// Those in ALARM.
    pub contributors: Vec<Contributor>,
    pub actions: Option<Actions>,
    pub notes: Vec<String>,
}

/// An evaluation of datapoints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    pub state: StateValue,
    /// The rule of missing data that made it.
    pub decided_by: &'static str,
    pub why: String,
    /// Whether the service has the same; nothing where that is not known, or not to be compared.
    pub agrees: Option<bool>,
    /// Why it may not.
    pub may_be: Vec<String>,
    /// When it goes off, in words.
    pub condition: String,
    pub treat_missing_data: &'static str,
    pub range: Range,
    /// Seconds.
    pub period: i64,
    pub interval: i64,
    pub window: String,
    /// The newest first.
    pub slots: Vec<Slot>,
    pub next: Vec<Next>,
}

/// How many periods are looked at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    pub periods: usize,
    pub is_assumed: bool,
    /// What one less and one more would have come to, where that is another state.
    pub shorter: Option<StateValue>,
    pub longer: Option<StateValue>,
}

/// One period of the range.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub from: Timestamp,
    pub to: Timestamp,
    pub value: Option<f64>,
    pub samples: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub grade: &'static str,
    pub role: Role,
    /// The two in words.
    pub told: String,
}

/// What a period was to the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// One of the newest N datapoints.
    Counted,
    /// A datapoint older than these.
    Older,
    /// A gap that was taken for something.
    Filled,
    Gap,
}

/// What comes of periods that are all alike.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Next {
    /// breaching, within, missing
    pub when: &'static str,
    pub state: Option<StateValue>,
    pub periods: Option<usize>,
    pub at: Option<Timestamp>,
    pub told: String,
}

/// An evaluation of a rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleVerdict {
    pub rule: String,
    pub state: Option<StateValue>,
    pub agrees: Option<bool>,
    pub may_be: Vec<String>,
    /// Piece by piece, each before what is inside it.
    pub pieces: Vec<Piece>,
    pub children: Vec<Child>,
    pub suppression: Option<Suppression>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Piece {
    pub depth: usize,
    pub text: String,
    pub holds: bool,
    /// It made the piece around it what it is.
    pub is_decisive: bool,
    /// Of AT_LEAST.
    pub matching: Option<usize>,
    pub needed: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Child {
    pub name: String,
    /// Nothing where there is no such alarm.
    pub state: Option<String>,
    pub since: Option<Timestamp>,
    pub is_decisive: bool,
    /// The states in which it alone would change the composite alarm.
    pub changes_at: Vec<StateValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    pub suppressor: String,
    pub state: Option<String>,
    /// Seconds.
    pub wait: u64,
    pub extension: u64,
    /// WaitPeriod, ExtensionPeriod or Alarm, while actions are held back.
    pub by: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePoint {
    pub at: Option<Timestamp>,
    pub value: Option<f64>,
    pub samples: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actions {
    pub is_enabled: bool,
    /// Those of the state it is in.
    pub of_state: Vec<String>,
    pub all: u64,
    pub muted_by: Vec<String>,
}

impl Explained {
    pub fn of(alarm: &Alarm, at: Timestamp) -> Self {
        let text = |member: &str| alarm.text(member).map(str::to_owned);
        Explained {
            name: alarm.name().to_owned(),
            alarm_type: alarm.alarm_type,
            state: Some(alarm.state().to_owned()),
            since: alarm.since(),
            reason: text("StateReason"),
            evaluation_state: text("EvaluationState"),
            at,
            watched: view::watched(alarm),
            verdict: None,
            rule: None,
            not_judged: None,
            service: Vec::new(),
            contributors: Vec::new(),
            actions: None,
            notes: Vec::new(),
        }
    }

    /// An earlier moment is explained: what is known of now alone is left out.
    pub fn forget_now(&mut self) {
        (self.since, self.reason, self.evaluation_state) = (None, None, None);
    }
}

/// The datapoints or results in StateReasonData.
pub fn points(data: Option<&str>) -> Vec<ServicePoint> {
    match data.and_then(ReasonData::read) {
        Some(ReasonData::Metric(data)) => {
            let point = |it: &opsctl_engine::evaluation::reason::EvaluatedDatapoint| ServicePoint {
                at: it.at,
                value: it.value,
                samples: it.samples,
            };
            data.evaluated.iter().map(point).collect()
        }
        Some(ReasonData::Log { results, .. }) => results
            .iter()
            .map(|result| ServicePoint { at: result.at, value: result.value, samples: None })
            .collect(),
        _ => Vec::new(),
    }
}

/// For formats of one record.
pub const COLUMNS: &[Column<Explained>] = &[
    Column::new("name", "Alarm", |it: &Explained| it.name.as_str().into()),
    Column::new("state", "State", |it: &Explained| it.state.as_deref().map_or(Cell::Empty, view::state)),
    Column::new("since", "Since", |it: &Explained| it.since.into()),
    Column::new("judged", "Judged here", |it: &Explained| {
        it.judged().map_or(Cell::Empty, |state| view::state(state.name()))
    }),
    Column::new("agrees", "Agrees", |it: &Explained| {
        it.agrees().map(|agrees| if agrees { "yes" } else { "no" }).into()
    }),
    Column::new("why", "Why", |it: &Explained| {
        it.verdict.as_ref().map(|verdict| verdict.why.as_str()).or(it.not_judged.as_deref()).into()
    }),
    Column::new("next", "Next", |it: &Explained| {
        let next = it.verdict.iter().flat_map(|verdict| &verdict.next).map(|next| next.told.as_str());
        let next = next.collect::<Vec<_>>().join("; ");
        (!next.is_empty()).then_some(next).into()
    }),
    Column::new("at", "At", |it: &Explained| it.at.into()).hidden(),
];

impl Explained {
    fn judged(&self) -> Option<StateValue> {
        let of_rule = || self.rule.as_ref().and_then(|rule| rule.state);
        self.verdict.as_ref().map(|verdict| verdict.state).or_else(of_rule)
    }

    fn agrees(&self) -> Option<bool> {
        let of_rule = || self.rule.as_ref().and_then(|rule| rule.agrees);
        self.verdict.as_ref().and_then(|verdict| verdict.agrees).or_else(of_rule)
    }
}
