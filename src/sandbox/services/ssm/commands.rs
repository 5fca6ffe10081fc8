//! Run Command: what a call asks for is checked as the service checks it, before anything is sent anywhere. What
//! happens then is `sandbox::commands`' business.

mod lists;
mod targets;

pub use lists::{cancel, get_invocation, list, list_invocations};

use super::documents::{self, CommandDocument};
use super::{PageRequest, ServiceError};
use crate::sandbox::account::{Account, ManagedNode};
use crate::sandbox::commands::{CommandRequest, Fate, Rate, Recipient, Script};
use crate::sandbox::config::{Dies, Ping};
use crate::sandbox::services::ssm::filters::platform_type;
use aws_sdk_ssm::operation::send_command::{SendCommandInput, SendCommandOutput};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

const TIMEOUT_SECONDS: RangeInclusive<i32> = 30..=2_592_000;
const DEFAULT_TIMEOUT_SECONDS: i32 = 3600;
/// Of the nodes named in one call.
const MOST_IDS: usize = 50;

pub fn send(account: &Account, input: SendCommandInput) -> Result<SendCommandOutput, ServiceError> {
    let name = input.document_name.unwrap_or_default();
    ServiceError::check_length(&name, "documentName", 1, 400)?;
    if let Some(comment) = &input.comment {
        ServiceError::check_length(comment, "comment", 0, 100)?;
    }
    let max_concurrency = rate(input.max_concurrency, "maxConcurrency", "50", false)?;
    let max_errors = rate(input.max_errors, "maxErrors", "0", true)?;
    let timeout = timeout(input.timeout_seconds)?;
    account.authorize("ssm:SendCommand", &documents::resource(account, &name))?;
    let document = documents::command(account, &name)?;
    if input.output_s3_bucket_name.is_some() || input.cloud_watch_output_config.is_some() {
        return Err(ServiceError::validation("this sandbox keeps no output outside of Run Command"));
    }
    let parameters = input.parameters.unwrap_or_default();
    let arguments = document.arguments(parameters.clone())?;
    let instance_ids = input.instance_ids.unwrap_or_default();
    let targets: Vec<(String, Vec<String>)> = input
        .targets
        .unwrap_or_default()
        .into_iter()
        .map(|target| (target.key.unwrap_or_default(), target.values.unwrap_or_default()))
        .collect();
    let recipients = match (instance_ids.is_empty(), targets.is_empty()) {
        (false, true) => named(account, document, &instance_ids)?,
        (true, false) => matching(account, document, &targets)?,
        (true, true) => {
            return Err(ServiceError::validation("InstanceIds or Targets must say where the command runs."));
        }
        (false, false) => {
            return Err(ServiceError::validation(
                "InstanceIds and Targets cannot be used in the same request.",
            ));
        }
    };
    let command = account.commands.send(CommandRequest {
        document: name,
        parameters,
        comment: input.comment,
        instance_ids,
        targets,
        max_concurrency,
        max_errors,
        timeout,
        script: Script {
            text: arguments.commands.join("\n"),
            working_directory: arguments.working_directory,
            limit: arguments.execution_timeout,
        },
        recipients,
    })?;
    Ok(SendCommandOutput::builder().command(lists::command(&command)).build())
}

fn rate(
    given: Option<String>,
    member: &str,
    default: &str,
    may_be_zero: bool,
) -> Result<String, ServiceError> {
    let text = given.unwrap_or_else(|| default.to_owned());
    match Rate::parse(&text) {
        Some(rate) if may_be_zero || !rate.is_zero() => Ok(text),
        _ => Err(ServiceError::constraint(text, member, "be a number or a percentage, such as 10 or 10%")),
    }
}

fn timeout(seconds: Option<i32>) -> Result<Duration, ServiceError> {
    let seconds = seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS);
    if !TIMEOUT_SECONDS.contains(&seconds) {
        let constraint = match seconds < *TIMEOUT_SECONDS.start() {
            true => format!("have value greater than or equal to {}", TIMEOUT_SECONDS.start()),
            false => format!("have value less than or equal to {}", TIMEOUT_SECONDS.end()),
        };
        return Err(ServiceError::constraint(seconds, "timeoutSeconds", constraint));
    }
    Ok(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}

/// Nodes by their ids: one that cannot take the command fails the call.
fn named(
    account: &Account,
    document: &CommandDocument,
    ids: &[String],
) -> Result<Vec<Recipient>, ServiceError> {
    if ids.len() > MOST_IDS {
        let constraint = format!("have length less than or equal to {MOST_IDS}");
        return Err(ServiceError::constraint(format!("{} ids", ids.len()), "instanceIds", constraint));
    }
    if let Some((at, twice)) =
        ids.iter().enumerate().find(|(at, id)| ids.iter().take(*at).any(|other| other == *id))
    {
        let message = format!("The instance {twice} is named again at {}", at + 1);
        return Err(ServiceError::new("DuplicateInstanceId", message));
    }
    let known: Vec<(&String, Option<&ManagedNode>)> =
        ids.iter().map(|id| (id, account.node(id).filter(|managed| managed.ping == Ping::Online))).collect();
    let invalid: Vec<&str> =
        known.iter().filter(|(_, node)| node.is_none()).map(|(id, _)| id.as_str()).collect();
    if !invalid.is_empty() {
        let message = format!(
            "Instances [[{}]] not in a valid state for account {}",
            invalid.join(", "),
            account.identity.account
        );
        return Err(ServiceError::new("InvalidInstanceId", message));
    }
    let nodes: Vec<&ManagedNode> = known.into_iter().filter_map(|(_, node)| node).collect();
    for managed in &nodes {
        account.authorize("ssm:SendCommand", &node_arn(account, managed))?;
    }
    let other = |managed: &&&ManagedNode| !document.platforms.contains(&platform_type(managed.platform));
    let unfit: Vec<&str> = nodes.iter().filter(other).map(|managed| managed.node.id.as_str()).collect();
    if !unfit.is_empty() {
        let message =
            format!("The document {} does not support the platform of {}", document.name, unfit.join(", "));
        return Err(ServiceError::new("UnsupportedPlatformType", message));
    }
    Ok(nodes.into_iter().map(|managed| recipient(document, managed)).collect())
}

/// Nodes by what they are: each ends in its own way.
fn matching(
    account: &Account,
    document: &CommandDocument,
    targets: &[(String, Vec<String>)],
) -> Result<Vec<Recipient>, ServiceError> {
    let nodes = targets::resolve(account, targets)?;
    for managed in &nodes {
        account.authorize("ssm:SendCommand", &node_arn(account, managed))?;
    }
    Ok(nodes.into_iter().map(|managed| recipient(document, managed)).collect())
}

fn recipient(document: &CommandDocument, managed: &ManagedNode) -> Recipient {
    let platform = platform_type(managed.platform);
    let fate = match (managed.ping, managed.dies) {
        (Ping::Offline, _) => Fate::Gone,
        (Ping::ConnectionLost, _) | (Ping::Online, Some(Dies::Before)) => Fate::OutOfReach,
        _ if !document.platforms.contains(&platform) => Fate::WrongPlatform,
        (Ping::Online, Some(Dies::During)) => Fate::DiesMeanwhile,
        (Ping::Online, None) if !document.runs_here() => {
            Fate::Unsupported("this sandbox runs shell scripts; it has no PowerShell\n")
        }
        (Ping::Online, None) => Fate::Runs,
    };
    Recipient { node: Arc::clone(&managed.node), fate }
}

fn node_arn(account: &Account, managed: &ManagedNode) -> String {
    let id = &managed.node.id;
    match id.starts_with("mi-") {
        true => account.arn("ssm", &format!("managed-instance/{id}")),
        false => account.arn("ec2", &format!("instance/{id}")),
    }
}

#[cfg(test)]
mod tests;
