//! JSONPath in the dialect of Jayway's library, which the service speaks: the model of a path and its text. Parsing is
//! in `parse`, evaluation in `select` and `filter`, writing (`ResultPath`) in `reference`. Never copies what it selects.

mod filter;
mod parse;
mod parse_filter;
mod reference;
mod select;

#[cfg(test)]
mod tests;

use std::fmt;

pub use reference::ReferencePath;
pub use select::{Missing, Picked, Selected};

use filter::Filter;

/// Steps of one path, nested filters of one path: what a definition may ask for.
const MAX_STEPS: usize = 512;
const MAX_NESTING: usize = 32;

/// A parsed path. `Display` gives back its text as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    text: String,
    root: Root,
    steps: Vec<Step>,
}

/// What a path begins at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `$`
    Input,
    /// `$$`
    Context,
    /// `$name`
    Variable(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Name(String),
    Names(Vec<String>),
    /// Counted from the end when negative.
    Index(i64),
    Indexes(Vec<i64>),
    Slice {
        from: Option<i64>,
        to: Option<i64>,
    },
    Wildcard,
    /// `..`: the value and everything below it, in the order of the document.
    Scan,
    Filter(Filter),
    /// `.length()`, the only function that the service's users lean on.
    Length,
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at index {at}")]
pub struct ParseError {
    /// In bytes from the start of the text.
    pub at: usize,
    pub message: String,
}

impl Path {
    pub fn root(&self) -> &Root {
        &self.root
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// One value at most: no wildcard, slice, union, filter or scan. Several names at the end give one object.
    pub fn is_definite(&self) -> bool {
        let steps = match self.steps.split_last() {
            Some((Step::Names(_), before)) => before,
            _ => &self.steps,
        };
        steps.iter().all(|step| matches!(step, Step::Name(_) | Step::Index(_) | Step::Length))
    }

    /// Names and indexes from the start of an array only, as `ResultPath` needs them.
    pub fn is_reference(&self) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Name(_) => true,
            Step::Index(index) => *index >= 0,
            _ => false,
        })
    }

    /// The names that the path begins with, up to the first step that is none.
    pub fn leading_names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map_while(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether a filter of the path looks at `$`, the value that the path begins at.
    pub fn reads_root(&self) -> bool {
        reads_root(&self.steps)
    }

    /// The path as the service repeats it in the causes of templates: one into the context object begins with `$`.
    pub fn below_root(&self) -> &str {
        match self.root {
            Root::Context => &self.text[1..],
            _ => &self.text,
        }
    }

    /// The first `count` steps in bracket form, which is how causes name a place.
    fn place(&self, count: usize) -> String {
        let mut place = match &self.root {
            Root::Variable(name) => format!("${name}"),
            Root::Input | Root::Context => "$".to_owned(),
        };
        for step in self.steps.iter().take(count) {
            place.push_str(&step.to_string());
        }
        place
    }

    /// The path in bracket form: the same path, whatever form it was written in.
    pub fn canonical(&self) -> String {
        let place = self.place(self.steps.len());
        if self.root == Root::Context { format!("${place}") } else { place }
    }
}

fn reads_root(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Filter(filter) if filter.reads_root()))
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Name(name) => write!(f, "[{}]", Quoted(name)),
            Step::Names(names) => write!(f, "[{}]", Commas(names.iter().map(|name| Quoted(name)))),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Indexes(indexes) => write!(f, "[{}]", Commas(indexes.iter())),
            Step::Slice { from, to } => write!(f, "[{}:{}]", Maybe(*from), Maybe(*to)),
            Step::Wildcard => f.write_str("[*]"),
            Step::Scan => f.write_str(".."),
            Step::Filter(filter) => write!(f, "[?({filter})]"),
            Step::Length => f.write_str(".length()"),
        }
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

struct Commas<I>(I);

impl<I: Iterator<Item: fmt::Display> + Clone> fmt::Display for Commas<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, item) in self.0.clone().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{item}")?;
        }
        Ok(())
    }
}

struct Maybe(Option<i64>);

impl fmt::Display for Maybe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |index| write!(f, "{index}"))
    }
}
