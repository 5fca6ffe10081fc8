//! How every verb opens a session: the node that is meant, StartSession, the running session. Owns the options that
//! such verbs share. It must not know what a verb does with the session.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::time::timeout;

use super::api::{self, StartFailure, StartSession};
use super::channel::{Control, Session, SessionSettings, ended};
use super::model::{Node, Parameter};
use super::{complete, target};
use crate::aws::Aws;
use crate::cli::positive_duration;
use crate::context::Context;
use crate::error::{Error, Result};

/// The longest idle time-out that the preferences allow: no cut session lives longer.
const RESUME_LIMIT: &str = "60m";

/// How long a start that is not wanted any more is waited for, and again the end of the session that it gave.
const LEAVE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Args)]
pub struct SessionArgs {
    /// The session document instead of the usual one
    #[arg(long, value_name = "NAME", help_heading = "Session", add = complete::documents())]
    pub document: Option<String>,

    /// A parameter of the document; may be repeated
    #[arg(long, value_name = "NAME=VALUE", requires = "document", help_heading = "Session")]
    pub parameter: Vec<Parameter>,

    /// Why, for the session history and CloudTrail
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Session")]
    pub reason: Option<String>,

    /// How long to wait for the node's agent to answer
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "60s",
        value_parser = positive_duration,
        hide_short_help = true,
        help_heading = "Session"
    )]
    pub start_timeout: Duration,

    /// How long to try to come back to a session whose connection is lost
    #[arg(
        long,
        value_name = "DURATION",
        default_value = RESUME_LIMIT,
        value_parser = positive_duration,
        hide_short_help = true,
        help_heading = "Session"
    )]
    pub resume_timeout: Duration,
}

/// The node of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub instance_id: String,
    /// For messages: `web-1 (i-0abc)`, or the id alone.
    pub label: String,
    /// The name, or the id alone: for the beginning of a line.
    pub name: String,
    /// As far as a listing has told.
    pub is_windows: bool,
}

impl Target {
    /// The node that `text` names. An id is taken as it is, without a call.
    pub async fn find(aws: &Aws, text: &str) -> Result<Target> {
        if target::is_node_id(text) {
            return Ok(Target::of_id(text));
        }
        Ok(target::find(&aws.ssm(), text).await?.into())
    }

    /// Chosen from a list; refused where nobody can choose. `instead`: the command that needs no choice.
    pub async fn pick(aws: &Aws, instead: &str, ctx: &Context) -> Result<Target> {
        let prompter =
            ctx.prompter("no node is given", &format!("{instead}; opsctl ssm list shows the nodes"))?;
        let mut nodes: Vec<Node> =
            api::all_nodes(&aws.ssm(), &[]).await?.into_iter().filter(Node::is_online).collect();
        if nodes.is_empty() {
            return Err(Error::not_found("no node is online").hint("opsctl ssm list --all").into());
        }
        nodes.sort_by(|a, b| (&a.name, &a.instance_id).cmp(&(&b.name, &b.instance_id)));
        let choices: Vec<_> = nodes.iter().map(super::view::choice).collect();
        let picked = prompter.choose("node", &choices).await?;
        Ok(nodes.swap_remove(picked).into())
    }

    pub fn of_id(id: &str) -> Target {
        Target { instance_id: id.to_owned(), label: id.to_owned(), name: id.to_owned(), is_windows: false }
    }
}

impl From<Node> for Target {
    fn from(node: Node) -> Target {
        let label = node.label();
        let is_windows = node.platform_type.as_deref() == Some("Windows");
        let name = node.name.unwrap_or_else(|| node.instance_id.clone());
        Target { instance_id: node.instance_id, label, name, is_windows }
    }
}

impl SessionArgs {
    /// Starts a session with the document that the user names, or with the one that the verb needs.
    pub async fn open(
        &self,
        aws: &Arc<Aws>,
        target: &Target,
        document: Option<&str>,
        parameters: &[Parameter],
    ) -> Result<Session> {
        let (document, parameters) = match &self.document {
            Some(own) => (Some(own.as_str()), self.parameter.as_slice()),
            None => (document, parameters),
        };
        let client = aws.ssm();
        let request = StartSession {
            target: &target.instance_id,
            document,
            reason: self.reason.as_deref(),
            parameters,
        };
        let grant = match api::start_session(&client, &request).await {
            Ok(grant) => grant,
            Err(StartFailure::NotConnected(error)) => {
                return Err(target::explain_not_connected(&client, &target.instance_id, error).await);
            }
            Err(StartFailure::Other(error)) => return Err(error),
        };
        tracing::info!("session {} on {}", grant.session_id, target.label);
        let settings = SessionSettings {
            target: target.instance_id.clone(),
            start_limit: self.start_timeout,
            resume_limit: self.resume_timeout,
        };
        Session::open(Arc::clone(aws), grant, settings)
    }
}

/// The session that `opening` gives, unless `left` comes first. AWS may start it all the same: then it is ended.
pub async fn open_unless<T>(
    opening: impl Future<Output = Result<Session>>,
    left: impl Future<Output = T>,
) -> Result<Result<Session>, T> {
    let mut opening = pin!(opening);
    let left = tokio::select! {
        session = &mut opening => return Ok(session),
        left = left => left,
    };
    if let Ok(Ok(session)) = timeout(LEAVE, opening).await {
        let Session { control, end, .. } = session;
        // A session that has ended already needs no word.
        let _ = control.send(Control::Terminate);
        let _ = timeout(LEAVE, ended(end)).await;
    }
    Err(left)
}
