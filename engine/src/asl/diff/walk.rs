//! Goes through two values at once and notes where they part.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::renames::{self, Renames};
use super::{Change, How, What};
use crate::asl::jsonata::with_stack;

/// What a value of a definition is; elsewhere all is `Plain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// What has `States`: the whole, a branch, an item processor.
    Machine,
    State,
    Branches,
    /// `Choices` and `Catch`, whose elements lead somewhere.
    Rules,
    Rule,
    Plain,
}

impl Role {
    /// The member of this name is; a list's elements have none.
    fn inside(self, name: &str) -> Self {
        match (self, name) {
            (Role::State, "ItemProcessor" | "Iterator") | (Role::Branches, _) => Role::Machine,
            (Role::State, "Branches") => Role::Branches,
            (Role::State, "Choices" | "Catch") => Role::Rules,
            (Role::Rules, _) => Role::Rule,
            _ => Role::Plain,
        }
    }

    fn what(self, name: &str) -> What {
        match (self, name) {
            (Role::Machine, "StartAt") | (Role::State, "Next" | "Default") | (Role::Rule, "Next") => {
                What::Transition
            }
            _ => What::Member,
        }
    }
}

#[derive(Default)]
pub struct Walk {
    changes: Vec<Change>,
    states: Vec<String>,
    member: String,
    path: String,
}

impl Walk {
    pub fn machines(mut self, before: &Value, after: &Value) -> Vec<Change> {
        self.value(before, after, Role::Machine, What::Member);
        self.changes
    }

    pub fn plain(mut self, before: &Value, after: &Value) -> Vec<Change> {
        self.value(before, after, Role::Plain, What::Member);
        self.changes
    }

    fn value(&mut self, before: &Value, after: &Value, role: Role, what: What) {
        with_stack(|| match (before, after) {
            (Value::Object(before), Value::Object(after)) if role == Role::Machine => {
                self.machine(before, after);
            }
            (Value::Object(before), Value::Object(after)) => self.object(before, after, role),
            (Value::Array(before), Value::Array(after)) => self.list(before, after, role),
            _ if is_same(before, after) => {}
            _ => self.note(what, How::Changed, Some(before), Some(after)),
        });
    }

    /// As if everything that is renamed had always been called as it is after.
    fn machine(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        let renames = renames::of(before, after);
        let before = match renames.is_empty() {
            true => Cow::Borrowed(before),
            false => Cow::Owned(renames::applied(before, &renames)),
        };
        self.members(&before, after, |walk, name, before, after| match (before, after) {
            (Value::Object(before), Value::Object(after)) if name == "States" => {
                walk.states(before, after, &renames);
            }
            _ => walk.value(before, after, Role::Plain, Role::Machine.what(name)),
        });
    }

    fn states(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, renames: &Renames) {
        for (name, state) in after {
            self.state(name, |walk| {
                let Some(known) = before.get(name) else {
                    return walk.note(What::State, How::Added, None, Some(state));
                };
                if let Some(old) = renames.old(name) {
                    let (old, new) = (Value::from(old), Value::from(name.as_str()));
                    walk.note(What::State, How::Renamed, Some(&old), Some(&new));
                }
                walk.value(known, state, Role::State, What::State);
            });
        }
        for (name, state) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            self.state(name, |walk| walk.note(What::State, How::Removed, Some(state), None));
        }
    }

    fn object(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, role: Role) {
        self.members(before, after, |walk, name, before, after| {
            walk.value(before, after, role.inside(name), role.what(name));
        });
    }

    /// Notes the members that one of the objects has; `both` looks at the others.
    fn members(
        &mut self,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
        both: impl Fn(&mut Walk, &str, &Value, &Value),
    ) {
        for (name, value) in after {
            self.step(name, |walk| match before.get(name) {
                Some(known) => both(walk, name, known, value),
                None => walk.note(What::Member, How::Added, None, Some(value)),
            });
        }
        for (name, value) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            self.step(name, |walk| walk.note(What::Member, How::Removed, Some(value), None));
        }
    }

    /// What both begin and end with is the same; between, elements stand for those at their position.
    fn list(&mut self, before: &[Value], after: &[Value], role: Role) {
        let shorter = before.len().min(after.len());
        let equal = |(before, after): &(&Value, &Value)| is_same(before, after);
        let head = before.iter().zip(after).take_while(equal).count();
        let tail = before.iter().rev().zip(after.iter().rev()).take(shorter - head).take_while(equal).count();
        let (gone, come) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
        for (number, value) in come.iter().enumerate() {
            self.step(&(head + number).to_string(), |walk| match gone.get(number) {
                Some(known) => walk.value(known, value, role.inside(""), What::Member),
                None => walk.note(What::Member, How::Added, None, Some(value)),
            });
        }
        for (number, value) in gone.iter().enumerate().skip(come.len()) {
            self.step(&(head + number).to_string(), |walk| {
                walk.note(What::Member, How::Removed, Some(value), None);
            });
        }
    }

    /// Into a state of the machine that is being looked at.
    fn state(&mut self, name: &str, look: impl FnOnce(&mut Walk)) {
        let member = std::mem::take(&mut self.member);
        self.states.push(name.to_owned());
        let length = self.path.len();
        push(&mut self.path, name);
        look(self);
        self.path.truncate(length);
        self.states.pop();
        self.member = member;
    }

    fn step(&mut self, name: &str, look: impl FnOnce(&mut Walk)) {
        let lengths = (self.member.len(), self.path.len());
        push(&mut self.member, name);
        push(&mut self.path, name);
        look(self);
        self.member.truncate(lengths.0);
        self.path.truncate(lengths.1);
    }

    fn note(&mut self, what: What, how: How, before: Option<&Value>, after: Option<&Value>) {
        self.changes.push(Change {
            what,
            how,
            states: self.states.clone(),
            member: self.member.clone(),
            path: self.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }
}

/// One step more of a JSON pointer.
fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

/// Equal but for the order of names and the way that numbers are written.
fn is_same(before: &Value, after: &Value) -> bool {
    with_stack(|| match (before, after) {
        (Value::Number(one), Value::Number(other)) => {
            let is_whole = |number: &serde_json::Number| !number.is_f64();
            one == other || (!(is_whole(one) && is_whole(other)) && one.as_f64() == other.as_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let known =
                |(name, value): (&String, &Value)| other.get(name).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(known)
        }
        _ => before == after,
    })
}
