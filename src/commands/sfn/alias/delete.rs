//! `opsctl sfn alias delete`.

use clap::Args;
use serde_json::json;

use crate::change::{Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::commands::sfn::alias_name::AliasName;
use crate::commands::sfn::api::Sfn;
use crate::commands::sfn::complete;
use crate::commands::sfn::deployed::routes_told;
use crate::commands::sfn::machine::{MachineName, machine_of};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;

/// Delete an alias
///
/// Nothing can be started with its name any more; executions that were go on, and its versions stay.
///
/// Examples:
///   opsctl sfn alias delete orders TEST --yes
///   opsctl sfn alias delete orders TEST --dry-run
///
/// Exit codes:
///   0    it is deleted; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such state machine or alias
///   4    no credentials or no region
///   5    denied by a policy
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   states:DescribeStateMachineAlias  where it leads
///   states:DeleteStateMachineAlias    to delete it
///   states:ListStateMachines          for a machine that is given by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DeleteAliasArgs {
    /// The machine: name or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    /// The alias
    #[arg(value_name = "ALIAS", add = complete::aliases("delete", 1))]
    alias: AliasName,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "delete", done: "deleted", one: "alias", many: "aliases" };

impl DeleteAliasArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &DeleteAliasArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let machine = signals.race(args.machine.find_whole(&sfn, ctx)).await?.unqualified();
    let alias = signals.race(super::needed(&sfn, &machine, args.alias.as_str())).await?;
    let resource = format!("{}:{}", machine_of(&machine.resource).unwrap_or_default(), alias.name);
    let plan = Plan {
        words: WORDS,
        // Whoever starts executions by it cannot any more.
        weight: Weight::Irreversible,
        account: Some(machine.account.clone()),
        region: sfn.region.clone(),
        steps: vec![Step {
            action: "states:DeleteStateMachineAlias",
            resource: resource.clone(),
            description: format!("leads to {}", routes_told(&alias.routes)),
            parameters: json!({"stateMachineAliasArn": alias.state_machine_alias_arn}),
        }],
    };
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    signals.race(sfn.delete_alias(&alias.state_machine_alias_arn)).await?;
    ctx.reporter().status(format_args!("{resource} is deleted"));
    Ok(Outcome::Done)
}
