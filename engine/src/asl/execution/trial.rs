//! A trial: an execution of one state that ends as soon as that state is left, fails or is to be retried, and notes
//! what was evaluated on the way. What the service makes of the notes is the business of `test_state`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::context::map;
use super::distributed::{EXCEEDED, EXCEEDED_CAUSE};
use super::evaluate::Problem;
use super::frame::{Fate, Frame, FrameId, Item};
use super::leave::beyond_limit;
use super::{Execution, Options};
use crate::asl::Payload;
use crate::asl::context::Context;
use crate::asl::definition::{Machine, Map, QueryLanguage, State};
use crate::asl::failure::DATA_LIMIT_EXCEEDED;
use crate::asl::history::{Failure, StateType};
use crate::asl::mocks::Reply;
use crate::asl::scope::Variables;

/// Bytes of JSON that the inputs of all iterations may have together. A limit of this engine.
const MOST_ITERATIONS: usize = 16 * 1024 * 1024;

/// What a trial is given beside its state.
#[derive(Debug, Default)]
pub(in crate::asl) struct Trial {
    /// The context object, but for the item of a Map.
    pub context: Value,
    pub variables: Variables,
    /// How often each retrier was used already.
    pub retries: u64,
    /// What comes of a Map or Parallel state, whose states are never run.
    pub mock: Option<Reply>,
    /// How many iterations of a Map failed.
    pub failed_iterations: u64,
    /// Whether there is something that an ItemReader could read.
    pub has_items_to_read: bool,
    pub seen: Seen,
}

/// What was seen of a trial.
#[derive(Debug, Default)]
pub(in crate::asl) struct Seen {
    /// By the service's names: payloads, and numbers.
    pub payloads: BTreeMap<&'static str, Payload>,
    pub numbers: BTreeMap<&'static str, Value>,
    /// What `ItemSelector` made of the items.
    pub selected: Vec<Payload>,
    pub failure: Option<Failure>,
    /// The number of the retrier, and seconds until the retry.
    pub retried: Option<(usize, f64)>,
    /// The number of the catcher.
    pub caught: Option<usize>,
    pub next: Option<Arc<str>>,
    /// There are fewer iterations than are said to have failed.
    pub has_too_many_failures: bool,
}

impl Execution {
    /// An execution that ends with its first state.
    pub(in crate::asl) fn start_trial(
        machine: &Machine,
        input: Payload,
        options: Options,
        mut trial: Trial,
    ) -> Self {
        let variables = Arc::new(std::mem::take(&mut trial.variables));
        let mut execution = Execution::start(machine, input, options);
        execution.trial = Some(Box::new(trial));
        if let Some(root) = execution.run(0).and_then(|run| run.root)
            && let Some(mut frame) = execution.frames.take(root)
        {
            frame.variables = variables;
            execution.frames.put(root, frame);
        }
        execution
    }

    pub(in crate::asl) fn seen(&self) -> Option<&Seen> {
        self.trial.as_deref().map(|trial| &trial.seen)
    }

    pub(super) fn note(&mut self, note: impl FnOnce(&mut Seen)) {
        if let Some(trial) = &mut self.trial {
            note(&mut trial.seen);
        }
    }

    pub(super) fn note_payload(&mut self, name: &'static str, payload: &Payload) {
        self.note(|seen| drop(seen.payloads.insert(name, payload.clone())));
    }

    pub(super) fn note_number(&mut self, name: &'static str, number: impl Into<Value>) {
        self.note(|seen| drop(seen.numbers.insert(name, number.into())));
    }

    /// The input of a state after `InputPath`; of a Parallel state nothing but its results is told.
    pub(super) fn note_effective(&mut self, state: &State, effective: &Payload) {
        if state.language == QueryLanguage::JsonPath && state.kind != StateType::Parallel {
            self.note_payload("afterInputPath", effective);
        }
    }

    pub(super) fn note_arguments(&mut self, state: &State, arguments: &Payload) {
        match state.language {
            _ if state.kind == StateType::Parallel => {}
            QueryLanguage::JsonPath => self.note_payload("afterParameters", arguments),
            QueryLanguage::Jsonata if state.flow.arguments.is_some() => {
                self.note_payload("afterArguments", arguments);
            }
            QueryLanguage::Jsonata => {}
        }
    }

    pub(super) fn note_items(&mut self, state: &State, items: &Payload) {
        if state.language == QueryLanguage::JsonPath {
            self.note_payload("afterItemsPath", items);
        }
    }

    /// Goes over the items of an inline Map as far as their inputs.
    pub(super) fn try_iterations(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        map: &Map,
        (items, effective): (&Payload, &Payload),
    ) -> Result<Fate, Problem> {
        let list = items.value().as_array().map_or(&[][..], Vec::as_slice);
        let mut bytes = 0;
        for (index, value) in list.iter().enumerate() {
            let value = Payload::new(value.clone());
            let item = Arc::new(Item { index: index as u64, value, key: None, source: None });
            let input = self.item_input(frame, state, map, effective, &item)?;
            bytes = within_bounds(bytes, &input, state)?;
        }
        Ok(self.end_map(id, frame, Some(list.len()), (None, None)))
    }

    /// What comes of a Map over so many iterations, where that is known, of which so many may fail.
    pub(super) fn end_map(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        iterations: Option<usize>,
        (count, percentage): (Option<u64>, Option<f64>),
    ) -> Fate {
        let Some(trial) = &mut self.trial else { return Fate::Blocked };
        let failed = trial.failed_iterations;
        let is_mocked_result = matches!(trial.mock, Some(Reply::Return(_)));
        let iterations = iterations.or(match &trial.mock {
            Some(Reply::Return(results)) => results.value().as_array().map(Vec::len),
            _ => None,
        });
        if iterations.is_some_and(|iterations| failed > iterations as u64) {
            trial.seen.has_too_many_failures = true;
            return Fate::Fatal(Failure::default());
        }
        // Without a tolerance nothing is said to exceed it (recorded).
        let is_past_count = count.is_some_and(|most| failed > most);
        let is_past_percentage = percentage.is_some_and(|most| {
            iterations.is_some_and(|all| all > 0 && failed as f64 * 100.0 / all as f64 > most)
        });
        if is_mocked_result && (is_past_count || is_past_percentage) {
            let failure =
                Failure { error: Some(Arc::from(EXCEEDED)), cause: Some(Arc::from(EXCEEDED_CAUSE)) };
            return self.fail(id, frame, failure, None);
        }
        self.end_mocked(id, frame)
    }

    /// What comes of a state whose own states are not run.
    pub(super) fn end_mocked(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let mock = self.trial.as_ref().and_then(|trial| trial.mock.clone());
        match mock {
            Some(Reply::Return(results)) => self.leave_whole(id, frame, frame.previous, Some(results)),
            Some(Reply::Throw(failure)) => self.fail(id, frame, failure, None),
            None => Fate::Blocked,
        }
    }
}

impl Trial {
    /// What the fields of the state see of the context object.
    pub(super) fn context(&self, frame: &Frame) -> Context {
        let mut context = self.context.clone();
        if let (Some(item), Some(fields)) = (&frame.item, context.as_object_mut()) {
            fields.insert("Map".to_owned(), map(item).to_value());
        }
        Context::from(context)
    }
}

/// How many bytes the inputs of iterations have by now, if they may have them.
pub(super) fn within_bounds(bytes: usize, input: &Payload, state: &State) -> Result<usize, Problem> {
    let bytes = bytes.saturating_add(input.length());
    match bytes > MOST_ITERATIONS {
        true => Err(Problem::new(DATA_LIMIT_EXCEEDED, beyond_limit(&state.name))),
        false => Ok(bytes),
    }
}
