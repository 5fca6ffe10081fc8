//! The states as a list, those inside of others moved in: small enough to be drawn again and again while a run goes on,
//! and what is told of a machine that is too wide to be drawn.

use jiff::Timestamp;

use super::layout::{Link, ranks::Ranks};
use super::overlay::{Items, Outcome, outcome_of};
use super::picture::{is_fail, style_of};
use super::text::{Line, Style, cut, duration, push, width};
use super::{EdgeKind, Graph, Kind, Node, Overlay};

/// How a tree is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shows {
    /// No line is wider.
    pub width: Option<usize>,
    pub is_ascii: bool,
    /// Below each state, where it goes.
    pub exits: bool,
    /// With it a state that runs shows for how long.
    pub now: Option<Timestamp>,
}

/// A row before its columns are known.
struct Row {
    depth: usize,
    name: String,
    style: Style,
    sign: Option<char>,
    /// Type, outcome, duration, retries; or, of an exit, nothing.
    cells: Vec<(String, Style)>,
}

/// A line a state: sign, name, type; with a run laid over, outcome, duration and retries too. States come as they are
/// reached, and the name gets what room is left.
pub fn tree(graph: &Graph, overlay: Option<&Overlay>, shows: Shows) -> Vec<Line> {
    let mut rows = Vec::new();
    gather(graph, overlay, &shows, 0, &mut rows);
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| width(&cell.0)).max())
        .map(Option::unwrap_or_default)
        .collect();
    let indent = |row: &Row| 2 * row.depth + if row.sign.is_some() { 2 } else { 0 };
    let named = rows.iter().filter(|row| !row.cells.is_empty());
    let longest = named.map(|row| indent(row) + width(&row.name)).max().unwrap_or(0);
    // Columns that leave no room for names are left out, the last ones first.
    let room = shows.width.unwrap_or(usize::MAX);
    let mut kept = columns;
    let taken = |kept: usize| {
        widths.iter().take(kept).filter(|width| **width > 0).map(|width| width + 2).sum::<usize>()
    };
    while kept > 0 && taken(kept).saturating_add(longest.min(16)) > room {
        kept -= 1;
    }
    let name_room = room.saturating_sub(taken(kept));
    let more = if shows.is_ascii { '~' } else { '…' };
    rows.iter()
        .map(|row| {
            let mut line = Line::new();
            let before = indent(row).min(name_room);
            let room = if row.cells.is_empty() { room } else { name_room };
            let sign = row.sign.map(|sign| format!("{sign} ")).unwrap_or_default();
            push(&mut line, &" ".repeat(before.saturating_sub(width(&sign))), Style::Plain);
            push(&mut line, &cut(&sign, room.min(2), ' '), row.style);
            let name = cut(&row.name, room.saturating_sub(before), more);
            push(&mut line, &name, row.style);
            let mut used = before + width(&name);
            let mut at = longest.min(name_room);
            for ((text, style), width_of) in row.cells.iter().zip(&widths).take(kept) {
                if *width_of == 0 {
                    continue;
                }
                if !text.is_empty() {
                    push(&mut line, &" ".repeat((at + 2).saturating_sub(used)), Style::Plain);
                    push(&mut line, text, *style);
                    used = at + 2 + width(text);
                }
                at += 2 + width_of;
            }
            line
        })
        .collect()
}

fn gather(graph: &Graph, overlay: Option<&Overlay>, shows: &Shows, depth: usize, rows: &mut Vec<Row>) {
    let links: Vec<Link> = graph
        .edges
        .iter()
        .map(|edge| Link { from: edge.from, to: edge.to, is_catch: false, mark: 0 })
        .collect();
    let exits = graph.exits();
    for number in Ranks::of(graph.nodes.len(), &links, 0).sequence {
        let node = &graph.nodes[number];
        if !matches!(node.kind, Kind::State(_)) {
            continue;
        }
        rows.push(row(node, overlay, shows, depth));
        if node.is_distributed && overlay.is_some() {
            let name = "its children have histories of their own".to_owned();
            rows.push(Row { depth: depth + 1, name, style: Style::Faint, sign: None, cells: Vec::new() });
            continue;
        }
        for (branch, part) in (1..).zip(&node.parts) {
            let titled = node.parts.len() > 1;
            if titled {
                let name = format!("branch {branch}");
                rows.push(Row { depth: depth + 1, name, style: Style::Faint, sign: None, cells: Vec::new() });
            }
            gather(part, overlay, shows, depth + 1 + usize::from(titled), rows);
        }
        if !shows.exits {
            continue;
        }
        let arrow = if shows.is_ascii { "->" } else { "→" };
        for edge in &exits[number] {
            let to = &graph.nodes[edge.to].name;
            let name = [edge.mark.as_str(), edge.label.as_str(), arrow, to]
                .into_iter()
                .filter(|word| !word.is_empty() && (edge.kind != EdgeKind::Default || *word != "default"))
                .collect::<Vec<_>>()
                .join(" ");
            let style = if edge.kind == EdgeKind::Catch { Style::Catch } else { Style::Faint };
            rows.push(Row { depth: depth + 1, name, style, sign: None, cells: Vec::new() });
        }
        if is_fail(node.kind) {
            let name = format!("{arrow} the execution fails");
            rows.push(Row { depth: depth + 1, name, style: Style::Faint, sign: None, cells: Vec::new() });
        }
    }
}

fn row(node: &Node, overlay: Option<&Overlay>, shows: &Shows, depth: usize) -> Row {
    let outcome = outcome_of(overlay, node.kind, node.id);
    let mut cells = vec![(node.kind.name().to_owned(), Style::Faint)];
    if let (Some(outcome), Some(overlay)) = (outcome, overlay) {
        let run = overlay.run(node.id);
        let style = style_of(Some(outcome));
        let word = match (outcome, run.entered) {
            (Outcome::NotReached, _) => String::new(),
            // How often it was reached before says nothing of what runs.
            (Outcome::Running, _) if run.running > 1 => format!("{} ×{}", outcome.word(), run.running),
            (Outcome::Running, _) => outcome.word().to_owned(),
            (_, 2..) => format!("{} ×{}", outcome.word(), run.entered),
            _ => outcome.word().to_owned(),
        };
        let word = match run.items {
            Items { total: 0, .. } => word,
            Items { total, succeeded, failed: 0 } => format!("{word} {succeeded} of {total}"),
            Items { total, succeeded, failed } => format!("{word} {succeeded} of {total}, {failed} failed"),
        };
        let word = if shows.is_ascii { word.replace('×', "x") } else { word };
        cells.push((word, style));
        let running = run.since.zip(shows.now).map(|(since, now)| now.duration_since(since));
        let took = run.took.saturating_add(running.unwrap_or_default());
        let is_timed = outcome != Outcome::NotReached && (run.running == 0 || running.is_some());
        cells.push((if is_timed { duration(took) } else { String::new() }, Style::Faint));
        let retries = match run.retries {
            0 => String::new(),
            1 => "1 retry".to_owned(),
            many => format!("{many} retries"),
        };
        cells.push((retries, Style::Caught));
    } else {
        cells.push((cut(&node.detail, 40, if shows.is_ascii { '~' } else { '…' }), Style::Faint));
    }
    Row {
        depth,
        name: node.name.to_string(),
        style: style_of(outcome),
        sign: outcome.map(|outcome| outcome.sign(shows.is_ascii)),
        cells,
    }
}
