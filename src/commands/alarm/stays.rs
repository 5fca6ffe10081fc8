//! Which state an alarm was in, and when, as its history has it.

use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::reason::HistoryData;

use super::api::{Alarms, HistoryAsk};
use super::model::Alarm;
use crate::context::Context;
use crate::error::{Report, Result};
use crate::metrics::Window;
use crate::output::chart::Stay;

/// What the history is kept for.
const KEPT: i64 = 30 * 86_400;

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    at: i64,
    from: Option<StateValue>,
    to: StateValue,
}

/// The states of a time, the oldest first. What may not be known is told and left out.
pub async fn stays(
    alarm: &Alarm,
    alarms: &Alarms,
    window: Window,
    now: Timestamp,
    ctx: &Context,
) -> Vec<Stay> {
    known_stays(alarm, alarms, window, now).await.unwrap_or_else(|error| {
        let why = Report::new(&error).line();
        ctx.reporter().warn(format_args!("the states of {} are not known: {why}", alarm.name()));
        between(&[], current(alarm), kept(window, now.as_second()))
    })
}

/// The same, for who cannot do without.
pub async fn known_stays(
    alarm: &Alarm,
    alarms: &Alarms,
    window: Window,
    now: Timestamp,
) -> Result<Vec<Stay>> {
    let now = now.as_second();
    let window = kept(window, now);
    let changes = changes(alarm, alarms, window, now).await?;
    Ok(between(&changes, current(alarm), window))
}

/// That part of a time of which there is a history.
fn kept(window: Window, now: i64) -> Window {
    Window { from: window.from.max(now.saturating_sub(KEPT)), to: window.to.min(now) }
}

/// The state that an alarm is in, and since when.
fn current(alarm: &Alarm) -> Option<(StateValue, i64)> {
    alarm.state().parse().ok().zip(alarm.since().map(Timestamp::as_second))
}

/// Those from the beginning of the time up to now, the oldest first.
async fn changes(alarm: &Alarm, alarms: &Alarms, window: Window, now: i64) -> Result<Vec<Change>> {
    let mut pages = alarms.history(HistoryAsk {
        name: Some(alarm.name().to_owned()),
        item_type: Some("StateUpdate"),
        since: Timestamp::from_second(window.from).ok(),
        until: Timestamp::from_second(now.saturating_add(1)).ok(),
    });
    let mut changes = Vec::new();
    while let Some(page) = pages.next().await? {
        for item in page {
            let text = |member: &str| item.get(member).and_then(|value| value.as_str()).unwrap_or_default();
            let at = text("Timestamp").parse::<Timestamp>().map(Timestamp::as_second);
            if let (Ok(at), HistoryData::StateUpdate { from, to }) =
                (at, HistoryData::read("StateUpdate", text("HistoryData")))
            {
                changes.push(Change { at, from: from.map(|from| from.value), to: to.value });
            }
        }
    }
    changes.sort_by_key(|change| change.at);
    Ok(changes)
}

/// `now` is the state that it is in, and since when.
fn between(changes: &[Change], now: Option<(StateValue, i64)>, window: Window) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    let mut add = |from: i64, to: i64, state: Option<StateValue>| {
        let (from, to) = (from.max(window.from), to.min(window.to));
        if let Some(state) = state.filter(|_| from < to) {
            stays.push(Stay { from, to, state });
        }
    };
    let (mut at, mut state) = match (changes.first(), now) {
        (Some(first), _) => (window.from, first.from),
        // It has not changed in this time: it was in its state all along, or since it became that.
        (None, Some((state, since))) => (since, Some(state)),
        (None, None) => return stays,
    };
    for change in changes {
        add(at, change.at, state);
        (at, state) = (change.at, Some(change.to));
    }
    add(at, window.to, state);
    stays
}

#[cfg(test)]
mod tests {
    use super::*;
    use StateValue::{Alarm, InsufficientData, Ok};

    fn told(changes: &[Change], now: Option<(StateValue, i64)>) -> Vec<(i64, i64, StateValue)> {
        let stays = between(changes, now, Window { from: 100, to: 200 });
        stays.into_iter().map(|stay| (stay.from, stay.to, stay.state)).collect()
    }

    #[test]
    fn states_last_from_one_change_to_the_next() {
        let change = |at, from, to| Change { at, from, to };
        let two = [change(120, Some(InsufficientData), Ok), change(150, Some(Ok), Alarm)];
        let both = [(100, 120, InsufficientData), (120, 150, Ok), (150, 200, Alarm)];
        assert_eq!(told(&two, Some((Alarm, 150))), both);
        let later = [two[0], two[1], change(250, Some(Alarm), Ok)];
        assert_eq!(told(&later, Some((Ok, 250))), both);
        assert_eq!(told(&[change(120, None, Alarm)], None), [(120, 200, Alarm)]);
        assert_eq!(told(&[], Some((Ok, 50))), [(100, 200, Ok)]);
        assert_eq!(told(&[], Some((Ok, 150))), [(150, 200, Ok)]);
        assert!(told(&[], None).is_empty());
    }
}
