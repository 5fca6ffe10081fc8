//! From places to lines: where ways leave and reach boxes, and how they run between two ranks.

use std::collections::BTreeMap;

use super::place::{Wish, nearest};
use super::tracks::{Across, assign};
use super::{Head, Layers, Layout, Metrics, Port, Size, Stroke, Way};

/// Pieces that run together: to one end below, or back to one end above.
struct Net {
    way: Way,
    /// (item, x)
    uppers: Vec<(usize, i32)>,
    lowers: Vec<(usize, i32)>,
}

pub fn route(layers: &Layers, sizes: &[Size], lefts: &[i32], metrics: Metrics) -> Layout {
    let mut layout = Layout { boxes: vec![(0, 0); sizes.len()], ..Layout::default() };
    let height = |item: usize| layers.items[item].node.map_or(0, |node| sizes[node].height);
    let mut y = 0;
    let mut tops = vec![0; layers.items.len()];
    for (rank, row) in layers.rows.iter().enumerate() {
        let tall = row.iter().map(|item| height(*item)).max().unwrap_or(0);
        for item in row {
            tops[*item] = y;
            match layers.items[*item].node {
                Some(node) => layout.boxes[node] = (lefts[*item], y),
                None => {
                    let (x, pieces) = (lefts[*item], &layers.above[*item]);
                    let is_catch = pieces.iter().any(|piece| layers.pieces[*piece].way.is_catch());
                    layout.lines.push(Stroke { from: (x, y), to: (x, y + tall), is_catch });
                }
            }
        }
        let gap = y + tall;
        if rank + 1 == layers.rows.len() {
            y = gap;
            break;
        }
        let nets = nets(layers, row, lefts, metrics);
        let runs: Vec<Option<Across>> = nets.iter().map(across).collect();
        let bent: Vec<usize> = (0..nets.len()).filter(|net| runs[*net].is_some()).collect();
        let (tracks, count) = assign(&runs.into_iter().flatten().collect::<Vec<_>>());
        let returns = nets.iter().filter(|net| net.way.is_back());
        let comes_back =
            returns.flat_map(|net| &net.uppers).any(|(item, _)| layers.items[*item].node.is_some());
        let first = gap + if comes_back { metrics.head } else { 0 };
        y = first + i32::try_from(count).unwrap_or(i32::MAX / 2) * metrics.pitch + metrics.head;
        let mut levels = vec![None; nets.len()];
        for (net, track) in bent.iter().zip(tracks) {
            let track = i32::try_from(track).unwrap_or(0);
            levels[*net] = Some(first + track * metrics.pitch + metrics.pitch / 2);
        }
        let feet: BTreeMap<usize, i32> = row
            .iter()
            .map(|item| {
                (*item, if layers.items[*item].node.is_some() { tops[*item] + height(*item) } else { gap })
            })
            .collect();
        for (net, level) in nets.iter().zip(levels) {
            draw(net, level, layers, &feet, y, metrics, &mut layout);
        }
        ports(layers, row, &nets, &feet, y, metrics, &mut layout);
    }
    let right = layers.items.iter().zip(lefts).map(|(item, left)| left + item.width).max().unwrap_or(0);
    let right = layout.lines.iter().map(|line| line.from.0.max(line.to.0) + 1).max().unwrap_or(0).max(right);
    layout.size = (right, y);
    layout
}

fn across(net: &Net) -> Option<Across> {
    let xs = || net.uppers.iter().chain(&net.lowers).map(|(_, x)| *x);
    let (from, to) = (xs().min()?, xs().max()?);
    let column = |ends: &[(usize, i32)]| ends.iter().map(|(_, x)| *x).collect();
    (from != to).then(|| Across { from, to, uppers: column(&net.uppers), lowers: column(&net.lowers) })
}

/// The pieces below a rank, put together, with the columns they have at both ends.
fn nets(layers: &Layers, row: &[usize], lefts: &[i32], metrics: Metrics) -> Vec<Net> {
    let mut nets: BTreeMap<(bool, usize, Way), Net> = BTreeMap::new();
    for item in row {
        let pieces = &layers.below[*item];
        let heads: Vec<i32> =
            pieces.iter().map(|piece| head_column(layers, *piece, lefts, metrics)).collect();
        let feet = foot_columns(layers, *item, &heads, lefts, metrics);
        for ((piece, head), foot) in pieces.iter().zip(heads).zip(feet) {
            let piece = &layers.pieces[*piece];
            let is_back = piece.way.is_back();
            let end = if is_back { piece.upper } else { piece.lower };
            let net = nets.entry((is_back, end, piece.way)).or_insert_with(|| Net {
                way: piece.way,
                uppers: Vec::new(),
                lowers: Vec::new(),
            });
            // The end that is shared is there once.
            if !is_back || net.uppers.is_empty() {
                net.uppers.push((piece.upper, foot));
            }
            if is_back || net.lowers.is_empty() {
                net.lowers.push((piece.lower, head));
            }
        }
    }
    nets.into_values().collect()
}

/// Where a piece meets the upper edge of what is below: ways arrive in the middle, errors beside it, ways back leave
/// at the right.
fn head_column(layers: &Layers, number: usize, lefts: &[i32], metrics: Metrics) -> i32 {
    let piece = &layers.pieces[number];
    let item = &layers.items[piece.lower];
    let left = lefts[piece.lower];
    if item.node.is_none() {
        return left;
    }
    let near = &layers.above[piece.lower];
    if piece.way.is_back() {
        let after = near.iter().skip_while(|other| **other != number);
        let room: i32 = after
            .map(|other| &layers.pieces[*other])
            .filter(|other| other.way.is_back())
            .map(|other| other.mark + metrics.lane)
            .sum();
        return left + item.width - 1 - room;
    }
    let has_next = near.iter().any(|other| layers.pieces[*other].way == Way::Next);
    let beside = if piece.way == Way::Catch && has_next { metrics.lane } else { 0 };
    left + item.width / 2 + beside
}

/// Where the pieces below an item leave it: as near to where they go as its width allows, in the same order.
fn foot_columns(layers: &Layers, item: usize, heads: &[i32], lefts: &[i32], metrics: Metrics) -> Vec<i32> {
    let pieces = &layers.below[item];
    let (left, width) = (lefts[item], layers.items[item].width);
    if layers.items[item].node.is_none() {
        return vec![left; pieces.len()];
    }
    // Ways back come in together.
    let mut exits: BTreeMap<(bool, usize), (i64, i64, i32)> = BTreeMap::new();
    let key = |place: usize| {
        let piece = &layers.pieces[pieces[place]];
        if piece.way.is_back() { (true, piece.way as usize) } else { (false, place) }
    };
    for (place, head) in heads.iter().enumerate() {
        let mark = layers.pieces[pieces[place]].mark;
        let exit = exits.entry(key(place)).or_insert((0, 0, 0));
        exit.0 += i64::from(*head);
        exit.1 += 1;
        exit.2 = if key(place).0 { metrics.lane } else { mark + metrics.lane };
    }
    let mut sorted: Vec<_> =
        exits.iter().map(|(key, (sum, count, room))| (sum / count.max(&1), *key, *room)).collect();
    sorted.sort_unstable();
    let wishes: Vec<Wish> = sorted.iter().map(|(at, _, _)| Wish { at: *at as f64, weight: 1.0 }).collect();
    let rooms: Vec<i32> = sorted.iter().map(|(_, _, room)| *room).collect();
    let total: i32 = rooms.iter().sum();
    let mut before = 0;
    let mut columns = BTreeMap::new();
    for ((wish, (_, key, _)), room) in nearest(&wishes, &rooms).into_iter().zip(&sorted).zip(&rooms) {
        let least = left + 1 + before;
        let most = left + width - 1 - (total - before) + metrics.lane - 1;
        columns.insert(*key, wish.min(most).max(least));
        before += room;
    }
    (0..pieces.len()).map(|place| columns.get(&key(place)).copied().unwrap_or(left)).collect()
}

fn draw(
    net: &Net,
    level: Option<i32>,
    layers: &Layers,
    feet: &BTreeMap<usize, i32>,
    next: i32,
    metrics: Metrics,
    layout: &mut Layout,
) {
    let is_catch = net.way.is_catch();
    let is_box = |item: usize| layers.items[item].node.is_some();
    let start = |item: usize| {
        let foot = feet.get(&item).copied().unwrap_or(0);
        if is_box(item) && !net.way.is_back() { foot - metrics.border } else { foot }
    };
    let end = |item: usize| if is_box(item) && !net.way.is_back() { next - metrics.border } else { next };
    let mut line = |from, to| layout.lines.push(Stroke { from, to, is_catch });
    match level {
        Some(level) => {
            net.uppers.iter().for_each(|(item, x)| line((*x, start(*item)), (*x, level)));
            net.lowers.iter().for_each(|(item, x)| line((*x, level), (*x, end(*item))));
            let xs = || net.uppers.iter().chain(&net.lowers).map(|(_, x)| *x);
            if let (Some(from), Some(to)) = (xs().min(), xs().max()) {
                line((from, level), (to, level));
            }
        }
        None => {
            for ((upper, x), (lower, _)) in net.uppers.iter().zip(&net.lowers) {
                line((*x, start(*upper)), (*x, end(*lower)));
            }
        }
    }
    let ends = if net.way.is_back() { &net.uppers } else { &net.lowers };
    for (item, x) in ends.iter().filter(|(item, _)| is_box(*item)) {
        let at = if net.way.is_back() { start(*item) } else { end(*item) };
        layout.heads.push(Head { at: (*x, at), is_up: net.way.is_back(), is_catch });
    }
}

fn ports(
    layers: &Layers,
    row: &[usize],
    nets: &[Net],
    feet: &BTreeMap<usize, i32>,
    next: i32,
    metrics: Metrics,
    layout: &mut Layout,
) {
    let mut columns: BTreeMap<(usize, usize, Way), (i32, i32)> = BTreeMap::new();
    for net in nets {
        for (upper, foot) in &net.uppers {
            for (lower, head) in &net.lowers {
                columns.insert((*upper, *lower, net.way), (*foot, *head));
            }
        }
    }
    for piece in row.iter().flat_map(|item| &layers.below[*item]).map(|piece| &layers.pieces[*piece]) {
        let Some((foot, head)) = columns.get(&(piece.upper, piece.lower, piece.way)).copied() else {
            continue;
        };
        if piece.links.is_empty() {
            continue;
        }
        let is_top = piece.way.is_back();
        let at = match is_top {
            true => (head, next),
            false => (foot, feet.get(&piece.upper).copied().unwrap_or(0) - metrics.border),
        };
        layout.ports.push(Port { at, links: piece.links.clone(), is_top });
    }
}
