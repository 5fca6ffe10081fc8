//! Which sessions are meant: by the options that every verb over sessions shares, or by their ids.

use std::convert::Infallible;
use std::str::FromStr;

use aws_sdk_ssm::Client;
use clap::Args;

use super::super::{complete, target};
use super::api::{self, Selection};
use super::model::Session;
use super::{complete as completions, view};
use crate::cli::Moment;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::nearest;
use crate::terminal::Prompter;

/// Whose sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    Me,
    Anyone,
    /// As DescribeSessions knows them.
    Arn(String),
}

impl FromStr for Owner {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "me" => Owner::Me,
            "anyone" => Owner::Anyone,
            arn => Owner::Arn(arn.to_owned()),
        })
    }
}

/// Options that choose among sessions.
#[derive(Debug, Clone, Args)]
pub struct SelectArgs {
    /// Sessions on this node: id, name, KEY=VALUE tag, address or host name
    #[arg(long, value_name = "NODE", help_heading = "Target", add = complete::nodes())]
    pub target: Option<String>,

    /// Sessions that this ARN has started, or me, or anyone
    #[arg(long, value_name = "OWNER", help_heading = "Target", add = completions::owners())]
    pub owner: Option<Owner>,

    /// Sessions started since then: 2h (ago), yesterday, 2026-11-22 or an RFC 3339 time
    #[arg(long, value_name = "TIME", help_heading = "Target", add = completions::moments())]
    pub since: Option<Moment>,

    /// Sessions started until then
    #[arg(long, value_name = "TIME", help_heading = "Target", add = completions::moments())]
    pub until: Option<Moment>,
}

impl SelectArgs {
    /// The active sessions that the options leave.
    pub async fn selection(&self, default: Owner, ctx: &Context) -> Result<Selection> {
        let (since, until) = (ctx.moment("--since", self.since)?, ctx.moment("--until", self.until)?);
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            return Err(Error::usage(format!("--since {since} is after --until {until}")).into());
        }
        let aws = ctx.aws().await?;
        let target = match &self.target {
            Some(text) if target::is_node_id(text) => Some(text.clone()),
            Some(text) => Some(target::find(&aws.ssm(), text).await?.instance_id),
            None => None,
        };
        let owner = match self.owner.as_ref().unwrap_or(&default) {
            Owner::Anyone => None,
            Owner::Arn(arn) => Some(arn.clone()),
            Owner::Me => Some(aws.identity().await?.arn),
        };
        Ok(Selection { target, owner, since, until, ..Selection::default() })
    }
}

/// The one that is chosen from a list.
pub async fn choose(picker: &Prompter, mut sessions: Vec<Session>) -> Result<Session> {
    if sessions.is_empty() {
        return Err(Error::not_found("no session is open")
            .hint("opsctl ssm session list shows those of others too")
            .into());
    }
    let choices: Vec<_> = sessions.iter().map(view::choice).collect();
    let picked = picker.choose("session", &choices).await?;
    Ok(sessions.swap_remove(picked))
}

/// The sessions of these ids or ARNs, active or over. All that do not exist are named at once.
pub async fn find(client: &Client, names: &[String]) -> Result<Vec<Session>> {
    let mut ids: Vec<&str> = Vec::new();
    for name in names {
        let id = name.rsplit_once(":session/").map_or(name.as_str(), |(_, id)| id);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let only = if let [id] = ids.as_slice() { Some((*id).to_owned()) } else { None };
    let mut active = api::all(client, &Selection { session_id: only, ..Selection::default() }).await?;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for id in &ids {
        if let Some(at) = active.iter().position(|session| session.session_id == *id) {
            found.push(active.swap_remove(at));
            continue;
        }
        let past = Selection { history: true, session_id: Some((*id).to_owned()), ..Selection::default() };
        match api::all(client, &past).await?.pop() {
            Some(session) => found.push(session),
            None => missing.push(*id),
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    if ids.len() == 1 {
        active = api::all(client, &Selection::default()).await?;
    }
    Err(unknown(&missing, &active).into())
}

fn unknown(missing: &[&str], active: &[Session]) -> Error {
    let error = Error::not_found(format!("there is no session {}", missing.join(", ")));
    let near = |id: &&str| nearest(id, active.iter().map(|session| session.session_id.as_str()));
    match missing.iter().find_map(near) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("opsctl ssm session list"),
    }
}
