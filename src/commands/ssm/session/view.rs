//! How sessions are shown. Pure functions; no calls.

use jiff::Timestamp;

use super::model::{Session, Status};
use crate::output::{Cell, Column, Tone};
use crate::terminal::Choice;

/// The columns of `ssm session list`.
pub const SESSIONS: &[Column<Session>] = &[
    Column::new("id", "ID", |session: &Session| session.session_id.as_str().into()),
    Column::new("target", "TARGET", |session: &Session| session.target.as_str().into()),
    Column::new("status", "STATUS", |session: &Session| {
        Cell::state(session.status.as_str(), tone(&session.status))
    }),
    Column::new("started", "STARTED", |session: &Session| session.start_date.into()),
    Column::new("owner", "OWNER", |session: &Session| session.owner.as_deref().into()).cut(),
    Column::new("reason", "REASON", |session: &Session| session.reason.as_deref().into()).cut(),
    Column::new("ended", "ENDED", |session: &Session| session.end_date.into()).hidden(),
    Column::new("document", "DOCUMENT", |session: &Session| session.document_name.as_deref().into())
        .hidden()
        .cut(),
    Column::new("details", "DETAILS", |session: &Session| session.details.as_deref().into()).hidden().cut(),
];

/// The fields of `ssm session show`.
pub const DETAILS: &[Column<Session>] = &[
    Column::new("id", "Id", |session: &Session| session.session_id.as_str().into()),
    Column::new("target", "Target", |session: &Session| session.target.as_str().into()),
    Column::new("status", "Status", |session: &Session| {
        Cell::state(session.status.as_str(), tone(&session.status))
    }),
    Column::new("details", "Details", |session: &Session| session.details.as_deref().into()),
    Column::new("owner", "Owner", |session: &Session| session.owner.as_deref().into()),
    Column::new("reason", "Reason", |session: &Session| session.reason.as_deref().into()),
    Column::new("document", "Document", |session: &Session| session.document_name.as_deref().into()),
    Column::new("started", "Started", |session: &Session| session.start_date.into()),
    Column::new("ended", "Ended", |session: &Session| session.end_date.into()),
    Column::new("max-duration", "Max. duration", |session: &Session| {
        session.max_duration_seconds.map(|seconds| format!("{} min", seconds / 60)).as_deref().into()
    }),
    Column::new("access-type", "Access type", |session: &Session| session.access_type.as_deref().into()),
];

fn tone(status: &Status) -> Tone {
    match status {
        Status::Connected => Tone::Good,
        Status::Connecting | Status::Disconnected | Status::Terminating => Tone::Attention,
        Status::Terminated => Tone::Muted,
        Status::Failed => Tone::Bad,
        Status::Unknown(_) => Tone::Plain,
    }
}

/// One line of the picker.
pub fn choice(session: &Session) -> Choice {
    Choice { line: format!("{}  {}", session.session_id, session.target), preview: description(session) }
}

/// What a person knows a session by, besides its id.
pub fn description(session: &Session) -> String {
    let seconds = |time: Timestamp| Timestamp::from_second(time.as_second()).unwrap_or(time);
    let started = session.start_date.map(|time| format!("since {}", seconds(time)));
    let owner = session.owner.as_ref().map(|owner| format!("of {owner}"));
    let on = format!("on {}", session.target);
    let parts = [Some(on), Some(session.status.as_str().to_owned()), started, owner, session.reason.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
