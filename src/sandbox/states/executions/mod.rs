//! All executions of the account: those that run, each moved by a task of its own, and those that are over, which are on
//! disk. What may be asked of them is the service's business.

mod driver;
mod errands;
mod head;
mod journal;
mod known;
mod redrive;
mod replay;
mod run;
mod told;

pub use head::{Data, Ended, Head, Standing};
pub use known::Known;
pub use redrive::NotRedriven;
pub use replay::Open;
pub use run::Run;

use super::Target;
use super::machine::Kind;
use crate::random::{self, NoRandomness};
use crate::sandbox::account::Account;
use errands::Errands;
use jiff::{SignedDuration, Timestamp};
use journal::{Journal, Outline, Story};
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::{CHILD_PREFIX, Execution, MapRunReport, Status};
use opsctl_engine::asl::history::Failure;
use opsctl_engine::asl::test_state::Level;
use serde_json::Value;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;
use told::Shown;

/// An execution that is over is known for so long.
const KNOWN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// More than anybody rehearses with; the oldest that is over makes room.
const MOST: usize = 50_000;

pub struct Executions {
    folder: PathBuf,
    list: Mutex<List>,
    drivers: Mutex<JoinSet<()>>,
    shown: Mutex<Shown>,
    /// Held by a redrive, so that there is one at a time.
    redriving: Mutex<()>,
}

#[derive(Default)]
struct List {
    /// Oldest first.
    all: VecDeque<Arc<Known>>,
    by_arn: HashMap<String, Arc<Known>>,
    /// By what the ids of their map runs begin with.
    by_map_run: HashMap<String, Arc<Known>>,
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
        let (mut all, mut by_map_run) = (Vec::new(), HashMap::new());
        for journal in journal::all(&folder) {
            match journal.outline() {
                Ok(Outline { head, standing, token, map_runs }) => {
                    let known = Arc::new(Known::new(head, standing, token, None));
                    let ids = map_runs.iter().map(|id| start_of(id).to_owned());
                    by_map_run.extend(ids.map(|id| (id, Arc::clone(&known))));
                    all.push(known);
                }
                Err(error) => tracing::warn!(%error, "an execution cannot be read"),
            }
        }
        all.sort_by_key(|known| known.head.started);
        let by_arn = all.iter().map(|known| (known.head.arn.clone(), Arc::clone(known))).collect();
        Executions {
            folder,
            list: Mutex::new(List { all: all.into(), by_arn, by_map_run }),
            drivers: Mutex::default(),
            shown: Mutex::default(),
            redriving: Mutex::default(),
        }
    }

    /// Goes on with those that are not over.
    pub fn resume(&self, account: &Arc<Account>) {
        let left: Vec<Arc<Known>> =
            self.list().all.iter().filter(|known| known.ended().is_none()).cloned().collect();
        for known in left {
            let journal = self.journal(&known.head);
            let read = journal.mend().and_then(|()| journal.read());
            let replayed = read.ok().and_then(|story| {
                let revision = account.states.machines.revision(&story.head.revision)?;
                Some((replay::replay(&story, &revision, None)?, story.input))
            });
            match replayed {
                Some((replayed, input)) => {
                    let run = Arc::new(Run::new(input, replayed.execution));
                    known.put_run(Arc::clone(&run));
                    self.note_map_runs(&known, &run);
                    // At once, so that tokens of before are known to the first who calls.
                    let mut errands = Errands::new(account, &run);
                    replayed.open.into_values().for_each(|open| errands.begin(open));
                    self.drive(driver::drive(Arc::clone(account), known, run, Some(journal), errands));
                }
                None => {
                    let ended = Ended { status: Status::Aborted, at: Timestamp::now(), events: 0 };
                    let cause = "the sandbox cannot read the definition of this execution any longer";
                    let failure = Failure { error: None, cause: Some(cause.into()) };
                    if let Err(error) = journal.end(ended, Vec::new(), None, &failure) {
                        tracing::warn!(%error, "an execution cannot be kept");
                    }
                    self.ended(&known, ended);
                }
            }
        }
    }

    /// Starts an execution that is written down. The same name and input while the first one runs is the same execution.
    pub fn start(&self, account: &Arc<Account>, new: NewExecution) -> Result<Arc<Known>, Refused> {
        let mut list = self.list();
        if let Some(known) = list.by_arn.get(&new.arn) {
            let is_same = known.run().is_some_and(|run| run.input == new.input);
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
        account.monitoring.own.execution_started(&known.head.machine_arn);
        let errands = Errands::new(account, &run);
        self.drive(driver::drive(Arc::clone(account), Arc::clone(&known), run, journal, errands));
        Ok(known)
    }

    /// Starts an execution that is in memory alone, and in no list: one of an Express machine.
    pub fn start_express(&self, account: &Arc<Account>, new: NewExecution) -> Result<Arc<Known>, Refused> {
        let (known, run) = begin(new)?;
        account.monitoring.own.execution_started(&known.head.machine_arn);
        let errands = Errands::new(account, &run);
        self.drive(driver::drive(Arc::clone(account), Arc::clone(&known), run, None, errands));
        Ok(known)
    }

    /// Drives a state on trial to its end, and tells what came of it. Nothing of it is kept.
    pub async fn try_state(
        &self,
        account: &Arc<Account>,
        execution: Execution,
        level: Level,
    ) -> Result<Option<Value>, NoRandomness> {
        let head = Head::of_trial(&execution)?;
        let run = Arc::new(Run::new(Payload::empty(), execution));
        let known = Arc::new(Known::new(head, Standing::default(), None, Some(Arc::clone(&run))));
        let errands = Errands::new(account, &run);
        self.drive(driver::drive(Arc::clone(account), Arc::clone(&known), Arc::clone(&run), None, errands));
        known.end().await;
        Ok(run.tried(level))
    }

    pub fn get(&self, arn: &str) -> Option<Arc<Known>> {
        self.list().by_arn.get(arn).cloned()
    }

    /// Those that executions run, or ran.
    pub fn revisions(&self) -> HashSet<String> {
        self.list().all.iter().map(|known| known.head.revision.clone()).collect()
    }

    /// Newest first.
    pub fn list_of(&self, keep: impl Fn(&Known) -> bool) -> Vec<Arc<Known>> {
        self.list().all.iter().rev().filter(|known| keep(known)).cloned().collect()
    }

    /// What an execution was given and gave; nothing where that cannot be read.
    pub fn data(&self, known: &Known) -> Option<Data> {
        if let Some(run) = known.run() {
            return Some(run.data());
        }
        let story = self.story(known)?;
        let (output, failure) = story.end.unwrap_or_default();
        Some(Data { input: story.input, output, failure })
    }

    /// The execution that a map run is part of, by the id of the map run, or by the name of a child of it.
    pub fn of_map_run(&self, id: &str) -> Option<Arc<Known>> {
        self.list().by_map_run.get(start_of(id)).cloned()
    }

    /// The id of a map run, with which its ARN ends.
    fn map_run_id(report: &MapRunReport) -> String {
        report.arn.rsplit(':').next().unwrap_or_default().to_owned()
    }

    fn note_map_runs(&self, known: &Arc<Known>, run: &Run) {
        // Express executions are in no list.
        if known.head.kind == Kind::Express {
            return;
        }
        let ids: Vec<String> = run.look(|_, reports| reports.iter().map(Executions::map_run_id).collect());
        let mut list = self.list();
        for id in ids {
            list.by_map_run.insert(start_of(&id).to_owned(), Arc::clone(known));
        }
    }

    fn ended(&self, known: &Known, ended: Ended) {
        known.standing.send_modify(|standing| standing.ended = Some(ended));
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
    let head = Head {
        id: random::uuid()?,
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
    };
    let execution = head.begin(&target.revision, input.clone(), None).ok_or(Refused::NoDefinition)?;
    let run = Arc::new(Run::new(input, execution));
    Ok((Arc::new(Known::new(head, Standing::default(), None, Some(Arc::clone(&run)))), run))
}

/// What a map run's id and the names of its children have in common.
fn start_of(id: &str) -> &str {
    id.get(..CHILD_PREFIX).unwrap_or(id)
}

impl List {
    /// Forgets those that are over for long, and the oldest of all that are over where there are too many.
    fn make_room(&mut self, forgotten: impl Fn(&Head), now: Timestamp) -> Result<(), Refused> {
        while let Some(first) = self.all.front()
            && first.ended().is_some_and(|ended| now.duration_since(ended.at) > KNOWN)
        {
            let Some(first) = self.all.pop_front() else { break };
            self.forget(&first, &forgotten);
        }
        if self.all.len() < MOST {
            return Ok(());
        }
        let oldest = self.all.iter().position(|known| known.ended().is_some()).ok_or(Refused::Full)?;
        if let Some(known) = self.all.remove(oldest) {
            self.forget(&known, &forgotten);
        }
        Ok(())
    }

    fn forget(&mut self, known: &Arc<Known>, forgotten: impl Fn(&Head)) {
        forgotten(&known.head);
        self.by_arn.remove(&known.head.arn);
        self.by_map_run.retain(|_, other| !Arc::ptr_eq(other, known));
    }
}
