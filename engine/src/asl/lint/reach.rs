//! What is never entered, what is never left, and choices that may match nothing.

use super::Linter;
use super::graph::Graph;
use super::places::Scope;
use super::rule::{CHOICE_WITHOUT_DEFAULT, NO_PATH_TO_END, UNREACHABLE_STATE};
use crate::asl::definition::{MachineType, Test, Work};

/// Names in a message; more are counted.
const NAMED: usize = 4;

pub(super) fn check(linter: &mut Linter<'_>, scope: &Scope<'_>, graph: &Graph) {
    let entered = graph.entered();
    let start = scope.state(graph.start).map(|start| start.state.name.to_string()).unwrap_or_default();
    for (placed, is_entered) in scope.states().zip(&entered) {
        if !is_entered {
            let name = &placed.state.name;
            let message = format!(
                "no way leads from '{start}', where it starts, to '{name}': name it in a Next, or take it out"
            );
            linter.add(&UNREACHABLE_STATE, placed.at, message);
        } else if let Work::Choice { rules, default: None } = &placed.state.work
            && !rules.iter().any(|rule| matches!(rule.test, Test::Always(true)))
        {
            let message = format!(
                "'{}' has no Default: what no rule expects fails with States.NoChoiceMatched; add one",
                placed.state.name
            );
            linter.add(&CHOICE_WITHOUT_DEFAULT, placed.at, message);
        }
    }
    let ending = graph.ending();
    for group in graph.loops() {
        if group.iter().any(|state| !entered[*state] || ending[*state]) {
            continue;
        }
        let leaves = |state: &usize| graph.next[*state].iter().any(|to| group.binary_search(to).is_err());
        // Another loop, which is told of, comes after it.
        if group.iter().any(leaves) {
            continue;
        }
        let limit = match linter.machine_type {
            MachineType::Express => "the 5 minutes of an Express execution are over",
            MachineType::Standard => "the execution has 25,000 events",
        };
        // A documented code of ValidateStateMachineDefinition. Here such states can be run, up to the limit of events.
        let refused = match graph.ends.is_empty() {
            true => ", and the service refuses states without any end (MISSING_END_STATE)",
            false => "",
        };
        let message = format!(
            "{} never {} to an end: a run goes round until {limit}{refused}; add a Choice that leads out",
            names(scope, &group),
            if group.len() == 1 { "comes" } else { "come" },
        );
        if let Some(first) = group.first().and_then(|first| scope.state(*first)) {
            linter.add(&NO_PATH_TO_END, first.at, message);
        }
    }
}

/// `'A', 'B' and 3 more`.
pub(super) fn names(scope: &Scope<'_>, group: &[usize]) -> String {
    let quoted = |state: &usize| scope.state(*state).map(|placed| format!("'{}'", placed.state.name));
    let shown = if group.len() > NAMED { NAMED - 1 } else { group.len() };
    let mut names: Vec<String> = group.iter().take(shown).filter_map(quoted).collect();
    let last = match group.len() - shown {
        0 => names.pop(),
        more => Some(format!("{more} more")),
    };
    match (names.is_empty(), last) {
        (false, Some(last)) => format!("{} and {last}", names.join(", ")),
        (true, Some(last)) => last,
        (_, None) => names.join(", "),
    }
}
