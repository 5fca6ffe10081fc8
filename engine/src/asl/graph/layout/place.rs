//! Where items stand across: every rank in turn as near to its neighbours as order and distances allow.

use super::{Layers, Metrics, Way};

const ROUNDS: usize = 8;

/// The left edge of each item.
pub fn place(layers: &Layers, metrics: Metrics) -> Vec<i32> {
    let mut lefts = vec![0; layers.items.len()];
    for row in &layers.rows {
        let mut at = 0;
        for item in row {
            lefts[*item] = at;
            at += layers.items[*item].width + metrics.gap;
        }
    }
    let count = layers.rows.len();
    for round in 0..ROUNDS {
        for step in 0..count {
            settle(layers, metrics, &mut lefts, step, (true, round + 1 == ROUNDS));
        }
        for step in (0..count).rev() {
            settle(layers, metrics, &mut lefts, step, (round + 1 == ROUNDS, true));
        }
    }
    let least = lefts.iter().copied().min().unwrap_or(0);
    lefts.iter_mut().for_each(|left| *left -= least);
    lefts
}

/// Puts a rank where its neighbours above or below (or both) want it.
fn settle(layers: &Layers, metrics: Metrics, lefts: &mut [i32], rank: usize, sides: (bool, bool)) {
    let row = &layers.rows[rank];
    let middle = |item: usize, lefts: &[i32]| lefts[item] + layers.items[item].width / 2;
    let mut wishes = Vec::with_capacity(row.len());
    for item in row {
        let (mut sum, mut weight) = (0.0, 0.0);
        let mut pull = |pieces: &[usize], is_above: bool| {
            for piece in pieces.iter().map(|piece| &layers.pieces[*piece]) {
                let near = if is_above { piece.upper } else { piece.lower };
                let is_bend = layers.items[near].node.is_none() && layers.items[*item].node.is_none();
                let heavy = match piece.way {
                    _ if is_bend => 60.0,
                    Way::Next => 4.0,
                    Way::Catch | Way::Back | Way::BackCatch => 0.5,
                };
                sum += heavy * f64::from(middle(near, lefts));
                weight += heavy;
            }
        };
        if sides.0 {
            pull(&layers.above[*item], true);
        }
        if sides.1 {
            pull(&layers.below[*item], false);
        }
        wishes.push(match weight > 0.0 {
            true => Wish { at: sum / weight - f64::from(layers.items[*item].width / 2), weight },
            false => Wish { at: f64::from(lefts[*item]), weight: 0.01 },
        });
    }
    let steps: Vec<i32> = row.iter().map(|item| layers.items[*item].width + metrics.gap).collect();
    for (item, left) in row.iter().zip(nearest(&wishes, &steps)) {
        lefts[*item] = left;
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Wish {
    pub at: f64,
    pub weight: f64,
}

/// Places in rising order, each at least its `step` before the next, with the least sum of squared distances from the
/// wishes: neighbours that are too near are put together and stand where they want to be on average.
pub fn nearest(wishes: &[Wish], steps: &[i32]) -> Vec<i32> {
    let mut offset = 0;
    let mut offsets = Vec::with_capacity(wishes.len());
    let mut blocks: Vec<(Wish, usize)> = Vec::new();
    for (wish, step) in wishes.iter().zip(steps) {
        let mut block = (Wish { at: wish.at - f64::from(offset), weight: wish.weight }, 1);
        while let Some((last, count)) = blocks.last().copied() {
            if last.at <= block.0.at {
                break;
            }
            let weight = last.weight + block.0.weight;
            let at = (last.at * last.weight + block.0.at * block.0.weight) / weight;
            block = (Wish { at, weight }, count + block.1);
            blocks.pop();
        }
        blocks.push(block);
        offsets.push(offset);
        offset += step;
    }
    let base = blocks.iter().flat_map(|(wish, count)| std::iter::repeat_n(wish.at.round() as i32, *count));
    base.zip(offsets).map(|(base, offset)| base + offset).collect()
}
