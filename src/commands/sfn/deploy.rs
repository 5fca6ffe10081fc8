//! `opsctl sfn deploy`: the options and the order of things. `plan` says which calls lead from what there is to what is
//! wanted, `send` makes them.

mod plan;
mod send;

use std::path::PathBuf;

use clap::{Args, ValueHint};
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::manifest::partition;

use super::alias_name::AliasName;
use super::api::Sfn;
use super::changes::{self, PartChange};
use super::complete;
use super::machine::{MachineName, machine_of};
use super::machine_type::Type;
use super::settings::{Settings, SettingsArgs};
use super::substitute::ValuesArgs;
use super::written::{self, Written};
use crate::change::{self, Changes, Consent, Plan};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;
use plan::{Present, Wanted};

/// Create or update a state machine from its definition
///
/// Fills in what stands open in the definition (${Name}, from --set and --values), looks for faults,
/// has the service look too, shows what changes and asks. Then the machine is created or updated, a
/// version of it is published, and --alias leads there. What no option names stays as it is. A machine
/// that somebody else changes meanwhile is left alone (9). Where nothing would change, nothing is done.
/// Running executions keep the definition they were started with.
///
/// Examples:
///   opsctl sfn deploy order.asl.json orders --role orders --yes
///   opsctl sfn deploy order.asl.yaml orders --values prod.yaml --set Table=orders --alias PROD --yes
///   opsctl sfn deploy order.asl.json orders --logging error --logging-group /states/orders --yes
///   opsctl sfn deploy order.asl.json orders --tag team=pay --dry-run
///
/// Exit codes:
///   0    it is deployed, or was so already; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    an option, the definition or a value is wrong; a yes is needed, and nobody is there to ask
///   3    there is no such file
///   4    no credentials or no region
///   5    denied by a policy, or the role may not be used by the service
///   9    somebody changed the machine meanwhile, or its type is another
///   75   AWS cannot be reached, or is busy
///   130  interrupted; the same command again does what is left
///
/// IAM:
///   states:DescribeStateMachine            what there is
///   states:ValidateStateMachineDefinition  what the service says of the definition
///   states:CreateStateMachine              where there is no such machine
///   states:UpdateStateMachine              where there is
///   iam:PassRole                           on the role
///   states:PublishStateMachineVersion      without --no-publish
///   states:ListStateMachineVersions        without --no-publish
///   states:ListTagsForResource             for --tag
///   states:TagResource                     for --tag
///   states:DescribeStateMachineAlias       for --alias
///   states:CreateStateMachineAlias         for --alias
///   states:UpdateStateMachineAlias         for --alias
///   sts:GetCallerIdentity                  for a name, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DeployArgs {
    /// A definition in JSON or YAML; - is stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// The machine: its whole name, or its ARN
    #[arg(value_name = "MACHINE", add = complete::machines())]
    machine: MachineName,

    #[command(flatten)]
    values: ValuesArgs,

    #[command(flatten)]
    settings: SettingsArgs,

    /// Publish no version
    #[arg(long, conflicts_with_all = ["alias", "description"], help_heading = "Change")]
    no_publish: bool,

    /// Lead this alias to the version, or make it
    #[arg(long, value_name = "ALIAS", add = complete::aliases("deploy", 2), help_heading = "Change")]
    alias: Option<AliasName>,

    /// What the version is about; at most 256 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = description,
        hide_short_help = true, help_heading = "Change")]
    description: Option<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub fn description(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0..=256 => Ok(text.to_owned()),
        length => Err(format!("the service takes 256 characters at most, not {length}")),
    }
}

impl DeployArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &DeployArgs, ctx: &Context) -> Result<Outcome> {
    let name = whole_name(&args.machine)?;
    let consent = Consent::new(ctx, &args.change)?;
    let written = written::read(&args.file, &args.values).await?;
    let expected = args.settings.machine_type.unwrap_or_default();
    warn(written.lint(expected.machine())?, &written, ctx);
    let mut signals = Signals::listen()?;
    let (sfn, arn) = signals.race(machine_arn(&args.machine, name, ctx)).await?;
    let (present, wanted) = signals.race(compared(args, &sfn, &arn, &written, expected)).await?;
    let found = changes(&present, &wanted);
    let calls = plan::calls(&wanted, &present);
    if calls.is_empty() {
        ctx.reporter().status(format_args!("{name} is as {} has it: nothing is to be done", written.file()));
        let done = plan::Deployment::unchanged(name, &arn, &present, &wanted);
        return answer(&done, ctx);
    }
    let about = match &present.deployed {
        None => "new".to_owned(),
        Some(_) => changes::summary(&found),
    };
    let stderr = &ctx.reporter().settings().stderr;
    ctx.reporter().drawing(&changes::drawn(&found, stderr));
    let plan = Plan {
        words: plan::WORDS,
        weight: change::Weight::Ordinary,
        account: Some(arn.account.clone()),
        region: sfn.region.clone(),
        steps: calls.iter().map(|call| call.step(&arn, &wanted, &about)).collect(),
    };
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let sending = send::Sending { sfn: &sfn, arn: &arn, wanted: &wanted, present: &present, ctx };
    let done = sending.all(&calls, &mut signals).await?;
    answer(&done, ctx)
}

fn answer(done: &plan::Deployment, ctx: &Context) -> Result<Outcome> {
    if change::is_answered(ctx) {
        ctx.out().item("sfn.deployment", plan::COLUMNS, done)?;
    }
    Ok(Outcome::Done)
}

/// What is deployed is the machine itself: versions never change, and aliases are led there.
fn whole_name(machine: &MachineName) -> Result<&str, Error> {
    match machine {
        MachineName::Name { name, qualifier: None } => Ok(name),
        MachineName::Name { name, .. } => Err(of_a_machine(name)),
        MachineName::Arn(arn) => match &arn.resource {
            Named::Machine { name } => Ok(name),
            other => Err(of_a_machine(machine_of(other).unwrap_or_default())),
        },
    }
}

fn of_a_machine(name: &str) -> Error {
    Error::usage("a version is never changed, and an alias has no definition")
        .hint(format!("give {name} alone; --alias ALIAS leads an alias to the new version"))
}

async fn machine_arn(machine: &MachineName, name: &str, ctx: &Context) -> Result<(Sfn, StatesArn)> {
    let sfn = Sfn::open(ctx).await?;
    if let MachineName::Arn(arn) = machine {
        sfn.check_region(arn)?;
        // A machine is created by its name: it would come to be in the account of the credentials.
        let account = sfn.account().await?;
        if account != arn.account {
            let message = format!("{arn} is of the account {}, and it is deployed to {account}", arn.account);
            return Err(Error::usage(message).hint("--profile NAME: credentials of that account").into());
        }
        return Ok((sfn, arn.clone()));
    }
    let arn = StatesArn {
        partition: partition(&sfn.region).to_owned(),
        region: sfn.region.clone(),
        account: sfn.account().await?,
        resource: Named::Machine { name: name.to_owned() },
    };
    Ok((sfn, arn))
}

/// What there is, and what is wanted, which the service has found no fault with.
async fn compared(
    args: &DeployArgs,
    sfn: &Sfn,
    arn: &StatesArn,
    written: &Written,
    expected: Type,
) -> Result<(Present, Wanted)> {
    let text_arn = arn.to_string();
    let mut deployed = sfn.deployed(&text_arn).await?;
    if let Some(deployed) = deployed.as_mut().filter(|_| !args.settings.tags.is_empty()) {
        deployed.settings.tags = sfn.tags(arn).await?;
    }
    let settings = match &deployed {
        Some(deployed) => {
            let wanted = args.settings.over(&deployed.settings, arn)?;
            keeps_its_type(&wanted, &deployed.settings, arn)?;
            wanted
        }
        None => {
            let fresh = Settings { machine_type: expected.name().to_owned(), ..Settings::default() };
            args.settings.over(&fresh, arn)?
        }
    };
    if settings.role.is_none() {
        let name = machine_of(&arn.resource).unwrap_or_default();
        return Err(Error::usage(format!("{name} is new, and needs a role to run with"))
            .hint("--role NAME: a role of the account that states.amazonaws.com may assume")
            .into());
    }
    // The type was not known before.
    let machine_type = Type::named(&settings.machine_type).unwrap_or_default();
    if machine_type != expected {
        written.lint(machine_type.machine())?;
    }
    let text = written.text_for(arn);
    let verdict = sfn.validate(&text, &settings.machine_type).await?;
    if !verdict.is_fine {
        let faults = verdict.faults.into_iter();
        let mut mistakes: Vec<_> =
            faults.map(|(message, location)| written.mistake(location.as_deref(), message)).collect();
        if verdict.has_more {
            mistakes.push(written.mistake(None, "the service knows of more faults than it tells".to_owned()));
        }
        return Err(written.wrong(mistakes).into());
    }
    let wanted = Wanted {
        definition: text,
        settings,
        publish: !args.no_publish,
        description: args.description.clone(),
        alias: args.alias.as_ref().map(ToString::to_string),
    };
    let mut present = Present { deployed, version: None, alias: None };
    if let (Some(deployed), true) = (&present.deployed, wanted.publish) {
        // Newest first.
        if let Some(newest) = sfn.versions(arn).await?.first() {
            let revision = sfn.revision(&newest.state_machine_version_arn).await?;
            present.version = (revision == deployed.revision).then_some(newest.number);
        }
        if let Some(alias) = &wanted.alias {
            present.alias = sfn.alias_if_any(arn, alias).await?;
        }
    }
    Ok((present, wanted))
}

fn keeps_its_type(wanted: &Settings, present: &Settings, arn: &StatesArn) -> Result<(), Error> {
    if wanted.machine_type == present.machine_type {
        return Ok(());
    }
    let name = machine_of(&arn.resource).unwrap_or_default();
    let message = format!("{name} is {}, and cannot become {}", present.machine_type, wanted.machine_type);
    Err(Error::new(Kind::Conflict, message)
        .because("the service fixes the type of a state machine when it is created")
        .hint("deploy it under another name, and delete this one when nothing starts it any more"))
}

fn changes(present: &Present, wanted: &Wanted) -> Vec<PartChange> {
    let Some(deployed) = &present.deployed else { return Vec::new() };
    let mut found = changes::of_definitions(&deployed.definition, &wanted.definition);
    found.extend(changes::of_settings(&deployed.settings, &wanted.settings));
    found
}

/// The linter's warnings do not keep anybody from deploying.
fn warn(warnings: Vec<crate::input::Mistake>, written: &Written, ctx: &Context) {
    const SHOWN: usize = 5;
    for warning in warnings.iter().take(SHOWN) {
        ctx.reporter().warn(warning);
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(SHOWN) {
        ctx.reporter().warn(format_args!("{more} more: opsctl sfn lint {} shows all", written.file()));
    }
}
