//! `Retry` and `Catch`.

use std::sync::Arc;

use serde_json::Value;

use super::super::model::{Catcher, QueryLanguage, Retrier};
use super::fields::Fields;
use super::{Names, Reader};
use crate::asl::failure::ALL;

const RETRIER: &[&str] = &[
    "Comment",
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
];
const CATCHER: &[&str] = &["Comment", "ErrorEquals", "Next", "ResultPath", "Assign"];
const CATCHER_JSONATA: &[&str] = &["Comment", "ErrorEquals", "Next", "Output", "Assign"];

/// The largest `MaxAttempts`, `IntervalSeconds` and `MaxDelaySeconds`.
const MOST: u64 = 99_999_999;
const LONGEST_DELAY: u64 = 31_622_400;

impl Reader {
    pub(super) fn retriers(&mut self, fields: &Fields<'_>) -> Vec<Retrier> {
        let list = self.list(fields, "Retry").unwrap_or_default();
        let all: Vec<Option<Retrier>> = list
            .iter()
            .enumerate()
            .map(|(number, value)| {
                let at = format!("{}/{number}", fields.at("Retry"));
                let fields = self.element(value, at)?;
                self.only(&fields, RETRIER);
                self.retrier(&fields, number + 1 == list.len())
            })
            .collect();
        all.into_iter().flatten().collect()
    }

    fn retrier(&mut self, fields: &Fields<'_>, is_last: bool) -> Option<Retrier> {
        let errors = self.error_equals(fields, is_last);
        let interval = self.whole(fields, "IntervalSeconds", 1, MOST).unwrap_or(1);
        let max_attempts = self.whole(fields, "MaxAttempts", 0, MOST).unwrap_or(3);
        let backoff_rate = self.number(fields, "BackoffRate").unwrap_or(2.0);
        if backoff_rate < 1.0 {
            self.refuse(Some(fields.at("BackoffRate")), "Minimum value is 1.0".to_owned());
        }
        let max_delay = self.whole(fields, "MaxDelaySeconds", 1, LONGEST_DELAY);
        if max_delay.is_some_and(|most| most <= interval) {
            let message = "'MaxDelaySeconds' must be greater than 'IntervalSeconds'".to_owned();
            self.refuse(Some(fields.at("MaxDelaySeconds")), message);
        }
        let full_jitter = self.word(fields, "JitterStrategy", &["NONE", "FULL"]) == Some("FULL");
        Some(Retrier { errors: errors?, interval, max_attempts, backoff_rate, max_delay, full_jitter })
    }

    pub(super) fn catchers(
        &mut self,
        fields: &Fields<'_>,
        language: QueryLanguage,
        names: &Names,
    ) -> Vec<Catcher> {
        let list = self.list(fields, "Catch").unwrap_or_default();
        let all: Vec<Option<Catcher>> = list
            .iter()
            .enumerate()
            .map(|(number, value)| {
                let at = format!("{}/{number}", fields.at("Catch"));
                let fields = self.element(value, at)?;
                let known = if language == QueryLanguage::Jsonata { CATCHER_JSONATA } else { CATCHER };
                self.only(&fields, known);
                let errors = self.error_equals(&fields, number + 1 == list.len());
                self.require(&fields, &["Next"]);
                let next = self.name(&fields, "Next");
                let next = next.and_then(|next| self.target(&fields, "Next", next, names));
                let result_path = self.result_path(&fields);
                let assign = self.assign_as(&fields, language, &format!("Catch[{number}]/Assign"));
                let output =
                    self.template_as(&fields, "Output", language, &format!("Catch[{number}]/Output"));
                Some(Catcher { errors: errors?, next: next?, result_path, assign, output })
            })
            .collect();
        all.into_iter().flatten().collect()
    }

    /// One element of a list, which must be an object.
    pub(super) fn element<'v>(&mut self, value: &'v Value, at: String) -> Option<Fields<'v>> {
        match value {
            Value::Object(map) => Some(Fields::new(map, at)),
            _ => {
                self.refuse(Some(at), "Expected value of type Object".to_owned());
                None
            }
        }
    }

    fn error_equals(&mut self, fields: &Fields<'_>, is_last: bool) -> Option<Vec<Arc<str>>> {
        self.require(fields, &["ErrorEquals"]);
        let list = self.list(fields, "ErrorEquals")?;
        if list.is_empty() {
            self.refuse(Some(fields.at("ErrorEquals")), "Value cannot be empty".to_owned());
        }
        let mut errors = Vec::with_capacity(list.len());
        for error in list {
            match error {
                Value::String(error) => errors.push(Arc::from(error.as_str())),
                _ => return self.expected(fields, "ErrorEquals", "String"),
            }
        }
        if errors.iter().any(|error: &Arc<str>| &**error == ALL) {
            if errors.len() > 1 {
                let message = "States.ALL must be the only element in the array".to_owned();
                self.refuse(Some(fields.at("ErrorEquals")), message);
            }
            if !is_last {
                let message = "States.ALL can only be specified in the last element".to_owned();
                self.refuse(Some(fields.at("ErrorEquals")), message);
            }
        }
        Some(errors)
    }
}
