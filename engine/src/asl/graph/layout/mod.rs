//! Layered layout of one graph of boxes: ranks from the top down, few crossings, straight ways where there are any.
//! Knows sizes and links alone; what a unit is (a column, a pixel) is the caller's. The same input gives the same
//! layout, in time that grows with boxes, links and bends, which are limited.

mod order;
mod place;
pub mod ranks;
mod route;
mod tracks;

use super::DRAWING_LIMIT;
use order::arrange;
use place::place;
use ranks::Ranks;

/// Distances, in the caller's units.
#[derive(Debug, Clone, Copy)]
pub struct Metrics {
    /// Between neighbours of one rank.
    pub gap: i32,
    /// Between lines that run beside each other.
    pub lane: i32,
    /// Between lines that run across, one above the other.
    pub pitch: i32,
    /// What an arrowhead takes of the way to a box.
    pub head: i32,
    /// The thickness of a border that lines must reach into.
    pub border: i32,
}

/// A box. Its links begin at its lower edge and end at its upper one.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    /// The way of an error: it keeps apart from other ways to the same box.
    pub is_catch: bool,
    /// Room for a mark where the link begins.
    pub mark: i32,
}

#[derive(Debug, Default)]
pub struct Layout {
    pub size: (i32, i32),
    /// The upper left corner of each box.
    pub boxes: Vec<(i32, i32)>,
    pub lines: Vec<Stroke>,
    pub heads: Vec<Head>,
    /// Where links begin.
    pub ports: Vec<Port>,
}

/// A straight line, across or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    pub from: (i32, i32),
    pub to: (i32, i32),
    pub is_catch: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Head {
    pub at: (i32, i32),
    pub is_up: bool,
    pub is_catch: bool,
}

#[derive(Debug)]
pub struct Port {
    pub at: (i32, i32),
    /// The numbers of the links that begin here.
    pub links: Vec<usize>,
    /// A way back leaves at the top.
    pub is_top: bool,
}

/// A box, or the bend of a line on its way through a rank.
#[derive(Debug)]
struct Item {
    rank: usize,
    node: Option<usize>,
    width: i32,
}

/// A piece of a way between two neighbouring ranks.
#[derive(Debug, Clone)]
struct Piece {
    upper: usize,
    lower: usize,
    way: Way,
    /// The links that begin with this piece.
    links: Vec<usize>,
    mark: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Way {
    Next,
    Catch,
    /// Up again, to a box that was left before.
    Back,
    BackCatch,
}

/// Everything that stands on ranks, and what connects it.
#[derive(Debug)]
struct Layers {
    items: Vec<Item>,
    pieces: Vec<Piece>,
    /// The items of each rank, from left to right.
    rows: Vec<Vec<usize>>,
    /// The pieces above and below each item.
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

/// What the ways at the edges of a box need of its width.
#[derive(Debug, Clone, Copy, Default)]
pub struct Room {
    /// The marks of ways back, at the right end of the upper edge.
    pub top: i32,
    pub whole: i32,
}

/// The room each box needs for its ways: the caller makes the box at least as wide.
pub fn rooms(count: usize, links: &[Link], start: usize, metrics: Metrics) -> Vec<Room> {
    let ranks = Ranks::of(count, links, start);
    let mut rooms = vec![Room::default(); count];
    for (link, is_back) in links.iter().zip(&ranks.is_back).filter(|(link, _)| link.from != link.to) {
        let room = link.mark + metrics.lane;
        if *is_back {
            rooms[link.from].top += room;
            rooms[link.to].whole += metrics.lane;
        } else {
            rooms[link.from].whole += room;
        }
    }
    for room in &mut rooms {
        // Ways arrive at the middle of the upper edge, others leave to the right of it.
        room.whole = room.whole.max(2 * (room.top + 2 * metrics.lane)) + metrics.lane;
    }
    rooms
}

/// Lays out boxes; `start` is on top. `None` when it would need more than the limit of bends.
pub fn lay_out(sizes: &[Size], links: &[Link], start: usize, metrics: Metrics) -> Option<Layout> {
    let ranks = Ranks::of(sizes.len(), links, start);
    let mut layers = layers(sizes, links, &ranks)?;
    arrange(&mut layers);
    let lefts = place(&layers, metrics);
    Some(route::route(&layers, sizes, &lefts, metrics))
}

fn layers(sizes: &[Size], links: &[Link], ranks: &Ranks) -> Option<Layers> {
    let mut items: Vec<Item> = sizes
        .iter()
        .zip(&ranks.of)
        .enumerate()
        .map(|(node, (size, rank))| Item { rank: *rank, node: Some(node), width: size.width.max(1) })
        .collect();
    let mut pieces: Vec<Piece> = Vec::new();
    // Ways to one box join at the first rank they share.
    let mut bends = std::collections::HashMap::new();
    let mut joined = std::collections::HashMap::new();
    for (number, (link, is_back)) in links.iter().zip(&ranks.is_back).enumerate() {
        if link.from == link.to {
            continue;
        }
        let way = match (is_back, link.is_catch) {
            (false, false) => Way::Next,
            (false, true) => Way::Catch,
            (true, false) => Way::Back,
            (true, true) => Way::BackCatch,
        };
        let (from, to) = (ranks.of[link.from], ranks.of[link.to]);
        let mut end = link.from;
        let mut at = from;
        let mut is_first = true;
        while end != link.to {
            at = if *is_back { at.checked_sub(1)? } else { at + 1 };
            let mut is_new = false;
            let next = match at == to {
                true => link.to,
                false => *bends.entry((link.to, way, at)).or_insert_with(|| {
                    is_new = true;
                    items.push(Item { rank: at, node: None, width: 1 });
                    items.len() - 1
                }),
            };
            let (upper, lower) = if *is_back { (next, end) } else { (end, next) };
            let piece = *joined.entry((upper, lower, way)).or_insert_with(|| {
                pieces.push(Piece { upper, lower, way, links: Vec::new(), mark: 0 });
                pieces.len() - 1
            });
            if is_first {
                let piece = &mut pieces[piece];
                piece.mark += link.mark + i32::from(!piece.links.is_empty());
                piece.links.push(number);
                is_first = false;
            }
            if next != link.to && !is_new {
                break;
            }
            end = next;
        }
        if items.len() + pieces.len() > DRAWING_LIMIT {
            return None;
        }
    }
    let mut rows = vec![Vec::new(); items.iter().map(|item| item.rank + 1).max().unwrap_or(0)];
    let mut above = vec![Vec::new(); items.len()];
    let mut below = above.clone();
    // Boxes stand as the states are gone through at first, bends after them.
    let bends = sizes.len()..items.len();
    for item in ranks.sequence.iter().copied().chain(bends) {
        rows[items[item].rank].push(item);
    }
    for (number, piece) in pieces.iter().enumerate() {
        below[piece.upper].push(number);
        above[piece.lower].push(number);
    }
    Some(Layers { items, pieces, rows, above, below })
}

impl Way {
    fn is_catch(self) -> bool {
        matches!(self, Way::Catch | Way::BackCatch)
    }

    fn is_back(self) -> bool {
        matches!(self, Way::Back | Way::BackCatch)
    }
}
