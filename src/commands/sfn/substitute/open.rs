//! What stands open in a definition, and which findings may be due to that alone.

use std::collections::{BTreeMap, BTreeSet};

/// What a rule needs to know of a definition to be right.
enum Needs {
    /// These fields of the state that it is about.
    OfState(&'static [&'static str]),
    /// These fields of every state.
    Ways(&'static [&'static str]),
}

/// Fields that say which ways there are.
const WAYS: &[&str] = &[
    "StartAt",
    "States",
    "Type",
    "Next",
    "End",
    "Default",
    "Choices",
    "Condition",
    "Retry",
    "Catch",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "ExecutionType",
];

/// The rules whose findings are about more than the place they name.
const RULES: &[(&str, Needs)] = &[
    ("unreachable-state", Needs::Ways(&[])),
    ("no-path-to-end", Needs::Ways(&[])),
    ("loop-event-limit", Needs::Ways(&["Seconds", "Timestamp", "TimeoutSeconds", "Variable"])),
    ("growing-payload", Needs::Ways(&["InputPath", "OutputPath", "ResultPath", "Variable"])),
    ("unassigned-variable", Needs::Ways(&["Assign"])),
    ("maybe-unassigned-variable", Needs::Ways(&["Assign"])),
    ("choice-without-default", Needs::OfState(&["Choices", "Condition"])),
    ("lambda-without-retry", Needs::OfState(&["Resource", "Retry", "ErrorEquals"])),
    ("unreachable-handler", Needs::OfState(&["Retry", "Catch", "ErrorEquals"])),
    ("catch-all-misses-runtime", Needs::OfState(&["Catch", "ErrorEquals", "InputPath", "OutputPath"])),
    ("heartbeat-without-effect", Needs::OfState(&["Resource"])),
];

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Open {
    /// The pointers of what is open, each with what is written there; of what is inside nothing is known either.
    within: BTreeMap<String, String>,
    /// Pointers of objects that may have more or fewer fields than are written.
    at: BTreeSet<String>,
    /// The names of fields that are open, with the pointers of the states they are in.
    fields: BTreeMap<String, BTreeSet<String>>,
}

impl Open {
    pub(super) fn all_within(&mut self, pointer: &str, written: &str) {
        self.within.insert(plain(pointer), written.to_owned());
    }

    pub(super) fn at(&mut self, pointer: &str) {
        self.at.insert(plain(pointer));
    }

    pub(super) fn field(&mut self, name: &str, state: &str) {
        self.fields.entry(name.to_owned()).or_default().insert(plain(state));
    }

    /// Whether what a rule, or the service, found at a place may be due to what is open.
    pub fn may_cause(&self, rule: &str, location: Option<&str>) -> bool {
        let Some(location) = location else { return false };
        let location = plain(location);
        let needs = RULES.iter().find(|(id, _)| *id == rule).map(|(_, needs)| needs);
        self.at.contains(&location)
            || around(&location).any(|pointer| self.within.contains_key(pointer))
            || match needs {
                Some(Needs::OfState(names)) => names
                    .iter()
                    .filter_map(|name| self.fields.get(*name))
                    .any(|states| around(&location).any(|pointer| states.contains(pointer))),
                Some(Needs::Ways(names)) => {
                    WAYS.iter().chain(*names).any(|name| self.fields.contains_key(*name))
                }
                None => false,
            }
    }

    /// All that is open, as it is written.
    pub fn named(&self) -> Option<String> {
        const SHOWN: usize = 4;
        let all: BTreeSet<&str> = self.within.values().map(String::as_str).collect();
        let mut shown: Vec<String> = all.iter().take(SHOWN).map(|written| format!("`{written}`")).collect();
        shown.extend(all.len().checked_sub(SHOWN + 1).map(|more| format!("{} more", more + 1)));
        (!shown.is_empty()).then(|| shown.join(", "))
    }

    /// The pointer of each place that is open, and what is written there.
    pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.within.iter().map(|(pointer, written)| (pointer.as_str(), written.as_str()))
    }

    /// What is written at a place, or around it, that is open.
    pub fn written(&self, location: Option<&str>) -> Option<&str> {
        let location = plain(location?);
        around(&location).find_map(|pointer| self.within.get(pointer)).map(String::as_str)
    }
}

/// A pointer as it can be compared: elements are counted with and without brackets, and the whole is `/` or nothing.
fn plain(pointer: &str) -> String {
    if pointer == "/" { String::new() } else { pointer.replace('[', "/").replace(']', "") }
}

/// The pointer, and those of what is around.
fn around(pointer: &str) -> impl Iterator<Item = &str> {
    let ends = pointer.match_indices('/').map(|(at, _)| at).rev();
    std::iter::once(pointer).chain(ends.map(|end| &pointer[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_the_linters() {
        for (id, _) in RULES {
            assert!(opsctl_engine::asl::lint::ids().any(|known| known == *id), "{id}");
        }
    }

    #[test]
    fn a_finding_is_held_against_what_is_written_only() {
        let mut open = Open::default();
        open.all_within("/States/A/Choices/0/And/1/Variable", "${V}");
        open.all_within("/States/B", "${B}");
        open.at("/States/C");
        open.field("Retry", "/States/C");
        for (rule, location, expected) in [
            ("SCHEMA_VALIDATION_FAILED", "/States/A/Choices/0/And[1]/Variable", true),
            ("SCHEMA_VALIDATION_FAILED", "/States/A/Choices/0/And[0]/Variable", false),
            ("SCHEMA_VALIDATION_FAILED", "/States/A", false),
            ("SCHEMA_VALIDATION_FAILED", "/States/B/Next", true),
            ("SCHEMA_VALIDATION_FAILED", "/States/BB", false),
            ("SCHEMA_VALIDATION_FAILED", "/States/C", true),
            ("SCHEMA_VALIDATION_FAILED", "/States/C/Next", false),
            ("SCHEMA_VALIDATION_FAILED", "/", false),
            ("lambda-without-retry", "/States/A", false),
            ("unreachable-handler", "/States/C/Catch/1", true),
            ("unreachable-state", "/States/A", true),
        ] {
            assert_eq!(open.may_cause(rule, Some(location)), expected, "{rule} {location}");
        }
        assert!(!open.may_cause("SCHEMA_VALIDATION_FAILED", None));
        assert_eq!(open.written(Some("/States/B/Next")), Some("${B}"));
        assert_eq!(open.named().as_deref(), Some("`${B}`, `${V}`"));
        assert_eq!(Open::default().named(), None);
    }
}
