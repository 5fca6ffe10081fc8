use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::services::testing::{account, call};
use serde_json::{Value, json};

const NODES: &str = r#"nodes = [{ name = "web-1" }, { name = "off", ping = "offline" }]"#;

fn ssm(account: &Account, operation: &str, input: Value) -> Result<Value, ServiceError> {
    call(account, "ssm", &format!("AmazonSSM.{operation}"), input)
}

fn ids(account: &Account, input: Value) -> Vec<String> {
    let output = ssm(account, "DescribeSessions", input).unwrap();
    let sessions = output["Sessions"].as_array().unwrap();
    sessions.iter().map(|session| session["SessionId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_session_is_started_listed_resumed_and_ended() {
    let account = account(NODES);
    let target = account.nodes[0].node.id.clone();
    let started = ssm(&account, "StartSession", json!({"Target": target, "Reason": "a test"})).unwrap();
    let id = started["SessionId"].as_str().unwrap();
    let (caller, digits) = id.rsplit_once('-').unwrap();
    assert_eq!((caller, digits.len()), ("rehearsal", 17));
    let url = format!("ws://127.0.0.1:4566/v1/data-channel/{id}?role=publish_subscribe&cell-number=");
    assert!(started["StreamUrl"].as_str().unwrap().starts_with(&url), "{started}");

    let listed = ssm(&account, "DescribeSessions", json!({"State": "Active"})).unwrap();
    let session = &listed["Sessions"][0];
    assert_eq!(session["Target"], json!(target));
    assert_eq!(session["Owner"], "arn:aws:iam::111122223333:user/rehearsal");
    assert_eq!(session["Reason"], "a test");
    assert_eq!(session["DocumentName"], "SSM-SessionManagerRunShell");
    assert_eq!(session.get("EndDate"), None);

    let resumed = ssm(&account, "ResumeSession", json!({"SessionId": id})).unwrap();
    assert_ne!(resumed["TokenValue"], started["TokenValue"]);
    assert_eq!(resumed["StreamUrl"], started["StreamUrl"]);
    assert_eq!(
        ssm(&account, "TerminateSession", json!({"SessionId": id})).unwrap(),
        json!({"SessionId": id})
    );
}

#[tokio::test]
async fn what_cannot_be_started_is_refused_in_aws_codes() {
    let account = account(NODES);
    let (target, offline) = (account.nodes[0].node.id.clone(), account.nodes[1].node.id.clone());
    let command = |command: Value| json!({"Target": target, "DocumentName": "AWS-StartInteractiveCommand", "Parameters": command});
    for (input, code) in [
        (json!({}), "ValidationException"),
        (json!({"Target": "x".repeat(401)}), "ValidationException"),
        (json!({"Target": target, "Reason": ""}), "ValidationException"),
        (json!({"Target": offline}), "TargetNotConnected"),
        (json!({"Target": "i-0123456789abcdef0"}), "TargetNotConnected"),
        (json!({"Target": target, "DocumentName": "SSM-SessionManagerRunShell"}), "InvalidDocument"),
        (json!({"Target": target, "DocumentName": "No-Such"}), "InvalidDocument"),
        (
            json!({"Target": target, "DocumentName": "AWS-StartSSHSession", "Parameters": {"host": ["localhost"]}}),
            "InvalidParameters",
        ),
        (
            json!({"Target": target, "DocumentName": "AWS-StartSSHSession", "Parameters": {"portNumber": ["ssh"]}}),
            "InvalidParameters",
        ),
        (json!({"Target": target, "Parameters": {"command": ["ls"]}}), "InvalidParameters"),
        (command(json!({})), "InvalidParameters"),
        (command(json!({"command": ["ls", "ps"]})), "InvalidParameters"),
        (command(json!({"command": ["ls"], "shell": ["sh"]})), "InvalidParameters"),
    ] {
        assert_eq!(ssm(&account, "StartSession", input.clone()).unwrap_err().code, code, "{input}");
    }
    let input = json!({"Target": target, "DocumentName": "No-Such"});
    let message = ssm(&account, "StartSession", input).unwrap_err().message;
    assert_eq!(message, "Document with name No-Such does not exist.");
    assert!(ids(&account, json!({"State": "Active"})).is_empty());
    let started = ssm(&account, "StartSession", command(json!({"command": ["ls"]}))).unwrap();
    let listed = ssm(&account, "DescribeSessions", json!({"State": "Active"})).unwrap();
    assert_eq!(listed["Sessions"][0]["SessionId"], started["SessionId"]);
    assert_eq!(listed["Sessions"][0]["DocumentName"], "AWS-StartInteractiveCommand");
}

#[tokio::test]
async fn lists_of_sessions_are_paged_and_filtered() {
    let account = account(NODES);
    let target = account.nodes[0].node.id.clone();
    let start = || ssm(&account, "StartSession", json!({"Target": target})).unwrap()["SessionId"].clone();
    let started: Vec<Value> = std::iter::repeat_with(start).take(3).collect();
    let page = ssm(&account, "DescribeSessions", json!({"State": "Active", "MaxResults": 2})).unwrap();
    assert_eq!(page["Sessions"].as_array().unwrap().len(), 2);
    let next = json!({"State": "Active", "MaxResults": 2, "NextToken": page["NextToken"]});
    assert_eq!(ids(&account, next), [started[2].as_str().unwrap()]);
    assert!(ids(&account, json!({"State": "History"})).is_empty());

    let by = |key: &str, value: &str| {
        ids(&account, json!({"State": "Active", "Filters": [{"key": key, "value": value}]})).len()
    };
    for (key, value, expected) in [
        ("SessionId", started[1].as_str().unwrap(), 1),
        ("Target", &target, 3),
        ("Target", "i-0123456789abcdef0", 0),
        ("Owner", "arn:aws:iam::111122223333:user/rehearsal", 3),
        ("Status", "Terminated", 0),
        ("AccessType", "Standard", 3),
        ("InvokedAfter", "2026-01-31T00:00:00Z", 3),
        ("InvokedBefore", "2026-01-31T00:00:00Z", 0),
    ] {
        assert_eq!(by(key, value), expected, "{key} {value}");
    }
}

#[tokio::test]
async fn mistakes_about_sessions_have_aws_codes() {
    let account = account(NODES);
    let filters = |count: usize| vec![json!({"key": "Status", "value": "Connected"}); count];
    for (operation, input, code) in [
        ("ResumeSession", json!({"SessionId": "rehearsal-0"}), "DoesNotExistException"),
        ("ResumeSession", json!({}), "ValidationException"),
        ("TerminateSession", json!({"SessionId": "rehearsal-0"}), "DoesNotExistException"),
        ("TerminateSession", json!({"SessionId": "x".repeat(97)}), "ValidationException"),
        ("DescribeSessions", json!({}), "ValidationException"),
        ("DescribeSessions", json!({"State": "Past"}), "ValidationException"),
        ("DescribeSessions", json!({"State": "Active", "MaxResults": 201}), "ValidationException"),
        ("DescribeSessions", json!({"State": "Active", "NextToken": "x"}), "InvalidNextToken"),
        ("DescribeSessions", json!({"State": "Active", "Filters": filters(7)}), "ValidationException"),
        ("DescribeSessions", json!({"State": "Active", "Filters": filters(0)}), "ValidationException"),
        (
            "DescribeSessions",
            json!({"State": "Active", "Filters": [{"key": "Colour", "value": "x"}]}),
            "InvalidFilterKey",
        ),
        (
            "DescribeSessions",
            json!({"State": "Active", "Filters": [{"key": "InvokedAfter", "value": "noon"}]}),
            "ValidationException",
        ),
    ] {
        assert_eq!(ssm(&account, operation, input.clone()).unwrap_err().code, code, "{operation} {input}");
    }
}

#[tokio::test]
async fn a_denial_of_starting_names_the_node() {
    let account = account("[deny]\nactions = [\"ssm:StartSession\"]");
    let target = account.nodes[0].node.id.clone();
    let error = ssm(&account, "StartSession", json!({"Target": target})).unwrap_err();
    assert_eq!(error.code, "AccessDeniedException");
    let resource =
        format!("ssm:StartSession on resource: arn:aws:ec2:us-east-1:111122223333:instance/{target} ");
    assert!(error.message.contains(&resource), "{}", error.message);
}

#[tokio::test]
async fn preferences_exist_once_saved() {
    let get = |account: &Account, name: &str| ssm(account, "GetDocument", json!({"Name": name}));
    let new = account("");
    assert_eq!(get(&new, "SSM-SessionManagerRunShell").unwrap_err().code, "InvalidDocument");
    assert!(get(&new, "AWS-StartInteractiveCommand").is_ok());
    let saved = account("[preferences]\nkms_key_id = \"alias/sessions\"\nmax_duration_minutes = 90");
    let document = get(&saved, "SSM-SessionManagerRunShell").unwrap();
    let content: Value = serde_json::from_str(document["Content"].as_str().unwrap()).unwrap();
    assert_eq!(content["sessionType"], "Standard_Stream");
    assert_eq!(content["inputs"]["kmsKeyId"], "alias/sessions");
    assert_eq!(content["inputs"]["idleSessionTimeout"], "20");
    assert_eq!(content["inputs"]["maxSessionDuration"], "90");
    let yaml = json!({"Name": "SSM-SessionManagerRunShell", "DocumentFormat": "YAML"});
    assert_eq!(ssm(&saved, "GetDocument", yaml).unwrap_err().code, "ValidationException");
    let version = json!({"Name": "SSM-SessionManagerRunShell", "DocumentVersion": "2"});
    assert_eq!(ssm(&saved, "GetDocument", version).unwrap_err().code, "InvalidDocumentVersion");
    let start = json!({"Target": saved.nodes[0].node.id, "DocumentName": "SSM-SessionManagerRunShell"});
    assert!(ssm(&saved, "StartSession", start).is_ok());
}

#[tokio::test]
async fn every_document_for_ports_is_listed_read_and_started() {
    let account = account(NODES);
    let target = &account.nodes[0].node.id;
    let listed =
        ssm(&account, "ListDocuments", json!({"Filters": [{"Key": "Name", "Values": ["AWS-Start"]}]}));
    let listed = listed.unwrap()["DocumentIdentifiers"].to_string();
    for (name, parameters) in [
        ("AWS-StartPortForwardingSession", json!({"portNumber": ["5432"], "localPortNumber": ["0"]})),
        (
            "AWS-StartPortForwardingSessionToRemoteHost",
            json!({"host": ["localhost"], "portNumber": ["5432"]}),
        ),
        (
            "AWS-StartPortForwardingSessionToSocket",
            json!({"portNumber": ["5432"], "localUnixSocket": ["/tmp/db"]}),
        ),
        ("AWS-StartSSHSession", json!({})),
    ] {
        assert!(listed.contains(&format!("\"{name}\"")), "{name}: {listed}");
        let document = ssm(&account, "GetDocument", json!({"Name": name})).unwrap();
        let content: Value = serde_json::from_str(document["Content"].as_str().unwrap()).unwrap();
        assert_eq!(content["sessionType"], "Port", "{name}");
        for parameter in parameters.as_object().unwrap().keys() {
            assert_eq!(content["parameters"][parameter]["type"], "String", "{name} {parameter}");
            assert_eq!(content["properties"][parameter], format!("{{{{ {parameter} }}}}"), "{name}");
        }
        let start = json!({"Target": target, "DocumentName": name, "Parameters": parameters});
        ssm(&account, "StartSession", start).unwrap();
        let sessions = ssm(&account, "DescribeSessions", json!({"State": "Active"})).unwrap();
        assert!(sessions.to_string().contains(&format!("\"{name}\"")), "{sessions}");
    }
}
