//! What grows with every round of a loop: a value that is written to a place of which it holds what was there before.
//! What a task answers is not known, and taken not to grow.

use serde_json::Value;

use super::Linter;
use super::loops::Rounds;
use super::places::Placed;
use super::reads::{self, Read};
use super::rule::GROWING_PAYLOAD;
use crate::asl::definition::{QueryLanguage, ResultPath, State, States, Work};
use crate::asl::history::StateType;
use crate::asl::path::Path;
use crate::asl::template::PathQuery;

/// Functions whose value holds, or is longer than, each of their arguments.
const GROWING: &[&str] = &["Array", "ArrayPartition", "Base64Encode", "Format", "JsonToString"];

/// How a value that is written holds what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    /// With more added at each round.
    Added,
    /// Wrapped once more at each round.
    Nested,
}

pub(super) fn check(linter: &mut Linter<'_>, states: &[Placed<'_>], rounds: Rounds) {
    for placed in states {
        for (at, place, growth) in found(placed) {
            // A list that is filled so many times is what it is meant to be.
            if growth == Growth::Added && rounds != Rounds::Unknown {
                continue;
            }
            let how = match growth {
                Growth::Added => "is added to",
                Growth::Nested => "is put inside itself",
            };
            let message = format!(
                "{place} {how} at each round of the loop that '{}' is in, until 262,144 bytes are passed: keep \
                 only what the next round needs, or write to an object in S3",
                placed.state.name
            );
            linter.add(&GROWING_PAYLOAD, format!("{}{at}", placed.at), message);
        }
    }
}

/// Where something grows, and what.
fn found(placed: &Placed<'_>) -> Vec<(String, String, Growth)> {
    let mut found = Vec::new();
    reads::each(placed.raw, placed.state.language, &mut |at, read, _| match read {
        Read::Query(query) => {
            if let Some((place, growth)) = by_query(placed, &at, &query) {
                found.push((at, place, growth));
            }
        }
        Read::Expression(expression) => {
            if let Some((place, growth)) = by_expression(&at, expression.source()) {
                found.push((at, place, growth));
            }
        }
    });
    if let ResultPath::Merge(result_path) = &placed.state.flow.result_path
        && result_is_input(placed.state)
    {
        let place = result_path.path().canonical();
        if let Some(growth) = grows(&input(placed.raw), &place, false) {
            found.push(("/ResultPath".to_owned(), place, growth));
        }
    }
    found
}

/// Whether what `ResultPath` places holds the effective input as a whole.
fn result_is_input(state: &State) -> bool {
    if state.flow.arguments.is_some() || state.flow.result_selector.is_some() {
        return false;
    }
    match &state.work {
        Work::Pass { result } => result.is_none(),
        Work::Parallel { branches } => branches.iter().any(|branch| lets_through(branch)),
        _ => false,
    }
}

/// Whether some way through these states leads to an end with all of the input still there.
fn lets_through(states: &States) -> bool {
    let graph = super::graph::Graph::of(states);
    let keeps: Vec<bool> = states.list.iter().map(keeps_input).collect();
    let mut is_seen = vec![false; keeps.len()];
    let mut waiting = vec![graph.start];
    while let Some(state) = waiting.pop() {
        if !keeps[state] || std::mem::replace(&mut is_seen[state], true) {
            continue;
        }
        if graph.ends.contains(&state) {
            return true;
        }
        waiting.extend(&graph.next[state]);
    }
    false
}

fn keeps_input(state: &State) -> bool {
    use crate::asl::definition::Selector;
    if state.language == QueryLanguage::Jsonata || !matches!(state.flow.output_path, Selector::Whole) {
        return false;
    }
    let is_replaced = matches!(state.flow.result_path, ResultPath::Replace);
    match &state.work {
        Work::Fail { .. } => false,
        Work::Pass { result } => !is_replaced || (result.is_none() && state.flow.arguments.is_none()),
        Work::Task(_) | Work::Map(_) | Work::Parallel { .. } => !is_replaced,
        Work::Succeed | Work::Wait(_) | Work::Choice { .. } => {
            matches!(state.flow.input_path, Selector::Whole)
        }
    }
}

/// `InputPath` in bracket form.
fn input(raw: &Value) -> String {
    let path = raw.get("InputPath").and_then(Value::as_str).and_then(|text| Path::parse(text).ok());
    path.map_or_else(|| "$".to_owned(), |path| path.canonical())
}

/// A field of `Parameters` of a Pass state, or of `Assign`, that holds its own place.
fn by_query(placed: &Placed<'_>, at: &str, query: &PathQuery) -> Option<(String, Growth)> {
    let base = match at.split('/').nth(1)? {
        "Assign" => String::new(),
        "Parameters" if placed.state.kind == StateType::Pass => match &placed.state.flow.result_path {
            ResultPath::Replace => "$".to_owned(),
            ResultPath::Merge(path) => path.path().canonical(),
            ResultPath::Discard => return None,
        },
        _ => return None,
    };
    let place = written(&base, at)?;
    let (paths, adds) = match query {
        PathQuery::Path(path) => (vec![path], false),
        PathQuery::Call(call) if GROWING.contains(&call.name()) => (call.paths(), true),
        PathQuery::Call(_) => return None,
    };
    let input = input(placed.raw);
    let growth = paths.into_iter().filter(|path| path.is_definite()).find_map(|path| {
        let read = path.canonical();
        // Paths of the input begin where InputPath ends.
        let read =
            if read == "$" || read.starts_with("$[") { format!("{input}{}", &read[1..]) } else { read };
        grows(&read, &place, adds)
    })?;
    Some((place, growth))
}

/// The place that the field at a pointer writes to, in bracket form: below `base`, or a variable where there is none.
fn written(base: &str, at: &str) -> Option<String> {
    let mut place = base.to_owned();
    for step in at.split('/').skip(2) {
        let name = step.strip_suffix(".$").unwrap_or(step);
        if place.is_empty() {
            place = format!("${name}");
        } else if name.parse::<usize>().is_ok() {
            place.push_str(&format!("[{name}]"));
        } else {
            place.push_str(&format!("['{name}']"));
        }
    }
    (!place.is_empty()).then_some(place)
}

/// Whether a value read at one place and written to the other holds itself.
fn grows(read: &str, place: &str, adds: bool) -> Option<Growth> {
    let rest = place.strip_prefix(read)?;
    match rest.chars().next() {
        None if adds => Some(Growth::Added),
        Some('[') => Some(Growth::Nested),
        _ => None,
    }
}

/// The same in JSONata, where only its plain forms are known: the whole input in a field of the output, and
/// `$append(PLACE, …)`, `[PLACE, …]` and `PLACE & …`.
fn by_expression(at: &str, source: &str) -> Option<(String, Growth)> {
    let field = at.split('/').nth(1)?;
    let mut names = at.split('/').skip(2);
    let place = match field {
        "Assign" => format!("${}", names.next()?),
        "Output" => "$states.input".to_owned(),
        _ => return None,
    };
    let place = names.fold(place, |place, name| format!("{place}.{name}"));
    let source: String = source.chars().filter(|character| !character.is_whitespace()).collect();
    if let Some(rest) = place.strip_prefix(source.as_str())
        && rest.starts_with('.')
    {
        return Some((place, Growth::Nested));
    }
    let adds = [format!("$append({place},"), format!("[{place},"), format!("{place}&"), format!("&{place}")];
    let is_added = |form: &String| {
        source.match_indices(form.as_str()).any(|(at, _)| {
            let after = source[at + form.len()..].chars().next();
            !form.starts_with('&')
                || !after.is_some_and(|next| next.is_alphanumeric() || "._[(".contains(next))
        })
    };
    adds.iter().any(is_added).then_some((place, Growth::Added))
}
