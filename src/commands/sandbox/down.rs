//! `opsctl sandbox down`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::sandbox::state::find;

/// Shells that do not end when asked are killed well before this.
const PATIENCE: Duration = Duration::from_secs(15);

/// End a running sandbox and its shells
///
/// Ends the only one running, or the one in DIR, and returns when it is gone. Its folder stays.
///
/// Examples:
///   opsctl sandbox down
///   opsctl sandbox down --dir rehearsal
///
/// Exit codes:
///   0  it has ended
///   2  several sandboxes run, and none is named
///   3  no sandbox runs
///   8  it was asked to end and still runs
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DownArgs {
    /// The folder of the sandbox
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, help_heading = "Target")]
    dir: Option<PathBuf>,
}

pub async fn run(args: &DownArgs, ctx: &Context) -> Result<Outcome> {
    let sandbox = find(|| ctx.state_dir(), args.dir.as_deref())?;
    sandbox.connection.control("Shutdown").await?;
    let folder = sandbox.folder.display();
    if tokio::time::timeout(PATIENCE, sandbox.ended()).await.is_err() {
        let message = format!("the sandbox in {folder} was asked to end and still runs");
        let hint = format!("kill {}", sandbox.pid);
        return Err(Error::new(Kind::TimedOut, message).hint(hint).into());
    }
    ctx.reporter().status(format_args!("the sandbox in {folder} has ended"));
    Ok(Outcome::Done)
}
