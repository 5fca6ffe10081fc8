//! Machines as drawings: a definition becomes nodes and edges ([`Graph`]), what a run did with each state can be laid
//! over ([`Overlay`]), and a renderer makes a document of it: lines for a terminal, SVG, Mermaid, DOT, a compact
//! tree of states, or bars over the time that each visit took ([`Visits`]). Every name is made harmless for the format it goes to. Nothing here prints or knows a terminal.

mod build;
mod dot;
mod fit;
mod layout;
mod mermaid;
mod overlay;
mod picture;
mod svg;
mod terminal;
mod text;
mod timeline;
mod tree;
mod visits;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use dot::dot;
pub use fit::fitted;
pub use mermaid::mermaid;
pub use overlay::{Items, Outcome, Overlay, StateRun};
pub use svg::svg;
pub use terminal::terminal;
pub use text::{Line, Span, Style, cut, duration};
pub use timeline::{Timeline, timeline};
pub use tree::{Shows, tree};
pub use visits::{Change, Visit, Visits};

use super::history::StateType;

/// Nodes and bends of edges one drawing has at most: what is larger is nothing that can be looked at, and its layout
/// would take time and memory in the square of the states.
pub const DRAWING_LIMIT: usize = 50_000;

/// The states of a machine, a branch or an item processor. The first node is `Start`, the last `End` where anything
/// leads there; transitions never leave the graph they are in.
#[derive(Debug)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Debug)]
pub struct Node {
    /// Counts through the whole machine, from 0.
    pub id: usize,
    pub kind: Kind,
    /// The name of the state, as it is in the definition.
    pub name: Arc<str>,
    /// What it calls, how long it waits; may be empty.
    pub detail: String,
    /// What is in its parts are executions of their own: the history of this one has no word of them.
    pub is_distributed: bool,
    /// Branches of a Parallel state, the item processor of a Map state.
    pub parts: Vec<Graph>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Start,
    End,
    State(StateType),
}

#[derive(Debug)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: EdgeKind,
    /// A short name that is unique among the edges of a node: `2` for the second rule, `!` for the catcher.
    pub mark: String,
    /// The condition of a rule, the errors of a catcher.
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    Next,
    Rule,
    Default,
    Catch,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Start => "Start",
            Kind::End => "End",
            Kind::State(state) => state.name(),
        }
    }
}

impl Graph {
    /// Every state, outer ones before those inside of them.
    pub fn states(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Node>) {
        for node in &self.nodes {
            if matches!(node.kind, Kind::State(_)) {
                found.push(node);
            }
            node.parts.iter().for_each(|part| part.collect(found));
        }
    }

    /// What leaves each node, in the order it is tried.
    fn exits(&self) -> Vec<Vec<&Edge>> {
        let mut exits = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            if let Some(exits) = exits.get_mut(edge.from) {
                exits.push(edge);
            }
        }
        exits
    }
}
