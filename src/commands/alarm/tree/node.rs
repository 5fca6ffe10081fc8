//! Trees of alarms as a list: every alarm with its depth, in the order in which it is drawn. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::name_of;
use serde::Serialize;

use super::super::family::{Composite, Family};
use super::super::model::{Alarm, AlarmType};
use super::super::view;
use crate::output::{Cell, Column};

/// An alarm in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    pub name: String,
    /// Nothing where there is no such alarm.
    #[serde(rename = "type")]
    pub alarm_type: Option<AlarmType>,
    pub state: Option<String>,
    pub since: Option<Timestamp>,
    /// 0 for the alarm at the top.
    pub depth: u64,
    pub parent: Option<String>,
    pub role: Role,
    pub rule: Option<String>,
    /// It is in ALARM, and its parent is because of it.
    pub is_decisive: bool,
    /// What is to be said of it: that it is not there, is shown above, or closes a cycle.
    pub note: Option<String>,
    /// What is drawn before the name.
    #[serde(skip)]
    pub indent: String,
}

/// What an alarm is to the one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    Root,
    Child,
    Suppressor,
}

/// The columns of `alarm tree`.
pub const DRAWN: &[Column<Node>] = &[
    Column::new("alarm", "ALARM", |it: &Node| format!("{}{}", it.indent, it.name).into()),
    Column::new("state", "STATE", state),
    Column::new("since", "SINCE", |it: &Node| it.since.into()),
    Column::new("note", "NOTE", note),
    Column::new("name", "NAME", |it: &Node| it.name.as_str().into()).hidden(),
    Column::new("depth", "DEPTH", |it: &Node| it.depth.into()).hidden(),
    Column::new("parent", "PARENT", |it: &Node| it.parent.as_deref().into()).hidden(),
    Column::new("type", "TYPE", |it: &Node| it.alarm_type.map(AlarmType::word).into()).hidden(),
    Column::new("rule", "RULE", |it: &Node| it.rule.as_deref().into()).cut().hidden(),
];

/// The same for formats that programs read.
pub const NODES: &[Column<Node>] = &[
    Column::new("depth", "DEPTH", |it: &Node| it.depth.into()),
    Column::new("parent", "PARENT", |it: &Node| it.parent.as_deref().into()),
    Column::new("name", "NAME", |it: &Node| it.name.as_str().into()),
    Column::new("state", "STATE", state),
    Column::new("since", "SINCE", |it: &Node| it.since.into()),
    Column::new("note", "NOTE", note),
    Column::new("type", "TYPE", |it: &Node| it.alarm_type.map(AlarmType::word).into()).hidden(),
    Column::new("rule", "RULE", |it: &Node| it.rule.as_deref().into()).hidden(),
];

fn state(node: &Node) -> Cell {
    node.state.as_deref().map(view::state).unwrap_or(Cell::Empty)
}

fn note(node: &Node) -> Cell {
    let role = (node.role == Role::Suppressor).then_some("suppresses actions");
    let decides = node.is_decisive.then_some("decides");
    let notes: Vec<&str> = [role, decides, node.note.as_deref()].into_iter().flatten().collect();
    notes.join("; ").into()
}

/// The alarm that suppresses the actions of a composite alarm, by name.
pub fn suppressor(composite: &Composite) -> Option<&str> {
    composite.alarm.text("ActionsSuppressor").map(name_of)
}

/// What is wrong with alarms whose rules lead back to them.
pub fn waiting(cycle: &[&str]) -> String {
    match cycle {
        [alone] => {
            format!("the rule of {alone} names {alone} itself: it is not evaluated until the rule is changed")
        }
        several => format!(
            "{} wait for each other: none is evaluated or can be deleted until one of their rules is changed",
            several.join(", ")
        ),
    }
}

/// An alarm that is still to be drawn.
struct Open<'a> {
    name: &'a str,
    role: Role,
    depth: usize,
    is_decisive: bool,
    /// Of each level above it, whether more follows there; its own is the last.
    follows: Vec<bool>,
}

/// The trees below `roots`, depth first. An alarm that is drawn already is not followed again.
pub fn nodes(roots: &[&str], family: &Family, others: &BTreeMap<String, Alarm>, is_ascii: bool) -> Vec<Node> {
    let mut drawn: BTreeSet<&str> = BTreeSet::new();
    let mut nodes = Vec::new();
    let root = |name| Open { name, role: Role::Root, depth: 0, is_decisive: false, follows: Vec::new() };
    for name in roots {
        // The way from the root to the alarm that is drawn.
        let mut way: Vec<&str> = Vec::new();
        let mut open = vec![root(*name)];
        while let Some(next) = open.pop() {
            way.truncate(next.depth);
            let composite = family.composite(next.name);
            let alarm = composite.map(|it| &it.alarm).or_else(|| others.get(next.name));
            let circle =
                way.iter().position(|above| *above == next.name).map(|at| way.get(at..).unwrap_or_default());
            let is_known = composite.is_some_and(|it| !it.children.is_empty()) && !drawn.insert(next.name);
            let note = match (alarm, circle, composite.map(|it| &it.rule)) {
                (None, ..) => Some("there is no such alarm".to_owned()),
                (_, Some(circle), _) => Some(format!("a cycle: {} -> {}", circle.join(" -> "), next.name)),
                (_, _, Some(Err(fault))) => Some(format!("its rule cannot be read: {fault}")),
                _ if is_known => Some("is above".to_owned()),
                _ => None,
            };
            nodes.push(Node {
                name: next.name.to_owned(),
                alarm_type: alarm.map(|it| it.alarm_type),
                state: alarm.map(|it| it.state().to_owned()),
                since: alarm.and_then(Alarm::since),
                depth: next.depth as u64,
                parent: way.last().map(|it| (*it).to_owned()),
                role: next.role,
                rule: alarm.and_then(Alarm::rule).map(str::to_owned),
                is_decisive: next.is_decisive,
                note,
                indent: indent(&next.follows, is_ascii),
            });
            if is_known || circle.is_some() {
                continue;
            }
            way.push(next.name);
            if let Some(composite) = composite {
                open.extend(below(composite, &next, family, others).into_iter().rev());
            }
        }
    }
    nodes
}

/// The children of a composite alarm, and what suppresses its actions.
fn below<'a>(
    composite: &'a Composite,
    above: &Open<'_>,
    family: &Family,
    others: &BTreeMap<String, Alarm>,
) -> Vec<Open<'a>> {
    let decisive = decisive(composite, family, others);
    let children = composite.children.iter().map(|name| (name.as_str(), Role::Child));
    let all: Vec<(&str, Role)> =
        children.chain(suppressor(composite).map(|name| (name, Role::Suppressor))).collect();
    let count = all.len();
    let open = |(index, (name, role)): (usize, (&'a str, Role))| Open {
        name,
        role,
        depth: above.depth + 1,
        is_decisive: role == Role::Child && decisive.contains(name),
        follows: above.follows.iter().copied().chain([index + 1 < count]).collect(),
    };
    all.into_iter().enumerate().map(open).collect()
}

/// The children in ALARM that a composite alarm in ALARM is there for.
fn decisive(composite: &Composite, family: &Family, others: &BTreeMap<String, Alarm>) -> BTreeSet<String> {
    let state_of = |name: &str| -> Option<StateValue> {
        let name = name_of(name);
        let alarm = family.composite(name).map(|it| &it.alarm).or_else(|| others.get(name))?;
        alarm.state().parse().ok()
    };
    match &composite.rule {
        Ok(rule) if composite.alarm.state() == StateValue::Alarm.name() => rule
            .contributions(state_of)
            .into_iter()
            .filter(|it| it.is_decisive && it.state == Some(StateValue::Alarm))
            .map(|it| it.alarm)
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// The branches that lead to a name.
fn indent(follows: &[bool], is_ascii: bool) -> String {
    let (pass, gap, fork, end) =
        if is_ascii { ("|  ", "   ", "|- ", "`- ") } else { ("│  ", "   ", "├─ ", "└─ ") };
    let Some((own, above)) = follows.split_last() else { return String::new() };
    let mut indent: String = above.iter().map(|follows| if *follows { pass } else { gap }).collect();
    indent.push_str(if *own { fork } else { end });
    indent
}

#[cfg(test)]
mod tests {
    use super::super::super::family::tests::family;
    use super::super::super::model::tests::alarm;
    use super::*;
    use serde_json::json;

    fn drawn(family: &Family, states: &[(&str, &str)]) -> String {
        let others = |(name, state): &(&str, &str)| {
            ((*name).to_owned(), alarm(AlarmType::Metric, json!({ "AlarmName": name, "StateValue": state })))
        };
        let nodes = nodes(&family.roots(), family, &states.iter().map(others).collect(), false);
        let line = |node: &Node| {
            let note = match note(node) {
                Cell::Text(note) if !note.is_empty() => format!("  ({note})"),
                _ => String::new(),
            };
            format!("{}  {}{note}\n", node.drawn(), node.state.as_deref().unwrap_or("-"))
        };
        nodes.iter().map(line).collect()
    }

    #[test]
    fn trees_are_drawn_with_states_and_what_is_shown_twice_is_drawn_once() {
        let family = family(&[
            ("all", "ALARM(web) OR ALARM(db) OR ALARM(gone)"),
            ("db", "ALARM(disk) AND NOT OK(web)"),
            ("web", "ALARM(cpu) OR ALARM(mem)"),
        ]);
        insta::assert_snapshot!(drawn(&family, &[("cpu", "ALARM"), ("mem", "OK"), ("disk", "INSUFFICIENT_DATA")]), @r"
        all  OK
        ├─ web  OK
        │  ├─ cpu  ALARM
        │  └─ mem  OK
        ├─ db  OK
        │  ├─ disk  INSUFFICIENT_DATA
        │  └─ web  OK  (is above)
        └─ gone  -  (there is no such alarm)
        ");
    }

    #[test]
    fn a_cycle_is_named_where_it_closes() {
        let family = family(&[("a", "ALARM(b)"), ("b", "ALARM(c)"), ("c", "ALARM(a) OR ALARM(x)")]);
        insta::assert_snapshot!(drawn(&family, &[("x", "OK")]), @r"
        a  OK
        └─ b  OK
           └─ c  OK
              ├─ a  OK  (a cycle: a -> b -> c -> a)
              └─ x  OK
        ");
        assert_eq!(
            waiting(&["a", "b"]),
            "a, b wait for each other: none is evaluated or can be deleted until one of their rules is changed"
        );
    }

    #[test]
    fn a_chain_of_many_alarms_is_drawn() {
        let rules: Vec<(String, String)> =
            (0..3000).map(|at| (format!("a{at:05}"), format!("ALARM(a{:05})", at + 1))).collect();
        let rules: Vec<(&str, &str)> =
            rules.iter().map(|(name, rule)| (name.as_str(), rule.as_str())).collect();
        let family = family(&rules);
        assert_eq!(nodes(&family.roots(), &family, &BTreeMap::new(), true).len(), 3001);
    }
}
