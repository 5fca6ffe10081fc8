//! Reading TOML so that every mistake is found and placed. Knows tables, keys and values, not what they mean.

use crate::output::advice;
use std::fmt;
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong in a file, and where; line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
    /// The mistake after this one, once they are chained.
    next: Option<Box<Mistake>>,
}

impl Mistake {
    /// The first mistake with the others as its chain of sources, so that a report shows each on a line of its own.
    pub fn chain(mistakes: Vec<Mistake>) -> Option<Mistake> {
        let link = |next: Option<Mistake>, mistake| Some(Mistake { next: next.map(Box::new), ..mistake });
        mistakes.into_iter().rev().fold(None, link)
    }
}

impl Mistake {
    /// Line and column count from 1.
    pub fn new(file: &str, line: usize, column: usize, message: impl Into<String>) -> Self {
        Mistake { file: file.to_owned(), line, column, message: message.into(), next: None }
    }

    /// Another message about the same place.
    #[must_use]
    pub fn saying(self, message: impl Into<String>) -> Mistake {
        Mistake { message: message.into(), ..self }
    }
}

impl std::error::Error for Mistake {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// Collects the mistakes of one file.
pub struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Reader { file, text, mistakes: Vec::new() }
    }

    /// None where the text is not TOML: what can be guessed of it would only be found wrong once more.
    pub fn document(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        let is_toml = errors.is_empty();
        for error in errors {
            self.mistake(&error.span().unwrap_or(0..0), error.message().replace('\n', ", "));
        }
        is_toml.then_some(document)
    }

    /// `message` about this place of the file.
    pub fn at(&self, span: &Range<usize>, message: impl Into<String>) -> Mistake {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Mistake::new(self.file, line, column, message)
    }

    pub fn mistake(&mut self, span: &Range<usize>, message: impl Into<String>) {
        let mistake = self.at(span, message);
        // What follows at a place that is wrong already follows from that.
        let place = |mistake: &Mistake| (mistake.file.clone(), mistake.line, mistake.column);
        let same = |known: &Mistake| place(known) == place(&mistake);
        if !self.mistakes.iter().any(same) {
            self.mistakes.push(mistake);
        }
    }

    /// Those of another file that this one names.
    pub fn mistakes_of_another(&mut self, mistakes: Vec<Mistake>) {
        self.mistakes.extend(mistakes);
    }

    /// `value`, unless there was a mistake anywhere.
    pub fn finish<T>(mut self, value: T) -> Result<T, Vec<Mistake>> {
        if self.mistakes.is_empty() {
            return Ok(value);
        }
        let own = self.file;
        let file = |mistake: &Mistake| (mistake.file != own).then(|| mistake.file.clone());
        self.mistakes.sort_by_key(|mistake| (file(mistake), mistake.line, mistake.column));
        Err(self.mistakes)
    }
}

/// A table being read: remembers which keys were asked for, so that the others are unknown.
pub struct Section<'t, 'a> {
    table: &'t DeTable<'a>,
    known: Vec<&'static str>,
}

impl<'t, 'a> Section<'t, 'a> {
    pub fn new(table: &'t DeTable<'a>) -> Self {
        Section { table, known: Vec::new() }
    }

    pub fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// The value of `key` as `convert` sees it; what `convert` says against it becomes a mistake.
    pub fn value<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        convert: impl FnOnce(&DeValue<'a>) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.get(key)?;
        match convert(value.get_ref()) {
            Ok(value) => Some(value),
            Err(expected) => {
                reader.mistake(&value.span(), format!("`{key}` must be {expected}"));
                None
            }
        }
    }

    /// The table of `key`. Anything else there is a mistake.
    pub fn section(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Section<'t, 'a>> {
        let value = self.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            reader.mistake(&value.span(), format!("`{key}` must be a table"));
        }
        table.map(Section::new)
    }

    pub fn finish(self, reader: &mut Reader<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let advice = advice(name, self.known.iter().copied());
            reader.mistake(&key.span(), format!("unknown key `{name}`{advice}"));
        }
    }
}

pub fn text(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "text".to_owned())
}

/// Text that passes a test described by `expected`.
pub fn text_where(
    expected: &'static str,
    fits: impl Fn(&str) -> bool,
) -> impl Fn(&DeValue<'_>) -> Result<String, String> {
    move |value| {
        value.as_str().filter(|text| fits(text)).map(str::to_owned).ok_or_else(|| expected.to_owned())
    }
}

pub fn integer(range: RangeInclusive<u64>) -> impl Fn(&DeValue<'_>) -> Result<u64, String> {
    move |value| {
        let integer = value.as_integer();
        let parsed = integer.and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok());
        let expected = || format!("a whole number from {} to {}", range.start(), range.end());
        parsed.filter(|number| range.contains(number)).ok_or_else(expected)
    }
}

pub fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "true or false".to_owned())
}

/// A chance from 0 to 1.
pub fn chance(value: &DeValue<'_>) -> Result<f64, String> {
    let number = match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        _ => None,
    };
    number.filter(|number| (0.0..=1.0).contains(number)).ok_or_else(|| "a number from 0 to 1".to_owned())
}

pub fn choice<T: Copy>(choices: &'static [(&'static str, T)]) -> impl Fn(&DeValue<'_>) -> Result<T, String> {
    move |value| {
        let given = value.as_str().unwrap_or_default();
        if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == given) {
            return Ok(*chosen);
        }
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
        Err(format!("one of {}", names.join(", ")))
    }
}
