//! Values in which the crate and the reference library could differ.

use serde_json::json;

use super::evaluate;

#[test]
fn the_parent_operator_sees_what_is_around_a_value() {
    for (source, expected) in [
        ("$states.input.people.{'n': name, 'a': %.a}", json!([{"n": "A", "a": 1}, {"n": "B", "a": 1}])),
        ("$states.input.people.(name & %.text)", json!(["Aabc", "Babc"])),
        ("($x := 1; $states.input.people[0].(%.a + $x))", json!(2)),
        ("$states.input.%.context.Execution.Name", json!("e")),
    ] {
        assert_eq!(evaluate(source).unwrap(), expected, "{source}");
    }
}
