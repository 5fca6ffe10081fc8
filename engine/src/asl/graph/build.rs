//! From a checked definition to nodes and edges.

use std::sync::Arc;

use super::{Edge, EdgeKind, Graph, Kind, Node};
use crate::asl::definition::{
    Catcher, ChoiceRule, Field, Machine, Map, Next, Resource, State, States, Test, Text, Wait, Work,
};
use crate::asl::history::StateType;

impl Graph {
    pub fn of(machine: &Machine) -> Self {
        states(&machine.states, &mut 0)
    }
}

fn states(states: &States, ids: &mut usize) -> Graph {
    let mut graph = Graph { nodes: vec![mark(Kind::Start, ids)], edges: Vec::new() };
    graph.nodes.extend(states.list.iter().map(|state| node(state, ids)));
    // The states come after Start.
    let end = states.list.len() + 1;
    graph.edges.push(plain(0, states.start + 1));
    for (number, state) in states.list.iter().enumerate() {
        leave(state, number + 1, end, &mut graph.edges);
    }
    if graph.edges.iter().any(|edge| edge.to == end) {
        graph.nodes.push(mark(Kind::End, ids));
    }
    graph
}

fn next_id(ids: &mut usize) -> usize {
    *ids += 1;
    *ids - 1
}

fn mark(kind: Kind, ids: &mut usize) -> Node {
    Node {
        id: next_id(ids),
        kind,
        name: Arc::from(kind.name()),
        detail: String::new(),
        is_distributed: false,
        parts: Vec::new(),
    }
}

fn node(state: &State, ids: &mut usize) -> Node {
    let id = next_id(ids);
    let parts = match &state.work {
        Work::Parallel { branches } => branches.iter().map(|branch| states(branch, ids)).collect(),
        Work::Map(map) => vec![states(&map.processor, ids)],
        _ => Vec::new(),
    };
    Node {
        id,
        kind: Kind::State(state.kind),
        name: Arc::clone(&state.name),
        detail: detail(&state.work),
        is_distributed: matches!(&state.work, Work::Map(map) if map.is_distributed()),
        parts,
    }
}

fn plain(from: usize, to: usize) -> Edge {
    Edge { from, to, kind: EdgeKind::Next, mark: String::new(), label: String::new() }
}

/// The edges out of a state. A Fail state ends everything and has none.
fn leave(state: &State, from: usize, end: usize, edges: &mut Vec<Edge>) {
    match &state.work {
        Work::Choice { rules, default } => {
            for (number, ChoiceRule { test, next, .. }) in rules.iter().enumerate() {
                let label = match test {
                    Test::Rule(condition) => condition.to_string(),
                    Test::Condition(expression) => expression.to_string(),
                    Test::Always(truth) => truth.to_string(),
                };
                let mark = (number + 1).to_string();
                edges.push(Edge { from, to: next + 1, kind: EdgeKind::Rule, mark, label });
            }
            if let Some(default) = default {
                let (mark, label) = ("else".to_owned(), "default".to_owned());
                edges.push(Edge { from, to: default + 1, kind: EdgeKind::Default, mark, label });
            }
        }
        _ if state.kind == StateType::Fail => {}
        _ => edges.push(match state.next {
            Next::State(next) => plain(from, next + 1),
            Next::End => plain(from, end),
        }),
    }
    for (number, Catcher { errors, next, .. }) in state.catch.iter().enumerate() {
        let mark = if state.catch.len() == 1 { "!".to_owned() } else { format!("!{}", number + 1) };
        edges.push(Edge { from, to: next + 1, kind: EdgeKind::Catch, mark, label: errors.join(", ") });
    }
}

fn detail(work: &Work) -> String {
    match work {
        Work::Task(task) => resource(&task.resource),
        Work::Wait(Wait::Seconds(seconds)) => match seconds {
            Field::Fixed(seconds) => format!("{seconds} s"),
            Field::Path(path) => format!("{path} s"),
            Field::Expression(expression) => format!("{expression} s"),
        },
        Work::Wait(Wait::Timestamp(until)) => match until {
            Field::Fixed(until) => format!("until {until}"),
            Field::Path(path) => format!("until {path}"),
            Field::Expression(expression) => format!("until {expression}"),
        },
        Work::Map(map) => processor(map),
        Work::Fail { error: Some(error), .. } => match &**error {
            Text::Fixed(error) => error.to_string(),
            Text::Query(_) => String::new(),
            Text::Expression(expression) => expression.to_string(),
        },
        _ => String::new(),
    }
}

/// The last part of an ARN says what is called.
fn resource(resource: &Resource) -> String {
    match resource {
        Resource::Lambda { arn } => {
            let name = arn.split_once(":function:").map_or(&**arn, |(_, name)| name);
            format!("lambda {name}")
        }
        Resource::Activity { arn } => {
            let name = arn.split_once(":activity:").map_or(&**arn, |(_, name)| name);
            format!("activity {name}")
        }
        Resource::Service(service) => format!("{}:{}", service.resource_type, service.resource),
    }
}

fn processor(map: &Map) -> String {
    let mode = if map.is_distributed() { "distributed" } else { "inline" };
    match &map.max_concurrency {
        Some(Field::Fixed(limit @ 1..)) => format!("{mode}, {limit} at a time"),
        _ => mode.to_owned(),
    }
}
