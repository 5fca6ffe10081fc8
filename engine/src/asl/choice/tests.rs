use serde_json::{Value, json};

use super::Condition;
use super::pattern::Pattern;
use crate::asl::failure::RUNTIME;
use crate::asl::scope::{Scope, Variables};

fn holds(rule: &Value, input: &Value) -> Result<bool, crate::asl::failure::Failure> {
    let (context, variables) = (json!({"c": 1}).into(), Variables::default());
    Condition::compile(rule).unwrap().holds(&Scope { input, context: &context, variables: &variables })
}

#[test]
fn an_operator_holds_only_between_values_of_its_kind() {
    for (operator, operand, value, expected) in [
        ("StringEquals", json!("a"), json!("a"), true),
        ("StringEquals", json!("1"), json!(1), false),
        ("StringLessThan", json!("b"), json!("a"), true),
        ("StringLessThan", json!("\u{ffff}"), json!("😀"), true),
        ("StringGreaterThanEquals", json!("a"), json!("a"), true),
        ("NumericEquals", json!(0), json!(0.0), true),
        ("NumericEquals", json!(0), json!(-0.0), true),
        ("NumericEquals", json!(0), json!(false), false),
        ("NumericEquals", json!(1), json!("1"), false),
        ("NumericEquals", json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
        ("NumericLessThan", json!(2), json!(1.5), true),
        ("NumericGreaterThan", json!(2), json!(2), false),
        ("BooleanEquals", json!(false), json!(false), true),
        ("BooleanEquals", json!(false), json!(null), false),
        ("TimestampEquals", json!("2016-03-14T01:59:00Z"), json!("2016-03-14T02:59:00+01:00"), true),
        ("TimestampEquals", json!("2016-03-14T01:59:00Z"), json!("2016-03-14 01:59:00Z"), false),
        ("TimestampLessThan", json!("2016-03-14T01:59:00.5Z"), json!("2016-03-14T01:59:00.25Z"), true),
        ("TimestampLessThan", json!("2016-03-14T01:59:00Z"), json!("2016-03-14T01:59:00"), false),
        ("TimestampLessThanEquals", json!("2016-03-14T01:59:00Z"), json!("2016-02-30T01:59:00Z"), false),
        ("IsNull", json!(true), json!(null), true),
        ("IsNull", json!(false), json!(0), true),
        ("IsBoolean", json!(true), json!(false), true),
        ("IsNumeric", json!(true), json!("1"), false),
        ("IsString", json!(false), json!("x"), false),
        ("IsTimestamp", json!(true), json!("2012-10-09T19:00:55Z"), true),
        ("IsTimestamp", json!(true), json!("2012-10-09T19:00:55+01:00"), true),
        ("IsTimestamp", json!(true), json!("2012-10-09t19:00:55z"), false),
        ("IsTimestamp", json!(true), json!("2012-10-09"), false),
        ("IsTimestamp", json!(true), json!("2012-10-09T19:00:55.Z"), false),
        ("IsTimestamp", json!(false), json!(1), true),
        ("IsPresent", json!(true), json!(null), true),
        ("IsPresent", json!(false), json!(null), false),
        ("StringMatches", json!("a*c"), json!("abc"), true),
        ("StringMatches", json!("a*c"), json!(1), false),
    ] {
        let rule = json!({"Variable": "$.v", operator: operand, "Next": "N"});
        assert_eq!(holds(&rule, &json!({"v": value})), Ok(expected), "{rule} {value}");
        if operator.contains("Than") || operator.contains("Equals") {
            let rule = json!({"Variable": "$.v", format!("{operator}Path"): "$.w", "Next": "N"});
            assert_eq!(holds(&rule, &json!({"v": value, "w": operand})), Ok(expected), "{rule} {value}");
        }
    }
}

#[test]
fn conditions_combine_and_stop_early() {
    let yes = json!({"Variable": "$.v", "NumericEquals": 1});
    let no = json!({"Variable": "$.v", "NumericEquals": 2});
    let gone = json!({"Variable": "$.gone", "NumericEquals": 2});
    for (rule, expected) in [
        (json!({"And": [yes, yes]}), true),
        (json!({"And": [yes, no]}), false),
        (json!({"And": [no, gone]}), false),
        (json!({"Or": [no, yes]}), true),
        (json!({"Or": [yes, gone]}), true),
        (json!({"Or": [no, no]}), false),
        (json!({"Not": no}), true),
        (
            json!({"Not": {"And": [{"Not": no}, {"Or": [yes]}]}, "Next": "N", "Comment": "c", "Assign": {}}),
            false,
        ),
        (json!({"And": [{"Variable": "$.gone", "IsPresent": true}, gone]}), false),
        (json!({"Variable": "$.gone", "IsPresent": false}), true),
        (json!({"Variable": "$.list[0]", "IsPresent": true}), false),
        (json!({"Variable": "$$.c", "NumericEquals": 1}), true),
    ] {
        assert_eq!(holds(&rule, &json!({"v": 1, "list": []})), Ok(expected), "{rule}");
    }
}

#[test]
fn a_missing_variable_fails_the_run() {
    for (rule, path) in [
        (json!({"Variable": "$.gone", "StringEquals": "x"}), "$.gone"),
        (json!({"Variable": "$.gone", "IsNull": true}), "$.gone"),
        (json!({"Variable": "$.v", "NumericEqualsPath": "$.a.gone"}), "$.a.gone"),
        (json!({"Not": {"Variable": "$unset", "IsString": true}}), "$unset"),
    ] {
        let failure = holds(&rule, &json!({"v": 1})).unwrap_err();
        assert_eq!(failure.error, RUNTIME, "{rule}");
        let cause =
            format!("Invalid path '{path}': The choice state's condition path references an invalid value.");
        assert_eq!(failure.cause, cause);
    }
}

#[test]
fn patterns_match_whole_texts() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("a", "a", true),
        ("*", "", true),
        ("*.log", "x.log", true),
        ("*.log", "x.log.gz", false),
        ("a*a", "a", false),
        ("a*b*c", "a--b--c", true),
        ("a*b*c", "a--c--b", false),
        ("**b", "ab", true),
        ("a\\*", "a*", true),
        ("a\\*", "ab", false),
        ("a\\\\*", "a\\b", true),
        ("\\a", "\\a", true),
        ("zeb*", "zébra", false),
        ("é*é", "éé", true),
    ] {
        assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} {text}");
    }
}

#[test]
fn every_fault_of_a_rule_has_its_place() {
    for (rule, faults) in [
        (json!(1), vec![("", "Expected value of type [OBJECT]")]),
        (json!({"Next": "N"}), vec![("", "A rule needs a Variable with an operator, or And, Or or Not")]),
        (json!({"StringEquals": "x"}), vec![("", "The field 'Variable' is required but was missing")]),
        (
            json!({"Variable": "x", "StringEquals": 1}),
            vec![
                ("/StringEquals", "Expected value of type [STRING]"),
                ("/Variable", "Value is not a valid JSONPath: a path begins with $ at index 0"),
            ],
        ),
        (
            json!({"Variable": "$.x", "StringEquals": "a", "IsNull": true}),
            vec![("", "A rule has one operator only")],
        ),
        (json!({"Variable": "$.x", "Equals": 1}), vec![("/Equals", "Field 'Equals' is not supported")]),
        (
            json!({"Variable": "$.x", "BooleanLessThan": true}),
            vec![("/BooleanLessThan", "Field 'BooleanLessThan' is not supported")],
        ),
        (
            json!({"Variable": "$.x", "TimestampEquals": "2020-01-01"}),
            vec![("/TimestampEquals", "String does not match RFC3339 timestamp")],
        ),
        (
            json!({"And": [{"Variable": "$.x", "IsNull": 1}, {"Or": []}, {"Not": 5}]}),
            vec![
                ("/And[0]/IsNull", "Expected value of type [BOOLEAN]"),
                ("/And[1]/Or", "Value cannot be empty"),
                ("/And[2]/Not", "Expected value of type [OBJECT]"),
            ],
        ),
        (
            json!({"And": [{"Variable": "$.x", "IsNull": true, "Next": "N"}]}),
            vec![("/And[0]/Next", "Field 'Next' is not supported")],
        ),
    ] {
        let found = Condition::compile(&rule).unwrap_err();
        let found: Vec<_> =
            found.iter().map(|fault| (fault.pointer.as_str(), fault.message.as_str())).collect();
        assert_eq!(found, faults, "{rule}");
    }
    let deep = (0..300).fold(json!({"Variable": "$.x", "IsNull": true}), |inner, _| json!({"Not": inner}));
    assert!(Condition::compile(&deep).unwrap_err()[0].message.contains("nest"));
}
