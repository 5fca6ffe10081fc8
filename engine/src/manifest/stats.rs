//! What a list is like: how many objects and bytes, by storage class, age and size. Counts, and holds nothing else.

use std::collections::BTreeMap;

use super::record::ObjectRecord;

const DAY: i64 = 86_400_000;
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// Storage classes are an open set, and a list may be of anything.
const MAX_CLASSES: usize = 40;
/// Where the classes go that are too many.
const OTHER: &str = "OTHER";

/// Ages, in milliseconds below which they are.
const AGES: [(&str, i64); 7] = [
    ("under 1 day", DAY),
    ("1 to 7 days", 7 * DAY),
    ("7 to 30 days", 30 * DAY),
    ("30 to 90 days", 90 * DAY),
    ("90 to 365 days", 365 * DAY),
    ("1 to 3 years", 3 * 365 * DAY),
    ("over 3 years", i64::MAX),
];

/// Sizes, in bytes up to which they are. 128 KiB is what the infrequent-access classes bill at least, and 5 GiB the most
/// that a job can copy.
const SIZES: [(&str, u64); 9] = [
    ("empty", 0),
    ("up to 1 KiB", KIB),
    ("up to 128 KiB", 128 * KIB),
    ("up to 1 MiB", MIB),
    ("up to 16 MiB", 16 * MIB),
    ("up to 128 MiB", 128 * MIB),
    ("up to 1 GiB", GIB),
    ("up to 5 GiB", 5 * GIB),
    ("over 5 GiB", u64::MAX),
];

/// How many, and how many bytes as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub objects: u64,
    pub bytes: u64,
}

impl Tally {
    fn add(&mut self, size: Option<u64>) {
        self.objects += 1;
        self.bytes = self.bytes.saturating_add(size.unwrap_or_default());
    }
}

/// Counts while records go by.
#[derive(Debug, Clone)]
pub struct Stats {
    now: i64,
    pub all: Tally,
    /// Of so many the size is known.
    pub sized: u64,
    pub delete_markers: u64,
    /// Versions that are not the latest.
    pub noncurrent: u64,
    /// With a version id.
    pub versioned: u64,
    buckets: BTreeMap<String, Tally>,
    classes: BTreeMap<String, Tally>,
    ages: [Tally; AGES.len()],
    sizes: [Tally; SIZES.len()],
}

impl Stats {
    /// Ages are counted from `now`, in milliseconds since 1970.
    pub fn new(now: i64) -> Self {
        Stats {
            now,
            all: Tally::default(),
            sized: 0,
            delete_markers: 0,
            noncurrent: 0,
            versioned: 0,
            buckets: BTreeMap::new(),
            classes: BTreeMap::new(),
            ages: [Tally::default(); AGES.len()],
            sizes: [Tally::default(); SIZES.len()],
        }
    }

    pub fn add(&mut self, record: &ObjectRecord<'_>) {
        self.versioned += u64::from(record.version_id.is_some());
        self.noncurrent += u64::from(record.is_latest == Some(false));
        if record.is_delete_marker {
            self.delete_markers += 1;
            return;
        }
        let size = record.size;
        self.all.add(size);
        counted(&mut self.buckets, record.bucket, size);
        if let Some(class) = record.storage_class {
            counted(&mut self.classes, class, size);
        }
        if let Some(modified) = record.last_modified {
            let age = self.now.saturating_sub(modified);
            // The last one has no end.
            let place = AGES.iter().position(|(_, below)| age < *below).unwrap_or(AGES.len() - 1);
            if let Some(tally) = self.ages.get_mut(place) {
                tally.add(size);
            }
        }
        if let Some(bytes) = size {
            self.sized += 1;
            let place = SIZES.iter().position(|(_, most)| bytes <= *most).unwrap_or(SIZES.len() - 1);
            if let Some(tally) = self.sizes.get_mut(place) {
                tally.add(size);
            }
        }
    }

    /// By name.
    pub fn buckets(&self) -> impl Iterator<Item = (&str, Tally)> {
        self.buckets.iter().map(|(name, tally)| (name.as_str(), *tally))
    }

    /// By name; empty where the list does not say.
    pub fn classes(&self) -> impl Iterator<Item = (&str, Tally)> {
        self.classes.iter().map(|(name, tally)| (name.as_str(), *tally))
    }

    /// From the youngest to the oldest; all of them, or none where the list does not say.
    pub fn ages(&self) -> impl Iterator<Item = (&'static str, Tally)> {
        all_or_none(AGES.iter().map(|(name, _)| *name).zip(self.ages))
    }

    /// From the smallest to the largest; all of them, or none where the list does not say.
    pub fn sizes(&self) -> impl Iterator<Item = (&'static str, Tally)> {
        all_or_none(SIZES.iter().map(|(name, _)| *name).zip(self.sizes))
    }
}

fn all_or_none<T>(tallies: impl Iterator<Item = (T, Tally)> + Clone) -> impl Iterator<Item = (T, Tally)> {
    let any = tallies.clone().any(|(_, tally)| tally.objects > 0);
    tallies.filter(move |_| any)
}

fn counted(tallies: &mut BTreeMap<String, Tally>, name: &str, size: Option<u64>) {
    if let Some(tally) = tallies.get_mut(name) {
        return tally.add(size);
    }
    let name = if tallies.len() < MAX_CLASSES { name } else { OTHER };
    tallies.entry(name.to_owned()).or_default().add(size);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_counted_by_class_age_and_size() {
        let now = 1_000 * DAY;
        let mut stats = Stats::new(now);
        for (size, days, class) in
            [(0, 0, "STANDARD"), (KIB, 1, "STANDARD"), (KIB + 1, 6, "GLACIER"), (5 * GIB + 1, 999, "GLACIER")]
        {
            stats.add(&ObjectRecord {
                bucket: "data-1",
                key: "k",
                size: Some(size),
                last_modified: Some(now - days * DAY),
                storage_class: Some(class),
                version_id: Some("null"),
                is_latest: Some(days == 0),
                ..ObjectRecord::default()
            });
        }
        stats.add(&ObjectRecord {
            bucket: "data-1",
            key: "k",
            is_delete_marker: true,
            ..ObjectRecord::default()
        });
        assert_eq!((stats.all.objects, stats.all.bytes), (4, 5 * GIB + 2 * KIB + 2));
        assert_eq!((stats.sized, stats.delete_markers, stats.noncurrent, stats.versioned), (4, 1, 3, 4));
        let counts = |tallies: Vec<(&str, Tally)>| -> Vec<(String, u64)> {
            let some = tallies.into_iter().filter(|(_, tally)| tally.objects > 0);
            some.map(|(name, tally)| (name.to_owned(), tally.objects)).collect()
        };
        let named = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
            pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        assert_eq!(counts(stats.classes().collect()), named(&[("GLACIER", 2), ("STANDARD", 2)]));
        assert_eq!(
            counts(stats.ages().collect()),
            named(&[("under 1 day", 1), ("1 to 7 days", 2), ("1 to 3 years", 1)])
        );
        assert_eq!(
            counts(stats.sizes().collect()),
            named(&[("empty", 1), ("up to 1 KiB", 1), ("up to 128 KiB", 1), ("over 5 GiB", 1)])
        );
    }

    #[test]
    fn what_a_list_does_not_say_is_not_counted() {
        let mut stats = Stats::new(0);
        stats.add(&ObjectRecord { bucket: "data-1", key: "k", ..ObjectRecord::default() });
        assert_eq!((stats.all.objects, stats.sized), (1, 0));
        assert_eq!((stats.classes().count(), stats.ages().count(), stats.sizes().count()), (0, 0, 0));
    }

    #[test]
    fn classes_beyond_all_measure_are_counted_together() {
        let mut stats = Stats::new(0);
        for number in 0..1000 {
            let class = format!("CLASS_{number}");
            let storage_class = Some(class.as_str());
            stats.add(&ObjectRecord { bucket: "b", key: "k", storage_class, ..ObjectRecord::default() });
        }
        assert_eq!(stats.classes().count(), MAX_CLASSES + 1);
        assert_eq!(stats.classes().map(|(_, tally)| tally.objects).sum::<u64>(), 1000);
    }
}
