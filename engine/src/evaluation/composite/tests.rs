//! Rules read, refused, printed and judged; cycles; suppression; and the recorded cases.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::evaluation::tests::vectors::score;

fn state(value: &Value) -> StateValue {
    value.as_str().unwrap().parse().unwrap()
}

/// States as `a=ALARM b=OK`.
fn states(text: &str) -> impl Fn(&str) -> Option<StateValue> + use<'_> {
    move |alarm| {
        let mut pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == alarm).map(|(_, state)| state.parse().unwrap())
    }
}

#[test]
fn recorded_rules_have_their_states() {
    score("composite-rules", |case| {
        if let Some(alarms) = case["alarms"].as_object() {
            let rules: Vec<(&str, Rule)> = alarms
                .iter()
                .map(|(name, rule)| (name.as_str(), Rule::parse(rule.as_str().unwrap()).unwrap()))
                .collect();
            let children = rules.iter().map(|(name, rule)| (*name, rule.children())).collect();
            let expected: Vec<&str> =
                case["expect_cycle"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let found = cycles(&children);
            return if found == [expected] { Ok(()) } else { Err(format!("{found:?}")) };
        }
        let result = Rule::parse(case["AlarmRule"].as_str().unwrap()).map(|rule| {
            let state_of = |alarm: &str| case["children"].get(alarm).map(state);
            let first = rule.state(state_of).unwrap();
            let again = Rule::parse(&rule.to_string()).unwrap();
            assert_eq!(again, rule);
            assert_eq!(rule.judge(state_of).holds, first == StateValue::Alarm);
            first
        });
        match (result, case["expect_error"] == true) {
            (Err(_), true) => Ok(()),
            (Ok(found), false) if found == state(&case["expect_state"]) => Ok(()),
            (result, _) => Err(format!("{result:?}")),
        }
    });
}

#[test]
fn recorded_suppressions_send_what_they_did() {
    score("composite-suppression", |case| {
        let seconds = |name: &str| u32::try_from(case[name].as_u64().unwrap()).unwrap();
        let initial = &case["initial"];
        let mut suppression = Suppression::new(
            seconds("ActionsSuppressorWaitPeriod"),
            seconds("ActionsSuppressorExtensionPeriod"),
            state(&initial["composite"]),
            state(&initial["suppressor"]),
        );
        let mut runs = Vec::new();
        for event in case["events"].as_array().unwrap() {
            let at = event["t"].as_i64().unwrap();
            runs.extend(match event.get("composite") {
                Some(composite) => suppression.composite_is(at, state(composite)),
                None => suppression.suppressor_is(at, state(&event["suppressor"])),
            });
        }
        runs.extend(suppression.due(i64::MAX));
        let expected: Vec<ActionRun> = case["expect_actions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| ActionRun { at: run["t"].as_i64().unwrap(), state: state(&run["state"]) })
            .collect();
        if runs == expected { Ok(()) } else { Err(format!("{runs:?}")) }
    });
}

#[test]
fn mistakes_are_pointed_at() {
    let cases = [
        ("", 0..0, "found the end"),
        ("ALARM(a) AND", 12..12, "found the end"),
        ("ALARM(a) ALARM(b)", 9..14, "expected AND or OR"),
        ("ALARM(a) and ALARM(b)", 9..12, "did you mean `AND`?"),
        ("OR ALARM(a)", 0..2, "before OR"),
        ("(ALARM(a)", 0..1, "`)` is missing"),
        ("ALARM(a))", 8..9, "nothing was opened"),
        ("ALARM(a", 5..6, "`)` is missing"),
        ("ALARM()", 6..6, "expected the name"),
        ("ALARM(\"\")", 6..8, "expected the name"),
        ("ALARM(cpu high)", 10..14, "stand in quotes"),
        ("ALARM(a(b))", 7..8, "stand in quotes"),
        ("ALARM(\"a)", 6..7, "closing quote"),
        ("ALARM", 5..5, "expected `(` after ALARM"),
        ("ALRM(a)", 0..4, "there is no state `ALRM`; did you mean `ALARM`?"),
        ("cpu", 0..3, "ALARM(cpu)"),
        ("\"cpu\"", 0..1, "as in ALARM(\"name\")"),
        ("NOT", 3..3, "found the end"),
        ("AT_LEAST(x, OK, (a))", 9..10, "as in 2 or 50%"),
        ("AT_LEAST(+2, OK, (a))", 9..11, "as in 2 or 50%"),
        ("AT_LEAST(0, OK, (a))", 9..10, "1 or more"),
        ("AT_LEAST(101%, OK, (a))", 9..13, "1% to 100%"),
        ("AT_LEAST(2 OK, (a))", 11..13, "expected a comma"),
        ("AT_LEAST(2, NOT ALRM, (a))", 16..20, "expected OK, ALARM or INSUFFICIENT_DATA; did you mean"),
        ("AT_LEAST(2, OK, a, b)", 16..17, "parentheses of their own"),
        ("AT_LEAST(2, OK, ())", 17..17, "expected the name"),
        ("AT_LEAST(2, OK, (a b))", 19..20, "expected `)`"),
    ];
    for (text, place, message) in cases {
        let errors = Rule::parse(text).unwrap_err();
        let [error] = &errors[..] else { panic!("{text}: {errors:?}") };
        assert_eq!((error.at, error.end), (place.start, place.end), "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
}

#[test]
fn limits_are_told_all_at_once() {
    let many = |count: usize, name: fn(usize) -> String| {
        (0..count).map(|n| format!("ALARM({})", name(n))).collect::<Vec<_>>().join(" OR ")
    };
    assert_eq!(Rule::parse(&many(500, |n| format!("a{}", n % 100))).unwrap().children().len(), 100);
    let errors = Rule::parse(&many(501, |n| n.to_string())).unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(errors.len(), 2, "{messages:?}");
    assert!(messages[0].contains("100 alarms") && messages[1].contains("500 elements"), "{messages:?}");

    let name = "x".repeat(MAX_LENGTH - "ALARM()".len());
    assert!(Rule::parse(&format!("ALARM({name})")).is_ok());
    let error = &Rule::parse(&format!("ALARM({name}é)")).unwrap_err()[0];
    assert!(error.message.contains("10240 characters at most, this one has 10241"), "{error}");
    for deep in ["(", "NOT ", "NOT ("] {
        let error = &Rule::parse(&deep.repeat(2000)).unwrap_err()[0];
        assert!(error.message.contains("nest 100 deep"), "{error}");
    }
}

#[test]
fn a_rule_is_printed_with_the_order_it_is_read_in() {
    let cases = [
        ("ALARM(a) OR ALARM(b) AND OK(c)", r#"ALARM("a") OR (ALARM("b") AND OK("c"))"#),
        ("NOT ALARM(a) AND ALARM(b)", r#"NOT ALARM("a") AND ALARM("b")"#),
        ("NOT (ALARM(a) OR TRUE)", r#"NOT (ALARM("a") OR TRUE)"#),
        ("((ALARM ( a )))", r#"ALARM("a")"#),
        ("NOT NOT FALSE", "NOT NOT FALSE"),
        ("AT_LEAST( 50% ,NOT OK,(a,\"b c\") )", r#"AT_LEAST(50%, NOT OK, ("a", "b c"))"#),
        (r#"OK("say \"hi\", \o/")"#, r#"OK("say \"hi\", \o/")"#),
        (r"OK(end\)", r"OK(end\)"),
    ];
    for (text, expected) in cases {
        let rule = Rule::parse(text).unwrap();
        assert_eq!(rule.to_string(), expected, "{text}");
        assert_eq!(Rule::parse(expected).unwrap(), rule, "{text}");
    }
}

#[test]
fn alarms_are_named_by_name_or_by_arn() {
    let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu:high";
    assert_eq!(name_of(arn), "cpu:high");
    assert_eq!(
        name_of("arn:aws:sns:eu-west-1:111122223333:alarm:x"),
        "arn:aws:sns:eu-west-1:111122223333:alarm:x"
    );
    assert_eq!(name_of("arn:of:nothing"), "arn:of:nothing");
    let rule = Rule::parse(&format!("ALARM({arn}) AND ALARM(cpu:high)")).unwrap();
    assert_eq!(rule.children(), ["cpu:high"]);
    assert_eq!(rule.state(states("cpu:high=ALARM")), Ok(StateValue::Alarm));
    let missing = Rule::parse("ALARM(a) OR OK(b) OR OK(a)").unwrap().state(states("b=OK")).unwrap_err();
    assert_eq!(missing.to_string(), "the rule names alarms that do not exist: a");
}

#[test]
fn every_child_says_what_it_contributes() {
    let rule = Rule::parse("(ALARM(cpu) OR ALARM(disk)) AND NOT ALARM(deploy)").unwrap();
    let shown = |text: &'static str| -> Vec<String> {
        rule.contributions(states(text))
            .iter()
            .map(|child| {
                let changes: Vec<&str> = child.changes_at.iter().map(|state| state.name()).collect();
                format!("{} {} {}", child.alarm, child.is_decisive, changes.join(","))
            })
            .collect()
    };
    assert_eq!(
        shown("cpu=ALARM disk=OK deploy=OK"),
        ["cpu true OK,INSUFFICIENT_DATA", "disk false ", "deploy true ALARM"]
    );
    assert_eq!(shown("cpu=OK disk=OK deploy=OK"), ["cpu true ALARM", "disk true ALARM", "deploy false "]);
    assert_eq!(
        shown("cpu=ALARM disk=ALARM deploy=ALARM"),
        ["cpu false ", "disk false ", "deploy true OK,INSUFFICIENT_DATA"]
    );
    let judgement = rule.judge(states("cpu=ALARM disk=OK deploy=OK"));
    assert!(judgement.holds && judgement.parts[0].parts[0].is_decisive);
    assert_eq!(judgement.parts[0].parts[1].text, "ALARM(\"disk\")");

    let judgement =
        Rule::parse("AT_LEAST(60%, NOT OK, (a, b, c))").unwrap().judge(states("a=ALARM b=OK c=OK"));
    assert_eq!((judgement.holds, judgement.count), (false, Some((1, 2))));
    let decisive: Vec<bool> = judgement.parts.iter().map(|part| part.is_decisive).collect();
    assert_eq!(decisive, [false, true, true]);
}

#[test]
fn cycles_are_found_and_ways_that_join_are_none() {
    let find = |text: &'static str| {
        let children: BTreeMap<&str, Vec<&str>> = text
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, children)| (name, children.split(',').collect()))
            .collect();
        cycles(&children)
    };
    assert_eq!(find("a=b,c b=d c=d d=leaf"), Vec::<Vec<&str>>::new());
    assert_eq!(find("a=a b=c"), [["a"]]);
    assert_eq!(find("z=y y=x x=z q=z p=q,p"), [vec!["p"], vec!["x", "y", "z"]]);
    assert_eq!(find("a=b b=a,c c=d d=c e=a"), [["a", "b"], ["c", "d"]]);

    let names: Vec<String> = (0..20_000).map(|n| format!("{n:05}")).collect();
    let next = |n: usize| vec![names[(n + 1) % names.len()].as_str()];
    let ring = names.iter().enumerate().map(|(n, name)| (name.as_str(), next(n))).collect();
    assert_eq!(cycles(&ring)[0].len(), 20_000);
}

#[test]
fn periods_show_themselves_and_end_with_their_suppressor() {
    use StateValue::{Alarm, Ok};
    let mut suppression = Suppression::new(60, 60, Ok, Ok);
    assert_eq!(suppression.suppressed_by(), None);
    assert_eq!(suppression.composite_is(0, Alarm), []);
    assert_eq!((suppression.suppressed_by(), suppression.next()), (Some(SuppressedBy::WaitPeriod), Some(60)));
    assert_eq!(suppression.suppressor_is(59, Alarm), []);
    assert_eq!((suppression.suppressed_by(), suppression.next()), (Some(SuppressedBy::Alarm), None));
    assert_eq!(suppression.suppressor_is(100, Ok), []);
    assert_eq!(suppression.suppressed_by(), Some(SuppressedBy::ExtensionPeriod));
    suppression.replace(Ok);
    assert_eq!((suppression.suppressed_by(), suppression.due(1_000)), (None, None));

    let mut at_once = Suppression::new(0, 0, Ok, Ok);
    assert_eq!(at_once.composite_is(5, Alarm), [ActionRun { at: 5, state: Alarm }]);
    assert_eq!(at_once.composite_is(6, Alarm), []);
    let mut late = Suppression::new(10, 10, Ok, Ok);
    late.composite_is(0, Alarm);
    assert_eq!(late.suppressor_is(10, Alarm), [ActionRun { at: 10, state: Alarm }]);
}

#[test]
fn a_composite_alarm_is_read_and_written() {
    let document = json!({
        "AlarmName": "site", "AlarmRule": "ALARM(cpu) AND NOT ALARM(deploy)",
        "AlarmActions": ["arn:aws:sns:eu-west-1:111122223333:ops"], "ActionsSuppressor": "deploy",
        "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 0,
    });
    let alarm: CompositeAlarm = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&alarm).unwrap(), document);
}

fn rule() -> impl Strategy<Value = String> {
    let name = prop_oneof!["[a-d]", r#""[a-c ,()]{1,3}""#, r#""\\\\"""#];
    let state = prop_oneof!["ALARM", "OK", "INSUFFICIENT_DATA"];
    let at_least = (1_u32..4, "(NOT )?", state.clone(), name.clone(), name.clone())
        .prop_map(|(count, not, state, a, b)| format!("AT_LEAST({count}, {not}{state}, ({a}, {b}))"));
    let leaf = prop_oneof![
        4 => (state, name).prop_map(|(state, name)| format!("{state}({name})")),
        1 => Just("TRUE".to_owned()),
        1 => at_least,
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" AND "))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.prop_map(|part| format!("NOT {part}")),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_the_same_rule(text in rule()) {
        let rule = Rule::parse(&text).unwrap();
        let again = Rule::parse(&rule.to_string()).unwrap();
        prop_assert_eq!(again.to_string(), rule.to_string());
        let state_of = |alarm: &str| Some(StateValue::ALL[alarm.len() % 3]);
        prop_assert_eq!(again.state(state_of), rule.state(state_of));
        prop_assert_eq!(rule.judge(state_of).holds, rule.state(state_of) == Ok(StateValue::Alarm));
    }

    #[test]
    fn any_text_is_read_or_refused(
        text in r#"(ALARM|OK|AT_LEAST|AND|OR|NOT|TRUE|[(),"\\ %]|[a-z]|[0-9]|é){0,40}"#
    ) {
        match Rule::parse(&text) {
            Err(errors) => for error in errors {
                prop_assert!(error.at <= error.end && error.end <= text.len());
                prop_assert!(error.pointed(&text).contains('^'));
            },
            Ok(rule) => {
                rule.contributions(|_| Some(StateValue::Alarm));
                Rule::parse(&rule.to_string()).unwrap();
            }
        }
    }
}
