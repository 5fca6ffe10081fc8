//! Which links go back, and the rank of each box: one more than the lowest box that leads to it.

use super::Link;

#[derive(Debug)]
pub struct Ranks {
    /// The rank of each box.
    pub of: Vec<usize>,
    /// Of each link: whether it leads to a box it can be reached from.
    pub is_back: Vec<bool>,
    /// The boxes so that every one comes after those that lead to it, ways back left out.
    pub sequence: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

impl Ranks {
    pub fn of(count: usize, links: &[Link], start: usize) -> Self {
        let mut out = vec![Vec::new(); count];
        for (number, link) in links.iter().enumerate() {
            out[link.from].push(number);
        }
        let mut is_back = vec![false; links.len()];
        let mut marks = vec![Mark::Unseen; count];
        let mut sequence = Vec::with_capacity(count);
        for root in std::iter::once(start).chain(0..count) {
            if marks.get(root) != Some(&Mark::Unseen) {
                continue;
            }
            marks[root] = Mark::Open;
            // Depth first, links in reverse: turned round, what ends gives boxes in the order they are tried.
            let mut path = vec![(root, out[root].len())];
            while let Some((node, left)) = path.last_mut() {
                let Some(next) = left.checked_sub(1) else {
                    marks[*node] = Mark::Done;
                    sequence.push(*node);
                    path.pop();
                    continue;
                };
                *left = next;
                let link = out[*node][next];
                let to = links[link].to;
                match marks[to] {
                    Mark::Unseen => {
                        marks[to] = Mark::Open;
                        path.push((to, out[to].len()));
                    }
                    Mark::Open => is_back[link] = true,
                    Mark::Done => {}
                }
            }
        }
        sequence.reverse();
        let mut of = vec![0; count];
        for node in &sequence {
            for link in &out[*node] {
                if !is_back[*link] {
                    of[links[*link].to] = of[links[*link].to].max(of[*node] + 1);
                }
            }
        }
        Ranks { of, is_back, sequence }
    }
}
