//! Changes as lines for people, with a mark and a colour each, and as columns.

use opsctl_engine::asl::diff::How;
use opsctl_engine::asl::graph::{self, Line, Span, Style};
use serde_json::Value;

use super::{DEFINITION, PartChange};
use crate::output::{Cell, Column, Stream, Tone, escape};

/// The columns of a list of changes.
pub const COLUMNS: &[Column<PartChange>] = &[
    Column::new("part", "PART", |it: &PartChange| it.part.as_str().into()),
    Column::new("how", "CHANGE", |it: &PartChange| Cell::state(it.how, tone(it.kind))),
    Column::new("what", "WHAT", |it: &PartChange| it.what.into()),
    Column::new("state", "STATE", |it: &PartChange| it.states.join(" / ").into()),
    Column::new("path", "PATH", |it: &PartChange| it.path.as_str().into()),
    Column::new("before", "BEFORE", |it: &PartChange| it.before.as_ref().map(Value::to_string).into()).cut(),
    Column::new("after", "AFTER", |it: &PartChange| it.after.as_ref().map(Value::to_string).into()).cut(),
];

fn tone(how: How) -> Tone {
    match how {
        How::Added => Tone::Good,
        How::Removed => Tone::Bad,
        How::Renamed | How::Changed => Tone::Attention,
    }
}

/// The changes, those of a part and of a state under its name, as wide as the stream at most.
pub fn drawn(changes: &[PartChange], stream: &Stream) -> Vec<Line> {
    let room = Room { columns: stream.limit(), more: if stream.unicode { '…' } else { '~' } };
    let mut lines = Vec::new();
    let (mut part, mut states): (&str, &[String]) = ("", &[]);
    for change in changes {
        if change.part != part {
            (part, states) = (&change.part, &[]);
            lines.push(vec![span(&change.part, Style::Plain)]);
        }
        let (is_state, depth) = (change.what == "state", if change.states.is_empty() { 2 } else { 4 });
        if is_state {
            states = &change.states;
            lines.push(state(change, room));
            lines.extend(members(change, room));
            continue;
        }
        if change.states != states && !change.states.is_empty() {
            states = &change.states;
            let name = format!("  ~ {}", change.states.join(" / "));
            lines.push(vec![span(&room.cut(&name), Style::Changed)]);
        }
        lines.push(member(
            change.kind,
            &change.member,
            change.before.as_ref(),
            change.after.as_ref(),
            depth,
            room,
        ));
    }
    lines
}

/// How wide lines may be, and what stands for what is left out.
#[derive(Clone, Copy)]
struct Room {
    columns: Option<usize>,
    more: char,
}

/// A state that is there anew, that is gone, or that is called otherwise.
fn state(change: &PartChange, room: Room) -> Line {
    let name = change.states.join(" / ");
    let value = change.after.as_ref().or(change.before.as_ref());
    let detail = match change.kind {
        How::Renamed => format!("was {}", change.before.as_ref().and_then(Value::as_str).unwrap_or_default()),
        _ => value.and_then(|state| state.get("Type")?.as_str()).unwrap_or_default().to_owned(),
    };
    let line = format!("  {} {name}  {detail}", mark(change.kind));
    vec![span(&room.cut(line.trim_end()), style(change.kind))]
}

/// What is in a state that is there anew.
fn members(change: &PartChange, room: Room) -> Vec<Line> {
    let Some(Value::Object(members)) = change.after.as_ref().filter(|_| change.kind == How::Added) else {
        return Vec::new();
    };
    let shown = members.iter().filter(|(name, _)| *name != "Type");
    shown.map(|(name, value)| member(How::Added, &format!("/{name}"), None, Some(value), 4, room)).collect()
}

fn member(
    how: How,
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    depth: usize,
    room: Room,
) -> Line {
    let values: Vec<String> = [before, after].into_iter().flatten().map(Value::to_string).collect();
    // A setting that is one value has no path in itself.
    let gap = if path.is_empty() { "" } else { "  " };
    let head = format!("{:depth$}{} {path}{gap}", "", mark(how));
    // Two values share what room there is, so that the second one is seen too.
    let share =
        room.columns.map(|columns| (columns.saturating_sub(head.len() + 4) / values.len().max(1)).max(8));
    let share = Room { columns: share, ..room };
    let values: Vec<String> = values.iter().map(|value| share.cut(value)).collect();
    let line = format!("{head}{}", values.join(" -> "));
    vec![span(&room.cut(line.trim_end()), style(how))]
}

fn span(text: &str, style: Style) -> Span {
    Span { text: escape(text).into_owned(), style }
}

impl Room {
    fn cut(self, text: &str) -> String {
        match self.columns {
            Some(columns) => graph::cut(text, columns, self.more),
            None => escape(text).into_owned(),
        }
    }
}

fn mark(how: How) -> char {
    match how {
        How::Added => '+',
        How::Removed => '-',
        How::Renamed => '=',
        How::Changed => '~',
    }
}

fn style(how: How) -> Style {
    match how {
        How::Added => Style::Added,
        How::Removed => Style::Removed,
        How::Renamed | How::Changed => Style::Changed,
    }
}

/// "definition: 2 states changed, 1 added; role".
pub fn summary(changes: &[PartChange]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for change in changes {
        if change.part != DEFINITION && !parts.contains(&change.part) {
            parts.push(change.part.clone());
        }
    }
    let in_definition = || changes.iter().filter(|change| change.part == DEFINITION);
    if in_definition().next().is_some() {
        let counted = |kind: How| in_definition().filter(|it| it.what == "state" && it.kind == kind).count();
        let mut changed: Vec<&[String]> = in_definition()
            .filter(|it| it.what != "state" && !it.states.is_empty())
            .map(|it| it.states.as_slice())
            .collect();
        changed.dedup();
        let counts = [
            (counted(How::Added), "added"),
            (counted(How::Removed), "removed"),
            (counted(How::Renamed), "renamed"),
            (changed.len() + counted(How::Changed), "changed"),
        ];
        let told: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| states(*count, word)).collect();
        let definition = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
        parts.insert(0, format!("{DEFINITION}{definition}"));
    }
    parts.join(", ")
}

fn states(count: usize, word: &str) -> String {
    format!("{count} state{} {word}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::super::of_definitions;
    use super::*;

    const BEFORE: &str = r#"{"Comment": "one", "StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r",
        "TimeoutSeconds": 30, "Next": "B"}, "B": {"Type": "Succeed"}, "D": {"Type": "Fail"}}}"#;
    const AFTER: &str = r#"{"Comment": "two", "StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r",
        "TimeoutSeconds": 60, "Next": "C"}, "X": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}}}"#;

    fn text(width: Option<usize>) -> String {
        let stream = Stream { terminal: width.is_some(), width, unicode: true, ..Stream::default() };
        let lines = drawn(&of_definitions(BEFORE, AFTER), &stream);
        let line = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn changes_are_told_under_their_states() {
        insta::assert_snapshot!(text(None), @r#"
        definition
          ~ /Comment  "one" -> "two"
          ~ A
            ~ /TimeoutSeconds  30 -> 60
          + X  Pass
            + /Next  "C"
          = C  was B
          - D  Fail
        "#);
        assert!(text(Some(20)).lines().all(|line| line.chars().count() <= 20), "{}", text(Some(20)));
        assert_eq!(
            summary(&of_definitions(BEFORE, AFTER)),
            "definition (1 state added, 1 state removed, 1 state renamed, 1 state changed)"
        );
    }
}
