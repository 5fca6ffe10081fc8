use opsctl_engine::asl::definition::MachineType;
use opsctl_engine::asl::lint::lint;

use super::*;
use crate::input::document::Place;

/// What is found that is not due to what is open.
fn found(text: &str, known: &Known) -> Vec<String> {
    let filled = filled(text, known);
    let found = lint(&filled.text, MachineType::Standard).into_iter();
    let meant = found.filter(|it| !filled.open.may_cause(it.id, it.location.as_deref()));
    meant.map(|it| format!("{} {}: {}", it.id, it.location.unwrap_or_default(), it.message)).collect()
}

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:pay";

fn known() -> Known {
    [("Fn", ARN), ("N", "7"), ("Done", "E"), ("Path", "$.x"), ("Odd", "a\"b")]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn what_is_open_is_filled_in() {
    let task = |field: &str| format!(r#"{{"States": {{"A": {{{field}}}}}}}"#);
    for (text, expected) in [
        (r#""Resource": "${Fn}""#, format!(r#""Resource": "{ARN}""#)),
        (r#""Resource": "${Fn}:live""#, format!(r#""Resource": "{ARN}:live""#)),
        (
            r#""Resource": "arn:${AWS::Partition}:states:::sqs:sendMessage""#,
            r#""Resource": "arn:aws:states:::sqs:sendMessage""#.to_owned(),
        ),
        (r#""Resource": "${PayActivity}""#, format!(r#""Resource": "{ACTIVITY}${{PayActivity}}""#)),
        (r#""Resource": "${X}""#, format!(r#""Resource": "{LAMBDA}${{X}}""#)),
        (r#""Resource": "arn:aws:${X}""#, format!(r#""Resource": "{LAMBDA}arn:aws:${{X}}""#)),
        (r#""Resource": "nothing", "x": "${X}""#, r#""Resource": "nothing", "x": "${X}""#.to_owned()),
        (r#""Seconds": ${N}, "TimeoutSeconds": "${N}""#, r#""Seconds": 7, "TimeoutSeconds": 7"#.to_owned()),
        (r#""Comment": "${N}", "x": ${Odd}"#, r#""Comment": "7", "x": "a\"b""#.to_owned()),
        (r#""Output": "{% $f('${X}', ${Y}) %}""#, r#""Output": "{% $f('open', open) %}""#.to_owned()),
        (r#""InputPath": "$.a.${X}""#, r#""InputPath": "$.a.open""#.to_owned()),
        (r#""InputPath": "${X}""#, r#""InputPath": "$""#.to_owned()),
        (r#""Parameters": {"a.$": "${Path}"}"#, r#""Parameters": {"a.$": "$.x"}"#.to_owned()),
        (r#""${N}": "${Done}""#, r#""7": "E""#.to_owned()),
        (r#""Next": "${Done}""#, r#""Next": "E""#.to_owned()),
        (
            r#""Retry": ${R}, "End": ${E}, "Catch": "${C}""#,
            r#""Retry": [], "End": true, "Catch": []"#.to_owned(),
        ),
        (r#""x": "$${", "y": "${}${!a}${a b}""#, r#""x": "$${", "y": "${}${!a}${a b}""#.to_owned()),
    ] {
        assert_eq!(filled(&task(text), &known()).text, task(&expected), "{text}");
    }
    assert_eq!(
        filled(r#"{"x": "\"${N}", "Resource": "${"#, &known()).text,
        r#"{"x": "\"7", "Resource": "${"#
    );
    let text = r#"{"TimeoutSeconds": ${Wert}, "Resource": "${X}"}"#;
    assert_eq!(blanked(text), r#"{"TimeoutSeconds": 0      , "Resource": "${X}"}"#);
    assert_eq!(
        places("{\"é\": ${T},\n \"${x}\": ${U}}"),
        [("${T}", Place { line: 1, column: 7 }), ("${U}", Place { line: 2, column: 10 })]
    );
}

#[test]
fn a_state_stands_in_for_a_name_that_is_open() {
    for (text, expected) in [
        (
            r#"{"StartAt": "${S}", "States": {"A": {"Next": "B"}}}"#,
            r#"{"StartAt": "${S}", "States": {"${S}": {"Type": "Succeed"}, "A": {"Next": "B"}}}"#,
        ),
        (r#"{"States": {"${S}": {"Next": "${S}"}}}"#, r#"{"States": {"${S}": {"Next": "${S}"}}}"#),
        (r#"{"StartAt": "${S}", "States": {}}"#, r#"{"StartAt": "${S}", "States": {}}"#),
        (
            r#"{"States": {"A": {"Branches": [{"States": {"B": {"Next": "${X}"}}}], "Next": "${Y}"}}}"#,
            r#"{"States": {"${Y}": {"Type": "Succeed"}, "A": {"Branches": [{"States": {"${X}": {"Type": "Succeed"}, "B": {"Next": "${X}"}}}], "Next": "${Y}"}}}"#,
        ),
        // Not a field of a state.
        (
            r#"{"States": {"A": {"Result": {"Next": "${X}"}}}}"#,
            r#"{"States": {"A": {"Result": {"Next": "${X}"}}}}"#,
        ),
    ] {
        assert_eq!(filled(text, &Known::default()).text, expected);
    }
}

/// A machine with a state, and others that are reached without it.
fn with(state: &str) -> String {
    format!(
        r#"{{"StartAt": "Z", "States": {{"A": {state}, "E": {{"Type": "Succeed"}}, "F": {{"Type": "Fail"}},
            "Z": {{"Type": "Choice", "Default": "F", "Choices": [
                {{"Variable": "$.a", "IsPresent": true, "Next": "A"}},
                {{"Variable": "$.e", "IsPresent": true, "Next": "E"}}]}}}}}}"#
    )
}

const SQS: &str = r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "TimeoutSeconds": 9"#;

/// Every field of every kind, quoted or not.
#[test]
fn nothing_is_held_against_what_is_open() {
    let texts = [
        r#"{"Type": "Pass", "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Pass", "Next": ${n}}"#.to_owned(),
        r#"{"Type": "Pass", "End": ${e}}"#.to_owned(),
        r#"{"Type": "Pass", "End": "${e}", "Next": "E"}"#.to_owned(),
        r#"{"Type": "${t}"}"#.to_owned(),
        r#"{"Type": "${t}", "Resource": 5, "Next": "Nowhere"}"#.to_owned(),
        r#"{"Type": "Pass", "QueryLanguage": "${q}", "Output": 5, "Next": "${n}"}"#.to_owned(),
        r#"${state}"#.to_owned(),
        r#"{"Type": "Pass", "Next": "${n}", "InputPath": "${p}", "OutputPath": ${p}, "ResultPath": "${p}"}"#.to_owned(),
        r#"{"Type": "Pass", "Next": "${n}", "Parameters": {"x.$": "${a}", "y.$": "States.MathAdd($.a, ${n})", "z.$": "$.${f}", "${k}": 1}}"#.to_owned(),
        r#"{"Type": "Pass", "Next": "${n}", "Parameters": ${p}, "Assign": ${a}}"#.to_owned(),
        r#"{"Type": "Pass", "Next": "${n}", "Assign": {"${v}": 1, "${w}.$": "${x}"}}"#.to_owned(),
        r#"{"Type": "Pass", "Next": "${n}", "Assign": "${a}"}"#.to_owned(),
        r#"{"Type": "Pass", "Next": "${n}", "${k}": 1}"#.to_owned(),
        r#"{"Type": "Wait", "Timestamp": "${t}", "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Wait", "Seconds": "${t}", "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Wait", "SecondsPath": "${t}", "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Fail", "ErrorPath": "${e}", "CausePath": "States.Format('${x}', ${y})"}"#.to_owned(),
        r#"{"Type": "Choice", "Choices": [{"Variable": "${p}", "StringEquals": "x", "Next": "${n}"}], "Default": "${d}"}"#.to_owned(),
        r#"{"Type": "Choice", "Choices": [{"And": [{"Variable": "$.a[${p}]", "IsPresent": "${b}"}, {"Variable": "$.a", "NumericEquals": "${n}"}], "Next": "${n}"}], "Default": "E"}"#.to_owned(),
        r#"{"Type": "Choice", "Choices": [{"Or": ${or}, "Next": "E"}, {"Not": ${not}, "Next": "E"}, ${rule}], "Default": "E"}"#.to_owned(),
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "BooleanEquals": ${b}, "Next": "E"}, {"Variable": "$.a", "TimestampEquals": "${b}", "Next": "E"}, {"Variable": "$.a", "NumericLessThanPath": "${b}", "Next": "E"}, {"Variable": "$.a", "${op}": 5, "Next": "E"}], "Default": "E"}"#.to_owned(),
        r#"{"Type": "Choice", "Choices": ${c}}"#.to_owned(),
        r#"{"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Condition": "${c}", "Next": "E"}, {"Condition": ${c}, "Next": "F"}], "Default": "E"}"#.to_owned(),
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% ${expr} %}", "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": "{% $states.input.${f} %}", "b": "{% '${x}' & ${y}( %}"}, "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $${v} %}", "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": "${r}", "TimeoutSeconds": "${t}", "HeartbeatSeconds": 400, "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": "${r}", "TimeoutSeconds": 4, "Next": "E"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": ${r}, "TimeoutSeconds": 4, "HeartbeatSeconds": ${h}, "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": "arn:aws:states:::${s}.${mode}", "TimeoutSeconds": ${t}, "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": "${LambdaArn}", "TimeoutSeconds": ${t}, "Retry": ${r}, "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": "${LambdaArn}", "TimeoutSeconds": ${t}, "Retry": [${r}], "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Task", "Resource": "${LambdaArn}", "TimeoutSeconds": ${t}, "Retry": [{"ErrorEquals": ${e}, "JitterStrategy": "FULL"}], "Next": "${n}"}"#.to_owned(),
        format!(r#"{{{SQS}, "Retry": [{{"ErrorEquals": ["${{e}}"], "JitterStrategy": "${{j}}", "MaxAttempts": ${{m}}, "IntervalSeconds": 400, "MaxDelaySeconds": "${{d}}", "BackoffRate": "${{b}}"}}], "Next": "E"}}"#),
        format!(r#"{{{SQS}, "Retry": [{{"ErrorEquals": ["${{e}}"], "MaxAttempts": "${{m}}"}}, {{"ErrorEquals": ["States.${{e}}"], "MaxAttempts": 0}}], "Next": "E"}}"#),
        format!(r#"{{{SQS}, "Catch": [{{"ErrorEquals": ["${{a}}"], "Next": "${{n}}"}}, ${{c}}], "Next": "E"}}"#),
        format!(r#"{{{SQS}, "InputPath": "$.a", "Catch": [${{c}}, {{"ErrorEquals": ["States.ALL"], "Next": "${{n}}", "ResultPath": "${{p}}"}}], "Next": "E"}}"#),
        format!(r#"{{{SQS}, "Credentials": {{"RoleArn": "${{r}}"}}, "Next": "${{n}}"}}"#),
        format!(r#"{{{SQS}, "Credentials": ${{r}}, "Next": "${{n}}"}}"#),
        r#"{"Type": "Parallel", "Branches": ${b}, "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Parallel", "Branches": [${b}], "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Parallel", "Branches": [{"StartAt": "${s}", "States": {"B": {"Type": "Pass", "Next": "${x}"}}}], "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Parallel", "Branches": [{"StartAt": "${s}", "States": ${states}}], "Next": "${n}"}"#.to_owned(),
        r#"{"Type": "Map", "ItemProcessor": ${i}, "Next": "${n}"}"#.to_owned(),
        map(r#""Mode": "${m}""#, r#""Label": "ok""#),
        map(r#""Mode": "DISTRIBUTED", "ExecutionType": "${x}""#, r#""Label": "${l}", "MaxConcurrency": "${m}", "ToleratedFailurePercentage": "${t}", "ToleratedFailureCount": ${t}"#),
        map(r#""Mode": "DISTRIBUTED", "ExecutionType": "STANDARD""#, r#""ItemReader": {"Resource": "${r}", "ReaderConfig": {"InputType": "${t}", "MaxItems": "${m}", "CSVHeaderLocation": "${c}", "CSVHeaders": ${h}}}"#),
        map(r#""Mode": "DISTRIBUTED", "ExecutionType": "STANDARD""#, r#""ItemBatcher": {"MaxItemsPerBatch": "${m}"}, "ResultWriter": ${w}"#),
        map(r#""Mode": "DISTRIBUTED", "ExecutionType": "STANDARD""#, r#""ItemBatcher": ${b}, "ItemReader": ${r}, "ResultWriter": {"WriterConfig": {"OutputType": "${t}", "Transformation": "${u}"}}"#),
        map(r#""Mode": "INLINE""#, r#""ItemsPath": "${p}", "ItemSelector": {"a.$": "${b}"}"#),
    ];
    for text in texts {
        assert_eq!(found(&with(&text), &Known::default()), Vec::<String>::new(), "{text}");
    }
    for text in [
        r#"{"StartAt": "${s}", "States": {"E": {"Type": "Succeed"}, "F": {"Type": "Fail"}}}"#,
        r#"{"StartAt": ${s}, "States": {"E": {"Type": "Succeed"}}}"#,
        r#"{"StartAt": "${n}", "States": {"${n}": {"Type": "Succeed"}}}"#,
        r#"{"StartAt": "A", "States": ${s}}"#,
        r#"{"StartAt": "A", "TimeoutSeconds": ${t}, "Version": "${v}", "Comment": "opsctl-lint: ignore ${c}", "States": {"A": {"Type": "Succeed"}}}"#,
        r#"{"StartAt": "A", "QueryLanguage": "${q}", "States": {"A": {"Type": "Pass", "Output": "{% 1 %}", "End": true}}}"#,
        // How long a round takes, and how many there may be, is open.
        r#"{"StartAt": "A", "TimeoutSeconds": ${t}, "States": {"A": {"Type": "Wait", "Seconds": ${w}, "Next": "B"}, "B": {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "b", "Next": "E"}], "Default": "A"}, "E": {"Type": "Succeed"}}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Parameters": {"a.$": "$${v}"}}}}"#,
    ] {
        assert_eq!(found(text, &Known::default()), Vec::<String>::new(), "{text}");
    }
}

fn map(config: &str, fields: &str) -> String {
    format!(
        r#"{{"Type": "Map", "ItemProcessor": {{"ProcessorConfig": {{{config}}}, "StartAt": "I", "States": {{"I": {{"Type": "Pass", "End": true}}}}}}, {fields}, "Next": "${{n}}"}}"#
    )
}

#[test]
fn what_is_said_is_held_against_it() {
    for (text, expected) in [
        (
            with(r#"{"Type": "Pass", "Next": "${Done}x"}"#),
            "MISSING_TRANSITION_TARGET /States/A/Next: Missing 'Next' target: Ex",
        ),
        (
            with(r#"{"Type": "Pass", "Next": "${Open}", "Colour": 1}"#),
            "SCHEMA_VALIDATION_FAILED /States/A/Colour: Field is not supported",
        ),
        (
            with(r#"{"Type": "Wait", "Seconds": 5, "Timestamp": "${t}", "Next": "${n}"}"#),
            "SCHEMA_VALIDATION_FAILED /States/A: Exactly one of these fields is required: [Seconds, Timestamp, SecondsPath, TimestampPath]",
        ),
        (
            with(r#"{"Type": "Pass", "InputPath": "${Fn}", "Next": "${n}"}"#),
            "SCHEMA_VALIDATION_FAILED /States/A/InputPath: Value is not a valid JSONPath: The path has to begin with '$'",
        ),
        (
            with(&format!(
                r#"{{{SQS}, "Retry": [{{"ErrorEquals": ["States.ALL", "${{e}}"], "MaxAttempts": 0}}], "Next": "${{n}}"}}"#
            )),
            "SCHEMA_VALIDATION_FAILED /States/A/Retry/0/ErrorEquals: States.ALL must be the only element in the array",
        ),
        (
            with(r#"{"Type": "Task", "Resource": "${Fn}", "TimeoutSeconds": ${t}, "Next": "${n}"}"#),
            "lambda-without-retry /States/A: 'A' does not retry",
        ),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "${e}"}, "E": {"Type": "Succeed"}}}"#.to_owned(),
            "unreachable-state /States/E: no way leads from 'A', where it starts, to 'E'",
        ),
    ] {
        let found = found(&text, &known());
        let start =
            |found: &String| found.starts_with(expected.split(": The path").next().unwrap_or_default());
        assert!(found.iter().any(start), "{text}: {found:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_or_moves_places(text in "[\"\\\\${}\\[\\]:,a é]{0,30}") {
        filled(&text, &Known::default());
        places(&text);
        proptest::prop_assert_eq!(blanked(&text).chars().count(), text.chars().count());
    }
}
