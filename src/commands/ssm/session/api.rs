//! The calls about sessions: paging, conversion into our model. It never prints.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{SessionFilter, SessionFilterKey, SessionState};
use jiff::Timestamp;

use super::model::{Session, Status};
use crate::aws;
use crate::error::{Error, Result};

/// The largest page.
const PAGE: i32 = 200;

/// Which sessions are asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Those that are over, instead of those that are not.
    pub history: bool,
    pub session_id: Option<String>,
    pub target: Option<String>,
    pub owner: Option<String>,
    pub status: Option<Status>,
    /// When it was started.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Selection {
    fn filters(&self) -> Result<Option<Vec<SessionFilter>>> {
        let (since, until) = (self.since.map(whole_seconds), self.until.map(whole_seconds));
        let wanted = [
            (SessionFilterKey::SessionId, self.session_id.as_deref()),
            (SessionFilterKey::TargetId, self.target.as_deref()),
            (SessionFilterKey::Owner, self.owner.as_deref()),
            (SessionFilterKey::Status, self.status.as_ref().map(Status::as_str)),
            (SessionFilterKey::InvokedAfter, since.as_deref()),
            (SessionFilterKey::InvokedBefore, until.as_deref()),
        ];
        let filter = |(key, value): (SessionFilterKey, Option<&str>)| {
            value.map(|value| SessionFilter::builder().key(key).value(value).build())
        };
        let filters = wanted.into_iter().filter_map(filter).collect::<Result<Vec<_>, _>>();
        let filters = filters.map_err(|error| Error::failed("cannot list the sessions").because(error))?;
        Ok((!filters.is_empty()).then_some(filters))
    }
}

/// As DescribeSessions wants it.
fn whole_seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// Hands every page of sessions to `page` until it wants no more.
pub async fn sessions(
    client: &Client,
    selection: &Selection,
    page: &mut (dyn FnMut(Vec<Session>) -> Result<bool> + Send),
) -> Result<()> {
    let state = if selection.history { SessionState::History } else { SessionState::Active };
    let mut token = None;
    loop {
        let answer = client
            .describe_sessions()
            .state(state.clone())
            .max_results(PAGE)
            .set_filters(selection.filters()?)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| aws::failure(&error, "cannot list the sessions"))?;
        let sessions = answer.sessions.unwrap_or_default().into_iter().map(Session::try_from);
        // A page may be empty and still carry a token.
        token = answer.next_token.filter(|token| !token.is_empty());
        if !page(sessions.collect::<Result<_, _>>()?)? || token.is_none() {
            return Ok(());
        }
    }
}

/// Every session of a selection.
pub async fn all(client: &Client, selection: &Selection) -> Result<Vec<Session>> {
    let mut all = Vec::new();
    sessions(client, selection, &mut |page| {
        all.extend(page);
        Ok(true)
    })
    .await?;
    Ok(all)
}
