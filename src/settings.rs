//! What is decided from: the environment as it was found, and values that remember where they came from. Plain
//! data; `context` fills it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// The environment as it was at the start.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable that is set, even to nothing.
    pub fn found(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// A variable that is set, not empty and text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }

    /// A folder of the user's: the one that a variable names, or its usual place in the home. None where neither is an
    /// absolute path: the home that the system has on record may be one that nobody looks into.
    pub fn folder(&self, variable: &str, in_home: &str) -> Option<PathBuf> {
        let absolute = |name: &str| self.get(name).map(Path::new).filter(|path| path.is_absolute());
        absolute(variable).map(Path::to_owned).or_else(|| Some(absolute("HOME")?.join(in_home)))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// `true` (any case) as AWS spells it, or `1`.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Environment(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Where the value of a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Option(Cow<'static, str>),
    Environment(Cow<'static, str>),
    /// A config file of opsctl.
    File {
        path: String,
        line: usize,
    },
    Profile(String),
    Sandbox,
    InstanceMetadata,
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Option(name) => write!(f, "option {name}"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File { path, line } => write!(f, "{path}:{line}"),
            Origin::Profile(name) => write!(f, "profile {name}"),
            Origin::Sandbox => f.write_str("sandbox"),
            Origin::InstanceMetadata => f.write_str("instance metadata"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub fn new(value: T, origin: Origin) -> Self {
        Setting { value, origin }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let env = Environment::from_iter([("AWS_REGION", ""), ("AWS_PROFILE", "prod")]);
        assert_eq!((env.text("AWS_REGION"), env.text("AWS_PROFILE")), (None, Some("prod")));
    }

    #[test]
    fn flags_are_true_or_one() {
        let env = Environment::from_iter([("A", "TRUE"), ("B", "1"), ("C", "yes"), ("D", "false")]);
        assert_eq!(["A", "B", "C", "D", "E"].map(|name| env.flag(name)), [true, true, false, false, false]);
    }
}
