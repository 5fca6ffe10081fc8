//! `opsctl login`.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::login::{How, Step};
use crate::change;
use crate::cli;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::{Column, Reporter};

/// Log in at IAM Identity Center
///
/// For the profile in use, or for the `sso-session` that is named. A login that lasts is told until
/// when, and nothing is done; one that can be refreshed is, without anybody. Otherwise a browser of
/// this machine is opened. Where there is none to see, over SSH, without a terminal and with
/// --no-browser, an address and a code are shown instead, for a browser anywhere.
///
/// Logins are kept in ~/.aws/sso/cache as the AWS CLI keeps them: `aws` and every SDK use them too.
/// The address of --endpoint-url is not that of logins: AWS_ENDPOINT_URL_SSO_OIDC and
/// AWS_ENDPOINT_URL are. `opsctl help auth` tells how profiles sign in.
///
/// Examples:
///   opsctl login --sso-session sandbox
///   opsctl login --sso-session sandbox --no-browser
///
/// Exit codes:
///   0   logged in
///   1   the login cannot be kept
///   2   the profile logs in nowhere, or its settings are wrong
///   4   the login was refused, or nobody approved it in time; no such profile or session
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   sso:ListAccounts  whether AWS still knows a login; no policy is asked
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct LoginArgs {
    /// The section of the AWS config file to log in with
    #[arg(long, value_name = "NAME", conflicts_with = "profile", help_heading = "Target", add = cli::sso_sessions())]
    sso_session: Option<String>,

    /// Show an address and a code
    #[arg(long, help_heading = "Target")]
    no_browser: bool,
}

/// Never the token.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Login {
    sso_session: Option<String>,
    start_url: String,
    region: String,
    expires: Timestamp,
    how: &'static str,
}

const DETAILS: &[Column<Login>] = &[
    Column::new("sso-session", "SSO session", |login: &Login| login.sso_session.as_deref().into()),
    Column::new("start-url", "Start URL", |login: &Login| login.start_url.as_str().into()),
    Column::new("region", "Region", |login: &Login| login.region.as_str().into()),
    Column::new("expires", "Expires", |login: &Login| login.expires.into()),
    Column::new("how", "How", |login: &Login| login.how.into()),
];

pub async fn run(args: &LoginArgs, ctx: &Context) -> Result<Outcome> {
    let reporter = ctx.reporter();
    let logins = ctx.logins().await?;
    let session = logins.asked(args.sso_session.as_deref())?;
    let browser = ctx.browser().filter(|_| !args.no_browser);
    let (expires, how) = logins.log_in(&session, browser.as_ref(), &|step| tell(&step, reporter)).await?;
    let expires = Timestamp::from_second(expires.as_second()).unwrap_or(expires);
    let title = session.title();
    let (told, how) = match how {
        How::Already => (format!("the login at {title} is good until {expires}; nothing to do"), "already"),
        How::Refreshed => {
            (format!("the login at {title} was refreshed; it is good until {expires}"), "refreshed")
        }
        How::Anew => (format!("logged in at {title} until {expires}"), "anew"),
    };
    reporter.status(told);
    if change::is_answered(ctx) {
        let login = Login {
            sso_session: session.name.clone(),
            start_url: session.start_url.clone(),
            region: session.region.clone(),
            expires,
            how,
        };
        ctx.out().item("login", DETAILS, &login)?;
    }
    Ok(Outcome::Done)
}

fn tell(step: &Step<'_>, reporter: &Reporter) {
    match step {
        Step::Waiting => reporter.status("another login at the same place is under way; waiting for it"),
        Step::Damaged(damaged) => {
            let (path, why) = (damaged.path.display(), &damaged.why);
            reporter.warn(format!("{path} is of no use and is written anew: {why}"));
        }
        Step::Browser { url } => {
            reporter.status("log in with the browser that opens; if none does, go on this machine to");
            reporter.status(url);
        }
        Step::NoBrowser { why } => {
            reporter.warn(format!("the browser cannot be opened ({why}); a code does as well"));
        }
        // Who is to do something is told so with --quiet, too.
        Step::Code { uri, complete, code } => {
            reporter.transcript(&format!("To log in, go to {uri} and enter the code {code}\n"));
            if let Some(complete) = complete {
                reporter.transcript(&format!("or go to {complete}\n"));
            }
        }
    }
}
