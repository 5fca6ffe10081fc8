//! What S3 tells others of: for each object that comes to be, the events that `sandbox.toml` asks for. They are delivered
//! elsewhere.

mod event;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::{EVENTS, Notification};

use super::deliveries::{Deliveries, Delivery, Destination};
use super::identity::Identity;
use super::s3::store::arrival::{Arrival, Witness};
use crate::random;
use event::{Circumstances, execution_name, notification, object_created};
use jiff::Timestamp;
use std::sync::{Arc, PoisonError, RwLock};

pub struct Notifications {
    list: RwLock<Vec<Notification>>,
    identity: Identity,
    deliveries: Arc<Deliveries>,
}

impl Notifications {
    pub fn new(list: Vec<Notification>, identity: &Identity, deliveries: Arc<Deliveries>) -> Self {
        Notifications { list: RwLock::new(list), identity: identity.clone(), deliveries }
    }

    /// False: it was there.
    pub fn add(&self, notification: Notification) -> bool {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = !list.contains(&notification);
        if is_new {
            list.push(notification);
        }
        is_new
    }

    /// The one who looks on when objects come to be.
    pub fn witness(self: &Arc<Self>) -> Witness {
        let notifications = Arc::clone(self);
        Box::new(move |arrival| notifications.tell(arrival))
    }

    fn tell(&self, arrival: &Arrival<'_>) {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        for notification in list.iter().filter(|notification| notification.is_about(arrival)) {
            tell(notification, arrival, &self.identity, &self.deliveries);
        }
    }
}

fn tell(to: &Notification, arrival: &Arrival<'_>, identity: &Identity, deliveries: &Deliveries) {
    let (bucket, key) = (arrival.bucket, arrival.key);
    let id = match random::uuid() {
        Ok(id) => id,
        Err(error) => {
            tracing::warn!(%error, bucket, key, "nobody is told of an object");
            return;
        }
    };
    let now = Timestamp::now();
    let around = Circumstances { identity, now, id: &id };
    let (id, event) = match to.to {
        Destination::Function(_) => (id.clone(), notification(arrival, &around)),
        Destination::Machine(_) => (execution_name(arrival), object_created(arrival, &around)),
    };
    let delivery = Delivery { id, to: to.to.clone(), event: event.to_string(), taken: now.as_millisecond() };
    if deliveries.take(delivery).is_err() {
        tracing::warn!(bucket, key, "nobody is told of an object: too many events are on their way");
    }
}
