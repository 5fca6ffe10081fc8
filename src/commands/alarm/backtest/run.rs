//! The trials of a backtest: what each is judged by, the data that several share, and what came of it.

use jiff::{SignedDuration, Timestamp};
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::alarm::MetricAlarm;
use opsctl_engine::evaluation::backtest::{
    Change, MOST_CHANGES, Outcome, Series, Setting as Judged, run, verify,
};
use opsctl_engine::evaluation::judging::{Criteria, EvaluationRange};
use opsctl_engine::evaluation::timing::{Stretch, Timing, Window as Lying};
use serde::Serialize;
use serde_json::{Map, Value};

use super::read;
use super::setting::Setting;
use crate::commands::alarm::datapoints::{Datapoints, Expressions, windows};
use crate::commands::alarm::watched::{queries, unpublished};
use crate::error::{Error, Report, Result};
use crate::metrics::{Metrics, Periods, Window, age_of};
use crate::output::chart::Stay;

const WEEK: f64 = 7.0 * 86_400.0;
/// How far apart the beginnings of the same firing may be, besides a period: the service looks every minute, and data
/// takes its time.
const TOLERANCE: i64 = 300;
/// Longer than any time of which there is data, in periods.
const MOST_SLOTS: i64 = 5_000_000;

/// The alarm as it is, or under a setting.
pub struct Trial {
    name: String,
    alarm: MetricAlarm,
    judged: Judged,
    timing: Timing,
    notes: Vec<String>,
}

/// What came of all trials.
#[derive(Debug, Default)]
pub struct Tested {
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

/// What came of one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub setting: String,
    /// Times that it went off.
    pub fired: usize,
    pub a_week: f64,
    pub in_alarm_seconds: i64,
    /// Of the time, from 0 to 1.
    pub share: f64,
    pub longest_seconds: i64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Seconds of the periods that were judged.
    pub period: i64,
    pub range: Range,
    pub agreement: Option<Agreement>,
    /// In order; the first one may have begun before.
    pub firings: Vec<Firing>,
    #[serde(skip)]
    outcome: Option<Outcome>,
}

/// How many periods were looked at, and how often it would have gone off with one less and one more, where that differs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    pub periods: usize,
    pub shorter: Option<usize>,
    pub longer: Option<usize>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Firing {
    pub from: Timestamp,
    /// Nothing where it went on.
    pub to: Option<Timestamp>,
    pub seconds: i64,
}

/// How well it agrees with what the alarm did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Of the time compared, from 0 to 1.
    pub same_share: f64,
    pub compared_seconds: i64,
    pub matched: usize,
    pub missed: usize,
    pub invented: usize,
}

impl Trial {
    pub fn new(
        document: &Map<String, Value>,
        setting: Option<&Setting>,
        range: Option<usize>,
    ) -> Result<Self> {
        let changed = setting.map(|setting| setting.apply(document)).transpose()?;
        let alarm = read(changed.as_ref().unwrap_or(document))?;
        let refused = |why: String| {
            Error::usage(format!("{} cannot be judged here", alarm.alarm_name)).because_of(vec![why])
        };
        let Expressions { faults, notes } = Expressions::of(&alarm);
        if !faults.is_empty() {
            return Err(refused(faults.join("; ")).into());
        }
        let criteria = Criteria::of_metric(&alarm).map_err(|why| refused(why.to_string()))?;
        let timing = Timing::of(&alarm).map_err(|why| refused(why.to_string()))?;
        let range = match range {
            Some(range) => EvaluationRange::new(range, criteria.evaluation_periods)
                .map_err(|error| Error::usage(format!("--range {range}: {error}")))?,
            None => alarm.assumed_range(),
        };
        let name = setting.map_or("as it is".to_owned(), ToString::to_string);
        Ok(Trial { name, judged: Judged { criteria, range }, timing, alarm, notes })
    }

    /// Whether both judge the same data.
    fn shares(&self, other: &Trial) -> bool {
        let of =
            |trial: &Trial| (trial.timing.window().clone(), queries(&trial.alarm, trial.timing.period()));
        of(self) == of(other)
    }
}

/// The data that some trials share, in columns.
struct Data {
    series: Series,
    /// The first period that counts begins here; what comes before is for the ranges to look back on.
    from: Timestamp,
    period: i64,
    has_gaps: bool,
}

/// Judges all trials, each over the data that it asks for.
pub async fn test(trials: &[Trial], metrics: &Metrics, window: Window, now: Timestamp) -> Result<Tested> {
    let mut tested = Tested::default();
    let mut rows: Vec<Option<Row>> = trials.iter().map(|_| None).collect();
    for (place, trial) in trials.iter().enumerate() {
        let is_done = rows.get(place).is_none_or(Option::is_some);
        if is_done {
            continue;
        }
        let sharing: Vec<(usize, &Trial)> =
            trials.iter().enumerate().skip(place).filter(|(_, other)| trial.shares(other)).collect();
        let longest = sharing.iter().map(|(_, other)| other.judged.range.len()).max().unwrap_or(1);
        let data = fetch(trial, longest + 1, metrics, window, now, &mut tested.notes).await?;
        for (at, other) in sharing {
            tested.note(other.notes.iter().cloned());
            if let Some(row) = rows.get_mut(at) {
                *row = Some(Row::of(other, &data));
            }
        }
    }
    tested.rows = rows.into_iter().flatten().collect();
    let unsure: Vec<String> = tested.rows.iter().filter_map(Row::unsure).collect();
    tested.note(unsure);
    Ok(tested)
}

impl Tested {
    fn note(&mut self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }
}

/// The data of a time, with `lead` periods before it.
async fn fetch(
    trial: &Trial,
    lead: usize,
    metrics: &Metrics,
    window: Window,
    now: Timestamp,
    notes: &mut Vec<String>,
) -> Result<Data> {
    let wanted = trial.timing.period();
    let periods = Periods::of(window, now.as_second());
    let period = periods.usable(wanted);
    let name = &trial.alarm.alarm_name;
    if periods.is_beyond {
        notes.push("what is more than 455 days ago is not kept at all".to_owned());
    }
    if period != wanted {
        notes.push(format!(
            "what is more than {} ago is kept by {period} s alone: {name} looks at periods of {wanted} s, and is judged \
             here as if it looked at those",
            age_of(period)
        ));
    }
    let lead = i64::try_from(lead).unwrap_or(i64::MAX);
    let count = (window.to - window.from) / period.max(1);
    if count.saturating_add(lead) > MOST_SLOTS {
        return Err(Error::usage(format!("there are more than {MOST_SLOTS} periods in this time"))
            .hint("ask for a later --since")
            .into());
    }
    let slots = match trial.timing.window() {
        Lying::Sliding => None,
        Lying::WallClock(_) => {
            let timing = Timing::new(period, 1, trial.timing.window().clone())
                .map_err(|error| Error::usage(format!("{name} cannot be judged here")).because(error))?;
            let until = Timestamp::from_second(window.to).unwrap_or(now);
            let count = usize::try_from(count.saturating_add(lead).saturating_add(1)).unwrap_or(0);
            Some(timing.slots(until, count))
        }
    };
    let down = |at: i64| at.div_euclid(period.max(1)).saturating_mul(period);
    let (whole, from) = match &slots {
        None => {
            let from = down(window.from);
            let begin = from.saturating_sub(lead.saturating_mul(period));
            (Window { from: begin, to: down(window.to) }, from)
        }
        Some(slots) => {
            let second = |slot: Option<&Stretch>, end: bool| {
                slot.map_or(window.to, |slot| if end { slot.end } else { slot.start }.as_second())
            };
            let whole = Window { from: second(slots.first(), false), to: second(slots.last(), true) };
            (
                whole,
                slots
                    .iter()
                    .map(|slot| slot.start.as_second())
                    .rfind(|at| *at <= window.from)
                    .unwrap_or(whole.from),
            )
        }
    };
    if whole.to <= from {
        let message = format!("there is no whole period of {period} s in this time");
        return Err(Error::usage(message).hint("ask for an earlier --since").into());
    }
    let asked = match &slots {
        None => vec![whole],
        Some(slots) => windows(slots, period),
    };
    let datapoints = Datapoints::fetch(metrics, &trial.alarm, period, &asked).await?;
    notes.extend(datapoints.notes.iter().cloned());
    if datapoints.is_empty() {
        match unpublished(&queries(&trial.alarm, period), metrics).await {
            Ok(whys) if whys.is_empty() => notes.push(format!("{name} has no data in this time")),
            Ok(whys) => notes.extend(whys),
            Err(error) => notes.push(Report::new(&error).line()),
        }
    }
    let series = datapoints.series(whole, period, slots.as_deref())?;
    let from = Timestamp::from_second(from).unwrap_or(Timestamp::UNIX_EPOCH);
    let has_gaps = series.values().iter().any(|value| value.is_nan());
    Ok(Data { series, from, period, has_gaps })
}

impl Row {
    fn of(trial: &Trial, data: &Data) -> Self {
        let outcome = judged(&trial.judged, data);
        let fired = outcome.firing_count;
        // Where no period is without a datapoint, the newest N are the same in every range.
        let other = |length: usize| {
            let n = trial.judged.criteria.evaluation_periods;
            let range = EvaluationRange::new(length, n).ok().filter(|_| data.has_gaps)?;
            let judged = judged(&Judged { criteria: trial.judged.criteria.clone(), range }, data);
            Some(judged.firing_count).filter(|other| *other != fired)
        };
        let periods = trial.judged.range.len();
        let range = Range { periods, shorter: other(periods - 1), longer: other(periods + 1) };
        let firings = firings(&outcome);
        let length = outcome.until.duration_since(outcome.from).as_secs_f64().max(1.0);
        let begun = |firing: &&Firing| firing.from > outcome.from;
        #[allow(clippy::cast_precision_loss, reason = "it is a rate")]
        let a_week = fired as f64 * WEEK / length;
        Row {
            setting: trial.name.clone(),
            fired,
            a_week: (a_week * 100.0).round() / 100.0,
            in_alarm_seconds: outcome.in_alarm.as_secs(),
            share: (outcome.in_alarm.as_secs_f64() / length * 10_000.0).round() / 10_000.0,
            longest_seconds: firings.iter().map(|firing| firing.seconds).max().unwrap_or(0),
            first: firings.iter().find(begun).map(|firing| firing.from),
            last: firings.iter().rfind(begun).map(|firing| firing.from),
            from: outcome.from,
            until: outcome.until,
            period: data.period,
            range,
            agreement: None,
            firings,
            outcome: Some(outcome),
        }
    }

    /// Scores it against the states of the alarm, the oldest first.
    pub fn verify(&mut self, stays: &[Stay]) {
        let (Some(outcome), Some(first)) = (&self.outcome, stays.first()) else { return };
        let known = Timestamp::from_second(first.from).unwrap_or(outcome.from);
        let outcome = since(outcome, known.max(outcome.from));
        let real: Vec<Change> = stays
            .iter()
            .skip(1)
            .filter_map(|stay| Some(Change { at: Timestamp::from_second(stay.from).ok()?, to: stay.state }))
            .collect();
        let tolerance = SignedDuration::from_secs(self.period.saturating_add(TOLERANCE));
        let agreement = verify(&outcome, first.state, &real, tolerance);
        self.agreement = Some(Agreement {
            same_share: (agreement.share() * 10_000.0).round() / 10_000.0,
            compared_seconds: agreement.compared.as_secs(),
            matched: agreement.matched,
            missed: agreement.missed,
            invented: agreement.invented,
        });
    }

    /// That the answer hangs on the range.
    fn unsure(&self) -> Option<String> {
        let Range { periods, shorter, longer } = self.range;
        let of = |length: usize, fired: usize| format!("{fired} times with a range of {length}");
        let others: Vec<String> =
            [shorter.map(|fired| of(periods - 1, fired)), longer.map(|fired| of(periods + 1, fired))]
                .into_iter()
                .flatten()
                .collect();
        (!others.is_empty()).then(|| {
            format!(
                "{}: it would have fired {} times with the range of {periods} periods that is taken, and {}; what the \
                 service takes is not known",
                self.setting,
                self.fired,
                others.join(", ")
            )
        })
    }
}

/// A setting over the data, from where it counts.
fn judged(setting: &Judged, data: &Data) -> Outcome {
    since(&run(&data.series, setting, StateValue::InsufficientData), data.from)
}

/// The same without what came before a moment.
fn since(outcome: &Outcome, from: Timestamp) -> Outcome {
    let before = outcome.changes.partition_point(|change| change.at <= from);
    let (past, rest) = outcome.changes.split_at_checked(before).unwrap_or((&outcome.changes, &[]));
    let initial = past.last().map_or(outcome.initial, |change| change.to);
    let mut fired = (outcome.initial == StateValue::Alarm).then_some(outcome.from);
    let mut gone = SignedDuration::ZERO;
    for change in past {
        if let Some(began) = fired.take() {
            gone += change.at.duration_since(began);
        }
        fired = (change.to == StateValue::Alarm).then_some(change.at);
    }
    if let Some(began) = fired {
        gone += from.duration_since(began);
    }
    let alarms = past.iter().filter(|change| change.to == StateValue::Alarm).count();
    Outcome {
        initial,
        changes: rest.to_vec(),
        change_count: outcome.change_count - past.len(),
        firing_count: outcome.firing_count - alarms,
        in_alarm: outcome.in_alarm - gone,
        last: outcome.last,
        from,
        until: outcome.until,
    }
}

/// The times in ALARM; one that began before begins with the time.
fn firings(outcome: &Outcome) -> Vec<Firing> {
    let mut firings = Vec::new();
    let mut began = (outcome.initial == StateValue::Alarm).then_some(outcome.from);
    for change in &outcome.changes {
        if let Some(from) = began.take() {
            let seconds = change.at.duration_since(from).as_secs();
            firings.push(Firing { from, to: Some(change.at), seconds });
        }
        began = (change.to == StateValue::Alarm).then_some(change.at);
    }
    // Where changes were more than are kept, the end of the last one is not known.
    if let Some(from) = began.filter(|_| outcome.changes.len() < MOST_CHANGES) {
        firings.push(Firing { from, to: None, seconds: outcome.until.duration_since(from).as_secs() });
    }
    firings
}

#[cfg(test)]
mod tests {
    use super::*;
    use StateValue::{Alarm, Ok};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn outcome(changes: &[(i64, StateValue)]) -> Outcome {
        let changes: Vec<Change> =
            changes.iter().map(|(second, to)| Change { at: at(*second), to: *to }).collect();
        let mut outcome = Outcome {
            initial: Ok,
            change_count: changes.len(),
            firing_count: changes.iter().filter(|change| change.to == Alarm).count(),
            in_alarm: SignedDuration::ZERO,
            last: changes.last().map_or(Ok, |change| change.to),
            from: at(0),
            until: at(1000),
            changes,
        };
        outcome.in_alarm = firings(&outcome).iter().map(|it| SignedDuration::from_secs(it.seconds)).sum();
        outcome
    }

    #[test]
    fn what_came_before_is_left_out_and_a_firing_goes_on() {
        let whole = outcome(&[(100, Alarm), (200, Ok), (300, Alarm), (500, Ok), (900, Alarm)]);
        assert_eq!((whole.firing_count, whole.in_alarm.as_secs()), (3, 400));
        for (from, initial, fired, in_alarm, firings_from) in [
            (0, Ok, 3, 400, vec![100, 300, 900]),
            (150, Alarm, 2, 350, vec![150, 300, 900]),
            (300, Alarm, 1, 300, vec![300, 900]),
            (600, Ok, 1, 100, vec![900]),
            (950, Alarm, 0, 50, vec![950]),
        ] {
            let cut = since(&whole, at(from));
            let told: Vec<i64> = firings(&cut).iter().map(|firing| firing.from.as_second()).collect();
            assert_eq!(
                (cut.initial, cut.firing_count, cut.in_alarm.as_secs(), told),
                (initial, fired, in_alarm, firings_from),
                "{from}"
            );
        }
        assert_eq!(firings(&whole).last().map(|firing| firing.to), Some(None));
    }
}
