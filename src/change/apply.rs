//! The steps of a plan sent one after the other, or in batches: what was done, what failed, and where a signal stopped it.
//! One failure does not keep the others from being tried.

use std::ops::Range;

use super::plan::{Plan, Step};
use crate::context::Context;
use crate::error::{Error, Kind, Report, Result};
use crate::output::Failure;
use crate::signals::{Signal, Signals};

/// What came of a plan.
#[derive(Debug, Default)]
pub struct Applied {
    /// Indices of steps that were done.
    pub done: Vec<usize>,
    /// By the first step of the call that failed.
    pub failed: Vec<(usize, anyhow::Error)>,
    /// A signal came while these steps were under way: they may be done or not, and those after them are not.
    pub stopped: Option<(Range<usize>, Signal)>,
}

/// Sends the steps. The step under way at a signal is given up, and no other is begun.
pub async fn apply(
    plan: &Plan,
    ctx: &Context,
    signals: &mut Signals,
    send: impl AsyncFn(&Step) -> Result<()>,
) -> Applied {
    let singly = vec![1; plan.steps.len()];
    apply_in_batches(plan, &singly, ctx, signals, async |steps| match steps {
        [step] => send(step).await,
        _ => Ok(()),
    })
    .await
}

/// The same where one call does several steps, all of them or none: `sizes` says how many each call does, in the order of
/// the steps.
pub async fn apply_in_batches(
    plan: &Plan,
    sizes: &[usize],
    ctx: &Context,
    signals: &mut Signals,
    send: impl AsyncFn(&[Step]) -> Result<()>,
) -> Applied {
    let total = u64::try_from(plan.steps.len()).ok();
    let mut progress = ctx.reporter().progress(plan.headline(), total);
    let mut applied = Applied::default();
    let mut first = 0;
    for size in sizes {
        let batch = first..(first + size).min(plan.steps.len());
        let steps = plan.steps.get(batch.clone()).unwrap_or_default();
        for step in steps {
            ctx.reporter().verbose(1, format_args!("{} on {}", step.action, step.resource));
        }
        first = batch.end;
        tokio::select! {
            sent = send(steps) => match sent {
                Ok(()) => applied.done.extend(batch),
                Err(error) => applied.failed.push((batch.start, error)),
            },
            signal = signals.next() => {
                applied.stopped = Some((batch, signal));
                break;
            }
        }
        progress.set(first as u64);
    }
    applied
}

impl Applied {
    /// The things whose steps were done, and the others; `things` are in the order of the steps.
    pub fn split<T>(&self, things: Vec<T>) -> (Vec<T>, Vec<T>) {
        let (mut done, mut left) = (Vec::new(), Vec::new());
        for (index, thing) in things.into_iter().enumerate() {
            if self.done.contains(&index) { done.push(thing) } else { left.push(thing) }
        }
        (done, left)
    }

    /// For `errors` of the documents.
    pub fn failures(&self, ctx: &Context) -> Vec<Failure> {
        self.failed.iter().map(|(_, error)| Failure::new(&Report::new(error), &ctx.place())).collect()
    }

    /// What went wrong, if something did. `again`: the command that does the rest.
    pub fn result(mut self, plan: &Plan, again: &str) -> Result<()> {
        let words = &plan.words;
        let (done, total) = (self.done.len(), words.count(plan.steps.len()));
        if let Some((batch, signal)) = self.stopped {
            let doubtful = plan.steps.get(batch.start).map_or("", |step| &step.resource);
            let told = match batch.len() {
                0 | 1 => format!("{doubtful} was under way: it may be {} or not", words.done),
                many => format!(
                    "{doubtful} and {} more were under way: they may be {} or not",
                    many - 1,
                    words.done
                ),
            };
            return Err(Error::new(signal.kind(), format!("stopped: {done} of {total} {}", words.done))
                .because([lines(&self.failed), told].join("\n").trim_start().to_owned())
                .hint(again)
                .into());
        }
        let mut kinds = self.failed.iter().map(|(_, error)| Report::new(error).kind);
        let Some(first) = kinds.next() else { return Ok(()) };
        let alike = kinds.all(|kind| kind == first);
        if plan.steps.len() == 1
            && let Some((_, only)) = self.failed.pop()
        {
            return Err(only);
        }
        let (kind, message) = match done {
            0 if alike => (first, format!("cannot {} any of {total}", words.verb)),
            0 => (Kind::Failed, format!("cannot {} any of {total}", words.verb)),
            _ => (Kind::Partial, format!("{done} of {total} {}", words.done)),
        };
        Err(Error::new(kind, message).because(lines(&self.failed)).hint(again).into())
    }
}

/// A line a failure, with what AWS said.
fn lines(failed: &[(usize, anyhow::Error)]) -> String {
    let line = |(_, error): &(usize, anyhow::Error)| {
        let Report { message, causes, .. } = Report::new(error);
        [vec![message], causes].concat().join(": ")
    };
    failed.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plan;
    use super::*;

    fn failed(kind: Kind, index: usize) -> (usize, anyhow::Error) {
        let error = Error::new(kind, format!("cannot terminate me-{index}")).because("AccessDenied: no");
        (index, error.into())
    }

    fn told(applied: Applied, steps: usize) -> Option<Report> {
        applied.result(&plan(steps), "opsctl again").err().map(|error| Report::new(&error))
    }

    #[test]
    fn all_done_is_no_error() {
        assert_eq!(told(Applied { done: vec![0, 1], ..Applied::default() }, 2), None);
    }

    #[test]
    fn the_only_one_that_failed_speaks_for_itself() {
        let applied = Applied { failed: vec![failed(Kind::Denied, 0)], ..Applied::default() };
        let report = told(applied, 1).unwrap();
        assert_eq!((report.kind, report.message.as_str()), (Kind::Denied, "cannot terminate me-0"));
        assert_eq!(report.causes, ["AccessDenied: no"]);
    }

    #[test]
    fn some_of_many_are_named() {
        let applied = Applied {
            done: vec![1],
            failed: vec![failed(Kind::Denied, 0), failed(Kind::Temporary, 2)],
            stopped: None,
        };
        let report = told(applied, 3).unwrap();
        assert_eq!((report.kind, report.message.as_str()), (Kind::Partial, "1 of 3 sessions terminated"));
        let named = "cannot terminate me-0: AccessDenied: no\ncannot terminate me-2: AccessDenied: no";
        assert_eq!((report.causes, report.hints), (vec![named.into()], vec!["opsctl again".into()]));
    }

    #[test]
    fn none_of_many_fails_as_each_did_if_they_agree() {
        for (second, kind) in [(Kind::Denied, Kind::Denied), (Kind::Temporary, Kind::Failed)] {
            let failed = vec![failed(Kind::Denied, 0), failed(second, 1)];
            let report = told(Applied { failed, ..Applied::default() }, 2).unwrap();
            assert_eq!((report.kind, report.message.as_str()), (kind, "cannot terminate any of 2 sessions"));
        }
    }

    #[test]
    fn a_signal_says_what_is_done_and_what_is_in_doubt() {
        let stopped = |batch| Some((batch, Signal::Terminate));
        let report =
            told(Applied { done: vec![0], stopped: stopped(1..2), ..Applied::default() }, 3).unwrap();
        assert_eq!(
            (report.kind, report.message.as_str()),
            (Kind::Terminated, "stopped: 1 of 3 sessions terminated")
        );
        assert_eq!(report.causes, ["me-2 was under way: it may be terminated or not"]);
        assert_eq!(report.hints, ["opsctl again"]);
        let report = told(Applied { stopped: stopped(0..3), ..Applied::default() }, 3).unwrap();
        assert_eq!(report.causes, ["me-1 and 2 more were under way: they may be terminated or not"]);
    }
}
