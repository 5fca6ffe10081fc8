//! The states of one scope as a graph: who leads to whom, what can be reached, and which states lie on loops. No
//! recursion: a definition may chain tens of thousands of states.

use crate::asl::definition::States;

pub(super) struct Graph {
    pub start: usize,
    /// Where each state can go, in the order of the definition; may name a state twice.
    pub next: Vec<Vec<usize>>,
    pub previous: Vec<Vec<usize>>,
    /// The states at which a run of the scope can end.
    pub ends: Vec<usize>,
}

impl Graph {
    pub(super) fn of(states: &States) -> Self {
        let next: Vec<Vec<usize>> = states
            .list
            .iter()
            .map(|state| state.exits().into_iter().map(|(_, next)| next).collect())
            .collect();
        let mut previous = vec![Vec::new(); next.len()];
        for (from, list) in next.iter().enumerate() {
            for to in list {
                if let Some(list) = previous.get_mut(*to) {
                    list.push(from);
                }
            }
        }
        let ends = states.list.iter().enumerate().filter(|(_, state)| state.is_terminal());
        let ends = ends.map(|(number, _)| number);
        Graph { start: states.start, ends: ends.collect(), next, previous }
    }

    /// What can be reached from the start.
    pub(super) fn entered(&self) -> Vec<bool> {
        reached(&self.next, &[self.start])
    }

    /// From where an end can be reached.
    pub(super) fn ending(&self) -> Vec<bool> {
        reached(&self.previous, &self.ends)
    }

    /// The states in an order in which each comes before those it leads to, but for the ways back of loops.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order = finished(&self.next, std::iter::once(self.start));
        order.reverse();
        order
    }

    /// The loops: groups of states each of which leads to each other one, or to itself. Ordered by their first state.
    pub(super) fn loops(&self) -> Vec<Vec<usize>> {
        let finished = finished(&self.next, 0..self.next.len());
        let mut group_of = vec![usize::MAX; self.next.len()];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for root in finished.into_iter().rev() {
            if group_of[root] != usize::MAX {
                continue;
            }
            let (mut group, mut waiting) = (Vec::new(), vec![root]);
            group_of[root] = groups.len();
            while let Some(state) = waiting.pop() {
                group.push(state);
                for &from in &self.previous[state] {
                    if group_of[from] == usize::MAX {
                        group_of[from] = groups.len();
                        waiting.push(from);
                    }
                }
            }
            group.sort_unstable();
            groups.push(group);
        }
        groups.retain(|group| match group.as_slice() {
            [only] => self.next[*only].contains(only),
            _ => true,
        });
        groups.sort();
        groups
    }

    /// Whether some loop among these states has none of those that `is_cut`.
    pub(super) fn has_loop_without(&self, group: &[usize], is_cut: impl Fn(usize) -> bool) -> bool {
        let mut is_in = vec![false; self.next.len()];
        for &state in group.iter().filter(|state| !is_cut(**state)) {
            is_in[state] = true;
        }
        // Whatever is left after taking away, again and again, what nothing left leads to, lies on or behind a loop.
        let mut count: Vec<usize> = self
            .previous
            .iter()
            .map(|previous| previous.iter().filter(|from| is_in[**from]).count())
            .collect();
        let mut free: Vec<usize> =
            group.iter().copied().filter(|state| is_in[*state] && count[*state] == 0).collect();
        let mut left = group.iter().filter(|state| is_in[**state]).count();
        while let Some(state) = free.pop() {
            left -= 1;
            for &to in self.next[state].iter().filter(|to| is_in[**to]) {
                count[to] -= 1;
                if count[to] == 0 {
                    free.push(to);
                }
            }
        }
        left > 0
    }
}

fn reached(edges: &[Vec<usize>], from: &[usize]) -> Vec<bool> {
    let mut is_reached = vec![false; edges.len()];
    let mut waiting: Vec<usize> = from.to_vec();
    while let Some(state) = waiting.pop() {
        if let Some(seen) = is_reached.get_mut(state)
            && !std::mem::replace(seen, true)
        {
            waiting.extend(&edges[state]);
        }
    }
    is_reached
}

/// The states in the order in which a search in depth leaves them.
fn finished(edges: &[Vec<usize>], roots: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut is_seen = vec![false; edges.len()];
    let mut finished = Vec::with_capacity(edges.len());
    for root in roots {
        if is_seen.get(root).is_none_or(|seen| *seen) {
            continue;
        }
        is_seen[root] = true;
        let mut path = vec![(root, 0)];
        while let Some((state, edge)) = path.last_mut() {
            match edges[*state].get(*edge) {
                Some(&to) => {
                    *edge += 1;
                    if !std::mem::replace(&mut is_seen[to], true) {
                        path.push((to, 0));
                    }
                }
                None => {
                    finished.push(*state);
                    path.pop();
                }
            }
        }
    }
    finished
}
