//! The session documents: the account's preferences, the one for interactive commands and those for ports. Those of
//! AWS that the sandbox does not run are refused as such, every other one as one that does not exist.

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
use crate::sandbox::sessions::SessionDocument;
use aws_sdk_ssm::operation::get_document::{GetDocumentInput, GetDocumentOutput};
use aws_sdk_ssm::types::{DocumentFormat, DocumentStatus, DocumentType};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The document of a session that names none.
pub const PREFERENCES: &str = "SSM-SessionManagerRunShell";
const INTERACTIVE_COMMAND: &str = "AWS-StartInteractiveCommand";
/// Session documents that every account at AWS has, and a sandbox does not run.
const NOT_RUN: &[&str] = &["AWS-StartNonInteractiveCommand"];

/// What a session of this document and these parameters runs.
pub fn session_document(
    account: &Account,
    name: Option<&str>,
    mut parameters: HashMap<String, Vec<String>>,
) -> Result<SessionDocument, ServiceError> {
    let document = match name {
        None => SessionDocument::StandardStream,
        Some(PREFERENCES) if account.settings.preferences.is_some() => SessionDocument::StandardStream,
        Some(INTERACTIVE_COMMAND) => {
            let command =
                parameters.remove("command").and_then(|values| match <[String; 1]>::try_from(values) {
                    Ok([command]) if !command.is_empty() => Some(command),
                    _ => None,
                });
            let Some(command) = command else {
                return Err(invalid_parameters("the document needs one value of the parameter command"));
            };
            SessionDocument::InteractiveCommands { command }
        }
        Some(name) => match ports::find(name) {
            Some(document) => SessionDocument::Port(document.session(&mut parameters)?),
            None => return Err(unknown_document(name)),
        },
    };
    match parameters.keys().next() {
        Some(name) => Err(invalid_parameters(&format!("the document has no parameter {name}"))),
        None => Ok(document),
    }
}

pub fn get(account: &Account, input: GetDocumentInput) -> Result<GetDocumentOutput, ServiceError> {
    let name = input.name.unwrap_or_default();
    account.authorize("ssm:GetDocument", &resource(account, &name))?;
    let command = command::find(&name);
    let content = match (name.as_str(), &account.settings.preferences) {
        (PREFERENCES, Some(saved)) => preferences(saved),
        (INTERACTIVE_COMMAND, _) => interactive_command(),
        _ => match (command, ports::find(&name)) {
            (Some(command), _) => command.content(),
            (None, Some(document)) => document.content(),
            (None, None) => return Err(unknown_document(&name)),
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

fn unknown_document(name: &str) -> ServiceError {
    let message = match NOT_RUN.contains(&name) {
        true => format!("this sandbox does not run the document {name} yet"),
        false => format!("Document with name {name} does not exist."),
    };
    ServiceError::new("InvalidDocument", message)
}

fn invalid_parameters(message: &str) -> ServiceError {
    ServiceError::new("InvalidParameters", message)
}
