//! States that are called otherwise and are the same but for that: their members are equal, and each of their ways leads
//! to the same state, or to one that is renamed too.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Pairs of states that are looked at in vain, at most: where thousands of states are alike, telling which is which is
/// given up.
const MOST_WASTED: usize = 20_000;

/// Old names and new ones of one scope.
#[derive(Debug, Default)]
pub struct Renames {
    new: HashMap<String, String>,
    old: HashMap<String, String>,
}

impl Renames {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
    }

    /// What the state of this name was called.
    pub fn old(&self, new: &str) -> Option<&str> {
        self.old.get(new).map(String::as_str)
    }

    fn fits(&self, old: &str, new: &str) -> bool {
        self.new.get(old).is_some_and(|known| known == new)
    }

    fn is_free(&self, old: &str, new: &str) -> bool {
        !self.new.contains_key(old) && !self.old.contains_key(new)
    }

    fn add(&mut self, old: &str, new: &str) {
        self.new.insert(old.to_owned(), new.to_owned());
        self.old.insert(new.to_owned(), old.to_owned());
    }

    fn remove(&mut self, old: &str, new: &str) {
        self.new.remove(old);
        self.old.remove(new);
    }
}

/// A state without the names it leads to, and these.
struct State<'a> {
    rest: String,
    targets: Vec<&'a str>,
}

type States<'a> = HashMap<&'a str, State<'a>>;

/// The renames between the states of two scopes.
pub fn of(before: &Map<String, Value>, after: &Map<String, Value>) -> Renames {
    let (Some(old), Some(new)) = (states(before), states(after)) else { return Renames::default() };
    let (gone, come) = (only(old, new), only(new, old));
    let mut search = Search { gone: &gone, come: &come, renames: Renames::default(), wasted: 0 };
    if gone.is_empty() || come.is_empty() {
        return search.renames;
    }
    // Where the same way leads to one before and to the other after, nothing has to be guessed.
    for (one, other) in ways(before, after, old, new) {
        search.pair(one, other);
    }
    let mut alike: HashMap<&str, Vec<&str>> = HashMap::new();
    for name in new.keys() {
        if let Some(state) = come.get(name.as_str()) {
            alike.entry(&state.rest).or_default().push(name);
        }
    }
    for name in old.keys() {
        if search.wasted > MOST_WASTED {
            break;
        }
        let others = gone.get(name.as_str()).and_then(|state| alike.get(state.rest.as_str()));
        others.into_iter().flatten().any(|other| search.pair(name, other));
    }
    search.renames
}

/// The scope with its states called as they are after, and its ways too.
pub fn applied(scope: &Map<String, Value>, renames: &Renames) -> Map<String, Value> {
    let mut scope = scope.clone();
    let rename = |target: &mut Value| {
        if let Some(new) = target.as_str().and_then(|old| renames.new.get(old)) {
            *target = new.as_str().into();
        }
    };
    scope.get_mut("StartAt").map(rename);
    if let Some(Value::Object(states)) = scope.get_mut("States") {
        let renamed = std::mem::take(states).into_iter().map(|(name, mut state)| {
            targets_mut(&mut state).into_iter().for_each(rename);
            (renames.new.get(&name).cloned().unwrap_or(name), state)
        });
        *states = renamed.collect();
    }
    scope
}

struct Search<'a> {
    /// States that are there before alone, and after alone.
    gone: &'a States<'a>,
    come: &'a States<'a>,
    renames: Renames,
    wasted: usize,
}

impl Search<'_> {
    /// Whether one can be the other; if so, the two and all that they lead to are kept as renames.
    fn pair(&mut self, one: &str, other: &str) -> bool {
        let mut tried: Vec<(&str, &str)> = Vec::new();
        let mut open = vec![(one, other)];
        while let Some((one, other)) = open.pop() {
            if one == other || self.renames.fits(one, other) {
                continue;
            }
            let both = self.gone.get_key_value(one).zip(self.come.get_key_value(other));
            let fitting = both.filter(|((one, gone), (other, come))| {
                self.renames.is_free(one, other) && gone.rest == come.rest
            });
            let Some(((one, gone), (other, come))) = fitting else {
                self.wasted += tried.len() + 1;
                for (one, other) in tried {
                    self.renames.remove(one, other);
                }
                return false;
            };
            self.renames.add(one, other);
            tried.push((one, other));
            open.extend(gone.targets.iter().copied().zip(come.targets.iter().copied()));
        }
        true
    }
}

fn states(scope: &Map<String, Value>) -> Option<&Map<String, Value>> {
    scope.get("States")?.as_object()
}

/// The states that the others have not.
fn only<'a>(states: &'a Map<String, Value>, others: &Map<String, Value>) -> States<'a> {
    let only = states.iter().filter(|(name, _)| !others.contains_key(*name));
    only.map(|(name, state)| (name.as_str(), State::of(state))).collect()
}

/// Where each way leads that both scopes have: from their start, and from states that both have and that differ in where
/// they lead alone.
fn ways<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
    old: &'a Map<String, Value>,
    new: &'a Map<String, Value>,
) -> Vec<(&'a str, &'a str)> {
    let start = |scope: &'a Map<String, Value>| scope.get("StartAt").and_then(Value::as_str);
    let mut ways: Vec<(&str, &str)> = start(before).zip(start(after)).into_iter().collect();
    for (name, state) in old {
        let (Some(other), false) = (new.get(name), new.get(name) == Some(state)) else { continue };
        let (state, other) = (State::of(state), State::of(other));
        if state.rest == other.rest {
            ways.extend(state.targets.into_iter().zip(other.targets));
        }
    }
    ways
}

impl<'a> State<'a> {
    fn of(state: &'a Value) -> Self {
        let mut rest = state.clone();
        targets_mut(&mut rest).into_iter().for_each(|target| *target = Value::Null);
        rest.sort_all_objects();
        State { rest: rest.to_string(), targets: targets(state) }
    }
}

/// The names of states that a state leads to, in an order of their own.
fn targets(state: &Value) -> Vec<&str> {
    let own = ["Next", "Default"].into_iter().filter_map(|name| state.get(name));
    let rules = ["Choices", "Catch"].into_iter().filter_map(|name| state.get(name)?.as_array());
    own.chain(rules.flatten().filter_map(|rule| rule.get("Next"))).filter_map(Value::as_str).collect()
}

/// The same, to be changed; in another order.
fn targets_mut(state: &mut Value) -> Vec<&mut Value> {
    let mut targets = Vec::new();
    for (name, value) in state.as_object_mut().into_iter().flatten() {
        match (name.as_str(), value) {
            ("Next" | "Default", value) => targets.push(value),
            ("Choices" | "Catch", Value::Array(rules)) => {
                targets.extend(rules.iter_mut().filter_map(|rule| rule.get_mut("Next")));
            }
            _ => {}
        }
    }
    targets.retain(|target| target.is_string());
    targets
}
