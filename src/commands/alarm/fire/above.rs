//! The composite alarms above one that is tried out: what they may run, and what of it failed.

use std::collections::BTreeSet;

use super::super::api::HistoryAsk;
use super::super::history::item::HistoryItem;
use super::super::model::Alarm;
use super::Test;
use super::ran::is_change;
use crate::context::Context;
use crate::error::{Kind, Report, Result};
use crate::signals::Signals;

/// Whether an alarm may do anything, in whatever state.
pub fn can_act(alarm: &Alarm) -> bool {
    alarm.has_actions_enabled() && alarm.actions().next().is_some()
}

/// The actions of an alarm for all states, each once.
pub fn all_of(alarm: &Alarm) -> String {
    let actions: BTreeSet<&str> = alarm.actions().map(|(_, action)| action).collect();
    actions.into_iter().collect::<Vec<_>>().join(", ")
}

impl Test<'_> {
    /// What failed above since the state was set. They may have had other reasons: it is told, and fails no test.
    pub(super) async fn tell_above(&self, ctx: &Context, signals: &mut Signals) -> Result<()> {
        if self.above.is_empty() {
            return Ok(());
        }
        match signals.race(self.failed_above()).await {
            Ok(failed) => {
                for item in failed {
                    let (name, target) = (&item.name, item.target.as_deref().unwrap_or("an action"));
                    let why = item.error.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
                    ctx.reporter().warn(format_args!("of {name}, above it, FAILED  {target}{why}"));
                }
                Ok(())
            }
            Err(error) if Report::new(&error).kind == Kind::Temporary => {
                let why = Report::new(&error).line();
                ctx.reporter().warn(format_args!("how the actions above went is not known: {why}"));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn failed_above(&self) -> Result<Vec<HistoryItem>> {
        let history = self.history_since(&self.there).await?;
        let Some(change) = history.iter().find(|item| is_change(item, &self.there.reason)) else {
            return Ok(Vec::new());
        };
        let mut failed = Vec::new();
        for above in &self.above {
            let ask = HistoryAsk {
                name: Some(above.name().to_owned()),
                item_type: Some("Action"),
                ..HistoryAsk::default()
            };
            let page = self.alarms.history(ask).next().await?.unwrap_or_default();
            let items = page.into_iter().rev().map(HistoryItem::read);
            failed.extend(items.filter(|item| item.is_failed && item.time >= change.time));
        }
        Ok(failed)
    }
}
