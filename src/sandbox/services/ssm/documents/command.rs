//! The command documents: those of AWS that run lines of a shell, their parameters, and what a call's parameters make
//! of them.

use super::{ServiceError, invalid_parameters};
use crate::sandbox::account::Account;
use aws_sdk_ssm::types::{
    DocumentDescription, DocumentFormat, DocumentParameter, DocumentParameterType, DocumentStatus,
    DocumentType, PlatformType,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// The documents of this type.
pub const ALL: [&CommandDocument; 2] = [&SHELL, &POWER_SHELL];
/// As much as all parameters of a command may hold.
const MOST: usize = 64 << 10;
/// Seconds, from 1 to two days.
const EXECUTION_TIMEOUT: std::ops::RangeInclusive<u64> = 1..=172_800;

pub struct CommandDocument {
    pub name: &'static str,
    pub description: &'static str,
    pub platforms: &'static [PlatformType],
    action: &'static str,
}

const SHELL: CommandDocument = CommandDocument {
    name: "AWS-RunShellScript",
    description: "Run a shell script or specify the commands to run.",
    platforms: &[PlatformType::Linux, PlatformType::Macos],
    action: "aws:runShellScript",
};
const POWER_SHELL: CommandDocument = CommandDocument {
    name: "AWS-RunPowerShellScript",
    description: "Run a PowerShell script or specify the paths to scripts to run.",
    platforms: &[PlatformType::Windows],
    action: "aws:runPowerShellScript",
};

/// What a command's parameters say.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    pub commands: Vec<String>,
    pub working_directory: String,
    pub execution_timeout: Duration,
}

struct Parameter {
    name: &'static str,
    kind: DocumentParameterType,
    description: &'static str,
    default: Option<&'static str>,
}

const PARAMETERS: [Parameter; 3] = [
    Parameter {
        name: "commands",
        kind: DocumentParameterType::StringList,
        description: "(Required) Specify the commands to run.",
        default: None,
    },
    Parameter {
        name: "workingDirectory",
        kind: DocumentParameterType::String,
        description: "(Optional) The path to the working directory on your instance.",
        default: Some(""),
    },
    Parameter {
        name: "executionTimeout",
        kind: DocumentParameterType::String,
        description: "(Optional) The time in seconds for a command to complete before it is considered to have failed.",
        default: Some("3600"),
    },
];

pub fn find(name: &str) -> Option<&'static CommandDocument> {
    ALL.into_iter().find(|document| document.name == name)
}

impl CommandDocument {
    pub fn content(&self) -> Value {
        let parameter = |parameter: &Parameter| {
            let mut shape = json!({
                "type": parameter.kind.as_str(),
                "description": parameter.description,
            });
            if let Some(default) = parameter.default {
                shape["default"] = default.into();
            }
            (parameter.name.to_owned(), shape)
        };
        let parameters: serde_json::Map<String, Value> = PARAMETERS.iter().map(parameter).collect();
        json!({
            "schemaVersion": "2.2",
            "description": self.description,
            "parameters": parameters,
            "mainSteps": [{
                "action": self.action,
                "name": self.step(),
                "inputs": {
                    "runCommand": "{{ commands }}",
                    "workingDirectory": "{{ workingDirectory }}",
                    "timeoutSeconds": "{{ executionTimeout }}",
                },
            }],
        })
    }

    /// Whether its lines can be run on this machine.
    pub fn runs_here(&self) -> bool {
        self.name == SHELL.name
    }

    /// How the one step of the document is called in invocations.
    pub fn step(&self) -> &'static str {
        self.action
    }

    pub fn describe(&self, account: &Account) -> DocumentDescription {
        let parameter = |parameter: &Parameter| {
            DocumentParameter::builder()
                .name(parameter.name)
                .r#type(parameter.kind.clone())
                .description(parameter.description)
                .set_default_value(parameter.default.map(str::to_owned))
                .build()
        };
        DocumentDescription::builder()
            .name(self.name)
            .owner("Amazon")
            .created_date(account.started.into())
            .status(DocumentStatus::Active)
            .document_version("1")
            .latest_version("1")
            .default_version("1")
            .description(self.description)
            .set_parameters(Some(PARAMETERS.iter().map(parameter).collect()))
            .set_platform_types(Some(self.platforms.to_vec()))
            .document_type(DocumentType::Command)
            .document_format(DocumentFormat::Json)
            .schema_version("2.2")
            .build()
    }

    /// Refuses what the document does not take, as the service does before anything is sent.
    pub fn arguments(&self, mut parameters: HashMap<String, Vec<String>>) -> Result<Arguments, ServiceError> {
        let size = |values: &Vec<String>| values.iter().map(String::len).sum::<usize>();
        if parameters.values().map(size).sum::<usize>() > MOST {
            let message = format!("the parameters are larger than {MOST} bytes");
            return Err(ServiceError::new("MaxDocumentSizeExceeded", message));
        }
        for (name, value) in
            parameters.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)))
        {
            no_reference(name, value)?;
        }
        let one = |name: &str, values: Option<Vec<String>>, default: &str| match values.as_deref() {
            None => Ok(default.to_owned()),
            Some([value]) => Ok(value.clone()),
            Some(_) => Err(invalid_parameters(&format!("the parameter {name} takes one value"))),
        };
        let commands = parameters.remove("commands").unwrap_or_default();
        if commands.is_empty() {
            return Err(invalid_parameters("the document needs the parameter commands"));
        }
        let working_directory = one("workingDirectory", parameters.remove("workingDirectory"), "")?;
        let seconds = one("executionTimeout", parameters.remove("executionTimeout"), "3600")?;
        let valid = seconds.parse().ok().filter(|number| EXECUTION_TIMEOUT.contains(number));
        let Some(execution_timeout) = valid.filter(|_| !seconds.starts_with(['0', '+'])) else {
            let message = format!("executionTimeout is not a number of seconds from 1 to 172800: {seconds}");
            return Err(invalid_parameters(&message));
        };
        if let Some(name) = parameters.keys().next() {
            return Err(invalid_parameters(&format!("the document {} has no parameter {name}", self.name)));
        }
        let execution_timeout = Duration::from_secs(execution_timeout);
        Ok(Arguments { commands, working_directory, execution_timeout })
    }
}

/// Two braces begin a reference to a parameter of the account's store, which a sandbox does not have.
fn no_reference(name: &str, value: &str) -> Result<(), ServiceError> {
    let Some((_, rest)) = value.split_once("{{") else { return Ok(()) };
    let inside = rest.split_once("}}").map_or("", |(inside, _)| inside.trim());
    let stored = ["ssm:", "ssm-secure:"].iter().find_map(|kind| inside.strip_prefix(kind));
    Err(invalid_parameters(&match stored {
        Some(stored) => format!("the Parameter Store has no parameter {stored}"),
        None => format!("the value of {name} has a {{{{ that refers to nothing"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(parameters: &[(&str, &[&str])]) -> Result<Arguments, String> {
        let owned = |(name, values): &(&str, &[&str])| {
            ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        };
        SHELL.arguments(parameters.iter().map(owned).collect()).map_err(|error| error.message)
    }

    #[test]
    fn parameters_are_those_of_the_document() {
        let read = arguments(&[("commands", &["a", "b"]), ("executionTimeout", &["5"])]).unwrap();
        assert_eq!(read.commands, ["a", "b"]);
        assert_eq!((read.working_directory.as_str(), read.execution_timeout.as_secs()), ("", 5));
        for (name, parameters, message) in [
            ("nothing", &[][..], "the document needs the parameter commands"),
            ("another", &[("commands", &["a"][..]), ("comands", &["b"])], "has no parameter comands"),
            ("two", &[("commands", &["a"]), ("workingDirectory", &["a", "b"])], "takes one value"),
            ("too long", &[("commands", &["a"]), ("executionTimeout", &["172801"])], "not a number"),
            ("no number", &[("commands", &["a"]), ("executionTimeout", &["05"])], "not a number"),
            ("braces", &[("commands", &["echo {{x}}"])], "has a {{ that refers to nothing"),
            ("open braces", &[("commands", &["echo {{"])], "has a {{ that refers to nothing"),
            ("the store", &[("commands", &["echo {{ ssm:a/b }}"])], "has no parameter a/b"),
        ] {
            let error = arguments(parameters).unwrap_err();
            assert!(error.contains(message), "{name}: {error}");
        }
        let long = "x".repeat(MOST + 1);
        assert!(arguments(&[("commands", &[&long])]).unwrap_err().contains("larger than 65536 bytes"));
    }
}
