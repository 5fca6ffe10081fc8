//! A graph with all that is inside its states, measured and laid out in the units of a renderer.

use super::layout::{self, Layout, Link, Metrics, Size};
use super::overlay::{Outcome, outcome_of};
use super::text::{Style, cut, width};
use super::{Edge, EdgeKind, Graph, Kind, Node, Overlay};
use crate::asl::history::StateType;

/// Conditions and errors that one box lists.
const LISTED: usize = 16;

/// How large things are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub metrics: Metrics,
    /// A column of text, and a line of it.
    pub column: i32,
    pub line: i32,
    /// From the left and right edge of a box to its text, from its upper edge to the first line, from the last one to
    /// its lower edge.
    pub side: i32,
    pub top: i32,
    pub bottom: i32,
    /// The height of the words Start and End.
    pub mark: i32,
    /// Columns the name of a state may have, and every other line in a box.
    pub name: usize,
    pub longest: usize,
    /// Branches beside each other go on in a new row from here on.
    pub wrap: i32,
    pub is_ascii: bool,
}

pub struct Picture<'a> {
    pub size: (i32, i32),
    pub layout: Layout,
    pub boxes: Vec<Boxed<'a>>,
    /// The words at each of the layout's ports.
    pub marks: Vec<(String, Style)>,
}

pub struct Boxed<'a> {
    pub node: &'a Node,
    pub size: Size,
    pub outcome: Option<Outcome>,
    pub lines: Vec<(String, Style)>,
    pub parts: Vec<((i32, i32), Picture<'a>)>,
}

/// `None` when the drawing would be too large.
pub fn picture<'a>(graph: &'a Graph, scale: &Scale, overlay: Option<&Overlay>) -> Option<Picture<'a>> {
    let links: Vec<Link> = graph
        .edges
        .iter()
        .map(|edge| Link {
            from: edge.from,
            to: edge.to,
            is_catch: edge.kind == EdgeKind::Catch,
            mark: columns(&edge.mark, scale),
        })
        .collect();
    let rooms = layout::rooms(graph.nodes.len(), &links, 0, scale.metrics);
    let exits = graph.exits();
    let mut boxes = Vec::with_capacity(graph.nodes.len());
    for ((node, exits), room) in graph.nodes.iter().zip(&exits).zip(rooms) {
        boxes.push(boxed(node, exits, room, scale, overlay)?);
    }
    let sizes: Vec<Size> = boxes.iter().map(|boxed| boxed.size).collect();
    let layout = layout::lay_out(&sizes, &links, 0, scale.metrics)?;
    let marks = layout
        .ports
        .iter()
        .map(|port| {
            let edges = || port.links.iter().filter_map(|link| graph.edges.get(*link));
            let marks: Vec<&str> =
                edges().map(|edge| edge.mark.as_str()).filter(|mark| !mark.is_empty()).collect();
            let is_catch = edges().all(|edge| edge.kind == EdgeKind::Catch);
            (marks.join(","), if is_catch { Style::Catch } else { Style::Faint })
        })
        .collect();
    Some(Picture { size: layout.size, layout, boxes, marks })
}

fn columns(text: &str, scale: &Scale) -> i32 {
    i32::try_from(width(text)).unwrap_or(i32::MAX / 4).saturating_mul(scale.column)
}

fn boxed<'a>(
    node: &'a Node,
    exits: &[&Edge],
    room: layout::Room,
    scale: &Scale,
    overlay: Option<&Overlay>,
) -> Option<Boxed<'a>> {
    let outcome = outcome_of(overlay, node.kind, node.id);
    let Kind::State(_) = node.kind else {
        let line = (node.name.to_string(), Style::Faint);
        let size = Size { width: columns(&node.name, scale), height: scale.mark };
        return Some(Boxed { node, size, outcome, lines: vec![line], parts: Vec::new() });
    };
    let lines = lines(node, exits, scale, outcome);
    let mut inner = lines.iter().map(|(text, _)| columns(text, scale)).max().unwrap_or(0);
    let mut below = scale.top + scale.line * i32::try_from(lines.len()).unwrap_or(0);
    let mut parts = Vec::new();
    let (mut left, mut tall, gap) = (0, 0, scale.metrics.gap);
    // The row of each part, and the width of each row.
    let (mut rows, mut widths) = (Vec::new(), vec![0]);
    for part in &node.parts {
        let inside = Scale { wrap: scale.wrap - 2 * scale.side, ..*scale };
        let part = picture(part, &inside, overlay)?;
        if left > 0 && left + part.size.0 > inside.wrap {
            below += tall + scale.metrics.pitch;
            (left, tall) = (0, 0);
            widths.push(0);
        }
        let (wide, high) = part.size;
        parts.push(((scale.side + left, below), part));
        rows.push(widths.len() - 1);
        widths.pop();
        widths.push(left + wide);
        left += wide + gap;
        tall = tall.max(high);
    }
    inner = inner.max(widths.iter().copied().max().unwrap_or(0));
    let title = columns(node.kind.name(), scale) + 2 * scale.side + room.top;
    let width = (inner + 2 * scale.side).max(room.whole).max(title);
    for (((left, _), _), row) in parts.iter_mut().zip(rows) {
        *left += (width - 2 * scale.side - widths[row]) / 2;
    }
    let size = Size { width, height: below + tall + scale.bottom };
    Some(Boxed { node, size, outcome, lines, parts })
}

fn lines(node: &Node, exits: &[&Edge], scale: &Scale, outcome: Option<Outcome>) -> Vec<(String, Style)> {
    let (more, arrow) = if scale.is_ascii { ('~', "->") } else { ('…', "→") };
    let name = match outcome {
        Some(outcome) if outcome != Outcome::NotReached => {
            let sign = outcome.sign(scale.is_ascii);
            format!("{sign} {}", cut(&node.name, scale.name.saturating_sub(2), more))
        }
        _ => cut(&node.name, scale.name, more),
    };
    let mut lines = vec![(name, style_of(outcome))];
    if !node.detail.is_empty() {
        lines.push((cut(&node.detail, scale.longest, more), Style::Faint));
    }
    let listed = exits
        .iter()
        .filter(|edge| edge.from == edge.to || edge.kind == EdgeKind::Rule || edge.kind == EdgeKind::Catch);
    let listed: Vec<&&Edge> = listed.collect();
    for edge in listed.iter().take(LISTED) {
        let words = [edge.mark.as_str(), edge.label.as_str()];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let itself = if edge.from == edge.to { format!(" {arrow} itself") } else { String::new() };
        let text = cut(&words.join(" "), scale.longest.saturating_sub(width(&itself)), more);
        let style = if edge.kind == EdgeKind::Catch { Style::Catch } else { Style::Faint };
        lines.push((format!("{text}{itself}").trim_start().to_owned(), style));
    }
    if let Some(left @ 1..) = listed.len().checked_sub(LISTED) {
        lines.push((format!("and {left} more"), Style::Faint));
    }
    lines
}

/// The style of a state's name and frame.
pub fn style_of(outcome: Option<Outcome>) -> Style {
    match outcome {
        None => Style::Plain,
        Some(Outcome::NotReached | Outcome::Aborted) => Style::Faint,
        Some(Outcome::Running) => Style::Running,
        Some(Outcome::Succeeded) => Style::Succeeded,
        Some(Outcome::Caught) => Style::Caught,
        Some(Outcome::Failed) => Style::Failed,
    }
}

/// Whether a state is one whose end is the end of everything.
pub fn is_fail(kind: Kind) -> bool {
    kind == Kind::State(StateType::Fail)
}
