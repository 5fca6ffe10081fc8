//! Why an execution ended as it did, followed down: into the child execution whose failure failed a task, and into the
//! children of a map run that failed. Of each history only the pages are fetched that the answer needs.

mod model;
mod screen;

use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::explain::{Cause, Explainer, Explanation};

use super::api::{Listing, Order, Sfn};
use super::execution::describe;
use super::following::short;
use super::model::{Counts, Execution, MapRun};
use super::{express, redriving};
use crate::change;
use crate::context::Context;
use crate::error::{Kind, Report, Result};

pub use model::{Below, Explained, MapRunFailed};
pub use screen::screen;

/// How far down it is followed.
const DEEPEST: usize = 5;

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
        Err(error) => Some(Below { unread: Some(Report::new(&error).line()), ..Below::default() }),
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
        let of = StatesArn::parse(map_run)?;
        let MapRun { item_counts: items, execution_counts: executions, .. } = sfn.map_run(&of).await?;
        let counted = Some(MapRunFailed { arn: map_run.to_owned(), items, executions });
        let first = async {
            Ok::<_, anyhow::Error>(match failed_child(sfn, &of, &executions).await? {
                Some(child) => Some(Box::new(Box::pin(follow(sfn, child, ctx, deeper - 1)).await?)),
                None => None,
            })
        };
        // The counts are told whatever is known of the children.
        let (execution, unread) = match first.await {
            Ok(execution) => (execution, None),
            Err(error) if express::is_unsupported(&error) => {
                let told = Report::new(&express::unkept_children(sfn, &of).await);
                (None, Some(told.line()))
            }
            Err(error) => (None, Some(Report::new(&error).line())),
        };
        return Ok(Some(Below { map_run: counted, execution, unread }));
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

/// The child that failed last; where none did, one that was out of time or stopped.
async fn failed_child(sfn: &Sfn, map_run: &StatesArn, counts: &Counts) -> Result<Option<Execution>> {
    let statuses = [("FAILED", counts.failed), ("TIMED_OUT", counts.timed_out), ("ABORTED", counts.aborted)];
    for (status, _) in statuses.into_iter().filter(|(_, count)| *count > 0) {
        let mut found = None;
        let listing = Listing { of: map_run, status: Some(status), is_redriven: None, page: Some(1) };
        sfn.executions(&listing, &mut |page| {
            found = page.into_iter().next().map(|child| child.execution_arn);
            Ok(found.is_none())
        })
        .await?;
        if let Some(arn) = found {
            return sfn.execution_if_any(&arn).await;
        }
    }
    Ok(None)
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
