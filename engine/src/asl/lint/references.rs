//! Which variables the states of a definition read, as DescribeStateMachine tells it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{places, reads};
use crate::asl::definition::{Machine, MachineType};

/// The names of the variables that each state reads, by the name of the state; those that read none are left out.
/// `text` is what the machine was read from.
pub fn variable_references(
    machine: &Machine,
    text: &str,
    machine_type: MachineType,
) -> BTreeMap<String, BTreeSet<String>> {
    let raw: Value = serde_json::from_str(text).unwrap_or_default();
    let mut references = BTreeMap::new();
    for scope in places::scopes(machine, &raw, machine_type) {
        for placed in scope.states() {
            let read = reads::variables(placed.raw, placed.state.language);
            let names: BTreeSet<String> = read.into_iter().map(|variable| variable.name).collect();
            if !names.is_empty() {
                references.insert(placed.state.name.to_string(), names);
            }
        }
    }
    references
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::definition::parse;
    use serde_json::json;

    #[test]
    fn every_state_that_reads_variables_is_told_with_their_names() {
        let definition = json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Assign": {"x": 1, "y.$": "$.y"}, "Next": "B"},
            "B": {"Type": "Map", "ItemsPath": "$y", "End": true, "ItemProcessor": {"StartAt": "C", "States": {
                "C": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% [$x, $y, $x] %}", "End": true},
            }}},
        }})
        .to_string();
        let machine = parse(&definition, MachineType::Standard).unwrap();
        let references = variable_references(&machine, &definition, MachineType::Standard);
        assert_eq!(json!(references), json!({"B": ["y"], "C": ["x", "y"]}));
    }
}
