//! `opsctl auth explain`.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::{Found, Tried};
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::{Cell, Column, Tone};

/// Tell where credentials come from, and why from nowhere else
///
/// Every place is asked in the order in which all commands ask: used, nothing (it has none), failed
/// (the search ends there), skipped (it is not asked, and why), not reached. It does what signing in
/// does: a profile may ask for a code, run its program or call AWS. No secret is shown; the id of an
/// access key is none.
///
/// Examples:
///   opsctl auth explain
///   opsctl auth explain --columns source,outcome
///   opsctl auth explain --query "items[?outcome=='used'].source" -o text
///
/// Exit codes:
///   0   there are credentials
///   4   there are none, or a place failed; no region
///
/// IAM:
///   sts:AssumeRole  for profiles with a role
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct ExplainArgs {
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    source: &'static str,
    outcome: &'static str,
    why: Option<String>,
    access_key_id: Option<String>,
    expires: Option<Timestamp>,
}

const COLUMNS: &[Column<Step>] = &[
    Column::new("source", "SOURCE", |step: &Step| step.source.into()),
    Column::new("outcome", "OUTCOME", |step: &Step| {
        let tone = match step.outcome {
            "used" => Tone::Good,
            "failed" => Tone::Bad,
            _ => Tone::Muted,
        };
        Cell::state(step.outcome, tone)
    }),
    Column::new("access-key-id", "ACCESS KEY ID", |step: &Step| step.access_key_id.as_deref().into()),
    Column::new("expires", "EXPIRES", |step: &Step| step.expires.into()),
    Column::new("why", "WHY", |step: &Step| step.why.as_deref().into()).cut(),
];

impl Step {
    fn of(tried: &Tried) -> Self {
        let step =
            |outcome, why| Step { source: tried.source, outcome, why, access_key_id: None, expires: None };
        match &tried.found {
            Found::Credentials { access_key_id, expires } => {
                Step { access_key_id: Some(access_key_id.clone()), expires: *expires, ..step("used", None) }
            }
            Found::Nothing(why) => step("nothing", Some(why.clone())),
            Found::Failure(error) => step("failed", Some(Report::new(&error.retold().into()).line())),
            Found::Skipped(why) => step("skipped", Some((*why).to_owned())),
            Found::NotReached => step("not reached", None),
        }
    }
}

pub async fn run(args: &ExplainArgs, ctx: &Context) -> Result<Outcome> {
    // Whether it is the account that is expected is another question.
    let tried = ctx.sign_in().await?.explain().await;
    let steps = tried.iter().map(Step::of).collect();
    ctx.list_out(&args.list).list("auth.step", COLUMNS, steps)?;
    for Tried { found, .. } in &tried {
        match found {
            Found::Credentials { .. } => return Ok(Outcome::Done),
            Found::Failure(error) => return Err(error.retold().into()),
            _ => {}
        }
    }
    let error = Error::new(Kind::Credentials, "no credentials found");
    Err(error.hint("opsctl help auth tells the places where they can be").into())
}
