//! Reference paths that are written to: `ResultPath`. A result goes into a place of the state's input; objects on the
//! way are made, arrays are never grown.

use serde_json::{Map, Value};

use super::{ParseError, Path, Root, Step};
use crate::asl::failure::{Failure, RESULT_PATH_MATCH_FAILURE};

/// A path that names exactly one place below `$`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferencePath(Path);

impl ReferencePath {
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let path = Path::parse(text)?;
        if *path.root() != Root::Input {
            return Err(ParseError { at: 0, message: "a reference path begins with a single $".to_owned() });
        }
        if !path.is_reference() {
            let message = "a reference path has names and indexes from the start only".to_owned();
            return Err(ParseError { at: 0, message });
        }
        Ok(ReferencePath(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether the place is the whole value.
    pub fn is_root(&self) -> bool {
        self.0.steps.is_empty()
    }

    /// Puts a result into its place. Fails with `States.ResultPathMatchFailure` where the place cannot be: below
    /// something that is neither object nor array, or past an array's end. Then nothing was changed.
    pub fn merge(&self, into: &mut Value, result: Value) -> Result<(), Failure> {
        if !self.fits(into) {
            let cause = format!("Unable to apply ReferencePath {} to input {into}", self.0);
            return Err(Failure::new(RESULT_PATH_MATCH_FAILURE, cause));
        }
        let mut here = into;
        for step in &self.0.steps {
            let Some(next) = below(here, step) else { return Ok(()) };
            here = next;
        }
        *here = result;
        Ok(())
    }

    fn fits(&self, value: &Value) -> bool {
        let mut here = Some(value);
        self.0.steps.iter().all(|step| {
            let (fits, next) = match (step, here) {
                (Step::Name(name), Some(Value::Object(fields))) => (true, fields.get(name)),
                (Step::Name(_), None) => (true, None),
                (Step::Index(index), Some(Value::Array(items))) => {
                    let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
                    (item.is_some(), item)
                }
                _ => (false, None),
            };
            here = next;
            fits
        })
    }
}

/// The place of a step, made when it is a name that is not there. What came to be on the way is null until then.
fn below<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Name(name) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            Some(value.as_object_mut()?.entry(name.as_str()).or_insert(Value::Null))
        }
        Step::Index(index) => value.as_array_mut()?.get_mut(usize::try_from(*index).ok()?),
        _ => None,
    }
}
