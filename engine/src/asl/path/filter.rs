//! The conditions in `[?(…)]`: what they are and how a value is held against one. Comparisons follow Jayway's: values
//! of two kinds are never less or greater, and a number equals the text that spells it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::select::Walk;
use super::{Quoted, Step};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Operand),
    Compare { left: Operand, comparison: Comparison, right: Operand },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// `@…`: from the value that is looked at.
    Here(Vec<Step>),
    /// `$…`: from the root of the whole path.
    Root(Vec<Step>),
    Literal(Value),
    Pattern(Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    /// `===`: equal and of one kind.
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    Size,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
    /// `all` and `type` are words of the grammar; what they need on their right cannot be written in a path, so that
    /// they hold for nothing.
    All,
    Type,
}

impl Comparison {
    /// The longer of two with the same start first.
    pub(super) const WORDS: [(&'static str, Comparison); 19] = [
        ("===", Comparison::Same),
        ("!==", Comparison::NotSame),
        ("==", Comparison::Equal),
        ("!=", Comparison::Different),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=~", Comparison::Matches),
        ("nin", Comparison::NotIn),
        ("in", Comparison::In),
        ("contains", Comparison::Contains),
        ("size", Comparison::Size),
        ("empty", Comparison::Empty),
        ("subsetof", Comparison::SubsetOf),
        ("anyof", Comparison::AnyOf),
        ("noneof", Comparison::NoneOf),
        ("all", Comparison::All),
        ("type", Comparison::Type),
    ];

    fn word(self) -> &'static str {
        Comparison::WORDS.iter().find(|(_, comparison)| *comparison == self).map_or("==", |(word, _)| word)
    }

    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        let order = |allowed: fn(Ordering) -> bool| match (left, right) {
            (Some(left), Some(right)) => order(left, right).is_some_and(allowed),
            _ => false,
        };
        let among = || match right {
            Some(Value::Array(list)) => left.is_some_and(|left| list.iter().any(|item| equal(left, item))),
            _ => false,
        };
        let lists = || match (left, right) {
            (Some(Value::Array(left)), Some(Value::Array(right))) => Some((left, right)),
            _ => None,
        };
        let has = |list: &[Value], item: &Value| list.iter().any(|other| equal(item, other));
        let size = || match left {
            Some(Value::Array(list)) => Some(list.len()),
            Some(Value::String(text)) => Some(text.chars().count()),
            _ => None,
        };
        match self {
            Comparison::Equal => matches!((left, right), (Some(left), Some(right)) if equal(left, right)),
            Comparison::Different => !Comparison::Equal.holds(left, right),
            Comparison::Same => match (left, right) {
                (Some(left), Some(right)) => {
                    std::mem::discriminant(left) == std::mem::discriminant(right) && equal(left, right)
                }
                _ => false,
            },
            Comparison::NotSame => !Comparison::Same.holds(left, right),
            Comparison::Less => order(Ordering::is_lt),
            Comparison::LessOrEqual => order(Ordering::is_le),
            Comparison::Greater => order(Ordering::is_gt),
            Comparison::GreaterOrEqual => order(Ordering::is_ge),
            Comparison::In => among(),
            Comparison::NotIn => !among(),
            Comparison::Contains => match (left, right) {
                (Some(Value::Array(list)), Some(right)) => list.iter().any(|item| equal(item, right)),
                (Some(Value::String(text)), Some(Value::String(part))) => text.contains(part.as_str()),
                _ => false,
            },
            Comparison::Size => match (size(), right.and_then(Value::as_u64)) {
                (Some(size), Some(wanted)) => u64::try_from(size) == Ok(wanted),
                _ => false,
            },
            Comparison::Empty => match (size(), right.and_then(Value::as_bool)) {
                (Some(size), Some(wanted)) => (size == 0) == wanted,
                _ => false,
            },
            Comparison::SubsetOf => {
                lists().is_some_and(|(left, right)| left.iter().all(|item| has(right, item)))
            }
            Comparison::AnyOf => {
                lists().is_some_and(|(left, right)| left.iter().any(|item| has(right, item)))
            }
            Comparison::NoneOf => {
                lists().is_some_and(|(left, right)| !left.iter().any(|item| has(right, item)))
            }
            Comparison::All | Comparison::Type | Comparison::Matches => false,
        }
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            text.len() <= LONGEST_NUMBER && text.parse().ok() == number.as_f64()
        }
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

impl Filter {
    /// Whether anything in it begins at `$`.
    pub(super) fn reads_root(&self) -> bool {
        let is_read = |operand: &Operand| match operand {
            Operand::Root(_) => true,
            Operand::Here(steps) => super::reads_root(steps),
            Operand::Literal(_) | Operand::Pattern(_) => false,
        };
        match self {
            Filter::Any(parts) | Filter::All(parts) => parts.iter().any(Filter::reads_root),
            Filter::Not(part) => part.reads_root(),
            Filter::Exists(operand) => is_read(operand),
            Filter::Compare { left, right, .. } => is_read(left) || is_read(right),
        }
    }

    /// Whether a value passes.
    pub(super) fn accepts<'a>(&self, here: &'a Value, walk: &Walk<'a>) -> bool {
        match self {
            Filter::Any(parts) => parts.iter().any(|part| part.accepts(here, walk)),
            Filter::All(parts) => parts.iter().all(|part| part.accepts(here, walk)),
            Filter::Not(part) => !part.accepts(here, walk),
            Filter::Exists(operand) => match operand {
                Operand::Here(steps) => walk.first(steps, here).is_some(),
                Operand::Root(steps) => walk.constant(steps).is_some(),
                Operand::Literal(value) => !matches!(value, Value::Null | Value::Bool(false)),
                Operand::Pattern(_) => true,
            },
            Filter::Compare { left, comparison, right } => {
                let compare = || comparison.of(left, right, here, walk);
                let looks_here = |operand: &Operand| matches!(operand, Operand::Here(_));
                match looks_here(left) || looks_here(right) {
                    true => compare(),
                    false => walk.settled(self, compare),
                }
            }
        }
    }
}

impl Comparison {
    fn of<'a>(self, left: &Operand, right: &Operand, here: &'a Value, walk: &Walk<'a>) -> bool {
        let left = left.value(here, walk);
        if let Operand::Pattern(pattern) = right {
            return left.as_deref().and_then(Value::as_str).is_some_and(|text| {
                walk.spend_on(text.len() / BYTES_A_STEP) && pattern.regex.is_match(text)
            });
        }
        let right = right.value(here, walk);
        walk.spend_on(self.work(left.as_deref(), right.as_deref()))
            && self.holds(left.as_deref(), right.as_deref())
    }

    /// What a comparison costs, counted in values: lists and texts are gone over whole, two lists item by item.
    fn work(self, left: Option<&Value>, right: Option<&Value>) -> usize {
        let items = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
        let bytes = |value: Option<&Value>| value.and_then(Value::as_str).map_or(0, str::len);
        let items = match self {
            Comparison::In | Comparison::NotIn => items(right),
            Comparison::Contains => items(left),
            Comparison::SubsetOf | Comparison::AnyOf | Comparison::NoneOf => {
                items(left).saturating_mul(items(right))
            }
            _ => 0,
        };
        items / ITEMS_A_STEP + (bytes(left) + bytes(right)) / BYTES_A_STEP
    }
}

/// What is gone over in the time that a step to another value takes.
const ITEMS_A_STEP: usize = 16;
const BYTES_A_STEP: usize = 256;
/// Characters of a number as a text.
const LONGEST_NUMBER: usize = 64;

impl Operand {
    fn value<'s, 'a: 's>(&'s self, here: &'a Value, walk: &Walk<'a>) -> Option<Cow<'s, Value>> {
        match self {
            Operand::Here(steps) => walk.first(steps, here),
            Operand::Root(steps) => walk.constant(steps),
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
            Operand::Pattern(_) => None,
        }
    }
}

/// A pattern of `=~`, which must match a text whole.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    source: String,
    flags: String,
    regex: Regex,
}

/// Bytes that a compiled pattern may take.
const PATTERN_SIZE: usize = 1 << 20;

impl Pattern {
    pub(super) fn new(source: &str, flags: &str) -> Option<Self> {
        let mut builder = RegexBuilder::new(&format!("^(?:{source})$"));
        builder.size_limit(PATTERN_SIZE);
        for flag in flags.chars() {
            match flag {
                'i' => builder.case_insensitive(true),
                's' => builder.dot_matches_new_line(true),
                'm' => builder.multi_line(true),
                _ => return None,
            };
        }
        let regex = builder.build().ok()?;
        Some(Pattern { source: source.to_owned(), flags: flags.to_owned(), regex })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.flags == other.flags
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Filter], word: &str| {
            for (position, part) in parts.iter().enumerate() {
                let word = if position == 0 { "" } else { word };
                write!(f, "{word}({part})")?;
            }
            Ok(())
        };
        match self {
            Filter::Any(parts) => joined(f, parts, " || "),
            Filter::All(parts) => joined(f, parts, " && "),
            Filter::Not(part) => write!(f, "!({part})"),
            Filter::Exists(operand) => write!(f, "{operand}"),
            Filter::Compare { left, comparison, right } => write!(f, "{left} {} {right}", comparison.word()),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, steps) = match self {
            Operand::Here(steps) => ('@', steps),
            Operand::Root(steps) => ('$', steps),
            Operand::Literal(value) => return literal(value, f),
            Operand::Pattern(pattern) => return write!(f, "/{}/{}", pattern.source, pattern.flags),
        };
        write!(f, "{root}")?;
        steps.iter().try_for_each(|step| write!(f, "{step}"))
    }
}

fn literal(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::String(text) => write!(f, "{}", Quoted(text)),
        Value::Array(list) => {
            f.write_str("[")?;
            for (position, item) in list.iter().enumerate() {
                f.write_str(if position == 0 { "" } else { "," })?;
                literal(item, f)?;
            }
            f.write_str("]")
        }
        other => write!(f, "{other}"),
    }
}
