//! Whatever is in flight, wherever ranges are cut and however short pages are: the ranges together hold every key once, in
//! order.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use crate::listing::{Listed, Marker, Plan, Request, Split};

/// A bucket of versions: how many each key has.
type Bucket = BTreeMap<String, usize>;

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// What S3 would give: at most `size` entries, fewer when it likes, and sometimes none although there are more.
fn page(
    bucket: &Bucket,
    prefix: &str,
    request: &Request,
    size: usize,
    versions: bool,
) -> (Vec<(String, usize)>, Option<Marker>) {
    let after = request.after.clone().unwrap_or_default();
    // A token is the number of the last entry; it beats the key.
    let entries = bucket.iter().filter(|(key, _)| key.starts_with(prefix));
    let entries: Vec<(String, usize)> =
        entries.flat_map(|(key, count)| (0..*count).map(move |version| (key.clone(), version))).collect();
    let start = match (&after.token, &after.version) {
        (Some(token), _) => token.parse().unwrap(),
        (None, Some(version)) => {
            let at = (after.key.clone(), version.parse::<usize>().unwrap());
            entries.partition_point(|entry| *entry <= at)
        }
        (None, None) => entries.partition_point(|(key, _)| *key <= after.key),
    };
    let end = (start + size).min(entries.len());
    let page = entries[start..end].to_vec();
    let next = (end < entries.len()).then(|| match page.last() {
        _ if !versions => Marker {
            key: page.last().map_or(after.key, |(key, _)| key.clone()),
            version: None,
            token: Some(end.to_string()),
        },
        Some((key, version)) => Marker { key: key.clone(), version: Some(version.to_string()), token: None },
        None => after,
    });
    (page, next)
}

/// What each range gave, by its number.
type Rows = BTreeMap<usize, Vec<(String, usize)>>;

struct Listing<'a> {
    bucket: &'a Bucket,
    prefixes: &'a [String],
    size: usize,
    versions: bool,
}

impl Listing<'_> {
    /// Lists until the end, or until so many pages were taken; gives what happened.
    fn run(&self, plan: &mut Plan, dice: &mut Dice, rows: &mut Rows, pages: usize, log: &mut Vec<Happened>) {
        let mut flying: Vec<Request> = Vec::new();
        let mut now = Duration::ZERO;
        let mut taken = 0;
        while !plan.is_done() && taken < pages {
            now += Duration::from_secs(1);
            while let Some(request) = plan.next(now) {
                log.extend(request.split.clone().map(Happened::Split));
                flying.push(request);
            }
            if flying.is_empty() {
                // Nothing but a pause keeps a plan from going on.
                assert!(plan.paused_until(now).is_some());
                continue;
            }
            let request = flying.swap_remove(dice.roll(flying.len()));
            let roll = dice.roll(8);
            if let (Some(folder), 2..) = (&request.folder, roll) {
                // Some of what is there, and some of what is not: it is a guess, whatever is answered.
                let keys = self.bucket.keys().filter(|key| key.starts_with(folder.as_str()));
                let mut names: Vec<&str> = keys
                    .map(|key| {
                        let slash = key[folder.len()..].find('/');
                        &key[..slash.map_or(key.len(), |slash| folder.len() + slash + 1)]
                    })
                    .collect();
                names.dedup();
                names.truncate(dice.roll(names.len() + 3));
                plan.names(&request, &names, dice.roll(4) > 0);
                continue;
            }
            match roll {
                0 => plan.slow_down(&request, now),
                1 => plan.again(&request),
                _ => {
                    // Only a token can say that an empty page is not the last.
                    let least = usize::from(self.versions || request.after.is_none());
                    let size = dice.roll(self.size + 1).max(least);
                    let prefix = &self.prefixes[request.root];
                    let (page, next) = page(self.bucket, prefix, &request, size, self.versions);
                    let keys: Vec<&str> = page.iter().map(|(key, _)| key.as_str()).collect();
                    let kept = plan.page(request.range, Listed { keys: &keys, next: next.as_ref() });
                    let next = next.filter(|_| !kept.done);
                    rows.entry(request.range).or_default().extend_from_slice(&page[..kept.keys]);
                    log.push(Happened::Page(request.range, next.map(|next| Marker { token: None, ..next })));
                    taken += 1;
                }
            }
        }
    }

    fn expected(&self) -> Vec<(String, usize)> {
        let under = |prefix: &String| {
            let keys = self.bucket.iter().filter(|(key, _)| key.starts_with(prefix.as_str()));
            keys.flat_map(|(key, count)| (0..*count).map(|version| (key.clone(), version)))
                .collect::<Vec<_>>()
        };
        self.prefixes.iter().flat_map(under).collect()
    }
}

#[derive(Debug, Clone)]
enum Happened {
    Split(Split),
    Page(usize, Option<Marker>),
}

fn in_order(plan: &Plan, roots: usize, rows: &Rows) -> Vec<(String, usize)> {
    let ranges = (0..roots).flat_map(|root| plan.in_order(root).collect::<Vec<_>>());
    ranges.flat_map(|range| rows.get(&range).cloned().unwrap_or_default()).collect()
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab]{1,4}/[0-3]{1,3}",
        2 => "2026/[01][0-9]/[0-3][0-9]/x",
        1 => "[\\x01-\\x7f]{1,3}",
        1 => "\\PC{1,4}",
        1 => "(a|\u{d7ff}|\u{e000}|\u{10ffff}){1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_parallel_listing_is_the_sequential_one(
        keys in prop::collection::btree_map(key(), 1usize..4, 0..120),
        size in 1usize..20,
        most in 1usize..12,
        seed: u64,
        versions: bool,
        prefixes in prop::collection::vec(prop_oneof![Just(""), Just("a"), Just("2026/")], 1..3),
        cuts in prop::collection::vec(key(), 0..6),
    ) {
        let bucket: Bucket = match versions {
            true => keys,
            false => keys.into_keys().map(|key| (key, 1)).collect(),
        };
        let prefixes: Vec<String> = prefixes.into_iter().map(str::to_owned).collect();
        let listing = Listing { bucket: &bucket, prefixes: &prefixes, size, versions };
        let mut plan = Plan::new(prefixes.iter().cloned(), most, seed);
        // Wherever else a range may be cut.
        for (index, at) in cuts.into_iter().enumerate() {
            plan.replay_split(&Split { range: index, at });
        }
        let (mut rows, mut dice) = (Rows::new(), Dice(seed));
        listing.run(&mut plan, &mut dice, &mut rows, usize::MAX, &mut Vec::new());
        prop_assert_eq!(in_order(&plan, prefixes.len(), &rows), listing.expected());
    }

    #[test]
    fn a_listing_that_was_left_goes_on_where_it_was(
        keys in prop::collection::btree_map(key(), 1usize..4, 0..120),
        size in 1usize..20,
        most in 1usize..12,
        seed: u64,
        versions: bool,
        left_after in prop::collection::vec(0usize..30, 1..4),
    ) {
        let bucket: Bucket = match versions {
            true => keys,
            false => keys.into_keys().map(|key| (key, 1)).collect(),
        };
        let prefixes = vec![String::new()];
        let listing = Listing { bucket: &bucket, prefixes: &prefixes, size, versions };
        let (mut rows, mut dice, mut log) = (Rows::new(), Dice(seed), Vec::new());
        for pages in left_after.into_iter().chain([usize::MAX]) {
            let mut plan = Plan::new(prefixes.iter().cloned(), most, seed);
            for happened in &log {
                match happened {
                    Happened::Split(split) => prop_assert!(plan.replay_split(split).is_some()),
                    Happened::Page(range, next) => plan.replay_page(*range, next.clone()),
                }
            }
            listing.run(&mut plan, &mut dice, &mut rows, pages, &mut log);
            if plan.is_done() {
                prop_assert_eq!(in_order(&plan, 1, &rows), listing.expected());
            }
        }
    }
}
