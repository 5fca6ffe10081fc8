//! What a field of the JSONPath dialect is evaluated from: a path or a call of an intrinsic function.

use std::fmt;

use serde_json::Value;

use crate::asl::failure::{DATA_LIMIT_EXCEEDED, Failure};
use crate::asl::intrinsic::Intrinsic;
use crate::asl::path::{ParseError, Path, Root};
use crate::asl::room::Room;
use crate::asl::scope::Scope;
use crate::random::Random;

#[derive(Debug, Clone, PartialEq)]
pub enum PathQuery {
    Path(Path),
    Call(Intrinsic),
}

impl PathQuery {
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.starts_with('$') {
            Path::parse(text).map(PathQuery::Path)
        } else {
            Intrinsic::parse(text).map(PathQuery::Call)
        }
    }

    pub fn paths(&self) -> Vec<&Path> {
        match self {
            PathQuery::Path(path) => vec![path],
            PathQuery::Call(call) => call.paths(),
        }
    }

    /// Evaluates for a field; `field` is its name as the cause of a missing value has it: `value.$`, `ErrorPath`.
    pub fn evaluate(&self, field: &str, scope: &Scope<'_>, random: &mut Random) -> Result<Value, Failure> {
        self.evaluate_within(&mut Room::default(), field, scope, random)
    }

    /// Evaluates one of several queries that share their room.
    pub fn evaluate_within(
        &self,
        room: &mut Room,
        field: &str,
        scope: &Scope<'_>,
        random: &mut Random,
    ) -> Result<Value, Failure> {
        let path = match self {
            PathQuery::Call(call) => return call.evaluate_within(room, scope, random),
            PathQuery::Path(path) => path,
        };
        let selected = scope.select(path).map_err(|missing| {
            if missing.is_excess() {
                return Failure::new(DATA_LIMIT_EXCEEDED, missing.detail());
            }
            let searched: &dyn fmt::Display = match path.root() {
                Root::Context => scope.context,
                Root::Input | Root::Variable(_) => scope.input,
            };
            Failure::runtime(format!(
                "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{searched}'",
                path.below_root()
            ))
        })?;
        Ok(selected.into_value_within(room)?)
    }
}

impl fmt::Display for PathQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathQuery::Path(path) => path.fmt(f),
            PathQuery::Call(call) => call.fmt(f),
        }
    }
}
