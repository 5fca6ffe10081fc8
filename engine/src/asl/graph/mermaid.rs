//! A Mermaid flowchart, which GitHub and others show in Markdown. States with others inside are subgraphs.

use std::fmt::Write as _;

use super::overlay::{Outcome, outcome_of};
use super::text::cut;
use super::{EdgeKind, Graph, Kind, Node, Overlay};

/// Columns of a condition, or of what a state calls. Names are given whole: two may begin alike.
const LONGEST: usize = 60;

pub fn mermaid(graph: &Graph, overlay: Option<&Overlay>) -> String {
    let mut into = String::from("flowchart TD\n");
    write(graph, 1, &mut into);
    into.push_str("  classDef error stroke:#b3261e\n");
    class(graph, overlay, &mut into);
    into
}

fn write(graph: &Graph, depth: usize, into: &mut String) {
    let indent = "  ".repeat(depth);
    for node in &graph.nodes {
        let Node { id, .. } = node;
        let label = label(node);
        match (node.kind, node.parts.is_empty()) {
            (Kind::Start | Kind::End, _) => _ = writeln!(into, "{indent}n{id}([{}])", node.kind.name()),
            (kind, true) => {
                let (open, close) = match kind.name() {
                    "Choice" => ("{{", "}}"),
                    _ => ("[", "]"),
                };
                let class = if super::picture::is_fail(kind) { ":::error" } else { "" };
                _ = writeln!(into, "{indent}n{id}{open}\"{label}\"{close}{class}");
            }
            (_, false) => {
                _ = writeln!(into, "{indent}subgraph n{id} [\"{label}\"]");
                node.parts.iter().for_each(|part| write(part, depth + 1, into));
                _ = writeln!(into, "{indent}end");
            }
        }
    }
    for edge in &graph.edges {
        let arrow = if edge.kind == EdgeKind::Catch { "-.->" } else { "-->" };
        let label = match edge.label.is_empty() {
            true => String::new(),
            false => format!("|\"{}\"|", quoted(&edge.label, LONGEST)),
        };
        let (from, to) = (graph.nodes[edge.from].id, graph.nodes[edge.to].id);
        _ = writeln!(into, "{indent}n{from} {arrow}{label} n{to}");
    }
}

/// The colours of a run.
fn class(graph: &Graph, overlay: Option<&Overlay>, into: &mut String) {
    let Some(overlay) = overlay else { return };
    let looks = [
        (Outcome::Running, "running", "#cfe3ff"),
        (Outcome::Succeeded, "succeeded", "#cdeccf"),
        (Outcome::Caught, "caught", "#ffe2b8"),
        (Outcome::Failed, "failed", "#f7cac6"),
        (Outcome::Aborted, "aborted", "#e2e2e2"),
    ];
    let states = graph.states();
    for (outcome, class, fill) in looks {
        let with = |node: &&&Node| outcome_of(Some(overlay), node.kind, node.id) == Some(outcome);
        let ids: Vec<String> = states.iter().filter(with).map(|node| format!("n{}", node.id)).collect();
        if !ids.is_empty() {
            _ = writeln!(
                into,
                "  classDef {class} fill:{fill},color:#1b1b1b\n  class {} {class}",
                ids.join(",")
            );
        }
    }
}

fn label(node: &Node) -> String {
    match node.detail.is_empty() {
        true => format!("{}<br/>{}", quoted(&node.name, usize::MAX), node.kind.name()),
        false => format!(
            "{}<br/>{} · {}",
            quoted(&node.name, usize::MAX),
            node.kind.name(),
            quoted(&node.detail, LONGEST)
        ),
    }
}

/// Inside of double quotes: what Mermaid, Markdown or HTML would read is written by its number.
fn quoted(text: &str, room: usize) -> String {
    let mut into = String::new();
    for character in cut(text, room, '…').chars() {
        match character {
            '"' | '#' | '&' | '<' | '>' | '`' | '*' | '_' | '\\' | '|' | ';' | '%' | '~' | '[' | ']'
            | '{' | '}' | '(' | ')' => _ = write!(into, "#{};", character as u32),
            other => into.push(other),
        }
    }
    into
}
