//! One command and its invocations: their states, and what of them is to be seen yet. Owns the rules of who may change
//! what; starts nothing.

use super::script::{End, Finished};
use super::status::{self, Status};
use super::{CommandRequest, Rate, Script};
use crate::sandbox::node::Node;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// A node that a command is for.
pub struct Recipient {
    pub node: Arc<Node>,
    pub fate: Fate,
}

/// What becomes of the command there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Runs,
    /// The node takes it and fails it: what it needs is not on this machine.
    Unsupported(&'static str),
    /// The node does not answer; it is tried for as long as the caller allows.
    OutOfReach,
    /// The node takes it and is not heard of again.
    DiesMeanwhile,
    /// The service knows that the node is gone.
    Gone,
    WrongPlatform,
}

pub struct Command {
    pub id: String,
    pub document: String,
    pub parameters: HashMap<String, Vec<String>>,
    pub comment: Option<String>,
    pub instance_ids: Vec<String>,
    pub targets: Vec<(String, Vec<String>)>,
    pub max_concurrency: String,
    pub max_errors: String,
    pub timeout: Duration,
    pub script: Script,
    pub requested: SystemTime,
    recipients: Vec<Recipient>,
    cancels: Vec<watch::Sender<bool>>,
    state: Mutex<State>,
    /// Grows whenever an invocation changes.
    pub(super) changes: watch::Sender<u64>,
    /// How often somebody has looked at its invocations.
    looks: AtomicUsize,
    task: OnceLock<AbortHandle>,
}

struct State {
    invocations: Vec<Invocation>,
    cancelled: bool,
}

/// The command on one node, as it is now.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub node: Arc<Node>,
    pub status: Status,
    pub started: Option<SystemTime>,
    pub ended: Option<SystemTime>,
    /// -1 until the script has ended by itself.
    pub response_code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// What a cancellation found.
#[derive(Debug, PartialEq, Eq)]
pub enum Cancelled {
    Asked,
    /// The command was not sent to a node of this id.
    UnknownNode(String),
}

/// A command as a whole, counted.
pub struct Summary {
    pub status: &'static str,
    pub details: &'static str,
    pub targets: usize,
    pub completed: usize,
    pub errors: usize,
    pub delivery_timed_out: usize,
}

impl Command {
    pub(super) fn new(id: String, request: CommandRequest) -> Self {
        let invocation = |recipient: &Recipient| Invocation {
            node: Arc::clone(&recipient.node),
            status: Status::Pending,
            started: None,
            ended: None,
            response_code: -1,
            stdout: String::new(),
            stderr: String::new(),
        };
        let invocations: Vec<_> = request.recipients.iter().map(invocation).collect();
        Command {
            id,
            document: request.document,
            parameters: request.parameters,
            comment: request.comment,
            instance_ids: request.instance_ids,
            targets: request.targets,
            max_concurrency: request.max_concurrency,
            max_errors: request.max_errors,
            timeout: request.timeout,
            script: request.script,
            requested: SystemTime::now(),
            cancels: invocations.iter().map(|_| watch::Sender::new(false)).collect(),
            recipients: request.recipients,
            state: Mutex::new(State { invocations, cancelled: false }),
            changes: watch::Sender::new(0),
            looks: AtomicUsize::new(0),
            task: OnceLock::new(),
        }
    }

    pub fn count(&self) -> usize {
        self.recipients.len()
    }

    pub fn summary(&self) -> Summary {
        let state = self.state();
        let all: Vec<Status> = state.invocations.iter().map(|invocation| invocation.status).collect();
        let (status, details) = status::of_command(&all, self.most_errors(), state.cancelled);
        let count = |test: &dyn Fn(Status) -> bool| all.iter().filter(|status| test(**status)).count();
        Summary {
            status,
            details,
            targets: all.len(),
            completed: count(&Status::is_over),
            errors: count(&Status::is_error),
            delivery_timed_out: count(&|status| status == Status::DeliveryTimedOut),
        }
    }

    /// One more look at the invocations. The first sees none of them, the second half, each later one all: the service
    /// takes a moment to know what it was told.
    pub fn look(&self) -> Vec<Invocation> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.seen()
    }

    /// What the last look has seen; the later pages of a list are of the same look.
    pub fn seen(&self) -> Vec<Invocation> {
        let seen = match self.looks.load(Ordering::Relaxed) {
            0 | 1 => 0,
            2 => self.count().div_ceil(2),
            _ => self.count(),
        };
        self.state().invocations.iter().take(seen).cloned().collect()
    }

    /// Asks the command to end, everywhere or on these nodes. Where it waits it never begins.
    pub fn cancel(&self, nodes: Option<&[String]>, now: SystemTime) -> Cancelled {
        let is_of = |id: &String| self.recipients.iter().any(|recipient| recipient.node.id == *id);
        if let Some(unknown) = nodes.unwrap_or_default().iter().find(|id| !is_of(id)) {
            return Cancelled::UnknownNode(unknown.clone());
        }
        let mut state = self.state();
        state.cancelled = true;
        for (invocation, cancel) in state.invocations.iter_mut().zip(&self.cancels) {
            if nodes.is_some_and(|nodes| !nodes.contains(&invocation.node.id)) {
                continue;
            }
            match invocation.status {
                Status::Pending => {
                    invocation.status = Status::Cancelled;
                    invocation.ended = Some(now);
                }
                Status::InProgress | Status::Delayed => {
                    invocation.status = Status::Cancelling;
                    cancel.send_replace(true);
                }
                _ => {}
            }
        }
        drop(state);
        self.changed();
        Cancelled::Asked
    }

    pub fn is_over(&self) -> bool {
        self.state().invocations.iter().all(|invocation| invocation.status.is_over())
    }

    /// Until it is.
    pub async fn over(&self) {
        let mut changes = self.changes.subscribe();
        // The sender lives as long as the command.
        let _ = changes.wait_for(|_| self.is_over()).await;
    }

    pub(super) fn output_size(&self) -> usize {
        let size = |invocation: &Invocation| invocation.stdout.len() + invocation.stderr.len();
        self.state().invocations.iter().map(size).sum()
    }

    pub(super) fn recipient(&self, index: usize) -> Option<(Arc<Node>, Fate)> {
        self.recipients.get(index).map(|recipient| (Arc::clone(&recipient.node), recipient.fate))
    }

    pub(super) fn cancellation(&self, index: usize) -> watch::Receiver<bool> {
        match self.cancels.get(index) {
            Some(cancel) => cancel.subscribe(),
            // Of no invocation: cancelled already.
            None => watch::Sender::new(true).subscribe(),
        }
    }

    /// Whether this one is still to be run.
    pub(super) fn begins(&self, index: usize) -> bool {
        self.state().invocations.get(index).is_some_and(|invocation| invocation.status == Status::Pending)
    }

    /// A new state, unless there is a final one. What is asked to end is in progress no more.
    pub(super) fn set(&self, index: usize, status: Status, finished: Option<Finished>, now: SystemTime) {
        let mut state = self.state();
        let Some(invocation) = state.invocations.get_mut(index) else { return };
        if invocation.status.is_over() || invocation.status == Status::Cancelling && !status.is_over() {
            return;
        }
        invocation.status = status;
        if status == Status::InProgress {
            invocation.started = Some(now);
        }
        if status.is_over() {
            invocation.ended = Some(now);
        }
        if let Some(finished) = finished {
            if let End::Exited(code) = finished.end {
                invocation.response_code = code;
            }
            (invocation.stdout, invocation.stderr) = (finished.stdout, finished.stderr);
        }
        drop(state);
        self.changed();
    }

    /// More failures than it bears.
    pub(super) fn has_failed(&self) -> bool {
        let state = self.state();
        let errors = state.invocations.iter().filter(|invocation| invocation.status.is_error()).count();
        errors > self.most_errors()
    }

    pub(super) fn terminate_waiting(&self, now: SystemTime) {
        for invocation in &mut self.state().invocations {
            if invocation.status == Status::Pending {
                invocation.status = Status::Terminated;
                invocation.ended = Some(now);
            }
        }
        self.changed();
    }

    pub(super) fn driven_by(&self, task: AbortHandle) {
        // Set once, by whoever made it.
        let _ = self.task.set(task);
    }

    /// Drops what cannot be ended otherwise.
    pub(super) fn abandon(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    fn most_errors(&self) -> usize {
        Rate::parse(&self.max_errors).map_or(0, |rate| rate.of(self.count()))
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
