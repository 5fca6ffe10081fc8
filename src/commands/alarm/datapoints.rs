//! The datapoints that an alarm judges, as GetMetricData gives them: values with what a detector expected and how many
//! samples they are of, by the start of their periods.

use std::collections::BTreeSet;

use jiff::Timestamp;
use opsctl_engine::evaluation::alarm::{MetricAlarm, MetricDataQuery};
use opsctl_engine::evaluation::backtest::{Series, Uneven};
use opsctl_engine::evaluation::judging::{Band, Datapoint};
use opsctl_engine::evaluation::math::Lint;
use opsctl_engine::evaluation::timing::Stretch;

use super::watched::queries;
use crate::error::{Error, Result};
use crate::metrics::{Metrics, Window};

/// The Id of a query of ours among those of an alarm.
const SAMPLES: &str = "opsctl_samples";

/// Values by the second that their period begins with, in order.
type Points = Vec<(i64, f64)>;

#[derive(Debug, Default)]
pub struct Datapoints {
    values: Points,
    samples: Option<Points>,
    /// The upper and the lower edge.
    band: Option<(Points, Points)>,
    /// What the service says about them.
    pub notes: Vec<String>,
}

/// What is asked for: the alarm's own queries, and how many samples there are where that decides.
fn asked(alarm: &MetricAlarm, period: i64) -> Vec<MetricDataQuery> {
    let mut queries = queries(alarm, period);
    let counts = alarm.percentile().is_some()
        && alarm.evaluate_low_sample_count_percentile.as_deref() == Some("ignore");
    let judged = match alarm.judged_query() {
        Some(judged) => queries.iter().find(|query| query.id == judged.id),
        None => queries.first(),
    };
    let samples = judged.filter(|_| counts).cloned().map(|judged| {
        let stat = judged.metric_stat.map(|mut stat| {
            stat.stat = Some("SampleCount".to_owned());
            stat
        });
        MetricDataQuery { id: SAMPLES.to_owned(), label: None, metric_stat: stat, ..judged }
    });
    queries.extend(samples);
    queries
}

impl Datapoints {
    pub async fn fetch(
        metrics: &Metrics,
        alarm: &MetricAlarm,
        period: i64,
        windows: &[Window],
    ) -> Result<Self> {
        let queries = asked(alarm, period);
        let mut all = Datapoints::default();
        for window in windows {
            let fetched = metrics.data(&queries, *window).await?;
            if let Some(fault) = fetched.faults.into_iter().next() {
                return Err(fault.into());
            }
            for note in fetched.notes {
                if !all.notes.contains(&note) {
                    all.notes.push(note);
                }
            }
            let (mut values, mut edges) = (Vec::new(), Vec::new());
            for series in fetched.series {
                match &series.id {
                    id if id == SAMPLES => all.samples.get_or_insert_default().extend(series.points),
                    id if Some(id) == alarm.threshold_metric_id.as_ref() => edges.push(series.points),
                    _ => values.push(series.points),
                }
            }
            if values.len() > 1 {
                let message = format!(
                    "{} has {} series, each a contributor of its own: they are not judged here",
                    alarm.alarm_name,
                    values.len()
                );
                return Err(Error::usage(message).into());
            }
            all.values.extend(values.into_iter().flatten());
            if alarm.threshold_metric_id.is_some() {
                let (upper, lower) = all.band.get_or_insert_default();
                let mut edges = edges.into_iter();
                upper.extend(edges.next().unwrap_or_default());
                lower.extend(edges.next().unwrap_or_default());
            }
        }
        Ok(all)
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The datapoints of these slots.
    pub fn of(&self, slots: &[Stretch]) -> Vec<Option<Datapoint>> {
        slots.iter().map(|slot| self.at(slot.start.as_second())).collect()
    }

    fn at(&self, start: i64) -> Option<Datapoint> {
        let at = |points: &Points| {
            let place = points.binary_search_by_key(&start, |(at, _)| *at).ok()?;
            points.get(place).map(|(_, value)| *value)
        };
        let band =
            self.band.as_ref().and_then(|(upper, lower)| Some(Band { lower: at(lower)?, upper: at(upper)? }));
        Some(Datapoint { value: at(&self.values)?, samples: self.samples.as_ref().and_then(at), band })
    }

    /// As a backtest reads them, over all periods of a time; `None` of `slots` where they are all of the same length.
    pub fn series(&self, window: Window, period: i64, slots: Option<&[Stretch]>) -> Result<Series> {
        let start = Timestamp::from_second(window.from).unwrap_or(Timestamp::UNIX_EPOCH);
        let count = usize::try_from((window.to - window.from) / period.max(1)).unwrap_or(0);
        let column = |points: &Points| -> Vec<f64> {
            match slots {
                Some(slots) => slots
                    .iter()
                    .map(|slot| {
                        let start = slot.start.as_second();
                        let place = points.binary_search_by_key(&start, |(at, _)| *at).ok();
                        place.and_then(|place| points.get(place)).map_or(f64::NAN, |(_, value)| *value)
                    })
                    .collect(),
                None => {
                    let mut column = vec![f64::NAN; count];
                    for (at, value) in points {
                        let slot = usize::try_from((at - window.from).div_euclid(period.max(1)));
                        if let Some(place) = slot.ok().and_then(|slot| column.get_mut(slot)) {
                            *place = *value;
                        }
                    }
                    column
                }
            }
        };
        let values = column(&self.values);
        let build = || -> Result<Series, Uneven> {
            let mut series = match slots {
                Some(slots) => Series::of_slots(slots, values)?,
                None => Series::new(start, period, values),
            };
            if let Some(samples) = &self.samples {
                series = series.with_samples(column(samples))?;
            }
            if let Some((upper, lower)) = &self.band {
                let edges = column(lower).into_iter().zip(column(upper));
                series = series.with_bands(edges.map(|(lower, upper)| Band { lower, upper }).collect())?;
            }
            Ok(series)
        };
        build().map_err(|error| Error::failed("the datapoints do not fit together").because(error).into())
    }
}

/// The times in which slots follow each other by whole periods; a day of 23 or 25 hours ends one.
pub fn windows(slots: &[Stretch], period: i64) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for slot in slots {
        let (from, to) = (slot.start.as_second(), slot.end.as_second());
        match windows.last_mut() {
            Some(last) if last.to == from && (from - last.from) % period.max(1) == 0 => last.to = to,
            _ => windows.push(Window { from, to }),
        }
    }
    windows
}

/// What is to be known of the expressions of an alarm whose values the service computes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expressions {
    /// What is not understood of them: such an alarm is not judged.
    pub faults: Vec<String>,
    /// What makes the answer less sure.
    pub notes: Vec<String>,
}

impl Expressions {
    pub fn of(alarm: &MetricAlarm) -> Self {
        let mut found = Expressions::default();
        if alarm.is_insights() {
            found.faults.push(
                "a Metrics Insights query has contributors, each with a state of its own, which CloudWatch alone keeps"
                    .to_owned(),
            );
            return found;
        }
        let program = match alarm.program() {
            Ok(program) => program,
            Err(faults) => {
                found.faults = faults.iter().map(|fault| format!("the expression {fault}")).collect();
                return found;
            }
        };
        let mut alone = BTreeSet::new();
        for (id, expression) in program.expressions() {
            if alarm.threshold_metric_id.as_deref() == Some(id) {
                continue;
            }
            for error in expression.unsupported() {
                alone.extend(error.message.split_once(" is computed").map(|(name, _)| name.to_owned()));
            }
        }
        let watched = alarm.judged_query().map_or("", |judged| judged.id.as_str());
        let shifts = program.lint_for_alarm(watched).into_iter();
        let shifts = shifts.filter(|(_, finding)| finding.lint == Lint::WindowScalar);
        found.notes.extend(shifts.map(|(_, finding)| finding.message));
        found.notes.extend(alone.into_iter().map(|name| {
            format!(
                "{name} is computed by CloudWatch alone: its values are taken as GetMetricData gives them now"
            )
        }));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn slot(from: i64, to: i64) -> Stretch {
        let at = |second| Timestamp::from_second(second).unwrap();
        Stretch { start: at(from), end: at(to) }
    }

    #[test]
    fn a_day_of_another_length_ends_a_window() {
        let told = |slots: &[Stretch]| -> Vec<(i64, i64)> {
            windows(slots, 100).iter().map(|window| (window.from, window.to)).collect()
        };
        assert_eq!(told(&[slot(0, 100), slot(100, 200)]), [(0, 200)]);
        assert_eq!(told(&[slot(0, 100), slot(100, 190), slot(190, 290)]), [(0, 190), (190, 290)]);
        assert_eq!(told(&[slot(0, 100), slot(100, 210), slot(210, 310)]), [(0, 210), (210, 310)]);
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn values_are_found_by_the_start_of_their_periods() {
        let datapoints = Datapoints {
            values: vec![(0, 1.0), (200, 3.0)],
            samples: Some(vec![(0, 10.0)]),
            band: Some((vec![(0, 9.0), (200, 9.0)], vec![(0, 5.0)])),
            notes: Vec::new(),
        };
        let slots = [slot(0, 100), slot(100, 200), slot(200, 300)];
        let of = datapoints.of(&slots);
        let band = Some(Band { lower: 5.0, upper: 9.0 });
        assert_eq!(of[0], Some(Datapoint { value: 1.0, samples: Some(10.0), band }));
        assert_eq!((of[1], of[2]), (None, Some(Datapoint { value: 3.0, samples: None, band: None })));
        let window = Window { from: 0, to: 300 };
        for slots in [None, Some(&slots[..])] {
            let series = datapoints.series(window, 100, slots).unwrap();
            assert_eq!((series.len(), series.end(2).as_second()), (3, 300));
            assert_eq!(series.datapoint(0), of[0]);
            assert_eq!((series.datapoint(1), series.datapoint(2).map(|it| it.value)), (None, Some(3.0)));
        }
    }

    #[test]
    fn expressions_that_are_not_known_are_named() {
        let of = |expression: &str| {
            let m1 = json!({ "Id": "m1", "ReturnData": false, "MetricStat": { "Stat": "Sum", "Period": 60,
                "Metric": { "Namespace": "N", "MetricName": "M" } } });
            let document = json!({ "Metrics": [m1, { "Id": "e1", "Expression": expression }] });
            Expressions::of(&MetricAlarm::read(&document).unwrap())
        };
        assert_eq!(of("m1 * 2"), Expressions::default());
        let unknown = of("FORECAST(m1)");
        assert!(unknown.faults[0].starts_with("the expression e1: "), "{unknown:?}");
        assert!(unknown.faults[0].contains("FORECAST"), "{unknown:?}");
        assert!(of("SELECT AVG(a) FROM b").faults[0].contains("Insights"));
        let alone = of("m1 / SERVICE_QUOTA(m1)");
        assert!(
            alone.faults.is_empty() && alone.notes[0].starts_with("SERVICE_QUOTA is computed"),
            "{alone:?}"
        );
        assert!(of("m1 - TIME_SERIES(AVG(m1))").notes[0].contains("AVG looks at all datapoints"));
    }
}
