//! Variables that are read before anything gave them a value. Along every way from the start of a scope it is followed
//! which variables some way, and which every way, has assigned; 64 variables at a time, so that a definition with many
//! of them takes no more memory than its states.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Linter;
use super::graph::Graph;
use super::places::Placed;
use super::reads::{self, Variable};
use super::rule::{MAYBE_UNASSIGNED_VARIABLE, UNASSIGNED_VARIABLE};
use crate::asl::definition::{Next, States, Work};

/// Variables followed at once: the bits of a set.
const TOGETHER: usize = 64;

/// Variables, a bit each.
type Bits = u64;

/// A state as far as variables go.
struct Step<'a> {
    placed: Placed<'a>,
    reads: Vec<Variable>,
    /// Each way out and the names that are assigned on it.
    ways: Vec<(usize, BTreeSet<&'a str>)>,
    inner: Vec<Flow<'a>>,
    /// Whether the scopes inside see the variables around them.
    is_closed: bool,
}

/// A scope as far as variables go.
struct Flow<'a> {
    graph: Graph,
    order: Vec<usize>,
    steps: Vec<Step<'a>>,
}

/// Which variables have a value: on some way, and on every way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    some: Bits,
    every: Bits,
}

pub(super) fn check(linter: &mut Linter<'_>, raw: &Value) {
    let flow = Flow::of(&linter.machine.states, raw, "");
    let mut names = BTreeSet::new();
    flow.names(&mut names);
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    for names in names.chunks(TOGETHER) {
        let bits: BTreeMap<&str, Bits> =
            names.iter().enumerate().map(|(number, name)| (name.as_str(), 1 << number)).collect();
        flow.follow(linter, &bits, Known { some: 0, every: 0 });
    }
}

impl<'a> Flow<'a> {
    fn of(states: &'a States, raw: &'a Value, at: &str) -> Self {
        let graph = Graph::of(states);
        let scope =
            super::places::Scope { states, raw, at: at.to_owned(), has_event_limit: false, timeout: None };
        let steps = scope.states().map(Step::of).collect();
        Flow { order: graph.order(), graph, steps }
    }

    /// The names that are read anywhere.
    fn names<'f>(&'f self, names: &mut BTreeSet<&'f str>) {
        for step in &self.steps {
            names.extend(step.reads.iter().map(|read| read.name.as_str()));
            step.inner.iter().for_each(|flow| flow.names(names));
        }
    }

    fn follow(&self, linter: &mut Linter<'_>, bits: &BTreeMap<&str, Bits>, entry: Known) {
        let mut known: Vec<Option<Known>> = vec![None; self.steps.len()];
        if let Some(start) = known.get_mut(self.graph.start) {
            *start = Some(entry);
        }
        let given: Vec<Vec<(usize, Bits)>> = self.steps.iter().map(|step| step.given(bits)).collect();
        // Sets only grow, or only shrink: at most once around for each variable, and mostly twice in all.
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for &state in &self.order {
                let Some(here) = known[state] else { continue };
                for &(to, assigned) in &given[state] {
                    let there = Known { some: here.some | assigned, every: here.every | assigned };
                    let joined = match known[to] {
                        None => there,
                        Some(now) => Known { some: now.some | there.some, every: now.every & there.every },
                    };
                    if known[to] != Some(joined) {
                        known[to] = Some(joined);
                        has_changed = true;
                    }
                }
            }
        }
        for (step, known) in self.steps.iter().zip(known) {
            // What is never entered reads nothing.
            let Some(known) = known else { continue };
            step.tell(linter, bits, known);
            let inside = if step.is_closed { Known { some: 0, every: 0 } } else { known };
            step.inner.iter().for_each(|flow| flow.follow(linter, bits, inside));
        }
    }
}

impl<'a> Step<'a> {
    fn of(placed: Placed<'a>) -> Self {
        let state = placed.state;
        let own = names(placed.raw);
        let mut ways = Vec::new();
        match &state.work {
            Work::Choice { rules, default } => {
                let raw = placed.raw.get("Choices");
                for (number, rule) in rules.iter().enumerate() {
                    let raw = raw.and_then(|rules| rules.get(number));
                    let assigned = raw.filter(|_| rule.assign.is_some()).map_or_else(|| own.clone(), names);
                    ways.push((rule.next, assigned));
                }
                ways.extend(default.map(|default| (default, own)));
            }
            _ => {
                if let Next::State(next) = state.next {
                    ways.push((next, own));
                }
            }
        }
        let catch = placed.raw.get("Catch");
        for (number, catcher) in state.catch.iter().enumerate() {
            ways.push((catcher.next, catch.and_then(|list| list.get(number)).map(names).unwrap_or_default()));
        }
        Step {
            reads: reads::variables(placed.raw, state.language),
            ways,
            inner: placed.inner().into_iter().map(|(states, raw, at)| Flow::of(states, raw, &at)).collect(),
            is_closed: placed.map().is_some_and(|map| map.is_distributed()),
            placed,
        }
    }

    fn given(&self, bits: &BTreeMap<&str, Bits>) -> Vec<(usize, Bits)> {
        let set = |names: &BTreeSet<&str>| {
            names.iter().filter_map(|name| bits.get(name)).fold(0, |set, bit| set | bit)
        };
        self.ways.iter().map(|(to, names)| (*to, set(names))).collect()
    }

    fn tell(&self, linter: &mut Linter<'_>, bits: &BTreeMap<&str, Bits>, known: Known) {
        for read in self.reads.iter().filter(|read| !read.is_asked) {
            let Some(bit) = bits.get(read.name.as_str()) else { continue };
            let (name, at) = (&read.name, format!("{}{}", self.placed.at, read.at));
            if known.some & bit == 0 {
                let message = format!(
                    "${name} has no value here: nothing before assigns it; add it to an Assign on the way"
                );
                linter.add(&UNASSIGNED_VARIABLE, at, message);
            } else if known.every & bit == 0 {
                let message = format!(
                    "${name} has no value on some ways to '{}': assign it on all of them",
                    self.placed.state.name
                );
                linter.add(&MAYBE_UNASSIGNED_VARIABLE, at, message);
            }
        }
    }
}

/// The names in the `Assign` of a state, a rule or a catcher.
fn names(raw: &Value) -> BTreeSet<&str> {
    let assign = raw.get("Assign").and_then(Value::as_object);
    let bare = |name: &'_ String| -> usize { name.strip_suffix(".$").unwrap_or(name).len() };
    assign.into_iter().flat_map(|assign| assign.keys()).map(|name| &name[..bare(name)]).collect()
}
