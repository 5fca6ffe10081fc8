//! `opsctl auth profiles`.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::Survey;
use crate::aws::login::State;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::{Cell, Column, Tone};

/// List the profiles of the AWS files, how they sign in and who is logged in
///
/// Account and role are those that the files name: keys and programs do not say whose they are,
/// `opsctl whoami --profile NAME` does. A login is valid, refreshable (it is over, and renewed without
/// anybody), expired, damaged or none; with what came before it a role has the login of its source.
/// Nobody is called.
///
/// Examples:
///   opsctl auth profiles
///   opsctl auth profiles --columns name,method,login,expires
///   opsctl auth profiles --query "items[?method=='sso'].name" -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong, or the AWS files cannot be read
///   4   the profile that is named does not exist
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct ProfilesArgs {
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    name: String,
    method: &'static str,
    account: Option<String>,
    role: Option<String>,
    region: Option<String>,
    login: Option<&'static str>,
    expires: Option<Timestamp>,
    source: Option<String>,
    mistake: Option<String>,
}

const COLUMNS: &[Column<Profile>] = &[
    Column::new("name", "NAME", |profile: &Profile| profile.name.as_str().into()),
    Column::new("method", "METHOD", |profile: &Profile| match profile.mistake {
        Some(_) => Cell::state(profile.method, Tone::Bad),
        None => profile.method.into(),
    }),
    Column::new("account", "ACCOUNT", |profile: &Profile| profile.account.as_deref().into()),
    Column::new("role", "ROLE", |profile: &Profile| profile.role.as_deref().into()),
    Column::new("region", "REGION", |profile: &Profile| profile.region.as_deref().into()),
    Column::new("login", "LOGIN", |profile: &Profile| match profile.login {
        Some(login @ ("valid" | "refreshable")) => Cell::state(login, Tone::Good),
        Some(login) => Cell::state(login, Tone::Attention),
        None => Cell::Empty,
    }),
    Column::new("expires", "EXPIRES", |profile: &Profile| profile.expires.into()),
    Column::new("source", "SOURCE", |profile: &Profile| profile.source.as_deref().into()).cut(),
    Column::new("mistake", "MISTAKE", |profile: &Profile| profile.mistake.as_deref().into()).hidden(),
];

impl From<Survey> for Profile {
    fn from(survey: Survey) -> Self {
        let (login, expires) = match survey.login {
            None => (None, None),
            Some(State::None) => (Some("none"), None),
            Some(State::Damaged) => (Some("damaged"), None),
            Some(State::Until { expires, is_over, is_refreshable }) => {
                let login = match (is_over, is_refreshable) {
                    (false, _) => "valid",
                    (true, true) => "refreshable",
                    (true, false) => "expired",
                };
                (Some(login), Some(expires))
            }
        };
        Profile {
            name: survey.name,
            method: survey.method,
            account: survey.account,
            role: survey.role,
            region: survey.region,
            login,
            expires,
            source: survey.source,
            mistake: survey.mistake,
        }
    }
}

pub async fn run(args: &ProfilesArgs, ctx: &Context) -> Result<Outcome> {
    let profiles: Vec<Profile> = ctx.logins().await?.survey().into_iter().map(Profile::from).collect();
    let mistakes: Vec<String> = profiles.iter().filter_map(|profile| profile.mistake.clone()).collect();
    ctx.list_out(&args.list).list("auth.profile", COLUMNS, profiles)?;
    for mistake in mistakes {
        ctx.reporter().status(mistake);
    }
    Ok(Outcome::Done)
}
