//! A job that was made before with the same settings: whether it is as good as the one that was asked for, and what comes
//! next. Makes and changes nothing.

use opsctl_engine::batch::Status;

use super::super::model::Job;
use super::super::watching;
use super::submit::{IfExists, SubmitArgs};
use crate::context::Context;
use crate::error::{Error, Kind, Result};

/// Whether it will do what was asked for; that it will not is an error, whatever `--if-exists` says.
pub fn accept(job: &Job, args: &SubmitArgs, ctx: &Context) -> Result<()> {
    let (id, status) = (job.id(), job.status());
    let is_dead = matches!(status, Status::Failed | Status::Failing | Status::Cancelled | Status::Cancelling);
    let waits = waits(job);
    if args.if_exists == IfExists::Ok && !is_dead && !(args.run && waits) {
        ctx.reporter().status(format_args!("the job {id} exists already: it is {status}"));
        return Ok(());
    }
    let then = if args.run && waits { ", and waits for a confirmation" } else { "" };
    let message = format!("the job {id} was made before, with the same settings: it is {status}{then}");
    let next = match status {
        Status::Failed | Status::Cancelled if job.progress().total > 0 && job.report.enabled => {
            watching::again(ctx, "retry", id)
        }
        _ if waits => watching::again(ctx, "confirm", id),
        _ => watching::next(job, ctx).unwrap_or_else(|| watching::again(ctx, "show", id)),
    };
    let error = Error::new(Kind::Conflict, message).because(WHY).hint(next);
    Err(match is_dead || args.run && waits {
        true => error.hint("--token TEXT makes another one"),
        false => error.hint("--if-exists ok takes it for done; --token TEXT makes another one"),
    }
    .into())
}

/// That one is there which AWS does not show.
pub fn unseen(id: &str, ctx: &Context) -> anyhow::Error {
    Error::new(Kind::Conflict, format!("the job {id} was made before, with the same settings"))
        .because(WHY)
        .hint("--if-exists ok takes it for done; --token TEXT makes another one")
        .hint(watching::again(ctx, "show", id))
        .into()
}

const WHY: &str = "nothing was created: the token follows from the settings and the manifest's ETag";

/// Until somebody confirms it, nothing is done.
fn waits(job: &Job) -> bool {
    let status = job.status();
    let is_early = matches!(status, Status::New | Status::Preparing);
    status.needs_confirmation() || is_early && job.confirmation_required == Some(true)
}
