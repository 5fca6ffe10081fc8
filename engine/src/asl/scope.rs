//! What an expression can see: the input of its field, the context object, and the variables of its scope and of the
//! scopes around it. Decides nothing about who may assign what; limits on their size are the interpreter's.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Payload;
use super::context::Context;
use super::path::{Missing, Path, Root, Selected};

/// What a JSONPath expression is evaluated against.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// What `$` is in this field: the state's input, the effective input or the result.
    pub input: &'a Value,
    /// What `$$` is: the context object.
    pub context: &'a Context,
    pub variables: &'a Variables,
}

impl<'a> Scope<'a> {
    /// The value from which a path goes on, and how many of its steps lead there; nothing for a variable without value.
    fn reach(&self, path: &Path) -> Option<(&'a Value, usize)> {
        match path.root() {
            Root::Input => Some((self.input, 0)),
            Root::Context => Some(self.context.reach(path)),
            Root::Variable(name) => self.variables.get(name).map(|value| (value, 0)),
        }
    }

    /// What a path selects, from whatever it begins at.
    pub fn select(&self, path: &Path) -> Result<Selected<'a>, Missing> {
        match self.reach(path) {
            Some((from, steps)) => path.select_from(from, steps),
            None => Err(Missing::variable(path)),
        }
    }

    /// Whether a path selects something: what `IsPresent` asks.
    pub fn has(&self, path: &Path) -> bool {
        self.reach(path).is_some_and(|(from, steps)| path.is_present_from(from, steps))
    }
}

/// The variables of one scope (the machine, a branch, an iteration) over those of the scope around it. The outer ones
/// are frozen while an inner scope lives, as the language has it, so they are shared and never copied.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    own: BTreeMap<String, Payload>,
    /// Bytes of JSON of its own values.
    length: usize,
    outer: Option<Arc<Variables>>,
}

impl Variables {
    /// An empty scope inside another one.
    pub fn inside(outer: Arc<Variables>) -> Self {
        Variables { own: BTreeMap::new(), length: 0, outer: Some(outer) }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.own.get(name) {
                return Some(value.value());
            }
            scope = scope.outer.as_deref()?;
        }
    }

    /// Gives a variable of this scope a value.
    pub fn assign(&mut self, name: &str, value: Payload) {
        self.length += value.length();
        if let Some(replaced) = self.own.insert(name.to_owned(), value) {
            self.length -= replaced.length();
        }
    }

    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The variables of this scope alone, as an object.
    pub fn to_value(&self) -> Value {
        self.own.iter().map(|(name, value)| (name.clone(), value.value().clone())).collect()
    }

    /// Bytes of JSON of all values, those of the scopes around this one included.
    pub fn length(&self) -> usize {
        let scopes = std::iter::successors(Some(self), |scope| scope.outer.as_deref());
        scopes.map(|scope| scope.length).sum()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_scope_reads_outwards_and_writes_inwards() {
        let mut outer = Variables::default();
        outer.assign("a", json!("abc").into());
        outer.assign("a", json!(1).into());
        let outer = Arc::new(outer);
        let mut inner = Variables::inside(Arc::clone(&outer));
        inner.assign("b", json!([2]).into());
        assert_eq!(
            (inner.get("a"), inner.get("b"), outer.get("b")),
            (Some(&json!(1)), Some(&json!([2])), None)
        );
        assert_eq!((inner.length(), outer.length()), (4, 1));
    }
}
