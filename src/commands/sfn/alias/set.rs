//! `opsctl sfn alias set`.

use clap::Args;
use opsctl_engine::asl::arn::StatesArn;
use serde_json::{Value, json};

use super::routes::{TypedRoute, exist, routes};
use super::view::ALIAS;
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::commands::sfn::alias_name::AliasName;
use crate::commands::sfn::api::Sfn;
use crate::commands::sfn::complete;
use crate::commands::sfn::deploy::description;
use crate::commands::sfn::deployed::{Alias, Route, alias_arn, routes_told, version_arn};
use crate::commands::sfn::machine::{MachineName, machine_of};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;

/// Lead an alias to a version, or to two
///
/// The alias is made where there is none. Of two versions, each gets the share of executions that is
/// behind it; what one leaves is the other's.
///
/// Examples:
///   opsctl sfn alias set orders PROD 1 --yes
///   opsctl sfn alias set orders PROD 1 2=10 --yes
///   opsctl sfn alias set orders TEST 2 --description 'before it goes live' --dry-run
///
/// Exit codes:
///   0    it leads there; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    an option is wrong, or the routes cannot be; a yes is needed, and nobody is there
///   3    there is no such state machine or version
///   4    no credentials or no region
///   5    denied by a policy
///   9    somebody changed the alias meanwhile
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   states:DescribeStateMachineAlias  what there is
///   states:ListStateMachineVersions   what it can lead to
///   states:CreateStateMachineAlias    where there is no such alias
///   states:UpdateStateMachineAlias    where there is
///   states:ListStateMachines  for a machine that is given by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SetAliasArgs {
    /// The machine: name or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    /// The alias: letters, digits, _ - and ., and not digits alone
    #[arg(value_name = "ALIAS", add = complete::aliases("set", 1))]
    alias: AliasName,

    /// The versions, and how many of a hundred executions each gets
    #[arg(value_name = "VERSION[=WEIGHT]", required = true, num_args = 1.., add = complete::versions("set", 1))]
    routes: Vec<TypedRoute>,

    /// What the alias is for; at most 256 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = description, help_heading = "Change")]
    description: Option<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "set", done: "set", one: "alias", many: "aliases" };

impl SetAliasArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &SetAliasArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let machine = signals.race(args.machine.find_whole(&sfn, ctx)).await?.unqualified();
    let routes = routes(&args.routes, &machine)?;
    let (name, of) = (args.alias.as_str(), machine_of(&machine.resource).unwrap_or_default());
    let before = signals
        .race(async {
            exist(&routes, &sfn.versions(&machine).await?, &machine)?;
            sfn.alias_if_any(&machine, name).await
        })
        .await?;
    let is_described = |alias: &Alias| args.description.is_none() || alias.description == args.description;
    if before.as_ref().is_some_and(|alias| alias.routes == routes && is_described(alias)) {
        ctx.reporter().status(format_args!("{of}:{name} leads to {} already", routes_told(&routes)));
    } else {
        let plan = Plan {
            words: WORDS,
            weight: Weight::Ordinary,
            account: Some(machine.account.clone()),
            region: sfn.region.clone(),
            steps: vec![step(&machine, name, before.as_ref(), &routes, args.description.as_deref())],
        };
        if !signals.race(consent.to(&plan, ctx)).await? {
            return Ok(Outcome::Done);
        }
        signals
            .race(async {
                super::is_still(before.as_ref(), &sfn, &machine, name).await?;
                let description = args.description.as_deref();
                match before {
                    None => sfn.create_alias(&machine, name, &routes, description).await,
                    Some(_) => sfn.update_alias(&machine, name, &routes, description).await,
                }
            })
            .await?;
        ctx.reporter().status(format_args!("{of}:{name} leads to {}", routes_told(&routes)));
    }
    if change::is_answered(ctx) {
        ctx.out().item("sfn.alias", ALIAS, &super::needed(&sfn, &machine, name).await?)?;
    }
    Ok(Outcome::Done)
}

/// The call that sets it.
pub fn step(
    machine: &StatesArn,
    name: &str,
    before: Option<&Alias>,
    routes: &[Route],
    described: Option<&str>,
) -> Step {
    let route = |route: &Route| json!({"stateMachineVersionArn": version_arn(machine, route.version), "weight": route.weight});
    let routing: Vec<Value> = routes.iter().map(route).collect();
    let mut parameters = json!({"routingConfiguration": routing});
    if let Some(description) = described {
        parameters["description"] = description.into();
    }
    let (action, about) = match before {
        None => {
            parameters["name"] = name.into();
            ("states:CreateStateMachineAlias", format!("new, to {}", routes_told(routes)))
        }
        Some(before) => {
            parameters["stateMachineAliasArn"] = alias_arn(machine, name).into();
            let about = format!("from {} to {}", routes_told(&before.routes), routes_told(routes));
            ("states:UpdateStateMachineAlias", about)
        }
    };
    let resource = format!("{}:{name}", machine_of(&machine.resource).unwrap_or_default());
    Step { action, resource, description: about, parameters }
}
