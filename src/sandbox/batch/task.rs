//! One task of a job: an object, and what became of it. Data only.

use std::borrow::Cow;

/// An object that a manifest names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Task {
    pub bucket: String,
    /// Raw: nothing in it is encoded.
    pub key: String,
    pub version_id: Option<String>,
}

pub type Outcome = Result<Done, Fault>;

/// A task that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub status: u16,
    /// What the report says of it.
    pub message: Cow<'static, str>,
}

/// A task that failed, in S3's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: Cow<'static, str>,
}

impl Default for Done {
    fn default() -> Self {
        Done { status: 200, message: "Successful".into() }
    }
}

impl Fault {
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Fault { status, code: code.into(), message: message.into() }
    }
}
