//! Other documents than the usual one: those of one's own, and one of AWS that knows no separate streams.

use super::{ONE_NODE, exec, rehearse};
use crate::support::{Sandbox, Sealed};

const NO_SEPARATE_OUTPUT: &str = "AWS-StartNonInteractiveCommand takes no separateOutputStream here: stdout and stderr come together, at the end\n";

#[test]
fn without_separate_streams_the_exit_code_comes_all_the_same() {
    let (sealed, _sandbox) =
        rehearse(&format!("separate_output = false\n{ONE_NODE}[[nodes]]\nname = \"web-2\"\n"));
    for (script, stdout, code) in [
        ("echo one; echo two >&2; echo three", "one\ntwo\nthree\n", 0),
        ("printf '[opsctl'; exit 9", "[opsctl", 9),
        ("kill -TERM $$", "", 143),
    ] {
        let ran = sealed.run(exec(&["web-1", "--", "sh", "-c", script])).expect(code);
        assert!(ran.stdout.starts_with(stdout) && !ran.stdout.contains("[opsctl "), "{script}: {ran:?}");
        assert_eq!(ran.stderr, NO_SEPARATE_OUTPUT, "{script}");
    }
    let ran = sealed.run(exec(&["--all", "--max-concurrency", "1", "--", "echo", "hi"])).expect(0);
    assert_eq!(ran.stdout, "web-1 | hi\nweb-2 | hi\n");
    assert_eq!(ran.stderr, NO_SEPARATE_OUTPUT, "it is said once");
}

/// A sandbox with this document in a file beside its `sandbox.toml`.
fn with_document(document: &str) -> (Sealed, Sandbox) {
    let sealed = Sealed::new();
    sealed.write("doc.json", document);
    let config = format!("{ONE_NODE}[[documents]]\nname = \"Mine\"\nfile = \"doc.json\"\n");
    let sandbox = Sandbox::with_config(&sealed, Some(&config));
    (sealed, sandbox)
}

#[test]
fn a_document_of_ones_own_runs_with_its_parameters() {
    let (sealed, _sandbox) = with_document(
        r#"{ "schemaVersion": "1.0", "sessionType": "NonInteractiveCommands",
             "parameters": {
               "word": { "type": "String", "default": "none", "allowedPattern": "^[a-z]+$" },
               "level": { "type": "String", "allowedValues": ["low", "high"] } },
             "inputs": { "kmsKeyId": "alias/mine" },
             "properties": { "linux": { "commands": "echo {{word}} {{ level }}; echo e >&2; exit 4",
                                        "separateOutputStream": true, "stdOutSeparatorPrefix": "o:" } } }"#,
    );
    let run = |parameters: &[&str]| {
        let parameters = parameters.iter().flat_map(|parameter| ["--parameter", parameter]);
        let words: Vec<&str> = ["web-1", "--document", "Mine"].into_iter().chain(parameters).collect();
        sealed.run(exec(&words))
    };
    let ran = run(&["level=low", "word=loud"]).expect(4);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("o:loud low\n", "e\n"));
    assert_eq!(run(&["level=high"]).expect(4).stdout, "o:none high\n");
    for (parameters, expected) in [
        (&[][..], "the parameter level is missing"),
        (&["level=mid"], "the value of the parameter level is none of low, high"),
        (&["level=low", "word=LOUD"], "the value of the parameter word does not match ^[a-z]+$"),
        (&["level=low", "colour=red"], "the document has no parameter colour"),
        (&["level=low", "word={{level}}"], "refers to a parameter"),
    ] {
        let ran = run(parameters).expect(255);
        assert!(ran.stderr.contains(expected), "{parameters:?}: {ran:?}");
    }
    let names =
        sealed.run(["--sandbox", "ssm", "session", "list", "--history", "-o", "json"]).expect(0).json();
    assert!(names.to_string().contains("\"Mine\""), "{names}");
}

#[test]
fn its_key_encrypts_its_sessions_alone() {
    let document = r#"{ "schemaVersion": "1.0", "sessionType": "NonInteractiveCommands",
        "inputs": { "kmsKeyId": "alias/mine" }, "properties": { "linux": { "commands": "echo hi" } } }"#;
    let sealed = Sealed::new();
    sealed.write("doc.json", document);
    let deny = "[deny]\nactions = [\"kms:GenerateDataKey\"]\n";
    let config = format!("{ONE_NODE}[[documents]]\nname = \"Mine\"\nfile = \"doc.json\"\n{deny}");
    let _sandbox = Sandbox::with_config(&sealed, Some(&config));
    let ran = sealed.run(exec(&["web-1", "--document", "Mine"])).expect(255);
    assert!(ran.stderr.contains("kms:GenerateDataKey"), "{ran:?}");
    sealed.run(exec(&["web-1", "--", "true"])).expect(0);
}

#[test]
fn what_tells_no_exit_code_is_zero_and_that_is_said() {
    let (sealed, _sandbox) = with_document(
        r#"{ "schemaVersion": "1.0", "sessionType": "NonInteractiveCommands",
             "parameters": { "command": { "type": "String" } },
             "properties": { "linux": { "commands": "{{command}}" } } }"#,
    );
    let ran = sealed.run(exec(&["web-1", "--document", "Mine", "--", "echo", "a b"])).expect(0);
    assert_eq!(ran.stdout, "a b\n");
    assert_eq!(ran.stderr, "the document tells no exit code: what ran counts as 0\n");
}

#[test]
fn one_on_a_terminal_wants_one() {
    let (sealed, _sandbox) = with_document(
        r#"{ "schemaVersion": "1.0", "sessionType": "InteractiveCommands",
             "properties": { "linux": { "commands": "tty; exit 3" } } }"#,
    );
    let ran = sealed.run(exec(&["web-1", "--document", "Mine", "--pty"])).expect(0);
    assert!(ran.stdout.starts_with("/dev/"), "{ran:?}");
    assert!(ran.stderr.contains("nothing tells the exit code"), "{ran:?}");
    let ran = sealed.run(exec(&["web-1", "--document", "Mine"])).expect(255);
    assert!(ran.stderr.starts_with("error: the session on web-1"), "{ran:?}");
    assert!(ran.stderr.contains("hint: run it with --pty"), "{ran:?}");
}

#[test]
fn every_mistake_of_a_document_has_its_place() {
    let sealed = Sealed::new();
    sealed.write(
        "doc.json",
        r#"{ "schemaVersion": "2.2",
  "sessionTyp": "Port",
  "parameters": {
    "word": { "type": "StringList", "default": "x", "allowedPattern": "(" },
    "level": { "type": "String", "default": "mid", "allowedValues": ["low", "high"] }
  },
  "properties": { "linux": { "commands": "echo {{wrod}}" } },
  "inputs": { "kmsKeyId": 7 }
}"#,
    );
    sealed.write("broken.json", "{\n  \"schemaVersion\": 1.0,,\n}");
    let config = "[[documents]]\nname = \"Mine\"\nfile = \"doc.json\"\n\
                  [[documents]]\nname = \"Broken\"\nfile = \"broken.json\"\n\
                  [[documents]]\nname = \"AWS-Mine\"\nfile = \"missing.json\"\n\
                  [[documents]]\nname = \"Inline\"\ncontent = '''{ \"schemaVersion\": \"1.0\" }'''\n\
                  [[documents]]\nfile = \"doc.json\"\ncontent = \"\"\n";
    let file = sealed.write("sandbox.toml", config);
    let ran = sealed.run(["sandbox", "run", "--config", file.to_str().unwrap(), "--", "true"]).expect(255);
    let folder = format!("{}/", file.parent().unwrap().display());
    let told: Vec<String> = ran.stderr.lines().map(|line| line.trim().replace(&folder, "")).collect();
    insta::assert_snapshot!(told.join("\n"));
}
