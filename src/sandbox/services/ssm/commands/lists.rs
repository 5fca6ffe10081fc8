//! What is told of commands and their invocations, and their cancellation.

use super::{PageRequest, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::commands::{Cancelled, Command, Invocation, Status};
use crate::sandbox::services::ssm::documents;
use aws_sdk_ssm::operation::cancel_command::{CancelCommandInput, CancelCommandOutput};
use aws_sdk_ssm::operation::get_command_invocation::{GetCommandInvocationInput, GetCommandInvocationOutput};
use aws_sdk_ssm::operation::list_command_invocations::{
    ListCommandInvocationsInput, ListCommandInvocationsOutput,
};
use aws_sdk_ssm::operation::list_commands::{ListCommandsInput, ListCommandsOutput};
use aws_sdk_ssm::types::{self, CommandFilter, CommandFilterKey, CommandInvocation, CommandPlugin, Target};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::SystemTime;

/// As much of a step's output as a list shows, both streams together.
const LISTED_CHARACTERS: usize = 2500;
const CUT: &str = "\n---Output truncated---";
const ERRORS: &str = "\n----------ERROR-------\n";

pub fn list(account: &Account, input: ListCommandsInput) -> Result<ListCommandsOutput, ServiceError> {
    account.authorize("ssm:ListCommands", &account.arn("ssm", "*"))?;
    let list = format!("commands {:?} {:?} {:?}", input.command_id, input.instance_id, input.filters);
    let tests = tests(input.filters)?;
    let mut commands = match &input.command_id {
        Some(id) => vec![find(account, id)?],
        None => account.commands.all(),
    };
    if let Some(instance_id) = &input.instance_id {
        let is_of = |invocation: &Invocation| invocation.node.id == *instance_id;
        commands.retain(|command| command.seen().iter().any(is_of));
    }
    commands.retain(|command| {
        let status = command.summary().status;
        tests.iter().all(|test| test.keeps(command, status))
    });
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        sizes: 1..=50,
    };
    let page = account.pages.page(&list, commands, &request)?;
    Ok(ListCommandsOutput::builder()
        .set_commands(Some(page.items.iter().map(|command| self::command(command)).collect()))
        .set_next_token(page.next_token)
        .build())
}

pub fn list_invocations(
    account: &Account,
    input: ListCommandInvocationsInput,
) -> Result<ListCommandInvocationsOutput, ServiceError> {
    account.authorize("ssm:ListCommandInvocations", &account.arn("ssm", "*"))?;
    let details = input.details.unwrap_or_default();
    let list =
        format!("invocations {:?} {:?} {:?} {details}", input.command_id, input.instance_id, input.filters);
    let tests = tests(input.filters)?;
    let commands = match &input.command_id {
        Some(id) => vec![find(account, id)?],
        None => account.commands.all(),
    };
    // The later pages show what the first one saw.
    let first = input.next_token.is_none();
    let seen = commands.iter().flat_map(|command| {
        let invocations = if first { command.look() } else { command.seen() };
        invocations.into_iter().map(move |invocation| (command, invocation))
    });
    let wanted = |(command, invocation): &(&Arc<Command>, Invocation)| {
        input.instance_id.as_ref().is_none_or(|id| invocation.node.id == *id)
            && tests.iter().all(|test| test.keeps(command, invocation.status.name()))
    };
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        sizes: 1..=50,
    };
    let page = account.pages.page(&list, seen.filter(wanted).collect(), &request)?;
    let invocations = page.items.iter().map(|(command, invocation)| listed(command, invocation, details));
    Ok(ListCommandInvocationsOutput::builder()
        .set_command_invocations(Some(invocations.collect()))
        .set_next_token(page.next_token)
        .build())
}

pub fn get_invocation(
    account: &Account,
    input: GetCommandInvocationInput,
) -> Result<GetCommandInvocationOutput, ServiceError> {
    let (id, instance_id) = (input.command_id.unwrap_or_default(), input.instance_id.unwrap_or_default());
    account.authorize("ssm:GetCommandInvocation", &account.arn("ssm", "*"))?;
    let command = find(account, &id)?;
    let does_not_exist = || ServiceError::new("InvocationDoesNotExist", "");
    let invocations = command.look();
    let invocation =
        invocations.iter().find(|invocation| invocation.node.id == instance_id).ok_or_else(does_not_exist)?;
    let step = step(&command);
    if input.plugin_name.as_deref().is_some_and(|name| name != step) {
        return Err(ServiceError::new("InvalidPluginName", "The plugin name isn't valid."));
    }
    let time = |time: Option<SystemTime>| time.and_then(|time| Timestamp::try_from(time).ok());
    let (started, ended) = (time(invocation.started), time(invocation.ended));
    let elapsed = started.zip(ended).map(|(started, ended)| ended.duration_since(started));
    let text = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    // Empty until the step has ended.
    let shown = |text: &str| if invocation.status.is_over() { text.to_owned() } else { String::new() };
    Ok(GetCommandInvocationOutput::builder()
        .command_id(&command.id)
        .instance_id(instance_id)
        .comment(command.comment.as_deref().unwrap_or_default())
        .document_name(&command.document)
        .document_version("$DEFAULT")
        .plugin_name(step)
        .response_code(invocation.response_code)
        .execution_start_date_time(text(started))
        .execution_elapsed_time(elapsed.as_ref().map(SignedDuration::to_string).unwrap_or_default())
        .execution_end_date_time(text(ended))
        .status(invocation.status.name().into())
        .status_details(invocation.status.details())
        .standard_output_content(shown(&invocation.stdout))
        .standard_output_url("")
        .standard_error_content(shown(&invocation.stderr))
        .standard_error_url("")
        .build())
}

pub fn cancel(account: &Account, input: CancelCommandInput) -> Result<CancelCommandOutput, ServiceError> {
    let id = input.command_id.unwrap_or_default();
    account.authorize("ssm:CancelCommand", &account.arn("ssm", "*"))?;
    let command = find(account, &id)?;
    let nodes = input.instance_ids.filter(|ids| !ids.is_empty());
    match command.cancel(nodes.as_deref(), SystemTime::now()) {
        Cancelled::Asked => Ok(CancelCommandOutput::builder().build()),
        Cancelled::UnknownNode(id) => {
            let message = format!("The command was not sent to {id}");
            Err(ServiceError::new("InvalidInstanceId", message))
        }
    }
}

fn find(account: &Account, id: &str) -> Result<Arc<Command>, ServiceError> {
    let invalid = || ServiceError::new("InvalidCommandId", "The specified command ID isn't valid.");
    account.commands.find(id).ok_or_else(invalid)
}

fn step(command: &Command) -> &'static str {
    documents::command_step(&command.document)
}

pub fn command(command: &Command) -> types::Command {
    let summary = command.summary();
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let target = |(key, values): &(String, Vec<String>)| {
        Target::builder().key(key).set_values(Some(values.clone())).build()
    };
    let expires = command.requested + command.timeout + command.script.limit;
    types::Command::builder()
        .command_id(&command.id)
        .document_name(&command.document)
        .document_version("$DEFAULT")
        .comment(command.comment.as_deref().unwrap_or_default())
        .expires_after(expires.into())
        .set_parameters(Some(command.parameters.clone()))
        .set_instance_ids(Some(command.instance_ids.clone()))
        .set_targets(Some(command.targets.iter().map(target).collect()))
        .requested_date_time(command.requested.into())
        .status(summary.status.into())
        .status_details(summary.details)
        .max_concurrency(&command.max_concurrency)
        .max_errors(&command.max_errors)
        .target_count(count(summary.targets))
        .completed_count(count(summary.completed))
        .error_count(count(summary.errors))
        .delivery_timed_out_count(count(summary.delivery_timed_out))
        .timeout_seconds(i32::try_from(command.timeout.as_secs()).unwrap_or(i32::MAX))
        .build()
}

fn listed(command: &Command, invocation: &Invocation, details: bool) -> CommandInvocation {
    let (status, details_of_it) = (invocation.status.name(), invocation.status.details());
    let plugin = || {
        CommandPlugin::builder()
            .name(step(command))
            .status(status.into())
            .status_details(details_of_it)
            .response_code(invocation.response_code)
            .set_response_start_date_time(invocation.started.map(Into::into))
            .set_response_finish_date_time(invocation.ended.map(Into::into))
            .output(if invocation.status.is_over() { mixed(invocation) } else { String::new() })
            .build()
    };
    // What never began has no step to tell of.
    let has_begun = invocation.status != Status::Pending && invocation.started.is_some();
    CommandInvocation::builder()
        .command_id(&command.id)
        .instance_id(&invocation.node.id)
        .instance_name(&invocation.node.name)
        .comment(command.comment.as_deref().unwrap_or_default())
        .document_name(&command.document)
        .document_version("$DEFAULT")
        .requested_date_time(command.requested.into())
        .status(status.into())
        .status_details(details_of_it)
        .set_command_plugins(Some(if details && has_begun { vec![plugin()] } else { Vec::new() }))
        .build()
}

/// Both streams in one text, as short as a list has it.
fn mixed(invocation: &Invocation) -> String {
    let mut text = invocation.stdout.clone();
    if !invocation.stderr.is_empty() {
        text += ERRORS;
        text += &invocation.stderr;
    }
    if text.chars().count() <= LISTED_CHARACTERS {
        return text;
    }
    text.chars().take(LISTED_CHARACTERS - CUT.len()).chain(CUT.chars()).collect()
}

/// One filter of a list.
enum Test {
    After(SystemTime),
    Before(SystemTime),
    Status(String),
    Document(String),
    Executing(bool),
}

fn tests(filters: Option<Vec<CommandFilter>>) -> Result<Vec<Test>, ServiceError> {
    filters.unwrap_or_default().into_iter().map(Test::new).collect()
}

impl Test {
    fn new(filter: CommandFilter) -> Result<Self, ServiceError> {
        let value = filter.value;
        let moment = |value: &str| {
            let parsed: Result<Timestamp, _> = value.parse();
            parsed.map(SystemTime::from).map_err(|_| {
                ServiceError::constraint(value, "filters.value", "be a time such as 2026-01-31T00:00:00Z")
            })
        };
        Ok(match filter.key {
            CommandFilterKey::InvokedAfter => Test::After(moment(&value)?),
            CommandFilterKey::InvokedBefore => Test::Before(moment(&value)?),
            CommandFilterKey::Status => Test::Status(value),
            CommandFilterKey::DocumentName => Test::Document(value),
            CommandFilterKey::ExecutionStage if value == "Executing" => Test::Executing(true),
            CommandFilterKey::ExecutionStage if value == "Complete" => Test::Executing(false),
            key => {
                let message = format!("The filter key {} is not valid.", key.as_str());
                return Err(ServiceError::new("InvalidFilterKey", message));
            }
        })
    }

    fn keeps(&self, command: &Command, status: &str) -> bool {
        match self {
            Test::After(moment) => command.requested >= *moment,
            Test::Before(moment) => command.requested <= *moment,
            Test::Status(name) => status == name,
            Test::Document(name) => command.document == *name,
            Test::Executing(executing) => command.is_over() != *executing,
        }
    }
}
