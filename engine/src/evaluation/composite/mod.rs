//! The rules of composite alarms: their text, their state, what each child contributes to it, cycles between them, and
//! how a suppressor holds their actions back. Knows states of children only; how those came to be is not told here.

mod alarm;
mod contribution;
mod cycle;
mod evaluate;
mod parse;
mod print;
mod suppression;

#[cfg(test)]
mod tests;

pub use super::syntax::SyntaxError;
pub use alarm::CompositeAlarm;
pub use contribution::Contribution;
pub use cycle::cycles;
pub use evaluate::{Judgement, UnknownChildren};
pub use suppression::{ActionRun, SuppressedBy, Suppression};

use super::StateValue;

/// Characters of a rule.
pub const MAX_LENGTH: usize = 10_240;
/// Different alarms that a rule names.
pub const MAX_CHILDREN: usize = 100;
/// Names of alarms, `TRUE`, `FALSE` and pairs of parentheses that group.
pub const MAX_ELEMENTS: usize = 500;
/// Groups and `NOT` inside each other: no limit of the service, only one that no one reaches.
const MAX_NESTING: usize = 100;

/// A rule that has been read. `Display` writes it with parentheses wherever the order matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    root: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Not(Box<Node>),
    Constant(bool),
    State(StateValue, Reference),
    AtLeast(AtLeast),
}

/// `AT_LEAST(2, NOT OK, (a, b, c))`
#[derive(Debug, Clone, PartialEq, Eq)]
struct AtLeast {
    wanted: Wanted,
    /// `NOT`: any state but this one.
    is_not: bool,
    state: StateValue,
    alarms: Vec<Reference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Count(u32),
    /// Of the alarms in the list, 100 at most.
    Percent(u32),
}

/// An alarm as a rule names it: by name or by ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference(String);

impl Reference {
    /// The name of the alarm, cut out of its ARN where that is given.
    fn name(&self) -> &str {
        name_of(&self.0)
    }
}

/// The name of an alarm that is named by name or by ARN.
pub fn name_of(alarm: &str) -> &str {
    let of_arn = alarm.strip_prefix("arn:").and_then(|rest| {
        let mut parts = rest.splitn(6, ':');
        let (_partition, service) = (parts.next()?, parts.next()?);
        let (_region, _account) = (parts.next()?, parts.next()?);
        (service == "cloudwatch" && parts.next()? == "alarm").then(|| parts.next()).flatten()
    });
    of_arn.filter(|name| !name.is_empty()).unwrap_or(alarm)
}

impl Rule {
    /// The alarms that the rule names, by name, each once, in the order of the text.
    pub fn children(&self) -> Vec<&str> {
        let mut children: Vec<&str> = Vec::new();
        self.root.references(&mut |reference| {
            if !children.contains(&reference.name()) {
                children.push(reference.name());
            }
        });
        children
    }
}

impl Node {
    fn references<'a>(&'a self, see: &mut impl FnMut(&'a Reference)) {
        match self {
            Node::Any(nodes) | Node::All(nodes) => nodes.iter().for_each(|node| node.references(see)),
            Node::Not(node) => node.references(see),
            Node::Constant(_) => {}
            Node::State(_, reference) => see(reference),
            Node::AtLeast(at_least) => at_least.alarms.iter().for_each(see),
        }
    }
}

impl AtLeast {
    /// How many of the alarms it takes: a share is rounded up to whole alarms.
    fn needed(&self) -> usize {
        match self.wanted {
            Wanted::Count(count) => count as usize,
            Wanted::Percent(percent) => (self.alarms.len() * percent as usize).div_ceil(100),
        }
    }

    fn matches(&self, state: StateValue) -> bool {
        (state == self.state) != self.is_not
    }
}
