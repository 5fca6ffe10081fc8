//! Activities: their names on disk, and the work that waits for their workers in memory. Who waits longest is served
//! first, work and workers alike.

use super::tags::Tags;
use crate::sandbox::shelf::Shelf;
use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

const FILE: &str = "activities";
/// So much work waits before it is looked at whether it is still wanted.
const FEW: usize = 100;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activity {
    pub name: String,
    pub created: Timestamp,
    /// As the wire has it.
    pub encryption: serde_json::Value,
    pub tags: Tags,
}

/// Work for a worker.
#[derive(Debug, Clone)]
pub struct Offer {
    pub token: Arc<str>,
    pub input: Payload,
}

pub struct Activities {
    inner: Mutex<Inner>,
    shelf: Shelf,
}

#[derive(Default)]
struct Inner {
    /// Oldest first.
    list: Vec<Activity>,
    queues: HashMap<String, Arc<Queue>>,
}

#[derive(Default)]
struct Queue {
    offers: Mutex<Offers>,
    more: Notify,
}

#[derive(Default)]
struct Offers {
    /// The longest waiting first.
    list: VecDeque<Offer>,
    /// So many, and those that nobody waits for any longer go.
    limit: usize,
}

impl Activities {
    pub fn open(folder: &Path) -> Self {
        let shelf = Shelf::new(folder.join("activities"));
        let mut lists: Vec<Vec<Activity>> = shelf.all();
        let list = lists.pop().unwrap_or_default();
        Activities { inner: Mutex::new(Inner { list, queues: HashMap::new() }), shelf }
    }

    /// The activity of this name, made if need be.
    pub fn create(&self, activity: Activity) -> Activity {
        let mut inner = self.inner();
        if let Some(known) = inner.list.iter().find(|known| known.name == activity.name) {
            return known.clone();
        }
        inner.list.push(activity.clone());
        self.shelf.keep(FILE, &inner.list);
        activity
    }

    pub fn delete(&self, name: &str) {
        let mut inner = self.inner();
        inner.list.retain(|activity| activity.name != name);
        inner.queues.remove(name);
        self.shelf.keep(FILE, &inner.list);
    }

    pub fn get(&self, name: &str) -> Option<Activity> {
        self.inner().list.iter().find(|activity| activity.name == name).cloned()
    }

    /// Changes an activity.
    pub fn change<T>(&self, name: &str, change: impl FnOnce(&mut Activity) -> T) -> Option<T> {
        let mut inner = self.inner();
        let result = change(inner.list.iter_mut().find(|activity| activity.name == name)?);
        self.shelf.keep(FILE, &inner.list);
        Some(result)
    }

    /// Oldest first.
    pub fn list(&self) -> Vec<Activity> {
        self.inner().list.clone()
    }

    /// Puts work up; `false` where there is no such activity. Work for which `is_open` does not hold goes.
    pub fn offer(&self, name: &str, offer: Offer, is_open: impl Fn(&Offer) -> bool) -> bool {
        let Some(queue) = self.queue(name) else { return false };
        let mut offers = queue.offers();
        // Looked at when there is twice as much as was open last, so that a long queue costs nothing more.
        if offers.list.len() >= offers.limit {
            offers.list.retain(is_open);
            offers.limit = FEW.max(2 * offers.list.len());
        }
        offers.list.push_back(offer);
        drop(offers);
        queue.more.notify_one();
        true
    }

    /// The next work for which `is_open` holds, as soon as there is any; nothing where there is no such activity.
    pub async fn take(&self, name: &str, is_open: impl Fn(&Offer) -> bool) -> Option<Offer> {
        let queue = self.queue(name)?;
        loop {
            // Asked for before looking, so that nothing is missed in between.
            let more = queue.more.notified();
            let found = {
                let mut offers = queue.offers();
                std::iter::from_fn(|| offers.list.pop_front()).find(&is_open)
            };
            if found.is_some() {
                // One notice may stand for several offers.
                queue.more.notify_one();
                return found;
            }
            more.await;
        }
    }

    fn queue(&self, name: &str) -> Option<Arc<Queue>> {
        let mut inner = self.inner();
        inner.list.iter().any(|activity| activity.name == name).then(|| {
            let queue = inner.queues.entry(name.to_owned()).or_default();
            Arc::clone(queue)
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn offers(&self) -> MutexGuard<'_, Offers> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(token: &str) -> Offer {
        Offer { token: token.into(), input: Payload::empty() }
    }

    #[tokio::test]
    async fn work_is_given_out_once_in_its_order_and_waited_for() {
        let folder =
            std::env::temp_dir().join(format!("opsctl-activities-{}", crate::random::hex(16).unwrap()));
        let activities = Activities::open(&folder);
        let activity = Activity {
            name: "a".into(),
            created: Timestamp::UNIX_EPOCH,
            encryption: serde_json::json!({}),
            tags: Tags::default(),
        };
        let is_open = |offer: &Offer| &*offer.token != "gone";
        assert!(!activities.offer("a", offer("1"), is_open));
        activities.create(activity.clone());
        activities.create(activity);
        for token in ["gone", "1", "2"] {
            assert!(activities.offer("a", offer(token), is_open));
        }
        let mut taken = Vec::new();
        for _ in 0..2 {
            taken.push(activities.take("a", is_open).await.unwrap().token.to_string());
        }
        assert_eq!(taken, ["1", "2"]);
        let waits = async { activities.take("a", is_open).await.unwrap().token.to_string() };
        let (late, _) = tokio::join!(waits, async { activities.offer("a", offer("3"), is_open) });
        assert_eq!(late, "3");
        for _ in 0..5 * FEW {
            activities.offer("a", offer("gone"), is_open);
        }
        assert!(activities.queue("a").unwrap().offers().list.len() <= FEW);
        assert!(activities.take("b", is_open).await.is_none());

        assert_eq!(Activities::open(&folder).list().len(), 1);
        activities.delete("a");
        assert!(Activities::open(&folder).list().is_empty());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
