//! What each child does for the state of its composite alarm.

use super::{Judgement, Rule};
use crate::evaluation::StateValue;

/// One child of a composite alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Its name.
    pub alarm: String,
    /// `None` when there is no such alarm.
    pub state: Option<StateValue>,
    /// The state of the composite is due to it: on the way from the rule to the child every piece is decisive.
    pub is_decisive: bool,
    /// The states that this child alone could go to and change that of the composite.
    pub changes_at: Vec<StateValue>,
}

impl Rule {
    /// Every child once, in the order of the rule.
    pub fn contributions(&self, state_of: impl Fn(&str) -> Option<StateValue>) -> Vec<Contribution> {
        let judgement = self.judge(&state_of);
        let mut decisive = Vec::new();
        collect(&judgement, &mut decisive);
        let child = |name: &str| {
            let state = state_of(name).or_else(|| self.by_arn(name, &state_of));
            let changes = |other: &StateValue| {
                let supposed = |alarm: &str| {
                    if super::name_of(alarm) == name { Some(*other) } else { state_of(alarm) }
                };
                Some(*other) != state && self.root.holds(&supposed) != judgement.holds
            };
            Contribution {
                alarm: name.to_owned(),
                state,
                is_decisive: decisive.contains(&name),
                changes_at: StateValue::ALL.into_iter().filter(changes).collect(),
            }
        };
        self.children().into_iter().map(child).collect()
    }

    /// The state of a child that is only known by the ARN that the rule has for it.
    fn by_arn(&self, name: &str, state_of: &impl Fn(&str) -> Option<StateValue>) -> Option<StateValue> {
        let mut state = None;
        self.root.references(&mut |reference| {
            if reference.name() == name {
                state = state.or_else(|| state_of(&reference.0));
            }
        });
        state
    }
}

fn collect<'a>(judgement: &'a Judgement, decisive: &mut Vec<&'a str>) {
    if !judgement.is_decisive {
        return;
    }
    decisive.extend(judgement.alarm.as_ref().map(|(name, _)| name.as_str()));
    judgement.parts.iter().for_each(|part| collect(part, decisive));
}
