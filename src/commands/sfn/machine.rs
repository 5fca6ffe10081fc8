//! How a state machine is named on a command line, and which one is meant: by its ARN, by its name, or by what its name
//! begins with where that is one machine's alone. Behind a name a version or an alias may stand: `orders:PROD`.

use std::str::FromStr;

use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::names::{corrected, is_alias, is_name};

use super::api::Sfn;
use super::model::MachineSummary;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::nearest;

/// How many candidates an error names.
const CANDIDATES: usize = 10;

/// A machine as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineName {
    Arn(StatesArn),
    Name { name: String, qualifier: Option<Qualifier> },
}

/// How much of a name has to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// The beginning, where it is that of one machine: to look at something.
    Begun,
    /// All of it: to change something, which must not be another thing tomorrow.
    Whole,
}

/// What of a machine is meant when it is not the machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qualifier {
    Version(u64),
    Alias(String),
}

/// The machine that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Of the machine, a version or an alias.
    pub arn: StatesArn,
    /// What the list said of it; absent where an ARN was given, which needs no list.
    pub summary: Option<MachineSummary>,
}

impl Machine {
    /// Without version and alias.
    pub fn name(&self) -> &str {
        machine_of(&self.arn.resource).unwrap_or_default()
    }

    /// The ARN of the machine itself.
    pub fn unqualified(&self) -> StatesArn {
        self.arn.of(Named::Machine { name: self.name().to_owned() })
    }
}

/// The name of the machine that an ARN is of.
pub fn machine_of(resource: &Named) -> Option<&str> {
    match resource {
        Named::Machine { name } => Some(name),
        Named::Version { machine, .. }
        | Named::Alias { machine, .. }
        | Named::Children { machine, .. }
        | Named::Execution { machine, .. }
        | Named::Express { machine, .. }
        | Named::MapRun { machine, .. } => Some(machine),
        Named::Activity { .. } => None,
    }
}

/// The name, if a machine or an execution (`what`) can have it; else one that is near and possible is told.
pub fn checked_name(name: &str, what: &str) -> Result<String, String> {
    if is_name(name) {
        return Ok(name.to_owned());
    }
    let near = corrected(name).map(|near| format!("; {near} can")).unwrap_or_default();
    Err(format!("no {what} can be called {name:?}{near}"))
}

impl FromStr for MachineName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("arn:") {
            let arn = StatesArn::parse(text).map_err(|error| error.to_string())?;
            return match arn.resource {
                Named::Machine { .. } | Named::Version { .. } | Named::Alias { .. } => {
                    Ok(MachineName::Arn(arn))
                }
                _ => Err("the ARN is not that of a state machine, a version or an alias".to_owned()),
            };
        }
        let (name, qualifier) = match text.split_once(':') {
            None => (text, None),
            Some((name, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                let number = number.parse().map_err(|_| format!("there is no version {number}"))?;
                (name, Some(Qualifier::Version(number)))
            }
            Some((name, alias)) if is_alias(alias) => (name, Some(Qualifier::Alias(alias.to_owned()))),
            Some((_, other)) => return Err(format!("{other:?} is neither a version nor an alias")),
        };
        Ok(MachineName::Name { name: checked_name(name, "state machine")?, qualifier })
    }
}

impl MachineName {
    /// The machine that is meant. Where only the beginning of its name was given, stderr says which one it is.
    pub async fn find(&self, sfn: &Sfn, ctx: &Context) -> Result<Machine> {
        self.find_by(Names::Begun, sfn, ctx).await
    }

    /// The machine that is meant, to change something of it.
    pub async fn find_whole(&self, sfn: &Sfn, ctx: &Context) -> Result<Machine> {
        self.find_by(Names::Whole, sfn, ctx).await
    }

    pub async fn find_by(&self, names: Names, sfn: &Sfn, ctx: &Context) -> Result<Machine> {
        let (name, qualifier) = match self {
            MachineName::Arn(arn) => {
                sfn.check_region(arn)?;
                return Ok(Machine { arn: arn.clone(), summary: None });
            }
            MachineName::Name { name, qualifier } => (name, qualifier),
        };
        let mut machines = Vec::new();
        let listed = sfn
            .machines(&mut |page| {
                machines.extend(page);
                Ok(!machines.iter().any(|machine: &MachineSummary| machine.name == *name))
            })
            .await;
        if let Err(error) = listed {
            return Err(error.context(format!("cannot tell which state machine is called {name}")));
        }
        let summary = named(name, names, &machines)?;
        if summary.name != *name {
            ctx.reporter().status(format_args!("{name} stands for the state machine {}", summary.name));
        }
        let arn = StatesArn::parse(&summary.state_machine_arn).map_err(|error| {
            Error::failed(format!("the ARN of the state machine {} cannot be read", summary.name))
                .because(error)
        })?;
        let machine = summary.name.clone();
        let arn = match qualifier {
            None => arn,
            Some(Qualifier::Version(number)) => arn.of(Named::Version { machine, number: *number }),
            Some(Qualifier::Alias(alias)) => arn.of(Named::Alias { machine, alias: alias.clone() }),
        };
        Ok(Machine { arn, summary: Some(summary) })
    }
}

/// The one machine of `all` with this name, or with a name that begins so.
pub fn named(name: &str, names: Names, all: &[MachineSummary]) -> Result<MachineSummary, Error> {
    if let Some(exact) = all.iter().find(|machine| machine.name == name) {
        return Ok(exact.clone());
    }
    let begun: Vec<&MachineSummary> = all.iter().filter(|machine| machine.name.starts_with(name)).collect();
    match begun.as_slice() {
        [machine, others @ ..] if names == Names::Whole => {
            let error = Error::not_found(format!("no state machine is called {name}"));
            let near = match others {
                [] => machine.name.as_str(),
                _ => nearest(name, begun.iter().map(|machine| machine.name.as_str()))
                    .unwrap_or(machine.name.as_str()),
            };
            Err(error.hint(format!("did you mean {near}?")))
        }
        [machine] => Ok((*machine).clone()),
        [] => {
            let error = Error::not_found(format!("no state machine is called {name}"));
            Err(match nearest(name, all.iter().map(|machine| machine.name.as_str())) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint("opsctl sfn list"),
            })
        }
        several => {
            let mut names: Vec<&str> = several.iter().map(|machine| machine.name.as_str()).collect();
            names.sort_unstable();
            let more = names.len().saturating_sub(CANDIDATES);
            names.truncate(CANDIDATES);
            let more = if more > 0 { format!(", {more} more") } else { String::new() };
            let message =
                format!("{} state machines begin with {name}: {}{more}", several.len(), names.join(", "));
            Err(Error::usage(message).hint("give the whole name of one of them"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;

    fn machines(names: &[&str]) -> Vec<MachineSummary> {
        let machine = |name: &&str| MachineSummary {
            name: (*name).to_owned(),
            machine_type: "STANDARD".to_owned(),
            created: None,
            state_machine_arn: format!("arn:aws:states:eu-west-1:111122223333:stateMachine:{name}"),
        };
        names.iter().map(machine).collect()
    }

    #[test]
    fn a_machine_is_meant_by_its_name_or_by_how_that_begins() {
        let all = machines(&["orders", "orders-test", "pay-7GH2", "ship-a", "ship-b"]);
        for (text, expected) in [("orders", "orders"), ("pay", "pay-7GH2"), ("orders-t", "orders-test")] {
            assert_eq!(named(text, Names::Begun, &all).unwrap().name, expected);
            if text == expected {
                assert_eq!(named(text, Names::Whole, &all).unwrap().name, expected);
            } else {
                let report = Report::new(&named(text, Names::Whole, &all).unwrap_err().into());
                assert_eq!(report.message, format!("no state machine is called {text}"));
                assert_eq!(report.hints, [format!("did you mean {expected}?")]);
            }
        }
        let error = named("ship", Names::Begun, &all).unwrap_err();
        assert_eq!(error.to_string(), "2 state machines begin with ship: ship-a, ship-b");
        let error = named("ordres", Names::Begun, &all).unwrap_err();
        assert_eq!(error.to_string(), "no state machine is called ordres");
    }

    #[test]
    fn what_is_typed_is_a_name_a_qualified_name_or_an_arn() {
        let name = |text: &str| text.parse::<MachineName>();
        let plain = |qualifier| Ok(MachineName::Name { name: "pay".to_owned(), qualifier });
        assert_eq!(name("pay"), plain(None));
        assert_eq!(name("pay:7"), plain(Some(Qualifier::Version(7))));
        assert_eq!(name("pay:PROD"), plain(Some(Qualifier::Alias("PROD".to_owned()))));
        let arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:pay:PROD";
        assert!(matches!(name(arn), Ok(MachineName::Arn(found)) if found.to_string() == arn));
        for (text, expected) in [
            ("a b", "no state machine can be called \"a b\"; a-b can"),
            ("", "no state machine can be called \"\""),
            ("pay:", "\"\" is neither a version nor an alias"),
            ("pay:99999999999999999999", "there is no version 99999999999999999999"),
            (
                "arn:aws:states:eu-west-1:111122223333:activity:a",
                "the ARN is not that of a state machine, a version or an alias",
            ),
            ("arn:aws:s3:::b", "Invalid Arn: 'Invalid ARN prefix: arn:aws:s3:::b'"),
        ] {
            assert_eq!(name(text), Err(expected.to_owned()), "{text}");
        }
    }
}
