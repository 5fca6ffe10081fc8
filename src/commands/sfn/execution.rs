//! How an execution is named on a command line, and which one is meant: by its ARN, as MACHINE:NAME, or by its name, which
//! is looked for in the machine of `--machine`, or else in every Standard machine.

use std::str::FromStr;

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use opsctl_engine::asl::arn::{Named, StatesArn};

use super::api::Sfn;
use super::machine::{Machine, MachineName, Names, checked_name, machine_of};
use super::model::{Execution, ExecutionSummary, MachineSummary};
use super::{complete, express};
use crate::context::Context;
use crate::error::{Error, Result};

/// Machines that are asked for an execution at the same time; the service allows few such calls a second.
const AT_ONCE: usize = 8;
/// Machines that are asked, at most, for an execution that is not where it was looked for.
const ELSEWHERE: usize = 100;

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
    #[arg(value_name = "EXECUTION", add = complete::executions())]
    pub execution: ExecutionName,

    /// The state machine it is of, where its name alone is given
    #[arg(long, value_name = "MACHINE", help_heading = "Target", add = complete::machines())]
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
        let name = checked_name(name, "execution")?;
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
        self.execution.find(self.machine.as_ref(), sfn, ctx).await
    }
}

impl ExecutionName {
    /// In the machine that is named beside it, if one is.
    pub async fn find(&self, machine: Option<&MachineName>, sfn: &Sfn, ctx: &Context) -> Result<StatesArn> {
        self.find_by(Names::Begun, machine, sfn, ctx).await
    }

    /// The same, to change something of it: machines are named in full.
    pub async fn find_whole(
        &self,
        machine: Option<&MachineName>,
        sfn: &Sfn,
        ctx: &Context,
    ) -> Result<StatesArn> {
        self.find_by(Names::Whole, machine, sfn, ctx).await
    }

    async fn find_by(
        &self,
        names: Names,
        machine: Option<&MachineName>,
        sfn: &Sfn,
        ctx: &Context,
    ) -> Result<StatesArn> {
        let (machine, name) = match (self, machine) {
            (ExecutionName::Arn(arn), machine) => {
                sfn.check_region(arn)?;
                if let (Some(machine), Some(other)) = (machine, machine_of(&arn.resource)) {
                    let machine = machine.find_by(names, sfn, ctx).await?;
                    if other != machine.name() {
                        return Err(elsewhere(arn, other, machine.name()));
                    }
                }
                return match arn.resource {
                    Named::Express { .. } => Err(express::unkept(sfn, arn).await),
                    _ => Ok(arn.clone()),
                };
            }
            (ExecutionName::Of { machine, name }, None) => (machine, name),
            (ExecutionName::Of { machine, name }, Some(other)) => {
                let (machine, other) =
                    (machine.find_by(names, sfn, ctx).await?, other.find_by(names, sfn, ctx).await?);
                let arn = of_machine(sfn, &machine, name).await?;
                return match machine.name() == other.name() {
                    true => Ok(arn),
                    false => Err(elsewhere(&arn, machine.name(), other.name())),
                };
            }
            (ExecutionName::Name(name), Some(machine)) => (machine, name),
            (ExecutionName::Name(name), None) => return anywhere(sfn, name).await,
        };
        of_machine(sfn, &machine.find_by(names, sfn, ctx).await?, name).await
    }
}

/// An execution of a Standard machine, whole.
pub async fn describe(sfn: &Sfn, arn: &StatesArn) -> Result<Execution> {
    match sfn.execution_if_any(&arn.to_string()).await? {
        Some(execution) => Ok(execution),
        None => Err(missing(sfn, arn).await),
    }
}

/// Without its input and output, which takes no key of theirs.
pub async fn describe_without_data(sfn: &Sfn, arn: &StatesArn) -> Result<Execution> {
    match sfn.execution_without_data(&arn.to_string()).await? {
        Some(execution) => Ok(execution),
        None => Err(missing(sfn, arn).await),
    }
}

/// Why there is no such execution: one of its name may be in another machine.
pub async fn missing(sfn: &Sfn, arn: &StatesArn) -> anyhow::Error {
    let Named::Execution { machine, label: None, name } = &arn.resource else {
        let error = Error::not_found(format!("there is no execution {arn}"));
        return sfn.at_home(error, arn).await.into();
    };
    let message = format!("the state machine {machine} has no execution called {name}");
    let error = Error::not_found(message);
    // What cannot be looked for is not told.
    let mut others = standard_machines(sfn).await.unwrap_or_default();
    others.retain(|other| other.name != *machine);
    others.truncate(ELSEWHERE);
    let found = holders(sfn, &others, name).await.unwrap_or_default();
    let other = found.first().and_then(|arn| machine_of(&arn.resource));
    let error = match other {
        Some(other) => error.hint(format!("{other} has one: {other}:{name}")),
        None => error
            .hint(format!("opsctl sfn executions {machine}"))
            .hint("an execution is kept for 90 days after its end"),
    };
    sfn.at_home(error, arn).await.into()
}

/// Executions as they are now, for the answer of a change.
pub async fn as_they_are<'a>(
    arns: impl Iterator<Item = &'a str>,
    sfn: &Sfn,
) -> Result<Vec<ExecutionSummary>> {
    let mut told = Vec::new();
    for arn in arns {
        told.extend(sfn.execution_without_data(arn).await?.map(ExecutionSummary::from));
    }
    Ok(told)
}

fn elsewhere(arn: &StatesArn, machine: &str, asked: &str) -> anyhow::Error {
    Error::usage(format!("the execution {arn} is of the state machine {machine}, not of {asked}")).into()
}

async fn of_machine(sfn: &Sfn, machine: &Machine, name: &str) -> Result<StatesArn> {
    if machine.summary.as_ref().is_some_and(MachineSummary::is_express) {
        return Err(express::unkept(sfn, &machine.arn).await);
    }
    let machine_name = machine.name().to_owned();
    let resource = Named::Execution { machine: machine_name, label: None, name: name.to_owned() };
    Ok(machine.arn.of(resource))
}

/// Those whose executions can be asked for.
async fn standard_machines(sfn: &Sfn) -> Result<Vec<MachineSummary>> {
    let mut machines = Vec::new();
    sfn.machines(&mut |page| {
        machines.extend(page.into_iter().filter(|machine| !machine.is_express()));
        Ok(true)
    })
    .await?;
    Ok(machines)
}

/// The executions of this name in these machines: each is asked.
async fn holders(sfn: &Sfn, machines: &[MachineSummary], name: &str) -> Result<Vec<StatesArn>> {
    let asked = machines.iter().filter_map(|machine| {
        let arn = StatesArn::parse(&machine.state_machine_arn).ok()?;
        let machine = machine.name.clone();
        Some(arn.of(Named::Execution { machine, label: None, name: name.to_owned() }))
    });
    stream::iter(asked)
        .map(async |arn| {
            Ok::<_, anyhow::Error>(sfn.execution_without_data(&arn.to_string()).await?.map(|_| arn))
        })
        .buffer_unordered(AT_ONCE)
        .try_filter_map(async |found| Ok(found))
        .try_collect()
        .await
}

/// Asks every Standard machine: names of executions are unique in a machine only.
async fn anywhere(sfn: &Sfn, name: &str) -> Result<StatesArn> {
    let machines = standard_machines(sfn).await?;
    let found = holders(sfn, &machines, name).await?;
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
