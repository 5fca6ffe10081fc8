//! Which of the ways between two ranks runs across on which track, counted from the top.

/// A way with a part that runs across.
#[derive(Debug)]
pub struct Across {
    pub from: i32,
    pub to: i32,
    /// Where it comes from above, and where it goes on below.
    pub uppers: Vec<i32>,
    pub lowers: Vec<i32>,
}

/// The track of each way, and how many tracks there are. Ways that overlap have different tracks; one that comes down
/// where another goes on is above it, unless they do so to each other.
pub fn assign(ways: &[Across]) -> (Vec<usize>, usize) {
    let mut tracks = vec![0; ways.len()];
    let mut taken: Vec<Vec<usize>> = Vec::new();
    for way in sequence(ways) {
        let this = &ways[way];
        // Ways in the same direction stay inside each other: they do not cross then.
        let clear = taken
            .iter()
            .rposition(|track| {
                track.iter().any(|other| {
                    let other = &ways[*other];
                    overlap(this, other) && goes_right(this) == goes_right(other)
                        || must_be_above(other, this)
                })
            })
            .map_or(0, |track| track + 1);
        let is_free = |track: &Vec<usize>| track.iter().all(|other| !overlap(this, &ways[*other]));
        let track = (clear..taken.len()).find(|track| is_free(&taken[*track])).unwrap_or(taken.len());
        if track == taken.len() {
            taken.push(Vec::new());
        }
        taken[track].push(way);
        tracks[way] = track;
    }
    (tracks, taken.len())
}

/// The ways, each after those that must be above it; where that goes round in a circle it is broken.
fn sequence(ways: &[Across]) -> Vec<usize> {
    let mut above: std::collections::HashMap<i32, usize> = std::collections::HashMap::new();
    for (number, way) in ways.iter().enumerate() {
        above.extend(way.uppers.iter().map(|x| (*x, number)));
    }
    let mut rest: Vec<usize> = (0..ways.len()).collect();
    rest.sort_by_key(|way| {
        let first = ways[*way].uppers.first().copied().unwrap_or(0);
        if goes_right(&ways[*way]) { (true, -first) } else { (false, first) }
    });
    let mut sequence = Vec::with_capacity(ways.len());
    let mut is_seen = vec![false; ways.len()];
    let mut is_done = vec![false; ways.len()];
    for root in rest {
        let mut path = vec![root];
        while let Some(way) = path.last().copied() {
            let before = match std::mem::replace(&mut is_seen[way], true) {
                false => ways[way].lowers.iter().filter_map(|x| above.get(x)).copied().collect(),
                true => Vec::new(),
            };
            let before: Vec<usize> = before.into_iter().filter(|other: &usize| !is_seen[*other]).collect();
            if before.is_empty() {
                path.pop();
                if !std::mem::replace(&mut is_done[way], true) {
                    sequence.push(way);
                }
            } else {
                path.extend(before);
            }
        }
    }
    sequence
}

fn must_be_above(upper: &Across, lower: &Across) -> bool {
    upper.uppers.iter().any(|x| lower.lowers.contains(x))
}

fn goes_right(way: &Across) -> bool {
    way.uppers.first() < way.lowers.first()
}

/// With room for an empty column between them.
fn overlap(one: &Across, other: &Across) -> bool {
    one.from <= other.to + 1 && other.from <= one.to + 1
}
