//! How long a listing takes, in a time that is made up: every page takes 80 ms, whatever else is in flight.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::bucket::{Keys, listed};
use crate::listing::Plan;

const LATENCY: Duration = Duration::from_millis(80);
/// Keys of a page, half as many as S3 gives: what counts is how many pages there are.
const PAGE: usize = 500;

/// What a listing took.
#[derive(Debug, Clone, Copy)]
struct Pace {
    time: Duration,
    requests: usize,
    /// Of them, those that had no key of their range.
    empty: usize,
}

fn pace(keys: &Keys, most: usize) -> Pace {
    let mut plan = Plan::new([String::new()], most, 1);
    let mut now = Duration::ZERO;
    let mut flying = BinaryHeap::new();
    let mut held = Vec::new();
    let (mut rows, mut empty) = (0, 0);
    loop {
        while let Some(request) = plan.next(now) {
            flying.push(Reverse((now + LATENCY, held.len())));
            held.push(Some(request));
        }
        assert!(flying.len() <= most);
        let Some(Reverse((at, index))) = flying.pop() else { break };
        now = at;
        let request = held[index].take().unwrap();
        if let Some(folder) = &request.folder {
            let (names, is_whole) = keys.names(folder, PAGE);
            plan.names(&request, &names.iter().map(String::as_str).collect::<Vec<_>>(), is_whole);
            continue;
        }
        let (page, next) = keys.page(&request, PAGE);
        let taken = listed(&page, next.as_ref(), |listed| plan.page(request.range, listed)).keys;
        rows += taken;
        empty += usize::from(taken == 0);
    }
    assert!(plan.is_done());
    assert_eq!(rows, keys.count, "{}", keys.name);
    Pace { time: now, requests: held.len(), empty }
}

fn shapes(count: usize) -> Vec<Keys> {
    let hash = |n: usize| (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let digits = |n: usize| format!("{n:09}");
    // As even as a hash is, and in order.
    let hex = move |n: usize| {
        format!(
            "{:08x}-{:04x}-4{:03x}",
            (n as u64 * (u64::from(u32::MAX) / count as u64)) + hash(n) % 4000,
            hash(n) >> 48,
            (hash(n) >> 20) & 0xfff
        )
    };
    let nested = |n: usize| {
        let words = ["alpha", "beta", "delta", "gamma", "kappa", "lambda", "omega", "sigma", "tau", "zeta"];
        let (top, middle, file) = (n / (100 * PAGE) % 10, n / PAGE % 100, n % PAGE);
        format!("{}/{}-{:02}/file-{:04}.json", words[top], words[middle / 10], middle, file)
    };
    let dates = |n: usize| {
        // A little more than a page an hour from 1 January on.
        let an_hour = PAGE * 6 / 5;
        let hour = n / an_hour;
        let (day, hour) = (hour / 24, hour % 24);
        format!(
            "logs/app/2026/{:02}/{:02}/{:02}/host-{:02}-{:06}.log.gz",
            day / 28 + 1,
            day % 28 + 1,
            hour,
            n % an_hour / 60,
            n % 60 * 977
        )
    };
    // Nine of ten in one folder far down, the others in a thousand small ones.
    let skewed = move |n: usize| {
        let small = count / 20;
        if n < small {
            format!("a/{:03}/{:06}", n / (small / 500).max(1), n)
        } else if n < count - small {
            format!("m/deep/er/still/events/part-{:07}", n - small)
        } else {
            let n = n - (count - small);
            format!("z/{:03}/{:06}", n / (small / 500).max(1), n)
        }
    };
    vec![
        Keys::new("digits", count, digits),
        Keys::new("hex", count, hex),
        Keys::new("nested", count, nested),
        Keys::new("dates", count, dates),
        Keys::new("skewed", count, skewed),
    ]
}

/// Shapes that are not in order by themselves: ids, words, and folders of very different sizes.
fn mixed(count: usize) -> Vec<Keys> {
    let mut dice = 7u64;
    let mut roll = move || {
        dice = dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (dice ^ dice >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    };
    let uuid = |one: u64, two: u64| {
        format!("{:08x}-{:04x}-4{:03x}-{:016x}", one >> 32, one >> 16 & 0xffff, one & 0xfff, two)
    };
    let uuids: Vec<String> = (0..count).map(|_| format!("data/{}.parquet", uuid(roll(), roll()))).collect();
    let mut folders = Vec::with_capacity(count);
    for _ in 0..count / (5 * PAGE) {
        let id = uuid(roll(), roll());
        folders.extend((0..5 * PAGE).map(|n| format!("{id}/part-{n:05}.snappy")));
    }
    let mut words: Vec<String> = Vec::new();
    while words.len() < 100 {
        let two = |roll: u64| {
            let consonants = b"bcdfghklmnprstvz";
            [consonants[roll as usize % 16] as char, b"aeiou"[roll as usize / 16 % 5] as char]
        };
        let word: String = (0..2 + roll() % 3).flat_map(|_| two(roll())).collect();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.sort();
    let small = count / 5;
    let giant = (0..count).map(|n| match n.checked_sub(count - small) {
        None => format!("{}/giant/{n:08}", words[50]),
        Some(n) => format!("{}/small-{}/{n:06}", words[n * 100 / small], n % 7),
    });
    let giant = giant.collect();
    let two = (0..count).map(|n| {
        format!("{}/{}/{n:06}.csv", words[roll() as usize % 20 * 5], words[roll() as usize % 30 * 3])
    });
    let two = two.collect();
    let five = (0..count).map(|_| {
        let (a, id) = (roll() as usize % 2400, roll() >> 32);
        let at = [a % 4 * 20, a / 4 % 5 * 10 + 3, a / 20 % 6 * 7, a / 120 % 5 * 9 + 1, a / 600 * 11 + 2];
        format!("{}/{id:08x}.bin", at.map(|at| words[at].as_str()).join("/"))
    });
    let five = five.collect();
    vec![
        Keys::list("uuids", uuids),
        Keys::list("folders of uuids", folders),
        Keys::list("one giant folder among small ones", giant),
        Keys::list("two levels", two),
        Keys::list("five levels", five),
        Keys::new("100 folders", count, move |n| {
            format!("user-{:03}/obj-{:05}", n / (10 * PAGE), n % (10 * PAGE))
        }),
        Keys::new("a folder for each key", count, |n| format!("id-{n:07}/data.json")),
    ]
}

/// 15.6 rounds of 80 ms are the least there can be; the plan needs 21 to 25, and the slowest shape a fifth more than the
/// fastest.
#[test]
fn a_thousand_pages_of_every_shape_take_the_same_time_within_a_fifth() {
    let all = shapes(1000 * PAGE).into_iter().chain(mixed(1000 * PAGE));
    let paces: Vec<_> = all.map(|keys| (keys.name, pace(&keys, 64))).collect();
    println!("{paces:#?}");
    let times = paces.iter().map(|(_, pace)| pace.time);
    let (fastest, slowest) = (times.clone().min().unwrap(), times.max().unwrap());
    assert!(slowest <= Duration::from_millis(2080), "{paces:#?}");
    assert!(slowest.as_secs_f64() <= 1.2 * fastest.as_secs_f64(), "{paces:#?}");
    for (name, pace) in &paces {
        assert!(pace.requests < 1450 && pace.empty < 250, "{name}: {pace:?}");
    }
}

#[test]
fn more_and_fewer_keys_keep_what_is_in_flight_busy() {
    for (pages, most, rounds) in [(100, 64, 12), (300, 64, 18), (1000, 16, 80)] {
        for keys in shapes(pages * PAGE) {
            let pace = pace(&keys, most);
            assert!(pace.time <= LATENCY * rounds, "{pages} {} {most}: {pace:?}", keys.name);
        }
    }
}
