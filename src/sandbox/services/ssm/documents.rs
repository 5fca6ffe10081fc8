//! The session documents: the account's preferences, those of AWS for commands and ports, and one's own; and the
//! documents of Run Command. Every other one is refused as one that does not exist.

mod command;
mod describe;
mod list;
mod ports;

pub use command::CommandDocument;
pub use describe::describe;
pub use list::list;

use super::ServiceError;
use crate::sandbox::account::Account;
use crate::sandbox::config::PreferenceSettings;
use crate::sandbox::document::Document;
use crate::sandbox::sessions::{SessionDocument, SessionKey};
use aws_sdk_ssm::operation::get_document::{GetDocumentInput, GetDocumentOutput};
use aws_sdk_ssm::types::{DocumentFormat, DocumentStatus, DocumentType};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The document of a session that names none.
pub const PREFERENCES: &str = "SSM-SessionManagerRunShell";
const INTERACTIVE_COMMAND: &str = "AWS-StartInteractiveCommand";
const NON_INTERACTIVE_COMMAND: &str = "AWS-StartNonInteractiveCommand";

/// What a session of this document and these parameters runs, and what it is encrypted with if the document says so.
pub fn session_document(
    account: &Account,
    name: Option<&str>,
    mut parameters: HashMap<String, Vec<String>>,
) -> Result<(SessionDocument, Option<SessionKey>), ServiceError> {
    let invalid = |message: String| invalid_parameters(&message);
    if let Some(document) = name.and_then(|name| own(account, name)) {
        let key = document.kms_key_id.as_deref().map(|key| account.kms.key_arn(key)).transpose();
        let key = key.map_err(ServiceError::internal)?.map(str::to_owned);
        return Ok((document.session(&parameters).map_err(invalid)?, Some(SessionKey(key))));
    }
    let document = match name {
        None => SessionDocument::StandardStream,
        Some(PREFERENCES) if account.settings.preferences.is_some() => SessionDocument::StandardStream,
        Some(name) => match (ports::find(name), command_document(account, name)?) {
            (Some(document), _) => SessionDocument::Port(document.session(&mut parameters)?),
            (None, Some(document)) => return Ok((document.session(&parameters).map_err(invalid)?, None)),
            (None, None) => return Err(unknown_document(name)),
        },
    };
    match parameters.keys().next() {
        Some(name) => Err(invalid_parameters(&format!("the document has no parameter {name}"))),
        None => Ok((document, None)),
    }
}

fn own<'a>(account: &'a Account, name: &str) -> Option<&'a Document> {
    account.settings.documents.iter().find(|document| document.name == name)
}

/// One of AWS that runs a command.
fn command_document(account: &Account, name: &str) -> Result<Option<Document>, ServiceError> {
    let content = match name {
        INTERACTIVE_COMMAND => interactive_command(),
        NON_INTERACTIVE_COMMAND => non_interactive_command(account.settings.separate_output),
        _ => return Ok(None),
    };
    let document = Document::read(name, name, &content.to_string());
    document.map(Some).map_err(|mistakes| ServiceError::internal(format!("{mistakes:?}")))
}

pub fn get(account: &Account, input: GetDocumentInput) -> Result<GetDocumentOutput, ServiceError> {
    let name = input.name.unwrap_or_default();
    account.authorize("ssm:GetDocument", &resource(account, &name))?;
    let command = command::find(&name);
    let content = match (name.as_str(), &account.settings.preferences) {
        (PREFERENCES, Some(saved)) => preferences(saved),
        (name, _) => match (own(account, name), command, ports::find(name)) {
            (Some(document), _, _) => document.content.clone(),
            (None, Some(command), _) => command.content(),
            (None, None, Some(document)) => document.content(),
            (None, None, None) => {
                command_document(account, name)?.ok_or_else(|| unknown_document(name))?.content
            }
        },
    };
    if !matches!(input.document_version.as_deref(), None | Some("1" | "$DEFAULT" | "$LATEST")) {
        let message = "The specified document version is not valid or does not exist.";
        return Err(ServiceError::new("InvalidDocumentVersion", message));
    }
    if !matches!(input.document_format, None | Some(DocumentFormat::Json)) {
        return Err(ServiceError::validation("this sandbox gives documents as JSON only"));
    }
    Ok(GetDocumentOutput::builder()
        .name(name)
        .document_version("1")
        .status(DocumentStatus::Active)
        .document_type(if command.is_some() { DocumentType::Command } else { DocumentType::Session })
        .document_format(DocumentFormat::Json)
        .content(format!("{content:#}"))
        .created_date(account.started.into())
        .build())
}

/// Documents of AWS belong to no account.
pub fn resource(account: &Account, name: &str) -> String {
    match name.starts_with("AWS-") {
        true => format!("arn:aws:ssm:{}::document/{name}", account.identity.region),
        false => account.arn("ssm", &format!("document/{name}")),
    }
}

/// The document of a command.
pub fn command(account: &Account, name: &str) -> Result<&'static CommandDocument, ServiceError> {
    let of_another_type = list::find(account, name).is_some();
    command::find(name).ok_or_else(|| match of_another_type {
        true => ServiceError::new("InvalidDocument", format!("The document {name} is not of type Command.")),
        false => unknown_document(name),
    })
}

/// How the step of a command's document is called.
pub fn command_step(name: &str) -> &'static str {
    command::find(name).map_or("", CommandDocument::step)
}

fn preferences(saved: &PreferenceSettings) -> Value {
    let minutes = |minutes: Option<u64>| minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
    json!({
        "schemaVersion": "1.0",
        "description": "Document to hold regional settings for Session Manager",
        "sessionType": "Standard_Stream",
        "inputs": {
            "s3BucketName": "",
            "s3KeyPrefix": "",
            "s3EncryptionEnabled": true,
            "cloudWatchLogGroupName": "",
            "cloudWatchEncryptionEnabled": true,
            "cloudWatchStreamingEnabled": true,
            "kmsKeyId": saved.kms_key_id.as_deref().unwrap_or_default(),
            "runAsEnabled": false,
            "runAsDefaultUser": "",
            "idleSessionTimeout": minutes(Some(saved.idle_timeout_minutes.unwrap_or(20))),
            "maxSessionDuration": minutes(saved.max_duration_minutes),
            "shellProfile": { "linux": "", "windows": "" },
        },
    })
}

fn interactive_command() -> Value {
    json!({
        "schemaVersion": "1.0",
        "description": "Runs one interactive command in a session",
        "sessionType": "InteractiveCommands",
        "parameters": { "command": { "type": "String", "description": "The command to run" } },
        "properties": {
            "linux": { "commands": "{{command}}", "runAsElevated": false },
            "macos": { "commands": "{{command}}", "runAsElevated": false },
        },
    })
}

/// `separate`: the streams can be asked for apart.
fn non_interactive_command(separate: bool) -> Value {
    let text = |description: &str| json!({ "type": "String", "description": description });
    let mut parameters = json!({ "command": text("The command to run") });
    let mut properties = json!({ "commands": "{{command}}" });
    if separate {
        let choice = json!({ "type": "String", "default": "false", "allowedValues": ["true", "false"] });
        parameters["separateOutputStream"] = choice;
        properties["separateOutputStream"] = json!("{{separateOutputStream}}");
        for name in ["stdOutSeparatorPrefix", "stdErrSeparatorPrefix"] {
            parameters[name] = json!({ "type": "String", "default": "" });
            properties[name] = json!(format!("{{{{{name}}}}}"));
        }
    }
    json!({
        "schemaVersion": "1.0",
        "description": "Runs one command without a terminal in a session",
        "sessionType": "NonInteractiveCommands",
        "parameters": parameters,
        "properties": { "linux": properties, "macos": properties },
    })
}

fn unknown_document(name: &str) -> ServiceError {
    ServiceError::new("InvalidDocument", format!("Document with name {name} does not exist."))
}

fn invalid_parameters(message: &str) -> ServiceError {
    ServiceError::new("InvalidParameters", message)
}
