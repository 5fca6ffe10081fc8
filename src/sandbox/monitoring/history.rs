//! What alarms went through: changes of what they are, of their states, and actions that were run or could not be. It is
//! kept for 30 days, also of alarms that are gone.

use super::alarms::Kind;
use super::lines::Lines;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// More than anybody rehearses with; the oldest makes room.
const MOST: usize = 50_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub alarm: String,
    pub kind: Kind,
    pub at: Timestamp,
    pub what: What,
    pub summary: String,
    /// JSON.
    pub data: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contributor: Option<Contributor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    ConfigurationUpdate,
    StateUpdate,
    Action,
    AlarmContributorStateUpdate,
    AlarmContributorAction,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contributor {
    pub id: String,
    pub attributes: BTreeMap<String, String>,
}

pub struct History {
    kept: Mutex<Kept>,
}

struct Kept {
    /// In the order they came in.
    items: VecDeque<Item>,
    lines: Lines,
}

impl History {
    pub fn open(folder: &Path) -> Self {
        let mut items = VecDeque::new();
        let lines = Lines::open(folder.join("history.jsonl"), |item| items.push_back(item));
        History { kept: Mutex::new(Kept { items, lines }) }
    }

    pub fn add(&self, item: Item) {
        let mut kept = self.kept();
        kept.lines.add(std::slice::from_ref(&item));
        let oldest = item.at.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        kept.items.push_back(item);
        while kept.items.len() > MOST || kept.items.front().is_some_and(|first| first.at < oldest) {
            kept.items.pop_front();
        }
        if kept.lines.are_old(kept.items.len()) {
            let Kept { items, lines } = &mut *kept;
            lines.replace(items.iter());
        }
    }

    /// Those that are wanted, newest first.
    pub fn list(&self, is_wanted: impl Fn(&Item) -> bool) -> Vec<Item> {
        let kept = self.kept();
        let mut items: Vec<Item> = kept.items.iter().filter(|item| is_wanted(item)).cloned().collect();
        // The clock may have been set back.
        items.sort_by_key(|item| item.at);
        items.reverse();
        items
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::ConfigurationUpdate => "ConfigurationUpdate",
            What::StateUpdate => "StateUpdate",
            What::Action => "Action",
            What::AlarmContributorStateUpdate => "AlarmContributorStateUpdate",
            What::AlarmContributorAction => "AlarmContributorAction",
        }
    }
}
