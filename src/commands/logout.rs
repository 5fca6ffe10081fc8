//! `opsctl logout`.

use clap::Args;
use serde::Serialize;

use crate::change;
use crate::cli;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;

/// Log out of IAM Identity Center
///
/// Takes away the login of the profile in use, or of the `sso-session` that is named, with the
/// credentials of roles that were kept for its profiles, and tells AWS that it is over. That is so
/// for the AWS CLI too. Where nobody is logged in that is said, and nothing is done. AWS out of reach
/// is a warning: the token is gone from this machine, and stays good until it expires.
///
/// Examples:
///   opsctl logout --sso-session sandbox
///   opsctl logout --all
///
/// Exit codes:
///   0   nobody is logged in any more
///   1   a file cannot be removed
///   2   the profile logs in nowhere, or its settings are wrong
///   4   no such profile or session
///
/// IAM:
///   sso:Logout  which every login may call
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct LogoutArgs {
    /// The section of the AWS config file to log out of
    #[arg(long, value_name = "NAME", conflicts_with = "profile", help_heading = "Target", add = cli::sso_sessions())]
    sso_session: Option<String>,

    /// Every login there is, whoever has made it
    #[arg(long, conflicts_with_all = ["sso_session", "profile"], help_heading = "Target")]
    all: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logout {
    logins: Vec<String>,
    role_credentials: usize,
}

const DETAILS: &[Column<Logout>] = &[
    Column::new("logins", "Logins", |logout: &Logout| logout.logins.join(", ").into()),
    Column::new("role-credentials", "Role credentials", |logout: &Logout| {
        logout.role_credentials.to_string().into()
    }),
];

pub async fn run(args: &LogoutArgs, ctx: &Context) -> Result<Outcome> {
    let reporter = ctx.reporter();
    let logins = ctx.logins().await?;
    let (done, nobody) = if args.all {
        (logins.log_out_everywhere().await?, "nobody is logged in".to_owned())
    } else {
        let session = logins.asked(args.sso_session.as_deref())?;
        let nobody = format!("nobody is logged in at {}", session.title());
        (logins.log_out(&[session]).await?, nobody)
    };
    for error in &done.untold {
        let cause = std::error::Error::source(error).map(|cause| format!(" ({cause})")).unwrap_or_default();
        reporter.warn(format!("{error}{cause}: its token stays good until it expires"));
    }
    match done.sessions.as_slice() {
        [] => reporter.status(nobody),
        sessions => reporter.status(format!("logged out of {}", sessions.join(", "))),
    }
    if done.roles > 0 {
        let what = if done.roles == 1 { "the credentials of a role" } else { "the credentials of roles" };
        reporter.status(format!("{what} went with it: {}", done.roles));
    }
    if change::is_answered(ctx) {
        let logout = Logout { logins: done.sessions, role_credentials: done.roles };
        ctx.out().item("logout", DETAILS, &logout)?;
    }
    Ok(Outcome::Done)
}
