//! The DOT language of Graphviz. States with others inside are clusters; ways to and from them end at their borders.

use std::fmt::Write as _;

use super::overlay::{Outcome, outcome_of};
use super::text::cut;
use super::{EdgeKind, Graph, Kind, Node, Overlay};

/// Columns of a condition, or of what a state calls. Names are given whole: two may begin alike.
const LONGEST: usize = 60;

pub fn dot(graph: &Graph, overlay: Option<&Overlay>) -> String {
    let mut into = String::from(
        "digraph {\n  compound=true;\n  node [shape=box, style=\"rounded,filled\", fillcolor=white, \
         fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    write(graph, overlay, 1, &mut into);
    into.push_str("}\n");
    into
}

fn write(graph: &Graph, overlay: Option<&Overlay>, depth: usize, into: &mut String) {
    let indent = "  ".repeat(depth);
    for node in &graph.nodes {
        let Node { id, .. } = node;
        let fill = fill(outcome_of(overlay, node.kind, *id));
        if node.parts.is_empty() {
            _ = match node.kind {
                Kind::State(_) => {
                    writeln!(into, "{indent}n{id} [label=\"{}\", fillcolor=\"{fill}\"];", label(node))
                }
                kind => writeln!(into, "{indent}n{id} [label=\"{}\", shape=oval];", kind.name()),
            };
            continue;
        }
        _ = writeln!(into, "{indent}subgraph cluster_{id} {{\n{indent}  label=\"{}\";", label(node));
        _ = writeln!(into, "{indent}  style=\"rounded,filled\";\n{indent}  fillcolor=\"{fill}\";");
        for part in &node.parts {
            write(part, overlay, depth + 1, into);
        }
        _ = writeln!(into, "{indent}}}");
    }
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
        let mut attributes = Vec::new();
        if !edge.label.is_empty() {
            attributes.push(format!("label=\"{}\"", quoted(&edge.label, LONGEST)));
        }
        if edge.kind == EdgeKind::Catch {
            attributes.push("style=dashed, color=\"#b3261e\"".to_owned());
        }
        if !from.parts.is_empty() {
            attributes.push(format!("ltail=cluster_{}", from.id));
        }
        if !to.parts.is_empty() {
            attributes.push(format!("lhead=cluster_{}", to.id));
        }
        let attributes = match attributes.is_empty() {
            true => String::new(),
            false => format!(" [{}]", attributes.join(", ")),
        };
        _ = writeln!(into, "{indent}n{} -> n{}{attributes};", last(from), first(to));
    }
}

/// The node a way to a state ends at: a cluster is none itself, so it is the first inside of it.
fn first(node: &Node) -> usize {
    node.parts.first().and_then(|part| part.nodes.first()).map_or(node.id, first)
}

fn last(node: &Node) -> usize {
    node.parts.last().and_then(|part| part.nodes.last()).map_or(node.id, last)
}

fn label(node: &Node) -> String {
    match node.detail.is_empty() {
        true => format!("{}\\n{}", quoted(&node.name, usize::MAX), node.kind.name()),
        false => format!(
            "{}\\n{} · {}",
            quoted(&node.name, usize::MAX),
            node.kind.name(),
            quoted(&node.detail, LONGEST)
        ),
    }
}

/// Inside of double quotes. Graphviz reads backslashes as escapes and `&…;` as entities.
fn quoted(text: &str, room: usize) -> String {
    cut(text, room, '…').replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

fn fill(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None | Some(Outcome::NotReached) => "#ffffff",
        Some(Outcome::Running) => "#cfe3ff",
        Some(Outcome::Succeeded) => "#cdeccf",
        Some(Outcome::Caught) => "#ffe2b8",
        Some(Outcome::Failed) => "#f7cac6",
        Some(Outcome::Aborted) => "#e2e2e2",
    }
}
