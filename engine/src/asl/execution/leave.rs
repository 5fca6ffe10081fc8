//! How a state is left: from its result to its output, its assignments, and on to the next state.

use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::evaluate::Problem;
use super::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::Payload;
use crate::asl::definition::{ChoiceRule, Exit, Next, QueryLanguage, ResultPath, Selector, State};
use crate::asl::failure::{self, DATA_LIMIT_EXCEEDED};
use crate::asl::history::{Failure, Happened};
use crate::asl::payload::{NESTING_LIMIT, PAYLOAD_LIMIT};

/// What all variables may have together, in bytes of JSON.
const VARIABLES_LIMIT: usize = 10 * 1024 * 1024;

impl Execution {
    /// The work of the present state is done; states without a result of their own have none.
    pub(super) fn leave(&mut self, id: FrameId, frame: &mut Frame, result: Option<Payload>) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        match self.outputs(frame, state, result, None) {
            Ok((output, assigned)) => self.go(frame, state, output, assigned, (Exit::Next, state.next)),
            Err(problem) => self.problem(id, frame, problem),
        }
    }

    /// Everything in a Parallel or Map state succeeded, the last of it with the event `last`. That the state did is known
    /// when its output is. There are no `results` when they are more than may be looked at.
    pub(super) fn leave_whole(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        last: u64,
        results: Option<Payload>,
    ) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        let output = match results {
            Some(results) => self.outputs(frame, state, Some(results), None),
            None => Err(Problem::new(DATA_LIMIT_EXCEEDED, beyond_limit(&state.name))),
        };
        match output {
            Ok((output, assigned)) => {
                self.add(frame.run, last, Happened::StateSucceeded { state: state.kind });
                self.go(frame, state, output, assigned, (Exit::Next, state.next))
            }
            Err(problem) => self.problem(id, frame, problem),
        }
    }

    /// A Choice state was left by the rule with this number, or by its default.
    pub(super) fn leave_choice(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        rule: Option<(usize, &ChoiceRule)>,
        next: usize,
    ) -> Fate {
        let exit = rule.map_or(Exit::Default, |(number, _)| Exit::Rule(number + 1));
        match self.outputs(frame, state, None, rule.map(|(_, rule)| rule)) {
            Ok((output, assigned)) => self.go(frame, state, output, assigned, (exit, Next::State(next))),
            Err(problem) => self.problem(id, frame, problem),
        }
    }

    /// Output and assigned variables of the present state.
    fn outputs(
        &mut self,
        frame: &Frame,
        state: &State,
        result: Option<Payload>,
        rule: Option<&ChoiceRule>,
    ) -> Result<(Payload, Option<Value>), Problem> {
        let (output, assigned) = self.evaluated(frame, state, result, rule)?;
        Ok((small_enough(&state.name, output)?, assigned))
    }

    fn evaluated(
        &mut self,
        frame: &Frame,
        state: &State,
        result: Option<Payload>,
        rule: Option<&ChoiceRule>,
    ) -> Result<(Payload, Option<Value>), Problem> {
        let assign = match rule {
            Some(ChoiceRule { assign: Some(assign), .. }) => Some(assign),
            _ => state.assign.as_ref(),
        };
        let mut sight = self.sight(frame, state, frame.input.value(), None);
        if state.language == QueryLanguage::Jsonata {
            sight.result = result.as_ref().map(Payload::value);
            let assigned = assign.map(|assign| sight.template(assign, &mut self.random)).transpose()?;
            let output = match rule {
                Some(ChoiceRule { output: Some(output), .. }) => Some(output),
                _ => state.flow.output.as_ref(),
            };
            let output = match output {
                Some(output) => Payload::new(sight.template(output, &mut self.random)?),
                None => result.unwrap_or_else(|| frame.input.clone()),
            };
            return Ok((output, assigned));
        }
        let selected = match (&state.flow.result_selector, &result) {
            (Some(selector), Some(result)) => {
                sight.dollar = result.value();
                Some(Payload::new(sight.template(selector, &mut self.random)?))
            }
            (_, result) => result.clone(),
        };
        let effective = match &selected {
            Some(selected) => {
                self.note_payload("afterResultSelector", selected);
                selected.clone()
            }
            None => {
                let effective = self.effective(frame, state)?;
                self.note_effective(state, &effective);
                effective
            }
        };
        sight.dollar = effective.value();
        let assigned = assign.map(|assign| sight.template(assign, &mut self.random)).transpose()?;
        let merged = match selected {
            Some(selected) => {
                let merged = place(&state.flow.result_path, &frame.input, selected)?;
                self.note_payload("afterResultPath", &merged);
                merged
            }
            None => effective.clone(),
        };
        let output = self.select(frame, state, &state.flow.output_path, &merged)?;
        Ok((output, assigned))
    }

    /// The state's input after `InputPath`.
    pub(super) fn effective(&self, frame: &Frame, state: &State) -> Result<Payload, Problem> {
        self.select(frame, state, &state.flow.input_path, &frame.input)
    }

    fn select(
        &self,
        frame: &Frame,
        state: &State,
        selector: &Selector,
        from: &Payload,
    ) -> Result<Payload, Problem> {
        match selector {
            Selector::Whole => Ok(from.clone()),
            Selector::Nothing => Ok(Payload::empty()),
            Selector::Path(path) => {
                Ok(Payload::new(self.sight(frame, state, from.value(), None).path(path)?))
            }
        }
    }

    /// Writes the exit of the present state and turns to the next one.
    pub(super) fn go(
        &mut self,
        frame: &mut Frame,
        state: &State,
        output: Payload,
        assigned: Option<Value>,
        way: (Exit, Next),
    ) -> Fate {
        let assigned = match assigned {
            Some(Value::Object(values)) => {
                values.into_iter().map(|(name, value)| (Arc::from(name), Payload::new(value))).collect()
            }
            _ => Vec::new(),
        };
        if !assigned.is_empty()
            && let Err(cause) = assign(frame, &assigned)
        {
            let cause = format!(
                "An error occurred while executing the state '{}' (entered at the event id #{}). {cause}",
                state.name, frame.entered
            );
            return Fate::Fatal(Failure {
                error: Some(Arc::from(failure::RUNTIME)),
                cause: Some(Arc::from(cause)),
            });
        }
        let exited = Happened::StateExited {
            state: state.kind,
            name: Arc::clone(&state.name),
            output: output.clone(),
            assigned: assigned.into(),
        };
        self.follow(frame, exited);
        if self.trial.is_some() {
            if !frame.variables.is_empty() {
                self.note_payload("variables", &Payload::new(frame.variables.to_value()));
            }
            let next = match way.1 {
                Next::State(next) => frame.states.list.get(next).map(|next| Arc::clone(&next.name)),
                Next::End => None,
            };
            self.note(|seen| seen.next = next);
            return Fate::Succeeded(output);
        }
        match way.1 {
            Next::End => Fate::Succeeded(output),
            Next::State(next) => {
                if let (Some(coverage), Some(to)) = (&mut self.coverage, frame.states.list.get(next)) {
                    coverage.went(&state.name, way.0, &to.name);
                }
                frame.current = next;
                frame.input = output;
                self.turn_to(frame, Doing::Entering);
                frame.epoch += 1;
                Fate::Ready
            }
        }
    }
}

/// Merges a result into the raw input of its state.
pub(super) fn place(path: &ResultPath, input: &Payload, result: Payload) -> Result<Payload, Problem> {
    match path {
        ResultPath::Replace => Ok(result),
        ResultPath::Discard => Ok(input.clone()),
        ResultPath::Merge(path) => {
            let mut merged = input.value().clone();
            match path.merge(&mut merged, result.into_value()) {
                Ok(()) => Ok(Payload::new(merged)),
                Err(failure) => Err(failure),
            }
        }
    }
}

/// Why a payload cannot be passed on, if it cannot.
pub(super) fn too_large(what: &str, payload: &Payload) -> Option<String> {
    if !payload.is_within_nesting(NESTING_LIMIT) {
        return Some(format!(
            "The state/task '{what}' returned a result that is nested deeper than {NESTING_LIMIT} levels."
        ));
    }
    (payload.length() > PAYLOAD_LIMIT).then(|| beyond_limit(what))
}

/// What is said of a state or task that gives more than a payload may have.
pub(super) fn beyond_limit(what: &str) -> String {
    format!(
        "The state/task '{what}' returned a result with a size exceeding the maximum number of bytes service limit."
    )
}

/// A payload that was made for a child or a task, when it may be given to it.
pub(super) fn small_enough(what: &str, payload: Payload) -> Result<Payload, Problem> {
    match too_large(what, &payload) {
        Some(cause) => Err(Problem::new(DATA_LIMIT_EXCEEDED, cause)),
        None => Ok(payload),
    }
}

fn assign(frame: &mut Frame, assigned: &[(Arc<str>, Payload)]) -> Result<(), String> {
    let all: usize = assigned.iter().map(|(_, value)| value.length()).sum();
    if all > PAYLOAD_LIMIT {
        return Err(format!(
            "The variables assigned have {all} bytes, which exceeds the maximum of {PAYLOAD_LIMIT}."
        ));
    }
    if let Some((name, _)) = assigned.iter().find(|(_, value)| !value.is_within_nesting(NESTING_LIMIT)) {
        return Err(format!("The variable '{name}' is nested deeper than {NESTING_LIMIT} levels."));
    }
    let variables = Arc::make_mut(&mut frame.variables);
    for (name, value) in assigned {
        variables.assign(name, value.clone());
    }
    match frame.variables.length() > VARIABLES_LIMIT {
        true => Err(format!("All variables together exceed the maximum of {VARIABLES_LIMIT} bytes.")),
        false => Ok(()),
    }
}
