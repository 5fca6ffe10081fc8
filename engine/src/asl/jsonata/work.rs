//! What one evaluation has done and made, in counts of its own: the same expression ends at the same place on every
//! machine. The crate's clock is there for what is not counted.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use jsonata_core::evaluator::{EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::guard::{MAX_TEXT, too_large};

/// Steps: a look at one item of a list is one, the call of a function of the expression's own is as much as ten.
const MAX_STEPS: usize = 5_000_000;
const CALL: usize = 10;
/// Values that went into new lists.
const MAX_VALUES: usize = 50_000_000;
/// Bytes of texts that are held at once.
const MAX_HELD: usize = 16 * MAX_TEXT;
/// Texts below this are bounded by their number.
const SMALL: usize = 256;

#[derive(Default)]
pub(super) struct Work {
    steps: Cell<usize>,
    values: Cell<usize>,
    /// Bytes of texts since `texts` was looked through.
    made: Cell<usize>,
    texts: RefCell<Vec<Weak<str>>>,
    /// Bytes that functions gave to be put into another text.
    handed: Cell<usize>,
    /// The beginnings of ranges whose ends are not known yet.
    ranges: RefCell<Vec<f64>>,
}

fn count(counter: &Cell<usize>, more: usize) -> usize {
    counter.set(counter.get().saturating_add(more));
    counter.get()
}

impl Work {
    pub(super) fn call(&self) -> Result<(), EvaluatorError> {
        self.steps(CALL)
    }

    pub(super) fn item(&self) -> Result<(), EvaluatorError> {
        self.steps(1)
    }

    fn steps(&self, more: usize) -> Result<(), EvaluatorError> {
        match count(&self.steps, more) > MAX_STEPS {
            true => Err(EvaluatorError::EvaluationError("D1012: too many steps".to_owned())),
            false => Ok(()),
        }
    }

    pub(super) fn values(&self, more: usize) -> Result<(), EvaluatorError> {
        if count(&self.values, more) > MAX_VALUES { Err(too_large()) } else { Ok(()) }
    }

    /// Takes what a function made of its arguments.
    pub(super) fn made(&self, value: JValue, args: &[JValue]) -> HostFnResult {
        let is_given = |text: &Rc<str>| {
            args.iter().any(|arg| matches!(arg, JValue::String(given) if Rc::ptr_eq(given, text)))
        };
        match &value {
            JValue::String(text) if text.len() > MAX_TEXT => return Err(too_large()),
            JValue::String(text) if text.len() >= SMALL && !is_given(text) => self.hold(text)?,
            JValue::Array(items) => self.values(items.len())?,
            _ => {}
        }
        Ok(value)
    }

    fn hold(&self, text: &Rc<str>) -> Result<(), EvaluatorError> {
        let mut texts = self.texts.borrow_mut();
        texts.push(Rc::downgrade(text));
        if count(&self.made, text.len()) <= MAX_HELD / 2 {
            return Ok(());
        }
        self.made.set(0);
        texts.retain(|text| text.strong_count() > 0);
        let held: usize = texts.iter().filter_map(Weak::upgrade).map(|text| text.len()).sum();
        if held > MAX_HELD { Err(too_large()) } else { Ok(()) }
    }

    /// Takes a text that becomes a part of another.
    pub(super) fn handed(&self, text: &str) -> Result<(), EvaluatorError> {
        if count(&self.handed, text.len()) > MAX_HELD { Err(too_large()) } else { Ok(()) }
    }

    pub(super) fn range_from(&self, first: f64) {
        self.ranges.borrow_mut().push(first);
    }

    /// Ranges are bounded themselves; what is none counts for nothing.
    pub(super) fn range_to(&self, last: f64) -> Result<(), EvaluatorError> {
        let first = self.ranges.borrow_mut().pop().unwrap_or(last);
        self.values((last - first + 1.0).clamp(0.0, super::MAX_SEQUENCE as f64) as usize)
    }
}
