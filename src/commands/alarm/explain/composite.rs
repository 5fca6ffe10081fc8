//! A composite alarm: its rule piece by piece, the states of its children, and what holds its actions back.

use std::collections::BTreeMap;

use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::{Judgement, Rule, name_of};

use super::model::{Child, Explained, Piece, RuleVerdict, Suppression};
use crate::commands::alarm::api::{Alarms, Selection};
use crate::commands::alarm::family::Family;
use crate::commands::alarm::model::Alarm;
use crate::error::Result;

pub async fn explain(alarm: &Alarm, alarms: &Alarms, explained: &mut Explained) -> Result<()> {
    let rule = match Rule::parse(alarm.rule().unwrap_or_default()) {
        Ok(rule) => rule,
        Err(faults) => {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            explained.not_judged = Some(format!("its rule cannot be read: {}", faults.join("; ")));
            return Ok(());
        }
    };
    let suppressor = alarm.text("ActionsSuppressor").map(name_of);
    let names = rule.children().into_iter().chain(suppressor).map(str::to_owned).collect();
    let described = alarms.described(Selection { names, ..Selection::default() }).await?;
    let known: BTreeMap<&str, &Alarm> = described.iter().map(|it| (it.name(), it)).collect();
    let state_of = |name: &str| -> Option<StateValue> { known.get(name_of(name))?.state().parse().ok() };
    let judgement = rule.judge(state_of);
    let mut pieces = Vec::new();
    flatten(&judgement, 0, &mut pieces);
    let state = rule.state(state_of);
    let family = Family::of(alarms).await?;
    let cycle = family.cycles().into_iter().find(|cycle| cycle.contains(&alarm.name()));
    let is_judged = state.is_ok() && cycle.is_none();
    if let Err(unknown) = &state {
        explained.notes.push(unknown.to_string());
    }
    if let Some(cycle) = cycle {
        explained.notes.push(format!(
            "it waits for itself ({}): none of them is evaluated until one of their rules is changed",
            cycle.join(", ")
        ));
    }
    let state = state.ok().filter(|_| is_judged);
    let agrees = state.map(|state| state.name() == alarm.state());
    explained.rule = Some(RuleVerdict {
        rule: rule.to_string(),
        state,
        agrees,
        may_be: match agrees {
            Some(false) => may_be(),
            _ => Vec::new(),
        },
        pieces,
        children: rule
            .contributions(state_of)
            .into_iter()
            .map(|it| {
                let child = known.get(it.alarm.as_str());
                Child {
                    state: child.map(|child| child.state().to_owned()),
                    since: child.and_then(|child| child.since()),
                    is_decisive: it.is_decisive,
                    changes_at: it.changes_at,
                    name: it.alarm,
                }
            })
            .collect(),
        suppression: suppressor.map(|name| suppression(alarm, name, known.get(name).copied())),
    });
    Ok(())
}

fn may_be() -> Vec<String> {
    [
        "it is evaluated when a child changes: the states of its children were read a moment apart",
        "its state was set by hand: that of a composite alarm lasts until a child changes",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn suppression(alarm: &Alarm, name: &str, suppressor: Option<&Alarm>) -> Suppression {
    let text = |member: &str| alarm.text(member).map(str::to_owned);
    Suppression {
        suppressor: name.to_owned(),
        state: suppressor.map(|it| it.state().to_owned()),
        wait: alarm.count("ActionsSuppressorWaitPeriod").unwrap_or_default(),
        extension: alarm.count("ActionsSuppressorExtensionPeriod").unwrap_or_default(),
        by: text("ActionsSuppressedBy"),
        reason: text("ActionsSuppressedReason"),
    }
}

fn flatten(judgement: &Judgement, depth: usize, pieces: &mut Vec<Piece>) {
    let (matching, needed) = judgement.count.unzip();
    pieces.push(Piece {
        depth,
        text: judgement.text.clone(),
        holds: judgement.holds,
        is_decisive: judgement.is_decisive,
        matching,
        needed,
    });
    judgement.parts.iter().for_each(|part| flatten(part, depth + 1, pieces));
}
