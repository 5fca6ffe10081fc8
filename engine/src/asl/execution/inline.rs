//! The Map state: the items it goes over, and the iterations of an inline one.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::evaluate::{Problem, unusable};
use super::frame::{Doing, Fate, Frame, FrameId, Item, Place};
use super::gathered::Gathered;
use super::leave::small_enough;
use crate::asl::Payload;
use crate::asl::definition::{Items, Map, Mode, QueryLanguage, State, Template, Work};
use crate::asl::history::{Failure, Happened};
use crate::asl::jsonata::Kind;
use crate::asl::scope::Variables;

/// Iterations of an inline Map that run at once, whatever `MaxConcurrency` says.
const MOST_AT_ONCE: usize = 40;

/// The iterations of an inline Map that is under way.
pub(super) struct Iterations {
    items: Payload,
    effective: Payload,
    next: usize,
    /// How many items there are.
    length: usize,
    results: Gathered,
    running: BTreeMap<usize, FrameId>,
}

impl Iterations {
    pub fn frames(&self) -> Vec<FrameId> {
        self.running.values().copied().collect()
    }
}

impl Execution {
    pub(super) fn map(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        map: &Map,
    ) -> Result<Fate, Problem> {
        match &map.mode {
            Mode::Inline => self.map_inline(id, frame, state, map),
            Mode::Distributed(distributed) => self.map_distributed(id, frame, state, map, distributed),
        }
    }

    fn map_inline(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        map: &Map,
    ) -> Result<Fate, Problem> {
        let effective = self.effective(frame, state)?;
        self.note_effective(state, &effective);
        let items = self.items(frame, state, &map.items, &effective)?;
        self.note_items(state, &items);
        let length = items.value().as_array().map_or(0, Vec::len);
        self.follow(frame, Happened::MapStarted { length: length as u64 });
        let at_once =
            self.max_concurrency(frame, state, map)?.map_or(MOST_AT_ONCE, |most| most.min(MOST_AT_ONCE));
        if self.trial.is_some() {
            return self.try_iterations(id, frame, state, map, (&items, &effective));
        }
        let iterations = Iterations {
            items,
            effective,
            next: 0,
            length,
            results: Gathered::new(state),
            running: BTreeMap::new(),
        };
        self.turn_to(frame, Doing::Iterating(Box::new(iterations)));
        if length == 0 {
            return Ok(self.iterations_succeeded(id, frame, frame.previous));
        }
        for _ in 0..at_once.min(length) {
            if let Err(problem) = self.iterate(id, frame, frame.previous) {
                self.abort_iterations(frame, None);
                return Err(problem);
            }
        }
        Ok(Fate::Blocked)
    }

    /// How many items may be worked on at once; `None` without a bound.
    pub(super) fn max_concurrency(
        &mut self,
        frame: &Frame,
        state: &State,
        map: &Map,
    ) -> Result<Option<usize>, Problem> {
        let most = self.whole_field(frame, state, map.max_concurrency.as_ref(), "MaxConcurrency")?;
        self.note_number("maxConcurrency", most.unwrap_or_default());
        match most {
            Some(most) if most < 0 => Err(Problem::runtime("MaxConcurrency cannot be negative.")),
            Some(0) | None => Ok(None),
            Some(most) => Ok(Some(usize::try_from(most).unwrap_or(usize::MAX))),
        }
    }

    /// The list a Map goes over; an object is one for a distributed Map only.
    pub(super) fn items(
        &mut self,
        frame: &Frame,
        state: &State,
        items: &Items,
        effective: &Payload,
    ) -> Result<Payload, Problem> {
        let is_distributed = matches!(&state.work, Work::Map(map) if map.is_distributed());
        let is_list = |value: &Value| value.is_array() || (is_distributed && value.is_object());
        match items {
            Items::Input if is_list(effective.value()) => Ok(effective.clone()),
            Items::Input if state.language == QueryLanguage::Jsonata => {
                let cause = format!("Map state input must be an array but was: {}", effective.value());
                Err(unusable(cause, None))
            }
            Items::Input => Err(Problem::runtime("Reference path \"$\" must point to array.")),
            Items::Path(path) => {
                let sight = self.sight(frame, state, effective.value(), None);
                let value = sight.path(path)?;
                match is_list(&value) {
                    true => Ok(Payload::new(value)),
                    false => Err(Problem::runtime(format!("Reference path \"{path}\" must point to array."))),
                }
            }
            Items::Template(template) => {
                let sight = self.sight(frame, state, frame.input.value(), None);
                let value = sight.template(template, &mut self.random)?;
                if is_list(&value) {
                    return Ok(Payload::new(value));
                }
                Err(match template {
                    Template::Query(template) => match template.expression() {
                        Some(expression) => expression.unexpected(Kind::Array, &value, "Items"),
                        None => unusable("The Items field must be an array.".to_owned(), Some("Items")),
                    },
                    Template::Path(_) => Problem::runtime("The Items field must be an array."),
                })
            }
        }
    }

    /// What an iteration or a child is given: the item, or what `ItemSelector` makes of it.
    pub(super) fn item_input(
        &mut self,
        frame: &mut Frame,
        state: &State,
        map: &Map,
        effective: &Payload,
        item: &Arc<Item>,
    ) -> Result<Payload, Problem> {
        let Some(selector) = &map.selector else { return small_enough(&state.name, item.value.clone()) };
        let outer = frame.item.replace(Arc::clone(item));
        let rendered = {
            let input = frame.input.clone();
            let mut sight = self.sight(frame, state, input.value(), None);
            sight.dollar = effective.value();
            sight.template(selector, &mut self.random)
        };
        frame.item = outer;
        let input = small_enough(&state.name, Payload::new(rendered?))?;
        self.note(|seen| seen.selected.push(input.clone()));
        Ok(input)
    }

    /// Starts the next iteration, behind the event `previous`.
    fn iterate(&mut self, id: FrameId, frame: &mut Frame, previous: u64) -> Result<(), Problem> {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Ok(()) };
        let Work::Map(map) = &state.work else { return Ok(()) };
        let Doing::Iterating(iterations) = &mut frame.doing else { return Ok(()) };
        let index = iterations.next;
        let Some(value) = iterations.items.value().get(index).cloned() else { return Ok(()) };
        let effective = iterations.effective.clone();
        let item =
            Arc::new(Item { index: index as u64, value: Payload::new(value), key: None, source: None });
        let input = self.item_input(frame, state, map, &effective, &item)?;
        let started = Happened::IterationStarted { name: Arc::clone(&state.name), index: index as u64 };
        let started = self.add(frame.run, previous, started);
        let variables = Arc::new(Variables::inside(Arc::clone(&frame.variables)));
        let place = Place::Iteration { parent: id, index };
        let child =
            self.spawn(frame.run, place, Arc::clone(&map.processor), input, variables, Some(item), started);
        if let Doing::Iterating(iterations) = &mut frame.doing {
            iterations.next = index + 1;
            iterations.running.insert(index, child);
        }
        Ok(())
    }

    pub(super) fn iteration_succeeded(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        index: usize,
        previous: u64,
        output: Payload,
    ) -> Fate {
        let Some(name) = frame.state().map(|state| Arc::clone(&state.name)) else { return Fate::Blocked };
        let succeeded =
            self.add(frame.run, previous, Happened::IterationSucceeded { name, index: index as u64 });
        let Doing::Iterating(iterations) = &mut frame.doing else { return Fate::Blocked };
        iterations.running.remove(&index);
        iterations.results.put(index, output);
        if iterations.next < iterations.length {
            if let Err(problem) = self.iterate(id, frame, previous) {
                self.abort_iterations(frame, None);
                frame.previous = previous;
                return self.problem(id, frame, problem);
            }
            return Fate::Blocked;
        }
        if !iterations.running.is_empty() {
            return Fate::Blocked;
        }
        self.iterations_succeeded(id, frame, succeeded)
    }

    fn iterations_succeeded(&mut self, id: FrameId, frame: &mut Frame, previous: u64) -> Fate {
        let Doing::Iterating(iterations) = std::mem::replace(&mut frame.doing, Doing::Entering) else {
            return Fate::Blocked;
        };
        frame.previous = previous;
        self.leave_whole(id, frame, previous, iterations.results.into_payload())
    }

    pub(super) fn iteration_failed(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        index: usize,
        previous: u64,
        failure: Failure,
    ) -> Fate {
        let Some(name) = frame.state().map(|state| Arc::clone(&state.name)) else { return Fate::Blocked };
        self.add(frame.run, previous, Happened::IterationFailed { name, index: index as u64 });
        self.abort_iterations(frame, Some(index));
        frame.previous = previous;
        self.fail(id, frame, failure, None)
    }

    /// Ends the iterations that run, but for the one that failed.
    fn abort_iterations(&mut self, frame: &Frame, failed: Option<usize>) {
        let Some(name) = frame.state().map(|state| Arc::clone(&state.name)) else { return };
        let Doing::Iterating(iterations) = &frame.doing else { return };
        let running = iterations.running.clone();
        for (index, id) in running.into_iter().filter(|(index, _)| Some(*index) != failed) {
            if let Some(child) = self.frames.take(id) {
                let happened = Happened::IterationAborted { name: Arc::clone(&name), index: index as u64 };
                self.add(child.run, child.previous, happened);
                self.park(id, child);
            }
        }
    }

    /// Goes on with a Map whose iterations did not all succeed: those that did not, or the next one where none is left.
    pub(super) fn resume_iterations(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let Doing::Iterating(iterations) = &frame.doing else { return Fate::Blocked };
        let left = iterations.frames();
        if left.is_empty() {
            return match self.iterate(id, frame, frame.previous) {
                Ok(()) => Fate::Blocked,
                Err(problem) => self.problem(id, frame, problem),
            };
        }
        left.into_iter().for_each(|child| self.resume(child));
        Fate::Blocked
    }
}
