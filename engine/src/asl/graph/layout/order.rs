//! The order within each rank: sweeps down and up put every item at the median of its neighbours; the order with the
//! fewest crossings stays.

use super::Layers;

const SWEEPS: usize = 12;

pub fn arrange(layers: &mut Layers) {
    let mut places = vec![0; layers.items.len()];
    note(&layers.rows, &mut places);
    let mut best = (crossings(layers, &places), layers.rows.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let is_down = sweep % 2 == 0;
        let count = layers.rows.len();
        for step in 1..count {
            let rank = if is_down { step } else { count - 1 - step };
            let mut row = std::mem::take(&mut layers.rows[rank]);
            sort(layers, &mut row, &places, is_down);
            row.iter().enumerate().for_each(|(place, item)| places[*item] = place);
            layers.rows[rank] = row;
        }
        let found = crossings(layers, &places);
        if found < best.0 {
            best = (found, layers.rows.clone());
        }
    }
    layers.rows = best.1;
}

fn note(rows: &[Vec<usize>], places: &mut [usize]) {
    for row in rows {
        row.iter().enumerate().for_each(|(place, item)| places[*item] = place);
    }
}

/// Items without neighbours keep about their place.
fn sort(layers: &Layers, row: &mut [usize], places: &[usize], is_down: bool) {
    let mut keyed: Vec<(usize, usize)> = row
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let pieces = if is_down { &layers.above[*item] } else { &layers.below[*item] };
            let mut near: Vec<usize> = pieces
                .iter()
                .map(|piece| &layers.pieces[*piece])
                .map(|piece| places[if is_down { piece.upper } else { piece.lower }])
                .collect();
            near.sort_unstable();
            // Twice the median, so that the middle of two is a whole number.
            let middle = near.len() / 2;
            let key = match near.len() {
                0 => place * 2,
                count if count % 2 == 1 => near[middle] * 2,
                _ => near[middle - 1] + near[middle],
            };
            (key, *item)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    row.iter_mut().zip(keyed).for_each(|(place, (_, item))| *place = item);
}

/// Pairs of pieces that cross, by a tree of counts over the places of each rank.
fn crossings(layers: &Layers, places: &[usize]) -> u64 {
    let mut total = 0;
    for row in &layers.rows {
        let mut ends: Vec<(usize, usize)> = row
            .iter()
            .flat_map(|item| &layers.below[*item])
            .map(|piece| &layers.pieces[*piece])
            .map(|piece| (places[piece.upper], places[piece.lower]))
            .collect();
        ends.sort_unstable();
        let size = ends.iter().map(|(_, lower)| lower + 1).max().unwrap_or(0);
        let mut tree = vec![0u64; size + 1];
        for (seen, (_, lower)) in (0u64..).zip(&ends) {
            let mut not_right = 0;
            let mut at = lower + 1;
            while at > 0 {
                not_right += tree[at];
                at &= at - 1;
            }
            total += seen - not_right;
            let mut at = lower + 1;
            while at <= size {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    total
}
