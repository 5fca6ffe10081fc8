//! The rules of a Choice state in the JSONPath dialect: compiled once, then held against a scope. `compare` has the
//! comparisons, `timestamp` what a timestamp is, `pattern` `StringMatches`. What follows a rule is the state's business.

mod compare;
mod compile;
mod describe;
mod pattern;
pub mod timestamp;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::failure::Failure;
use super::path::Path;
use super::scope::Scope;
use compare::{Comparison, Kind, Operand, Relation};
use pattern::Pattern;

/// The condition of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Test { variable: Path, test: Test },
}

/// What a variable is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    IsPresent(bool),
    IsNull(bool),
    IsBoolean(bool),
    IsNumeric(bool),
    IsString(bool),
    IsTimestamp(bool),
    StringMatches(Pattern),
    Compare(Comparison),
}

impl Condition {
    /// Whether the condition holds. Kinds that differ are never equal nor in any order; a path that selects nothing
    /// fails the run, but under `IsPresent`.
    pub fn holds(&self, scope: &Scope<'_>) -> Result<bool, Failure> {
        match self {
            Condition::And(conditions) => {
                for condition in conditions {
                    if !condition.holds(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Or(conditions) => {
                for condition in conditions {
                    if condition.holds(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(condition) => condition.holds(scope).map(|holds| !holds),
            Condition::Test { variable, test: Test::IsPresent(wanted) } => Ok(scope.has(variable) == *wanted),
            Condition::Test { variable, test } => test.holds(&*value(scope, variable)?, scope),
        }
    }

    /// Every path in the condition.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Condition::And(conditions) | Condition::Or(conditions) => {
                conditions.iter().flat_map(Condition::paths).collect()
            }
            Condition::Not(condition) => condition.paths(),
            Condition::Test { variable, test } => match test {
                Test::Compare(Comparison { with: Operand::Path(path), .. }) => vec![variable, path],
                _ => vec![variable],
            },
        }
    }
}

/// What a number is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    Literal(f64),
    /// What a path selects.
    Path,
}

impl Test {
    /// What the test compares a number with: by order, or, where `equals`, in any way.
    pub fn bound(&self, equals: bool) -> Option<Bound> {
        let Test::Compare(Comparison { kind: Kind::Numeric, relation, with }) = self else { return None };
        match with {
            _ if *relation == Relation::Equals && !equals => None,
            Operand::Literal(number) => number.as_f64().map(Bound::Literal),
            Operand::Path(_) => Some(Bound::Path),
        }
    }

    fn holds(&self, value: &Value, scope: &Scope<'_>) -> Result<bool, Failure> {
        Ok(match self {
            // A value that was selected is present.
            Test::IsPresent(wanted) => *wanted,
            Test::IsNull(wanted) => value.is_null() == *wanted,
            Test::IsBoolean(wanted) => value.is_boolean() == *wanted,
            Test::IsNumeric(wanted) => value.is_number() == *wanted,
            Test::IsString(wanted) => value.is_string() == *wanted,
            Test::IsTimestamp(wanted) => value.as_str().is_some_and(timestamp::is_timestamp) == *wanted,
            Test::StringMatches(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
            Test::Compare(comparison) => match &comparison.with {
                Operand::Literal(literal) => comparison.holds(value, literal),
                Operand::Path(path) => comparison.holds(value, &*self::value(scope, path)?),
            },
        })
    }
}

fn value<'a>(scope: &Scope<'a>, path: &Path) -> Result<std::borrow::Cow<'a, Value>, Failure> {
    match scope.select(path) {
        Ok(selected) => Ok(selected.into_cow()?),
        Err(_) => Err(Failure::runtime(format!(
            "Invalid path '{path}': The choice state's condition path references an invalid value."
        ))),
    }
}
