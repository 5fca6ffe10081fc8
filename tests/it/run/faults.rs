//! What goes wrong before a command is sent, and on the nodes: each is told with its place and its cure, and nothing is
//! sent that cannot be right.

use serde_json::{Value, json};

use super::{Rehearsal, nodes};
use crate::support::{FakeAws, Reply, Sealed};

/// How many commands the sandbox knows.
fn sent(rehearsal: &Rehearsal) -> bool {
    ["web-1", "web-2", "db-1"].iter().any(|node| rehearsal.on(node, "").exists())
}

#[test]
fn nodes_that_are_not_there_are_all_named() {
    let rehearsal = Rehearsal::new();
    let ran = rehearsal.run(&["wbe-1", "web-2", "db-7", "--", "id"]).expect(3);
    assert!(ran.stderr.contains("no node is called wbe-1; no node is called db-7"), "{ran:?}");
    let one = rehearsal.run(&["wbe-1", "--", "id"]).expect(3);
    assert!(one.stderr.contains("hint: did you mean web-1?\n"), "{one:?}");
    let none = rehearsal.run(&["--tag", "role=mail", "--", "id"]).expect(3);
    assert!(none.stderr.starts_with("error: there is no node with the tag role=mail\n"), "{none:?}");
    assert!(!sent(&rehearsal));
}

#[test]
fn nodes_that_are_not_online_are_named_and_left_out() {
    let rehearsal = Rehearsal::with(&nodes(&[
        ("web-1", "tags = { role = \"web\" }"),
        ("web-2", "tags = { role = \"web\" }\nping = \"connection-lost\""),
        ("db-1", "ping = \"offline\""),
    ]));
    let named = rehearsal.run(&["web-1", "db-1", "--", "basename", "/x/y"]).expect(7);
    assert_eq!(named.stdout, "y\n");
    let warning = named.stderr.lines().next().unwrap();
    assert!(warning.starts_with("warning: not online, left out: db-1 (i-0"), "before it is sent: {named:?}");
    assert!(warning.ends_with(": Inactive"), "{named:?}");
    assert!(
        named.stderr.contains("error: the command did not run on 1 node\n  cause: not online: db-1 (i-0"),
        "{named:?}"
    );
    for by_tag in [&["--tag", "role=web"][..], &["role=web"]] {
        let ran = rehearsal.run(&[by_tag, &["--", "true"]].concat()).expect(0);
        assert!(ran.stderr.starts_with("warning: not online, left out: web-2 (i-0"), "{ran:?}");
    }
    rehearsal.run(&["role=web", "web-2", "--", "true"]).expect(7);
    let json = rehearsal.run(&["web-1", "db-1", "-o", "json", "-q", "--", "true"]).expect(7);
    assert_eq!(json.json()["items"].as_array().unwrap().len(), 1);
    let missing = json.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(missing.starts_with("db-1 (i-0") && missing.ends_with(") is not online"), "{missing}");
    let all = rehearsal.run(&["web-2", "db-1", "--", "id"]).expect(9);
    assert!(all.stderr.starts_with("error: no node is online: web-2 (i-0"), "{all:?}");
    assert!(all.stderr.contains("): ConnectionLost, db-1 (i-0"), "{all:?}");
    let none = Rehearsal::with(&nodes(&[("db-1", "ping = \"offline\"")]));
    let none = none.run(&["--all", "--", "id"]).expect(9);
    assert_eq!(none.stderr, "error: no node is online\n  hint: opsctl ssm list --all\n");
}

#[test]
fn a_document_that_does_not_exist_or_fit_is_refused() {
    let rehearsal = Rehearsal::with(&nodes(&[("web-1", ""), ("win-1", "platform = \"Windows\"")]));
    let unknown = rehearsal.run(&["web-1", "--document", "AWS-RunShelScript"]).expect(3);
    assert!(unknown.stderr.starts_with("error: there is no document AWS-RunShelScript\n"), "{unknown:?}");
    assert!(unknown.stderr.ends_with("hint: did you mean AWS-RunShellScript?\n"), "{unknown:?}");
    let session = rehearsal.run(&["web-1", "--document", "AWS-StartInteractiveCommand"]).expect(2);
    assert!(session.stderr.contains("is a document of type Session, not Command\n"), "{session:?}");
    let windows = rehearsal.run(&["--all", "--", "id"]).expect(2);
    let message = "error: AWS-RunShellScript is for Linux and MacOS, not for win-1 (i-0";
    assert!(windows.stderr.starts_with(message) && windows.stderr.contains(") of Windows\n"), "{windows:?}");
    let linux = ["web-1", "--document", "AWS-RunPowerShellScript", "--parameter", "commands=dir"];
    let linux = rehearsal.run(&linux).expect(2);
    assert!(linux.stderr.contains("AWS-RunPowerShellScript is for Windows, not for web-1 (i-0"), "{linux:?}");
    assert!(!sent(&rehearsal));
    let here = ["win-1", "--document", "AWS-RunPowerShellScript", "--parameter", "commands=dir"];
    let here = rehearsal.run(&here).expect(6);
    assert!(here.stderr.contains("this sandbox runs shell scripts; it has no PowerShell\n"), "{here:?}");
}

#[test]
fn every_parameter_that_is_wrong_is_told_at_once() {
    let rehearsal = Rehearsal::new();
    let document = ["web-1", "--document", "AWS-RunShellScript"];
    let parameters = [
        "--parameter",
        "comands=id",
        "--parameter",
        "workingDirectory=/a",
        "--parameter",
        "workingDirectory=/b",
    ];
    let ran = rehearsal.run(&[&document[..], &parameters].concat()).expect(2);
    assert_eq!(
        ran.stderr,
        "error: the parameters do not fit AWS-RunShellScript: there is no comands, did you mean commands?; \
         workingDirectory takes one value, not 2; commands is missing\n  \
         hint: its parameters: commands, workingDirectory, executionTimeout\n"
    );
    assert!(!sent(&rehearsal));
}

#[test]
fn braces_of_a_script_are_found_before_anything_is_asked() {
    let mut sealed = Sealed::new();
    // A call would be an error.
    sealed.signed_in().set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    sealed.write("up.sh", "echo {a}\n\tdocker inspect -f '{{.Id}}' x {{ssm:name}}\n{{x}}\n");
    let ran = sealed.run(["ssm", "run", "web-1", "-f", "up.sh"]).expect(2);
    assert!(
        ran.stderr
            .starts_with("error: Run Command takes {{ for a parameter of its own: up.sh:2:21, up.sh:3:1\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("hint: write {{ as {''{ inside single quotes"), "{ran:?}");
    let args = ["ssm", "run", "web-1", "--document", "D", "--parameter", "commands={{x}}"];
    let ran = sealed.run(args).expect(2);
    assert!(ran.stderr.contains(": --parameter commands:1:1\n"), "{ran:?}");
}

#[test]
fn the_cure_for_braces_cures() {
    let rehearsal = Rehearsal::new();
    let script = "printf '%s\\n' '{''{x}}' {\"\"{y}}\n";
    let ran = rehearsal.run_with(&["web-1", "-f", "-"], script.as_bytes()).expect(0);
    assert_eq!(ran.stdout, "{{x}}\n{{y}}\n");
}

#[test]
fn too_many_failures_stop_the_rest_and_both_are_told() {
    let rehearsal = Rehearsal::with(&nodes(&[("n-1", ""), ("n-2", ""), ("n-3", ""), ("n-4", "")]));
    let script = "touch ran; [ \"$(basename \"$PWD\")\" != n-2 ]";
    let ran = rehearsal.run(&["--all", "--max-concurrency", "1", "--", "sh", "-c", script]).expect(7);
    assert!(
        ran.stderr.contains("error: the command failed on 1 of 4 nodes and did not run on 2\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("failed: n-2 (i-0"), "{ran:?}");
    assert!(
        ran.stderr.contains("; did not run: n-3 (i-0") && ran.stderr.contains(": Terminated, n-4 (i-0"),
        "{ran:?}"
    );
    assert!(
        ran.stderr.contains("hint: more nodes failed than --max-errors allows; the rest did not get it\n"),
        "{ran:?}"
    );
    for (node, expected) in [("n-1", true), ("n-2", true), ("n-3", false), ("n-4", false)] {
        assert_eq!(rehearsal.on(node, "ran").exists(), expected, "{node}");
    }
    // What is said to be done next does it.
    let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("  hint: opsctl ")).unwrap();
    let words = shlex::split(hint).unwrap();
    rehearsal.sealed.run(words).expect(0);
    assert!(rehearsal.on("n-3", "ran").exists() && rehearsal.on("n-4", "ran").exists());

    let bears = ["--all", "--max-concurrency", "1", "--max-errors", "1", "--", "sh", "-c", script];
    let ran = rehearsal.run(&bears).expect(7);
    assert!(ran.stderr.contains("error: the command failed on 1 of 4 nodes\n"), "{ran:?}");
}

#[test]
fn a_node_that_dies_leaves_the_others_their_results() {
    let rehearsal = Rehearsal::with(&nodes(&[("web-1", ""), ("web-2", "dies = \"during\"")]));
    let args = ["web-1", "web-2", "--execution-timeout", "1s", "--max-errors", "1", "--", "echo", "alive"];
    let ran = rehearsal.run(&args).expect(7);
    assert!(ran.stdout.contains("\nalive\n"), "{ran:?}");
    assert!(
        ran.stderr.contains("failed: web-2 (i-0") && ran.stderr.contains("): ExecutionTimedOut\n"),
        "{ran:?}"
    );
    // Its shell is gone with its whole group.
    let killed = rehearsal.run(&["web-1", "--", "sh", "-c", "echo last; kill -KILL 0"]).expect(6);
    assert_eq!(killed.stdout, "last\n");
    assert!(killed.stderr.contains("Failed, exit code 137\n"), "{killed:?}");
}

#[test]
fn a_node_that_dies_before_is_waited_for_no_longer_than_the_user_wants() {
    let rehearsal = Rehearsal::with(&nodes(&[("web-1", "dies = \"before\"")]));
    let ran = rehearsal.run(&["web-1", "--timeout", "2s", "--", "id"]).expect(8);
    assert!(ran.stderr.contains("): Delayed\n"), "{ran:?}");
    assert!(ran.stderr.contains("gave up waiting for 1 node to end after 2s; it goes on\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: opsctl --sandbox ssm run --resume "), "{ran:?}");
}

#[test]
fn what_runs_too_long_is_ended() {
    let rehearsal = Rehearsal::new();
    let ran = rehearsal
        .run(&["web-1", "--execution-timeout", "1s", "--", "sh", "-c", "echo a; sleep 300"])
        .expect(6);
    assert_eq!(ran.stdout, "a\n");
    assert!(ran.stderr.ends_with("): ExecutionTimedOut\n"), "{ran:?}");
}

#[test]
fn a_busy_service_is_asked_again() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let rehearsal =
        Rehearsal::with(&format!("calls_per_second = 3\n{}", nodes(&names.map(|name| (name, "")))));
    let log = rehearsal.sealed.path("log").display().to_string();
    let ran = rehearsal.run(&["--log-file", &log, "--all", "--", "echo", "done"]).expect(0);
    assert_eq!(ran.stdout.matches("\ndone\n").count(), 6, "{ran:?}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("attempt 2") || log.contains("status 400"), "nothing was throttled: {log}");
}

/// A service that throttles the first calls of each operation, beyond what a client tries again by itself.
#[test]
fn a_command_that_is_throttled_is_sent_once() {
    let count = std::sync::Mutex::new(std::collections::HashMap::<String, u32>::new());
    let aws = FakeAws::start(move |request| {
        let mut count = count.lock().unwrap();
        let calls = count.entry(request.operation.clone()).or_default();
        *calls += 1;
        match (request.operation.as_str(), *calls) {
            ("SendCommand", 1..=3) | ("ListCommandInvocations", 1..=4) => {
                Reply::error(400, "ThrottlingException", "Rate exceeded")
            }
            (operation, _) => one_node(operation),
        }
    });
    let ran = signed_in(&aws).run(["ssm", "run", "web-1", "--interval", "100ms", "--", "id"]).expect(0);
    assert_eq!(ran.stdout, "out\n");
    let operations = aws.operations();
    assert_eq!(operations.iter().filter(|name| *name == "SendCommand").count(), 4);
}

/// Nobody knows whether it was sent: it is not sent again.
#[test]
fn a_command_that_may_have_been_sent_is_not_sent_again() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "SendCommand" => Reply::error(500, "InternalServerError", "oh"),
        operation => one_node(operation),
    });
    let ran = signed_in(&aws).run(["ssm", "run", "web-1", "--", "id"]).expect(75);
    assert!(ran.stderr.starts_with("error: cannot send the command to 1 node\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: it may have been sent all the same"), "{ran:?}");
    assert_eq!(aws.operations().iter().filter(|name| *name == "SendCommand").count(), 1);
}

/// One node, on which a command has succeeded.
pub fn one_node(operation: &str) -> Reply {
    let invocation = json!({
        "CommandId": "c-1", "InstanceId": "i-0123456789abcdef0", "InstanceName": "web-1",
        "Status": "Success", "StatusDetails": "Success",
    });
    match operation {
        "DescribeInstanceProperties" => Reply::json(json!({ "InstanceProperties": [{
            "InstanceId": "i-0123456789abcdef0", "Name": "web-1", "PingStatus": "Online", "PlatformType": "Linux",
        }] })),
        "SendCommand" => Reply::json(json!({ "Command": { "CommandId": "c-1" } })),
        "ListCommandInvocations" => Reply::json(json!({ "CommandInvocations": [invocation] })),
        "GetCommandInvocation" => Reply::json(json!({
            "Status": "Success", "StatusDetails": "Success", "ResponseCode": 0,
            "StandardOutputContent": "out\n", "StandardErrorContent": "",
        })),
        other => Reply::error(400, "UnknownOperationException", other),
    }
}

pub fn signed_in(aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    sealed
}

#[test]
fn the_steps_of_a_document_are_shown_one_after_the_other() {
    let aws = FakeAws::start(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        match (request.operation.as_str(), body["PluginName"].as_str()) {
            ("GetCommandInvocation", None) => Reply::error(400, "InvalidPluginName", ""),
            ("GetCommandInvocation", Some(step)) => Reply::json(json!({
                "ResponseCode": 0, "StandardOutputContent": format!("{step}\n"), "StandardErrorContent": "",
            })),
            ("ListCommandInvocations", _) if body["Details"] == true => Reply::json(
                json!({ "CommandInvocations": [{ "InstanceId": "i-0123456789abcdef0", "CommandPlugins": [
                    { "Name": "first" }, { "Name": "second" },
                ] }] }),
            ),
            (operation, _) => one_node(operation),
        }
    });
    let ran = signed_in(&aws).run(["ssm", "run", "web-1", "--", "id"]).expect(0);
    assert_eq!(ran.stdout, "first\nsecond\n");
}

#[test]
fn a_document_that_may_not_be_read_is_sent_unchecked() {
    let aws = FakeAws::start(|request| match request.operation.as_str() {
        "DescribeDocument" => Reply::error(400, "AccessDeniedException", "no"),
        operation => one_node(operation),
    });
    let args = ["ssm", "run", "web-1", "--document", "Own", "--parameter", "a=b"];
    assert_eq!(signed_in(&aws).run(args).expect(0).stdout, "out\n");
}

#[test]
fn what_is_denied_says_so() {
    let rehearsal = Rehearsal::with("[deny]\nactions = [\"ssm:SendCommand\"]\n");
    let ran = rehearsal.run(&["web-1", "--", "id"]).expect(5);
    assert!(ran.stderr.contains("is not authorized to perform: ssm:SendCommand on resource: "), "{ran:?}");
}
