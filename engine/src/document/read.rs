//! Reading a document out of a JSON value so that every fault is found in one run. A reader never stops: what is wrong is
//! noted with its path and replaced by a default, and the whole is given out only when nothing was noted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::fault::Fault;
use crate::near::advice;

/// The faults found so far, and the time that dates are held against.
pub(crate) struct Reader {
    faults: RefCell<Vec<Fault>>,
    now: Timestamp,
}

impl Reader {
    pub fn new(now: Timestamp) -> Self {
        Reader { faults: RefCell::default(), now }
    }

    pub fn root<'r, 'v>(&'r self, value: &'v Value) -> Slot<'r, 'v> {
        Slot { reader: self, path: Vec::new(), value: Some(value) }
    }

    /// For documents without times.
    pub fn timeless() -> Self {
        Reader::new(Timestamp::UNIX_EPOCH)
    }

    pub fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }

    /// `value`, unless there was a fault anywhere.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Fault>> {
        let faults = self.faults.into_inner();
        if faults.is_empty() { Ok(value) } else { Err(faults) }
    }

    fn fault(&self, path: &[String], message: impl Into<String>) {
        let fault = Fault { path: path.to_vec(), message: message.into(), is_of_name: false };
        self.faults.borrow_mut().push(fault);
    }
}

/// A place where a value can be. Its readers give `None` where there is none, and where it is wrong.
pub(crate) struct Slot<'r, 'v> {
    reader: &'r Reader,
    path: Vec<String>,
    value: Option<&'v Value>,
}

impl<'r, 'v> Slot<'r, 'v> {
    pub fn fault(&self, message: impl Into<String>) {
        self.reader.fault(&self.path, message);
    }

    pub fn is_given(&self) -> bool {
        self.value.is_some()
    }

    /// What is there, whatever it is.
    pub fn value(&self) -> Option<&'v Value> {
        self.value
    }

    pub fn is_empty_object(&self) -> bool {
        self.value.and_then(Value::as_object).is_some_and(Map::is_empty)
    }

    /// Of so many characters.
    pub fn text(&self, length: RangeInclusive<usize>) -> Option<String> {
        let text = match self.value? {
            Value::String(text) => text,
            Value::Number(_) | Value::Bool(_) => return self.expected("text: put it in quotes"),
            _ => return self.expected("text"),
        };
        let count = text.chars().count();
        if !length.contains(&count) {
            self.fault(match (count, *length.end()) {
                (0, _) => "is empty".to_owned(),
                (_, usize::MAX) => format!("has {count} characters, and needs {}", length.start()),
                (_, end) => format!("has {count} characters; {} to {end} are allowed", length.start()),
            });
            return None;
        }
        Some(text.clone())
    }

    /// Text that passes a test; `expected` says which.
    pub fn text_where(
        &self,
        length: RangeInclusive<usize>,
        expected: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let text = self.text(length)?;
        if !fits(&text) {
            self.fault(format!("`{text}` is not {expected}"));
            return None;
        }
        Some(text)
    }

    /// One of `words`.
    pub fn word(&self, words: &[&str]) -> Option<String> {
        let Value::String(text) = self.value? else { return self.expected(&one_of(words)) };
        if words.contains(&text.as_str()) {
            return Some(text.clone());
        }
        let advice = advice(text, words.iter().copied());
        self.fault(format!("`{text}` is not {}{advice}", one_of(words)));
        None
    }

    pub fn boolean(&self) -> Option<bool> {
        match self.value? {
            Value::Bool(value) => Some(*value),
            _ => self.expected("true or false"),
        }
    }

    pub fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let (from, to) = (range.start(), range.end());
        let expected = match *to {
            i64::MAX => format!("a whole number from {from} on"),
            _ => format!("a whole number from {from} to {to}"),
        };
        let Some(number) = self.value?.as_i64() else { return self.expected(&expected) };
        if !range.contains(&number) {
            self.fault(format!("{number} is not {expected}"));
            return None;
        }
        Some(number)
    }

    /// A finite number.
    pub fn number(&self) -> Option<f64> {
        match self.value? {
            Value::Number(number) => match number.as_f64().filter(|number| number.is_finite()) {
                Some(number) => Some(number),
                None => self.expected("a number that a double holds"),
            },
            Value::String(text) if text.parse::<f64>().is_ok_and(|number| !number.is_finite()) => {
                self.fault(format!("`{text}` is no finite number"));
                None
            }
            Value::String(text) if text.parse::<f64>().is_ok() => self.expected("a number: without quotes"),
            _ => self.expected("a number"),
        }
    }

    /// RFC 3339, a date (its midnight in UTC), or seconds since 1970.
    pub fn time(&self) -> Option<Timestamp> {
        let time = match self.value? {
            Value::String(text) => text.parse().ok().or_else(|| midnight(text)),
            Value::Number(seconds) => {
                seconds.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok())
            }
            _ => None,
        };
        match time {
            Some(time) => Some(time),
            None => self.expected("a time such as 2027-01-01T00:00:00Z"),
        }
    }

    /// A time after now.
    pub fn future(&self) -> Option<Timestamp> {
        let time = self.time()?;
        if time <= self.reader.now {
            self.fault(format!("{time} is in the past (now is {:.0})", self.reader.now));
            return None;
        }
        Some(time)
    }

    pub fn fields(&self) -> Option<Fields<'r, 'v>> {
        let Value::Object(members) = self.value? else { return self.expected("an object") };
        Some(Fields { reader: self.reader, path: self.path.clone(), members, known: RefCell::default() })
    }

    pub fn items(&self) -> Option<Vec<Slot<'r, 'v>>> {
        let Value::Array(items) = self.value? else { return self.expected("a list") };
        let slot = |(at, value)| Slot {
            reader: self.reader,
            path: [self.path.as_slice(), &[usize::to_string(&at)]].concat(),
            value: Some(value),
        };
        Some(items.iter().enumerate().map(slot).collect())
    }

    /// An object whose names are the user's: at most so many, each of so many characters, with texts.
    pub fn map(
        &self,
        most: usize,
        key: RangeInclusive<usize>,
        text: RangeInclusive<usize>,
    ) -> Option<BTreeMap<String, String>> {
        let Value::Object(members) = self.value? else { return self.expected("an object") };
        if members.is_empty() || members.len() > most {
            self.fault(format!("has {} entries; 1 to {most} are allowed", members.len()));
        }
        let entry = |(name, value): (&String, &'v Value)| {
            let path = [self.path.as_slice(), std::slice::from_ref(name)].concat();
            let slot = Slot { reader: self.reader, path, value: Some(value) };
            let count = name.chars().count();
            if !key.contains(&count) {
                let (from, to) = (key.start(), key.end());
                slot.fault(format!("the name has {count} characters; {from} to {to} are allowed"));
            }
            Some((name.clone(), slot.text(text.clone())?))
        };
        Some(members.iter().filter_map(entry).collect())
    }

    fn expected<T>(&self, expected: &str) -> Option<T> {
        self.fault(format!("must be {expected}"));
        None
    }
}

/// An object being read: remembers which names were asked for, so that the others are unknown.
pub(crate) struct Fields<'r, 'v> {
    reader: &'r Reader,
    path: Vec<String>,
    members: &'v Map<String, Value>,
    known: RefCell<Vec<&'static str>>,
}

impl<'r, 'v> Fields<'r, 'v> {
    /// A member that may be missing; `null` is as good as that.
    pub fn get(&self, name: &'static str) -> Slot<'r, 'v> {
        self.known.borrow_mut().push(name);
        let path = [self.path.as_slice(), &[name.to_owned()]].concat();
        let value = self.members.get(name).filter(|value| !value.is_null());
        Slot { reader: self.reader, path, value }
    }

    /// A member that must be there.
    pub fn need(&self, name: &'static str) -> Slot<'r, 'v> {
        let slot = self.get(name);
        if !slot.is_given() {
            self.fault(format!("`{name}` is missing"));
        }
        slot
    }

    pub fn fault(&self, message: impl Into<String>) {
        self.reader.fault(&self.path, message);
    }

    /// The one of these that is given; none and several are faults.
    pub fn one_of(&self, names: &'static [&'static str]) -> Option<(&'static str, Slot<'r, 'v>)> {
        let given: Vec<_> =
            names.iter().map(|name| (*name, self.get(name))).filter(|(_, slot)| slot.is_given()).collect();
        if given.len() > 1 {
            let named: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
            self.fault(format!("has {}: only one of them is allowed", named.join(" and ")));
        }
        given.into_iter().next()
    }

    /// Names that nobody asked for.
    pub fn finish(self) {
        self.unknown(|_| true);
    }

    /// Of the names that nobody asked for those that look like a known one: a service that grows has others.
    pub fn finish_open(self) {
        self.unknown(|advice| !advice.is_empty());
    }

    fn unknown(self, is_fault: impl Fn(&str) -> bool) {
        let known = self.known.into_inner();
        for name in self.members.keys().filter(|name| !known.contains(&name.as_str())) {
            let advice = advice(name, known.iter().copied());
            if !is_fault(&advice) {
                continue;
            }
            let path = [self.path.as_slice(), std::slice::from_ref(name)].concat();
            let message = format!("unknown field{advice}");
            self.reader.faults.borrow_mut().push(Fault { path, message, is_of_name: true });
        }
    }
}

fn midnight(text: &str) -> Option<Timestamp> {
    let date: Date = text.parse().ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn one_of(words: &[&str]) -> String {
    match words {
        [only] => only.to_string(),
        _ => format!("one of {}", words.join(", ")),
    }
}
