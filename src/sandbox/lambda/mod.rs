//! Lambda: the functions of `sandbox.toml`, and the one place where they are invoked for everybody: for the API, for
//! tasks of executions and jobs, for notifications. Knows none of those.

mod environment;
mod invoked;
mod settings;

pub use invoked::{Invoked, Refused};
pub use settings::{FunctionSettings, MEMORY_MB};

use super::client::Connection;
use super::identity::Identity;
use crate::functions::{self, Place};
use crate::random;
use bytes::Bytes;
use opsctl_engine::batch::arn;
use opsctl_engine::manifest::partition;
use opsctl_engine::uuid::Uuid;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, oneshot};
use tokio::task::JoinSet;

/// Invocations of one function at a time, where nothing is said of it; further ones wait.
const PLACES: usize = 32;
/// Lambda takes no larger events, but for those that nobody waits for.
pub const EVENT_LIMIT: usize = 6 << 20;

pub struct Functions {
    list: Vec<Arc<Deployed>>,
    account: String,
    region: String,
    /// Those under way: they go on when whoever asked for them leaves.
    under_way: Mutex<JoinSet<()>>,
}

/// A function with what it takes to run it.
pub struct Deployed {
    pub settings: FunctionSettings,
    pub arn: String,
    place: Place,
    places: Arc<Semaphore>,
}

impl Functions {
    /// `connection` is how functions reach the sandbox.
    pub fn new(
        settings: &[FunctionSettings],
        place: &Place,
        identity: &Identity,
        connection: &Connection,
    ) -> Self {
        let Identity { account, region, .. } = identity;
        let deploy = |settings: &FunctionSettings| {
            let name = &settings.function.name;
            let mut settings = settings.clone();
            environment::complete(&mut settings, connection);
            Arc::new(Deployed {
                arn: format!("arn:{}:lambda:{region}:{account}:function:{name}", partition(region)),
                place: place.clone(),
                places: Arc::new(Semaphore::new(
                    settings.concurrency.and_then(|count| count.try_into().ok()).unwrap_or(PLACES),
                )),
                settings,
            })
        };
        Functions {
            list: settings.iter().map(deploy).collect(),
            account: account.clone(),
            region: region.clone(),
            under_way: Mutex::default(),
        }
    }

    /// The function of this name or ARN. It is the same under every version and alias.
    pub fn find(&self, name: &str) -> Result<&Arc<Deployed>, Refused> {
        let named = arn::Function::parse(name);
        let is_here = |named: &arn::Function<'_>| {
            named.region.is_none_or(|region| region == self.region)
                && named.account.is_none_or(|account| account == self.account)
        };
        let found = named.filter(is_here).and_then(|named| {
            self.list.iter().find(|deployed| deployed.settings.function.name == named.name)
        });
        found.ok_or_else(|| Refused::Unknown(self.missing(name)))
    }

    /// Runs a function and waits for what comes of it. It goes on when nobody waits any longer.
    pub async fn invoke(&self, name: &str, event: Bytes) -> Result<Invoked, Refused> {
        let deployed = self.find(name)?;
        if event.len() > EVENT_LIMIT {
            let kind = "RequestResponse";
            return Err(Refused::TooLarge { size: event.len(), kind, limit: EVENT_LIMIT });
        }
        let request_id = Uuid::from_random(random::bytes()?).to_string();
        let place = deployed.take_place().await?;
        let (hand_in, answer) = oneshot::channel();
        let deployed = Arc::clone(deployed);
        self.spawn(async move {
            let invoked = deployed.run(event, request_id).await;
            drop(place);
            // Nobody may be there to take it.
            let _ = hand_in.send(invoked);
        });
        answer.await.map_err(|_| Refused::Internal("the sandbox ends".into()))
    }

    /// Ends what runs.
    pub async fn shutdown(&self) {
        let mut under_way = std::mem::take(&mut *self.under_way());
        under_way.shutdown().await;
    }

    fn spawn(&self, invocation: impl Future<Output = ()> + Send + 'static) {
        let mut under_way = self.under_way();
        while under_way.try_join_next().is_some() {}
        under_way.spawn(invocation);
    }

    fn under_way(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How Lambda calls what it does not have.
    fn missing(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let (region, account) = (&self.region, &self.account);
        format!("arn:{}:lambda:{region}:{account}:function:{name}", partition(region))
    }
}

impl Deployed {
    /// One of the places there are at a time. With a limit of the function's own nobody waits for it.
    async fn take_place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        let places = Arc::clone(&self.places);
        if self.settings.concurrency.is_some() {
            return places.try_acquire_owned().map_err(|error| match error {
                TryAcquireError::NoPermits => Refused::Throttled,
                TryAcquireError::Closed => Refused::Internal("the sandbox ends".into()),
            });
        }
        places.acquire_owned().await.map_err(|error| Refused::Internal(error.to_string()))
    }

    async fn run(&self, event: Bytes, request_id: String) -> Invoked {
        let mut function = self.settings.function.clone();
        function.environment.insert("AWS_REQUEST_ID".into(), request_id.clone());
        let finished = functions::run(&self.place, &function, event.into()).await;
        Invoked::of_command(finished, &request_id)
    }
}

#[cfg(test)]
mod tests;
