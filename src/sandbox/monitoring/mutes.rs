//! Mute rules, each in a file of its own. When their windows are is the engine's business.

use crate::sandbox::identity::Identity;
use crate::sandbox::shelf::Shelf;
use jiff::Timestamp;
use opsctl_engine::evaluation::mute::{MuteRule, MuteStatus, Schedule};
use opsctl_engine::manifest::partition;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::alarms::file;

pub struct Mutes {
    /// With which every ARN begins.
    arn: String,
    shelf: Shelf,
    all: Mutex<BTreeMap<String, Kept>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mute {
    pub rule: MuteRule,
    pub updated: Timestamp,
    pub tags: BTreeMap<String, String>,
}

struct Kept {
    mute: Mute,
    schedule: Schedule,
}

impl Mutes {
    pub fn open(folder: &Path, identity: &Identity) -> Self {
        let shelf = Shelf::new(folder.join("mutes"));
        let mut all = BTreeMap::new();
        for mute in shelf.all::<Mute>() {
            match mute.rule.rule.schedule.read() {
                Ok(schedule) => drop(all.insert(mute.rule.name.clone(), Kept { mute, schedule })),
                Err(faults) => tracing::warn!(?faults, "a mute rule cannot be read"),
            }
        }
        let Identity { region, account, .. } = identity;
        let arn = format!("arn:{}:cloudwatch:{region}:{account}:alarm-mute-rule:", partition(region));
        Mutes { arn, shelf, all: Mutex::new(all) }
    }

    pub fn arn(&self, name: &str) -> String {
        format!("{}{name}", self.arn)
    }

    /// The name in the ARN of a rule that could be here.
    pub fn named<'a>(&self, arn: &'a str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn)
    }

    pub fn count(&self) -> usize {
        self.all().len()
    }

    pub fn put(&self, mute: Mute, schedule: Schedule) {
        self.shelf.keep(&file(&mute.rule.name), &mute);
        self.all().insert(mute.rule.name.clone(), Kept { mute, schedule });
    }

    pub fn remove(&self, name: &str) -> bool {
        self.shelf.remove(&file(name));
        self.all().remove(name).is_some()
    }

    pub fn get(&self, name: &str, now: Timestamp) -> Option<(Mute, MuteStatus)> {
        self.all().get(name).map(|kept| (kept.mute.clone(), kept.status(now)))
    }

    /// All of them with their statuses, by name.
    pub fn list(&self, now: Timestamp) -> Vec<(Mute, MuteStatus)> {
        self.all().values().map(|kept| (kept.mute.clone(), kept.status(now))).collect()
    }

    pub fn change_tags<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut BTreeMap<String, String>) -> T,
    ) -> Option<T> {
        let mut all = self.all();
        let kept = all.get_mut(name)?;
        let changed = change(&mut kept.mute.tags);
        self.shelf.keep(&file(name), &kept.mute);
        Some(changed)
    }

    /// Whether a window covers an alarm.
    pub fn is_muted(&self, alarm: &str, now: Timestamp) -> bool {
        self.all().values().any(|kept| {
            kept.mute.rule.alarm_names().iter().any(|name| name == alarm)
                && kept.mute.rule.window_at(&kept.schedule, now).is_some()
        })
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn status(&self, now: Timestamp) -> MuteStatus {
        self.mute.rule.status(&self.schedule, now)
    }
}
