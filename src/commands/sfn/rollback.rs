//! `opsctl sfn rollback`.

use clap::Args;
use opsctl_engine::asl::arn::{Named, StatesArn};

use super::alias::{self, TypedVersion};
use super::alias_name::AliasName;
use super::api::Sfn;
use super::changes::{self, PartChange};
use super::complete;
use super::deployed::{Alias, Route, routes_told, version_arn};
use super::machine::{MachineName, machine_of};
use super::model::VersionSummary;
use crate::change::{self, Changes, Consent, Plan, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// Lead an alias back to the version before
///
/// Shows what changes for executions that are started with the alias, and asks. An alias that leads to
/// two versions goes back to the older one alone; one that leads to a single version to the one before
/// it that there still is. Versions never change, so this is quick, and the machine itself stays as it
/// is. Running executions keep their version.
///
/// Examples:
///   opsctl sfn rollback orders:PROD --yes
///   opsctl sfn rollback orders --alias PROD --to 1 --yes
///   opsctl sfn rollback orders:PROD --dry-run
///
/// Exit codes:
///   0    it leads back; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    an option is wrong, or the alias is missing; a yes is needed, and nobody is there
///   3    there is no such state machine, alias or version
///   4    no credentials or no region
///   5    denied by a policy
///   9    there is no version before, or somebody changed the alias meanwhile
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   states:DescribeStateMachineAlias  where it leads
///   states:ListStateMachineVersions   where it may lead
///   states:DescribeStateMachine       what changes by that
///   states:UpdateStateMachineAlias    to lead it back
///   states:ListStateMachines          for a machine that is given by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RollbackArgs {
    /// The machine, or its alias: name, NAME:ALIAS or ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    /// The alias, where MACHINE does not name it
    #[arg(long, value_name = "ALIAS", add = complete::aliases("rollback", 1), help_heading = "Change")]
    alias: Option<AliasName>,

    /// The version, instead of the one before
    #[arg(long, value_name = "VERSION", add = complete::versions("rollback", 1), help_heading = "Change")]
    to: Option<TypedVersion>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "roll back", done: "rolled back", one: "alias", many: "aliases" };

impl RollbackArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &RollbackArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let found = signals.race(args.machine.find_whole(&sfn, ctx)).await?;
    let name = alias_of(args, &found.arn)?;
    let machine = found.unqualified();
    let to = args.to.as_ref().map(|version| version.of(&machine)).transpose()?;
    let before = signals.race(alias::needed(&sfn, &machine, &name)).await?;
    let versions = signals.race(sfn.versions(&machine)).await?;
    let routes = [Route { version: target(&before, to, &versions, &machine)?, weight: 100 }];
    let of = machine_of(&machine.resource).unwrap_or_default();
    if before.routes == routes {
        ctx.reporter().status(format_args!("{of}:{name} leads to {} already", routes_told(&routes)));
        return answer(&before, ctx);
    }
    let changes = signals.race(changes(&sfn, &machine, &before, routes[0].version)).await?;
    ctx.reporter().drawing(&changes::drawn(&changes, &ctx.reporter().settings().stderr));
    let plan = Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: Some(machine.account.clone()),
        region: sfn.region.clone(),
        steps: vec![alias::step(&machine, &name, Some(&before), &routes, None)],
    };
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    signals
        .race(async {
            alias::is_still(Some(&before), &sfn, &machine, &name).await?;
            sfn.update_alias(&machine, &name, &routes, None).await
        })
        .await?;
    ctx.reporter().status(format_args!("{of}:{name} leads back to {}", routes_told(&routes)));
    match change::is_answered(ctx) {
        true => answer(&alias::needed(&sfn, &machine, &name).await?, ctx),
        false => Ok(Outcome::Done),
    }
}

fn answer(alias: &Alias, ctx: &Context) -> Result<Outcome> {
    if change::is_answered(ctx) {
        ctx.out().item("sfn.alias", alias::ALIAS, alias)?;
    }
    Ok(Outcome::Done)
}

fn alias_of(args: &RollbackArgs, arn: &StatesArn) -> Result<String, Error> {
    match (&args.alias, &arn.resource) {
        (Some(name), Named::Machine { .. }) => Ok(name.to_string()),
        (None, Named::Alias { alias, .. }) => Ok(alias.clone()),
        (Some(name), Named::Alias { alias, .. }) if name.as_str() == alias => Ok(alias.clone()),
        (None, _) => Err(Error::usage("an alias is rolled back, and none is given")
            .hint(format!("opsctl sfn rollback {}:ALIAS", machine_of(&arn.resource).unwrap_or_default()))),
        (Some(name), other) => Err(Error::usage(format!("--alias {name} and {other} are two things"))),
    }
}

/// The version to go back to.
fn target(
    before: &Alias,
    to: Option<u64>,
    versions: &[VersionSummary],
    machine: &StatesArn,
) -> Result<u64, Error> {
    if let Some(version) = to {
        alias::exist(&[Route { version, weight: 100 }], versions, machine)?;
        return Ok(version);
    }
    let oldest = before.routes.iter().map(|route| route.version).min().unwrap_or_default();
    if before.routes.len() > 1 {
        return Ok(oldest);
    }
    let earlier = versions.iter().map(|version| version.number).filter(|number| *number < oldest).max();
    earlier.ok_or_else(|| {
        let name = machine_of(&machine.resource).unwrap_or_default();
        let message =
            format!("{name}:{} leads to version {oldest}, and there is none before it", before.name);
        Error::new(Kind::Conflict, message).hint("--to VERSION names another one")
    })
}

/// From the version that most executions go to.
async fn changes(sfn: &Sfn, machine: &StatesArn, before: &Alias, to: u64) -> Result<Vec<PartChange>> {
    let others = before.routes.iter().filter(|route| route.version != to);
    let Some(from) = others.max_by_key(|route| route.weight) else { return Ok(Vec::new()) };
    let (from, to) = (version_arn(machine, from.version), version_arn(machine, to));
    let (Some(from), Some(to)) = tokio::try_join!(sfn.deployed(&from), sfn.deployed(&to))? else {
        return Ok(Vec::new());
    };
    let mut found = changes::of_definitions(&from.definition, &to.definition);
    found.extend(changes::of_settings(&from.settings, &to.settings));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_is_to_the_older_one_or_to_the_one_before() {
        let machine = StatesArn::parse("arn:aws:states:eu-west-1:111122223333:stateMachine:pay").unwrap();
        let versions: Vec<VersionSummary> = [9, 7, 4]
            .into_iter()
            .map(|number| VersionSummary { number, created: None, state_machine_version_arn: String::new() })
            .collect();
        let at = |routes: &[(u64, u8)], to: Option<u64>| {
            let alias = Alias {
                name: "PROD".into(),
                description: None,
                routes: routes
                    .iter()
                    .map(|(version, weight)| Route { version: *version, weight: *weight })
                    .collect(),
                created: None,
                updated: None,
                state_machine_alias_arn: String::new(),
            };
            target(&alias, to, &versions, &machine).map_err(|error| (error.kind(), error.to_string()))
        };
        assert_eq!(at(&[(9, 100)], None), Ok(7));
        assert_eq!(at(&[(8, 100)], None), Ok(7));
        assert_eq!(at(&[(7, 100)], None), Ok(4));
        assert_eq!(at(&[(7, 10), (9, 90)], None), Ok(7));
        assert_eq!(at(&[(9, 100)], Some(4)), Ok(4));
        assert_eq!(at(&[(9, 100)], Some(5)), Err((Kind::NotFound, "pay has no version 5".to_owned())));
        let none = "pay:PROD leads to version 4, and there is none before it".to_owned();
        assert_eq!(at(&[(4, 100)], None), Err((Kind::Conflict, none)));
    }
}
