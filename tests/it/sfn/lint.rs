//! `opsctl sfn lint`.

use serde_json::{Value, json};

use crate::support::Sealed;

/// File, line, column, rule, as `-o ndjson` has them.
fn found(stdout: &str) -> Vec<(String, u64, u64, String)> {
    stdout
        .lines()
        .map(|line| {
            let it: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| it[name].as_str().unwrap().to_owned();
            (text("file"), it["line"].as_u64().unwrap(), it["column"].as_u64().unwrap(), text("rule"))
        })
        .collect()
}

fn places(stdout: &str) -> Vec<String> {
    found(stdout)
        .into_iter()
        .map(|(file, line, column, rule)| format!("{file}:{line}:{column} {rule}"))
        .collect()
}

const SOUND: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
/// Two faults and a state that nothing leads to, once they are mended.
const WRONG: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "Nowhere"},
    "Ä": {"Type": "Pass", "End": true, "Colour": "red"}
  }
}
"#;
const ISLAND: &str = "{\"StartAt\": \"A\", \"States\": {\n  \"A\": {\"Type\": \"Pass\", \"End\": true},\n  \"B\": {\"Type\": \"Succeed\"}}}";

#[test]
fn every_fault_of_every_file_has_its_place() {
    let sealed = Sealed::new();
    sealed.write("wrong.asl.json", WRONG);
    sealed.write("island.json", ISLAND);
    sealed.write("sound.json", SOUND);
    let yaml = "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: nowhere\n    End: true\n";
    sealed.write("m.yaml", yaml);
    let files = ["sfn", "lint", "wrong.asl.json", "island.json", "sound.json", "m.yaml"];
    let ran = sealed.run(files.iter().chain(&["-o", "ndjson"])).expect(6);
    assert_eq!(
        places(&ran.stdout),
        [
            "wrong.asl.json:4:27 MISSING_TRANSITION_TARGET",
            "wrong.asl.json:5:40 SCHEMA_VALIDATION_FAILED",
            "island.json:3:3 unreachable-state",
            "m.yaml:5:5 SCHEMA_VALIDATION_FAILED",
        ]
    );
    assert_eq!(ran.stderr, "3 errors, 1 warning in 4 state machines\n");
    let document = sealed.run(["sfn", "lint", "wrong.asl.json", "-o", "json"]).expect(6).json();
    assert_eq!(document["kind"], "sfn.lintFinding");
    assert_eq!(
        document["items"][0],
        json!({"file": "wrong.asl.json", "line": 4, "column": 27, "severity": "error",
            "rule": "MISSING_TRANSITION_TARGET", "message": "Missing 'Next' target: Nowhere",
            "machine": null, "location": "/States/A/Next"})
    );
    let table = sealed.run(["sfn", "lint", "island.json"]).expect(0).stdout;
    assert!(table.starts_with("FILE"), "{table}");
    assert!(table.contains("no way leads from 'A', where it starts, to 'B'"), "{table}");
    let ran = sealed.run(["sfn", "lint", "sound.json"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "nothing wrong in 1 state machine\n"));
    let ran = sealed.run_with(["sfn", "lint", "-", "-o", "ndjson"], ISLAND.as_bytes()).expect(0);
    assert_eq!(places(&ran.stdout), ["stdin:3:3 unreachable-state"]);
}

#[test]
fn warnings_count_when_they_are_asked_to_and_not_when_they_are_ignored() {
    let sealed = Sealed::new();
    sealed.write("m.json", ISLAND);
    sealed.run(["sfn", "lint", "m.json"]).expect(0);
    sealed.run(["sfn", "lint", "m.json", "--strict"]).expect(6);
    let ran =
        sealed.run(["sfn", "lint", "m.json", "--strict", "--ignore", "no-path-to-end,unreachable-state"]);
    assert_eq!(ran.expect(0).stdout, "");
    let ran = sealed.run(["sfn", "lint", "m.json", "--ignore", "unreachable"]).expect(2);
    assert!(ran.stderr.contains("unreachable"), "{ran:?}");
    let silent = ISLAND.replacen('{', r#"{"Comment": "opsctl-lint: ignore unreachable-state", "#, 1);
    sealed.write("m.json", &silent);
    sealed.run(["sfn", "lint", "m.json", "--strict"]).expect(0);
    sealed.write("m.json", &silent.replace("unreachable-state", "unreachable-states"));
    let ran = sealed.run(["sfn", "lint", "m.json", "--strict", "-o", "ndjson"]).expect(6);
    assert_eq!(places(&ran.stdout), ["m.json:1:2 unknown-rule", "m.json:3:3 unreachable-state"]);
    assert!(ran.stdout.contains("did you mean 'unreachable-state'?"), "{ran:?}");
    // A note is no warning.
    let task = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}"#;
    sealed.write("note.json", task);
    let ran = sealed.run(["sfn", "lint", "note.json", "--strict"]).expect(0);
    assert!(ran.stdout.contains("task-without-timeout"), "{ran:?}");
}

#[test]
fn a_machine_is_of_the_type_that_is_said() {
    let sealed = Sealed::new();
    let job = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "TimeoutSeconds": 60, "Resource": "arn:aws:states:::ecs:runTask.sync", "End": true}}}"#;
    sealed.write("m.json", job);
    assert_eq!(sealed.run(["sfn", "lint", "m.json"]).expect(0).stdout, "");
    let ran = sealed.run(["sfn", "lint", "m.json", "--type", "express"]).expect(6);
    assert!(
        ran.stdout.contains("Express state machine does not support '.sync' service integration"),
        "{ran:?}"
    );
    let template = |kind: &str| {
        json!({"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"StateMachineType": kind, "DefinitionString": job}}}})
        .to_string()
    };
    sealed.write("t.json", &template("EXPRESS"));
    sealed.run(["sfn", "lint", "t.json"]).expect(6);
    sealed.run(["sfn", "lint", "t.json", "--type", "STANDARD"]).expect(0);
    sealed.write("t.json", &template("STANDARD"));
    sealed.run(["sfn", "lint", "t.json"]).expect(0);
}

const SAM: &str = r#"Parameters:
  Wait: {Type: Number, Default: 5}
Resources:
  PayFunction:
    Type: AWS::Serverless::Function
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: STANDARD
      Definition:
        StartAt: Pay
        States:
          Pay:
            Type: Task
            Resource: !GetAtt PayFunction.Arn
            TimeoutSeconds: !Ref Wait
            Next: Tell
          Tell:
            Type: Task
            Resource: !Sub arn:${AWS::Partition}:states:::sns:publish
            TimeoutSeconds: 60
            End: true
          Left:
            Type: Succeed
  Bills:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        {
          "StartAt": "A",
          "States": {
            "A": {"Type": "Task", "Resource": "${PayFunction.Arn}", "TimeoutSeconds": ${Wait}, "Next": "B"}
          }
        }
  Quoted:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: "{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": \"Pass\"}}}"
  Joined:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Join
        - ''
        - - '{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, "TimeoutSeconds": 5, "Resource": "'
          - !GetAtt Unknown.Arn
          - '"}}}'
  Beside:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/beside.asl.json
      DefinitionSubstitutions: {Fn: !GetAtt PayFunction.Arn}
  Far:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: s3://definitions/far.json
  Gone:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/gone.asl.json
"#;

#[test]
fn definitions_in_templates_are_found_where_they_are() {
    let sealed = Sealed::new();
    std::fs::create_dir_all(sealed.path("infra/machines")).unwrap();
    sealed.write("infra/template.yaml", SAM);
    let beside = "{\"StartAt\": \"A\", \"States\": {\n  \"A\": {\"Type\": \"Task\", \"Resource\": \"${Fn}\", \"TimeoutSeconds\": 5, \"End\": true}}}";
    sealed.write("infra/machines/beside.asl.json", beside);
    let ran = sealed.run(["sfn", "lint", "infra/template.yaml", "-o", "ndjson"]).expect(6);
    assert_eq!(
        places(&ran.stdout),
        [
            "infra/machines/beside.asl.json:2:3 lambda-without-retry",
            "infra/template.yaml:13:11 lambda-without-retry",
            "infra/template.yaml:23:11 unreachable-state",
            "infra/template.yaml:32:96 MISSING_TRANSITION_TARGET",
            "infra/template.yaml:38:62 SCHEMA_VALIDATION_FAILED",
            "infra/template.yaml:59:22 missing-definition",
        ],
        "{ran:?}"
    );
    assert!(
        ran.stderr.contains("the definition of Far in infra/template.yaml is not in files here"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("in 5 state machines"), "{ran:?}");
    // The same file by itself: what is open is taken to be right.
    let ran = sealed.run(["sfn", "lint", "infra/machines/beside.asl.json"]).expect(0);
    assert!(!ran.stdout.contains("SCHEMA_VALIDATION_FAILED"), "{ran:?}");
}

#[test]
fn templates_in_json_are_read_too() {
    let sealed = Sealed::new();
    let body = |definition: Value| json!({"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": definition}}});
    let wrong = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "${Here}"}}}"#;
    for (case, properties, expected) in [
        (
            "a text",
            json!({"DefinitionString": wrong, "DefinitionSubstitutions": {"Here": "X"}}),
            "MISSING_TRANSITION_TARGET",
        ),
        (
            "with a function",
            json!({"DefinitionString": {"Fn::Sub": [wrong, {"Here": "X"}]}}),
            "MISSING_TRANSITION_TARGET",
        ),
        ("an object", json!({"Definition": {"StartAt": "A"}}), "SCHEMA_VALIDATION_FAILED"),
        ("no JSON", json!({"DefinitionString": "{\"StartAt\": }"}), "INVALID_JSON_DESCRIPTION"),
        (
            "functions in an object",
            json!({"Definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "TimeoutSeconds": {"Ref": "T"},
                "Resource": {"Fn::GetAtt": ["OrderLambda", "Arn"]}, "End": true}}}}),
            "lambda-without-retry",
        ),
    ] {
        sealed.write("t.json", &body(properties).to_string());
        let ran = sealed.run(["sfn", "lint", "t.json", "-o", "ndjson"]);
        let rules: Vec<String> = found(&ran.stdout).into_iter().map(|(.., rule)| rule).collect();
        assert_eq!(rules, [expected], "{case}: {ran:?}");
    }
    sealed.write("t.json", &json!({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}).to_string());
    let ran = sealed.run(["sfn", "lint", "t.json"]).expect(0);
    assert_eq!(ran.stderr, "warning: t.json is a template without a state machine\n");
}

#[test]
fn documents_for_editors_and_code_hosts() {
    let sealed = Sealed::new();
    sealed.write("a b.json", WRONG);
    sealed.write("island.json", ISLAND);
    let ran = sealed.run(["sfn", "lint", "a b.json", "island.json", "--format", "text"]).expect(6);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "a b.json:4:27: error: Missing 'Next' target: Nowhere [MISSING_TRANSITION_TARGET]");
    assert!(
        lines[2].starts_with("island.json:3:3: warning: no way leads")
            && lines[2].ends_with("[unreachable-state]")
    );
    let sarif = sealed.run(["sfn", "lint", "a b.json", "island.json", "--format", "sarif"]).expect(6).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "opsctl");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    }
    assert_eq!(
        results[0],
        json!({"ruleId": "MISSING_TRANSITION_TARGET", "ruleIndex": 0, "level": "error",
            "message": {"text": "Missing 'Next' target: Nowhere"},
            "locations": [{
                "physicalLocation": {"artifactLocation": {"uri": "a%20b.json"},
                    "region": {"startLine": 4, "startColumn": 27}},
                "logicalLocations": [{"fullyQualifiedName": "/States/A/Next"}]}]})
    );
    sealed.write("sound.json", SOUND);
    let sarif = sealed.run(["sfn", "lint", "sound.json", "--format", "sarif"]).expect(0).json();
    assert_eq!(sarif["runs"][0]["results"], json!([]));
    let lines = sealed.run(["sfn", "lint", "sound.json", "--format", "text"]).expect(0);
    assert_eq!(lines.stdout, "");
}

#[test]
fn a_file_that_is_not_there_keeps_no_other_from_being_linted() {
    let sealed = Sealed::new();
    sealed.write("wrong.json", WRONG);
    let ran = sealed.run(["sfn", "lint", "gone.json", "wrong.json", "far.json", "-o", "ndjson"]).expect(3);
    assert_eq!(found(&ran.stdout).len(), 2);
    assert!(ran.stderr.contains("there is no file gone.json, far.json"), "{ran:?}");
    std::fs::create_dir(sealed.path("folder")).unwrap();
    std::fs::write(sealed.path("latin.json"), b"{\n\xe9}").unwrap();
    let ran = sealed.run(["sfn", "lint", "folder", "wrong.json", "-o", "ndjson"]).expect(2);
    assert_eq!(found(&ran.stdout).len(), 2);
    assert!(ran.stderr.contains("cannot read the file folder"), "{ran:?}");
    let ran = sealed.run(["sfn", "lint", "folder", "gone.json", "latin.json", "wrong.json"]).expect(2);
    assert!(ran.stdout.contains("Missing 'Next' target: Nowhere"), "{ran:?}");
    assert!(
        ran.stderr.contains("cannot read the files folder (")
            && ran.stderr.contains("latin.json (it is not UTF-8 on line 2)"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("there is no file gone.json"), "{ran:?}");
    sealed.run(["sfn", "lint"]).expect(2);
}

/// A template that leaves open what it can, and says some.
const OPEN: &str = r#"Parameters:
  Kind: {Type: String, Default: EXPRESS}
  Wait: {Type: Number}
  Limit: {Type: Number, Default: 9}
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: !Ref Kind
      Definition:
        StartAt: A
        TimeoutSeconds: !Ref Wait
        States:
          A:
            Type: Task
            Resource: !Sub "arn:${AWS::Partition}:states:::lambda:invoke"
            Parameters: {FunctionName: !If [C, !GetAtt F.Arn, !Ref Other], Payload.$: $}
            Retry: !If [C, [], !Ref AWS::NoValue]
            TimeoutSeconds: !ImportValue secs
            Next: !If [C, W, W]
          W:
            Type: Wait
            Seconds: !Ref Limit
            Next: D
          D:
            Type: Choice
            Choices:
              - {Variable: $.x, NumericGreaterThan: !Ref Wait, Next: E}
              - {Variable: $.b, BooleanEquals: !FindInMap [M, a, b], Next: E}
              - {Variable: $.t, TimestampEquals: !Sub "${Stamp}", Next: E}
            Default: E
          E: {Type: Succeed, Comment: !Join ['-', [!Ref Kind, b]]}
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "${st}"}, "Done": {"Type": "Succeed"}, "B": {"Type": "Pass", "InputPath": "${p}", "Next": "${n}"}}}'
      DefinitionSubstitutions: {st: Done}
  Beside:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: beside.asl.yaml
      DefinitionSubstitutions: {Secs: 5, Where: Nowhere, Go: 'true'}
"#;

#[test]
fn nothing_is_held_against_what_a_template_leaves_open() {
    let sealed = Sealed::new();
    sealed.write("t.yaml", OPEN);
    let beside = "StartAt: A\nStates:\n  A: {Type: Wait, Seconds: '${Secs}', Next: '${Where}'}\n  B:\n    Type: Wait\n    Timestamp: ${When}\n    End: ${Go}\n";
    sealed.write("beside.asl.yaml", beside);
    let ran = sealed.run(["sfn", "lint", "t.yaml", "-o", "ndjson"]).expect(6);
    assert_eq!(places(&ran.stdout), ["beside.asl.yaml:3:39 MISSING_TRANSITION_TARGET"], "{ran:?}");
    assert!(ran.stdout.contains("target: Nowhere"), "{ran:?}");
    // By itself, nothing of it is known.
    let ran = sealed.run(["sfn", "lint", "beside.asl.yaml"]).expect(0);
    assert_eq!(ran.stdout, "");
    // The default of a parameter is what the type is.
    let long = OPEN.replace("Default: 9", "Default: 900");
    sealed.write("t.yaml", &long);
    let ran = sealed.run(["sfn", "lint", "t.yaml", "-o", "ndjson"]).expect(6);
    assert_eq!(places(&ran.stdout)[1..], ["t.yaml:23:13 express-too-long"], "{ran:?}");
}

#[test]
fn a_machine_without_a_definition_is_told() {
    let sealed = Sealed::new();
    let template = "Resources:\n  A:\n    Type: AWS::Serverless::StateMachine\n  B:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: r\n  C:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionS3Location: {Bucket: b, Key: k}\n";
    sealed.write("t.yaml", template);
    let ran = sealed.run(["sfn", "lint", "t.yaml", "-o", "ndjson"]).expect(6);
    assert_eq!(
        places(&ran.stdout),
        ["t.yaml:3:5 missing-definition", "t.yaml:7:7 missing-definition"],
        "{ran:?}"
    );
    assert!(ran.stdout.contains("A has no definition"), "{ran:?}");
    assert!(ran.stderr.contains("the definition of C in t.yaml is not in files here"), "{ran:?}");
    let ran = sealed.run(["sfn", "lint", "t.yaml", "--ignore", "missing-definition"]).expect(0);
    assert_eq!(ran.stdout, "");
    let sarif = sealed.run(["sfn", "lint", "t.yaml", "--format", "sarif"]).expect(6).json();
    assert_eq!(
        sarif["runs"][0]["tool"]["driver"]["rules"][0]["shortDescription"]["text"],
        "A template has a state machine whose definition is not there"
    );
}

#[test]
fn yaml_means_what_its_core_schema_says() {
    let sealed = Sealed::new();
    sealed.write(
        "m.yaml",
        "StartAt: Y\nStates:\n  Y: {Type: Pass, Next: N}\n  N: {Type: Wait, Seconds: 010, Next: on}\n  on: {Type: Pass, End: true}\n",
    );
    let ran = sealed.run(["sfn", "lint", "m.yaml"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "nothing wrong in 1 state machine\n"));
    // As deep as in JSON, and what is too deep is told in plain words.
    for (depth, code) in [(120, 0), (130, 6)] {
        let result = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let yaml = format!("StartAt: A\nStates: {{A: {{Type: Pass, End: true, Result: {result}}}}}\n");
        let json = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": true, "Result": {result}}}}}}}"#
        );
        sealed.write("deep.yaml", &yaml);
        sealed.write("deep.json", &json);
        let ran = sealed.run(["sfn", "lint", "deep.yaml", "--format", "text"]).expect(code);
        assert_eq!(ran.stdout.contains("it nests more than 127 deep"), code == 6, "{ran:?}");
        sealed.run(["sfn", "lint", "deep.json"]).expect(code);
    }
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let sealed = Sealed::new();
    sealed.write("m.json", ISLAND);
    for line in [
        &["sfn", "lint", "m.json", "--format", "text", "-o", "json"][..],
        &["sfn", "lint", "m.json", "--format", "sarif", "--limit", "1"],
        &["sfn", "lint", "m.json", "--format", "sarif", "--sort", "line"],
        &["sfn", "lint", "m.json", "--format", "sarif", "--columns", "line"],
        &["sfn", "lint", "m.json", "--format", "text", "--no-header"],
        &["--query", "items", "sfn", "lint", "m.json", "--format", "text"],
        &["sfn", "local", "test", ".", "--format", "junit", "-o", "json"],
        &["sfn", "local", "test", "--format", "junit", "--limit", "1"],
        &["sfn", "local", "test", "--format", "junit", "--query", "items"],
        &["sfn", "graph", "m.json", "-o", "json"],
        &["sfn", "graph", "m.json", "--query", "items"],
        &["-o", "json", "sfn", "graph", "m.json"],
    ] {
        let ran = sealed.run(line).expect(2);
        assert!(ran.stderr.contains("cannot be used with") && ran.stdout.is_empty(), "{line:?}: {ran:?}");
    }
    // What stands in the configuration is a wish for lists, and no mistake.
    sealed.write("opsctl.toml", "output = \"json\"\n");
    for line in [
        &["--config", "opsctl.toml", "sfn", "lint", "m.json", "--format", "text"][..],
        &["--config", "opsctl.toml", "sfn", "graph", "m.json"],
    ] {
        let ran = sealed.run(line).expect(0);
        assert!(!ran.stdout.starts_with('{'), "{line:?}: {ran:?}");
    }
}

#[test]
fn the_rules_are_listed() {
    let sealed = Sealed::new();
    let ran = sealed.run(["sfn", "lint", "--rules", "-o", "json"]).expect(0).json();
    let rules = ran["items"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["rule"] == "loop-event-limit" && rule["severity"] == "warning"));
    for id in ["missing-definition", "MISSING_TRANSITION_TARGET", "INVALID_JSON_DESCRIPTION"] {
        assert!(rules.iter().any(|rule| rule["rule"] == id && rule["severity"] == "error"), "{id}");
    }
    assert!(
        rules.len() >= 17
            && rules.iter().all(|rule| rule["finds"].as_str().is_some_and(|text| !text.is_empty()))
    );
}

#[test]
fn what_is_no_definition_is_told_with_its_place() {
    let sealed = Sealed::new();
    for (file, text, place) in [
        ("m.json", "{\n  \"StartAt\": \"A\",\n}", "m.json:3:1 INVALID_JSON_DESCRIPTION"),
        ("m.json", "", "m.json:1:1 INVALID_JSON_DESCRIPTION"),
        ("m.json", "[]", "m.json:1:1 INVALID_JSON_DESCRIPTION"),
        ("m.json", "{\"é\": nul}", "m.json:1:10 INVALID_JSON_DESCRIPTION"),
        ("m.yaml", "StartAt: [A\n", "m.yaml:1:10 INVALID_JSON_DESCRIPTION"),
        ("m.yaml", "just a text", "m.yaml:1:1 INVALID_JSON_DESCRIPTION"),
        (
            "m.json",
            "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true,\n \"End\": true}}}",
            "m.json:2:2 INVALID_JSON_DESCRIPTION",
        ),
        (
            "m.json",
            "{\"StartAt\": \"A\", \"States\": {\n\"A\": {\"Type\": \"Succeed\"},\n\"A\": {\"Type\": \"Succeed\"}}}",
            "m.json:3:1 DUPLICATE_STATE_NAME",
        ),
    ] {
        sealed.write(file, text);
        let ran = sealed.run(["sfn", "lint", file, "-o", "ndjson"]).expect(6);
        assert_eq!(places(&ran.stdout), [place], "{text}: {ran:?}");
    }
    // Bytes that are no text.
    std::fs::write(sealed.path("m.json"), b"{\"StartAt\":\n \"\xff\", \xff}").unwrap();
    let ran = sealed.run(["sfn", "lint", "m.json"]).expect(2);
    assert!(ran.stderr.contains("m.json") && ran.stderr.contains("it is not UTF-8 on line 2"), "{ran:?}");
    // YAML gives no name twice.
    sealed.write("m.yaml", "StartAt: A\nStartAt: B\n");
    sealed.run(["sfn", "lint", "m.yaml"]).expect(6);
}

#[test]
fn no_file_is_too_strange() {
    let sealed = Sealed::new();
    // Cut anywhere.
    for text in [WRONG, SAM] {
        let files: Vec<String> = (0..text.len())
            .step_by(7)
            .filter(|end| text.is_char_boundary(*end))
            .map(|end| {
                let name = format!("cut-{end}.{}", if text == SAM { "yaml" } else { "json" });
                sealed.write(&name, &text[..end]);
                name
            })
            .collect();
        let ran = sealed.run(["sfn", "lint"].into_iter().chain(files.iter().map(String::as_str))).expect(6);
        assert!(!ran.stderr.contains("bug"), "{}", ran.stderr);
    }
    // Deeply nested.
    let open = r#"{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":["#;
    for text in [open.repeat(10_000), "[".repeat(1 << 20), "- ".repeat(100_000), "a: {".repeat(100_000)] {
        for file in ["deep.json", "deep.yaml"] {
            sealed.write(file, &text);
            let ran = sealed.run(["sfn", "lint", file, "-o", "ndjson"]).expect(6);
            assert_eq!(found(&ran.stdout).len(), 1, "{ran:?}");
            for verb in [&["graph"][..], &["local", "run"]] {
                let ran = sealed.run(["sfn"].iter().chain(verb).chain(&[file])).expect(2);
                assert!(ran.stderr.contains("the definition in deep"), "{ran:?}");
            }
        }
    }
    // As large as a definition may be, each state with a fault; and larger.
    let mut text = r#"{"StartAt": "S0", "States": {"#.to_owned();
    let mut count = 0;
    while text.len() < 1_000_000 {
        text.push_str(&format!(
            "\n\"S{count}\": {{\"Type\": \"Pass\", \"Next\": \"Nowhere\", \"Comment\": \"{:0200}\"}},",
            0
        ));
        count += 1;
    }
    text.push_str("\n\"E\": {\"Type\": \"Succeed\"}}}");
    sealed.write("large.json", &text);
    let ran = sealed.run(["sfn", "lint", "large.json", "-o", "ndjson"]).expect(6);
    let found_here = found(&ran.stdout);
    assert_eq!(found_here.len(), count);
    assert_eq!(found_here[count - 1].1, count as u64 + 1);
    sealed.write("larger.json", &text.replace("\"S1\"", &format!("\"S1\"{}", " ".repeat(60_000))));
    let ran = sealed.run(["sfn", "lint", "larger.json", "--format", "text"]).expect(6);
    assert!(ran.stdout.contains("Definition must not be larger than 1048576 bytes"), "{ran:?}");
    sealed.write("largest.json", &" ".repeat((16 << 20) + 1));
    let ran = sealed.run(["sfn", "lint", "largest.json"]).expect(2);
    assert!(ran.stderr.contains("it is over 16 MiB long"), "{ran:?}");
}

#[test]
fn a_definition_that_a_function_makes_is_not_looked_at() {
    let sealed = Sealed::new();
    let definition =
        r#"{"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/m.json"}}}"#;
    let resource = r#"{"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": MADE}}"#;
    sealed
        .write("t.json", &format!(r#"{{"Resources": {{"Made": {resource}}}}}"#).replace("MADE", definition));
    let ran = sealed.run(["sfn", "lint", "t.json"]).expect(0);
    assert!(ran.stderr.contains("the definition of Made in t.json is made by a function"), "{ran:?}");
    // Others take a definition, and say that a template is none.
    for verb in [&["graph"][..], &["local", "run"]] {
        let ran = sealed.run(["sfn"].iter().chain(verb).chain(&["t.json"])).expect(2);
        assert!(
            ran.stderr.contains("t.json is a template")
                && ran.stderr.contains("hint: opsctl sfn lint t.json"),
            "{ran:?}"
        );
    }
}
