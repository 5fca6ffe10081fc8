use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Intrinsic, MAX_NESTING};
use crate::asl::context::Context;
use crate::asl::failure::{Failure, INTRINSIC_FAILURE, RUNTIME};
use crate::asl::scope::{Scope, Variables};
use crate::random::Random;

fn evaluate(call: &str, input: &Value) -> Result<Value, Failure> {
    let context = Context::from(json!({"State": {"Name": "P"}}));
    let mut variables = Variables::default();
    variables.assign("n", json!(40).into());
    let scope = Scope { input, context: &context, variables: &variables };
    Intrinsic::parse(call).unwrap().evaluate(&scope, &mut Random::new([7; 32]))
}

#[test]
fn functions_give_values() {
    let input =
        json!({"a": [3, 1, 3], "o": {"x": 1, "y": 2}, "p": {"y": 3}, "s": "it", "t": "n={}", "d": 2.5});
    for (call, expected) in [
        ("States.Format('a {} b {}', $.s, $.a)", json!("a it b [3,1,3]")),
        ("States.Format('\\{{}\\} \\\\ \\'', 1)", json!("{1} \\ '")),
        ("States.Format($.t, null)", json!("n=null")),
        ("States.Format('{}{}', $.o, true)", json!("{\"x\":1,\"y\":2}true")),
        ("States.Format('bare')", json!("bare")),
        ("States.StringToJson('{\"b\": [1, 2]}')", json!({"b": [1, 2]})),
        ("States.StringToJson('')", Value::Null),
        ("States.JsonToString($.o)", json!("{\"x\":1,\"y\":2}")),
        ("States.JsonToString($)", json!(input.to_string())),
        ("States.Array()", json!([])),
        ("States.Array(1, 'b', null, $.s, -2.5e1)", json!([1, "b", null, "it", -25.0])),
        ("States.ArrayPartition($.a, 2)", json!([[3, 1], [3]])),
        ("States.ArrayPartition($.a, 1.5)", json!([[3, 1], [3]])),
        ("States.ArrayContains($.a, 1)", json!(true)),
        ("States.ArrayContains($.a, 1.0)", json!(true)),
        ("States.ArrayContains($.a, '1')", json!(false)),
        ("States.ArrayRange(1, 9, 2)", json!([1, 3, 5, 7, 9])),
        ("States.ArrayRange(5, 1, -2)", json!([5, 3, 1])),
        ("States.ArrayRange(1, 0, 1)", json!([])),
        ("States.ArrayGetItem($.a, 1)", json!(1)),
        ("States.ArrayLength($.a)", json!(3)),
        ("States.ArrayLength($.no[*].x)", json!(0)),
        ("States.ArrayUnique($.a)", json!([3, 1])),
        ("States.Base64Encode('é')", json!("w6k=")),
        ("States.Base64Decode('w6k=')", json!("é")),
        ("States.Hash('', 'MD5')", json!("d41d8cd98f00b204e9800998ecf8427e")),
        ("States.Hash('abc', 'SHA-1')", json!("a9993e364706816aba3e25717850c26c9cd0d89d")),
        ("States.JsonMerge($.o, $.p, false)", json!({"x": 1, "y": 3})),
        ("States.MathAdd($n, 2)", json!(42)),
        ("States.MathAdd($.d, -0.5)", json!(3)),
        ("States.MathRandom(4, 5)", json!(4)),
        ("States.MathRandom(0, 100, 42)", json!(72)),
        ("States.StringSplit('a.b+c..', '.+')", json!(["a", "b", "c"])),
        ("States.StringSplit('', ',')", json!([])),
        ("States.Format('{}', States.MathAdd(1, States.ArrayLength($.a)))", json!("4")),
        (" States.Format( 'x' ) ", json!("x")),
        ("States.Format('{}', $$.State.Name)", json!("P")),
        ("States.Format('{}', $['s'])", json!("it")),
    ] {
        assert_eq!(evaluate(call, &input).unwrap(), expected, "{call}");
    }
}

#[test]
fn uuids_and_random_numbers_come_from_the_seed() {
    let uuid = evaluate("States.UUID()", &json!({})).unwrap();
    assert_eq!(uuid, evaluate("States.UUID()", &json!({})).unwrap());
    assert_eq!(uuid.as_str().unwrap().as_bytes()[14], b'4');
    let (input, context, variables) = (json!({}), Context::from(json!({})), Variables::default());
    let scope = Scope { input: &input, context: &context, variables: &variables };
    let mut random = Random::new([1; 32]);
    let call = Intrinsic::parse("States.MathRandom(-2, 2)").unwrap();
    let drawn: std::collections::BTreeSet<i64> =
        (0..200).map(|_| call.evaluate(&scope, &mut random).unwrap().as_i64().unwrap()).collect();
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1]);
}

#[test]
fn a_wrong_value_is_an_intrinsic_failure() {
    let long = "x".repeat(10_001);
    let input = json!({"a": [1], "o": {}, "s": "text", "long": long, "n": 1, "big": 3_000_000_000_u64, "huge": 1e300});
    for (call, message) in [
        ("States.Format('{}')", "the template has 1 places for 0 values"),
        ("States.Format('x', 1)", "the template has 0 places for 1 values"),
        ("States.Format('{', 1)", "a { of a template that is no {} needs a backslash"),
        ("States.Format($.n, 1)", "argument 1 must be a string, but is a number"),
        ("States.StringToJson('{')", "the text is no JSON"),
        ("States.StringToJson($.o)", "argument 1 must be a string, but is an object"),
        ("States.ArrayPartition($.a, 0)", "the size of a piece must be positive, but is 0"),
        ("States.ArrayPartition($.s, 1)", "argument 1 must be an array, but is a string"),
        ("States.ArrayPartition($.a, $.s)", "argument 2 must be a number, but is a string"),
        ("States.ArrayRange(1, 2, 0)", "the step of a range must not be 0"),
        ("States.ArrayRange(0, 1000, 1)", "a range has 1000 elements at most"),
        ("States.ArrayRange(0, $.huge, 1)", "argument 2 must be a 64-bit number, but is a number"),
        ("States.ArrayGetItem($.a, 1)", "the index 1 is outside an array of 1 elements"),
        ("States.ArrayGetItem($.a, -1)", "the index -1 is outside an array of 1 elements"),
        ("States.ArrayLength(null)", "argument 1 must be an array, but is null"),
        ("States.Base64Encode($.long)", "the text has 10001 characters; 10000 are allowed"),
        ("States.Base64Decode('***')", "no base64"),
        ("States.Base64Decode('/w==')", "the decoded bytes are no UTF-8 text"),
        ("States.Hash('x', 'sha-1')", "the algorithm must be MD5"),
        ("States.Hash($.long, 'MD5')", "the text has 10001 characters; 10000 are allowed"),
        ("States.JsonMerge($.o, $.o, true)", "only a shallow merge is supported"),
        ("States.JsonMerge($.o, $.a, false)", "arguments 1 and 2 must be objects"),
        ("States.MathAdd($.big, 1)", "3000000000 is not between"),
        ("States.MathAdd(2147483647, 1)", "2147483648 is not between"),
        ("States.MathRandom(2, 2)", "the end 2 is not above the start 2"),
        ("States.StringSplit($.a, ',')", "argument 1 must be a string, but is an array"),
    ] {
        let failure = evaluate(call, &input).unwrap_err();
        assert_eq!(failure.error, INTRINSIC_FAILURE, "{call}");
        let expected = format!("The function '{call}' had the following error: {message}");
        assert!(failure.cause.starts_with(&expected), "{call}: {}", failure.cause);
    }
}

#[test]
fn a_missing_argument_is_a_runtime_error_that_names_the_whole_call() {
    let input = json!({"items": [1]});
    for (call, path) in [
        ("States.Format('{}', $.nope)", "$.nope"),
        ("States.Format('{}', States.Format('{}', $.a.b))", "$.a.b"),
        ("States.Format('{}', $.items[5])", "$.items[5]"),
        ("States.Format('{}',$$.Nope.Deep)", "$.Nope.Deep"),
        ("States.Format('{}', $unknown)", "$unknown"),
    ] {
        let failure = evaluate(call, &input).unwrap_err();
        assert_eq!(failure.error, RUNTIME, "{call}");
        let expected = format!(
            "The function '{call}' had the following error: The JsonPath argument for the field '{path}' could not \
             be found in the input '{{\"items\":[1]}}'"
        );
        assert_eq!(failure.cause, expected);
    }
}

#[test]
fn a_wrong_shape_is_refused_with_its_place() {
    for (call, at) in [
        ("", 0),
        ("States.Nope()", 0),
        ("Format('x')", 0),
        ("States.Format", 13),
        ("States.Format(", 14),
        ("States.Format('x'", 17),
        ("States.Format('x',)", 18),
        ("States.Format('x' 1)", 18),
        ("States.Format('x)", 14),
        ("States.Format('\\n')", 15),
        ("States.Format('x') y", 19),
        ("States.Format(\"x\")", 14),
        ("States.Format($.a[)", 18),
        ("States.UUID(1)", 0),
        ("States.Array(States.UUID(1))", 13),
        ("States.MathAdd(1)", 0),
        ("States.MathAdd(1, 1x)", 18),
    ] {
        assert_eq!(Intrinsic::parse(call).unwrap_err().at, at, "{call}");
    }
    let nested = |depth: usize| format!("{}1{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(Intrinsic::parse(&nested(MAX_NESTING)).is_ok());
    assert!(Intrinsic::parse(&nested(MAX_NESTING + 1)).unwrap_err().message.contains("nest"));
    assert!(Intrinsic::parse(&nested(100_000)).is_err());
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}", call in r#"(States\.(Format|Array|MathAdd)\(['$.a1,\\{}() ]{0,20}){1,3}"#) {
        let _ = Intrinsic::parse(&text);
        let _ = Intrinsic::parse(&format!("States.Format({text})"));
        if let Ok(call) = Intrinsic::parse(&call) {
            let _ = evaluate(call.text(), &json!({"a": [1, "x"]}));
        }
    }

    #[test]
    fn any_text_survives_its_quotes(text in "\\PC{0,30}") {
        let escaped: String = text
            .chars()
            .flat_map(|found| ("'\\{}".contains(found).then_some('\\')).into_iter().chain([found]))
            .collect();
        let call = format!("States.Array('{escaped}', States.Format('{escaped}'))");
        prop_assert_eq!(evaluate(&call, &json!({})).unwrap(), json!([text, text]));
    }
}
