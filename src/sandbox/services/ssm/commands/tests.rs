use super::*;
use crate::sandbox::services::testing::{account, call};
use serde_json::{Value, json};
use std::time::Instant;

const NODES: &str = "page_size = 2
[[nodes]]
name = \"web-1\"
tags = { role = \"web\", zone = \"a\" }
[[nodes]]
name = \"web-2\"
tags = { role = \"web\" }
[[nodes]]
name = \"off\"
ping = \"offline\"
tags = { role = \"web\" }
[[nodes]]
name = \"win\"
platform = \"Windows\"
";

fn ssm(account: &Account, operation: &str, input: Value) -> Result<Value, String> {
    let answer = call(account, "ssm", &format!("AmazonSSM.{operation}"), input);
    answer.map_err(|error| format!("{}: {}", error.code, error.message))
}

fn id(account: &Account, name: &str) -> String {
    account.nodes.iter().find(|managed| managed.node.name == name).unwrap().node.id.clone()
}

fn shell(more: Value) -> Value {
    let mut input = json!({ "DocumentName": "AWS-RunShellScript", "Parameters": { "commands": ["true"] } });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

#[tokio::test]
async fn a_call_that_cannot_be_right_sends_nothing() {
    let account = account(NODES);
    let (web, off, win) = (id(&account, "web-1"), id(&account, "off"), id(&account, "win"));
    let many: Vec<String> = (0..51).map(|number| format!("i-0{number:016x}")).collect();
    for (name, more, code) in [
        ("no node", json!({}), "ValidationException"),
        ("both", json!({ "InstanceIds": [web], "Targets": [{}] }), "ValidationException"),
        ("unknown node", json!({ "InstanceIds": [web, "i-0abc"] }), "InvalidInstanceId"),
        ("offline node", json!({ "InstanceIds": [web, off] }), "InvalidInstanceId"),
        ("twice", json!({ "InstanceIds": [web, web] }), "DuplicateInstanceId"),
        ("too many", json!({ "InstanceIds": many }), "ValidationException"),
        ("another platform", json!({ "InstanceIds": [web, win] }), "UnsupportedPlatformType"),
        (
            "no such document",
            json!({ "InstanceIds": [web], "DocumentName": "AWS-RunShelScript" }),
            "InvalidDocument",
        ),
        (
            "no command",
            json!({ "InstanceIds": [web], "DocumentName": "AWS-StartInteractiveCommand" }),
            "InvalidDocument",
        ),
        (
            "parameter",
            json!({ "InstanceIds": [web], "Parameters": { "comands": ["a"] } }),
            "InvalidParameters",
        ),
        (
            "braces",
            json!({ "InstanceIds": [web], "Parameters": { "commands": ["echo {{x}}"] } }),
            "InvalidParameters",
        ),
        ("concurrency", json!({ "InstanceIds": [web], "MaxConcurrency": "0" }), "ValidationException"),
        ("errors", json!({ "InstanceIds": [web], "MaxErrors": "some" }), "ValidationException"),
        ("timeout", json!({ "InstanceIds": [web], "TimeoutSeconds": 29 }), "ValidationException"),
        ("comment", json!({ "InstanceIds": [web], "Comment": "x".repeat(101) }), "ValidationException"),
        (
            "target",
            json!({ "Targets": [{ "Key": "resource-groups:Name", "Values": ["a"] }] }),
            "InvalidTarget",
        ),
        ("target values", json!({ "Targets": [{ "Key": "tag:role", "Values": [] }] }), "ValidationException"),
    ] {
        let error = ssm(&account, "SendCommand", shell(more)).unwrap_err();
        assert!(error.starts_with(code), "{name}: {error}");
    }
    let list = ssm(&account, "ListCommands", json!({})).unwrap();
    assert_eq!(list["Commands"], json!([]));
}

#[tokio::test]
async fn a_command_is_told_as_the_service_tells_it() {
    let account = account(NODES);
    let (one, two) = (id(&account, "web-1"), id(&account, "web-2"));
    let input = shell(json!({
        "InstanceIds": [one, two], "Comment": "a test", "MaxConcurrency": "1", "MaxErrors": "100%",
    }));
    let sent = ssm(&account, "SendCommand", input).unwrap();
    let command_id = sent["Command"]["CommandId"].as_str().unwrap().to_owned();
    assert_eq!(sent["Command"]["Status"], "Pending");
    assert_eq!(sent["Command"]["TargetCount"], 2);
    let invocation = json!({ "CommandId": command_id, "InstanceId": two });
    let unseen = ssm(&account, "GetCommandInvocation", invocation.clone()).unwrap_err();
    assert!(unseen.starts_with("InvocationDoesNotExist"), "{unseen}");
    let listed = |input: Value| {
        let answer = ssm(&account, "ListCommandInvocations", input).unwrap();
        answer["CommandInvocations"].as_array().unwrap().clone()
    };
    assert_eq!(listed(json!({ "CommandId": command_id })).len(), 1);
    account.commands.find(&command_id).unwrap().over().await;
    let all = listed(json!({ "CommandId": command_id, "Details": true }));
    let names: Vec<&Value> = all.iter().map(|invocation| &invocation["InstanceName"]).collect();
    assert_eq!(names, ["web-1", "web-2"]);
    // A home below a folder that nobody can make: the script cannot be started.
    assert_eq!(all[0]["StatusDetails"], "Failed");
    let plugin = &all[0]["CommandPlugins"][0];
    assert_eq!((&plugin["Name"], &plugin["ResponseCode"]), (&"aws:runShellScript".into(), &1.into()));
    assert!(plugin["Output"].as_str().unwrap().starts_with("\n----------ERROR-------\nthe script cannot"));
    let got = ssm(&account, "GetCommandInvocation", invocation).unwrap();
    assert_eq!((&got["Status"], &got["StandardOutputContent"]), (&"Failed".into(), &"".into()));
    assert!(got["StandardErrorContent"].as_str().unwrap().starts_with("the script cannot be started: "));
    let wrong = json!({ "CommandId": command_id, "InstanceId": two, "PluginName": "aws:other" });
    assert!(ssm(&account, "GetCommandInvocation", wrong).unwrap_err().starts_with("InvalidPluginName"));
    let commands = ssm(&account, "ListCommands", json!({ "CommandId": command_id })).unwrap();
    let command = &commands["Commands"][0];
    for (member, value) in [
        ("Comment", json!("a test")),
        ("CompletedCount", json!(2)),
        ("ErrorCount", json!(2)),
        ("StatusDetails", json!("Incomplete")),
        ("TimeoutSeconds", json!(3600)),
    ] {
        assert_eq!(command[member], value, "{member}");
    }
    for (filter, count) in [("Failed", 1), ("Success", 0)] {
        let filters = json!({ "Filters": [{ "key": "Status", "value": filter }] });
        let found = ssm(&account, "ListCommands", filters).unwrap();
        assert_eq!(found["Commands"].as_array().unwrap().len(), count, "{filter}");
    }
}

#[tokio::test]
async fn targets_are_nodes_of_any_state() {
    let account = account(NODES);
    let input = shell(json!({
        "Targets": [{ "Key": "tag:role", "Values": ["web", "db"] }], "MaxErrors": "100%",
    }));
    let sent = ssm(&account, "SendCommand", input).unwrap();
    let command_id = sent["Command"]["CommandId"].as_str().unwrap();
    let command = account.commands.find(command_id).unwrap();
    command.over().await;
    (0..3).for_each(|_| drop(command.look()));
    // Over every page.
    let (mut details, mut token) = (Vec::new(), Value::Null);
    loop {
        let input = json!({ "CommandId": command_id, "NextToken": token });
        let page = ssm(&account, "ListCommandInvocations", input).unwrap();
        let invocations = page["CommandInvocations"].as_array().unwrap().clone();
        details.extend(invocations.iter().map(|item| item["StatusDetails"].as_str().unwrap().to_owned()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(details, ["Failed", "Failed", "Undeliverable"]);
    let none = shell(json!({ "Targets": [{ "Key": "tag:role", "Values": ["mail"] }] }));
    let sent = ssm(&account, "SendCommand", none).unwrap();
    assert_eq!(sent["Command"]["StatusDetails"], "NoInstancesInTag");
}

#[tokio::test]
async fn what_is_unknown_or_denied_is_refused() {
    let denied = account(
        "[deny]\nactions = [\"ssm:SendCommand\", \"ssm:ListCommands\", \"ssm:GetCommandInvocation\", \"ssm:CancelCommand\", \"ssm:ListCommandInvocations\", \"ssm:DescribeDocument\"]",
    );
    let open = account("");
    let node = id(&open, "web-1");
    for (operation, input, code) in [
        ("SendCommand", shell(json!({ "InstanceIds": [node] })), None),
        ("DescribeDocument", json!({ "Name": "AWS-Nothing" }), Some("InvalidDocument")),
        ("ListCommands", json!({ "CommandId": "x" }), Some("InvalidCommandId")),
        ("ListCommandInvocations", json!({ "CommandId": "x" }), Some("InvalidCommandId")),
        ("GetCommandInvocation", json!({ "CommandId": "x", "InstanceId": node }), Some("InvalidCommandId")),
        ("CancelCommand", json!({ "CommandId": "x" }), Some("InvalidCommandId")),
        (
            "ListCommands",
            json!({ "Filters": [{ "key": "Colour", "value": "red" }] }),
            Some("InvalidFilterKey"),
        ),
    ] {
        let error = ssm(&denied, operation, input.clone()).unwrap_err();
        assert!(error.starts_with("AccessDeniedException"), "{operation}: {error}");
        if let Some(code) = code {
            let error = ssm(&open, operation, input).unwrap_err();
            assert!(error.starts_with(code), "{operation}: {error}");
        }
    }
}

#[test]
fn a_document_is_described_with_its_parameters() {
    let account = account("");
    let shell = ssm(&account, "DescribeDocument", json!({ "Name": "AWS-RunShellScript" })).unwrap();
    let document = &shell["Document"];
    assert_eq!(document["DocumentType"], "Command");
    assert_eq!(document["PlatformTypes"], json!(["Linux", "MacOS"]));
    let names: Vec<&Value> =
        document["Parameters"].as_array().unwrap().iter().map(|parameter| &parameter["Name"]).collect();
    assert_eq!(names, ["commands", "workingDirectory", "executionTimeout"]);
    let content = ssm(&account, "GetDocument", json!({ "Name": "AWS-RunShellScript" })).unwrap();
    assert_eq!(content["DocumentType"], "Command");
    let content: Value = serde_json::from_str(content["Content"].as_str().unwrap()).unwrap();
    assert_eq!(content["parameters"]["executionTimeout"]["default"], "3600");
    let session = json!({ "Name": "AWS-StartInteractiveCommand" });
    let session = ssm(&account, "DescribeDocument", session).unwrap();
    assert_eq!(session["Document"]["DocumentType"], "Session");
}

#[test]
fn calls_beyond_the_rate_are_throttled() {
    let account = account("calls_per_second = 1");
    assert!(ssm(&account, "ListCommands", json!({})).is_ok());
    // However long that took, the calls of the next hour have been used up.
    while account.call_rate.allows(Instant::now() + Duration::from_secs(3600)) {}
    assert_eq!(ssm(&account, "ListCommands", json!({})).unwrap_err(), "ThrottlingException: Rate exceeded");
}
