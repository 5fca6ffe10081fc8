//! How long a listing takes, in a time that is made up: every page takes 80 ms, whatever else is in flight.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::bucket::{Keys, listed};
use crate::listing::Plan;

const LATENCY: Duration = Duration::from_millis(80);

/// The time, and the number of requests.
fn pace(keys: &Keys, most: usize) -> (Duration, usize) {
    let mut plan = Plan::new([String::new()], most, 1);
    let mut now = Duration::ZERO;
    let mut flying = BinaryHeap::new();
    let mut held = Vec::new();
    let mut rows = 0;
    loop {
        while let Some(request) = plan.next(now) {
            flying.push(Reverse((now + LATENCY, held.len())));
            held.push(Some(request));
        }
        assert!(flying.len() <= most);
        let Some(Reverse((at, index))) = flying.pop() else { break };
        now = at;
        let request = held[index].take().unwrap();
        let (page, next) = keys.page(&request, 1000);
        rows += listed(&page, next.as_ref(), |listed| plan.page(request.range, listed)).keys;
    }
    assert!(plan.is_done());
    assert_eq!(rows, keys.count, "{}", keys.name);
    (now, held.len())
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
        let (top, middle, file) = (n / 100_000 % 10, n / 1000 % 100, n % 1000);
        format!("{}/{}-{:02}/file-{:04}.json", words[top], words[middle / 10], middle, file)
    };
    let dates = |n: usize| {
        // 1,200 an hour from 1 January on.
        let hour = n / 1200;
        let (day, hour) = (hour / 24, hour % 24);
        format!(
            "logs/app/2026/{:02}/{:02}/{:02}/host-{:02}-{:06}.log.gz",
            day / 28 + 1,
            day % 28 + 1,
            hour,
            n % 1200 / 60,
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

/// 15.6 rounds of 80 ms are the least there can be.
#[test]
fn a_million_keys_of_every_shape_take_about_the_same_time() {
    let paces: Vec<_> = shapes(1_000_000).iter().map(|keys| (keys.name, pace(keys, 64))).collect();
    println!("{paces:?}");
    let slowest = paces.iter().map(|(_, (time, _))| *time).max();
    assert!(slowest < Some(Duration::from_millis(3000)), "{paces:?}");
}
