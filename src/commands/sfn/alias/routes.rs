//! The routes of an alias as users type them, `7` or `7=90`, and the rules that they have to keep.

use std::str::FromStr;

use opsctl_engine::asl::arn::{Named, StatesArn};

use crate::commands::sfn::deployed::Route;
use crate::commands::sfn::machine::machine_of;
use crate::commands::sfn::model::VersionSummary;
use crate::error::Error;

/// Versions an alias may lead to.
const MOST: usize = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedRoute {
    pub version: TypedVersion,
    pub weight: Option<u8>,
}

/// A version: its number, or its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedVersion {
    Number(u64),
    Arn(StatesArn, u64),
}

impl FromStr for TypedVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("arn:") {
            let arn = StatesArn::parse(text).map_err(|error| error.to_string())?;
            return match arn.resource {
                Named::Version { number, .. } => Ok(TypedVersion::Arn(arn, number)),
                _ => Err("the ARN is not that of a version".to_owned()),
            };
        }
        let number =
            text.parse::<u64>().ok().filter(|number| *number > 0 && text.bytes().all(|b| b.is_ascii_digit()));
        number
            .map(TypedVersion::Number)
            .ok_or_else(|| format!("{text:?} is no version: versions are numbers from 1 on"))
    }
}

impl FromStr for TypedRoute {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (version, weight) = match text.split_once('=') {
            Some((version, weight)) => (version, Some(weight)),
            None => (text, None),
        };
        let weight = weight.map(|weight| {
            let number = weight.strip_suffix('%').unwrap_or(weight).parse::<u8>().ok();
            number
                .filter(|number| *number <= 100)
                .ok_or(format!("the weight {weight:?} is no whole number from 0 to 100"))
        });
        Ok(TypedRoute { version: version.parse()?, weight: weight.transpose()? })
    }
}

impl TypedVersion {
    /// The number, if it is a version of this machine.
    pub fn of(&self, machine: &StatesArn) -> Result<u64, Error> {
        match self {
            TypedVersion::Number(number) => Ok(*number),
            TypedVersion::Arn(arn, number) => {
                let (own, other) = (machine_of(&machine.resource), machine_of(&arn.resource));
                if arn.of(machine.resource.clone()) == *machine && own == other {
                    return Ok(*number);
                }
                let message = format!("{arn} is not a version of {}", own.unwrap_or_default());
                Err(Error::usage(message).because("an alias leads to versions of its own machine alone"))
            }
        }
    }
}

/// The routes, if an alias of this machine can have them.
pub fn routes(typed: &[TypedRoute], machine: &StatesArn) -> Result<Vec<Route>, Error> {
    if typed.len() > MOST {
        let message = format!("an alias leads to {MOST} versions at most, and these are {}", typed.len());
        return Err(Error::usage(message));
    }
    let given: u32 = typed.iter().filter_map(|route| route.weight).map(u32::from).sum();
    let rest = u8::try_from(100_u32.saturating_sub(given)).unwrap_or_default();
    if let [TypedRoute { weight: None, .. }, TypedRoute { weight: None, .. }] = typed {
        return Err(Error::usage("of two versions, the share of one has to be given")
            .hint("VERSION VERSION=10 leads ten of a hundred executions to the second one"));
    }
    let mut routes: Vec<Route> = Vec::with_capacity(typed.len());
    for route in typed {
        let version = route.version.of(machine)?;
        if routes.iter().any(|known| known.version == version) {
            return Err(Error::usage(format!("version {version} is given twice")));
        }
        routes.push(Route { version, weight: route.weight.unwrap_or(rest) });
    }
    let sum: u32 = routes.iter().map(|route| u32::from(route.weight)).sum();
    if sum != 100 {
        let weights: Vec<String> = routes.iter().map(|route| route.weight.to_string()).collect();
        let message = match weights.as_slice() {
            [only] => format!("the weight of an only version is 100, not {only}"),
            several => format!("the weights {} make {sum}, and have to make 100", several.join(" and ")),
        };
        return Err(Error::usage(message));
    }
    Ok(routes)
}

/// Refuses versions that there are not.
pub fn exist(routes: &[Route], versions: &[VersionSummary], machine: &StatesArn) -> Result<(), Error> {
    let Some(missing) = routes.iter().find(|route| !versions.iter().any(|it| it.number == route.version))
    else {
        return Ok(());
    };
    let name = machine_of(&machine.resource).unwrap_or_default();
    let error = Error::not_found(format!("{name} has no version {}", missing.version));
    Err(match versions.first() {
        Some(newest) => {
            error.hint(format!("the newest one is {}: opsctl sfn versions {name}", newest.number))
        }
        None => error.hint(format!("it has none: opsctl sfn deploy FILE {name} publishes one")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> StatesArn {
        StatesArn::parse("arn:aws:states:eu-west-1:111122223333:stateMachine:pay").unwrap()
    }

    fn of(words: &[&str]) -> Result<Vec<(u64, u8)>, String> {
        let typed: Result<Vec<TypedRoute>, String> = words.iter().map(|word| word.parse()).collect();
        let routes = routes(&typed?, &machine()).map_err(|error| error.to_string())?;
        Ok(routes.iter().map(|route| (route.version, route.weight)).collect())
    }

    #[test]
    fn routes_are_one_or_two_versions_whose_weights_make_a_hundred() {
        let arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:pay:6=40";
        for (words, expected) in [
            (&["7"][..], vec![(7, 100)]),
            (&["7=100"], vec![(7, 100)]),
            (&["6=90", "7=10"], vec![(6, 90), (7, 10)]),
            (&["6", "7=10%"], vec![(6, 90), (7, 10)]),
            (&[arn, "7"], vec![(6, 40), (7, 60)]),
            (&["6=100", "7=0"], vec![(6, 100), (7, 0)]),
        ] {
            assert_eq!(of(words), Ok(expected), "{words:?}");
        }
        for (words, expected) in [
            (&["6=90", "7=20"][..], "the weights 90 and 20 make 110, and have to make 100"),
            (&["7=90"], "the weight of an only version is 100, not 90"),
            (&["6", "7"], "of two versions, the share of one has to be given"),
            (&["5=50", "6=25", "7=25"], "an alias leads to 2 versions at most, and these are 3"),
            (&["7=50", "7=50"], "version 7 is given twice"),
            (&["7=101"], "the weight \"101\" is no whole number from 0 to 100"),
            (&["7=x"], "the weight \"x\" is no whole number from 0 to 100"),
            (&["PROD"], "\"PROD\" is no version: versions are numbers from 1 on"),
            (&["0"], "\"0\" is no version: versions are numbers from 1 on"),
            (&["+1"], "\"+1\" is no version: versions are numbers from 1 on"),
        ] {
            assert_eq!(of(words), Err(expected.to_owned()), "{words:?}");
        }
        let other = "arn:aws:states:eu-west-1:111122223333:stateMachine:ship:6";
        assert_eq!(of(&[other]), Err(format!("{other} is not a version of pay")));
        assert!(of(&[&other.replace("ship:6", "pay").replace("west", "east")]).is_err());
    }
}
