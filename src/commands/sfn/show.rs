//! `opsctl sfn show`.

use clap::Args;

use super::api::Sfn;
use super::machine::MachineName;
use super::{alias, complete, view};
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Report, Result};

/// Show a state machine
///
/// MACHINE is a name, how one begins, or an ARN; with :VERSION or :ALIAS the definition and the role
/// are those of that version. --definition prints the definition alone, as it was given.
///
/// Examples:
///   opsctl sfn show orders
///   opsctl sfn show orders --columns role,logging,aliases
///   opsctl sfn show orders --definition > orders.asl.json
///   opsctl sfn show orders --definition | opsctl sfn graph -
///
/// Exit codes:
///   0   the machine is shown
///   2   an option, a column or a query is wrong; the name is that of several machines
///   3   there is no such machine, version or alias
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:DescribeStateMachine       the machine
///   states:ListStateMachines          for a MACHINE that is not an ARN
///   states:ListStateMachineVersions   its versions; without it they are not known
///   states:ListStateMachineAliases    its aliases; without it they are not known
///   states:ListTagsForResource        its tags; without it they are not known
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::MACHINE)))]
pub struct ShowMachineArgs {
    /// The state machine: name or ARN; with :VERSION or :ALIAS, that one
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    /// Print the definition and nothing else
    #[arg(long, conflicts_with_all = ["output", "query", "columns", "no_header"], help_heading = "Output")]
    definition: bool,

    #[command(flatten)]
    detail: DetailArgs,
}

impl ShowMachineArgs {
    /// A definition stands alone.
    pub fn fans_out(&self) -> bool {
        !self.definition
    }
}

pub async fn run(args: &ShowMachineArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.machine", view::MACHINE)?;
    let sfn = Sfn::open(ctx).await?;
    let found = args.machine.find(&sfn, ctx).await?;
    if args.definition {
        let definition = alias::or_missing(sfn.machine(&found.arn).await, &sfn, &found.arn).await?.definition;
        let end = if definition.ends_with('\n') { "" } else { "\n" };
        out.transcript(&format!("{definition}{end}"))?;
        return Ok(Outcome::Done);
    }
    let own = found.unqualified();
    let (machine, versions, aliases, tags) =
        tokio::join!(sfn.machine(&found.arn), sfn.versions(&own), sfn.aliases(&own), sfn.tags(&own));
    let mut machine = alias::or_missing(machine, &sfn, &found.arn).await?;
    machine.versions = known("versions", versions, ctx);
    machine.aliases = known("aliases", aliases, ctx);
    machine.tags = known("tags", tags, ctx);
    details.show(&machine)?;
    Ok(Outcome::Done)
}

/// What may not be known is left out, and that is told.
fn known<T>(what: &str, asked: Result<T>, ctx: &Context) -> Option<T> {
    asked
        .inspect_err(|error| {
            let why = Report::new(error).line();
            ctx.reporter().warn(format_args!("the {what} of the state machine are not known: {why}"));
        })
        .ok()
}
