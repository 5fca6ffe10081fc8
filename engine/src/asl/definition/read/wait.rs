//! The Wait state: exactly one of its four forms.

use serde_json::Value;

use super::super::model::{Field, QueryLanguage, Wait};
use super::Reader;
use super::fields::{Fields, is_expression};
use crate::asl::choice::timestamp;
use crate::asl::definition::LONGEST_SECONDS;

const FORMS: &[&str] = &["Seconds", "Timestamp", "SecondsPath", "TimestampPath"];

impl Reader {
    pub(super) fn wait(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Wait> {
        let given: Vec<&str> = FORMS.iter().copied().filter(|form| fields.has(form)).collect();
        let [form] = given.as_slice() else {
            let message = format!("Exactly one of these fields is required: [{}]", FORMS.join(", "));
            self.refuse(Some(fields.here()), message);
            return None;
        };
        match *form {
            "SecondsPath" => self.path(fields, form).map(|path| Wait::Seconds(Field::Path(path))),
            "TimestampPath" => self.path(fields, form).map(|path| Wait::Timestamp(Field::Path(path))),
            "Seconds" => match fields.get("Seconds") {
                Some(Value::String(text)) if language == QueryLanguage::Jsonata && is_expression(text) => {
                    self.expression(text, &fields.at("Seconds"))
                        .map(|expression| Wait::Seconds(Field::Expression(expression)))
                }
                _ => self
                    .whole(fields, "Seconds", 0, LONGEST_SECONDS)
                    .map(|seconds| Wait::Seconds(Field::Fixed(seconds))),
            },
            _ => {
                let text = self.text(fields, "Timestamp")?;
                if language == QueryLanguage::Jsonata && is_expression(text) {
                    let expression = self.expression(text, &fields.at("Timestamp"))?;
                    return Some(Wait::Timestamp(Field::Expression(expression)));
                }
                match timestamp::parse(text) {
                    Some(at) => Some(Wait::Timestamp(Field::Fixed(at))),
                    None => {
                        let message = "String does not match RFC3339 timestamp".to_owned();
                        self.refuse(Some(fields.at("Timestamp")), message);
                        None
                    }
                }
            }
        }
    }
}
