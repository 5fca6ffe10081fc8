//! What S3 tells others of: for each object that comes to be, the events that `sandbox.toml` asks for. They are delivered
//! elsewhere.

mod event;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::{EVENTS, Notification};

use super::deliveries::{Deliveries, Delivery, Destination};
use super::identity::Identity;
use super::lambda::request_id;
use super::s3::store::arrival::{Arrival, Witness};
use event::{Circumstances, execution_name, notification, object_created};
use jiff::Timestamp;
use std::sync::Arc;

/// The one who looks on for these.
pub fn witness(
    notifications: Vec<Notification>,
    identity: &Identity,
    deliveries: Arc<Deliveries>,
) -> Witness {
    let identity = identity.clone();
    Box::new(move |arrival| {
        for notification in notifications.iter().filter(|notification| notification.is_about(arrival)) {
            tell(notification, arrival, &identity, &deliveries);
        }
    })
}

fn tell(to: &Notification, arrival: &Arrival<'_>, identity: &Identity, deliveries: &Deliveries) {
    let (bucket, key) = (arrival.bucket, arrival.key);
    let id = match request_id() {
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
