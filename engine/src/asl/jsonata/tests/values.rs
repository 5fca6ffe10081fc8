//! Values in which the crate and the reference library could differ.

use serde_json::json;

use crate::asl::scope::Variables;
use crate::random::Random;

use super::{Bindings, Expression, evaluate, input};

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

#[test]
fn functions_give_what_the_reference_gives() {
    for (source, expected) in [
        ("$number('-1.50e1')", json!(-15)),
        ("$number('007')", json!(7)),
        ("$number('0x1F') + $number('0o17') + $number('0b11')", json!(49)),
        ("[$number(true), $number(2.5), $number('3')]", json!([1, 2.5, 3])),
        ("$map(['1', '2'], $number)", json!([1, 2])),
        ("'7' ~> $number", json!(7)),
        ("'7' ~> $number()", json!(7)),
        ("($n := $number; $n('4'))", json!(4)),
        ("($number := function($x) { 'mine' }; $number('4'))", json!("mine")),
        ("$exists($number('1')[$ > 1])", json!(false)),
        ("$clone({'a': [1]})", json!({"a": [1]})),
        ("$states.input.people[0].$clone().name", json!("A")),
        ("$states.input.text.$pad(5)", json!("abc  ")),
        ("$pad('a', 4, 'xy')", json!("axyx")),
        ("($p := $pad(?, -3, '0'); $p('7'))", json!("007")),
        ("$encodeUrl('https://a.b/ü?x=y z#e%')", json!("https://a.b/%C3%BC?x=y%20z#e%25")),
        ("$decodeUrl('a%20b%2Fc%C3%BC')", json!("a b%2Fcü")),
        ("$decodeUrlComponent('a%20b%2Fc')", json!("a b/c")),
        ("$fromMillis(1577934245678.9)", json!("2020-01-02T03:04:05.678Z")),
        ("$reduce([4], function($a, $b) { $a + $b })", json!(4)),
        ("$reduce([1, 2], function($a, $b) { $a + $b })", json!(3)),
        ("[1, 2, 3] ~> $reduce(function($a, $b) { $a + $b })", json!(6)),
        ("$exists($reduce([], function($a, $b) { $a }))", json!(false)),
        ("[$reduce($states.input.empty, function($a, $b) { $a }, 5)]", json!([5])),
        ("$states.input.people.$reduce([1, age], function($a, $b) { $a + $b })", json!([4, 6])),
        ("[2..$states.input.list[2]]", json!([2, 3])),
        ("[$nope..3]", json!([])),
        ("$exists($eval)", json!(false)),
    ] {
        assert_eq!(
            evaluate(source).unwrap_or_else(|failure| panic!("{}", failure.cause)),
            expected,
            "{source}"
        );
    }
    assert!(evaluate("$reduce($states.input.empty, function($a, $b) { $a })").is_err());
}

#[test]
fn a_variable_of_the_name_of_a_function_hides_it() {
    let (input, context, mut variables) = (input(), input().into(), Variables::default());
    variables.assign("number", json!(5).into());
    let bindings = Bindings {
        input: &input,
        context: &context,
        result: None,
        error_output: None,
        variables: &variables,
        now: Default::default(),
    };
    let evaluate = |source| {
        Expression::compile(source).unwrap().evaluate(&bindings, &mut Random::new([0; 32]), "Output")
    };
    assert_eq!(evaluate("$number + 1").unwrap(), json!(6));
    assert_eq!(evaluate("[$number, $number * 2]").unwrap(), json!([5, 10]));
    assert!(
        evaluate("$number('1')").unwrap_err().cause.ends_with("T1006: Attempted to invoke a non-function")
    );
}
