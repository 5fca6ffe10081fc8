//! Lambda: the functions of `sandbox.toml`, and the one place where they are invoked for everybody: for the API, for
//! tasks of executions and jobs, for notifications. Knows none of those.

mod environment;
mod invoked;
mod runtime;
mod settings;

pub use invoked::{Invoked, Refused};
pub use settings::{FunctionSettings, MEMORY_MB, Protocol};

use super::client::Connection;
use super::identity::Identity;
use super::monitoring::Own;
use crate::functions::{self, Place};
use crate::random::{self, NoRandomness};
use bytes::Bytes;
use jiff::Timestamp;
use opsctl_engine::batch::arn;
use opsctl_engine::manifest::partition;
use runtime::{Instance, Invocation, Warm};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, oneshot};
use tokio::task::JoinSet;

/// Invocations of one function at a time, where nothing is said of it; further ones wait.
const PLACES: usize = 32;
/// And of all such functions together, for each processor of this machine.
const PER_PROCESSOR: usize = 4;
/// Nobody waits longer for one of those: a function may hold one and wait for another function itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// An instance that has answered asks for its next event within this time, or counts as one that works.
const MOMENT: Duration = Duration::from_secs(1);
/// Lambda takes no larger events, but for those that nobody waits for.
pub const EVENT_LIMIT: usize = 6 << 20;

pub struct Functions {
    list: RwLock<Vec<Arc<Deployed>>>,
    place: Place,
    connection: Connection,
    folder: String,
    account: String,
    region: String,
    /// What is published of each invocation.
    own: Own,
    /// Of all functions together of which nothing is said.
    places: Arc<Semaphore>,
    /// Those under way: they go on when whoever asked for them leaves.
    under_way: Mutex<JoinSet<()>>,
}

/// A function with what it takes to run it.
pub struct Deployed {
    pub settings: FunctionSettings,
    pub arn: String,
    place: Place,
    places: Arc<Semaphore>,
    /// Invocations that are answered and have their places still.
    finishing: AtomicUsize,
    warm: Arc<Warm>,
}

/// A place of the function's own, and perhaps one of those that all functions share.
type Held = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

/// Leave to run a function now.
pub struct Turn {
    deployed: Arc<Deployed>,
    place: Held,
}

/// One more of those that are finishing, as long as it lives.
struct Finishing(Arc<Deployed>);

impl Functions {
    /// `connection` is how functions reach the sandbox, whose folder is `folder`.
    pub fn new(place: &Place, identity: &Identity, connection: Connection, folder: &Path, own: Own) -> Self {
        Functions {
            list: RwLock::default(),
            place: place.clone(),
            connection,
            folder: folder.to_string_lossy().into_owned(),
            account: identity.account.clone(),
            region: identity.region.clone(),
            own,
            places: Arc::new(Semaphore::new(processors() * PER_PROCESSOR)),
            under_way: Mutex::default(),
        }
    }

    /// Deploys functions. One that there was is what is said now from its next invocation on; what runs of it ends as it
    /// began.
    pub fn deploy(&self, settings: &[FunctionSettings]) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        for settings in settings {
            let mut settings = settings.clone();
            environment::complete(&mut settings, &self.connection, &self.folder);
            let name = &settings.function.name;
            let place = list.iter().position(|other| other.settings.function.name == *name);
            let deployed = Arc::new(Deployed {
                arn: self.arn(name),
                place: self.place.clone(),
                places: Arc::new(Semaphore::new(
                    settings.concurrency.and_then(|count| count.try_into().ok()).unwrap_or(PLACES),
                )),
                finishing: AtomicUsize::new(0),
                warm: Arc::default(),
                settings,
            });
            match place.and_then(|place| list.get_mut(place)) {
                Some(other) => std::mem::replace(other, deployed).warm.clear(),
                None => list.push(deployed),
            }
        }
    }

    /// The function of this name or ARN. It is the same under every version and alias.
    pub fn find(&self, name: &str) -> Result<Arc<Deployed>, Refused> {
        let named = arn::Function::parse(name);
        let is_here = |named: &arn::Function<'_>| {
            named.region.is_none_or(|region| region == self.region)
                && named.account.is_none_or(|account| account == self.account)
        };
        let found = named.filter(is_here).and_then(|named| {
            self.list().iter().find(|deployed| deployed.settings.function.name == named.name).cloned()
        });
        found.ok_or_else(|| Refused::Unknown(self.arn(name)))
    }

    /// In the order they were deployed in.
    pub fn all(&self) -> Vec<Arc<Deployed>> {
        self.list().clone()
    }

    fn list(&self) -> RwLockReadGuard<'_, Vec<Arc<Deployed>>> {
        self.list.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a function and waits for what comes of it. It goes on when nobody waits any longer.
    pub async fn invoke(&self, name: &str, event: Bytes) -> Result<Invoked, Refused> {
        self.invoke_with(name, event, None).await
    }

    /// The same with a context of the caller's own: JSON in one line.
    pub async fn invoke_with(
        &self,
        name: &str,
        event: Bytes,
        client_context: Option<String>,
    ) -> Result<Invoked, Refused> {
        let turn = self.turn(name, event.len()).await?;
        self.invoke_at(turn, event, client_context).await
    }

    /// Waits until a function can be invoked with an event of this size.
    pub async fn turn(&self, name: &str, size: usize) -> Result<Turn, Refused> {
        let deployed = self.find(name)?;
        if size > EVENT_LIMIT {
            let kind = "RequestResponse";
            return Err(Refused::TooLarge { size, kind, limit: EVENT_LIMIT });
        }
        let place = match deployed.settings.concurrency {
            Some(_) => (deployed.take_place().await?, None),
            None => self.wait_for_place(&deployed).await?,
        };
        Ok(Turn { deployed, place })
    }

    pub async fn invoke_at(
        &self,
        turn: Turn,
        event: Bytes,
        client_context: Option<String>,
    ) -> Result<Invoked, Refused> {
        let invocation = invocation(random::uuid()?, event, client_context)?;
        self.run(turn, invocation).await
    }

    /// For an event that nobody waits for: it takes its turn, whatever the limits of the function are.
    pub async fn invoke_in_turn(&self, name: &str, event: Bytes, id: &str) -> Result<Invoked, Refused> {
        let deployed = self.find(name)?;
        let place = self.wait_for_place(&deployed).await?;
        let invocation = invocation(id.to_owned(), event, None)?;
        self.run(Turn { deployed, place }, invocation).await
    }

    /// One of the function's own places, and, where nothing is said of those, one of all.
    async fn wait_for_place(&self, deployed: &Deployed) -> Result<Held, Refused> {
        let own = deployed.wait_for_place().await?;
        if deployed.settings.concurrency.is_some() {
            return Ok((own, None));
        }
        let shared = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(PATIENCE, shared).await {
            Ok(Err(_)) => Err(ending()),
            Ok(Ok(shared)) => Ok((own, Some(shared))),
            Err(_) => Ok((own, None)),
        }
    }

    async fn run(&self, turn: Turn, invocation: Invocation) -> Result<Invoked, Refused> {
        let (hand_in, answer) = oneshot::channel();
        let Turn { deployed, place } = turn;
        let own = self.own.clone();
        self.spawn(async move {
            let (invoked, instance) = deployed.run(invocation).await;
            let Invoked { request_id, error, log, took, .. } = &invoked;
            let function = &deployed.settings.function.name;
            own.function_ran(function, error.is_some(), *took);
            tracing::debug!(function, request_id, error, log, "a function was run");
            // The place is taken until the instance is ready for the next.
            let finishing = Finishing::new(&deployed);
            // Nobody may be there to take it.
            let _ = hand_in.send(invoked);
            if let Some((mut instance, left)) = instance
                && instance.is_ready(left).await
            {
                deployed.warm.keep(instance);
            }
            drop(place);
            drop(finishing);
        });
        answer.await.map_err(|_| ending())
    }

    /// Ends what runs and what is kept.
    pub async fn shutdown(&self) {
        let all = self.all();
        self.places.close();
        all.iter().for_each(|deployed| deployed.places.close());
        let mut under_way = std::mem::take(&mut *self.under_way());
        under_way.shutdown().await;
        all.iter().for_each(|deployed| deployed.warm.clear());
    }

    fn spawn(&self, invocation: impl Future<Output = ()> + Send + 'static) {
        let mut under_way = self.under_way();
        while under_way.try_join_next().is_some() {}
        under_way.spawn(invocation);
    }

    fn under_way(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How Lambda calls a function, whether there is one or not.
    pub fn arn(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let (region, account) = (&self.region, &self.account);
        format!("arn:{}:lambda:{region}:{account}:function:{name}", partition(region))
    }
}

impl Deployed {
    /// One of the places there are at a time, if there is one now: that of an invocation which is answered will be
    /// there in a moment.
    async fn take_place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        let is_finishing = self.is_finishing();
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => Ok(place),
            Err(TryAcquireError::Closed) => Err(ending()),
            Err(TryAcquireError::NoPermits) if is_finishing => {
                let place = tokio::time::timeout(MOMENT, self.wait_for_place()).await;
                place.unwrap_or(Err(Refused::Throttled))
            }
            Err(TryAcquireError::NoPermits) => Err(Refused::Throttled),
        }
    }

    fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::SeqCst) > 0
    }

    async fn wait_for_place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        Arc::clone(&self.places).acquire_owned().await.map_err(|_| ending())
    }

    async fn run(&self, invocation: Invocation) -> (Invoked, Option<(Instance, Duration)>) {
        if self.settings.protocol == Protocol::RuntimeApi {
            return runtime::run(self, invocation).await;
        }
        let began = Instant::now();
        let mut function = self.settings.function.clone();
        let Invocation { request_id, trace_id, event, .. } = invocation;
        function.environment.insert("AWS_REQUEST_ID".into(), request_id.clone());
        function.environment.insert("_X_AMZN_TRACE_ID".into(), trace_id);
        let finished = functions::run(&self.place, &function, event.into()).await;
        (Invoked::of_command(finished, &request_id, began.elapsed()), None)
    }
}

impl Finishing {
    fn new(deployed: &Arc<Deployed>) -> Self {
        deployed.finishing.fetch_add(1, Ordering::SeqCst);
        Finishing(Arc::clone(deployed))
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        self.0.finishing.fetch_sub(1, Ordering::SeqCst);
        self.0.warm.notify();
    }
}

/// Asked once: the system answers from many files.
fn processors() -> usize {
    static PROCESSORS: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *PROCESSORS
}

fn ending() -> Refused {
    Refused::Internal("the sandbox ends".into())
}

fn invocation(
    request_id: String,
    event: Bytes,
    client_context: Option<String>,
) -> Result<Invocation, NoRandomness> {
    let now = Timestamp::now();
    Ok(Invocation {
        request_id,
        event,
        client_context,
        trace_id: format!("Root=1-{:08x}-{};Sampled=0", now.as_second(), random::hex(24)?),
        deadline: now,
    })
}

#[cfg(test)]
mod tests;
