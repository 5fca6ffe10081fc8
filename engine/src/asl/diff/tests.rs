use serde_json::{Value, json};

use super::{Change, How, What, definitions, values};

/// `~ A/B /Next "x" > "y"`, with `=` for a renamed one.
fn told(change: &Change) -> String {
    let mark = match change.how {
        How::Added => "+",
        How::Removed => "-",
        How::Renamed => "=",
        How::Changed => "~",
    };
    let what = match change.what {
        What::State => "state ",
        What::Transition => "way ",
        What::Member => "",
    };
    let values: Vec<String> =
        [&change.before, &change.after].into_iter().flatten().map(Value::to_string).collect();
    let whole = format!("{mark} {what}{} {} {}", change.states.join("/"), change.member, values.join(" > "));
    whole.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of(before: &Value, after: &Value) -> Vec<String> {
    definitions(before, after).iter().map(told).collect()
}

fn machine(start: &str, states: Value) -> Value {
    json!({"StartAt": start, "States": states})
}

#[test]
fn what_means_the_same_is_no_difference() {
    let before = r#"{"StartAt": "A", "TimeoutSeconds": 60, "States": {"A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Wait", "Seconds": 1.5e1, "End": true}}}"#;
    let after = r#"{"States":{"B":{"End":true,"Seconds":15,"Type":"Wait"},"A":{"Next":"B","Type":"Pass"}},
        "TimeoutSeconds":6e1,"StartAt":"A"}"#;
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(of(&read(before), &read(after)), Vec::<String>::new());
    // Beyond what a double holds, whole numbers are still told apart.
    assert_eq!(
        of(
            &json!({"TimeoutSeconds": 9007199254740993_u64}),
            &json!({"TimeoutSeconds": 9007199254740992_u64})
        )
        .len(),
        1
    );
}

#[test]
fn each_kind_of_change_is_told_at_its_place() {
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    let task = |retry: Value| {
        machine("A", json!({"A": {"Type": "Task", "Resource": "r", "Retry": retry, "End": true}}))
    };
    let (one, two, three) =
        (json!({"ErrorEquals": ["1"]}), json!({"ErrorEquals": ["2"]}), json!({"ErrorEquals": ["3"]}));
    for (name, before, after, expected) in [
        (
            "a member of the whole",
            json!({"Comment": "a"}),
            json!({"Comment": "b"}),
            vec![r#"~ /Comment "a" > "b""#],
        ),
        (
            "a state comes, and the way to it",
            machine("A", json!({"A": {"Type": "Pass", "End": true}})),
            machine("A", json!({"A": pass("B"), "B": {"Type": "Succeed"}})),
            vec![r#"+ A /Next "B""#, "- A /End true", r#"+ state B {"Type":"Succeed"}"#],
        ),
        (
            "a state goes",
            machine("A", json!({"A": pass("B"), "B": {"Type": "Succeed"}, "C": {"Type": "Fail"}})),
            machine("B", json!({"B": {"Type": "Succeed"}, "C": {"Type": "Fail"}})),
            vec![r#"~ way /StartAt "A" > "B""#, r#"- state A {"Next":"B","Type":"Pass"}"#],
        ),
        (
            "ways of rules",
            machine(
                "A",
                json!({"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "Default": "B"}, "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}),
            ),
            machine(
                "A",
                json!({"A": {"Type": "Choice", "Choices": [{"Variable": "$.b", "IsNull": true, "Next": "C"}], "Default": "C"}, "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}),
            ),
            vec![
                r#"~ A /Choices/0/Variable "$.a" > "$.b""#,
                r#"~ way A /Choices/0/Next "B" > "C""#,
                r#"~ way A /Default "B" > "C""#,
            ],
        ),
        (
            "put in at the front",
            task(json!([one, two])),
            task(json!([three, one, two])),
            vec![r#"+ A /Retry/0 {"ErrorEquals":["3"]}"#],
        ),
        (
            "taken out of the middle",
            task(json!([one, two, three])),
            task(json!([one, three])),
            vec![r#"- A /Retry/1 {"ErrorEquals":["2"]}"#],
        ),
        (
            "put in at the end",
            task(json!([one])),
            task(json!([one, two])),
            vec![r#"+ A /Retry/1 {"ErrorEquals":["2"]}"#],
        ),
        (
            "one for another",
            task(json!([one, two])),
            task(json!([one, three])),
            vec![r#"~ A /Retry/1/ErrorEquals/0 "2" > "3""#],
        ),
        (
            "order means something",
            task(json!([one, two])),
            task(json!([two, one])),
            vec![r#"~ A /Retry/0/ErrorEquals/0 "1" > "2""#, r#"~ A /Retry/1/ErrorEquals/0 "2" > "1""#],
        ),
        (
            "of another kind",
            json!({"States": {"A": 1}}),
            json!({"States": {"A": []}}),
            vec!["~ state A 1 > []"],
        ),
        ("no definitions at all", json!(1), json!({"a": 2}), vec![r#"~ 1 > {"a":2}"#]),
    ] {
        let mut sorted: Vec<String> = of(&sorted(&before), &sorted(&after));
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        sorted.sort();
        expected.sort();
        assert_eq!(sorted, expected, "{name}");
    }
}

fn sorted(value: &Value) -> Value {
    let mut value = value.clone();
    value.sort_all_objects();
    value
}

#[test]
fn states_within_states_are_told_with_all_they_are_in() {
    let nested = |seconds: u64, name: &str| {
        let wait = json!({"Type": "Wait", "Seconds": seconds, "End": true});
        let each = json!({"Type": "Map", "End": true, "ItemProcessor": machine(name, json!({name: wait}))});
        machine(
            "Fan",
            json!({"Fan": {"Type": "Parallel", "End": true, "Branches": [machine("Each", json!({"Each": each}))]}}),
        )
    };
    let changes = definitions(&nested(1, "Nap"), &nested(2, "Nap"));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].states, ["Fan", "Each", "Nap"]);
    assert_eq!(changes[0].member, "/Seconds");
    assert_eq!(changes[0].path, "/States/Fan/Branches/0/States/Each/ItemProcessor/States/Nap/Seconds");
    assert_eq!(of(&nested(1, "Nap"), &nested(1, "Rest")), [r#"= state Fan/Each/Rest "Nap" > "Rest""#]);
    // The places of names that have a slash are pointers all the same.
    let slashed = definitions(
        &machine("a/b~", json!({"a/b~": {"Type": "Pass"}})),
        &machine("a/b~", json!({"a/b~": {"Type": "Fail"}})),
    );
    assert_eq!(slashed[0].path, "/States/a~1b~0/Type");
}

#[test]
fn a_state_that_has_another_name_alone_is_renamed_and_its_ways_are_not_changed() {
    let chain = |one: &str, two: &str, three: &str| {
        machine(
            one,
            json!({
                one: {"Type": "Task", "Resource": "r", "Next": two, "Catch": [{"ErrorEquals": ["x"], "Next": three}]},
                two: {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": one}], "Default": three},
                three: {"Type": "Succeed"},
            }),
        )
    };
    assert_eq!(of(&chain("A", "B", "C"), &chain("A", "X", "C")), [r#"= state X "B" > "X""#]);
    // A round of states, all of them renamed.
    assert_eq!(
        of(&chain("A", "B", "C"), &chain("X", "Y", "Z")),
        [r#"= state X "A" > "X""#, r#"= state Y "B" > "Y""#, r#"= state Z "C" > "Z""#]
    );
    // One that is changed too is another state; those that lead there are renamed only to what they lead to now.
    let mut other = chain("X", "B", "C");
    other["States"]["X"]["Resource"] = "other".into();
    let found = of(&chain("A", "B", "C"), &other);
    assert!(found.iter().any(|line| line.starts_with("+ state X")), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("- state A")), "{found:?}");
    assert!(found.iter().any(|line| line == r#"~ way B /Choices/0/Next "A" > "X""#), "{found:?}");
}

/// Two that are alike are told apart by who leads to them.
#[test]
fn ways_decide_which_of_those_alike_is_which() {
    let machine = |yes: &str, no: &str| {
        machine(
            "A",
            json!({
                "A": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": yes}], "Default": no},
                "B": {"Type": "Succeed"}, "No": {"Type": "Succeed"}, "Yes": {"Type": "Succeed"},
            }),
        )
    };
    let (mut before, mut after) = (machine("Yes", "No"), machine("Zyes", "Ano"));
    before["States"]["B"] = json!({"Type": "Fail"});
    after["States"] = json!({"A": after["States"]["A"], "Ano": {"Type": "Succeed"}, "B": {"Type": "Fail"}, "Zyes": {"Type": "Succeed"}});
    assert_eq!(of(&before, &after), [r#"= state Ano "No" > "Ano""#, r#"= state Zyes "Yes" > "Zyes""#]);
}

#[test]
fn values_have_no_states() {
    let (before, after) =
        (json!({"States": {"A": 1}, "tags": {"a": "b"}}), json!({"States": {"B": 1}, "tags": {"a": "c"}}));
    let found: Vec<String> = values(&before, &after).iter().map(told).collect();
    assert_eq!(found, ["+ /States/B 1", "- /States/A 1", r#"~ /tags/a "b" > "c""#]);
}

/// Thousands of states that are all alike, in chains of unequal length, and values nested as deeply as they may be.
#[test]
fn hostile_definitions_take_no_more_than_their_share() {
    let chain = |prefix: &str, count: usize| {
        let states: serde_json::Map<String, Value> = (0..count)
            .map(|number| {
                (
                    format!("{prefix}{number}"),
                    json!({"Type": "Pass", "Next": format!("{prefix}{}", number + 1)}),
                )
            })
            .chain([(format!("{prefix}{count}"), json!({"Type": "Succeed"}))])
            .collect();
        machine(&format!("{prefix}0"), states.into())
    };
    let changes = definitions(&chain("a", 3000), &chain("b", 3001));
    assert!(changes.len() >= 3001, "{}", changes.len());
    let deep = |end: u64| (0..crate::asl::NESTING_LIMIT).fold(json!(end), |inner, _| json!([inner, 1]));
    let found = definitions(&deep(1), &deep(2));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "/0".repeat(crate::asl::NESTING_LIMIT));
}

fn json_value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let name =
        proptest::sample::select(vec!["States", "StartAt", "Next", "Catch", "A", "B", "Branches", "Type"]);
    let leaf =
        prop_oneof![Just(json!("A")), Just(json!("B")), Just(json!(1)), Just(json!(1.0)), Just(Value::Null)];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest::proptest! {
    #[test]
    fn nothing_differs_from_itself_and_every_place_is_there(before in json_value(), after in json_value()) {
        proptest::prop_assert_eq!(definitions(&before, &before), Vec::new());
        for change in definitions(&before, &after) {
            if change.how != How::Removed && change.how != How::Renamed {
                proptest::prop_assert_eq!(after.pointer(&change.path), change.after.as_ref(), "{:?}", change);
            }
        }
        let found = definitions(&before, &after).is_empty();
        proptest::prop_assert_eq!(found, values(&before, &after).is_empty());
    }
}
