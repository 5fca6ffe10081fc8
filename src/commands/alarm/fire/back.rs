//! How an alarm that was tried out is put back: unless it is another one by itself, and whatever comes between.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::name_of;
use tokio::time::sleep;

use super::super::api::Selection;
use super::super::model::Alarm;
use super::super::target::AlarmName;
use super::{INTERVAL, Test, is_doubtful};
use crate::change::Pace;
use crate::context::Context;
use crate::error::{Error, Kind, Report, Result};
use crate::random;
use crate::signals::Signals;

/// Putting back is tried so often.
const ATTEMPTS: u32 = 4;
/// So often it is looked at whether it must be: the service may still tell how it was before the test.
const LOOKS: u32 = 4;

impl Test<'_> {
    /// Whether it had to be put back. A signal does not keep it from that, the next one does; the test has `ended` by it.
    pub(super) async fn put_back(
        &self,
        ended: &mut Result<()>,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<bool> {
        let mut is_stopped = ended.as_ref().is_err_and(is_doubtful);
        let mut work = pin!(self.back(ctx));
        let error = loop {
            tokio::select! {
                done = &mut work => match done {
                    Ok(is_put) => return Ok(is_put),
                    Err(error) => break error,
                },
                signal = signals.next() => match is_stopped {
                    true => break signal.as_error().into(),
                    false => {
                        is_stopped = true;
                        *ended = Err(signal.as_error().into());
                        ctx.reporter().status("it is put back first");
                    }
                },
            }
        };
        let Report { kind, message, causes, .. } = Report::new(&error);
        let (name, state) = (self.name(), self.there.to);
        let not = format!("{name} IS STILL {state} BY THIS TEST, and could not be put back");
        let reasons = [vec![message], causes].concat();
        Err(Error::new(kind, not).because_of(reasons).hint(self.command_back(ctx)).into())
    }

    async fn back(&self, ctx: &Context) -> Result<bool> {
        let mut attempt = 1;
        loop {
            match self.back_once(ctx).await {
                Err(error) if Report::new(&error).kind == Kind::Temporary && attempt < ATTEMPTS => {
                    ctx.reporter().verbose(1, format_args!("{error:#}; trying again"));
                    sleep(Duration::from_secs(1 << attempt)).await;
                    attempt += 1;
                }
                ended => return ended,
            }
        }
    }

    async fn back_once(&self, ctx: &Context) -> Result<bool> {
        let (name, state) = (self.name(), self.back.to);
        // Who cannot look puts it back all the same.
        if let Ok(Some(found)) = self.found_else().await {
            ctx.reporter().status(format_args!("{name} is {found}"));
            return Ok(false);
        }
        self.alarms.set_state(name, state, &self.back.reason).await?;
        ctx.reporter().status(format_args!("{name} is {state} again"));
        Ok(true)
    }

    /// How the alarm is by now if it is not to be put back, in words. What is in doubt is looked at again, and then put
    /// back: a state that it has already runs nothing.
    async fn found_else(&self) -> Result<Option<String>> {
        let named = AlarmName::Name(self.name().to_owned());
        let mut pace = Pace::new(Some(INTERVAL), random::bytes()?);
        for look in 0..LOOKS {
            if look > 0 {
                sleep(pace.pause()).await;
            }
            let Some(now) = named.find_if_any(self.alarms).await? else { return Ok(Some("gone".to_owned())) };
            if now.state() == self.there.to.name() {
                let is_so_by_rule = self.judged().await? == Some(self.there.to);
                return Ok(is_so_by_rule.then(|| format!("{} by its rule now, and stays so", self.there.to)));
            }
            if !self.is_from_before(&now) && self.is_so_by_itself(&now).await? {
                return Ok(Some(format!("{} by itself", now.state())));
            }
        }
        Ok(None)
    }

    /// Whether an answer tells nothing that was not so before the test.
    fn is_from_before(&self, now: &Alarm) -> bool {
        let state = |alarm: &Alarm| {
            (alarm.state().to_owned(), alarm.since(), alarm.text("StateReason").map(str::to_owned))
        };
        state(now) == state(self.alarm)
    }

    /// A composite alarm has another state than the one that was set where its rule gives that one.
    async fn is_so_by_itself(&self, now: &Alarm) -> Result<bool> {
        let Some(_) = self.composite else { return Ok(true) };
        Ok(self.judged().await?.is_some_and(|state| state.name() == now.state()))
    }

    /// The state that the rule of a composite alarm gives by now. It is not judged again where nothing changes, so that
    /// putting it back would hide that; every other alarm is evaluated again soon.
    async fn judged(&self) -> Result<Option<StateValue>> {
        let Some(composite) = self.composite else { return Ok(None) };
        let Ok(rule) = &composite.rule else { return Ok(None) };
        let mut states: HashMap<String, StateValue> = HashMap::new();
        if !composite.children.is_empty() {
            let names = composite.children.clone();
            for child in self.alarms.described(Selection { names, ..Selection::default() }).await? {
                states.extend(
                    child.state().parse::<StateValue>().ok().map(|state| (child.name().to_owned(), state)),
                );
            }
        }
        Ok(rule.state(|child| states.get(name_of(child)).copied()).ok())
    }
}
