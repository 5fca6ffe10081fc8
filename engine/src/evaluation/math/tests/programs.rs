//! Expressions that use each other.

use super::*;

#[test]
fn expressions_are_computed_after_those_that_they_use() {
    let program = Program::new(&["m1"], &[("e3", "e2+e1"), ("e1", "m1*2"), ("e2", "SUM([e1,m1])")]).unwrap();
    let order: Vec<&str> = program.expressions().map(|(id, _)| id).collect();
    assert_eq!(order, ["e1", "e2", "e3"]);
    let mut inputs = Inputs::new(frame(2));
    inputs.metric("m1", vec![Some(1.0), None]);
    let results = program.run(&mut inputs);
    assert_eq!(shown(&results["e3"].as_ref().unwrap().series()[0].values), "5 _");
}

#[test]
fn a_failed_expression_fails_those_that_use_it() {
    let program = Program::new(&["m1"], &[("e1", "AVG(m1)"), ("e2", "m1-e1"), ("e3", "m1")]).unwrap();
    let mut inputs = Inputs::new(frame(1));
    inputs.metric("m1", vec![Some(1.0)]);
    let results = program.run(&mut inputs);
    assert!(results["e1"].as_ref().unwrap_err().message.contains("is a number"));
    assert_eq!(results["e2"].as_ref().unwrap_err().message, "`e1` has no result to go on with");
    assert!(results["e3"].is_ok());
}

#[test]
fn all_faults_of_all_expressions_come_at_once() {
    let faults = Program::new(
        &["m1", "M2", "m1"],
        &[("e1", "m1+"), ("e2", "m3+e9"), ("m1", "m1"), ("total", "totl*2")],
    )
    .unwrap_err();
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 7, "{shown:#?}");
    let ids: Vec<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
    assert_eq!(ids, ["M2", "m1", "m1", "e1", "e2", "e2", "total"]);
}

#[test]
fn cycles_are_named() {
    let faults =
        Program::new(&["m1"], &[("e1", "e2"), ("e2", "m1+e1"), ("e3", "m1"), ("e4", "e4")]).unwrap_err();
    let ids: Vec<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
    assert_eq!(ids, ["e1", "e2", "e4"]);
    assert!(faults[0].error.message.contains("it needs `e2`"));
}
