use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{PathQuery, PathTemplate, QueryTemplate, expression_source};
use crate::asl::failure::{Failure, QUERY_EVALUATION_ERROR, RUNTIME};
use crate::asl::jsonata::Bindings;
use crate::asl::scope::{Scope, Variables};
use crate::random::Random;

fn variables() -> Variables {
    let mut outer = Variables::default();
    outer.assign("far", json!("out").into());
    let mut inner = Variables::inside(Arc::new(outer));
    inner.assign("near", json!({"in": 1}).into());
    inner
}

fn render(template: &Value, input: &Value) -> Result<Value, Failure> {
    let (context, variables) = (json!({"State": {"Name": "S"}}).into(), variables());
    let scope = Scope { input, context: &context, variables: &variables };
    PathTemplate::compile(template).unwrap().render(&scope, &mut Random::new([3; 32]))
}

fn query(template: &Value, input: &Value) -> Result<Value, Failure> {
    let (context, variables) = (json!({"State": {"Name": "S"}}).into(), variables());
    let bindings = Bindings {
        input,
        context: &context,
        result: Some(&json!([1, 2])),
        error_output: None,
        variables: &variables,
        now: Timestamp::UNIX_EPOCH,
    };
    QueryTemplate::compile(template, "Output").unwrap().render(&bindings, &mut Random::new([3; 32]))
}

#[test]
fn payload_templates_take_values_from_everywhere() {
    let input = json!({"a": 1, "list": [1, 2], "o": {"x": null}});
    for (template, expected) in [
        (
            json!({"v.$": "$.a", "w": "$.a", "n": {"$": 5, "x.$": "$.o.x"}}),
            json!({"v": 1, "w": "$.a", "n": {"$": 5, "x": null}}),
        ),
        (json!({"whole.$": "$"}), json!({"whole": input})),
        (json!({"name.$": "$$.State.Name"}), json!({"name": "S"})),
        (json!({"x.$": "$near.in", "y.$": "$far"}), json!({"x": 1, "y": "out"})),
        (json!({"x.$": "States.Format('{}', $.a)"}), json!({"x": "1"})),
        (json!({"x.$": "$.list[*]", "y.$": "$.none[*]"}), json!({"x": [1, 2], "y": []})),
        (json!({"x.$": "$.list[7]"}), json!({"x": null})),
        (json!([{"v.$": "$.a"}, "$.a", [{"v.$": "$.a"}]]), json!([{"v": 1}, "$.a", [{"v.$": "$.a"}]])),
        (json!({"z": 1, "a.$": "$.a", "m": 2}), json!({"z": 1, "a": 1, "m": 2})),
        (json!("$.a"), json!("$.a")),
    ] {
        let rendered = render(&template, &input).unwrap();
        assert_eq!(rendered, expected, "{template}");
        assert_eq!(rendered.to_string(), expected.to_string(), "{template}");
    }
}

#[test]
fn a_template_without_expressions_is_shared() {
    let value = json!({"a": [1, {"b": "$.x"}]});
    let template = PathTemplate::compile(&value).unwrap();
    assert_eq!(template.literal().unwrap().as_ref(), &value);
    assert!(template.paths().is_empty());
    assert!(PathTemplate::compile(&json!({"a": [{"b.$": "$.x"}]})).unwrap().literal().is_none());
    assert!(
        QueryTemplate::compile(&json!(["{% 1", "1 %}", " {% 1 %}"]), "Output").unwrap().literal().is_some()
    );
}

#[test]
fn a_missing_value_names_field_and_input() {
    for (template, cause) in [
        (
            json!({"n": {"value.$": "$.x.y"}}),
            "The JSONPath '$.x.y' specified for the field 'value.$' could not be found in the input '{\"a\":1}'",
        ),
        (
            json!({"value.$": "$$.Nope.Deep"}),
            "The JSONPath '$.Nope.Deep' specified for the field 'value.$' could not be found in the input \
             '{\"State\":{\"Name\":\"S\"}}'",
        ),
    ] {
        let failure = render(&template, &json!({"a": 1})).unwrap_err();
        assert_eq!((failure.error, failure.cause.as_str()), (RUNTIME, cause));
        assert_eq!(failure.location, None);
    }
    let (input, context, variables) = (json!({}), json!({}).into(), Variables::default());
    let scope = Scope { input: &input, context: &context, variables: &variables };
    let query = PathQuery::parse("$.ErrorX").unwrap();
    let failure = query.evaluate("ErrorPath", &scope, &mut Random::new([0; 32])).unwrap_err();
    assert!(failure.cause.contains("'$.ErrorX' specified for the field 'ErrorPath'"), "{}", failure.cause);
}

#[test]
fn faults_of_templates_have_their_places() {
    let value =
        json!({"a.$": 1, "n": [{"b.$": "x"}, [{"c.$": "x"}]], "d.$": "States.Nope()", "e": 1, "e.$": "$"});
    let faults = PathTemplate::compile(&value).unwrap_err();
    let faults: Vec<_> =
        faults.iter().map(|fault| (fault.pointer.as_str(), fault.message.as_str())).collect();
    let wrong = |key: &str| {
        format!("The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call")
    };
    assert_eq!(
        faults,
        [
            ("/a.$", wrong("a.$").as_str()),
            ("/n[0]/b.$", wrong("b.$").as_str()),
            ("/d.$", wrong("d.$").as_str()),
            ("/e.$", "The fields 'e' and 'e.$' give the same field"),
        ]
    );
    let value = json!({"a": "{% 1 + %}", "b": [1, "{% $ %}"], "c": "{% $states.input %}"});
    let faults = QueryTemplate::compile(&value, "Output").unwrap_err();
    let faults: Vec<_> =
        faults.iter().map(|fault| (fault.pointer.as_str(), fault.code, fault.message.as_str())).collect();
    assert_eq!(
        faults,
        [
            ("/a", "INVALID_JSONATA_EXPRESSION", "Unexpected end of expression"),
            (
                "/b[1]",
                "UNSUPPORTED_JSONATA_EXPRESSION",
                "Reference to '$' at the top level is not supported."
            ),
        ]
    );
    let deep = (0..250).fold(json!({"x.$": "$"}), |inner, _| json!({"n": inner}));
    assert!(PathTemplate::compile(&deep).unwrap_err()[0].message.contains("nests"));
    assert!(QueryTemplate::compile(&deep, "Output").unwrap_err()[0].message.contains("nests"));
}

#[test]
fn jsonata_templates_are_walked_to_any_depth() {
    let input = json!({"a": 1, "b": [1, 2]});
    for (template, expected) in [
        (json!("{% $states.input.a %}"), json!(1)),
        (json!({"x": [["{% $states.input.b %}"]], "y.$": "$.a"}), json!({"x": [[[1, 2]]], "y.$": "$.a"})),
        (
            json!({"r": "{%$sum($states.result)%}", "v": "{% $near.in & $far %}"}),
            json!({"r": 3, "v": "1out"}),
        ),
        (
            json!("{% $states %}"),
            json!({"input": input, "context": {"State": {"Name": "S"}}, "result": [1, 2]}),
        ),
        (json!(5), json!(5)),
    ] {
        assert_eq!(query(&template, &input).unwrap(), expected, "{template}");
    }
    assert_eq!(expression_source("{%%}"), Some(""));
    assert_eq!(expression_source("{%}"), None);
    let failure = query(&json!({"list": [1, {"x": "{% $nope %}"}]}), &input).unwrap_err();
    assert_eq!(failure.error, QUERY_EVALUATION_ERROR);
    assert_eq!(failure.location.as_deref(), Some("Output/list[1]/x"));
    assert_eq!(
        failure.cause,
        "The JSONata expression '$nope' specified for the field 'Output/list[1]/x' returned nothing (undefined)."
    );
}
