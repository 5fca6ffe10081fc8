//! One alarm: what it is, as the request that made it says, and how it stands.

use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::{Rule, Suppression, name_of};
use opsctl_engine::evaluation::mute::Muting;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const INITIAL: &str = "Unchecked: Initial alarm creation";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Metric,
    Composite,
    Log,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    pub kind: Kind,
    pub name: String,
    pub arn: String,
    /// The members of its request but for name and tags, in the words of the wire.
    pub configuration: Map<String, Value>,
    pub created: Timestamp,
    pub configured: Timestamp,
    pub state: State,
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub memory: Memory,
}

/// What those who evaluate it and run its actions have to know the next time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The state before the one it has.
    pub previous: Option<State>,
    /// What mute rules hold back.
    pub muting: Muting,
    /// How its suppressor holds its actions back.
    pub suppression: Option<Suppression>,
    /// Its warm-up is over, whatever its configuration becomes.
    pub is_warm: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub value: StateValue,
    pub reason: String,
    /// JSON.
    pub reason_data: Option<String>,
    /// When anything of it was last said anew.
    pub updated: Timestamp,
    /// Since when it has this value.
    pub transitioned: Timestamp,
    /// Why its value need not be the whole truth.
    pub evaluation: Option<String>,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Metric => "MetricAlarm",
            Kind::Composite => "CompositeAlarm",
            Kind::Log => "LogAlarm",
        }
    }
}

impl Alarm {
    pub fn text(&self, member: &str) -> Option<&str> {
        self.configuration.get(member).and_then(Value::as_str)
    }

    pub fn has_actions(&self) -> bool {
        self.configuration.get("ActionsEnabled").and_then(Value::as_bool).unwrap_or(true)
    }

    /// Nobody has evaluated it yet.
    pub fn is_unchecked(&self) -> bool {
        self.state.reason == INITIAL
    }

    /// The rule of a composite.
    pub fn rule(&self) -> Option<Rule> {
        Rule::parse(self.text("AlarmRule")?).ok()
    }

    /// The name or the ARN of the alarm that suppresses its actions.
    pub fn suppressor(&self) -> Option<&str> {
        self.text("ActionsSuppressor").map(name_of)
    }

    /// The ARNs of what is to be done in a state.
    pub fn actions(&self, value: StateValue) -> Vec<String> {
        let member = match value {
            StateValue::Ok => "OKActions",
            StateValue::Alarm => "AlarmActions",
            StateValue::InsufficientData => "InsufficientDataActions",
        };
        let actions = self.configuration.get(member).and_then(Value::as_array);
        actions.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

impl State {
    pub fn first(now: Timestamp) -> Self {
        State {
            value: StateValue::InsufficientData,
            reason: INITIAL.to_owned(),
            reason_data: None,
            updated: now,
            transitioned: now,
            evaluation: None,
        }
    }
}
