//! `opsctl ssm session show`.

use clap::Args;

use super::api::{self, Selection};
use super::{complete, select, view};
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};

/// Show a session
///
/// SESSION is the id or the ARN of one that is open, or of one of the last 30 days that is over.
/// With none, a list of those that are open to choose from opens.
///
/// Examples:
///   opsctl ssm session show "$(opsctl ssm session list --history --limit 1 --columns id -o text)"
///   opsctl ssm session list --columns id -o text | xargs -r -n 1 opsctl ssm session show
///
/// Exit codes:
///   0   the session is shown
///   2   no session is given, and there is no terminal to choose on; a column or a query is wrong
///   3   there is no such session
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   ssm:DescribeSessions  to find it
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::DETAILS)))]
pub struct ShowSessionArgs {
    /// The session: id or ARN
    #[arg(value_name = "SESSION", add = complete::sessions())]
    session: Option<String>,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ShowSessionArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("ssm.session", view::DETAILS)?;
    let session = match &args.session {
        Some(name) => {
            let found = select::find(&ctx.aws().await?.ssm(), std::slice::from_ref(name)).await?;
            found.into_iter().next().ok_or_else(|| Error::not_found(format!("there is no session {name}")))?
        }
        None => {
            let instead = "opsctl ssm session show SESSION; opsctl ssm session list shows them";
            let picker = ctx.prompter("no session is given", instead)?;
            let open = api::all(&ctx.aws().await?.ssm(), &Selection::default()).await?;
            select::choose(&picker, open).await?
        }
    };
    details.show(&session)?;
    Ok(Outcome::Done)
}
