//! `opsctl sfn diff`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::api::Sfn;
use super::changes::{self, COLUMNS};
use super::complete;
use super::machine::MachineName;
use super::settings::SettingsArgs;
use super::substitute::ValuesArgs;
use super::written;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output::Format;

/// Show what differs between a definition and a state machine
///
/// Compares what the definitions mean: white space and the order of names are no difference, a state
/// that only has another name is renamed, and what is put into a list moves nothing. + is what the
/// file has more, - what it has not, ~ what it has otherwise, = what it calls otherwise. A machine is
/// compared as it is now, or as one of its versions or aliases. Role, logging, tracing, type and tags
/// are compared where an option says what they should be.
///
/// Examples:
///   opsctl sfn diff order.asl.json orders
///   opsctl sfn diff order.asl.yaml orders:PROD --values prod.yaml
///   opsctl sfn diff order.asl.json orders --role orders --tracing on -o json
///
/// Exit codes:
///   0   there is no difference
///   2   an option is wrong, the file is no definition, or a value is missing; each is told
///   3   there is no such file or state machine
///   4   no credentials or no region
///   5   denied by a policy
///   6   there are differences
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:DescribeStateMachine  what is deployed
///   states:ListStateMachines     for a machine that is given by its name
///   states:ListTagsForResource   for --tag
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct DiffArgs {
    /// A definition in JSON or YAML; - is stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// The machine: name, NAME:VERSION, NAME:ALIAS or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    #[command(flatten)]
    values: ValuesArgs,

    #[command(flatten)]
    settings: SettingsArgs,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &DiffArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    // Columns that there are not are refused before anything is read.
    let mut writer = out.stream("sfn.change", COLUMNS)?;
    let written = written::read(&args.file, &args.values).await?;
    let sfn = Sfn::open(ctx).await?;
    let machine = args.machine.find(&sfn, ctx).await?;
    let arn = machine.arn.to_string();
    let deployed = sfn.deployed(&arn).await?.ok_or_else(|| {
        Error::not_found(format!("there is no {}", machine.arn.resource)).hint("opsctl sfn list")
    })?;
    let mut present = deployed.settings;
    if !args.settings.tags.is_empty() {
        present.tags = sfn.tags(&machine.unqualified()).await?;
    }
    let wanted = args.settings.over(&present, &machine.arn)?;
    let mut found = changes::of_definitions(&deployed.definition, &written.text_for(&machine.arn));
    found.extend(changes::of_settings(&present, &wanted));
    let outcome = if found.is_empty() { Outcome::Done } else { Outcome::ConditionFalse };
    let (file, name) = (written.file(), machine.arn.resource.to_string());
    let name = name.strip_prefix("stateMachine:").unwrap_or(&name);
    let told = match found.is_empty() {
        true => format!("{name} is as {file} has it"),
        false => format!("{name} differs from {file}: {}", changes::summary(&found)),
    };
    let settings = out.settings();
    let is_plain = args.list.columns.is_none() && args.list.sort.is_none() && args.list.limit.is_none();
    if settings.format == Format::Table && settings.query.is_none() && is_plain {
        out.drawing(&changes::drawn(&found, &settings.stdout))?;
    } else {
        let _ = writer.extend(found)?;
        writer.finish()?;
    }
    ctx.reporter().status(told);
    Ok(outcome)
}
