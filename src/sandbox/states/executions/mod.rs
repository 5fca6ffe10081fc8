//! All executions of the account: those that run, each moved by a task of its own, and those that are over, which are on
//! disk. What may be asked of them is the service's business.

mod driver;
mod errands;
mod head;
mod journal;
mod replay;
mod run;

pub use head::{Data, Ended, Head};
pub use replay::Open;
pub use run::Run;

use super::Target;
use super::machines::uuid;
use crate::random::{self, NoRandomness};
use crate::sandbox::account::Account;
use errands::Errands;
use jiff::{SignedDuration, Timestamp};
use journal::{Journal, Story};
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::Status;
use opsctl_engine::asl::execution::What;
use opsctl_engine::asl::history::{Event, Failure};
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// An execution that is over is known for so long.
const KNOWN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// More than anybody rehearses with; the oldest that is over makes room.
const MOST: usize = 50_000;
/// Histories of executions that are over, in memory.
const HISTORIES: usize = 4;

pub struct Executions {
    folder: PathBuf,
    list: Mutex<List>,
    drivers: Mutex<JoinSet<()>>,
    /// The last that somebody looked at, with the ids of their executions.
    histories: Mutex<VecDeque<(String, Arc<Vec<Event>>)>>,
}

#[derive(Default)]
struct List {
    /// Oldest first.
    all: VecDeque<Arc<Known>>,
    by_arn: HashMap<String, Arc<Known>>,
}

/// An execution of which it is known how it stands.
pub struct Known {
    pub head: Arc<Head>,
    standing: watch::Sender<Standing>,
    /// While it runs, and longer where its journal could not be written.
    run: Mutex<Option<Arc<Run>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Running,
    Ended(Ended),
}

/// What is asked for with an execution.
pub struct NewExecution {
    pub target: Target,
    pub arn: String,
    pub machine_arn: String,
    pub region: String,
    pub name: String,
    pub input: Payload,
    pub trace_header: Option<String>,
}

/// Why there is no new execution.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is another of this name.
    Exists,
    Full,
    /// Its definition cannot be read: somebody changed the file.
    NoDefinition,
    NoRandomness,
}

impl From<NoRandomness> for Refused {
    fn from(_: NoRandomness) -> Self {
        Refused::NoRandomness
    }
}

impl Executions {
    pub fn open(folder: &Path) -> Self {
        let folder = folder.join("executions");
        let mut all = Vec::new();
        for journal in journal::all(&folder) {
            match journal.read() {
                Ok(story) => {
                    let standing = match &story.end {
                        Some((ended, ..)) => Standing::Ended(*ended),
                        None => Standing::Running,
                    };
                    all.push(Arc::new(Known::new(Arc::new(story.head), standing, None)));
                }
                Err(error) => tracing::warn!(%error, "an execution cannot be read"),
            }
        }
        all.sort_by_key(|known| known.head.started);
        let by_arn = all.iter().map(|known| (known.head.arn.clone(), Arc::clone(known))).collect();
        Executions {
            folder,
            list: Mutex::new(List { all: all.into(), by_arn }),
            drivers: Mutex::default(),
            histories: Mutex::default(),
        }
    }

    /// Goes on with those that are not over.
    pub fn resume(&self, account: &Arc<Account>) {
        let left: Vec<Arc<Known>> =
            self.list().all.iter().filter(|known| known.ended().is_none()).cloned().collect();
        for known in left {
            let journal = self.journal(&known.head);
            let replayed = journal.read().ok().and_then(|story| {
                let revision = account.states.machines.revision(&story.head.revision)?;
                Some((replay::replay(&story, &revision)?, story.input))
            });
            match replayed {
                Some((replayed, input)) => {
                    let run = Arc::new(Run::new(input, replayed.execution));
                    *known.run() = Some(Arc::clone(&run));
                    // At once, so that tokens of before are known to the first who calls.
                    let mut errands = Errands::new(account, &run);
                    replayed.open.into_values().for_each(|open| errands.begin(open));
                    self.drive(driver::drive(known, run, Some(journal), errands));
                }
                None => {
                    let ended = Ended { status: Status::Aborted, at: Timestamp::now() };
                    let cause = "the sandbox cannot read the definition of this execution any longer";
                    let failure = Failure { error: None, cause: Some(cause.into()) };
                    if let Err(error) = journal.end(ended, None, &failure) {
                        tracing::warn!(%error, "an execution cannot be kept");
                    }
                    known.standing.send_replace(Standing::Ended(ended));
                }
            }
        }
    }

    /// Starts an execution that is written down. The same name and input while the first one runs is the same execution.
    pub fn start(&self, account: &Arc<Account>, new: NewExecution) -> Result<Arc<Known>, Refused> {
        let mut list = self.list();
        if let Some(known) = list.by_arn.get(&new.arn) {
            let is_same = known.run().as_ref().is_some_and(|run| run.input == new.input);
            return match is_same && known.ended().is_none() {
                true => Ok(Arc::clone(known)),
                false => Err(Refused::Exists),
            };
        }
        list.make_room(|head| self.journal(head).remove(), Timestamp::now())?;
        let (known, run) = begin(new)?;
        list.all.push_back(Arc::clone(&known));
        list.by_arn.insert(known.head.arn.clone(), Arc::clone(&known));
        let journal = self.journal(&known.head);
        let journal = match journal.start(&known.head, &run.input) {
            Ok(()) => Some(journal),
            Err(error) => {
                tracing::warn!(%error, "an execution cannot be kept");
                None
            }
        };
        drop(list);
        let errands = Errands::new(account, &run);
        self.drive(driver::drive(Arc::clone(&known), run, journal, errands));
        Ok(known)
    }

    /// Starts an execution that is in memory alone, and in no list: one of an Express machine.
    pub fn start_express(&self, account: &Arc<Account>, new: NewExecution) -> Result<Arc<Known>, Refused> {
        let (known, run) = begin(new)?;
        let errands = Errands::new(account, &run);
        self.drive(driver::drive(Arc::clone(&known), run, None, errands));
        Ok(known)
    }

    pub fn get(&self, arn: &str) -> Option<Arc<Known>> {
        self.list().by_arn.get(arn).cloned()
    }

    /// Newest first.
    pub fn list_of(&self, keep: impl Fn(&Known) -> bool) -> Vec<Arc<Known>> {
        self.list().all.iter().rev().filter(|known| keep(known)).cloned().collect()
    }

    /// What an execution was given and gave; nothing where that cannot be read.
    pub fn data(&self, known: &Known) -> Option<Data> {
        if let Some(run) = &*known.run() {
            return Some(run.data());
        }
        let story = self.story(known)?;
        let (output, failure) = story.end.map(|(_, output, failure)| (output, failure)).unwrap_or_default();
        Some(Data { input: story.input, output, failure })
    }

    /// Looks at the events of an execution. Those of one that is over are made once more.
    pub fn look<T>(&self, account: &Account, known: &Known, look: impl FnOnce(&[Event]) -> T) -> Option<T> {
        let run = known.run().clone();
        if let Some(run) = run {
            return Some(run.look(look));
        }
        let mut histories = self.histories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, events)) = histories.iter().find(|(id, _)| *id == known.head.id) {
            return Some(look(events));
        }
        let story = self.story(known)?;
        let revision = account.states.machines.revision(&story.head.revision)?;
        let replayed = replay::replay(&story, &revision)?;
        let events = Arc::new(replayed.execution.history().events().to_vec());
        histories.push_front((known.head.id.clone(), Arc::clone(&events)));
        histories.truncate(HISTORIES);
        drop(histories);
        Some(look(&events))
    }

    pub async fn shutdown(&self) {
        let mut drivers = std::mem::take(&mut *self.drivers());
        drivers.shutdown().await;
    }

    fn drive(&self, driver: impl Future<Output = ()> + Send + 'static) {
        let mut drivers = self.drivers();
        while drivers.try_join_next().is_some() {}
        drivers.spawn(driver);
    }

    fn story(&self, known: &Known) -> Option<Story> {
        let story = self.journal(&known.head).read();
        story.inspect_err(|error| tracing::warn!(%error, "an execution cannot be read")).ok()
    }

    fn journal(&self, head: &Head) -> Journal {
        Journal::new(&self.folder, &head.id)
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drivers(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(new: NewExecution) -> Result<(Arc<Known>, Arc<Run>), Refused> {
    let NewExecution { target, arn, machine_arn, region, name, input, trace_header } = new;
    let head = Arc::new(Head {
        id: uuid()?,
        arn,
        name,
        machine: target.machine,
        machine_arn,
        kind: target.kind,
        region,
        version: target.version,
        alias: target.alias,
        revision: target.revision.key.clone(),
        started: Timestamp::now(),
        seed: random::bytes()?,
        trace_header,
    });
    let execution = head.begin(&target.revision, input.clone()).ok_or(Refused::NoDefinition)?;
    let run = Arc::new(Run::new(input, execution));
    Ok((Arc::new(Known::new(head, Standing::Running, Some(Arc::clone(&run)))), run))
}

impl List {
    /// Forgets those that are over for long, and the oldest of all that are over where there are too many.
    fn make_room(&mut self, forgotten: impl Fn(&Head), now: Timestamp) -> Result<(), Refused> {
        while let Some(first) = self.all.front()
            && first.ended().is_some_and(|ended| now.duration_since(ended.at) > KNOWN)
        {
            forgotten(&first.head);
            self.by_arn.remove(&first.head.arn);
            self.all.pop_front();
        }
        if self.all.len() < MOST {
            return Ok(());
        }
        let oldest = self.all.iter().position(|known| known.ended().is_some()).ok_or(Refused::Full)?;
        if let Some(known) = self.all.remove(oldest) {
            forgotten(&known.head);
            self.by_arn.remove(&known.head.arn);
        }
        Ok(())
    }
}

impl Known {
    fn new(head: Arc<Head>, standing: Standing, run: Option<Arc<Run>>) -> Self {
        Known { head, standing: watch::Sender::new(standing), run: Mutex::new(run) }
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        match *self.standing.borrow() {
            Standing::Running => None,
            Standing::Ended(ended) => Some(ended),
        }
    }

    /// Until it is over.
    pub async fn end(&self) -> Option<Ended> {
        let mut standing = self.standing.subscribe();
        // The sender lives as long as this.
        let _ = standing.wait_for(|standing| *standing != Standing::Running).await;
        self.ended()
    }

    /// Asks it to stop; one that is over stays as it is.
    pub fn stop(&self, failure: Failure) {
        if let Some(run) = &*self.run() {
            run.send(What::Stop(failure));
        }
    }

    fn forget_run(&self) {
        *self.run() = None;
    }

    fn run(&self) -> MutexGuard<'_, Option<Arc<Run>>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
