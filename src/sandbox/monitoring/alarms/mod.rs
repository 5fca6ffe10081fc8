//! All alarms of the account, each in a file of its own. Every change of one goes through here, so that it is written
//! down.

mod alarm;

pub use alarm::{Alarm, Kind, Memory, State};

use crate::sandbox::identity::Identity;
use crate::sandbox::shelf::Shelf;
use opsctl_engine::hex::hex;
use opsctl_engine::manifest::partition;
use ring::digest;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Alarms {
    /// With which every ARN begins.
    arn: String,
    shelf: Shelf,
    all: Mutex<BTreeMap<String, Alarm>>,
}

impl Alarms {
    pub fn open(folder: &Path, identity: &Identity) -> Self {
        let shelf = Shelf::new(folder.join("alarms"));
        let all = shelf.all().into_iter().map(|alarm: Alarm| (alarm.name.clone(), alarm)).collect();
        let Identity { region, account, .. } = identity;
        let arn = format!("arn:{}:cloudwatch:{region}:{account}:alarm:", partition(region));
        Alarms { arn, shelf, all: Mutex::new(all) }
    }

    pub fn arn(&self, name: &str) -> String {
        format!("{}{name}", self.arn)
    }

    /// The name in an ARN, or the name itself.
    pub fn name<'a>(&self, name_or_arn: &'a str) -> &'a str {
        name_or_arn.strip_prefix(&self.arn).unwrap_or(name_or_arn)
    }

    /// The name in the ARN of an alarm that could be here.
    pub fn named<'a>(&self, arn: &'a str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn)
    }

    pub fn get(&self, name: &str) -> Option<Alarm> {
        self.all().get(name).cloned()
    }

    /// Looks at all of them, by name.
    pub fn look<T>(&self, look: impl FnOnce(&BTreeMap<String, Alarm>) -> T) -> T {
        look(&self.all())
    }

    /// Puts an alarm in the place of the one of its name.
    pub fn put(&self, alarm: Alarm) {
        self.shelf.keep(&file(&alarm.name), &alarm);
        self.all().insert(alarm.name.clone(), alarm);
    }

    /// Changes an alarm; gives it as it was and as it is.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Alarm)) -> Option<(Alarm, Alarm)> {
        let mut all = self.all();
        let alarm = all.get_mut(name)?;
        let before = alarm.clone();
        change(alarm);
        if *alarm != before {
            self.shelf.keep(&file(name), alarm);
        }
        Some((before, alarm.clone()))
    }

    pub fn remove(&self, name: &str) -> Option<Alarm> {
        let removed = self.all().remove(name);
        self.shelf.remove(&file(name));
        removed
    }

    /// The names of the composites in whose rules an alarm is.
    pub fn parents(&self, name: &str) -> Vec<String> {
        let all = self.all();
        let parents = all.values().filter(|alarm| self.children(alarm).iter().any(|child| child == name));
        parents.map(|alarm| alarm.name.clone()).collect()
    }

    /// The names in the rule of a composite.
    pub fn children(&self, alarm: &Alarm) -> Vec<String> {
        let rule = alarm.rule();
        let children = rule.as_ref().map(|rule| rule.children()).unwrap_or_default();
        children.into_iter().map(str::to_owned).collect()
    }

    /// The names of the composites whose actions an alarm suppresses.
    pub fn suppressed_by(&self, name: &str) -> Vec<String> {
        let all = self.all();
        let suppressed = all.values().filter(|alarm| alarm.suppressor() == Some(name));
        suppressed.map(|alarm| alarm.name.clone()).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Alarm>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name may have every letter there is; that of a file may not.
pub(super) fn file(name: &str) -> String {
    let hash = digest::digest(&digest::SHA256, name.as_bytes());
    hex(hash.as_ref())
}
