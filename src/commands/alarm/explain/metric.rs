//! A metric alarm judged anew, by the data that is there now, and what may be behind another answer of the service.

use jiff::{SignedDuration, Timestamp};
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::alarm::MetricAlarm;
use opsctl_engine::evaluation::judging::{
    Criteria, Evaluation, EvaluationRange, Grade, evaluate, outlook, sensitivity,
};
use opsctl_engine::evaluation::reason::Reason;
use opsctl_engine::evaluation::timing::{Stretch, Timing, Window as Lying};
use opsctl_engine::evaluation::warm_up::WarmUp;
use serde_json::Value;

use super::model::{Explained, Next, Range, Role, Slot, Verdict};
use super::{told, words};
use crate::commands::alarm::datapoints::{Datapoints, Expressions, windows};
use crate::commands::alarm::model::Alarm;
use crate::commands::alarm::watched::{looked_at, queries, unpublished};
use crate::error::{Error, Kind, Result};
use crate::metrics::{Metrics, Periods, Window, age_of, every};

/// Whether the service has understood a question and does not answer it.
fn is_refused(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Error>().is_some_and(|error| matches!(error.kind(), Kind::Failed | Kind::Usage))
}

/// Which evaluation is explained.
pub struct Asked {
    pub at: Timestamp,
    pub now: Timestamp,
    pub is_now: bool,
    pub range: Option<usize>,
    /// What the service has.
    pub state: Option<StateValue>,
}

/// What an alarm is judged by.
struct Judged {
    config: MetricAlarm,
    criteria: Criteria,
    timing: Timing,
    range: EvaluationRange,
}

impl Judged {
    /// Or why it is not judged here.
    fn of(alarm: &Alarm, range: Option<usize>) -> Result<Result<Self, String>> {
        let config = MetricAlarm::read(&Value::Object(alarm.document.clone()))
            .map_err(|error| Error::failed(format!("{} is not understood", alarm.name())).because(error))?;
        let faults = Expressions::of(&config).faults;
        if !faults.is_empty() {
            return Ok(Err(faults.join("; ")));
        }
        let criteria = match Criteria::of_metric(&config) {
            Ok(criteria) => criteria,
            Err(why) => return Ok(Err(why.to_string())),
        };
        let timing = match Timing::of(&config) {
            Ok(timing) => timing,
            Err(why) => return Ok(Err(why.to_string())),
        };
        let range = match range {
            Some(range) => EvaluationRange::new(range, criteria.evaluation_periods)
                .map_err(|error| Error::usage(format!("--range {range}: {error}")))?,
            None => config.assumed_range(),
        };
        Ok(Ok(Judged { config, criteria, timing, range }))
    }
}

pub async fn explain(
    alarm: &Alarm,
    metrics: &Metrics,
    asked: &Asked,
    explained: &mut Explained,
) -> Result<()> {
    let judged = match Judged::of(alarm, asked.range)? {
        Ok(judged) => judged,
        Err(why) => {
            explained.not_judged = Some(why);
            return Ok(());
        }
    };
    let Judged { config, criteria, timing, range } = &judged;
    explained.watched = Some(looked_at(config));
    explained.notes.extend(Expressions::of(config).notes);
    let wanted = timing.period();
    // One more than the range: whether that would change the answer is told.
    let mut slots = timing.slots(asked.at, range.len() + 1);
    let oldest = slots.first().map_or(asked.at, |slot| slot.start).as_second();
    let age = Window { from: oldest, to: asked.at.as_second() };
    let period = Periods::of(age, asked.at.max(asked.now).as_second()).usable(wanted);
    let mut is_coarser = false;
    if period != wanted {
        is_coarser = true;
        explained.notes.push(format!(
            "what is more than {} ago is kept by {period} s alone: it looked at periods of {wanted} s",
            age_of(period)
        ));
        let coarse = Timing::new(period, criteria.evaluation_periods as i64, timing.window().clone());
        slots = coarse.map(|timing| timing.slots(asked.at, range.len() + 1)).unwrap_or(slots);
    }
    let fetched = Datapoints::fetch(metrics, config, period, &windows(&slots, period)).await;
    let datapoints = match fetched {
        Ok(datapoints) => datapoints,
        // What the service does not compute cannot be judged, and the rest can be told.
        Err(error) if is_refused(&error) => {
            explained.not_judged = Some(told(&error));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    explained.notes.extend(datapoints.notes.iter().cloned());
    if datapoints.is_empty() {
        if let Some(unit) = &config.unit {
            explained
                .notes
                .push(format!("only values of the unit {unit} are looked at, and there may be others"));
        }
        match unpublished(&queries(config, period), metrics).await {
            Ok(whys) => explained.notes.extend(whys),
            Err(error) => explained.notes.push(told(&error)),
        }
    }
    if slots.iter().any(|slot| slot.end.duration_since(slot.start) != SignedDuration::from_secs(period)) {
        explained
            .notes
            .push("the clock was set in this time: of days of 23 or 25 hours, 24 hours are read".to_owned());
    }
    let points = datapoints.of(&slots);
    let prior = asked.state.unwrap_or(StateValue::InsufficientData);
    let evaluation = evaluate(criteria, &points, *range, prior);
    let sensitive = sensitivity(criteria, &points, *range, prior);
    let shown = slots.get(slots.len().saturating_sub(range.len())..).unwrap_or_default();
    let mut verdict = Verdict {
        state: evaluation.state,
        decided_by: words::name(evaluation.decided_by),
        why: words::why(criteria, &evaluation),
        agrees: asked.state.map(|state| state == evaluation.state),
        may_be: Vec::new(),
        condition: words::condition(criteria),
        treat_missing_data: criteria.treat_missing_data.name(),
        range: Range {
            periods: range.len(),
            is_assumed: asked.range.is_none(),
            shorter: sensitive.shorter,
            longer: sensitive.longer,
        },
        period,
        interval: timing.interval(),
        window: match timing.window() {
            Lying::Sliding => "sliding".to_owned(),
            Lying::WallClock(zone) => format!("by the clock in {zone}"),
        },
        slots: told_slots(criteria, &evaluation, shown),
        next: next(&judged, &evaluation, slots.last(), period),
    };
    if asked.is_now && alarm.text("EvaluationState") == Some("IN_WARM_UP") {
        verdict.agrees = None;
        explained.notes.push(warming_up(alarm, config));
    }
    if verdict.agrees == Some(false) {
        verdict.may_be = may_be(alarm, asked, &verdict, is_coarser);
    }
    explained.verdict = Some(verdict);
    Ok(())
}

/// Newest first.
fn told_slots(criteria: &Criteria, evaluation: &Evaluation, slots: &[Stretch]) -> Vec<Slot> {
    let roles: Vec<Role> = words::roles(criteria, evaluation);
    let judged = evaluation.slots.iter().zip(roles).zip(slots).rev();
    let told = |((slot, role), stretch): ((&opsctl_engine::evaluation::judging::Judged, Role), &Stretch)| {
        let datapoint = slot.datapoint;
        let band = datapoint.and_then(|it| it.band);
        Slot {
            from: stretch.start,
            to: stretch.end,
            value: datapoint.map(|it| it.value),
            samples: datapoint.and_then(|it| it.samples),
            lower: band.map(|band| band.lower),
            upper: band.map(|band| band.upper),
            grade: words::grade(slot.grade),
            role,
            told: match (datapoint, slot.grade) {
                (Some(_), Grade::Missing) => {
                    "counts as missing: there is nothing to compare it with".to_owned()
                }
                _ => words::slot(criteria, slot, role),
            },
        }
    };
    judged.map(told).collect()
}

fn next(judged: &Judged, evaluation: &Evaluation, newest: Option<&Stretch>, period: i64) -> Vec<Next> {
    let at = |periods: usize| {
        let seconds = i64::try_from(periods).ok()?.checked_mul(period)?;
        newest?.end.checked_add(SignedDuration::from_secs(seconds)).ok()
    };
    let prospects = outlook(&judged.criteria, evaluation, judged.range);
    let told = |prospect: &opsctl_engine::evaluation::judging::Prospect| {
        let (state, periods) = prospect.change.unzip();
        let at = periods.and_then(at);
        let time = at.map(|at| at.to_string());
        Next {
            when: words::when(prospect.next),
            state,
            periods,
            at,
            told: words::prospect(prospect, evaluation.state, time.as_deref()),
        }
    };
    prospects.iter().map(told).collect()
}

fn warming_up(alarm: &Alarm, config: &MetricAlarm) -> String {
    let since = alarm.time("AlarmConfigurationUpdatedTimestamp");
    let ends = config
        .warm_up_configuration
        .as_ref()
        .zip(since)
        .and_then(|(configuration, since)| WarmUp::new(since).ends(configuration));
    match ends {
        Some(ends) => format!("it warms up and is not judged, until {ends} at the latest"),
        None => "it warms up and is not judged".to_owned(),
    }
}

/// Why the service may have another state, the likeliest first.
fn may_be(alarm: &Alarm, asked: &Asked, verdict: &Verdict, is_coarser: bool) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut add = |is_so: bool, reason: String| {
        if is_so {
            reasons.push(reason);
        }
    };
    let state = asked.state;
    let reason = alarm.text("StateReason").map(Reason::read).filter(|_| asked.is_now);
    let evaluation = alarm.text("EvaluationState").filter(|_| asked.is_now);
    add(
        matches!(reason, Some(Reason::Other(_))) && evaluation.is_none(),
        "its reason is none of the service's: the state was set by hand, and lasts until the next evaluation"
            .to_owned(),
    );
    add(
        matches!(reason, Some(Reason::Initial)),
        "it was just made, and has not been evaluated yet".to_owned(),
    );
    add(
        evaluation.is_some(),
        format!("the service says {} of its last evaluation", evaluation.unwrap_or_default()),
    );
    let Range { periods, shorter, longer, .. } = verdict.range;
    add(
        state == shorter && shorter.is_some(),
        format!("the service looks at {} periods: with these it is {}", periods - 1, told_state(shorter)),
    );
    add(
        state == longer && longer.is_some(),
        format!("the service looks at {} periods: with these it is {}", periods + 1, told_state(longer)),
    );
    let changed = alarm.time("AlarmConfigurationUpdatedTimestamp").zip(alarm.since());
    add(
        changed.is_some_and(|(changed, since)| changed > since),
        "its configuration was changed after it came into its state".to_owned(),
    );
    add(is_coarser, "the data of that time is coarser now than what it saw".to_owned());
    add(verdict.interval > 60, format!("it is evaluated {} only", every(verdict.interval)));
    add(
        true,
        "datapoints came late: those that are there now were not all there when it was evaluated".to_owned(),
    );
    reasons
}

fn told_state(state: Option<StateValue>) -> &'static str {
    state.map_or("", StateValue::name)
}
