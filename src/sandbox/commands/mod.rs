//! Run Command's engine: commands and what becomes of them on each node, under rate control, with scripts that really
//! run. A new command shows itself bit by bit, as the service's consistency has it. It must not know HTTP or
//! documents: the service half calls [`Commands`] with what is to be run where.

mod command;
mod rate;
mod script;
mod status;

pub use command::{Cancelled, Command, Fate, Invocation, Recipient};
pub use rate::Rate;
pub use script::{Place, Script};
pub use status::Status;

use super::node::Node;
use crate::random::{self, NoRandomness};
use script::{End, Finished};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::task::JoinSet;

/// As much of each stream as the service keeps.
pub const OUTPUT_CHARACTERS: usize = 24_000;
/// Commands that are over are forgotten, the oldest first, beyond this number or this much output.
const MOST_COMMANDS: usize = 100;
const MOST_OUTPUT: usize = 64 << 20;
/// How long the end of a sandbox waits for its scripts to be gone.
const GRACE: Duration = Duration::from_secs(1);

/// The commands of a sandbox, the newest last; a cheap handle.
#[derive(Clone)]
pub struct Commands(Arc<Inner>);

struct Inner {
    place: Place,
    all: Mutex<Vec<Arc<Command>>>,
}

/// What is to be run, checked already.
pub struct CommandRequest {
    pub document: String,
    pub parameters: HashMap<String, Vec<String>>,
    pub comment: Option<String>,
    /// As the caller named them: ids, or keys with their values.
    pub instance_ids: Vec<String>,
    pub targets: Vec<(String, Vec<String>)>,
    pub max_concurrency: String,
    pub max_errors: String,
    /// How long a node may take to be reached.
    pub timeout: Duration,
    pub script: Script,
    pub recipients: Vec<Recipient>,
}

impl Commands {
    pub fn new(place: Place) -> Self {
        Commands(Arc::new(Inner { place, all: Mutex::new(Vec::new()) }))
    }

    /// Begins a command on the current tokio runtime.
    pub fn send(&self, request: CommandRequest) -> Result<Arc<Command>, NoRandomness> {
        let id = random::uuid()?;
        let command = Arc::new(Command::new(id, request));
        let mut all = self.all_mut();
        forget(&mut all);
        all.push(Arc::clone(&command));
        drop(all);
        let task = tokio::spawn(drive(self.0.place.clone(), Arc::clone(&command)));
        command.driven_by(task.abort_handle());
        Ok(command)
    }

    pub fn find(&self, id: &str) -> Option<Arc<Command>> {
        self.all_mut().iter().find(|command| command.id == id).cloned()
    }

    /// The newest first.
    pub fn all(&self) -> Vec<Arc<Command>> {
        self.all_mut().iter().rev().cloned().collect()
    }

    /// Ends every script.
    pub async fn shutdown(&self) {
        let all = self.all();
        for command in &all {
            command.cancel(None, SystemTime::now());
        }
        let over = async {
            for command in &all {
                command.over().await;
            }
        };
        if tokio::time::timeout(GRACE, over).await.is_err() {
            all.iter().for_each(|command| command.abandon());
        }
    }

    fn all_mut(&self) -> MutexGuard<'_, Vec<Arc<Command>>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget(all: &mut Vec<Arc<Command>>) {
    let too_much = |all: &[Arc<Command>]| {
        all.len() >= MOST_COMMANDS
            || all.iter().map(|command| command.output_size()).sum::<usize>() > MOST_OUTPUT
    };
    while too_much(all)
        && let Some(oldest) = all.iter().position(|command| command.is_over())
    {
        all.remove(oldest);
    }
}

/// Gives the command to one node after the other, to no more at a time than it may run on, until it has failed on more
/// than it bears: the nodes it runs on go on then, the others never get it.
async fn drive(place: Place, command: Arc<Command>) {
    let count = command.count();
    let at_once = Rate::parse(&command.max_concurrency).map_or(1, |rate| rate.of(count)).max(1);
    let mut waiting = 0..count;
    let mut running = JoinSet::new();
    loop {
        while running.len() < at_once
            && let Some(index) = waiting.next()
        {
            if command.begins(index) {
                running.spawn(invoke(place.clone(), Arc::clone(&command), index));
            }
        }
        if running.join_next().await.is_none() {
            break;
        }
        if command.has_failed() {
            command.terminate_waiting(SystemTime::now());
        }
    }
    // Each node's folder is gone; what cannot be removed is only left behind.
    let _ = std::fs::remove_dir(place.folder.join(&command.id));
}

/// The command on one node.
async fn invoke(place: Place, command: Arc<Command>, index: usize) {
    let Some((node, fate)) = command.recipient(index) else { return };
    let mut cancelled = command.cancellation(index);
    let asked_to_end = async {
        // The sender lives as long as the command.
        let _ = cancelled.wait_for(|cancelled| *cancelled).await;
    };
    let finished = match fate {
        Fate::Runs => {
            command.set(index, Status::InProgress, None, SystemTime::now());
            let key = Path::new(&command.id).join(&node.id);
            run(&place, &node, &key, &command, index).await
        }
        Fate::Unsupported(why) => {
            command.set(index, Status::InProgress, None, SystemTime::now());
            let stderr = why.to_owned();
            (Status::Failed, Some(Finished { end: End::Exited(1), stdout: String::new(), stderr }))
        }
        Fate::OutOfReach => {
            command.set(index, Status::Delayed, None, SystemTime::now());
            tokio::select! {
                () = tokio::time::sleep(command.timeout) => (Status::DeliveryTimedOut, None),
                () = asked_to_end => (Status::Cancelled, None),
            }
        }
        Fate::DiesMeanwhile => {
            command.set(index, Status::InProgress, None, SystemTime::now());
            tokio::select! {
                () = tokio::time::sleep(command.script.limit) => (Status::ExecutionTimedOut, None),
                () = asked_to_end => (Status::Cancelled, None),
            }
        }
        Fate::Gone => (Status::Undeliverable, None),
        Fate::WrongPlatform => (Status::InvalidPlatform, None),
    };
    command.set(index, finished.0, finished.1, SystemTime::now());
}

async fn run(
    place: &Place,
    node: &Node,
    key: &Path,
    command: &Command,
    index: usize,
) -> (Status, Option<Finished>) {
    let finished = script::run(place, node, key, &command.script, command.cancellation(index)).await;
    let status = match finished.end {
        End::Exited(0) => Status::Success,
        End::Exited(_) => Status::Failed,
        End::TimedOut => Status::ExecutionTimedOut,
        End::Cancelled => Status::Cancelled,
    };
    (status, Some(finished))
}

#[cfg(test)]
mod tests;
