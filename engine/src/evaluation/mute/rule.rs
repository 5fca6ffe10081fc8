//! A mute rule in the words of the API, its status, and everything that is wrong with one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::schedule::{Expression, Schedule as Windows, Window, duration};
use crate::document::Fault;
use crate::evaluation::Zone;

const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 1_024;
const MAX_TARGETS: usize = 100;

/// What PutAlarmMuteRule takes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MuteRule {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub rule: Rule,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mute_targets: Option<MuteTargets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_date: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Rule {
    pub schedule: Schedule,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Schedule {
    pub expression: String,
    pub duration: String,
    /// UTC when none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MuteTargets {
    pub alarm_names: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MuteStatus {
    Scheduled,
    Active,
    Expired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MuteType {
    OneTime,
    Recurring,
}

impl MuteStatus {
    pub fn name(self) -> &'static str {
        match self {
            MuteStatus::Scheduled => "SCHEDULED",
            MuteStatus::Active => "ACTIVE",
            MuteStatus::Expired => "EXPIRED",
        }
    }
}

impl Schedule {
    /// Its windows, or everything that is wrong with it.
    pub fn read(&self) -> Result<Windows, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut note = |field: &str, message: String| {
            faults.push(Fault { path: vec![field.to_owned()], message, is_of_name: false });
        };
        let expression = Expression::parse(&self.expression).map_err(|message| note("Expression", message));
        let duration = duration(&self.duration).map_err(|message| note("Duration", message));
        let zone = match &self.timezone {
            None => Ok(Zone::utc()),
            Some(name) => name.parse::<Zone>().map_err(|error| note("Timezone", error.to_string())),
        };
        match (expression, duration, zone) {
            (Ok(expression), Ok(duration), Ok(zone)) => {
                Ok(Windows { expression, duration, zone: zone.time_zone().clone() })
            }
            _ => Err(faults),
        }
    }
}

impl MuteRule {
    pub fn mute_type(&self) -> MuteType {
        let is_once = self.rule.schedule.expression.trim_start().starts_with("at(");
        if is_once { MuteType::OneTime } else { MuteType::Recurring }
    }

    pub fn alarm_names(&self) -> &[String] {
        self.mute_targets.as_ref().map_or(&[], |targets| &targets.alarm_names)
    }

    /// The window that a time is in, cut to the time from the start date to the expiry of the rule.
    pub fn window_at(&self, schedule: &Windows, time: Timestamp) -> Option<Window> {
        self.cut(schedule.window_at(time)?).filter(|window| window.contains(time))
    }

    /// The first window that begins at or after a time.
    pub fn next_window(&self, schedule: &Windows, time: Timestamp) -> Option<Window> {
        let from = self.start_date.map_or(time, |start| start.max(time));
        // A window that is already open on the start date begins on it.
        let open =
            self.start_date.filter(|start| *start >= time).and_then(|start| self.window_at(schedule, start));
        open.or_else(|| self.cut(schedule.windows_from(from).next()?))
    }

    fn cut(&self, window: Window) -> Option<Window> {
        let start = self.start_date.map_or(window.start, |start| start.max(window.start));
        let end = self.expire_date.map_or(window.end, |expire| expire.min(window.end));
        (start < end).then_some(Window { start, end })
    }

    pub fn status(&self, schedule: &Windows, now: Timestamp) -> MuteStatus {
        if self.window_at(schedule, now).is_some() {
            MuteStatus::Active
        } else if self.next_window(schedule, now).is_some() {
            MuteStatus::Scheduled
        } else {
            MuteStatus::Expired
        }
    }
}

/// Everything that is wrong with a rule that is to be put at `now`, each with its place.
pub fn check(rule: &MuteRule, now: Timestamp) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut note = |path: &[&str], message: String| {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        faults.push(Fault { path, message, is_of_name: false });
    };
    let length = |text: &str, from: usize, to: usize| {
        let count = text.chars().count();
        let message = format!("has {count} characters; {from} to {to} are allowed");
        (!(from..=to).contains(&count)).then_some(message)
    };
    length(&rule.name, 1, MAX_NAME).into_iter().for_each(|message| note(&["Name"], message));
    if let Some(description) = &rule.description {
        length(description, 0, MAX_DESCRIPTION)
            .into_iter()
            .for_each(|message| note(&["Description"], message));
    }
    let names = rule.alarm_names();
    if names.is_empty() || names.len() > MAX_TARGETS {
        let message = format!("has {} alarms; 1 to {MAX_TARGETS} are allowed in a rule", names.len());
        note(&["MuteTargets", "AlarmNames"], message);
    }
    for (position, name) in names.iter().enumerate() {
        let place = position.to_string();
        let place = ["MuteTargets", "AlarmNames", place.as_str()];
        length(name, 1, MAX_NAME).into_iter().for_each(|message| note(&place, message));
        if names.iter().take(position).any(|other| other == name) {
            note(&place, format!("`{name}` is given more than once"));
        }
    }
    if let Some(expire) = rule.expire_date {
        if expire <= now {
            note(&["ExpireDate"], format!("{expire} is in the past (now is {now:.0})"));
        }
        if rule.start_date.is_some_and(|start| expire <= start) {
            note(&["ExpireDate"], format!("{expire} is not after StartDate"));
        }
    }
    match rule.rule.schedule.read() {
        Err(more) => faults.extend(more.into_iter().map(|fault| {
            let path = ["Rule", "Schedule"].map(str::to_owned).into_iter().chain(fault.path).collect();
            Fault { path, ..fault }
        })),
        Ok(schedule) if faults.is_empty() && rule.status(&schedule, now) == MuteStatus::Expired => {
            let path = ["Rule", "Schedule", "Expression"].map(str::to_owned).to_vec();
            let message = "no window of the schedule is left: it would mute nothing".to_owned();
            faults.push(Fault { path, message, is_of_name: false });
        }
        Ok(_) => {}
    }
    faults
}
