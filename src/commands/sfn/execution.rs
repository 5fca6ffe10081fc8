//! How an execution is named on a command line, and which one is meant: by its ARN, as MACHINE:NAME, or by its name, which
//! is looked for in the machine of `--machine`, or else in every Standard machine.

use std::str::FromStr;

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::names::{corrected, is_name};

use super::api::Sfn;
use super::machine::{Machine, MachineName, machine_of};
use super::model::MachineSummary;
use crate::context::Context;
use crate::error::{Error, Result};

/// Machines that are asked for an execution at the same time; the service allows few such calls a second.
const AT_ONCE: usize = 8;

/// An execution as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionName {
    Arn(StatesArn),
    Of { machine: MachineName, name: String },
    Name(String),
}

/// The execution a verb is about.
#[derive(Debug, Args)]
pub struct ExecutionArgs {
    /// The execution: ARN, MACHINE:NAME, or its name alone
    #[arg(value_name = "EXECUTION")]
    pub execution: ExecutionName,

    /// The state machine it is of, where its name alone is given
    #[arg(long, value_name = "MACHINE", help_heading = "Target")]
    pub machine: Option<MachineName>,
}

impl FromStr for ExecutionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("arn:") {
            let arn = StatesArn::parse(text).map_err(|error| error.to_string())?;
            return match arn.resource {
                Named::Execution { .. } | Named::Express { .. } => Ok(ExecutionName::Arn(arn)),
                _ => Err("the ARN is not that of an execution".to_owned()),
            };
        }
        let (machine, name) = match text.rsplit_once(':') {
            Some((machine, name)) => (Some(machine.parse()?), name),
            None => (None, text),
        };
        if !is_name(name) {
            let near = corrected(name).filter(|near| near != name);
            let near = near.map(|near| format!("; {near} can")).unwrap_or_default();
            return Err(format!("no execution can be called {name:?}{near}"));
        }
        let name = name.to_owned();
        Ok(match machine {
            Some(machine) => ExecutionName::Of { machine, name },
            None => ExecutionName::Name(name),
        })
    }
}

impl ExecutionArgs {
    /// The ARN of the execution that is meant. Whether one of a machine that was named exists is for the next call to
    /// find out.
    pub async fn find(&self, sfn: &Sfn, ctx: &Context) -> Result<StatesArn> {
        let (machine, name) = match (&self.execution, &self.machine) {
            (ExecutionName::Arn(arn), None) => {
                sfn.check_region(arn)?;
                return Ok(arn.clone());
            }
            (ExecutionName::Arn(arn), Some(machine)) => {
                sfn.check_region(arn)?;
                let machine = machine.find(sfn, ctx).await?;
                return match machine_of(&arn.resource) {
                    Some(other) if other != machine.name() => Err(elsewhere(arn, other, machine.name())),
                    _ => Ok(arn.clone()),
                };
            }
            (ExecutionName::Of { machine, name }, None) => (machine, name),
            (ExecutionName::Of { machine, name }, Some(other)) => {
                let (machine, other) = (machine.find(sfn, ctx).await?, other.find(sfn, ctx).await?);
                let arn = of_machine(&machine, name)?;
                return match machine.name() == other.name() {
                    true => Ok(arn),
                    false => Err(elsewhere(&arn, machine.name(), other.name())),
                };
            }
            (ExecutionName::Name(name), Some(machine)) => (machine, name),
            (ExecutionName::Name(name), None) => return anywhere(sfn, name).await,
        };
        of_machine(&machine.find(sfn, ctx).await?, name)
    }
}

fn elsewhere(arn: &StatesArn, machine: &str, asked: &str) -> anyhow::Error {
    Error::usage(format!("the execution {arn} is of the state machine {machine}, not of {asked}")).into()
}

fn of_machine(machine: &Machine, name: &str) -> Result<StatesArn> {
    if let Some(express) = machine.summary.as_ref().filter(|summary| summary.is_express()) {
        return Err(Error::usage(format!(
            "the state machine {} is of the type EXPRESS: its executions cannot be asked for by name",
            express.name
        ))
        .hint(format!("their events are in the log group that opsctl sfn show {} names", express.name))
        .into());
    }
    let machine_name = machine.name().to_owned();
    let resource = Named::Execution { machine: machine_name, label: None, name: name.to_owned() };
    Ok(machine.arn.of(resource))
}

/// Asks every Standard machine: names of executions are unique in a machine only.
async fn anywhere(sfn: &Sfn, name: &str) -> Result<StatesArn> {
    let mut machines: Vec<MachineSummary> = Vec::new();
    sfn.machines(&mut |page| {
        machines.extend(page.into_iter().filter(|machine| !machine.is_express()));
        Ok(true)
    })
    .await?;
    let asked = machines.iter().filter_map(|machine| {
        let arn = StatesArn::parse(&machine.state_machine_arn).ok()?;
        let machine = machine.name.clone();
        Some(arn.of(Named::Execution { machine, label: None, name: name.to_owned() }))
    });
    let found: Vec<StatesArn> = stream::iter(asked)
        .map(async |arn| Ok::<_, anyhow::Error>(sfn.execution_if_any(&arn.to_string()).await?.map(|_| arn)))
        .buffer_unordered(AT_ONCE)
        .try_filter_map(async |found| Ok(found))
        .try_collect()
        .await?;
    match found.as_slice() {
        [arn] => Ok(arn.clone()),
        [] => Err(Error::not_found(format!(
            "no execution is called {name} in the {} of this account and region",
            count(machines.len())
        ))
        .hint("opsctl sfn executions MACHINE lists them")
        .into()),
        several => {
            let mut machines: Vec<&str> =
                several.iter().filter_map(|arn| machine_of(&arn.resource)).collect();
            machines.sort_unstable();
            let message = format!(
                "{} state machines have an execution called {name}: {}",
                machines.len(),
                machines.join(", ")
            );
            Err(Error::usage(message).hint(format!("--machine {} names one", machines[0])).into())
        }
    }
}

fn count(machines: usize) -> String {
    match machines {
        1 => "one Standard state machine".to_owned(),
        several => format!("{several} Standard state machines"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_an_arn_a_name_or_a_name_with_its_machine() {
        let name = |text: &str| text.parse::<ExecutionName>();
        assert_eq!(name("run-1"), Ok(ExecutionName::Name("run-1".to_owned())));
        let of = ExecutionName::Of { machine: "pay".parse().unwrap(), name: "run-1".to_owned() };
        assert_eq!(name("pay:run-1"), Ok(of));
        for arn in [
            "arn:aws:states:eu-west-1:111122223333:execution:pay:run-1",
            "arn:aws:states:eu-west-1:111122223333:execution:pay/Items:run-1",
            "arn:aws:states:eu-west-1:111122223333:express:pay:run-1:7",
        ] {
            assert!(matches!(name(arn), Ok(ExecutionName::Arn(found)) if found.to_string() == arn));
        }
        for (text, expected) in [
            ("a b", "no execution can be called \"a b\"; a-b can"),
            ("pay:", "no execution can be called \"\""),
            ("a/b:c", "no state machine can be called \"a/b\"; a-b can"),
            ("arn:aws:states:eu-west-1:111122223333:stateMachine:pay", "the ARN is not that of an execution"),
        ] {
            assert_eq!(name(text), Err(expected.to_owned()), "{text}");
        }
    }
}
