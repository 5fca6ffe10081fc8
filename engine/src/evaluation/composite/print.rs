//! A rule as text: every group of another operator stands in parentheses, every name in quotes. The same rule is read
//! from it again.

use std::fmt::{self, Display, Write};

use super::{AtLeast, Node, Reference, Rule, Wanted};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Any(nodes) => joined(f, nodes, " OR "),
            Node::All(nodes) => joined(f, nodes, " AND "),
            Node::Not(node) => {
                f.write_str("NOT ")?;
                grouped(f, node)
            }
            Node::Constant(true) => f.write_str("TRUE"),
            Node::Constant(false) => f.write_str("FALSE"),
            Node::State(state, reference) => write!(f, "{state}({reference})"),
            Node::AtLeast(at_least) => at_least.fmt(f),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, nodes: &[Node], operator: &str) -> fmt::Result {
    for (position, node) in nodes.iter().enumerate() {
        if position > 0 {
            f.write_str(operator)?;
        }
        grouped(f, node)?;
    }
    Ok(())
}

fn grouped(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
    match node {
        Node::Any(_) | Node::All(_) => write!(f, "({node})"),
        node => node.fmt(f),
    }
}

impl fmt::Display for AtLeast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.is_not { "NOT " } else { "" };
        write!(f, "AT_LEAST({}, {not}{}, (", self.wanted, self.state)?;
        for (position, alarm) in self.alarms.iter().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            alarm.fmt(f)?;
        }
        f.write_str("))")
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Count(count) => write!(f, "{count}"),
            Wanted::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for Reference {
    /// A name that ends in a backslash would escape its closing quote: it stands bare.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.ends_with('\\') {
            return f.write_str(&self.0);
        }
        f.write_char('"')?;
        f.write_str(&self.0.replace('"', "\\\""))?;
        f.write_char('"')
    }
}
