//! How a backtest is shown: a row a setting, and the firings of one alone.

use jiff::SignedDuration;

use super::run::{Firing, Row};
use crate::commands::alarm::view::age;
use crate::output::{Cell, Column, Tone};

/// The columns of `alarm backtest`.
pub const ROWS: &[Column<Row>] = &[SETTING, FIRED, A_WEEK, IN_ALARM, SHARE, LONGEST, FIRST, LAST];

/// With the score of --verify.
pub const ROWS_VERIFIED: &[Column<Row>] =
    &[SETTING, FIRED, A_WEEK, IN_ALARM, SHARE, LONGEST, FIRST, LAST, SAME, MATCHED, MISSED, INVENTED];

const SETTING: Column<Row> = Column::new("setting", "SETTING", |it: &Row| it.setting.as_str().into());
const FIRED: Column<Row> = Column::new("fired", "FIRED", |it: &Row| (it.fired as u64).into());
const A_WEEK: Column<Row> = Column::new("a-week", "A WEEK", |it: &Row| it.a_week.to_string().into());
const IN_ALARM: Column<Row> = Column::new("in-alarm", "IN ALARM", |it: &Row| lasting(it.in_alarm_seconds));
const SHARE: Column<Row> = Column::new("share", "SHARE", |it: &Row| percent(it.share));
const LONGEST: Column<Row> = Column::new("longest", "LONGEST", |it: &Row| lasting(it.longest_seconds));
const FIRST: Column<Row> = Column::new("first", "FIRST", |it: &Row| it.first.into());
const LAST: Column<Row> = Column::new("last", "LAST", |it: &Row| it.last.into());
const SAME: Column<Row> = Column::new("same", "SAME", |it: &Row| {
    it.agreement.as_ref().map_or(Cell::Empty, |it| percent(it.same_share))
});
const MATCHED: Column<Row> =
    Column::new("matched", "MATCHED", |it: &Row| it.agreement.as_ref().map(|it| it.matched as u64).into());
const MISSED: Column<Row> =
    Column::new("missed", "MISSED", |it: &Row| it.agreement.as_ref().map(|it| it.missed as u64).into());
const INVENTED: Column<Row> =
    Column::new("invented", "INVENTED", |it: &Row| it.agreement.as_ref().map(|it| it.invented as u64).into());

/// The times in ALARM of the only setting.
pub const FIRINGS: &[Column<Firing>] = &[
    Column::new("from", "FROM", |it: &Firing| it.from.into()),
    Column::new("to", "TO", |it: &Firing| match it.to {
        Some(to) => to.into(),
        None => Cell::state("goes on", Tone::Bad),
    }),
    Column::new("for", "FOR", |it: &Firing| lasting(it.seconds)),
];

fn lasting(seconds: i64) -> Cell {
    match seconds {
        0 => Cell::Empty,
        seconds => age(SignedDuration::from_secs(seconds)).into(),
    }
}

fn percent(share: f64) -> Cell {
    format!("{:.2}%", share * 100.0).into()
}
