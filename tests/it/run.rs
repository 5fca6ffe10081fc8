//! `opsctl ssm run`: commands over a fleet, against the sandbox's Run Command, which runs them for real; against a
//! scripted AWS for what a sandbox does not do.

mod faults;
mod fleet;
mod waiting;

use crate::support::{Ran, Sandbox, Sealed};

/// A sandbox that is up, and commands in it.
struct Rehearsal {
    sealed: Sealed,
    _sandbox: Sandbox,
}

impl Rehearsal {
    /// `web-1`, `web-2` and `db-1`.
    fn new() -> Self {
        Rehearsal::with("")
    }

    fn with(config: &str) -> Self {
        let sealed = Sealed::new();
        let sandbox = Sandbox::with_config(&sealed, Some(config));
        Rehearsal { sealed, _sandbox: sandbox }
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, b"")
    }

    fn run_with(&self, args: &[&str], input: &[u8]) -> Ran {
        self.sealed.run_with(["--sandbox", "ssm", "run"].iter().chain(args), input)
    }

    /// A file of the home of a node.
    fn on(&self, node: &str, file: &str) -> std::path::PathBuf {
        self.sealed.path(&format!("sandbox/nodes/{node}/{file}"))
    }
}

/// `[[nodes]]` of these names, each with these lines.
fn nodes(names: &[(&str, &str)]) -> String {
    names.iter().map(|(name, more)| format!("[[nodes]]\nname = \"{name}\"\n{more}\n")).collect()
}

#[test]
fn arguments_arrive_as_they_are_given() {
    let rehearsal = Rehearsal::new();
    let words = [
        "",
        " a  b ",
        "it's",
        "\"x\"",
        "$HOME",
        "`id`",
        "a\nb",
        "{{.State}}",
        "{{{{",
        "*",
        "~",
        "-n",
        "\\",
        "#x",
        "ü",
    ];
    let ran = rehearsal.run(&[&["web-1", "--", "printf", "<%s>"][..], &words].concat()).expect(0);
    let expected: String = words.iter().map(|word| format!("<{word}>")).collect();
    assert_eq!(ran.stdout, expected);
}

#[test]
fn one_node_prints_what_its_command_prints() {
    let rehearsal = Rehearsal::new();
    let ran = rehearsal.run(&["web-1", "--", "sh", "-c", "echo out; echo err >&2; pwd"]).expect(0);
    let home = rehearsal.on("web-1", "");
    assert_eq!(ran.stdout, format!("out\n{}\n", home.to_str().unwrap().trim_end_matches('/')));
    assert!(ran.stderr.contains(", sent to 1 node\n") && ran.stderr.ends_with(": Success\nerr\n"), "{ran:?}");
    let quiet = rehearsal.run(&["-q", "web-1", "--", "sh", "-c", "echo out; echo err >&2"]).expect(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("out\n", "err\n"));
}

#[test]
fn several_nodes_print_under_their_headers() {
    let rehearsal = Rehearsal::new();
    let script = "printf \"$(basename \"$PWD\")\"; echo oops >&2";
    let ran = rehearsal.run(&["web-1", "web-2", "--", "sh", "-c", script]).expect(0);
    for name in ["web-1", "web-2"] {
        let header = ran.stdout.lines().find(|line| line.starts_with(&format!("==> {name} (i-0")));
        let header = header.unwrap_or_else(|| panic!("{name} has no header: {ran:?}"));
        assert!(ran.stdout.contains(&format!("{header}\n{name}\n")), "{ran:?}");
        assert!(ran.stderr.contains(&format!("{header}\noops\n")), "{ran:?}");
    }
}

#[test]
fn a_script_comes_from_a_file_or_from_stdin() {
    let rehearsal = Rehearsal::new();
    let script = "#!/bin/sh -e\nif true\nthen echo \"$0\" | wc -l\nfi\npwd\n";
    rehearsal.sealed.write("up.sh", script);
    std::fs::create_dir_all(rehearsal.on("web-1", "inner")).unwrap();
    let args = ["web-1", "-f", "up.sh", "--working-directory", "inner"];
    let from_file = rehearsal.run(&args).expect(0);
    assert!(
        from_file.stdout.starts_with("1\n") && from_file.stdout.ends_with("/web-1/inner\n"),
        "{from_file:?}"
    );
    let from_stdin = rehearsal.run_with(&["web-1", "-f", "-"], script.as_bytes()).expect(0);
    assert!(from_stdin.stdout.ends_with("/web-1\n"), "{from_stdin:?}");
    let missing = rehearsal.run(&["web-1", "-f", "none.sh"]).expect(2);
    assert!(missing.stderr.starts_with("error: cannot read the script none.sh\n"), "{missing:?}");
}

#[test]
fn a_document_is_run_with_its_parameters() {
    let rehearsal = Rehearsal::new();
    let document = ["web-1", "--document", "AWS-RunShellScript"];
    let parameters = ["--parameter", "commands=echo one", "--parameter", "commands=echo two"];
    let ran = rehearsal.run(&[&document[..], &parameters].concat()).expect(0);
    assert_eq!(ran.stdout, "one\ntwo\n");
}

#[test]
fn records_come_in_every_format() {
    let rehearsal = Rehearsal::new();
    let args = ["--tag", "role=web", "-q", "--", "sh", "-c", "echo out; echo err >&2; exit 4"];
    let json = rehearsal.run(&[&["-o", "json"][..], &args].concat()).expect(6);
    let items = json.json()["items"].as_array().unwrap().clone();
    let names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(items.len(), 2, "{json:?}");
    assert!(names.contains(&"web-1".to_owned()) && names.contains(&"web-2".to_owned()));
    let first = &items[0];
    for (member, value) in [
        ("status", serde_json::json!("Failed")),
        ("statusDetails", "Failed".into()),
        ("responseCode", 4.into()),
        ("stdout", "out\n".into()),
        ("stderr", "err\n".into()),
        ("truncated", false.into()),
    ] {
        assert_eq!(first[member], value, "{member}");
    }
    assert!(first["instanceId"].as_str().unwrap().starts_with("i-0"));
    assert_eq!(first["commandId"].as_str().unwrap().len(), 36);
    let ndjson = rehearsal.run(&[&["-o", "ndjson"][..], &args].concat()).expect(6);
    assert_eq!(ndjson.stdout.lines().count(), 2);
    let text = rehearsal.run(&[&["-o", "text"][..], &args].concat()).expect(6);
    assert!(text.stdout.lines().all(|line| line.ends_with("\tFailed\t4\tout\\n\terr\\n")), "{text:?}");
    let query =
        rehearsal.run(&[&["--query", "items[].responseCode", "-o", "json"][..], &args].concat()).expect(6);
    assert_eq!(query.stdout, "[4,4]\n");
    let table = rehearsal.run(&[&["-o", "table"][..], &args].concat()).expect(6);
    assert!(table.stdout.starts_with("ID "), "{table:?}");
}

#[test]
fn the_exit_code_is_of_all_nodes_together() {
    let rehearsal = Rehearsal::new();
    let only = |name: &str| format!("[ \"$(basename \"$PWD\")\" = {name} ]");
    let failed = rehearsal.run(&["web-1", "--", "sh", "-c", "exit 3"]).expect(6);
    assert!(failed.stderr.contains("error: the command failed on web-1 (i-0"), "{failed:?}");
    assert!(failed.stderr.ends_with("): Failed, exit code 3\n"), "{failed:?}");
    let all = ["--all", "--max-errors", "100%", "--", "sh", "-c"];
    let some = rehearsal.run(&[&all[..], &[&only("web-1")]].concat()).expect(7);
    assert!(some.stderr.contains("error: the command failed on 2 of 3 nodes\n"), "{some:?}");
    assert!(some.stderr.contains("  cause: failed: ") && some.stderr.contains("db-1 (i-0"), "{some:?}");
    let none = rehearsal.run(&[&all[..], &[&only("nobody")]].concat()).expect(6);
    assert!(none.stderr.contains("error: the command failed on 3 of 3 nodes\n"), "{none:?}");
}

#[test]
fn a_dry_run_prints_the_call_and_sends_nothing() {
    let rehearsal = Rehearsal::new();
    let more =
        ["--comment", "why", "--max-concurrency", "50%", "--max-errors", "1", "--delivery-timeout", "60s"];
    let args = [&["--tag", "role=web", "-n", "-o", "json"][..], &more, &["--", "touch", "a b"]].concat();
    let ran = rehearsal.run(&args).expect(0);
    let step = &ran.json()["items"][0];
    assert_eq!(step["action"], "ssm:SendCommand");
    let parameters = &step["parameters"];
    assert_eq!(parameters["Parameters"]["commands"], serde_json::json!(["touch 'a b'"]));
    assert_eq!((&parameters["Comment"], &parameters["TimeoutSeconds"]), (&"why".into(), &60.into()));
    assert_eq!((&parameters["MaxConcurrency"], &parameters["MaxErrors"]), (&"50%".into(), &"1".into()));
    assert_eq!(ran.stderr, "dry run: 1 command would be sent to 2 nodes\n");
    assert!(!rehearsal.on("web-1", "a b").exists());
}

#[test]
fn output_that_the_service_cuts_is_said_to_be_cut() {
    let rehearsal = Rehearsal::new();
    let script = "head -c 30000 /dev/zero | tr '\\0' x";
    let ran = rehearsal.run(&["web-1", "--", "sh", "-c", script]).expect(0);
    assert_eq!(ran.stdout.len(), 24_000);
    assert!(ran.stderr.contains("warning: the output of web-1 (i-0"), "{ran:?}");
    assert!(ran.stderr.contains("is cut: Run Command keeps 24000 characters of each stream\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: opsctl ssm exec TARGET -- CMD streams everything"), "{ran:?}");
    let json = rehearsal.run(&["web-1", "-o", "json", "--", "sh", "-c", script]).expect(0);
    assert_eq!(json.json()["items"][0]["truncated"], true);
}

#[test]
fn options_that_contradict_are_a_usage_error() {
    let sealed = Sealed::new();
    for (args, message) in [
        (&["web-1"][..], "required arguments were not provided"),
        (&["--", "id"], "nothing says which nodes are meant"),
        (&["web-1", "--all", "--", "id"], "cannot be used with"),
        (&["web-1", "-f", "x", "--", "id"], "cannot be used with"),
        (&["web-1", "--document", "D", "--", "id"], "cannot be used with"),
        (&["web-1", "--parameter", "a=b", "--", "id"], "cannot be used with"),
        (&["web-1", "--parameter", "a=b", "-f", "x"], "--document <NAME>"),
        (&["--resume", "x", "web-1"], "cannot be used with"),
        (&["--resume", "x", "--", "id"], "cannot be used with"),
        (&["web-1", "--max-concurrency", "0", "--", "id"], "at least one node at a time"),
        (&["web-1", "--max-errors", "some", "--", "id"], "a number of nodes, as 10"),
        (&["web-1", "--execution-timeout", "0", "--", "id"], "1 second to 2 days"),
        (&["web-1", "--delivery-timeout", "5s", "--", "id"], "30 seconds to 30 days"),
        (&["web-1", "--interval", "1ms", "--", "id"], "an interval is at least 100ms"),
    ] {
        let ran = sealed.run(["ssm", "run"].iter().chain(args)).expect(2);
        assert!(ran.stderr.contains(message), "{args:?}: {ran:?}");
    }
    let long = "x".repeat(101);
    let ran = sealed.run(["ssm", "run", "web-1", "--comment", &long, "--", "id"]).expect(2);
    assert!(ran.stderr.contains("Run Command takes 100 characters, not 101"), "{ran:?}");
}
