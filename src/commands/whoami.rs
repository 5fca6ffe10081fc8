//! `opsctl whoami`.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;

/// Say who AWS takes you for
///
/// Shows the account and the ARN that the credentials belong to, and where the credentials, the
/// profile and the region came from.
///
/// Examples:
///   opsctl whoami
///   opsctl whoami --columns account,arn
///   opsctl whoami --query item.account -o text
///
/// Exit codes:
///   4   no credentials, or AWS does not accept them; no region
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   sts:GetCallerIdentity  which every identity may call
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(DETAILS)))]
pub struct WhoamiArgs {
    #[command(flatten)]
    detail: DetailArgs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    account: String,
    arn: String,
    user_id: String,
    profile: Option<String>,
    profile_origin: Option<String>,
    credentials_source: Option<String>,
    credentials_expire: Option<Timestamp>,
    region: String,
    region_origin: String,
}

const DETAILS: &[Column<Identity>] = &[
    Column::new("account", "Account", |id: &Identity| id.account.as_str().into()),
    Column::new("arn", "ARN", |id: &Identity| id.arn.as_str().into()),
    Column::new("user-id", "User id", |id: &Identity| id.user_id.as_str().into()),
    Column::new("profile", "Profile", |id: &Identity| id.profile.as_deref().into()),
    Column::new("profile-origin", "Profile from", |id: &Identity| id.profile_origin.as_deref().into()),
    Column::new("credentials", "Credentials", |id: &Identity| id.credentials_source.as_deref().into()),
    Column::new("expire", "Expire", |id: &Identity| id.credentials_expire.into()),
    Column::new("region", "Region", |id: &Identity| id.region.as_str().into()),
    Column::new("region-origin", "Region from", |id: &Identity| id.region_origin.as_str().into()),
];

pub async fn run(args: &WhoamiArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("identity", DETAILS)?;
    let aws = ctx.aws().await?;
    let expire = aws.credentials().await?.expiry();
    let caller = aws.identity().await?;
    let identity = Identity {
        account: caller.account,
        arn: caller.arn,
        user_id: caller.user_id,
        profile: aws.profile().map(|profile| profile.value.clone()),
        profile_origin: aws.profile().map(|profile| profile.origin.to_string()),
        credentials_source: aws.credentials_source().map(str::to_owned),
        credentials_expire: expire.and_then(|time| Timestamp::try_from(time).ok()),
        region: aws.region().value.clone(),
        region_origin: aws.region().origin.to_string(),
    };
    details.show(&identity)?;
    Ok(Outcome::Done)
}
