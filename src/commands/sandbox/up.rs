//! `opsctl sandbox up`.

use clap::Args;
use serde::Serialize;

use super::launch::{LaunchArgs, launch};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;
use crate::sandbox::state::Folder;
use crate::signals::Signals;

/// Keep a sandbox running for other commands
///
/// Starts a loopback AWS, says on stdout where it is, and ends on Ctrl-C or `opsctl sandbox down`,
/// its shells with it. Any opsctl command finds it with --sandbox. Its folder holds its key, for
/// you only, and the homes of its nodes, which are kept; without --dir it is one in opsctl's state
/// folder. A sandbox.toml in DIR is read.
///
/// Other AWS clients find it with AWS_CONFIG_FILE=DIR/config and
/// AWS_SHARED_CREDENTIALS_FILE=DIR/credentials.
///
/// Examples:
///   opsctl sandbox up --dir rehearsal &
///   opsctl --sandbox ssm list
///
/// Exit codes:
///   0    ended by `opsctl sandbox down`
///   2    the sandbox.toml cannot be read or has mistakes
///   9    a sandbox runs in this folder already
///   130  ended by Ctrl-C
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct UpArgs {
    #[command(flatten)]
    launch: LaunchArgs,

    /// The port to listen on; 0 takes a free one
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Sandbox"
    )]
    port: u16,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    endpoint: String,
    region: String,
    dir: String,
    pid: u32,
}

const DETAILS: &[Column<Ready>] = &[
    Column::new("endpoint", "Endpoint", |ready: &Ready| ready.endpoint.as_str().into()),
    Column::new("region", "Region", |ready: &Ready| ready.region.as_str().into()),
    Column::new("dir", "Folder", |ready: &Ready| ready.dir.as_str().into()),
    Column::new("pid", "Process", |ready: &Ready| i64::from(ready.pid).into()),
];

pub async fn run(args: &UpArgs, ctx: &Context) -> Result<Outcome> {
    let settings = args.launch.settings()?;
    let mut signals = Signals::listen()?;
    let state = ctx.state_dir()?;
    let dir = args.launch.dir.clone().unwrap_or_else(|| state.join("sandbox"));
    let mut folder = Folder::open(&dir)?;
    let running = launch(settings, &folder, args.port, ctx).await?;
    folder.announce(&state)?;
    let ready = Ready {
        endpoint: running.endpoint(),
        region: running.connection().region,
        dir: folder.path().display().to_string(),
        pid: std::process::id(),
    };
    // A pager would make the sandbox wait for its reader.
    ctx.out().unpaged().item("sandbox", DETAILS, &ready)?;
    let ended = tokio::select! {
        () = running.asked_to_stop() => Ok(Outcome::Done),
        signal = signals.next() => Err(signal.as_error().into()),
    };
    // A second signal does not wait for the shells.
    tokio::select! {
        () = running.stop() => ended,
        signal = signals.next() => Err(signal.as_error().into()),
    }
}
