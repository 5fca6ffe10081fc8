//! What expressions are computed from and come to: numbers, series and arrays of series, all over the same slots.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

/// The slots of a computation: `length` periods of `period` seconds, the first of which begins at `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub start: Timestamp,
    /// In seconds.
    pub period: u32,
    pub length: usize,
}

impl Frame {
    /// When a slot begins, in seconds since 1970.
    pub(super) fn second(&self, slot: usize) -> i64 {
        let offset = i64::try_from(slot).unwrap_or(i64::MAX).saturating_mul(i64::from(self.period));
        self.start.as_second().saturating_add(offset)
    }
}

/// A value or a gap for every slot, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<'a> {
    /// The Id it comes from; a result has that of its first source.
    pub label: Cow<'a, str>,
    pub values: Cow<'a, [Option<f64>]>,
}

impl<'a> Series<'a> {
    pub fn new(label: impl Into<Cow<'a, str>>, values: impl Into<Cow<'a, [Option<f64>]>>) -> Self {
        Series { label: label.into(), values: values.into() }
    }

    /// Other values under the same label.
    pub(super) fn with(&self, values: Cow<'a, [Option<f64>]>) -> Self {
        Series { label: self.label.clone(), values }
    }

    /// Every datapoint changed; gaps stay.
    pub(super) fn each(&self, change: impl Fn(f64) -> Option<f64>) -> Self {
        self.with(self.values.iter().map(|value| value.and_then(&change)).collect())
    }

    /// The datapoints, without gaps.
    pub(super) fn present(&self) -> impl Iterator<Item = f64> + Clone {
        self.values.iter().flatten().copied()
    }

    /// As many slots as there are, and numbers only: what a caller gives is not trusted.
    fn fitted(self, length: usize) -> Self {
        let fits = self.values.len() == length && self.present().all(f64::is_finite);
        if fits {
            return self;
        }
        let mut values: Vec<_> = self.values.iter().map(|value| value.filter(|n| n.is_finite())).collect();
        values.resize(length, None);
        Series { label: self.label, values: Cow::Owned(values) }
    }
}

/// What a piece of an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `None` where there is nothing to make a number of: the average of no datapoints, a division by zero.
    Number(Option<f64>),
    Series(Series<'a>),
    Array(Vec<Series<'a>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Series,
    Array,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Series => "a series",
            Kind::Array => "an array of series",
        }
    }
}

impl<'a> Value<'a> {
    pub fn kind(&self) -> Kind {
        match self {
            Value::Number(_) => Kind::Number,
            Value::Series(_) => Kind::Series,
            Value::Array(_) => Kind::Array,
        }
    }

    /// All series of it: none of a number, one of a series.
    pub fn series(&self) -> &[Series<'a>] {
        match self {
            Value::Number(_) => &[],
            Value::Series(series) => std::slice::from_ref(series),
            Value::Array(array) => array,
        }
    }

    /// 0 stays 0 without a sign.
    pub(super) fn negative(self) -> Self {
        match self {
            Value::Number(number) => Value::Number(number.map(|number| 0.0 - number)),
            other => other.through(|series| series.each(|value| Some(0.0 - value))),
        }
    }

    /// Every series changed; a number stays as it is.
    pub(super) fn through(self, change: impl Fn(&Series<'a>) -> Series<'a>) -> Self {
        match self {
            Value::Number(number) => Value::Number(number),
            Value::Series(series) => Value::Series(change(&series)),
            Value::Array(array) => Value::Array(array.iter().map(change).collect()),
        }
    }
}

/// What an Id stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<'a> {
    /// A metric of the request, which `METRICS()` has and `PERIOD` takes; otherwise the result of an expression.
    pub is_metric: bool,
    pub value: Value<'a>,
}

/// What an expression can name.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs<'a> {
    pub(super) frame: Frame,
    /// The metrics in the order of the request.
    pub(super) order: Vec<&'a str>,
    pub(super) named: BTreeMap<&'a str, Named<'a>>,
}

impl<'a> Inputs<'a> {
    pub fn new(frame: Frame) -> Self {
        Inputs { frame, order: Vec::new(), named: BTreeMap::new() }
    }

    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// The values of a metric, one a slot: further ones are left out, what lacks at the end is a gap, and so is what is
    /// no number.
    pub fn metric(&mut self, id: &'a str, values: impl Into<Cow<'a, [Option<f64>]>>) {
        let series = Series::new(id, values).fitted(self.frame.length);
        self.order.retain(|known| *known != id);
        self.order.push(id);
        self.named.insert(id, Named { is_metric: true, value: Value::Series(series) });
    }

    /// The result of another expression.
    pub fn result(&mut self, id: &'a str, value: Value<'a>) {
        let length = self.frame.length;
        let value = match value {
            Value::Number(number) => Value::Number(number),
            Value::Series(series) => Value::Series(series.fitted(length)),
            Value::Array(array) => {
                Value::Array(array.into_iter().map(|series| series.fitted(length)).collect())
            }
        };
        self.named.insert(id, Named { is_metric: false, value });
    }

    pub fn get(&self, id: &str) -> Option<&Named<'a>> {
        self.named.get(id)
    }
}
