//! What an option has against a value beyond its parser: checked where a value was not typed, so that it is refused
//! with its place. A value that was typed is refused by whoever uses it, in its own words.

use std::fmt;
use std::sync::Arc;

use clap::builder::ArgExt;

use crate::output::nearest;

type Says = dyn Fn(&str) -> Result<(), String> + Send + Sync;

/// Added to an argument: `#[arg(add = Check::new(...))]`.
#[derive(Clone)]
pub struct Check(Arc<Says>);

impl Check {
    pub fn new(says: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Check(Arc::new(says))
    }

    /// One of these names, with the prefix or without it.
    pub fn one_of(names: Vec<&'static str>, prefix: &'static str) -> Self {
        Check::new(move |text| {
            let name = text.strip_prefix(prefix).unwrap_or(text);
            if names.contains(&name) {
                return Ok(());
            }
            let near = nearest(name, names.iter().copied());
            let advice = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            Err(format!("it is one of {}{advice}", names.join(", ")))
        })
    }

    /// A type that text is parsed into.
    pub fn parses<T, E: fmt::Display>(parse: impl Fn(&str) -> Result<T, E> + Send + Sync + 'static) -> Self {
        Check::new(move |text| match parse(text) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string().lines().next().unwrap_or_default().to_owned()),
        })
    }

    pub(super) fn says(&self, text: &str) -> Result<(), String> {
        (self.0)(text)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check")
    }
}

impl ArgExt for Check {}
