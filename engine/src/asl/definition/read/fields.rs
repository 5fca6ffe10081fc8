//! The fields of one object of a definition, and how each kind of value is read from them.

use serde_json::{Map, Value};

use super::super::model::{Field, QueryLanguage, ResultPath, Selector, Template};
use super::Reader;
use crate::asl::failure::Fault;
use crate::asl::jsonata::Expression;
use crate::asl::path::{Path, ReferencePath};
use crate::asl::template::{PathTemplate, QueryTemplate, expression_source};

/// An object and where it is.
pub(super) struct Fields<'v> {
    map: &'v Map<String, Value>,
    path: String,
}

impl<'v> Fields<'v> {
    pub(super) fn new(map: &'v Map<String, Value>, path: impl Into<String>) -> Self {
        Fields { map, path: path.into() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'v str> + use<'v> {
        self.map.keys().map(String::as_str)
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The place of the object, as diagnostics write it.
    pub(super) fn here(&self) -> String {
        if self.path.is_empty() { "/".to_owned() } else { self.path.clone() }
    }

    pub(super) fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }
}

impl Reader {
    /// Refuses every field that is not in `known`; comments may be anywhere.
    pub(super) fn only(&mut self, fields: &Fields<'_>, known: &[&str]) {
        for name in fields.names().filter(|name| *name != "Comment" && !known.contains(name)) {
            self.refuse(Some(fields.at(name)), "Field is not supported".to_owned());
        }
    }

    pub(super) fn text<'v>(&mut self, fields: &Fields<'v>, name: &str) -> Option<&'v str> {
        match fields.get(name)? {
            Value::String(text) => Some(text),
            _ => self.expected(fields, name, "String"),
        }
    }

    /// A text that says something.
    pub(super) fn name<'v>(&mut self, fields: &Fields<'v>, name: &str) -> Option<&'v str> {
        let text = self.text(fields, name)?;
        if text.is_empty() {
            self.refuse(Some(fields.at(name)), "Value cannot be empty".to_owned());
            return None;
        }
        Some(text)
    }

    pub(super) fn object<'v>(&mut self, fields: &Fields<'v>, name: &str) -> Option<&'v Map<String, Value>> {
        match fields.get(name)? {
            Value::Object(map) => Some(map),
            _ => self.expected(fields, name, "Object"),
        }
    }

    pub(super) fn inside<'v>(&mut self, fields: &Fields<'v>, name: &str) -> Option<Fields<'v>> {
        self.object(fields, name).map(|map| Fields::new(map, fields.at(name)))
    }

    pub(super) fn list<'v>(&mut self, fields: &Fields<'v>, name: &str) -> Option<&'v [Value]> {
        match fields.get(name)? {
            Value::Array(list) => Some(list),
            _ => self.expected(fields, name, "Array"),
        }
    }

    pub(super) fn truth(&mut self, fields: &Fields<'_>, name: &str) -> Option<bool> {
        match fields.get(name)? {
            Value::Bool(truth) => Some(*truth),
            _ => self.expected(fields, name, "Boolean"),
        }
    }

    /// One of several words.
    pub(super) fn word<'v>(&mut self, fields: &Fields<'v>, name: &str, words: &[&str]) -> Option<&'v str> {
        let word = self.text(fields, name)?;
        if words.contains(&word) {
            return Some(word);
        }
        let message = format!("The field '{name}' should have one of these values: [{}]", words.join(", "));
        self.refuse(Some(fields.at(name)), message);
        None
    }

    /// A whole number between two bounds.
    pub(super) fn whole(&mut self, fields: &Fields<'_>, name: &str, least: u64, most: u64) -> Option<u64> {
        let value = fields.get(name)?;
        let Some(number) = whole_number(value) else { return self.expected(fields, name, "Integer") };
        if number < least as f64 {
            self.refuse(Some(fields.at(name)), format!("Minimum value is {least}"));
            return None;
        }
        if number > most as f64 {
            self.refuse(Some(fields.at(name)), format!("Maximum value is {most}"));
            return None;
        }
        Some(number as u64)
    }

    pub(super) fn number(&mut self, fields: &Fields<'_>, name: &str) -> Option<f64> {
        match fields.get(name)?.as_f64() {
            Some(number) => Some(number),
            None => self.expected(fields, name, "Number"),
        }
    }

    pub(super) fn expected<T>(&mut self, fields: &Fields<'_>, name: &str, kind: &str) -> Option<T> {
        self.refuse(Some(fields.at(name)), format!("Expected value of type {kind}"));
        None
    }

    pub(super) fn language_of(&mut self, fields: &Fields<'_>) -> Option<QueryLanguage> {
        match self.word(fields, "QueryLanguage", &["JSONPath", "JSONata"])? {
            "JSONata" => Some(QueryLanguage::Jsonata),
            _ => Some(QueryLanguage::JsonPath),
        }
    }

    pub(super) fn path(&mut self, fields: &Fields<'_>, name: &str) -> Option<Path> {
        let text = self.text(fields, name)?;
        match Path::parse(text) {
            Ok(path) => Some(path),
            Err(fault) => {
                let message = format!("Value is not a valid JSONPath: {fault}");
                self.refuse(Some(fields.at(name)), message);
                None
            }
        }
    }

    /// `InputPath` or `OutputPath`.
    pub(super) fn selector(&mut self, fields: &Fields<'_>, name: &str) -> Selector {
        match fields.get(name) {
            None => Selector::Whole,
            Some(Value::Null) => Selector::Nothing,
            Some(Value::String(text)) if text == "$" => Selector::Whole,
            Some(_) => self.path(fields, name).map_or(Selector::Whole, Selector::Path),
        }
    }

    pub(super) fn result_path(&mut self, fields: &Fields<'_>) -> ResultPath {
        match fields.get("ResultPath") {
            None => ResultPath::Replace,
            Some(Value::Null) => ResultPath::Discard,
            Some(Value::String(text)) if text == "$" => ResultPath::Replace,
            Some(_) => {
                let Some(text) = self.text(fields, "ResultPath") else { return ResultPath::Replace };
                match ReferencePath::parse(text) {
                    Ok(path) => ResultPath::Merge(path),
                    Err(fault) => {
                        let message = format!("Value is not a Reference Path: {fault}");
                        self.refuse(Some(fields.at("ResultPath")), message);
                        ResultPath::Replace
                    }
                }
            }
        }
    }

    /// A template that causes name as `field`.
    pub(super) fn template_as(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        language: QueryLanguage,
        field: &str,
    ) -> Option<Template> {
        let value = fields.get(name)?;
        let compiled = match language {
            QueryLanguage::JsonPath => PathTemplate::compile(value).map(Template::Path),
            QueryLanguage::Jsonata => QueryTemplate::compile(value, field).map(Template::Query),
        };
        compiled.map_err(|faults| self.faults(faults, &fields.at(name))).ok()
    }

    pub(super) fn template(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        language: QueryLanguage,
    ) -> Option<Template> {
        self.template_as(fields, name, language, name)
    }

    /// The expression between the marks of a text.
    pub(super) fn expression(&mut self, text: &str, at: &str) -> Option<Expression> {
        let compiled = Expression::compile(expression_source(text)?);
        compiled.map_err(|refusal| self.add(refusal.code, Some(at.to_owned()), refusal.message)).ok()
    }

    pub(super) fn faults(&mut self, faults: Vec<Fault>, at: &str) {
        for fault in faults {
            self.add(fault.code, Some(format!("{at}{}", fault.pointer)), fault.message);
        }
    }

    /// A whole number given as it is, by `NAMEPath` (JSONPath) or by an expression (JSONata).
    pub(super) fn whole_field(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        language: QueryLanguage,
        least: u64,
    ) -> Option<Field<u64>> {
        if let Some(field) = self.computed(fields, name, language) {
            return field;
        }
        self.whole(fields, name, least, u64::from(u32::MAX)).map(Field::Fixed)
    }

    pub(super) fn number_field(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        language: QueryLanguage,
    ) -> Option<Field<f64>> {
        if let Some(field) = self.computed(fields, name, language) {
            return field;
        }
        self.number(fields, name).map(Field::Fixed)
    }

    /// The computed forms of a field; `None` when it is given as it is or not at all.
    pub(super) fn computed<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        language: QueryLanguage,
    ) -> Option<Option<Field<T>>> {
        let by_path = format!("{name}Path");
        if fields.has(&by_path) {
            if fields.has(name) {
                let message = format!("Only one of these fields is allowed: [{name}, {by_path}]");
                self.refuse(Some(fields.here()), message);
            }
            return Some(self.path(fields, &by_path).map(Field::Path));
        }
        match fields.get(name)? {
            Value::String(text) if language == QueryLanguage::Jsonata && is_expression(text) => {
                Some(self.expression(text, &fields.at(name)).map(Field::Expression))
            }
            _ => None,
        }
    }
}

pub(super) fn is_expression(text: &str) -> bool {
    expression_source(text).is_some()
}

/// A number without a fraction, in whatever form JSON has it.
fn whole_number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.fract() == 0.0)
}
