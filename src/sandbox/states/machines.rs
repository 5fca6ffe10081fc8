//! All machines of the account, and their revisions. Every change goes through here, so that it is kept on disk. What a
//! request may ask for is the service's business.

use super::machine::{Kind, Machine};
use super::revision::{Content, Revision};
use super::tags::Tags;
use crate::random::{NoRandomness, uuid};
use crate::sandbox::shelf::Shelf;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More than anybody rehearses with.
const MOST: usize = 10_000;

pub struct Machines {
    inner: Mutex<Inner>,
    machines: Shelf,
    revisions: Shelf,
}

#[derive(Default)]
struct Inner {
    /// Oldest first.
    list: Vec<Machine>,
    revisions: HashMap<String, Arc<Revision>>,
}

pub struct NewMachine {
    pub name: String,
    pub kind: Kind,
    pub content: Content,
    pub tags: Tags,
    /// Whether a version is published, and how it is described.
    pub publish: Option<Option<String>>,
}

/// A machine that was made, or was there just so.
#[derive(Debug, PartialEq, Eq)]
pub enum Created {
    Made {
        created: Timestamp,
        version: Option<u64>,
    },
    /// Another machine has the name.
    Taken,
    /// No machine more.
    Full,
}

/// A version that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Published {
    Version(u64),
    /// The machine has another revision by now.
    Moved(Option<String>),
    Full,
}

/// What an execution is started of.
#[derive(Clone)]
pub struct Target {
    pub machine: String,
    pub kind: Kind,
    pub revision: Arc<Revision>,
    pub version: Option<u64>,
    pub alias: Option<String>,
}

impl Machines {
    pub fn open(folder: &Path) -> Self {
        let machines = Shelf::new(folder.join("machines"));
        let revisions = Shelf::new(folder.join("revisions"));
        let known: Vec<Revision> = revisions.all();
        let known: HashMap<String, Arc<Revision>> =
            known.into_iter().map(|revision| (revision.key.clone(), Arc::new(revision))).collect();
        let mut list: Vec<Machine> = machines.all();
        list.retain(|machine| known.contains_key(&machine.revision));
        list.sort_by_key(|machine| machine.created);
        Machines { inner: Mutex::new(Inner { list, revisions: known }), machines, revisions }
    }

    pub fn create(&self, new: NewMachine, now: Timestamp) -> Result<Created, NoRandomness> {
        let (id, key) = (uuid()?, uuid()?);
        let mut inner = self.inner();
        let version = |machine: &mut Machine| match &new.publish {
            Some(description) => machine.publish(description.clone(), now).map(Some),
            None => Some(None),
        };
        if let Some(at) = inner.list.iter().position(|machine| machine.name == new.name) {
            let Inner { list, revisions } = &mut *inner;
            let Some(machine) = list.get_mut(at) else { return Ok(Created::Taken) };
            let is_same = revisions.get(&machine.revision).is_some_and(|revision| {
                // The role is not compared, as it is not in the service.
                let content = Content { role_arn: new.content.role_arn.clone(), ..revision.content.clone() };
                content == new.content && machine.kind == new.kind
            });
            if !is_same {
                return Ok(Created::Taken);
            }
            let Some(version) = version(machine) else { return Ok(Created::Full) };
            self.machines.keep(&machine.id, machine);
            return Ok(Created::Made { created: machine.created, version });
        }
        if inner.list.len() >= MOST {
            return Ok(Created::Full);
        }
        let revision = Revision::new(key.clone(), None, now, new.content);
        self.revisions.keep(&key, &revision);
        inner.revisions.insert(key.clone(), Arc::new(revision));
        let mut machine = Machine {
            id,
            name: new.name,
            kind: new.kind,
            created: now,
            revision: key,
            versions: Vec::new(),
            last_version: 0,
            aliases: Vec::new(),
            tags: new.tags,
        };
        let Some(version) = version(&mut machine) else { return Ok(Created::Full) };
        self.machines.keep(&machine.id, &machine);
        inner.list.push(machine);
        Ok(Created::Made { created: now, version })
    }

    /// Gives a machine new content; one that has it already keeps its revision, which is returned.
    pub fn update(
        &self,
        name: &str,
        change: impl FnOnce(&mut Content),
        now: Timestamp,
    ) -> Result<Option<Arc<Revision>>, NoRandomness> {
        let (key, id) = (uuid()?, uuid()?);
        let mut inner = self.inner();
        let Inner { list, revisions } = &mut *inner;
        let Some(machine) = list.iter_mut().find(|machine| machine.name == name) else { return Ok(None) };
        let Some(before) = revisions.get(&machine.revision).cloned() else { return Ok(None) };
        let mut content = before.content.clone();
        change(&mut content);
        if content == before.content {
            return Ok(Some(before));
        }
        let revision = Arc::new(Revision::new(key.clone(), Some(id), now, content));
        self.revisions.keep(&key, &*revision);
        revisions.insert(key.clone(), Arc::clone(&revision));
        machine.revision = key;
        self.machines.keep(&machine.id, machine);
        Ok(Some(revision))
    }

    /// Publishes the present revision of a machine, if it is the one that is meant.
    pub fn publish(
        &self,
        name: &str,
        meant: Option<&str>,
        description: Option<String>,
        now: Timestamp,
    ) -> Option<Published> {
        let mut inner = self.inner();
        let Inner { list, revisions } = &mut *inner;
        let machine = list.iter_mut().find(|machine| machine.name == name)?;
        let id = revisions.get(&machine.revision).and_then(|revision| revision.id.clone());
        // The service calls the revision of a machine that was never updated so.
        if meant.is_some_and(|meant| meant != id.as_deref().unwrap_or("INITIAL")) {
            return Some(Published::Moved(id));
        }
        let published = match machine.publish(description, now) {
            Some(number) => Published::Version(number),
            None => Published::Full,
        };
        self.machines.keep(&machine.id, machine);
        Some(published)
    }

    /// Looks at a machine.
    pub fn read<T>(&self, name: &str, look: impl FnOnce(&Machine) -> T) -> Option<T> {
        self.inner().list.iter().find(|machine| machine.name == name).map(look)
    }

    /// Changes a machine, but for its revision.
    pub fn change<T>(&self, name: &str, change: impl FnOnce(&mut Machine) -> T) -> Option<T> {
        let mut inner = self.inner();
        let machine = inner.list.iter_mut().find(|machine| machine.name == name)?;
        let result = change(machine);
        self.machines.keep(&machine.id, machine);
        Some(result)
    }

    /// Removes a machine; whether there was one.
    pub fn delete(&self, name: &str) -> bool {
        let mut inner = self.inner();
        let Some(at) = inner.list.iter().position(|machine| machine.name == name) else { return false };
        let machine = inner.list.remove(at);
        self.machines.remove(&machine.id);
        true
    }

    /// Oldest first.
    pub fn list<T>(&self, look: impl FnMut(&Machine) -> T) -> Vec<T> {
        self.inner().list.iter().map(look).collect()
    }

    pub fn revision(&self, key: &str) -> Option<Arc<Revision>> {
        self.inner().revisions.get(key).cloned()
    }

    /// A machine as it is now.
    pub fn target(&self, name: &str) -> Option<Target> {
        let inner = self.inner();
        let machine = inner.list.iter().find(|machine| machine.name == name)?;
        inner.target(machine, &machine.revision, None, None)
    }

    pub fn target_of_version(&self, name: &str, number: u64) -> Option<Target> {
        let inner = self.inner();
        let machine = inner.list.iter().find(|machine| machine.name == name)?;
        let version = machine.version(number)?;
        inner.target(machine, &version.revision, Some(number), None)
    }

    /// One of the versions that an alias leads to; `draw` is below 100.
    pub fn target_of_alias(&self, name: &str, alias: &str, draw: u32) -> Option<Target> {
        let inner = self.inner();
        let machine = inner.list.iter().find(|machine| machine.name == name)?;
        let number = machine.alias(alias)?.route(draw)?;
        let version = machine.version(number)?;
        inner.target(machine, &version.revision, Some(number), Some(alias.to_owned()))
    }

    /// Forgets revisions that no machine names, no version, and none of `others`.
    pub fn forget_revisions(&self, others: &HashSet<String>) {
        let mut inner = self.inner();
        let Inner { list, revisions } = &mut *inner;
        let named: HashSet<&String> = list
            .iter()
            .flat_map(|machine| {
                machine.versions.iter().map(|version| &version.revision).chain([&machine.revision])
            })
            .chain(others)
            .collect();
        revisions.retain(|key, _| {
            let is_named = named.contains(key);
            if !is_named {
                self.revisions.remove(key);
            }
            is_named
        });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn target(
        &self,
        machine: &Machine,
        revision: &str,
        version: Option<u64>,
        alias: Option<String>,
    ) -> Option<Target> {
        let revision = self.revisions.get(revision).cloned()?;
        Some(Target { machine: machine.name.clone(), kind: machine.kind, revision, version, alias })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn content(comment: &str, role: &str) -> Content {
        Content {
            definition: json!({"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
                .to_string(),
            role_arn: role.to_owned(),
            logging: json!({}),
            is_traced: false,
            encryption: json!({}),
        }
    }

    fn new(content: Content, publish: bool) -> NewMachine {
        let publish = publish.then_some(None);
        NewMachine { name: "m".into(), kind: Kind::Standard, content, tags: Tags::default(), publish }
    }

    #[test]
    fn machines_are_made_once_updated_and_found_again_on_disk() {
        let folder =
            std::env::temp_dir().join(format!("opsctl-machines-{}", crate::random::hex(16).unwrap()));
        let now = Timestamp::from_second(1).unwrap();
        let machines = Machines::open(&folder);
        let made = |version| Ok(Created::Made { created: now, version });
        assert_eq!(machines.create(new(content("a", "r"), false), now), made(None));
        // The role is not compared; a version is published of what is there.
        assert_eq!(machines.create(new(content("a", "other"), true), Timestamp::now()), made(Some(1)));
        assert_eq!(machines.create(new(content("b", "r"), false), now), Ok(Created::Taken));

        let update = |to: Content| machines.update("m", |content| *content = to, now).unwrap().unwrap();
        assert_eq!(update(content("a", "r")).id, None);
        let second = update(content("b", "r"));
        assert!(second.id.is_some());
        assert_eq!(update(content("b", "r")).id, second.id);
        assert_eq!(machines.publish("m", Some("x"), None, now), Some(Published::Moved(second.id.clone())));
        assert_eq!(machines.publish("m", second.id.as_deref(), None, now), Some(Published::Version(2)));
        assert!(machines.update("n", |_| {}, now).unwrap().is_none());

        let again = Machines::open(&folder);
        assert_eq!(again.target("m").unwrap().revision.id, second.id);
        let first = again.target_of_version("m", 1).unwrap();
        assert_eq!(first.revision.content, content("a", "r"));
        assert!(first.revision.machine(Kind::Standard.into()).is_some());
        let revisions = || std::fs::read_dir(folder.join("revisions")).unwrap().count();
        let kept = update(content("c", "r")).key.clone();
        update(content("d", "r"));
        assert_eq!(revisions(), 4);
        // The first two have versions; an execution of the third is left, the fourth is the machine's.
        let again = Machines::open(&folder);
        again.forget_revisions(&HashSet::from([kept.clone()]));
        assert_eq!(revisions(), 4);
        again.forget_revisions(&HashSet::new());
        assert_eq!(revisions(), 3);
        assert!(again.revision(&kept).is_none() && again.target_of_version("m", 1).is_some());
        assert!(again.delete("m") && !again.delete("m"));
        assert!(Machines::open(&folder).target("m").is_none());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
