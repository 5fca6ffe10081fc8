//! What an execution is started with, for every verb that starts one: the machine, the name, the input. A name is always
//! sent, so that a call that is repeated starts nothing twice.

use clap::{ArgGroup, Args};
use opsctl_engine::asl::arn::{Named, StatesArn};
use serde_json::{Value, json};

use super::api::Sfn;
use super::execution::{ExecutionName, describe};
use super::following::short;
use super::machine::{Machine, MachineName, checked_name, machine_of};
use super::model::{EXPRESS, Execution, MachineSummary, Redrives};
use super::{alias, complete, payload};
use crate::change::{Plan, Step, Token, Weight, Words};
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::random;

/// What is started.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("named").args(["name", "name_from_hash"]))]
pub struct StartingArgs {
    /// The state machine: ARN, name, NAME:VERSION or NAME:ALIAS
    #[arg(value_name = "MACHINE", required_unless_present = "again", help_heading = "Target", add = complete::machines())]
    machine: Option<MachineName>,

    /// The input: JSON, @FILE, or - for stdin; {} without
    #[arg(short, long, value_name = "JSON", allow_hyphen_values = true, help_heading = "Target")]
    input: Option<String>,

    /// The name of the execution; made up if not given
    #[arg(long, value_name = "NAME", value_parser = name, help_heading = "Target")]
    name: Option<String>,

    /// A name that follows from machine and input: the same input is started once
    #[arg(long, help_heading = "Target")]
    name_from_hash: bool,

    /// With the input of this execution, and in its machine unless another one is given
    #[arg(long, value_name = "EXECUTION", conflicts_with = "input", help_heading = "Target", add = complete::executions())]
    again: Option<ExecutionName>,
}

fn name(text: &str) -> Result<String, String> {
    checked_name(text, "execution")
}

/// Everything a start takes.
#[derive(Debug)]
pub struct Starting {
    /// Of the machine, a version or an alias.
    pub machine: StatesArn,
    pub name: String,
    pub input: String,
    is_express: Option<bool>,
    /// Started once is all that is wanted.
    is_once: bool,
}

/// An execution that was started.
#[derive(Debug)]
pub struct Running {
    pub execution: Execution,
    /// It was started just now.
    pub is_new: bool,
}

const WORDS: Words = Words { verb: "start", done: "started", one: "execution", many: "executions" };

impl StartingArgs {
    /// Reads the input and finds the machine; starts nothing.
    pub async fn prepare(&self, sfn: &Sfn, ctx: &Context) -> Result<Starting> {
        let machine = match &self.machine {
            Some(machine) => Some(machine.find_whole(sfn, ctx).await?),
            None => None,
        };
        let (machine, is_express, input) = match &self.again {
            None => {
                let machine = match machine {
                    Some(machine) => machine,
                    None => return Err(Error::usage("a MACHINE is needed").into()),
                };
                let input = match &self.input {
                    Some(given) => payload::read(given, "--input", "the input").await?.text,
                    None => "{}".to_owned(),
                };
                (machine.arn.clone(), is_express(&machine), input)
            }
            Some(execution) => {
                let earlier = earlier(execution, machine.as_ref(), sfn, ctx).await?;
                let input = earlier.input.clone().ok_or_else(|| {
                    Error::failed(format!("the input of {} is not shown", short(&earlier.execution_arn)))
                        .hint("kms:Decrypt on the key of its machine shows it")
                })?;
                match machine {
                    Some(machine) if !is_named_in(execution, &machine, &earlier) => {
                        (machine.arn.clone(), is_express(&machine), input)
                    }
                    _ => (machine_of_earlier(&earlier)?, Some(false), input),
                }
            }
        };
        let name = match &self.name {
            Some(name) => name.clone(),
            None if self.name_from_hash => hashed(&machine, &input)?,
            None => random::uuid()?,
        };
        Ok(Starting { machine, name, input, is_express, is_once: self.name_from_hash })
    }
}

/// A name alone is looked for in MACHINE first.
async fn earlier(
    execution: &ExecutionName,
    machine: Option<&Machine>,
    sfn: &Sfn,
    ctx: &Context,
) -> Result<Execution> {
    if let (ExecutionName::Name(name), Some(machine)) = (execution, machine)
        && is_express(machine) != Some(true)
    {
        let resource =
            Named::Execution { machine: machine.name().to_owned(), label: None, name: name.clone() };
        let arn = machine.arn.of(resource).to_string();
        if let Some(found) = sfn.execution_if_any(&arn).await? {
            return Ok(found);
        }
    }
    describe(sfn, &execution.find_whole(None, sfn, ctx).await?).await
}

/// Whether MACHINE says no more than where the earlier execution is.
fn is_named_in(execution: &ExecutionName, machine: &Machine, earlier: &Execution) -> bool {
    matches!(execution, ExecutionName::Name(_)) && machine.arn.to_string() == earlier.state_machine_arn
}

fn is_express(machine: &Machine) -> Option<bool> {
    machine.summary.as_ref().map(MachineSummary::is_express)
}

/// What the execution was started with: its alias, else its version, else its machine.
fn machine_of_earlier(earlier: &Execution) -> Result<StatesArn> {
    let arn = [&earlier.state_machine_alias_arn, &earlier.state_machine_version_arn]
        .into_iter()
        .find_map(Option::as_deref)
        .unwrap_or(&earlier.state_machine_arn);
    match StatesArn::parse(arn) {
        Ok(StatesArn { resource: Named::Children { machine, .. }, .. }) => Err(Error::usage(format!(
            "{} is a child of a distributed Map of {machine}: it cannot be started by itself",
            short(&earlier.execution_arn)
        ))
        .into()),
        Ok(arn) => Ok(arn),
        Err(error) => Err(Error::failed(format!("{arn} cannot be started")).because(error).into()),
    }
}

/// The same name for the same machine and the same input, however that is spaced.
fn hashed(machine: &StatesArn, input: &str) -> Result<String> {
    let input: Value = serde_json::from_str(input).unwrap_or_else(|_| Value::from(input));
    let machine = machine_of(&machine.resource).unwrap_or_default();
    Token::of_content("states:StartExecution", &json!({ "machine": machine, "input": input }))
}

impl Starting {
    /// The plan of a dry run.
    pub fn plan(&self, action: &'static str, sfn: &Sfn) -> Plan {
        let step = Step {
            action,
            resource: self.machine.to_string(),
            description: format!("as {}", self.name),
            parameters: json!({
                "stateMachineArn": self.machine.to_string(), "name": self.name, "input": self.input,
            }),
        };
        Plan {
            words: WORDS,
            weight: Weight::Ordinary,
            account: Some(self.machine.account.clone()),
            region: sfn.region.clone(),
            steps: vec![step],
        }
    }

    /// For a dry run, which nothing else would tell.
    pub async fn is_there(&self, sfn: &Sfn) -> Result<()> {
        alias::is_there(sfn, &self.machine).await
    }

    pub async fn is_express(&self, sfn: &Sfn) -> Result<bool> {
        match self.is_express {
            Some(is_express) => Ok(is_express),
            None => Ok(sfn.machine_type(&self.machine.to_string()).await? == EXPRESS),
        }
    }

    /// Starts it.
    pub async fn start(&self, sfn: &Sfn, ctx: &Context) -> Result<Running> {
        let arn = self.machine.to_string();
        let machine = machine_of(&self.machine.resource).unwrap_or_default().to_owned();
        let started = sfn.start(&arn, &self.name, &self.input).await;
        let Some(started) = alias::or_missing(started, sfn, &self.machine).await? else {
            return self.existing(machine, sfn, ctx).await;
        };
        ctx.reporter().status(format_args!("started {}", short(&started.arn)));
        let of = |named: bool| named.then(|| arn.clone());
        let execution = Execution {
            name: self.name.clone(),
            status: "RUNNING".to_owned(),
            started: started.started,
            stopped: None,
            error: None,
            cause: None,
            input: Some(self.input.clone()),
            output: None,
            redrives: Redrives::default(),
            state_machine_arn: self.machine.of(Named::Machine { name: machine }).to_string(),
            state_machine_version_arn: of(matches!(self.machine.resource, Named::Version { .. })),
            state_machine_alias_arn: of(matches!(self.machine.resource, Named::Alias { .. })),
            map_run_arn: None,
            trace_header: None,
            execution_arn: started.arn,
        };
        Ok(Running { execution, is_new: true })
    }

    /// One has that name already, with another input, or is over.
    async fn existing(&self, machine: String, sfn: &Sfn, ctx: &Context) -> Result<Running> {
        let resource = Named::Execution { machine: machine.clone(), label: None, name: self.name.clone() };
        let arn = self.machine.of(resource).to_string();
        if self.is_once
            && let Some(execution) = sfn.execution_if_any(&arn).await?
        {
            ctx.reporter().status(format_args!(
                "{} was started before and is {}: nothing is started twice",
                short(&arn),
                execution.status
            ));
            return Ok(Running { execution, is_new: false });
        }
        let message = format!("the state machine {machine} has, or had, an execution called {}", self.name);
        Err(Error::new(Kind::Conflict, message)
            .because("a name is free again 90 days after the end of its execution")
            .hint("leave --name out, and one is made up")
            .into())
    }
}

#[cfg(test)]
mod tests {
    use opsctl_engine::asl::names::is_name;

    use super::*;

    #[test]
    fn the_same_input_gives_the_same_name_however_it_is_spaced() {
        let arn = |resource: &str| {
            StatesArn::parse(&format!("arn:aws:states:eu-west-1:111122223333:stateMachine:{resource}"))
                .unwrap()
        };
        let of = |resource: &str, input: &str| hashed(&arn(resource), input).unwrap();
        let name = of("pay", r#"{"a":1}"#);
        assert!(is_name(&name), "{name}");
        assert_eq!(of("pay", "{ \"a\" : 1 }\n"), name);
        // An alias is of the machine, in which names are unique.
        assert_eq!(of("pay:PROD", r#"{"a":1}"#), name);
        assert_ne!(of("pay", r#"{"a":2}"#), name);
        assert_ne!(of("ship", r#"{"a":1}"#), name);
    }

    #[test]
    fn a_name_that_is_none_gets_a_near_one() {
        assert_eq!(name("run-1"), Ok("run-1".to_owned()));
        assert_eq!(name("a b"), Err("no execution can be called \"a b\"; a-b can".to_owned()));
        assert_eq!(name(""), Err("no execution can be called \"\"".to_owned()));
    }
}
