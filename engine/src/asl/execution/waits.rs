//! The Wait state, and the numbers that fields may take from the input.

use jiff::Timestamp;
use serde_json::Value;

use super::Execution;
use super::evaluate::{Problem, unusable};
use super::frame::{Doing, Fate, Frame, FrameId};
use super::timers::{Timer, after};
use crate::asl::choice::timestamp;
use crate::asl::definition::{Field, LONGEST_SECONDS, State, Wait};
use crate::asl::jsonata::Kind;

impl Execution {
    pub(super) fn wait(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        wait: &Wait,
    ) -> Result<Fate, Problem> {
        let until = match wait {
            Wait::Seconds(seconds) => {
                let seconds = self.wait_seconds(frame, state, seconds)?;
                if seconds > (LONGEST_SECONDS as f64) {
                    return Err(Problem::runtime("Wait state delay is too long."));
                }
                after(self.now, seconds)
            }
            Wait::Timestamp(at) => self.wait_timestamp(frame, state, at)?,
        };
        if until <= self.now {
            return Ok(self.leave(id, frame, None));
        }
        if until.duration_since(self.now).as_secs_f64() > (LONGEST_SECONDS as f64) {
            return Err(Problem::runtime("Wait state delay is too long."));
        }
        self.turn_to(frame, Doing::Waiting);
        frame.epoch += 1;
        self.timers.add(until, Timer::Wake { frame: id, epoch: frame.epoch });
        Ok(Fate::Blocked)
    }

    fn wait_seconds(&mut self, frame: &Frame, state: &State, field: &Field<u64>) -> Result<f64, Problem> {
        match field {
            Field::Fixed(seconds) => Ok(*seconds as f64),
            Field::Path(path) => {
                let effective = self.effective(frame, state)?;
                let sight = self.sight(frame, state, effective.value(), None);
                let Ok(selected) = sight.scope().select(path) else {
                    return Err(Problem::runtime(format!(
                        "The SecondsPath parameter does not reference an input value: {path}"
                    )));
                };
                let value = selected.into_value()?;
                match whole(&value) {
                    Some(seconds) if seconds < 0.0 => Err(Problem::runtime(format!(
                        "The SecondsPath parameter references a negative value: {path} == {}",
                        plain(&value)
                    ))),
                    Some(seconds) => Ok(seconds),
                    None => Err(Problem::runtime(format!(
                        "The SecondsPath parameter cannot be parsed as a long value: {path} == {}",
                        plain(&value)
                    ))),
                }
            }
            Field::Expression(expression) => {
                let sight = self.sight(frame, state, frame.input.value(), None);
                let value =
                    expression.evaluate_as(Kind::Number, &sight.bindings(), &mut self.random, "Seconds")?;
                match whole(&value) {
                    Some(seconds) if seconds < 0.0 => Err(unusable(
                        format!("The Seconds field references a negative value: {}", plain(&value)),
                        Some("Seconds"),
                    )),
                    Some(seconds) => Ok(seconds),
                    None => Err(unusable(
                        format!("The Seconds field cannot be parsed as a long value: {}", plain(&value)),
                        Some("Seconds"),
                    )),
                }
            }
        }
    }

    fn wait_timestamp(
        &mut self,
        frame: &Frame,
        state: &State,
        field: &Field<Timestamp>,
    ) -> Result<Timestamp, Problem> {
        match field {
            Field::Fixed(at) => Ok(*at),
            Field::Path(path) => {
                let effective = self.effective(frame, state)?;
                let sight = self.sight(frame, state, effective.value(), None);
                let Ok(selected) = sight.scope().select(path) else {
                    return Err(Problem::runtime(format!(
                        "The TimestampPath parameter does not reference an input value: {path}"
                    )));
                };
                let value = selected.into_value()?;
                value.as_str().and_then(timestamp::parse).ok_or_else(|| {
                    Problem::runtime(format!(
                        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {path} == {}",
                        plain(&value)
                    ))
                })
            }
            Field::Expression(expression) => {
                let sight = self.sight(frame, state, frame.input.value(), None);
                let value =
                    expression.evaluate_as(Kind::String, &sight.bindings(), &mut self.random, "Timestamp")?;
                let text = plain(&value);
                timestamp::parse(&text).ok_or_else(|| {
                    let cause = format!(
                        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
                    );
                    unusable(cause, Some("Timestamp"))
                })
            }
        }
    }

    /// A whole number that may be computed: `TimeoutSeconds`, `MaxConcurrency` and the like. `None` when the field is
    /// not there.
    pub(super) fn whole_field(
        &mut self,
        frame: &Frame,
        state: &State,
        field: Option<&Field<u64>>,
        name: &str,
    ) -> Result<Option<i64>, Problem> {
        let Some(field) = field else { return Ok(None) };
        if let Field::Fixed(number) = field {
            return Ok(Some(i64::try_from(*number).unwrap_or(i64::MAX)));
        }
        let value = self.computed(frame, state, field, name)?;
        match whole(&value) {
            Some(number) => Ok(Some(number as i64)),
            None => Err(not_a(name, field, &value, "integer")),
        }
    }

    pub(super) fn number_field(
        &mut self,
        frame: &Frame,
        state: &State,
        field: Option<&Field<f64>>,
        name: &str,
    ) -> Result<Option<f64>, Problem> {
        let Some(field) = field else { return Ok(None) };
        if let Field::Fixed(number) = field {
            return Ok(Some(*number));
        }
        let value = self.computed(frame, state, field, name)?;
        match number(&value) {
            Some(number) => Ok(Some(number)),
            None => Err(not_a(name, field, &value, "float")),
        }
    }

    /// The value of a computed field.
    fn computed<T>(
        &mut self,
        frame: &Frame,
        state: &State,
        field: &Field<T>,
        name: &str,
    ) -> Result<Value, Problem> {
        match field {
            Field::Fixed(_) => Ok(Value::Null),
            Field::Path(path) => {
                let effective = self.effective(frame, state)?;
                self.sight(frame, state, effective.value(), None).path(path)
            }
            Field::Expression(expression) => {
                let sight = self.sight(frame, state, frame.input.value(), None);
                expression.evaluate_as(Kind::Number, &sight.bindings(), &mut self.random, name)
            }
        }
    }
}

fn not_a<T>(name: &str, field: &Field<T>, value: &Value, kind: &str) -> Problem {
    match field {
        Field::Path(path) => Problem::runtime(format!(
            "The {name}Path field refers to value \"{}\" which is not a valid {kind}: {path}",
            plain(value)
        )),
        _ => unusable(format!("The {name} field is not a valid {kind}: {value}"), Some(name)),
    }
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        other => other.as_f64(),
    }
}

/// A number without a fraction.
fn whole(value: &Value) -> Option<f64> {
    number(value).filter(|number| number.fract() == 0.0 && number.abs() < 9.0e15)
}

/// A value as causes show it: text without quotes, everything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
