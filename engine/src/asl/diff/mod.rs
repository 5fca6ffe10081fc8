//! What differs between two definitions, by their meaning: white space and the order of names are nothing, numbers
//! compare by value, a state that was only given another name is renamed, and so are the ways to it. Lists keep their
//! order: what was put in or taken out is told where it is. A plain model; who shows it says how it looks.

mod renames;
mod walk;

#[cfg(test)]
mod tests;

use serde_json::Value;

use walk::Walk;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Added,
    Removed,
    /// A state whose name alone is another; `before` and `after` are the names.
    Renamed,
    Changed,
}

impl How {
    pub fn name(self) -> &'static str {
        match self {
            How::Added => "added",
            How::Removed => "removed",
            How::Renamed => "renamed",
            How::Changed => "changed",
        }
    }
}

/// What it is that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    State,
    /// Where a way leads: `StartAt`, `Next`, `Default`.
    Transition,
    /// Anything else.
    Member,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::State => "state",
            What::Transition => "transition",
            What::Member => "member",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub what: What,
    pub how: How,
    /// The states it is in, the outermost first; of a state itself, with its name as it is after.
    pub states: Vec<String>,
    /// The JSON pointer (RFC 6901) from the innermost of these states, or from the whole; empty for a state itself.
    pub member: String,
    /// The JSON pointer from the whole. States have the names they have after; what is removed from a list has the place
    /// it had, everything else the place it has.
    pub path: String,
    /// Absent where it was added.
    pub before: Option<Value>,
    /// Absent where it was removed.
    pub after: Option<Value>,
}

/// The differences of two definitions, in the order of the second one; what is gone comes last in what it was in.
pub fn definitions(before: &Value, after: &Value) -> Vec<Change> {
    Walk::default().machines(before, after)
}

/// The differences of two values in which nothing is a state.
pub fn values(before: &Value, after: &Value) -> Vec<Change> {
    Walk::default().plain(before, after)
}
