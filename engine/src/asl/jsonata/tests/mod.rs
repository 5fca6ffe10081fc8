mod hostile;
mod syntax;
mod values;
mod words;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Bindings, Expression, Kind};
use crate::asl::failure::{Failure, QUERY_EVALUATION_ERROR};
use crate::asl::scope::Variables;
use crate::random::Random;

fn input() -> Value {
    json!({
        "a": 1, "list": [1, 2, 3], "one": [7], "none": null, "empty": [], "text": "abc",
        "people": [{"name": "A", "age": 3}, {"name": "B", "age": 5}], "nested": [[1, 2], [3]],
    })
}

/// More time than anything here takes, however slow the machine.
fn evaluate(source: &str) -> Result<Value, Failure> {
    evaluate_within(20_000, source)
}

fn evaluate_within(time: u64, source: &str) -> Result<Value, Failure> {
    let (input, context) =
        (input(), json!({"Execution": {"Name": "e"}, "Map": {"Item": {"Index": 4}}}).into());
    let mut variables = Variables::default();
    variables.assign("v", json!({"w": 9}).into());
    let bindings = Bindings {
        input: &input,
        context: &context,
        result: None,
        error_output: Some(&json!({"Error": "E"})),
        variables: &variables,
        now: "2024-02-29T12:30:00.250Z".parse::<Timestamp>().unwrap(),
    };
    let expression =
        Expression::compile(source).unwrap_or_else(|refusal| panic!("{source}: {}", refusal.message));
    expression
        .evaluate_within(time, &bindings, &mut Random::new([5; 32]))
        .map_err(|trouble| expression.failure("Output", &trouble))
}

#[test]
fn expressions_give_values() {
    for (source, expected) in [
        ("$states.input.a", json!(1)),
        ("$states.input.people[age > 4].name", json!("B")),
        ("$states.input.people.name", json!(["A", "B"])),
        ("$states.input.people[0].name", json!("A")),
        ("$states.input.one", json!([7])),
        ("$states.input.one[]", json!([7])),
        ("$states.input.list[$ > 2]", json!(3)),
        ("$states.input.list[$ > 2][]", json!([3])),
        ("[$states.input.list[$ > 2]]", json!([3])),
        ("$states.input.nested", json!([[1, 2], [3]])),
        ("$states.input.none", Value::Null),
        ("$states.input.empty", json!([])),
        ("$states.context.Map.Item.Index", json!(4)),
        ("$states.errorOutput.Error", json!("E")),
        ("$keys($states.input)[0]", json!("a")),
        ("$v.w", json!(9)),
        ("($v := 2; $v)", json!(2)),
        ("$count($states.input.people^(>age))", json!(2)),
        ("$states.input.people{name: age}", json!({"A": 3, "B": 5})),
        ("$map($states.input.list, function($x, $i) { $x * $i })", json!([0, 2, 6])),
        ("$reduce($states.input.list, function($x, $y) { $x & '-' & $y })", json!("1-2-3")),
        ("($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(5))", json!(120)),
        ("($f := function($n, $s) { $n = 0 ? $s : $f($n - 1, $s + $n) }; $f(500, 0))", json!(125_250)),
        ("'a' & 1 & null & true & {'b': 2} & $nope", json!("a1nulltrue{\"b\":2}")),
        ("($x := 'a'; $x & 1 & null & true & {'b': 2} & $nope)", json!("a1nulltrue{\"b\":2}")),
        (
            "($x := {'k': [1]}; [$x = {'k': [1]}, $x != $x, [1] in [[1]], 'a' = 'a'])",
            json!([true, false, false, true]),
        ),
        ("($x := [3, 1]; $x ~> $sort() ~> $string())", json!("[1,3]")),
        ("($f := $uppercase ~> $trim; $f(' x '))", json!("X")),
        ("($x := [1, 2]; [$x, [$x], $x[0], 3..5])", json!([1, 2, [1, 2], 1, 3, 4, 5])),
        ("{'u': $nope, 'n': null, 'l': [$nope, 1]}", json!({"n": null, "l": [1]})),
        ("1e20", json!(1e20)),
        ("9007199254740992", json!(9_007_199_254_740_992_i64)),
        ("1.5 + 1", json!(2.5)),
        ("$contains('hello world', /o w/)", json!(true)),
    ] {
        assert_eq!(evaluate(source).unwrap(), expected, "{source}");
    }
}

#[test]
fn the_service_has_functions_of_its_own() {
    for (source, expected) in [
        ("$partition([1..5], 2)", json!([[1, 2], [3, 4], [5]])),
        ("$partition([1..3], 9)", json!([[1, 2, 3]])),
        ("$partition([1..3], 2.9)", json!([[1, 2], [3]])),
        ("$range(1, 9, 2)", json!([1, 3, 5, 7, 9])),
        ("$range(0, 10, 3)", json!([0, 3, 6, 9])),
        ("$range(1, 9, 9)", json!(1)),
        ("$range(5, 1, -2)", json!([5, 3, 1])),
        ("$range(-1.7, 2, 1)", json!([-1, 0, 1, 2])),
        ("$count($range(1, 5000, 1))", json!(5000)),
        ("$hash('abc', 'SHA-1')", json!("a9993e364706816aba3e25717850c26c9cd0d89d")),
        ("$hash('abc')", json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        ("$random(42)", json!(0.7275636800328681)),
        ("$parse('{\"a\": [1.5]}')", json!({"a": [1.5]})),
        ("$parse('null')", Value::Null),
        ("$length($uuid())", json!(36)),
        ("$pad('x', -3, '#')", json!("##x")),
        ("$pad('x', 3)", json!("x  ")),
        ("$now()", json!("2024-02-29T12:30:00.250Z")),
        ("$now('[Y]-[D]')", json!("2024-29")),
        ("$millis()", json!(1_709_209_800_250_i64)),
        ("$sort($shuffle([3, 1, 2]))", json!([1, 2, 3])),
        ("$type($random())", json!("number")),
    ] {
        assert_eq!(evaluate(source).unwrap(), expected, "{source}");
    }
    for source in ["$uuid()", "$random()", "$shuffle([1..100])"] {
        assert_eq!(evaluate(source), evaluate(source), "{source}");
    }
    assert_ne!(evaluate("[$random(), $uuid()]").unwrap(), evaluate("[$random(42), '']").unwrap());
}

#[test]
fn nothing_functions_and_errors_are_failures_with_the_services_causes() {
    for (source, what) in [
        ("$nope", "returned nothing (undefined)."),
        ("$states.input.gone", "returned nothing (undefined)."),
        ("$partition([], 1)", "returned nothing (undefined)."),
        ("$partition([1], 0)", "returned nothing (undefined)."),
        ("$range(1, 5, -1)", "returned nothing (undefined)."),
        ("$range(1, 5)", "returned nothing (undefined)."),
        ("$sum", "returned an unsupported result type."),
        ("function($x) { $x }", "returned an unsupported result type."),
        ("[/a/]", "returned an unsupported result type."),
        ("$eval('1')", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("$nope()", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("$error('no')", "threw an error during evaluation. D3137: no"),
        (
            "1 + 'a'",
            "threw an error during evaluation. T2002: The right side of the \"+\" operator must evaluate to a number",
        ),
        (
            "'a' - 1",
            "threw an error during evaluation. T2001: The left side of the \"-\" operator must evaluate to a number",
        ),
        (
            "['a'..2]",
            "threw an error during evaluation. T2003: The left side of the range operator (..) must evaluate to an integer",
        ),
        (
            "$uppercase(1)",
            "threw an error during evaluation. T0410: Argument 1 of function \"uppercase\" does not match function signature",
        ),
        (
            "$hash('a', 'sha')",
            "threw an error during evaluation. T0410: Argument 2 of function \"hash\" does not match function signature",
        ),
    ] {
        let failure = evaluate(source).unwrap_err();
        assert_eq!(failure.error, QUERY_EVALUATION_ERROR, "{source}");
        assert_eq!(failure.location.as_deref(), Some("Output"));
        let expected = format!("The JSONata expression '{source}' specified for the field 'Output' {what}");
        assert_eq!(failure.cause, expected);
    }
}

#[test]
fn a_field_of_one_kind_says_what_it_got() {
    let (input, context, variables) = (input(), input().into(), Variables::default());
    let bindings = Bindings {
        input: &input,
        context: &context,
        result: None,
        error_output: None,
        variables: &variables,
        now: Timestamp::UNIX_EPOCH,
    };
    let mut random = Random::new([0; 32]);
    for (source, kind, what) in [
        ("1", Kind::Array, Some("Expected 'array', but was 'number' for value: 1")),
        (
            "{'foo': 'bar'}",
            Kind::Array,
            Some("Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"),
        ),
        ("'s'", Kind::Number, Some("Expected 'number', but was 'string' for value: \"s\"")),
        ("null", Kind::Boolean, Some("Expected 'boolean', but was 'null' for value: null")),
        ("[1]", Kind::Array, None),
        ("'s'", Kind::String, None),
    ] {
        let result = Expression::compile(source).unwrap().evaluate_as(kind, &bindings, &mut random, "Items");
        match what {
            None => assert!(result.is_ok(), "{source}"),
            Some(what) => assert_eq!(
                result.unwrap_err().cause,
                format!(
                    "The JSONata expression '{source}' specified for the field 'Items' returned an unexpected result type. {what}"
                )
            ),
        }
    }
}

#[test]
fn what_has_nothing_to_look_at_is_refused() {
    let top = |name: &str| format!("Reference to '{name}' at the top level is not supported.");
    for (source, message) in [
        ("phone", top("phone")),
        ("phone.number", top("phone")),
        ("$", top("$")),
        ("$.a", top("$")),
        ("*", top("*")),
        ("**.a", top("**")),
        ("$sum(amounts)", top("amounts")),
        ("$states.input.a + b", top("b")),
        ("$map($states.input.a, function($x) { b })", top("b")),
        ("{'k': v}", top("v")),
        ("[1, x]", top("x")),
        ("($a := b; $a)", top("b")),
        ("foo(1)", top("foo")),
        ("items[value > 3]", top("items")),
        ("$$", "Reference to '$$' is not supported.".to_owned()),
        ("$states.input[a = $$.b]", "Reference to '$$' is not supported.".to_owned()),
    ] {
        let refusal = Expression::compile(source).unwrap_err();
        assert_eq!((refusal.code, refusal.message), ("UNSUPPORTED_JSONATA_EXPRESSION", message), "{source}");
    }
    for source in [
        "$states.input.items[value > 3].(a + $.b)",
        "$states.input^(>age).name",
        "$states.input.{'k': v}",
        "$states.input{k: $sum(v)}",
        "$states.input.items[$ = 1]",
        "$states.input ~> |a|{'b': c}|",
        "$phone",
        "'literal'",
        "/* words */ 1",
    ] {
        assert!(Expression::compile(source).is_ok(), "{source}");
    }
}

#[test]
fn what_would_never_end_ends() {
    for (source, what) in [
        ("($f := function($s) { $f($s & $s) }; $f('ab'))", "memory limit exceeded"),
        ("($f := function($s) { $f([$s, $s]) }; $f([1]))", "memory limit exceeded"),
        ("($f := function($s) { $f($append($s, $s)) }; $f([1]))", "memory limit exceeded"),
        ("$reduce([1..60], function($s, $n) { [[$s], [$s]] })", "memory limit exceeded"),
        (
            "($f := function($x, $n) { $n = 0 ? $x : $f([[$x], [$x]], $n - 1) }; $f(1, 60) = $f(1, 60))",
            "memory limit exceeded",
        ),
        ("($x := $reduce([1..60], function($s, $n) { [[$s], [$s]] }); $string($x))", "memory limit exceeded"),
        ("($x := $reduce([1..60], function($s, $n) { [[$s], [$s]] }); '' & $x)", "memory limit exceeded"),
        (
            "($x := $reduce([1..60], function($s, $n) { [[$s], [$s]] }); $x ~> $string())",
            "memory limit exceeded",
        ),
        ("[1..900000]", "memory limit exceeded"),
        ("$range(1, 360146, 1)", "memory limit exceeded"),
        ("$pad('x', 1e15)", "memory limit exceeded"),
        ("($f := function($n) { 1 + $f($n) }; $f(1))", "Stack overflow error"),
        ("[1..99999999999]", "D2014"),
    ] {
        let failure = evaluate(source).unwrap_err();
        assert_eq!(failure.error, QUERY_EVALUATION_ERROR, "{source}");
        assert!(failure.cause.contains(what), "{}", failure.cause);
    }
    for source in ["($f := function() { $f() }; $f())", "[1..800000].$sum([1..800000].(1 + 1))"] {
        let failure = evaluate_within(50, source).unwrap_err();
        assert!(
            failure.cause.ends_with("Expression evaluation timeout: Check for infinite loop"),
            "{}",
            failure.cause
        );
    }
    assert_eq!(evaluate(&format!("{}1", "1+".repeat(99))).unwrap(), json!(100));
    let failure = evaluate(&format!("{}1", "1+".repeat(100))).unwrap_err();
    assert!(failure.cause.ends_with(
        "threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. \
         Consider rewriting as tail-recursive. Depth=101 max=100"
    ));
}

#[test]
fn an_expression_knows_what_it_reads() {
    let expression =
        Expression::compile("($x := $a; $states.input.b[$c = 1] & $states.context.d & $x)").unwrap();
    assert_eq!(expression.variables().collect::<Vec<_>>(), ["a", "c"]);
    assert!(expression.reads_states("input") && expression.reads_states("context"));
    assert!(!expression.reads_states("result"));
    assert!(Expression::compile("$states").unwrap().reads_states("result"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_panics(text in "\\PC{0,30}", tokens in r#"[$()\[\]{}.,;:=+*&'a1 ?~>@#%|^/-]{0,20}"#) {
        for text in [text, tokens] {
            if Expression::compile(&text).is_ok() {
                let _ = evaluate_within(200, &text);
            }
        }
    }
}
