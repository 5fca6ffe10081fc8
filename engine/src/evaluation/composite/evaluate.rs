//! The state of a composite alarm: ALARM where its rule holds, OK where it does not; and piece by piece, why.

use super::{Node, Reference, Rule};
use crate::evaluation::StateValue;

/// Alarms that a rule names and that have no state, because there are none by that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rule names alarms that do not exist: {}", .0.join(", "))]
pub struct UnknownChildren(pub Vec<String>);

/// What one piece of a rule comes to, and what of it made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The piece, as `Display` writes rules.
    pub text: String,
    pub holds: bool,
    /// The piece made the one around it what it is: one of several that hold in an OR, one that does not in an AND.
    pub is_decisive: bool,
    /// Of a piece that asks for the state of an alarm: its name, and the state it is in.
    pub alarm: Option<(String, StateValue)>,
    /// Of AT_LEAST: how many alarms match, and how many must.
    pub count: Option<(usize, usize)>,
    /// The pieces inside it, in their order; the alarms of an AT_LEAST.
    pub parts: Vec<Judgement>,
}

impl Rule {
    /// `state_of` gives the state of an alarm, by the name or the ARN that the rule has for it.
    pub fn state(
        &self,
        state_of: impl Fn(&str) -> Option<StateValue>,
    ) -> Result<StateValue, UnknownChildren> {
        let mut unknown: Vec<String> = Vec::new();
        self.root.references(&mut |reference| {
            if find(reference, &state_of).is_none() && !unknown.iter().any(|name| name == reference.name()) {
                unknown.push(reference.name().to_owned());
            }
        });
        if !unknown.is_empty() {
            return Err(UnknownChildren(unknown));
        }
        Ok(if self.root.holds(&state_of) { StateValue::Alarm } else { StateValue::Ok })
    }

    /// Why the rule holds or does not. An alarm that does not exist is in no state.
    pub fn judge(&self, state_of: impl Fn(&str) -> Option<StateValue>) -> Judgement {
        let mut judgement = self.root.judge(&state_of);
        judgement.is_decisive = true;
        judgement
    }
}

fn find(reference: &Reference, state_of: &impl Fn(&str) -> Option<StateValue>) -> Option<StateValue> {
    state_of(&reference.0).or_else(|| state_of(reference.name()))
}

impl Node {
    pub(super) fn holds(&self, state_of: &impl Fn(&str) -> Option<StateValue>) -> bool {
        match self {
            Node::Any(nodes) => nodes.iter().any(|node| node.holds(state_of)),
            Node::All(nodes) => nodes.iter().all(|node| node.holds(state_of)),
            Node::Not(node) => !node.holds(state_of),
            Node::Constant(holds) => *holds,
            Node::State(state, reference) => find(reference, state_of) == Some(*state),
            Node::AtLeast(at_least) => {
                let states = at_least.alarms.iter().filter_map(|alarm| find(alarm, state_of));
                states.filter(|state| at_least.matches(*state)).count() >= at_least.needed()
            }
        }
    }

    fn judge(&self, state_of: &impl Fn(&str) -> Option<StateValue>) -> Judgement {
        let holds = self.holds(state_of);
        let mut judgement = Judgement {
            text: self.to_string(),
            holds,
            is_decisive: false,
            alarm: None,
            count: None,
            parts: Vec::new(),
        };
        match self {
            Node::Any(nodes) | Node::All(nodes) => {
                judgement.parts = nodes.iter().map(|node| node.judge(state_of)).collect();
                // Every one of those that agree with the whole made it so: the others did not stop them.
                judgement.parts.iter_mut().for_each(|part| part.is_decisive = part.holds == holds);
            }
            Node::Not(node) => {
                judgement.parts = vec![Judgement { is_decisive: true, ..node.judge(state_of) }];
            }
            Node::Constant(_) => {}
            Node::State(_, alarm) => {
                judgement.alarm = find(alarm, state_of).map(|state| (alarm.name().to_owned(), state));
            }
            Node::AtLeast(at_least) => {
                let part = |alarm: &Reference| {
                    let state = find(alarm, state_of);
                    let matches = state.is_some_and(|state| at_least.matches(state));
                    Judgement {
                        text: alarm.to_string(),
                        holds: matches,
                        is_decisive: matches == holds,
                        alarm: state.map(|state| (alarm.name().to_owned(), state)),
                        count: None,
                        parts: Vec::new(),
                    }
                };
                judgement.parts = at_least.alarms.iter().map(part).collect();
                let matching = judgement.parts.iter().filter(|part| part.holds).count();
                judgement.count = Some((matching, at_least.needed()));
            }
        }
        judgement
    }
}
