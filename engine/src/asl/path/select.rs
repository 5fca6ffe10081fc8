//! Evaluation. A definite path walks down one reference; an indefinite one keeps a list of references. What a path may
//! select is bounded, because scans inside scans multiply.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::filter::Filter;
use super::{Path, Step};
use crate::asl::room::{Full, Room};

/// Values looked at in one evaluation: many times what a payload of 256 KiB holds. Only scans inside scans, or inside
/// filters, get there.
const MAX_WORK: usize = 2_000_000;

/// What a path selected.
#[derive(Debug, Clone, PartialEq)]
pub enum Selected<'a> {
    /// The one value of a definite path.
    One(&'a Value),
    /// A definite path that ends just outside an array. The service takes it for null in a field and for missing in an
    /// intrinsic function and in `IsPresent`.
    Beyond,
    /// The list of an indefinite path, in the order of the document.
    Many(Vec<&'a Value>),
    /// Several properties of one object, where a definite path names them at its end: they become an object.
    Picked(Picked<'a>),
    /// The same of an indefinite path: a list of objects.
    ManyPicked(Vec<Picked<'a>>),
    /// The answer of a function.
    Length(usize),
}

/// Properties of an object, in the order in which the path names them; it may name one again.
pub type Picked<'a> = Vec<(&'a str, &'a Value)>;

impl<'a> Selected<'a> {
    /// The selected value, borrowed where it exists as such. A list may hold the same value many times, so it is given
    /// room before it is made.
    pub fn into_cow_within(self, room: &mut Room) -> Result<Cow<'a, Value>, Full> {
        Ok(match self {
            Selected::One(value) => Cow::Borrowed(value),
            Selected::Beyond => Cow::Owned(Value::Null),
            Selected::Many(values) => {
                values.iter().try_for_each(|value| room.take(value))?;
                Cow::Owned(values.into_iter().cloned().collect())
            }
            Selected::Picked(picked) => Cow::Owned(made(picked, room)?),
            Selected::ManyPicked(all) => {
                Cow::Owned(all.into_iter().map(|picked| made(picked, room)).collect::<Result<_, _>>()?)
            }
            Selected::Length(length) => Cow::Owned(length.into()),
        })
    }

    pub fn into_cow(self) -> Result<Cow<'a, Value>, Full> {
        self.into_cow_within(&mut Room::default())
    }

    /// The selected value as one of its own, when there is room for it.
    pub fn into_value_within(self, room: &mut Room) -> Result<Value, Full> {
        if let Selected::One(value) = self {
            room.take(value)?;
        }
        Ok(self.into_cow_within(room)?.into_owned())
    }

    pub fn into_value(self) -> Result<Value, Full> {
        self.into_value_within(&mut Room::default())
    }
}

/// A path that selects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Missing {
    detail: String,
    is_excess: bool,
}

impl Missing {
    /// A path that begins at a variable without a value.
    pub fn variable(path: &Path) -> Self {
        Missing { detail: format!("No results for path: {}", path.place(0)), is_excess: false }
    }

    /// Whether there may be something, but more than may be looked at.
    pub fn is_excess(&self) -> bool {
        self.is_excess
    }

    /// Jayway's own words: `No results for path: $['x']`.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The cause as `InputPath`, `OutputPath` and the fields that hold a time have it.
    pub fn cause(&self, path: &Path) -> String {
        format!("Invalid path '{path}' : {}", self.detail)
    }
}

/// Where a definite path ended early: at the step with this number, looking at this value.
struct Gap<'a> {
    step: usize,
    found: Option<&'a Value>,
}

impl Path {
    /// Selects from the value that the path begins at.
    pub fn select<'a>(&self, root: &'a Value) -> Result<Selected<'a>, Missing> {
        self.select_from(root, 0)
    }

    /// Selects from the value to which the first `done` steps lead.
    pub fn select_from<'a>(&self, from: &'a Value, done: usize) -> Result<Selected<'a>, Missing> {
        if !self.is_definite() {
            let walk = Walk::new(from);
            let steps = self.steps.get(done..).unwrap_or_default();
            let selected = match steps.split_last() {
                Some((Step::Names(names), before)) => {
                    let objects = walk.objects(names, before);
                    Selected::ManyPicked(objects.into_iter().map(|fields| picked(names, fields)).collect())
                }
                _ => Selected::Many(walk.many(steps, from)),
            };
            return match walk.is_over() {
                false => Ok(selected),
                true => Err(Missing {
                    detail: format!("The path {self} looks at too many values"),
                    is_excess: true,
                }),
            };
        }
        self.walk(from, done).map_err(|gap| self.missing(&gap))
    }

    /// Whether the path selects something: a definite one a value, an indefinite one at least one.
    pub fn is_present(&self, root: &Value) -> bool {
        self.is_present_from(root, 0)
    }

    /// The same, from the value to which the first `done` steps lead.
    pub fn is_present_from(&self, from: &Value, done: usize) -> bool {
        if !self.is_definite() {
            let walk = Walk::new(from);
            let steps = self.steps.get(done..).unwrap_or_default();
            return match steps.split_last() {
                Some((Step::Names(names), before)) => !walk.objects(names, before).is_empty(),
                _ => !walk.many(steps, from).is_empty(),
            };
        }
        matches!(self.walk(from, done), Ok(Selected::One(_) | Selected::Picked(_) | Selected::Length(_)))
    }

    fn walk<'a>(&self, from: &'a Value, done: usize) -> Result<Selected<'a>, Gap<'a>> {
        let mut here = from;
        for (number, step) in self.steps.iter().enumerate().skip(done) {
            let is_last = number + 1 == self.steps.len();
            let next = match (step, here) {
                (Step::Name(name), Value::Object(fields)) => fields.get(name),
                (Step::Index(index), Value::Array(items)) => match at(items, *index) {
                    None if is_last => return Ok(Selected::Beyond),
                    item => item,
                },
                (Step::Length, _) if is_last => match length(here) {
                    Some(length) => return Ok(Selected::Length(length)),
                    None => None,
                },
                (Step::Names(names), Value::Object(fields)) if is_last => {
                    return Ok(Selected::Picked(picked(names, fields)));
                }
                _ => return Err(Gap { step: number, found: Some(here) }),
            };
            here = next.ok_or(Gap { step: number, found: None })?;
        }
        Ok(Selected::One(here))
    }

    fn missing(&self, gap: &Gap<'_>) -> Missing {
        let detail = match (self.steps.get(gap.step), gap.found) {
            (Some(step @ (Step::Name(_) | Step::Names(_))), Some(found)) => format!(
                "Expected to find an object with property {step} in path {} but found '{}'. \
                 This is not a json object according to the JsonProvider: \
                 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
                self.place(gap.step),
                class(found),
            ),
            (Some(step @ Step::Index(_)), Some(found)) if !found.is_null() => {
                format!("Filter: {step} can only be applied to arrays. Current context is: {found}")
            }
            (Some(Step::Index(_)), Some(_)) => format!("The path {} is null", self.place(gap.step)),
            _ if gap.step + 1 == self.steps.len() => {
                format!("No results for path: {}", self.place(gap.step + 1))
            }
            _ => format!("Missing property in path {}", self.place(gap.step + 1)),
        };
        Missing { detail, is_excess: false }
    }
}

/// The class that Jackson holds a value in, which Jayway's message names.
fn class(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "com.fasterxml.jackson.databind.node.BooleanNode",
        Value::Number(number) if number.is_f64() => "com.fasterxml.jackson.databind.node.DoubleNode",
        Value::Number(_) => "com.fasterxml.jackson.databind.node.IntNode",
        Value::String(_) => "com.fasterxml.jackson.databind.node.TextNode",
        Value::Array(_) => "com.fasterxml.jackson.databind.node.ArrayNode",
        Value::Object(_) => "com.fasterxml.jackson.databind.node.ObjectNode",
    }
}

fn at(items: &[Value], index: i64) -> Option<&Value> {
    let position = match usize::try_from(index) {
        Ok(position) => position,
        Err(_) => items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    items.get(position)
}

/// One evaluation: what `$` is in its filters, and how much it may still look at.
pub(super) struct Walk<'a> {
    root: &'a Value,
    left: Cell<usize>,
    /// What filters found below `$`, which is the same for every value they are asked of: by the place of the steps.
    constants: RefCell<HashMap<*const Step, Option<Cow<'a, Value>>>>,
    /// Whether comparisons without `@` hold, by their place.
    settled: RefCell<HashMap<*const Filter, bool>>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Value) -> Self {
        Walk { root, left: Cell::new(MAX_WORK), constants: RefCell::default(), settled: RefCell::default() }
    }

    /// The first value that steps from `$` select.
    pub(super) fn constant(&self, steps: &[Step]) -> Option<Cow<'a, Value>> {
        if steps.is_empty() {
            return Some(Cow::Borrowed(self.root));
        }
        if let Some(known) = self.constants.borrow().get(&steps.as_ptr()) {
            return known.clone();
        }
        let found = self.first(steps, self.root);
        self.constants.borrow_mut().insert(steps.as_ptr(), found.clone());
        found
    }

    /// What a filter that does not look at `@` says.
    pub(super) fn settled(&self, filter: &Filter, ask: impl FnOnce() -> bool) -> bool {
        let place = std::ptr::from_ref(filter);
        if let Some(known) = self.settled.borrow().get(&place) {
            return *known;
        }
        let found = ask();
        self.settled.borrow_mut().insert(place, found);
        found
    }

    fn is_over(&self) -> bool {
        self.left.get() == 0
    }

    /// Counts one value; false when there is no more to look at.
    fn spend(&self) -> bool {
        self.spend_on(1)
    }

    /// Counts so many values.
    pub(super) fn spend_on(&self, work: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(work));
        !self.is_over()
    }

    /// The first value that steps select, as filters want it.
    pub(super) fn first(&self, steps: &[Step], from: &'a Value) -> Option<Cow<'a, Value>> {
        if let Some((Step::Length, before)) = steps.split_last() {
            let value = self.many(before, from).into_iter().next()?;
            return Some(Cow::Owned(length(value)?.into()));
        }
        if let Some((Step::Names(names), before)) = steps.split_last() {
            let fields = self.many(before, from).into_iter().find_map(Value::as_object)?;
            return made(picked(names, fields), &mut Room::default()).ok().map(Cow::Owned);
        }
        self.many(steps, from).first().map(|value| Cow::Borrowed(*value))
    }

    /// The objects of which a last step picks several properties. Below a scan they are those that have all of them.
    fn objects(&self, names: &[String], before: &[Step]) -> Vec<&'a Map<String, Value>> {
        let needs_all = matches!(before.last(), Some(Step::Scan));
        let has_all = |fields: &Map<String, Value>| names.iter().all(|name| fields.contains_key(name));
        let objects = self.many(before, self.root).into_iter().filter_map(Value::as_object);
        objects
            .take_while(|_| names.iter().all(|_| self.spend()))
            .filter(|fields| !needs_all || has_all(fields))
            .collect()
    }

    /// All values that steps select, or some of them when the work is over.
    fn many(&self, steps: &[Step], from: &'a Value) -> Vec<&'a Value> {
        let mut selected = vec![from];
        for step in steps {
            let mut next = Vec::new();
            for value in selected {
                if !self.spend() {
                    return next;
                }
                self.apply(step, value, &mut next);
            }
            selected = next;
        }
        selected
    }

    fn apply(&self, step: &Step, value: &'a Value, next: &mut Vec<&'a Value>) {
        match (step, value) {
            (Step::Name(name), Value::Object(fields)) => next.extend(fields.get(name)),
            (Step::Names(names), Value::Object(fields)) => {
                self.take(names.iter().map(|name| fields.get(name)), next);
            }
            (Step::Index(index), Value::Array(items)) => next.extend(at(items, *index)),
            (Step::Indexes(indexes), Value::Array(items)) => {
                self.take(indexes.iter().map(|index| at(items, *index)), next);
            }
            (Step::Slice { from, to }, Value::Array(items)) => {
                self.take(slice(items, *from, *to).iter().map(Some), next)
            }
            (Step::Wildcard, Value::Array(items)) => self.take(items.iter().map(Some), next),
            (Step::Wildcard, Value::Object(fields)) => self.take(fields.values().map(Some), next),
            (Step::Filter(filter), Value::Array(items)) => {
                next.extend(items.iter().filter(|item| self.spend() && filter.accepts(item, self)));
            }
            (Step::Filter(filter), Value::Object(_)) if filter.accepts(value, self) => next.push(value),
            (Step::Scan, _) => self.scan(value, next),
            _ => {}
        }
    }

    /// Takes what there is, as far as the work allows.
    fn take(&self, values: impl Iterator<Item = Option<&'a Value>>, next: &mut Vec<&'a Value>) {
        next.extend(values.take_while(|_| self.spend()).flatten());
    }

    /// A value and all below it, parents first; without recursion, so that depth does not matter.
    fn scan(&self, value: &'a Value, next: &mut Vec<&'a Value>) {
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            if !self.spend() {
                return;
            }
            next.push(value);
            match value {
                Value::Array(items) => waiting.extend(items.iter().rev()),
                Value::Object(fields) => waiting.extend(fields.values().rev()),
                _ => {}
            }
        }
    }
}

/// What an object has of some names.
fn picked<'a>(names: &[String], fields: &'a Map<String, Value>) -> Picked<'a> {
    names
        .iter()
        .filter_map(|name| fields.get_key_value(name))
        .map(|(name, field)| (name.as_str(), field))
        .collect()
}

/// The object of some properties. One that is named again is not copied again.
fn made(picked: Picked<'_>, room: &mut Room) -> Result<Value, Full> {
    let mut object = Map::new();
    for (name, field) in picked {
        if !object.contains_key(name) {
            room.take_text(name)?;
            room.take(field)?;
            object.insert(name.to_owned(), field.clone());
        }
    }
    Ok(object.into())
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        Value::String(text) => Some(text.chars().count()),
        _ => None,
    }
}

/// A slice in Jayway's reading: negative ends count from the end, and both are clipped to the array.
fn slice(items: &[Value], from: Option<i64>, to: Option<i64>) -> &[Value] {
    let position = |index: i64| match usize::try_from(index) {
        Ok(position) => position.min(items.len()),
        Err(_) => items.len().saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let from = from.map_or(0, position);
    let to = to.map_or(items.len(), position);
    items.get(from..to).unwrap_or_default()
}
