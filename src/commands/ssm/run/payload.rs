//! What is to be run: the document and its parameters, from a command line, a script or NAME=VALUE. Everything that can
//! be known without a call is checked here. It must not call.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::super::model::Parameter;
use super::super::quoting;
use super::braces;
use crate::cli::duration;
use crate::error::{Error, Result};

pub const SHELL_DOCUMENT: &str = "AWS-RunShellScript";
/// As much as Run Command takes.
const MOST_BYTES: u64 = 64 << 10;

#[derive(Debug, Clone, Args)]
pub struct PayloadArgs {
    /// A script instead of a command; - reads it from stdin
    #[arg(short, long, value_name = "SCRIPT", help_heading = "Command")]
    pub file: Option<PathBuf>,

    /// A document instead of AWS-RunShellScript
    #[arg(long, value_name = "NAME", help_heading = "Command", add = super::complete::documents())]
    pub document: Option<String>,

    /// A parameter of the document; again for a list
    #[arg(
        long,
        value_name = "NAME=VALUE",
        requires = "document",
        allow_hyphen_values = true,
        hide_short_help = true,
        help_heading = "Command"
    )]
    pub parameter: Vec<Parameter>,

    /// The folder in which it runs on the nodes
    #[arg(long, value_name = "FOLDER", hide_short_help = true, help_heading = "Command")]
    pub working_directory: Option<String>,

    /// How long it may run on a node; an hour unless given
    #[arg(long, value_name = "DURATION", value_parser = execution_timeout, hide_short_help = true, help_heading = "Command")]
    pub execution_timeout: Option<Duration>,

    /// The command and its arguments, exactly as they are given
    #[arg(
        last = true,
        value_name = "CMD",
        required_unless_present_any = ["file", "document", "resume"],
        conflicts_with_all = ["file", "document", "parameter"]
    )]
    pub command: Vec<String>,
}

/// What SendCommand is told to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub document: String,
    pub parameters: BTreeMap<String, Vec<String>>,
}

impl Payload {
    /// `stdin`: reads what `-f -` means.
    pub fn new(args: &PayloadArgs, stdin: impl std::io::Read) -> Result<Self> {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for parameter in &args.parameter {
            braces::check(&format!("--parameter {}", parameter.name), &parameter.value)?;
            parameters.entry(parameter.name.clone()).or_default().push(parameter.value.clone());
        }
        let mut set = |name: &str, value: String| match parameters.insert(name.to_owned(), vec![value]) {
            None => Ok(()),
            Some(_) => Err(Error::usage(format!("the parameter {name} is given twice"))),
        };
        if let Some(file) = &args.file {
            set("commands", script(file, stdin)?)?;
        }
        if !args.command.is_empty() {
            set("commands", quoting::line(&args.command))?;
        }
        if let Some(folder) = &args.working_directory {
            braces::check("--working-directory", folder)?;
            set("workingDirectory", folder.clone())?;
        }
        if let Some(limit) = args.execution_timeout {
            set("executionTimeout", limit.as_secs().to_string())?;
        }
        let document = args.document.clone().unwrap_or_else(|| SHELL_DOCUMENT.to_owned());
        Ok(Payload { document, parameters })
    }
}

fn script(file: &Path, stdin: impl std::io::Read) -> Result<String> {
    let name = if file == Path::new("-") { "stdin".to_owned() } else { file.display().to_string() };
    let failed = |error| Error::usage(format!("cannot read the script {name}")).because(error);
    let mut text = Vec::new();
    // One byte more than there may be tells that there are more.
    if file == Path::new("-") {
        stdin.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    } else {
        let opened = std::fs::File::open(file).map_err(failed)?;
        opened.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    }
    if text.len() as u64 > MOST_BYTES {
        return Err(Error::usage(format!(
            "the script {name} is too long: Run Command takes {MOST_BYTES} bytes"
        ))
        .hint("put it where the nodes can fetch it, and run a command that does")
        .into());
    }
    let text = String::from_utf8(text)
        .map_err(|error| Error::usage(format!("the script {name} is not text in UTF-8")).because(error))?;
    if text.trim().is_empty() {
        return Err(Error::usage(format!("the script {name} is empty")).into());
    }
    braces::check(&name, &text)?;
    Ok(text)
}

fn execution_timeout(text: &str) -> Result<Duration, String> {
    within(text, 1, 172_800, "a command runs for 1 second to 2 days")
}

/// `--delivery-timeout`.
pub fn delivery_timeout(text: &str) -> Result<Duration, String> {
    within(text, 30, 2_592_000, "a node is tried for 30 seconds to 30 days")
}

fn within(text: &str, least: u64, most: u64, expected: &str) -> Result<Duration, String> {
    let length = duration(text)?;
    let seconds = length.as_secs();
    match (least..=most).contains(&seconds) && length.subsec_nanos() == 0 {
        true => Ok(length),
        false => Err(format!("{expected}, in whole seconds")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(change: impl FnOnce(&mut PayloadArgs)) -> PayloadArgs {
        let mut args = PayloadArgs {
            file: None,
            document: None,
            parameter: Vec::new(),
            working_directory: None,
            execution_timeout: None,
            command: Vec::new(),
        };
        change(&mut args);
        args
    }

    #[test]
    fn every_way_to_say_it_becomes_parameters() {
        let given = args(|args| {
            args.command = vec!["echo".into(), "a b".into()];
            args.working_directory = Some("/tmp".into());
            args.execution_timeout = Some(Duration::from_secs(90));
        });
        let payload = Payload::new(&given, std::io::empty()).unwrap();
        assert_eq!(payload.document, SHELL_DOCUMENT);
        assert_eq!(payload.parameters["commands"], ["echo 'a b'"]);
        assert_eq!(payload.parameters["workingDirectory"], ["/tmp"]);
        assert_eq!(payload.parameters["executionTimeout"], ["90"]);

        let script = args(|args| args.file = Some("-".into()));
        let payload = Payload::new(&script, &b"#!/bin/sh\necho\n"[..]).unwrap();
        assert_eq!(payload.parameters["commands"], ["#!/bin/sh\necho\n"]);

        let list = args(|args| {
            args.document = Some("Own".into());
            args.parameter =
                vec!["a=1".parse().unwrap(), "a=2".parse().unwrap(), "b={{ssm:x}}".parse().unwrap()];
        });
        let payload = Payload::new(&list, std::io::empty()).unwrap();
        assert_eq!(payload.parameters["a"], ["1", "2"]);
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let script = |text: &[u8]| {
            let given = args(|args| args.file = Some("-".into()));
            Payload::new(&given, text).unwrap_err().to_string()
        };
        assert_eq!(script(b" \n"), "the script stdin is empty");
        assert_eq!(script(b"\xff"), "the script stdin is not text in UTF-8");
        assert_eq!(script(&[b'x'; 65_537]), "the script stdin is too long: Run Command takes 65536 bytes");
        assert!(script(b"a\nb {{x}}").contains("stdin:2:3"));
        let twice = args(|args| {
            args.document = Some("Own".into());
            args.parameter = vec!["workingDirectory=/a".parse().unwrap()];
            args.working_directory = Some("/b".into());
        });
        let error = Payload::new(&twice, std::io::empty()).unwrap_err();
        assert_eq!(error.to_string(), "the parameter workingDirectory is given twice");
    }

    #[test]
    fn limits_are_those_of_the_service() {
        assert_eq!(execution_timeout("2d"), Ok(Duration::from_secs(172_800)));
        assert_eq!(delivery_timeout("30"), Ok(Duration::from_secs(30)));
        for bad in ["0", "500ms", "1.5s", "3d"] {
            assert!(execution_timeout(bad).is_err(), "{bad}");
        }
        for bad in ["29s", "31d"] {
            assert!(delivery_timeout(bad).is_err(), "{bad}");
        }
    }
}
