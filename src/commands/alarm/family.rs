//! Which alarms the rules of composite alarms name, over all of the account and the region: who is a child of whom. The
//! rules are read by the engine.

use std::collections::{BTreeMap, BTreeSet};

use opsctl_engine::evaluation::composite::{self, Rule};

use super::api::{Alarms, Selection};
use super::model::{Alarm, AlarmType};
use crate::error::Result;

/// Every composite alarm there is.
#[derive(Debug, Default)]
pub struct Family {
    composites: BTreeMap<String, Composite>,
    /// By what their rules name: the composite alarms, in the order of names.
    parents: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
pub struct Composite {
    pub alarm: Alarm,
    /// The rule, or why it cannot be read.
    pub rule: Result<Rule, String>,
    /// By name, in the order of the rule.
    pub children: Vec<String>,
}

impl Family {
    pub async fn of(alarms: &Alarms) -> Result<Self> {
        let types = vec![AlarmType::Composite];
        Ok(Family::from(alarms.described(Selection { types, ..Selection::default() }).await?))
    }

    pub fn composite(&self, name: &str) -> Option<&Composite> {
        self.composites.get(name)
    }

    /// The composite alarms whose rules name an alarm, in the order of names.
    pub fn parents(&self, child: &str) -> impl Iterator<Item = &str> {
        self.parents.get(child).into_iter().flatten().map(String::as_str)
    }

    /// The composite alarms that look at some of these, by however many others, and are none of them.
    pub fn above(&self, names: &BTreeSet<&str>) -> Vec<&Alarm> {
        let mut open: Vec<&str> = names.iter().copied().collect();
        let mut above = BTreeSet::new();
        while let Some(name) = open.pop() {
            open.extend(self.parents(name).filter(|parent| above.insert(*parent)));
        }
        let others = above.into_iter().filter(|name| !names.contains(name));
        others.filter_map(|name| Some(&self.composite(name)?.alarm)).collect()
    }

    /// Groups of composite alarms that wait for each other.
    pub fn cycles(&self) -> Vec<Vec<&str>> {
        let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, it) in &self.composites {
            all.insert(name, it.children.iter().map(String::as_str).collect());
        }
        composite::cycles(&all)
    }

    /// Those that no other one names; of alarms that can be reached from none of them, as the members of a cycle, the first.
    pub fn roots(&self) -> Vec<&str> {
        let names = self.composites.keys().map(String::as_str);
        let mut roots: Vec<&str> = names.filter(|name| !self.parents.contains_key(*name)).collect();
        let mut reached = BTreeSet::new();
        roots.iter().for_each(|root| self.reach(root, &mut reached));
        for name in self.composites.keys() {
            if !reached.contains(name.as_str()) {
                roots.push(name);
                self.reach(name, &mut reached);
            }
        }
        roots
    }

    /// Adds an alarm and all below it.
    pub fn reach<'a>(&'a self, from: &'a str, reached: &mut BTreeSet<&'a str>) {
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if reached.insert(name) {
                let children = self.composites.get(name).map(|it| it.children.as_slice());
                open.extend(children.unwrap_or_default().iter().map(String::as_str));
            }
        }
    }
}

impl From<Vec<Alarm>> for Family {
    fn from(composites: Vec<Alarm>) -> Self {
        let read = |alarm: Alarm| {
            let rule = Rule::parse(alarm.rule().unwrap_or_default());
            let rule = rule.map_err(|faults| faults.first().map(ToString::to_string).unwrap_or_default());
            let children = rule.as_ref().map(Rule::children).unwrap_or_default();
            let children = children.into_iter().map(str::to_owned).collect();
            (alarm.name().to_owned(), Composite { alarm, rule, children })
        };
        let composites: BTreeMap<String, Composite> = composites.into_iter().map(read).collect();
        let mut parents: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, composite) in &composites {
            for child in &composite.children {
                parents.entry(child.clone()).or_default().push(name.clone());
            }
        }
        Family { composites, parents }
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::model::tests::alarm;
    use super::*;
    use serde_json::json;

    /// Composite alarms of these names and rules.
    pub fn family(rules: &[(&str, &str)]) -> Family {
        let composite = |(name, rule): &(&str, &str)| {
            alarm(AlarmType::Composite, json!({ "AlarmName": name, "StateValue": "OK", "AlarmRule": rule }))
        };
        rules.iter().map(composite).collect::<Vec<_>>().into()
    }

    #[test]
    fn roots_are_named_by_nobody_and_a_cycle_has_one_too() {
        for (name, rules, expected) in [
            ("one over another", &[("a", "ALARM(b)"), ("b", "ALARM(x)")][..], &["a"][..]),
            ("a cycle alone", &[("a", "ALARM(b)"), ("b", "ALARM(a)")], &["a"]),
            ("a cycle under a root", &[("a", "ALARM(b)"), ("b", "ALARM(a)"), ("r", "OK(b)")], &["r"]),
            ("a rule that is none", &[("a", "ALARM(b"), ("b", "ALARM(x)")], &["a", "b"]),
        ] {
            assert_eq!(family(rules).roots(), expected, "{name}");
        }
    }

    #[test]
    fn above_an_alarm_is_whatever_its_state_can_reach() {
        let family =
            family(&[("a", "ALARM(x)"), ("b", "OK(a) OR ALARM(c)"), ("c", "ALARM(b)"), ("d", "ALARM(y)")]);
        let above = |names: &[&'static str]| -> Vec<String> {
            family.above(&names.iter().copied().collect()).iter().map(|it| it.name().to_owned()).collect()
        };
        assert_eq!(above(&["x"]), ["a", "b", "c"]);
        assert_eq!(above(&["x", "b"]), ["a", "c"]);
        assert!(above(&["z"]).is_empty());
    }

    #[test]
    fn parents_are_found_by_name_and_by_arn() {
        let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x";
        let rule = format!("OK({arn})");
        let family = family(&[("a", "ALARM(x) OR ALARM(y)"), ("b", &rule), ("c", "ALARM(y)")]);
        assert_eq!(family.parents("x").collect::<Vec<_>>(), ["a", "b"]);
    }
}
