//! Starting, resuming, ending and listing sessions. What happens on their data channels is `sandbox::sessions`'
//! business.

use super::documents;
use super::{PageRequest, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::sessions::{ResumeError, SessionRecord, SessionRequest, SessionStatus};
use aws_sdk_ssm::operation::describe_sessions::{DescribeSessionsInput, DescribeSessionsOutput};
use aws_sdk_ssm::operation::resume_session::{ResumeSessionInput, ResumeSessionOutput};
use aws_sdk_ssm::operation::start_session::{StartSessionInput, StartSessionOutput};
use aws_sdk_ssm::operation::terminate_session::{TerminateSessionInput, TerminateSessionOutput};
use aws_sdk_ssm::primitives::DateTime;
use aws_sdk_ssm::types::SessionStatus as SdkStatus;
use aws_sdk_ssm::types::{AccessType, Session, SessionFilter, SessionFilterKey, SessionState};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::SystemTime;

pub fn start(account: &Account, input: StartSessionInput) -> Result<StartSessionOutput, ServiceError> {
    let target = input.target.unwrap_or_default();
    ServiceError::check_length(&target, "target", 1, 400)?;
    if let Some(reason) = &input.reason {
        ServiceError::check_length(reason, "reason", 1, 256)?;
    }
    let resource = match target.starts_with("mi-") {
        true => account.arn("ssm", &format!("managed-instance/{target}")),
        false => account.arn("ec2", &format!("instance/{target}")),
    };
    account.authorize("ssm:StartSession", &resource)?;
    let parameters = input.parameters.unwrap_or_default();
    let document_name = input.document_name.clone().unwrap_or_else(|| documents::PREFERENCES.to_owned());
    let (document, key) = documents::session_document(account, input.document_name.as_deref(), parameters)?;
    let Some(managed) = account.node(&target).filter(|managed| managed.node.online) else {
        return Err(ServiceError::new("TargetNotConnected", format!("{target} is not connected.")));
    };
    let caller = account.caller();
    let started = account.sessions.start(SessionRequest {
        node: Arc::clone(&managed.node),
        key,
        target,
        document,
        document_name,
        reason: input.reason,
        owner: caller.arn.clone(),
        caller_name: caller.name.clone(),
    })?;
    Ok(StartSessionOutput::builder()
        .stream_url(stream_url(account, &started.session_id))
        .session_id(started.session_id)
        .token_value(started.token)
        .build())
}

/// Without a token where the session is over, as at AWS.
pub fn resume(account: &Account, input: ResumeSessionInput) -> Result<ResumeSessionOutput, ServiceError> {
    let session_id = session_id(input.session_id)?;
    account.authorize("ssm:ResumeSession", &account.arn("ssm", &format!("session/{session_id}")))?;
    let token = account.sessions.resume(&session_id).map_err(|error| match error {
        ResumeError::UnknownSession(_) => unknown_session(&session_id),
        ResumeError::NoRandomness(_) => ServiceError::internal(error),
    })?;
    let url = token.as_ref().map(|_| stream_url(account, &session_id));
    let output = ResumeSessionOutput::builder().set_token_value(token).set_stream_url(url);
    Ok(output.session_id(session_id).build())
}

pub fn terminate(
    account: &Account,
    input: TerminateSessionInput,
) -> Result<TerminateSessionOutput, ServiceError> {
    let session_id = session_id(input.session_id)?;
    account.authorize("ssm:TerminateSession", &account.arn("ssm", &format!("session/{session_id}")))?;
    if !account.sessions.terminate(&session_id) {
        return Err(unknown_session(&session_id));
    }
    Ok(TerminateSessionOutput::builder().session_id(session_id).build())
}

pub fn describe(
    account: &Account,
    input: DescribeSessionsInput,
) -> Result<DescribeSessionsOutput, ServiceError> {
    account.authorize("ssm:DescribeSessions", &account.arn("ssm", "*"))?;
    let over = match input.state {
        Some(SessionState::Active) => false,
        Some(SessionState::History) => true,
        state => {
            let value = state.as_ref().map_or("null", |state| state.as_str());
            let constraint = "satisfy enum value set: [Active, History]";
            return Err(ServiceError::constraint(value, "state", constraint));
        }
    };
    let list = format!("sessions {over} {:?}", input.filters);
    if input.filters.as_ref().is_some_and(|filters| !(1..=6).contains(&filters.len())) {
        return Err(ServiceError::constraint("filters", "filters", "have 1 to 6 elements"));
    }
    let tests =
        input.filters.unwrap_or_default().into_iter().map(Test::new).collect::<Result<Vec<_>, _>>()?;
    let sessions = account.sessions.describe().into_iter().filter(|record| record.status.is_over() == over);
    let sessions = sessions.filter(|record| tests.iter().all(|test| test.keeps(record)));
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        sizes: 1..=200,
    };
    let page = account.pages.page(&list, sessions.collect(), &request)?;
    let minutes = account.settings.preferences.as_ref().and_then(|saved| saved.max_duration_minutes);
    let sessions = page.items.into_iter().map(|record| session(record, minutes));
    Ok(DescribeSessionsOutput::builder()
        .set_sessions(Some(sessions.collect()))
        .set_next_token(page.next_token)
        .build())
}

fn session_id(given: Option<String>) -> Result<String, ServiceError> {
    let session_id = given.unwrap_or_default();
    ServiceError::check_length(&session_id, "sessionId", 1, 96)?;
    Ok(session_id)
}

fn unknown_session(session_id: &str) -> ServiceError {
    ServiceError::new("DoesNotExistException", format!("Session {session_id} does not exist"))
}

/// Clients must use the URL as given, so it has a parameter of no meaning, as the service's has.
fn stream_url(account: &Account, session_id: &str) -> String {
    let query = "role=publish_subscribe&cell-number=AAEAAQ";
    format!("ws://127.0.0.1:{}/v1/data-channel/{session_id}?{query}", account.port)
}

fn session(record: SessionRecord, max_duration_minutes: Option<u64>) -> Session {
    let ended = match record.status {
        SessionStatus::Terminated { at } => Some(DateTime::from(at)),
        SessionStatus::Connecting
        | SessionStatus::Connected
        | SessionStatus::Disconnected
        | SessionStatus::Terminating => None,
    };
    Session::builder()
        .document_name(record.document_name)
        .status(status(record.status))
        .set_end_date(ended)
        .start_date(record.started.into())
        .session_id(record.session_id)
        .target(record.target)
        .owner(record.owner)
        .set_reason(record.reason)
        .set_max_session_duration(max_duration_minutes.map(|minutes| minutes.to_string()))
        .access_type(AccessType::Standard)
        .build()
}

fn status(status: SessionStatus) -> SdkStatus {
    match status {
        SessionStatus::Connecting => SdkStatus::Connecting,
        SessionStatus::Connected => SdkStatus::Connected,
        SessionStatus::Disconnected => SdkStatus::Disconnected,
        SessionStatus::Terminating => SdkStatus::Terminating,
        SessionStatus::Terminated { .. } => SdkStatus::Terminated,
    }
}

/// One filter of a list of sessions.
enum Test {
    After(SystemTime),
    Before(SystemTime),
    Target(String),
    Owner(String),
    Status(String),
    SessionId(String),
    AccessType(String),
}

impl Test {
    fn new(filter: SessionFilter) -> Result<Self, ServiceError> {
        let value = filter.value;
        ServiceError::check_length(&value, "filters.value", 1, 400)?;
        Ok(match filter.key {
            SessionFilterKey::InvokedAfter => Test::After(moment(&value)?),
            SessionFilterKey::InvokedBefore => Test::Before(moment(&value)?),
            SessionFilterKey::TargetId => Test::Target(value),
            SessionFilterKey::Owner => Test::Owner(value),
            SessionFilterKey::Status => Test::Status(value),
            SessionFilterKey::SessionId => Test::SessionId(value),
            SessionFilterKey::AccessType => Test::AccessType(value),
            key => {
                let message = format!("The filter key {} is not valid.", key.as_str());
                return Err(ServiceError::new("InvalidFilterKey", message));
            }
        })
    }

    fn keeps(&self, record: &SessionRecord) -> bool {
        match self {
            Test::After(moment) => record.started >= *moment,
            Test::Before(moment) => record.started <= *moment,
            Test::Target(target) => record.target == *target,
            Test::Owner(owner) => record.owner == *owner,
            Test::Status(name) => status(record.status).as_str() == name,
            Test::SessionId(id) => record.session_id == *id,
            Test::AccessType(name) => name == AccessType::Standard.as_str(),
        }
    }
}

fn moment(text: &str) -> Result<SystemTime, ServiceError> {
    let parsed: Result<Timestamp, _> = text.parse();
    parsed.map(SystemTime::from).map_err(|_| {
        ServiceError::constraint(text, "filters.value", "be a time such as 2026-01-31T00:00:00Z")
    })
}

#[cfg(test)]
mod tests;
