//! `opsctl sandbox status`.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::ListArgs;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output::Column;
use crate::sandbox::state::{Found, find, running};

/// Say which sandboxes run
///
/// Asks each of them, or with --dir only the one in that folder.
///
/// Examples:
///   opsctl sandbox status
///   opsctl sandbox status --dir rehearsal -o json
///
/// Exit codes:
///   0  the list is complete, even if it is empty
///   3  no sandbox runs in DIR
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct StatusArgs {
    /// The folder of the sandbox
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, help_heading = "Target")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    dir: String,
    endpoint: String,
    region: String,
    pid: u32,
    started: Timestamp,
    nodes: i64,
    open_sessions: i64,
}

const COLUMNS: &[Column<Status>] = &[
    Column::new("dir", "FOLDER", |status: &Status| status.dir.as_str().into()).cut(),
    Column::new("endpoint", "ENDPOINT", |status: &Status| status.endpoint.as_str().into()),
    Column::new("region", "REGION", |status: &Status| status.region.as_str().into()).hidden(),
    Column::new("pid", "PROCESS", |status: &Status| i64::from(status.pid).into()),
    Column::new("started", "STARTED", |status: &Status| status.started.into()),
    Column::new("nodes", "NODES", |status: &Status| status.nodes.into()),
    Column::new("sessions", "SESSIONS", |status: &Status| status.open_sessions.into()),
];

pub async fn run(args: &StatusArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut list = out.stream("sandbox", COLUMNS)?;
    let found = match &args.dir {
        Some(dir) => vec![find(|| ctx.state_dir(), Some(dir))?],
        None => running(&ctx.state_dir()?)?,
    };
    if found.is_empty() {
        ctx.reporter().status("no sandbox is running");
    }
    for sandbox in found {
        if list.push(status(sandbox).await?)?.is_break() {
            break;
        }
    }
    list.finish()?;
    Ok(Outcome::Done)
}

async fn status(sandbox: Found) -> Result<Status> {
    let answer = sandbox.connection.control("DescribeSandbox").await?;
    let number = |name: &str| {
        let missing = || Error::failed(format!("the sandbox says nothing about {name}"));
        answer.get(name).and_then(serde_json::Value::as_i64).ok_or_else(missing).map_err(anyhow::Error::from)
    };
    Ok(Status {
        dir: sandbox.folder.display().to_string(),
        endpoint: sandbox.connection.endpoint(),
        region: sandbox.connection.region.clone(),
        pid: sandbox.pid,
        started: sandbox.started,
        nodes: number("Nodes")?,
        open_sessions: number("OpenSessions")?,
    })
}
