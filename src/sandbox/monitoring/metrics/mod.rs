//! What was published: series of data by namespace, name and dimensions, on disk and in memory. There is room for some,
//! and for 455 days; the oldest makes it. What becomes of data in periods is the engine's business.

mod datum;

pub use datum::{Datum, Line, MetricId, Values};
use opsctl_engine::evaluation::data::Sample;

use super::lines::Lines;
use super::own::Waiting;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values in all. When there are more, a tenth of them goes at once.
const MOST: usize = 500_000;
const DAY: i64 = 24 * 60 * 60;
/// Nothing older is kept.
const KEPT: i64 = 455 * DAY;
/// A metric is listed for so long after its newest datum.
const LISTED: i64 = 14 * DAY;

pub struct Metrics {
    kept: Mutex<Kept>,
    /// What the sandbox's own services have published and nobody has looked for yet.
    waiting: Waiting,
}

struct Kept {
    series: BTreeMap<MetricId, Vec<Datum>>,
    /// Values in all.
    count: usize,
    lines: Lines,
}

impl Metrics {
    pub fn open(folder: &Path, now: Timestamp, waiting: Waiting) -> Self {
        let (mut series, mut count) = (BTreeMap::new(), 0);
        let oldest = now.as_second() - KEPT;
        let lines = Lines::open(folder.join("metrics.jsonl"), |line: Line| {
            if line.datum.at >= oldest {
                count += line.datum.values.count();
                insert(&mut series, line);
            }
        });
        Metrics { kept: Mutex::new(Kept { series, count, lines }), waiting }
    }

    /// Takes data: they are on disk when this returns.
    pub fn put(&self, published: Vec<Line>) {
        self.kept().take(published);
    }

    /// Takes what the sandbox's own services have published, too.
    pub fn take_in(&self) {
        drop(self.kept());
    }

    /// Those with data since so many seconds before now, in order.
    pub fn list(
        &self,
        now: Timestamp,
        since: Option<i64>,
        is_wanted: impl Fn(&MetricId) -> bool,
    ) -> Vec<MetricId> {
        let oldest = now.as_second() - since.unwrap_or(LISTED);
        let kept = self.kept();
        let active = kept.series.iter().filter(|(_, data)| data.last().is_some_and(|last| last.at >= oldest));
        active.map(|(id, _)| id).filter(|id| is_wanted(id)).cloned().collect()
    }

    /// The data of a metric from a second on to before another, oldest first; those of one unit, if one is asked for.
    pub fn samples(&self, id: &MetricId, unit: Option<&str>, from: i64, to: i64) -> Vec<Sample> {
        let kept = self.kept();
        let Some(data) = kept.series.get(id) else { return Vec::new() };
        let start = data.partition_point(|datum| datum.at < from);
        let data = data.iter().skip(start).take_while(|datum| datum.at < to);
        let data =
            data.filter(|datum| unit.is_none_or(|unit| datum.unit.as_deref().unwrap_or("None") == unit));
        data.map(|datum| Sample { at: datum.at, published: datum.values.period() }).collect()
    }

    /// The unit that a metric is published in.
    pub fn unit(&self, id: &MetricId) -> Option<String> {
        self.kept().series.get(id).and_then(|data| data.last()).and_then(|datum| datum.unit.clone())
    }

    /// With all that has come until now.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take(self.waiting.take());
        kept
    }
}

impl Kept {
    fn take(&mut self, published: Vec<Line>) {
        if published.is_empty() {
            return;
        }
        self.lines.add(&published);
        for line in published {
            self.count += line.datum.values.count();
            insert(&mut self.series, line);
        }
        self.make_room();
    }

    fn make_room(&mut self) {
        if self.count > MOST {
            let mut times: Vec<(i64, usize)> =
                self.series.values().flatten().map(|datum| (datum.at, datum.values.count())).collect();
            times.sort_unstable();
            let mut too_many = self.count - MOST + MOST / 10;
            let cut = times.iter().find(|(_, count)| {
                let is_enough = *count >= too_many;
                too_many = too_many.saturating_sub(*count);
                is_enough
            });
            let oldest = cut.map_or(i64::MAX, |(at, _)| at.saturating_add(1));
            for data in self.series.values_mut() {
                data.drain(..data.partition_point(|datum| datum.at < oldest));
            }
            self.series.retain(|_, data| !data.is_empty());
            self.count = self.series.values().flatten().map(|datum| datum.values.count()).sum();
        }
        if self.lines.are_old(self.series.values().map(Vec::len).sum()) {
            let Kept { series, lines, .. } = self;
            let all = series.iter().flat_map(|(id, data)| data.iter().map(move |datum| (id, datum)));
            lines.replace(all.map(|(id, datum)| datum::LineRef { id, datum }));
        }
    }
}

fn insert(series: &mut BTreeMap<MetricId, Vec<Datum>>, Line { id, datum }: Line) {
    let data = series.entry(id).or_default();
    let place = data.partition_point(|other| other.at <= datum.at);
    data.insert(place, datum);
}

#[cfg(test)]
mod tests {
    use super::super::{Clock, Own};
    use super::*;
    use opsctl_engine::evaluation::data::Statistic;
    use std::fs;
    use std::sync::Arc;

    fn line(name: &str, at: i64, value: f64) -> Line {
        let id =
            MetricId { namespace: "N".into(), name: name.into(), dimensions: vec![("a".into(), "b".into())] };
        Line { id, datum: Datum { at, unit: None, is_high: false, values: Values::One(value) } }
    }

    fn open(folder: &Path) -> Metrics {
        Metrics::open(folder, now(), Own::new(Arc::new(Clock::open(folder))).1)
    }

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_was_published_is_there_after_a_restart_and_in_order() {
        let folder = std::env::temp_dir().join(format!("opsctl-metrics-{}", crate::random::hex(16).unwrap()));
        let metrics = open(&folder);
        let at = now().as_second();
        metrics.put(vec![line("m", at, 3.0), line("m", at - 120, 1.0), line("old", at - 20 * DAY, 0.0)]);
        metrics.put(vec![line("m", at - 60, 2.0)]);
        drop(metrics);
        let metrics = open(&folder);
        let id = line("m", 0, 0.0).id;
        let sums: Vec<Option<f64>> = metrics
            .samples(&id, None, at - 120, at)
            .iter()
            .map(|sample| sample.published.statistic(Statistic::Sum))
            .collect();
        assert_eq!(sums, [Some(1.0), Some(2.0)]);
        assert!(metrics.samples(&id, Some("Count"), 0, at).is_empty());
        assert_eq!(metrics.samples(&id, Some("None"), 0, at).len(), 2);
        let names = |since| -> Vec<String> {
            metrics.list(now(), since, |_| true).into_iter().map(|id| id.name).collect()
        };
        assert_eq!((names(None), names(Some(30 * DAY)).len()), (vec!["m".to_owned()], 2));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_oldest_makes_room_on_disk_too() {
        let folder = std::env::temp_dir().join(format!("opsctl-metrics-{}", crate::random::hex(16).unwrap()));
        let metrics = open(&folder);
        let at = now().as_second();
        let values: Vec<(f64, f64)> = (0..150).map(|value| (f64::from(value), 1.0)).collect();
        let many = |at| {
            let mut line = line("m", at, 0.0);
            line.datum.values = Values::Many(values.clone());
            line
        };
        let lines = MOST / 150 + 200;
        metrics
            .put((0..lines).map(|number| many(at - 60 * i64::try_from(lines - number).unwrap())).collect());
        let kept = metrics.kept();
        assert!(kept.count <= MOST && kept.count > MOST * 8 / 10, "{}", kept.count);
        assert_eq!(kept.series.values().next().unwrap().last().unwrap().at, at - 60);
        drop(kept);
        fs::remove_dir_all(folder).unwrap();
    }
}
