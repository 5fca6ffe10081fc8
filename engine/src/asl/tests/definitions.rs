//! What is said of definitions that are wrong.

use super::*;
use crate::asl::definition::{check, create_error};

fn said(definition: &str, machine_type: MachineType) -> Vec<String> {
    check(definition, machine_type).1.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_is_named_with_its_place() {
    let pass = json!({"Type": "Pass", "End": true});
    for (definition, expected) in [
        (json!({}), "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"),
        (
            json!({"StartAt": "B", "States": {"A": pass}}),
            "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt",
        ),
        (
            only(json!({"Type": "Pass", "Next": "T"})),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: T at /States/S/Next",
        ),
        (
            only(json!({"Type": "Pas", "End": true})),
            "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/S/Type",
        ),
        (
            only(json!({"Type": "Task", "Resource": "nowhere", "End": true})),
            "SCHEMA_VALIDATION_FAILED: The resource provided ARN is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource",
        ),
        (
            only(json!({"Type": "Pass", "End": true, "Parameters": {"a.$": "no path"}})),
            "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/a.$",
        ),
        (
            only(
                json!({"Type": "Parallel", "End": true, "Branches": [{"StartAt": "S", "States": {"S": pass}}]}),
            ),
            "DUPLICATE_STATE_NAME: Duplicate State name: S at /States/S/Branches/0/States/S",
        ),
        (
            only(
                json!({"Type": "Pass", "End": true, "QueryLanguage": "JSONata", "Output": {"v": "{% phone %}"}}),
            ),
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/S/Output/v",
        ),
        (
            only(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 5,
                "HeartbeatSeconds": 5, "End": true})),
            "SCHEMA_VALIDATION_FAILED: 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds' at /States/S/HeartbeatSeconds",
        ),
        (
            only(json!({"Type": "Wait", "Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z", "End": true})),
            "SCHEMA_VALIDATION_FAILED: Exactly one of these fields is required: [Seconds, Timestamp, SecondsPath, TimestampPath] at /States/S",
        ),
    ] {
        assert_eq!(said(&definition.to_string(), MachineType::Standard), [expected], "{definition}");
    }
}

#[test]
fn errors_and_causes_come_from_one_place_or_a_function_that_gives_text() {
    for (text, is_fine) in [
        ("$.error", true),
        ("$.errors[0]", true),
        ("$$.Execution.Name", true),
        ("$why", true),
        ("States.Format('{}', $.a)", true),
        ("States.JsonToString($.a)", true),
        ("States.ArrayGetItem($.a, 0)", true),
        ("States.Base64Decode('YQ==')", true),
        ("States.Hash($.a, 'MD5')", true),
        ("States.UUID()", true),
        ("$.a[*]", false),
        ("$..a", false),
        ("$.a[-1]", false),
        ("States.MathAdd(1, 2)", false),
        ("States.Array(1)", false),
        ("States.StringToJson('1')", false),
    ] {
        for field in ["ErrorPath", "CausePath"] {
            let said = said(&only(json!({"Type": "Fail", field: text})).to_string(), MachineType::Standard);
            assert_eq!(said.is_empty(), is_fine, "{field} {text}: {said:?}");
            assert!(said.iter().all(|line| line.ends_with(&format!(" at /States/S/{field}"))), "{said:?}");
        }
    }
}

#[test]
fn batches_have_no_more_bytes_than_a_payload() {
    for (most, is_fine) in [(1, true), (262_144, true), (262_145, false)] {
        let state = json!({"Type": "Map", "End": true, "ItemBatcher": {"MaxInputBytesPerBatch": most},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}});
        let said = said(&only(state).to_string(), MachineType::Standard);
        assert_eq!(said.is_empty(), is_fine, "{most}: {said:?}");
        let at = " at /States/S/ItemBatcher/MaxInputBytesPerBatch";
        assert!(said.iter().all(|line| line.ends_with(at)), "{said:?}");
    }
}

#[test]
fn what_is_given_twice_is_a_fault() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true},"A":{"Type":"Pass","End":true,"End":true}}}"#;
    assert_eq!(
        said(text, MachineType::Standard),
        [
            "INVALID_JSON_DESCRIPTION: Duplicate field 'End' at /States/A/End",
            "DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A",
        ]
    );
}

#[test]
fn variables_of_an_outer_scope_are_not_assigned_inside() {
    let processor = |mode: Value| {
        json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "Assign": {"x": 1}, "ItemProcessor": {
            "ProcessorConfig": mode, "StartAt": "I", "States": {
                "I": {"Type": "Pass", "End": true, "Assign": {"x.$": "$", "y": 1, "states": 1}}}}}}})
        .to_string()
    };
    let reserved = "SCHEMA_VALIDATION_FAILED: 'states' is not a valid name of a variable at /States/M/ItemProcessor/States/I/Assign/states";
    let outer = "SCHEMA_VALIDATION_FAILED: The variable 'x' is assigned in an outer scope at /States/M/ItemProcessor/States/I/Assign/x.$";
    assert_eq!(said(&processor(json!({"Mode": "INLINE"})), MachineType::Standard), [outer, reserved]);
    let distributed = processor(json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}));
    assert_eq!(said(&distributed, MachineType::Standard), [reserved]);
}

#[test]
fn the_mark_of_a_path_is_no_part_of_a_name_in_jsonata() {
    for (language, name, is_fine) in [
        ("JSONPath", "x.$", true),
        ("JSONata", "x", true),
        ("JSONata", "x.$", false),
        ("JSONPath", "x.y", false),
    ] {
        let state = json!({"Type": "Pass", "QueryLanguage": language, "End": true, "Assign": {name: "$.a"}});
        let expected: Vec<String> = match is_fine {
            true => Vec::new(),
            false => vec![format!(
                "SCHEMA_VALIDATION_FAILED: '{name}' is not a valid name of a variable at /States/S/Assign/{name}"
            )],
        };
        assert_eq!(said(&only(state).to_string(), MachineType::Standard), expected, "{language} {name}");
    }
}

#[test]
fn all_faults_are_found_in_one_run() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Retry": [{"ErrorEquals": [], "MaxAttempts": -1}], "Next": "B", "Colour": "red"},
        "B": {"Type": "Choice", "Choices": []},
    }});
    let said = said(&definition.to_string(), MachineType::Standard);
    for place in [
        "/States/A/Colour",
        "/States/A/Retry/0/ErrorEquals",
        "/States/A/Retry/0/MaxAttempts",
        "/States/B/Choices",
    ] {
        assert!(said.iter().any(|line| line.ends_with(place)), "{place}: {said:#?}");
    }
    assert!(said.iter().any(|line| line.contains("[Resource] at /States/A")), "{said:#?}");
}

#[test]
fn express_machines_have_no_jobs_callbacks_or_activities() {
    for (resource, expected) in [
        (
            "arn:aws:states:::ecs:runTask.sync",
            "Express state machine does not support '.sync' service integration",
        ),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Express state machine does not support '.waitForTaskToken' service integration ",
        ),
        (
            "arn:aws:states:eu-west-1:111122223333:activity:a",
            "Express state machine does not support Activity ARN",
        ),
    ] {
        let definition = only(json!({"Type": "Task", "Resource": resource, "End": true})).to_string();
        let (_, diagnostics) = check(&definition, MachineType::Express);
        assert_eq!(
            create_error(&diagnostics),
            format!(
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {expected} at /States/S/Resource'"
            )
        );
        assert!(check(&definition, MachineType::Standard).1.is_empty());
    }
}

#[test]
fn children_of_an_express_kind_have_no_jobs_callbacks_or_activities_either() {
    let pass = json!({"Type": "Pass", "End": true});
    let map = |mode: &str, kind: &str, inner: Value| {
        json!({"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": mode, "ExecutionType": kind}, "StartAt": "I", "States": {"I": inner}}})
    };
    let task = |resource: &str| json!({"Type": "Task", "Resource": resource, "End": true});
    let parallel = |inner: Value| json!({"Type": "Parallel", "End": true, "Branches": [{"StartAt": "B", "States": {"B": inner}}]});
    let job = || task("arn:aws:states:::states:startExecution.sync");
    let activity = || task("arn:aws:states:eu-west-1:111122223333:activity:a");
    let inline = |inner: Value| json!({"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "J", "States": {"J": inner}}});
    for (case, state, expected) in [
        (
            "a job",
            map("DISTRIBUTED", "EXPRESS", job()),
            "support '.sync' service integration at /States/S/ItemProcessor/States/I/Resource",
        ),
        (
            "an activity",
            map("DISTRIBUTED", "EXPRESS", activity()),
            "support Activity ARN at /States/S/ItemProcessor/States/I/Resource",
        ),
        (
            "a callback in a branch",
            map(
                "DISTRIBUTED",
                "EXPRESS",
                parallel(task("arn:aws:states:::sqs:sendMessage.waitForTaskToken")),
            ),
            "support '.waitForTaskToken' service integration  at /States/S/ItemProcessor/States/I/Branches/0/States/B/Resource",
        ),
        (
            "a job in an inline Map",
            map("DISTRIBUTED", "EXPRESS", inline(job())),
            "support '.sync' service integration at /States/S/ItemProcessor/States/I/ItemProcessor/States/J/Resource",
        ),
        (
            "a distributed Map",
            map(
                "DISTRIBUTED",
                "EXPRESS",
                json!({"Type": "Map", "End": true, "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "J", "States": {"J": pass}}}),
            ),
            "support Map state in DISTRIBUTED mode at /States/S/ItemProcessor/States/I",
        ),
        ("a standard child", map("DISTRIBUTED", "STANDARD", job()), ""),
        ("a call", map("DISTRIBUTED", "EXPRESS", task("arn:aws:states:::sqs:sendMessage")), ""),
    ] {
        let said = said(&only(state).to_string(), MachineType::Standard);
        let expected: Vec<String> = match expected {
            "" => Vec::new(),
            rest => vec![format!("SCHEMA_VALIDATION_FAILED: Express state machine does not {rest}")],
        };
        assert_eq!(said, expected, "{case}");
    }
    // What stands beside the children is not theirs.
    let beside = json!({"StartAt": "S", "States": {
        "S": map("DISTRIBUTED", "EXPRESS", pass), "T": job(),
    }});
    assert_eq!(said(&beside.to_string(), MachineType::Standard), [""; 0]);
}

#[test]
fn text_that_is_no_definition_is_refused() {
    for text in ["", "[]", "null", "{", "{\"a\":1}x", "\"StartAt\""] {
        let said = said(text, MachineType::Standard);
        assert_eq!(said, ["INVALID_JSON_DESCRIPTION: Definition must be a valid JSON object"], "{text}");
    }
}
