//! The calls of Run Command: paging, what may be tried again, conversion into our model. It never prints.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::DocumentKeyValuesFilter;
use aws_smithy_types::retry::RetryConfig;

use super::model::{Document, Invocation, Output};
use super::payload::Payload;
use crate::aws;
use crate::change::Pace;
use crate::error::{Error, Kind, Result};
use crate::output::nearest;
use crate::random;

/// The largest pages of documents and of invocations.
const PAGE: i32 = 50;
/// Pages of documents that are searched for a name like the one that is wrong.
const PAGES: usize = 20;
/// How often a command that is throttled is sent again.
const SENDS: u32 = 8;

/// A document, or none where it may not be read.
pub async fn document(client: &Client, name: &str) -> Result<Option<Document>> {
    match client.describe_document().name(name).send().await {
        Ok(answer) => {
            let document = answer
                .document
                .ok_or_else(|| Error::failed("the answer of AWS has no Document in DescribeDocument"))?;
            Ok(Some(document.try_into()?))
        }
        Err(error) if aws::is_denied(&error) => Ok(None),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_invalid_document()) => {
            let unknown = aws::failure(&error, format!("there is no document {name}"));
            Err(match like(client, name).await {
                Some(near) => unknown.hint(format!("did you mean {near}?")),
                None => unknown,
            }
            .into())
        }
        Err(error) => Err(aws::failure(&error, format!("cannot read the document {name}")).into()),
    }
}

/// A command document with a name like this one, as far as they can be listed.
async fn like(client: &Client, name: &str) -> Option<String> {
    let (mut names, mut token) = (Vec::new(), None);
    for _ in 0..PAGES {
        let (page, next) = documents(client, token).await.ok()?;
        names.extend(page);
        token = next;
        if token.is_none() {
            break;
        }
    }
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// A page of the names of the command documents, AWS's and one's own, and how to get the next.
pub async fn documents(client: &Client, token: Option<String>) -> Result<(Vec<String>, Option<String>)> {
    let commands = DocumentKeyValuesFilter::builder().key("DocumentType").values("Command").build();
    let call = client.list_documents().filters(commands).max_results(PAGE).set_next_token(token);
    let answer = call.send().await.map_err(|error| aws::failure(&error, "cannot list the documents"))?;
    let names = answer.document_identifiers.unwrap_or_default().into_iter().filter_map(|found| found.name);
    Ok((names.collect(), answer.next_token.filter(|token| !token.is_empty())))
}

/// What SendCommand is told besides the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending<'a> {
    pub payload: &'a Payload,
    pub instance_ids: Vec<String>,
    pub comment: Option<&'a str>,
    pub delivery_timeout: Option<Duration>,
    pub max_concurrency: Option<String>,
    pub max_errors: Option<String>,
}

impl Sending<'_> {
    /// As the call has it, for those who want to see it first.
    pub fn parameters(&self) -> serde_json::Value {
        let mut input = serde_json::json!({
            "DocumentName": self.payload.document,
            "InstanceIds": self.instance_ids,
            "Parameters": self.payload.parameters,
        });
        let more = [
            ("Comment", self.comment.map(Into::into)),
            ("TimeoutSeconds", self.seconds().map(Into::into)),
            ("MaxConcurrency", self.max_concurrency.clone().map(Into::into)),
            ("MaxErrors", self.max_errors.clone().map(Into::into)),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                input[name] = value;
            }
        }
        input
    }

    fn seconds(&self) -> Option<i32> {
        self.delivery_timeout.and_then(|limit| i32::try_from(limit.as_secs()).ok())
    }
}

/// Sends a command; gives its id. A call that is throttled has done nothing and is made again; any other failure may
/// have sent it, so that nothing but a person may decide to send it twice.
pub async fn send(client: &Client, sending: &Sending<'_>) -> Result<String> {
    let parameters: HashMap<_, _> = sending.payload.parameters.clone().into_iter().collect();
    let once = || {
        let config = aws_sdk_ssm::config::Builder::new().retry_config(RetryConfig::disabled());
        client
            .send_command()
            .document_name(&sending.payload.document)
            .set_instance_ids(Some(sending.instance_ids.clone()))
            .set_parameters((!parameters.is_empty()).then(|| parameters.clone()))
            .set_comment(sending.comment.map(str::to_owned))
            .set_timeout_seconds(sending.seconds())
            .set_max_concurrency(sending.max_concurrency.clone())
            .set_max_errors(sending.max_errors.clone())
            .customize()
            .config_override(config)
            .send()
    };
    let mut pace = Pace::new(None, random::bytes()?);
    for attempt in 1.. {
        let error = match once().await {
            Ok(answer) => {
                let id = answer.command.and_then(|command| command.command_id);
                return Ok(super::super::model::required(id, "Command", "CommandId")?);
            }
            Err(error) => error,
        };
        if aws::is_throttled(&error) && attempt < SENDS {
            tokio::time::sleep(pace.pause()).await;
            continue;
        }
        let throttled = aws::is_throttled(&error);
        let failure =
            aws::failure(&error, format!("cannot send the command to {}", nodes(sending.instance_ids.len())));
        return Err(match failure.kind() == Kind::Temporary && !throttled {
            true => failure.hint("it may have been sent all the same; aws ssm list-commands shows it then"),
            false => failure,
        }
        .into());
    }
    Err(Error::new(Kind::Bug, "no attempt was made to send the command").into())
}

/// "1 node", "3 nodes".
pub fn nodes(count: usize) -> String {
    format!("{count} {}", if count == 1 { "node" } else { "nodes" })
}

/// What is known of a command as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub document: String,
    pub targets: usize,
}

pub async fn command(client: &Client, id: &str) -> Result<Summary> {
    let answer = match client.list_commands().command_id(id).send().await {
        Ok(answer) => answer,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_invalid_command_id()) => {
            return Err(Error::not_found(format!("there is no command {id}"))
                .hint("commands are kept for 30 days, each in its account and region")
                .into());
        }
        Err(error) => return Err(aws::failure(&error, format!("cannot look at the command {id}")).into()),
    };
    let found = answer.commands.unwrap_or_default().into_iter().next();
    let Some(found) = found else { return Err(Error::not_found(format!("there is no command {id}")).into()) };
    Ok(Summary {
        document: found.document_name.unwrap_or_default(),
        targets: usize::try_from(found.target_count).unwrap_or_default(),
    })
}

/// How far a command is on each of its nodes, over every page.
pub async fn invocations(client: &Client, id: &str) -> Result<Vec<Invocation>> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let call = client.list_command_invocations().command_id(id).max_results(PAGE).set_next_token(token);
        let answer = call
            .send()
            .await
            .map_err(|error| aws::failure(&error, format!("cannot look at the command {id}")))?;
        let page = answer.command_invocations.unwrap_or_default().into_iter().map(Invocation::try_from);
        // A page may be empty and still carry a token.
        all.extend(page.collect::<Result<Vec<_>, _>>()?);
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// What a command has printed on a node; none where that is not known yet.
pub async fn output(client: &Client, id: &str, instance_id: &str) -> Result<Option<Output>> {
    match step_output(client, id, instance_id, None).await? {
        Fetched::Output(output) => Ok(Some(output)),
        Fetched::NotYet => Ok(None),
        Fetched::OfSteps => of_steps(client, id, instance_id).await,
    }
}

enum Fetched {
    Output(Output),
    NotYet,
    /// The document has several steps, each with an output of its own.
    OfSteps,
}

async fn step_output(client: &Client, id: &str, instance_id: &str, step: Option<String>) -> Result<Fetched> {
    let call = client.get_command_invocation().command_id(id).instance_id(instance_id).set_plugin_name(step);
    let error = match call.send().await {
        Ok(answer) => return Ok(Fetched::Output(answer.into())),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(service) if service.is_invocation_does_not_exist() => Ok(Fetched::NotYet),
        Some(service) if service.is_invalid_plugin_name() => Ok(Fetched::OfSteps),
        _ => Err(aws::failure(&error, format!("cannot get the output of {instance_id}")).into()),
    }
}

/// One after the other, in the order of the document.
async fn of_steps(client: &Client, id: &str, instance_id: &str) -> Result<Option<Output>> {
    let call = client.list_command_invocations().command_id(id).instance_id(instance_id).details(true);
    let answer = call
        .send()
        .await
        .map_err(|error| aws::failure(&error, format!("cannot look at the command {id}")))?;
    let Some(invocation) = answer.command_invocations.unwrap_or_default().into_iter().next() else {
        return Ok(None);
    };
    let steps = invocation.command_plugins.unwrap_or_default().into_iter().filter_map(|step| step.name);
    let mut all: Option<Output> = None;
    for step in steps {
        match (step_output(client, id, instance_id, Some(step)).await?, &mut all) {
            (Fetched::Output(next), Some(all)) => all.add(next),
            (Fetched::Output(first), none) => *none = Some(first),
            (Fetched::NotYet | Fetched::OfSteps, _) => {}
        }
    }
    Ok(Some(all.unwrap_or(Output::NONE)))
}

/// Asks a command to end. It may take its time, and may end by itself before.
pub async fn cancel(client: &Client, id: &str) -> Result<()> {
    match client.cancel_command().command_id(id).send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(aws::failure(&error, format!("cannot cancel the command {id}")).into()),
    }
}
