//! The fields of a call of STS, and the sentences for those that are not as the service's model has them.

use super::ServiceError;
use std::collections::HashMap;
use std::ops::RangeInclusive;

pub struct Fields(HashMap<String, String>);

impl Fields {
    pub fn read(body: &[u8]) -> Self {
        Fields(url::form_urlencoded::parse(body).into_owned().collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Nothing where there is no such field.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// What is not acted on must not look as if it were.
    pub fn check_names(&self, known: &[&str]) -> Result<(), ServiceError> {
        let unknown = |name: &&String| {
            !["Action", "Version"].contains(&name.as_str()) && !known.contains(&name.as_str())
        };
        match self.0.keys().filter(unknown).min() {
            Some(name) => {
                Err(ServiceError::validation(format!("this sandbox does not know the parameter {name}")))
            }
            None => Ok(()),
        }
    }

    /// A text of a length and of letters.
    pub fn checked(
        &self,
        name: &str,
        length: RangeInclusive<usize>,
        (pattern, fits): (&str, fn(char) -> bool),
    ) -> Result<Option<&str>, ServiceError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        ServiceError::check_length(value, &member(name), *length.start(), *length.end())?;
        if !value.chars().all(fits) {
            let constraint = format!("satisfy regular expression pattern: {pattern}");
            return Err(ServiceError::constraint(value, &member(name), constraint));
        }
        Ok(Some(value))
    }

    pub fn required<'f>(name: &str, value: Option<&'f str>) -> Result<&'f str, ServiceError> {
        value.ok_or_else(|| {
            ServiceError::validation(format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
                member(name)
            ))
        })
    }

    pub fn number(&self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, ServiceError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let constraint = match value.parse::<i64>() {
            Ok(number) if number < i64::from(*range.start()) => {
                format!("have value greater than or equal to {}", range.start())
            }
            Ok(number) if number > i64::from(*range.end()) => {
                format!("have value less than or equal to {}", range.end())
            }
            Ok(number) => return Ok(u32::try_from(number).ok()),
            Err(_) => "be a number".to_owned(),
        };
        Err(ServiceError::constraint(value, &member(name), constraint))
    }
}

/// A field as sentences about it spell it.
fn member(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
