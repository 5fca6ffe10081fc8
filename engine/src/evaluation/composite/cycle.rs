//! Composite alarms that wait for each other: the service stops evaluating them, and refuses to delete them.

use std::collections::BTreeMap;

/// The groups of alarms each of which can be reached from every other one of its group along the children of rules, and
/// those that name themselves. Names in a group and groups are in the order of names. `children` has the composite
/// alarms, each with the names its rule has; names that are no composite alarm end every way.
pub fn cycles<'a>(children: &BTreeMap<&'a str, Vec<&'a str>>) -> Vec<Vec<&'a str>> {
    let mut search = Search { children, found: BTreeMap::new(), open: Vec::new(), groups: Vec::new() };
    for alarm in children.keys() {
        if !search.found.contains_key(alarm) {
            search.from(alarm);
        }
    }
    search.groups.retain(|group| match group[..] {
        [alone] => children.get(alone).is_some_and(|children| children.contains(&alone)),
        _ => true,
    });
    search.groups.iter_mut().for_each(|group| group.sort_unstable());
    search.groups.sort_unstable();
    search.groups
}

/// Tarjan's search for strongly connected components, without recursion: chains of alarms may be long.
struct Search<'s, 'a> {
    children: &'s BTreeMap<&'a str, Vec<&'a str>>,
    found: BTreeMap<&'a str, Found>,
    /// Found, and in no group yet.
    open: Vec<&'a str>,
    groups: Vec<Vec<&'a str>>,
}

#[derive(Clone, Copy)]
struct Found {
    /// How many were found before it.
    order: usize,
    /// The first found of those that can be reached.
    lowest: usize,
    is_open: bool,
}

impl<'a> Search<'_, 'a> {
    fn from(&mut self, first: &'a str) {
        // The way from the first alarm, with how many children of each have been looked at.
        let mut way = vec![(first, 0)];
        self.meet(first);
        while let Some((alarm, position)) = way.last_mut() {
            let (alarm, child) = (*alarm, self.child(alarm, *position));
            *position += 1;
            match child {
                Some(child) if !self.children.contains_key(child) => {}
                Some(child) => match self.found.get(child) {
                    None => {
                        self.meet(child);
                        way.push((child, 0));
                    }
                    Some(found) if found.is_open => self.lower(alarm, found.order),
                    Some(_) => {}
                },
                None => {
                    way.pop();
                    let Some(found) = self.found.get(alarm).copied() else { continue };
                    if found.lowest == found.order {
                        self.close(alarm);
                    }
                    if let Some((parent, _)) = way.last() {
                        self.lower(parent, found.lowest);
                    }
                }
            }
        }
    }

    fn child(&self, alarm: &str, position: usize) -> Option<&'a str> {
        self.children.get(alarm)?.get(position).copied()
    }

    fn meet(&mut self, alarm: &'a str) {
        let order = self.found.len();
        self.found.insert(alarm, Found { order, lowest: order, is_open: true });
        self.open.push(alarm);
    }

    fn lower(&mut self, alarm: &str, order: usize) {
        if let Some(found) = self.found.get_mut(alarm) {
            found.lowest = found.lowest.min(order);
        }
    }

    fn close(&mut self, alarm: &str) {
        let from = self.open.iter().rposition(|open| *open == alarm).unwrap_or(0);
        let group = self.open.split_off(from);
        for member in &group {
            if let Some(found) = self.found.get_mut(member) {
                found.is_open = false;
            }
        }
        self.groups.push(group);
    }
}
