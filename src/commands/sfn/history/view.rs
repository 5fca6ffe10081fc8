//! How events are shown in a list.

use super::super::view::seconds;
use super::event::HistoryEvent;
use crate::output::{Cell, Column, Tone};

/// The columns of `sfn history`.
pub const EVENTS: &[Column<HistoryEvent>] = &[
    Column::new("id", "ID", |it: &HistoryEvent| it.id.into()),
    Column::new("seconds", "SECONDS", |it: &HistoryEvent| seconds(it.seconds)),
    Column::new("state", "STATE", |it: &HistoryEvent| it.state.as_deref().into()),
    Column::new("type", "TYPE", kind),
    Column::new("detail", "DETAIL", |it: &HistoryEvent| it.detail().into()).cut(),
    Column::new("item", "ITEM", |it: &HistoryEvent| it.item.into()).hidden(),
    Column::new("previous", "PREVIOUS", |it: &HistoryEvent| it.previous.into()).hidden(),
    Column::new("time", "TIME", |it: &HistoryEvent| it.at.into()).hidden(),
];

fn kind(event: &HistoryEvent) -> Cell {
    let tone = match event.kind.as_str() {
        _ if event.is_failure() => Tone::Bad,
        kind if kind.ends_with("Succeeded") => Tone::Good,
        _ => Tone::Plain,
    };
    Cell::state(event.kind.as_str(), tone)
}
