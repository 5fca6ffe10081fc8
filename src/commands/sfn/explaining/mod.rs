//! Why an execution ended as it did, followed down: into the child execution whose failure failed a task, and into the
//! children of a map run that failed. Of each history only the pages are fetched that the answer needs.

mod model;
mod screen;

use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::explain::{Cause, Explainer, Explanation};

use super::api::{Listing, Order, Sfn};
use super::execution::describe;
use super::following::short;
use super::model::{Counts, Execution};
use super::redriving;
use crate::change;
use crate::context::Context;
use crate::error::{Kind, Report, Result};

pub use model::{Below, Explained, MapRunFailed};
pub use screen::screen;

/// How far down it is followed.
const DEEPEST: usize = 5;
/// Failed children of a map run of which one is explained; the others are counted.
const CHILDREN: usize = 1000;

/// Explains the execution and what is below it.
pub async fn explain(sfn: &Sfn, arn: &StatesArn, ctx: &Context) -> Result<Explained> {
    let execution = describe(sfn, arn).await?;
    follow(sfn, execution, ctx, DEEPEST).await
}

async fn follow(sfn: &Sfn, execution: Execution, ctx: &Context, deeper: usize) -> Result<Explained> {
    let (explanation, has_data) = read(sfn, &execution.execution_arn).await?;
    let mut explained = Explained::new(execution, explanation, has_data);
    explained.next = next(&explained, ctx);
    if deeper == 0 {
        return Ok(explained);
    }
    // What cannot be looked at is named, and that is all.
    explained.below = match below(sfn, &explained, ctx, deeper).await {
        Ok(below) => below,
        Err(error) => Some(Below { unread: Some(format!("{error:#}")), ..Below::default() }),
    };
    Ok(explained)
}

/// The explanation, and whether it has payloads: who may not decrypt them is told what there is without.
async fn read(sfn: &Sfn, arn: &str) -> Result<(Option<Explanation>, bool)> {
    let mut has_data = true;
    let mut explainer = Explainer::default();
    let mut token = None;
    loop {
        let page = match sfn.history(arn, Order::NewestFirst, has_data, token.take()).await {
            Err(error) if has_data && is_encrypted(&error) => {
                has_data = false;
                explainer = Explainer::default();
                continue;
            }
            page => page?,
        };
        for event in &page.events {
            explainer.take(&event.event);
        }
        token = page.next;
        if token.is_none() || !explainer.needs_more() {
            return Ok((explainer.explanation(), has_data));
        }
    }
}

fn is_encrypted(error: &anyhow::Error) -> bool {
    let report = Report::new(error);
    let code = report.aws.as_ref().and_then(|aws| aws.code.as_deref()).unwrap_or_default();
    code.starts_with("Kms") || report.kind == Kind::Denied && code.contains("Kms")
}

/// What failed below, and made this fail.
async fn below(sfn: &Sfn, above: &Explained, ctx: &Context, deeper: usize) -> Result<Option<Below>> {
    let map_run = above.map_run();
    if let Some(map_run) = map_run {
        let failed = failed_children(sfn, map_run).await?;
        let first = match failed.first {
            Some(child) => Some(Box::new(Box::pin(follow(sfn, child, ctx, deeper - 1)).await?)),
            None => None,
        };
        let counted = MapRunFailed { arn: map_run.to_owned(), items: failed.items, failed: failed.count };
        return Ok(Some(Below { map_run: Some(counted), execution: first, unread: None }));
    }
    let Some(child) = above.child() else { return Ok(None) };
    let Ok(arn) = StatesArn::parse(&child) else { return Ok(None) };
    // Of an Express child nothing is kept but its log.
    if !matches!(arn.resource, Named::Execution { .. }) || child == above.execution.execution_arn {
        return Ok(None);
    }
    if arn.region != sfn.region {
        let unread = format!("{} is in region {}", short(&child), arn.region);
        return Ok(Some(Below { unread: Some(unread), ..Below::default() }));
    }
    let child = describe(sfn, &arn).await?;
    let execution = Some(Box::new(Box::pin(follow(sfn, child, ctx, deeper - 1)).await?));
    Ok(Some(Below { execution, ..Below::default() }))
}

struct FailedChildren {
    /// The one that failed last.
    first: Option<Execution>,
    count: usize,
    items: Counts,
}

async fn failed_children(sfn: &Sfn, map_run: &str) -> Result<FailedChildren> {
    let of = StatesArn::parse(map_run)?;
    let items = sfn.map_run(&of).await?.item_counts;
    let mut found = None;
    let mut count = 0;
    for status in ["FAILED", "TIMED_OUT", "ABORTED"] {
        let listing = Listing { of: &of, status: Some(status), is_redriven: None, page: Some(CHILDREN) };
        sfn.executions(&listing, &mut |page| {
            count += page.len();
            if found.is_none() {
                found = page.into_iter().next().map(|child| child.execution_arn);
            }
            Ok(count < CHILDREN)
        })
        .await?;
        // Those of other kinds were stopped because these failed.
        if found.is_some() {
            break;
        }
    }
    let first = match found {
        Some(arn) => sfn.execution_if_any(&arn).await?,
        None => None,
    };
    Ok(FailedChildren { first, count, items })
}

/// What can be done about it: the command, and why it cannot.
fn next(explained: &Explained, ctx: &Context) -> Option<model::Next> {
    let execution = &explained.execution;
    let again = |words: &[&str]| {
        let words = ["sfn"].iter().chain(words).copied();
        change::again(ctx.global(), words)
    };
    if !execution.is_over() {
        let command = again(&["watch", &execution.execution_arn]);
        return Some(model::Next { redrive: None, command, reason: None });
    }
    if execution.status == "SUCCEEDED" {
        return None;
    }
    Some(match redriving::check(execution, ctx.now()) {
        Ok(()) => model::Next {
            redrive: Some(true),
            command: again(&["redrive", &execution.execution_arn]),
            reason: None,
        },
        Err(reason) => model::Next {
            redrive: Some(false),
            command: again(&["start", "--again", &execution.execution_arn]),
            reason: Some(reason),
        },
    })
}

/// A cause in words.
fn decoded(cause: Option<&str>) -> Option<Cause> {
    cause.map(Cause::read)
}
