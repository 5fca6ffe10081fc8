//! Candidates: machines, their versions and aliases, their executions, and the words of states and events.

use opsctl_engine::asl::arn::StatesArn;
use opsctl_engine::nearest;

use super::api::{Listing, Sfn};
use super::machine::{Names, named};
use super::model::{ExecutionSummary, MachineSummary, VersionSummary};
use crate::aws::Aws;
use crate::completion::{self, ArgValueCompleter, Candidate, Typed};
use crate::error::Result;

/// The states of an execution that the service can be asked for.
const STATUSES: [&str; 6] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];

/// Machines by their names; behind a name and a colon, its aliases and versions.
pub fn machines() -> ArgValueCompleter {
    let machine = |typed: &Typed<'_>| {
        let name = typed.word.split_once(':').map_or("", |(name, _)| name);
        (name != "arn").then(|| name.to_owned())
    };
    completion::live_about("sfn.machines", machine, async |aws, name| {
        let sfn = Sfn::of(aws);
        let machines = first_machines(&sfn).await?;
        if name.is_empty() {
            return Ok(machines.iter().map(|machine| candidate(machine, &machine.name)).collect());
        }
        let machine = machine_called(name, &machines)?;
        let qualified = |qualifier: &str| Candidate::new(format!("{name}:{qualifier}"));
        let aliases = sfn.aliases(&machine).await?;
        let versions = sfn.versions(&machine).await?;
        let aliases = aliases.iter().map(|alias| qualified(&alias.name).described("alias"));
        let versions = versions.iter().map(|version| {
            let created = version.created.map(|created| format!(" of {created:.0}")).unwrap_or_default();
            qualified(&version.number.to_string()).described(format!("version{created}"))
        });
        Ok(aliases.chain(versions).collect())
    })
}

/// Aliases of the machine that stands so many places behind a verb.
pub fn aliases(verb: &'static str, places: usize) -> ArgValueCompleter {
    let machine = move |typed: &Typed<'_>| typed.behind(verb, places).map(str::to_owned);
    completion::live_about("sfn.aliases", machine, async |aws, name| {
        let sfn = Sfn::of(aws);
        let machine = machine_called(name, &first_machines(&sfn).await?)?;
        let aliases = sfn.aliases(&machine).await?;
        Ok(aliases.iter().map(|alias| Candidate::new(&alias.name)).collect())
    })
}

/// Versions of the machine that stands so many places behind a verb.
pub fn versions(verb: &'static str, places: usize) -> ArgValueCompleter {
    let machine = move |typed: &Typed<'_>| typed.behind(verb, places).map(str::to_owned);
    completion::live_about("sfn.versions", machine, async |aws, name| {
        let sfn = Sfn::of(aws);
        let machine = machine_called(name, &first_machines(&sfn).await?)?;
        let versions = sfn.versions(&machine).await?;
        let candidate = |version: &VersionSummary| {
            let candidate = Candidate::new(version.number.to_string());
            match version.created {
                Some(created) => candidate.described(format!("of {created:.0}")),
                None => candidate,
            }
        };
        Ok(versions.iter().map(candidate).collect())
    })
}

/// Executions of the machine of `--machine`, or of the one before the colon; before there is one, machines.
pub fn executions() -> ArgValueCompleter {
    let machine = |typed: &Typed<'_>| match typed.word.rsplit_once(':') {
        Some((machine, _)) => (!typed.word.starts_with("arn:")).then(|| format!("{machine}:")),
        None => Some(typed.option("--machine").unwrap_or_default().to_owned()),
    };
    completion::live_about("sfn.executions", machine, executions_of)
}

/// `about` is the name of a machine; with a colon behind it that is part of what is completed.
async fn executions_of(aws: &Aws, about: &str) -> Result<Vec<Candidate>> {
    let sfn = Sfn::of(aws);
    let machines = first_machines(&sfn).await?;
    if about.is_empty() {
        let standard = machines.iter().filter(|machine| !machine.is_express());
        return Ok(standard.map(|machine| candidate(machine, &format!("{}:", machine.name))).collect());
    }
    let prefix = if about.ends_with(':') { about } else { "" };
    let machine = machine_called(about.trim_end_matches(':'), &machines)?;
    let mut first = Vec::new();
    let listing = Listing { of: &machine, status: None, is_redriven: None, page: None };
    sfn.executions(&listing, &mut |page| {
        first = page;
        Ok(false)
    })
    .await?;
    Ok(of_executions(prefix, &first))
}

fn of_executions(prefix: &str, executions: &[ExecutionSummary]) -> Vec<Candidate> {
    let candidate = |execution: &ExecutionSummary| {
        let started = execution.started.map(|started| format!(" since {started:.0}")).unwrap_or_default();
        let described = format!("{}{started}", execution.status);
        Candidate::new(format!("{prefix}{}", execution.name)).described(described)
    };
    executions.iter().map(candidate).collect()
}

async fn first_machines(sfn: &Sfn) -> Result<Vec<MachineSummary>> {
    let mut first = Vec::new();
    sfn.machines(&mut |page| {
        first = page;
        Ok(false)
    })
    .await?;
    Ok(first)
}

fn candidate(machine: &MachineSummary, value: &str) -> Candidate {
    Candidate::new(value).described(machine.machine_type.to_lowercase())
}

fn machine_called(name: &str, machines: &[MachineSummary]) -> Result<StatesArn> {
    if name.starts_with("arn:") {
        return Ok(StatesArn::parse(name)?);
    }
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    Ok(StatesArn::parse(&named(name, Names::Begun, machines)?.state_machine_arn)?)
}

/// A state of an execution, whatever its case.
pub fn status(text: &str) -> Result<String, String> {
    let known = STATUSES.into_iter().find(|status| status.eq_ignore_ascii_case(text));
    known.map(str::to_owned).ok_or_else(|| {
        let near = nearest(&text.to_ascii_uppercase(), STATUSES);
        let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        format!("the states are {}{near}", STATUSES.join(", "))
    })
}

/// What `--status` knows.
pub fn statuses() -> ArgValueCompleter {
    completion::fixed(|| STATUSES.into_iter().map(Candidate::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_known_in_any_case_and_another_word_has_a_near_match() {
        assert_eq!(status("timed_out"), Ok("TIMED_OUT".to_owned()));
        assert!(status("runing").unwrap_err().ends_with("did you mean RUNNING?"));
    }
}
