//! What a step is asked, and how it fails.

use std::fmt;

use lambda_runtime::Diagnostic;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Where the picture is.
    pub bucket: String,
    pub key: String,
    /// Where its result goes; the first step has none.
    #[serde(default)]
    pub results: String,
    /// The key it was uploaded under, where that is another one.
    pub uploaded: Option<String>,
    /// Attempts before this one.
    #[serde(default)]
    pub attempt: u64,
}

impl Event {
    /// The key of a result: as different as those of the uploads are, so that nothing is written over.
    pub fn result(&self, folder: &str) -> String {
        let uploaded = self.uploaded.as_ref().unwrap_or(&self.key);
        let is_jpeg = uploaded.to_ascii_lowercase().ends_with(".jpg");
        format!("{folder}/{uploaded}{}", if is_jpeg { "" } else { ".jpg" })
    }
}

/// Why a step failed, by the name that a workflow catches.
#[derive(Debug)]
pub struct Failure {
    kind: &'static str,
    message: String,
}

impl Failure {
    /// The picture is at fault: another attempt fails as well.
    pub fn broken(message: impl fmt::Display) -> Self {
        Failure { kind: "BrokenImage", message: message.to_string() }
    }

    /// The storage is at fault.
    pub fn storage(message: impl fmt::Display) -> Self {
        Failure { kind: "StorageFailed", message: message.to_string() }
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Diagnostic { error_type: failure.kind.to_owned(), error_message: failure.message }
    }
}
