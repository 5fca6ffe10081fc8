//! The time as the service has it, from the header of an answer: clocks differ, and a job's age is told by one alone.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Part of one call.
#[derive(Debug, Clone, Default)]
pub struct Date(Arc<Mutex<Option<Timestamp>>>);

impl Date {
    /// When the service answered.
    pub fn now(&self) -> Timestamp {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.unwrap_or_else(Timestamp::now)
    }
}

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let header = context.response().headers().get("date").and_then(parse);
        if header.is_some() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = header;
        }
        Ok(())
    }
}

/// As HTTP writes it: `Sun, 22 Nov 2026 12:00:00 GMT`.
fn parse(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read() {
        let expected: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(parse("Sun, 22 Nov 2026 12:00:00 GMT"), Some(expected));
        assert_eq!(parse("yesterday"), None);
    }
}
