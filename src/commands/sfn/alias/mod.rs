//! `opsctl sfn alias`: its verbs, and what they share: how routes are typed and which can be.

mod delete;
mod list;
mod routes;
mod set;
mod show;
mod view;

use clap::Subcommand;
use opsctl_engine::asl::arn::{Named, StatesArn};

use super::api::Sfn;
use super::deployed::{Alias, Route};
use super::machine::machine_of;
use crate::change::Changes;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::nearest;
pub use routes::{TypedVersion, exist};
pub use set::step;
pub use view::ALIAS;

/// Names for versions: list, show, set and delete aliases
///
/// An alias leads executions that are started with its name to a version of the machine, or to two
/// versions, each with a share of them.
///
/// Examples:
///   opsctl sfn alias list orders
///   opsctl sfn alias set orders PROD 1 --yes
///   opsctl sfn alias set orders PROD 1=90 2=10 --yes
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListAliasesArgs),
    Show(show::ShowAliasArgs),
    Set(set::SetAliasArgs),
    Delete(delete::DeleteAliasArgs),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) => false,
            Command::Set(_) | Command::Delete(_) => true,
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) => true,
            Command::Set(_) | Command::Delete(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::List(_) | Command::Show(_) => Changes::Nothing,
            Command::Set(args) => args.changes(),
            Command::Delete(args) => args.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Show(args) => show::run(args, ctx).await,
        Command::Set(args) => set::run(args, ctx).await,
        Command::Delete(args) => delete::run(args, ctx).await,
    }
}

/// An alias that has to be there.
pub async fn needed(sfn: &Sfn, machine: &StatesArn, name: &str) -> Result<Alias> {
    if let Some(alias) = sfn.alias_if_any(machine, name).await? {
        return Ok(alias);
    }
    let known = sfn.aliases(machine).await?;
    let of = machine_of(&machine.resource).unwrap_or_default();
    let error = Error::not_found(format!("{of} has no alias {name}"));
    Err(match nearest(name, known.iter().map(|alias| alias.name.as_str())) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("opsctl sfn alias list {of}")),
    }
    .into())
}

/// Whether there is the alias or the version that an ARN names; of a machine itself nothing is asked.
pub async fn is_there(sfn: &Sfn, arn: &StatesArn) -> Result<()> {
    let machine =
        || arn.of(Named::Machine { name: machine_of(&arn.resource).unwrap_or_default().to_owned() });
    match &arn.resource {
        Named::Alias { alias, .. } => needed(sfn, &machine(), alias).await.map(|_| ()),
        Named::Version { number, .. } => {
            let machine = machine();
            let route = Route { version: *number, weight: 100 };
            Ok(exist(&[route], &sfn.versions(&machine).await?, &machine)?)
        }
        _ => Ok(()),
    }
}

/// Of what was not found: that it is the alias or the version that is missing, where it is.
pub async fn or_missing<T>(answer: Result<T>, sfn: &Sfn, arn: &StatesArn) -> Result<T> {
    match answer {
        Err(error) if Report::new(&error).kind == Kind::NotFound => {
            // What cannot be looked at says nothing new.
            match is_there(sfn, arn).await {
                Err(missing) if Report::new(&missing).kind == Kind::NotFound => Err(missing),
                _ => Err(error),
            }
        }
        answer => answer,
    }
}

/// Refuses when an alias is no longer as it was when the change was agreed to.
pub async fn is_still(before: Option<&Alias>, sfn: &Sfn, machine: &StatesArn, name: &str) -> Result<()> {
    let now = sfn.alias_if_any(machine, name).await?;
    if now.as_ref() == before {
        return Ok(());
    }
    let of = machine_of(&machine.resource).unwrap_or_default();
    let message = format!("somebody else has changed the alias {of}:{name} meanwhile");
    Err(Error::new(Kind::Conflict, message).hint("the same command again shows where it leads now").into())
}
