//! Watching a command to its end: what may be sent is sent, one list call a command says how far its nodes are, and each
//! result is fetched once. It must not decide what the whole means.

use std::pin::pin;
use std::time::{Duration, Instant};

use aws_sdk_ssm::Client;
use futures_util::StreamExt as _;

use super::api::{self, Sending};
use super::model::Output;
use super::results::Results;
use super::rollout::{Batch, Rollout};
use super::view;
use crate::change::{self, Wait};
use crate::cli::WaitArgs;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::Progress;
use crate::signals::{Signal, Signals};

/// The longest pause between two looks, for each list call of a look: that is at most 12 of them a minute.
const PAUSE: Duration = Duration::from_secs(10);
/// Outputs that are fetched at the same time.
const FETCHES: usize = 5;
/// How long the service may take to list what it was sent.
const LISTING_LIMIT: Duration = Duration::from_secs(180);
/// How long a call that is to be left may go on.
const SENDING_LIMIT: Duration = Duration::from_secs(2);
/// Looks that a node's output may be missing in after its end.
const MOST_MISSED: u32 = 5;

pub struct Watch<'a> {
    pub client: &'a Client,
    pub ctx: &'a Context,
    pub rollout: Rollout,
    pub results: Results<'a>,
    /// What every call says; none where all was sent before.
    pub sending: Option<Sending<'a>>,
    interval: Option<Duration>,
    sent_at: Instant,
}

impl<'a> Watch<'a> {
    pub fn new(
        client: &'a Client,
        ctx: &'a Context,
        rollout: Rollout,
        results: Results<'a>,
        interval: Option<Duration>,
    ) -> Self {
        Watch { client, ctx, rollout, results, sending: None, interval, sent_at: Instant::now() }
    }
}

impl Watch<'_> {
    /// Until everything is over, or until it is left: then what runs goes on.
    pub async fn until_over(&mut self, signals: &mut Signals) -> Result<()> {
        loop {
            self.send_what_may_be(signals).await?;
            if self.rollout.is_over() {
                return Ok(());
            }
            let interval = Some(self.interval.unwrap_or_else(|| longest_pause(self.rollout.active().len())));
            let args = WaitArgs { wait: true, interval };
            let wait = Wait {
                what: format!("{} to end", api::nodes(self.rollout.count())),
                total: u64::try_from(self.rollout.count()).ok(),
                again: self.resume(),
                args: &args,
            };
            let ctx = self.ctx;
            change::until(&wait, ctx, signals, async |progress| self.look(progress).await).await?;
        }
    }

    /// The command that goes on with the watch.
    pub fn resume(&self) -> String {
        let commands = self.rollout.commands().into_iter().flat_map(|id| ["--resume", id]);
        change::again(self.ctx.global(), ["ssm", "run"].into_iter().chain(commands))
    }

    pub async fn send_what_may_be(&mut self, signals: &mut Signals) -> Result<()> {
        while let Some(batch) = self.rollout.next() {
            let Some(sending) = self.sending(&batch) else { return Ok(()) };
            let (id, signal) = send(self.client, &sending, signals).await?;
            let count = api::nodes(sending.instance_ids.len());
            self.ctx.reporter().status(format_args!("command {id}, sent to {count}"));
            self.rollout.sent(&batch, id);
            self.sent_at = Instant::now();
            if let Some(signal) = signal {
                let what = api::nodes(self.rollout.count());
                let left = format!("no longer waiting for {what} to end; it goes on");
                return Err(Error::new(signal.kind(), left).hint(self.resume()).into());
            }
        }
        Ok(())
    }

    /// The next call, whole.
    pub fn sending(&self, batch: &Batch) -> Option<Sending<'_>> {
        let members = self.rollout.members().get(batch.members.clone()).unwrap_or_default();
        Some(Sending {
            instance_ids: members.iter().map(|member| member.instance_id.clone()).collect(),
            max_concurrency: batch.max_concurrency.clone(),
            max_errors: batch.max_errors.clone(),
            ..self.sending.clone()?
        })
    }

    /// Over once nothing is left to wait for, or something more may be sent.
    async fn look(&mut self, progress: &mut Progress) -> Result<Option<()>> {
        let mut changed = Vec::new();
        for id in self.rollout.active() {
            for found in api::invocations(self.client, &id).await? {
                changed.extend(self.rollout.update(&id, found));
            }
        }
        self.tell(&changed, progress);
        self.fetch(progress).await?;
        progress.table(view::MEMBERS, &view::table(&self.rollout));
        if self.rollout.unlisted() > 0 && self.sent_at.elapsed() > LISTING_LIMIT {
            return Err(Error::failed(format!(
                "AWS does not list {} of the command after {LISTING_LIMIT:?}",
                api::nodes(self.rollout.unlisted())
            ))
            .into());
        }
        Ok((self.rollout.is_over() || self.rollout.next().is_some()).then_some(()))
    }

    /// States that are not final, where no table shows them.
    fn tell(&self, changed: &[usize], progress: &mut Progress) {
        progress.set(u64::try_from(self.rollout.over()).unwrap_or(u64::MAX));
        progress.table(view::MEMBERS, &view::table(&self.rollout));
        if progress.is_drawn() {
            return;
        }
        for member in changed.iter().filter_map(|index| self.rollout.members().get(*index)) {
            if !member.state.is_over() {
                self.ctx.reporter().status(format_args!("{}: {}", member.label(), member.state.details));
            }
        }
    }

    /// The results of those that have ended, each once.
    async fn fetch(&mut self, progress: &mut Progress) -> Result<()> {
        let due = self.rollout.due().into_iter().filter_map(|index| {
            let member = self.rollout.members().get(index)?;
            Some((index, member.command_id.clone()?, member.instance_id.clone(), member.state.never_ran()))
        });
        let due: Vec<_> = due.collect();
        let client = self.client;
        let fetch = |(index, command_id, instance_id, never_ran): (usize, String, String, bool)| async move {
            match never_ran {
                true => (index, Ok(Some(Output::NONE))),
                false => (index, api::output(client, &command_id, &instance_id).await),
            }
        };
        let mut fetched = futures_util::stream::iter(due.into_iter().map(fetch)).buffered(FETCHES);
        while let Some((index, output)) = fetched.next().await {
            let Some(member) = self.rollout.member_mut(index) else { continue };
            let output = match output? {
                Some(output) => output,
                None if member.missed < MOST_MISSED => {
                    member.missed += 1;
                    continue;
                }
                None => {
                    let label = member.label();
                    self.ctx.reporter().warn(format_args!("AWS does not know the output of {label}"));
                    Output::NONE
                }
            };
            member.response_code = output.response_code;
            member.told = true;
            let member = member.clone();
            self.results.ended(&member, output, progress)?;
        }
        Ok(())
    }
}

/// Sends a command; gives its id, and the signal that came meanwhile. The call that is on its way is not dropped for it:
/// nobody would know how to come back to the command.
async fn send(
    client: &Client,
    sending: &Sending<'_>,
    signals: &mut Signals,
) -> Result<(String, Option<Signal>)> {
    let mut call = pin!(api::send(client, sending));
    let signal = tokio::select! {
        id = &mut call => return Ok((id?, None)),
        signal = signals.next() => signal,
    };
    match tokio::time::timeout(SENDING_LIMIT, call).await {
        Ok(id) => Ok((id?, Some(signal))),
        Err(_) => {
            let message = "the call that sends the command was given up; it may run all the same";
            Err(Error::new(signal.kind(), message).into())
        }
    }
}

/// Between two looks of so many list calls.
fn longest_pause(calls: usize) -> Duration {
    PAUSE.saturating_mul(u32::try_from(calls).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Pace;

    /// As for 50, 100 and 500 nodes that all run at a time.
    #[test]
    fn a_minute_of_waiting_has_at_most_twelve_calls() {
        for calls in [1, 2, 10] {
            let mut pace = Pace::new(Some(longest_pause(calls)), [7; 32]);
            (0..20).for_each(|_| {
                let _ = pace.pause();
            });
            let looks = 1000;
            let minutes = (0..looks).map(|_| pace.pause().as_secs_f64()).sum::<f64>() / 60.0;
            let rate = (looks * calls) as f64 / minutes;
            assert!(rate <= 12.0, "{calls}: {rate}");
        }
    }
}
