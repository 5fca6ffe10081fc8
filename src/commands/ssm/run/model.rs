//! Our own types of Run Command: states, results, documents, converted from the SDK's.

use aws_sdk_ssm::operation::get_command_invocation::GetCommandInvocationOutput;
use aws_sdk_ssm::types::{CommandInvocation, DocumentDescription, DocumentParameterType};
use serde::{Serialize, Serializer};

use super::super::model::{required, text};
use crate::error::Error;

/// As much of each stream as Run Command keeps.
pub const KEPT_CHARACTERS: usize = 24_000;
/// What agents put where they have cut.
const CUT: [&str; 2] = ["---Output truncated---", "---Error truncated----"];
/// States of no invocation that goes on, whatever the coarse status calls them.
const FINAL_DETAILS: [&str; 8] = [
    "Undeliverable",
    "Terminated",
    "InvalidPlatform",
    "AccessDenied",
    "DeliveryTimedOut",
    "ExecutionTimedOut",
    "Success",
    "Cancelled",
];

/// How far a command is on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// opsctl has not sent it.
    NotSent,
    Pending,
    InProgress,
    Delayed,
    Cancelling,
    Success,
    Cancelled,
    TimedOut,
    Failed,
    /// A state that AWS has added since.
    Unknown(String),
}

impl Status {
    pub fn new(name: &str) -> Self {
        match name {
            "Pending" => Status::Pending,
            "InProgress" => Status::InProgress,
            "Delayed" => Status::Delayed,
            "Cancelling" => Status::Cancelling,
            "Success" => Status::Success,
            "Cancelled" => Status::Cancelled,
            "TimedOut" => Status::TimedOut,
            "Failed" => Status::Failed,
            other => Status::Unknown(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Status::NotSent => "NotSent",
            Status::Pending => "Pending",
            Status::InProgress => "InProgress",
            Status::Delayed => "Delayed",
            Status::Cancelling => "Cancelling",
            Status::Success => "Success",
            Status::Cancelled => "Cancelled",
            Status::TimedOut => "TimedOut",
            Status::Failed => "Failed",
            Status::Unknown(name) => name,
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A status and what is told besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub status: Status,
    pub details: String,
}

impl State {
    pub fn new(status: Option<&str>, details: Option<&str>) -> Self {
        let status = Status::new(status.unwrap_or_default());
        // Some answers put blanks into them.
        let details = details.unwrap_or_default().replace(' ', "");
        let details = if details.is_empty() { status.as_str().to_owned() } else { details };
        State { status, details }
    }

    pub fn not_sent() -> Self {
        State { status: Status::NotSent, details: "NotSent".to_owned() }
    }

    pub fn is_over(&self) -> bool {
        match &self.status {
            Status::Success | Status::Cancelled | Status::TimedOut | Status::Failed => true,
            Status::Unknown(name) => {
                FINAL_DETAILS.contains(&name.as_str()) || FINAL_DETAILS.contains(&self.details.as_str())
            }
            Status::NotSent | Status::Pending | Status::InProgress | Status::Delayed | Status::Cancelling => {
                false
            }
        }
    }

    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }

    /// What counts towards `--max-errors`.
    pub fn is_error(&self) -> bool {
        self.status == Status::Failed
            && !matches!(self.details.as_str(), "Undeliverable" | "Terminated" | "InvalidPlatform")
            || self.details == "ExecutionTimedOut"
    }

    /// The command never ran there.
    pub fn never_ran(&self) -> bool {
        matches!(
            self.details.as_str(),
            "NotSent"
                | "Terminated"
                | "Undeliverable"
                | "DeliveryTimedOut"
                | "InvalidPlatform"
                | "AccessDenied"
        )
    }
}

/// A command on one node, as the list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub instance_id: String,
    pub name: Option<String>,
    pub state: State,
}

impl TryFrom<CommandInvocation> for Invocation {
    type Error = Error;

    fn try_from(from: CommandInvocation) -> Result<Self, Error> {
        let status = from.status.as_ref().map(|status| status.as_str());
        Ok(Invocation {
            instance_id: required(from.instance_id, "CommandInvocation", "InstanceId")?,
            name: text(from.instance_name),
            state: State::new(status, from.status_details.as_deref()),
        })
    }
}

/// What a command has printed on one node, and how it ended there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub response_code: i32,
    pub stdout: String,
    pub stderr: String,
    /// Run Command has kept no more of it.
    pub truncated: bool,
}

impl Output {
    /// Of a command that has printed nothing.
    pub const NONE: Output =
        Output { response_code: -1, stdout: String::new(), stderr: String::new(), truncated: false };

    /// What the next step of the same document adds.
    pub fn add(&mut self, next: Output) {
        self.stdout += &next.stdout;
        self.stderr += &next.stderr;
        self.truncated |= next.truncated;
        if self.response_code == 0 {
            self.response_code = next.response_code;
        }
    }
}

impl From<GetCommandInvocationOutput> for Output {
    fn from(from: GetCommandInvocationOutput) -> Self {
        let stdout = from.standard_output_content.unwrap_or_default();
        let stderr = from.standard_error_content.unwrap_or_default();
        let is_cut = |text: &str| {
            text.len() >= KEPT_CHARACTERS && text.chars().count() >= KEPT_CHARACTERS
                || CUT.iter().any(|mark| text.trim_end().ends_with(mark))
        };
        Output {
            response_code: from.response_code,
            truncated: is_cut(&stdout) || is_cut(&stderr),
            stdout,
            stderr,
        }
    }
}

/// A node's result, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub instance_id: String,
    pub name: Option<String>,
    pub command_id: Option<String>,
    pub status: Status,
    pub status_details: String,
    /// -1 where the command did not end by itself.
    pub response_code: i32,
    pub stdout: String,
    pub stderr: String,
    pub truncated: bool,
}

/// A document of whatever type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    pub kind: String,
    /// None where the document does not say; then it is for all.
    pub platforms: Vec<String>,
    pub parameters: Vec<DocumentParameter>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentParameter {
    pub name: String,
    pub is_list: bool,
    pub is_required: bool,
}

impl TryFrom<DocumentDescription> for Document {
    type Error = Error;

    fn try_from(from: DocumentDescription) -> Result<Self, Error> {
        let parameter = |from: aws_sdk_ssm::types::DocumentParameter| {
            Ok(DocumentParameter {
                is_list: matches!(from.r#type, Some(DocumentParameterType::StringList)),
                is_required: from.default_value.is_none(),
                name: required(from.name, "DocumentParameter", "Name")?,
            })
        };
        let parameters = from.parameters.unwrap_or_default().into_iter().map(parameter);
        let platforms = from.platform_types.unwrap_or_default();
        Ok(Document {
            name: required(from.name, "DocumentDescription", "Name")?,
            kind: from.document_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            platforms: platforms.iter().map(|platform| platform.as_str().to_owned()).collect(),
            parameters: parameters.collect::<Result<_, Error>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_over_or_goes_on() {
        for (status, details, over, error, never) in [
            ("Pending", "Pending", false, false, false),
            ("InProgress", "In Progress", false, false, false),
            ("Success", "Success", true, false, false),
            ("Failed", "Failed", true, true, false),
            ("Failed", "Undeliverable", true, false, true),
            ("TimedOut", "Execution Timed Out", true, true, false),
            ("TimedOut", "DeliveryTimedOut", true, false, true),
            ("Cancelled", "Terminated", true, false, true),
            ("Terminated", "Terminated", true, false, true),
            ("Dreaming", "Dreaming", false, false, false),
        ] {
            let state = State::new(Some(status), Some(details));
            assert_eq!(
                (state.is_over(), state.is_error(), state.never_ran()),
                (over, error, never),
                "{status} {details}"
            );
        }
    }

    #[test]
    fn output_that_was_cut_is_known_by_its_length_or_its_mark() {
        let output = |stdout: String| {
            Output::from(GetCommandInvocationOutput::builder().standard_output_content(stdout).build())
        };
        assert!(!output("x".repeat(KEPT_CHARACTERS - 1)).truncated);
        assert!(output("\u{fc}".repeat(KEPT_CHARACTERS)).truncated);
        assert!(!output("\u{fc}".repeat(KEPT_CHARACTERS / 2 + 1)).truncated);
        assert!(output("much\n---Output truncated---".into()).truncated);
    }
}
