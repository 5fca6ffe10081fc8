//! A session as it is shown and serialised, converted from the SDK's.

use aws_sdk_ssm::types;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::super::model::{required, text, time};
use crate::error::Error;

/// How a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Connecting,
    Connected,
    Disconnected,
    Terminating,
    Terminated,
    Failed,
    /// A state that AWS has added since.
    Unknown(String),
}

const KNOWN: [Status; 6] = [
    Status::Connecting,
    Status::Connected,
    Status::Disconnected,
    Status::Terminating,
    Status::Terminated,
    Status::Failed,
];

impl Status {
    fn new(text: &str) -> Self {
        let known = KNOWN.into_iter().find(|status| status.as_str() == text);
        known.unwrap_or_else(|| Status::Unknown(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        match self {
            Status::Connecting => "Connecting",
            Status::Connected => "Connected",
            Status::Disconnected => "Disconnected",
            Status::Terminating => "Terminating",
            Status::Terminated => "Terminated",
            Status::Failed => "Failed",
            Status::Unknown(text) => text,
        }
    }

    /// It is listed in the history, and nothing brings it back.
    pub fn is_over(&self) -> bool {
        matches!(self, Status::Terminating | Status::Terminated | Status::Failed)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl ValueEnum for Status {
    fn value_variants<'a>() -> &'a [Self] {
        &KNOWN
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str().to_ascii_lowercase()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub session_id: String,
    /// The id of the node.
    pub target: String,
    pub status: Status,
    /// The ARN of who started it.
    pub owner: Option<String>,
    pub reason: Option<String>,
    pub start_date: Option<Timestamp>,
    pub end_date: Option<Timestamp>,
    pub document_name: Option<String>,
    /// Why it failed.
    pub details: Option<String>,
    pub access_type: Option<String>,
    pub max_duration_seconds: Option<u64>,
}

impl Session {
    /// The account, as the owner's ARN names it.
    pub fn account(&self) -> Option<&str> {
        self.owner.as_deref()?.split(':').nth(4).filter(|account| !account.is_empty())
    }
}

impl Session {
    /// It was told to end.
    pub fn is_ending(&mut self) {
        self.status = Status::Terminating;
    }

    /// It is seen among those that are over.
    pub fn has_ended(&mut self) {
        if self.status == Status::Terminating {
            self.status = Status::Terminated;
        }
    }
}

impl TryFrom<types::Session> for Session {
    type Error = Error;

    fn try_from(from: types::Session) -> Result<Self, Error> {
        Ok(Session {
            session_id: required(from.session_id, "Session", "SessionId")?,
            target: required(from.target, "Session", "Target")?,
            status: Status::new(from.status.as_ref().map_or("", |status| status.as_str())),
            owner: text(from.owner),
            reason: text(from.reason),
            start_date: from.start_date.and_then(time),
            end_date: from.end_date.and_then(time),
            document_name: text(from.document_name),
            details: text(from.details),
            access_type: from.access_type.map(|access| access.as_str().to_owned()),
            // In minutes, as text.
            max_duration_seconds: from
                .max_session_duration
                .and_then(|minutes| minutes.parse::<u64>().ok()?.checked_mul(60)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ssm::primitives::DateTime;
    use aws_sdk_ssm::types::SessionStatus;

    fn sdk() -> aws_sdk_ssm::types::builders::SessionBuilder {
        types::Session::builder().session_id("me-0abc").target("i-0abc")
    }

    #[test]
    fn a_session_from_the_list() {
        let session = sdk()
            .status(SessionStatus::Connected)
            .owner("arn:aws:sts::111122223333:assumed-role/Admin/jane")
            .reason("")
            .start_date(DateTime::from_secs(1_700_000_000))
            .max_session_duration("20")
            .build();
        let session = Session::try_from(session).unwrap();
        assert_eq!((session.account(), session.reason.as_deref()), (Some("111122223333"), None));
        assert_eq!(session.start_date.unwrap().as_second(), 1_700_000_000);
        assert_eq!(session.max_duration_seconds, Some(1200));
        assert!(!session.status.is_over());
    }

    #[test]
    fn a_state_added_since_is_passed_through() {
        let session = Session::try_from(sdk().status(SessionStatus::from("Dreaming")).build()).unwrap();
        assert_eq!(serde_json::to_value(&session).unwrap()["status"], "Dreaming");
        assert!(!session.status.is_over());
    }

    #[test]
    fn a_missing_promise_names_the_field() {
        let error = Session::try_from(types::Session::builder().session_id("x").build()).unwrap_err();
        assert_eq!(error.to_string(), "the answer of AWS has no Target in Session");
    }
}
