//! Loops: those that nothing keeps below the 25,000 events of a history, and what grows in them. A loop is taken to
//! count its rounds when one of its choices compares a number, and to be bounded by time when every round waits and
//! its execution has a timeout; only what is left is told of.

use super::graph::Graph;
use super::places::{Placed, Scope};
use super::reach::names;
use super::rule::LOOP_EVENT_LIMIT;
use super::{Linter, growth};
use crate::asl::choice::{Bound, Condition, Test};
use crate::asl::definition::{self, Field, Pattern, Resource, Wait, Work};
use crate::asl::execution::MAX_EVENTS;

/// How often a loop goes round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rounds {
    /// As often as a number says that is not in the definition.
    Counted,
    /// At most so often.
    AtMost(f64),
    Unknown,
}

pub(super) fn check(linter: &mut Linter<'_>, scope: &Scope<'_>, graph: &Graph) {
    let (entered, ending) = (graph.entered(), graph.ending());
    for group in graph.loops() {
        // What is never entered, and what never ends, is told of already.
        if group.iter().any(|state| !entered[*state] || !ending[*state]) {
            continue;
        }
        let states: Vec<Placed<'_>> = group.iter().filter_map(|state| scope.state(*state)).collect();
        let rounds = rounds(&states);
        growth::check(linter, &states, rounds);
        let Some(first) = states.first() else { continue };
        if !scope.has_event_limit || rounds == Rounds::Counted {
            continue;
        }
        let events: u64 = states.iter().map(events).fold(0, u64::saturating_add).max(1);
        let most = MAX_EVENTS / events;
        let by_count = matches!(rounds, Rounds::AtMost(rounds) if rounds <= most as f64);
        let wait = shortest_wait(graph, &group, &states);
        let by_time = wait.zip(scope.timeout).is_some_and(|(wait, timeout)| timeout / wait.max(1) <= most);
        if by_count || by_time {
            continue;
        }
        let time = wait.map(|wait| format!(", {},", duration(wait.saturating_mul(most)))).unwrap_or_default();
        let bound = match rounds {
            Rounds::AtMost(rounds) => format!("may go round {rounds} times"),
            _ => "is bounded by nothing".to_owned(),
        };
        let message = format!(
            "the loop of {} {bound}, and makes up to {events} events a round: after {most} rounds{time} the \
             execution fails at {MAX_EVENTS} events; count the rounds in a Choice, give the machine \
             TimeoutSeconds, or go on in a new execution",
            names(scope, &group),
        );
        linter.add(&LOOP_EVENT_LIMIT, first.at.clone(), message);
    }
}

fn rounds(states: &[Placed<'_>]) -> Rounds {
    let adds = states.iter().any(|placed| placed.raw.to_string().contains("States.MathAdd"));
    let mut rounds = Rounds::Unknown;
    for placed in states {
        let Work::Choice { rules, .. } = &placed.state.work else { continue };
        for rule in rules {
            match &rule.test {
                definition::Test::Rule(condition) => bounds(condition, adds, &mut rounds),
                definition::Test::Condition(expression) if orders(expression.source()) => {
                    return Rounds::Counted;
                }
                definition::Test::Condition(_) | definition::Test::Always(_) => {}
            }
        }
    }
    rounds
}

fn bounds(condition: &Condition, adds: bool, rounds: &mut Rounds) {
    match condition {
        Condition::And(conditions) | Condition::Or(conditions) => {
            conditions.iter().for_each(|condition| bounds(condition, adds, rounds));
        }
        Condition::Not(condition) => bounds(condition, adds, rounds),
        Condition::Test { variable, test: Test::IsPresent(_) } => {
            // The first of a list from which every round takes one.
            if variable.canonical().ends_with(']') && !variable.canonical().ends_with("']") {
                *rounds = Rounds::Counted;
            }
        }
        Condition::Test { test, .. } => {
            *rounds = match (*rounds, test.bound(adds)) {
                (rounds, None) => rounds,
                (Rounds::Counted, _) | (_, Some(Bound::Path)) => Rounds::Counted,
                // Down to zero, from wherever it began.
                (_, Some(Bound::Literal(number))) if number < 1.0 => Rounds::Counted,
                (Rounds::AtMost(before), Some(Bound::Literal(number))) => Rounds::AtMost(before.max(number)),
                (Rounds::Unknown, Some(Bound::Literal(number))) => Rounds::AtMost(number),
            };
        }
    }
}

/// Whether an expression compares by order: `<` or `>`, but not the `~>` that hands a value on, outside of texts.
fn orders(source: &str) -> bool {
    let (mut quote, mut before) = (None, ' ');
    for character in source.chars() {
        match quote {
            Some(open) if character == open && before != '\\' => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character == '<' || (character == '>' && before != '~') => return true,
            None => {}
        }
        before = character;
    }
    false
}

/// The events that a state makes when it succeeds, with one round through what is inside it.
fn events(placed: &Placed<'_>) -> u64 {
    let inside = || placed.inner().iter().map(|(states, ..)| states.list.len() as u64 * 2).sum::<u64>();
    match &placed.state.work {
        Work::Task(task) => match &task.resource {
            Resource::Service(integration) if integration.pattern != Pattern::RequestResponse => 6,
            _ => 5,
        },
        Work::Parallel { .. } => 4 + inside(),
        Work::Map(map) if !map.is_distributed() => 6 + inside(),
        Work::Map(_) => 6,
        _ => 2,
    }
}

/// The seconds that every round waits at least; nothing when a round may go by without a wait.
fn shortest_wait(graph: &Graph, group: &[usize], states: &[Placed<'_>]) -> Option<u64> {
    let waits: Vec<(usize, u64)> = group
        .iter()
        .zip(states)
        .filter_map(|(number, placed)| match &placed.state.work {
            Work::Wait(Wait::Seconds(Field::Fixed(seconds))) if *seconds > 0 => Some((*number, *seconds)),
            _ => None,
        })
        .collect();
    let is_wait = |state: usize| waits.binary_search_by_key(&state, |(number, _)| *number).is_ok();
    if graph.has_loop_without(group, is_wait) {
        return None;
    }
    waits.iter().map(|(_, seconds)| *seconds).min()
}

fn duration(seconds: u64) -> String {
    match seconds {
        ..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
