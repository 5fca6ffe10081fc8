//! The ARNs of Step Functions: what each of them names, and the words in which the service refuses one. Knows nothing of
//! what exists.

use std::fmt;

use super::names::{is_alias, is_name};

/// An ARN of the service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatesArn {
    pub partition: String,
    pub region: String,
    pub account: String,
    pub resource: Named,
}

/// What an ARN names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Named {
    /// `stateMachine:NAME`
    Machine { name: String },
    /// `stateMachine:NAME:7`
    Version { machine: String, number: u64 },
    /// `stateMachine:NAME:ALIAS`
    Alias { machine: String, alias: String },
    /// `stateMachine:NAME/LABEL`: the children of a distributed Map.
    Children { machine: String, label: String },
    /// `execution:NAME:EXECUTION` and, of a child, `execution:NAME/LABEL:EXECUTION`.
    Execution { machine: String, label: Option<String>, name: String },
    /// `express:NAME:EXECUTION:ID`
    Express { machine: String, name: String, id: String },
    /// `mapRun:NAME/LABEL:ID`
    MapRun { machine: String, label: String, id: String },
    /// `activity:NAME`
    Activity { name: String },
}

/// Why an ARN is none, in the service's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid Arn: '{0}'")]
pub struct InvalidArn(String);

impl InvalidArn {
    /// The ARN is one, and not of what is asked for.
    pub fn unfit(resource: &Named) -> Self {
        InvalidArn(format!("Resource type not valid in this context: {}", resource.kind()))
    }
}

impl StatesArn {
    pub fn parse(text: &str) -> Result<Self, InvalidArn> {
        let prefix = || InvalidArn(format!("Invalid ARN prefix: {text}"));
        let rest = text.strip_prefix("arn:").ok_or_else(prefix)?;
        let mut parts = rest.splitn(5, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
            (part(), part(), part(), part(), part())
        else {
            return Err(prefix());
        };
        if service != "states" || !(partition == "aws" || partition.starts_with("aws-")) {
            return Err(prefix());
        }
        Ok(StatesArn {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: Named::parse(resource).ok_or_else(|| {
                InvalidArn(format!("Resource type not valid in this context: {}", first(resource)))
            })?,
        })
    }

    /// Another resource of the same account and region.
    #[must_use]
    pub fn of(&self, resource: Named) -> Self {
        StatesArn { resource, ..self.clone() }
    }
}

impl fmt::Display for StatesArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StatesArn { partition, region, account, resource } = self;
        write!(f, "arn:{partition}:states:{region}:{account}:{resource}")
    }
}

impl Named {
    /// The part of an ARN behind the account.
    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let name = |text: &str| is_name(text).then(|| text.to_owned());
        let labelled = |text: &str| match text.split_once('/') {
            Some((machine, label)) => Some((name(machine)?, Some(name(label)?))),
            None => Some((name(text)?, None)),
        };
        match kind {
            "activity" => Some(Named::Activity { name: name(rest)? }),
            "stateMachine" => match rest.split_once(':') {
                Some((machine, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Some(Named::Version { machine: name(machine)?, number: number.parse().ok()? })
                }
                Some((machine, alias)) => is_alias(alias)
                    .then_some(Named::Alias { machine: name(machine)?, alias: alias.to_owned() }),
                None => Some(match labelled(rest)? {
                    (machine, Some(label)) => Named::Children { machine, label },
                    (name, None) => Named::Machine { name },
                }),
            },
            "execution" => {
                let (machine, execution) = rest.split_once(':')?;
                let (machine, label) = labelled(machine)?;
                Some(Named::Execution { machine, label, name: name(execution)? })
            }
            "express" => {
                let (machine, rest) = rest.split_once(':')?;
                let (execution, id) = rest.split_once(':')?;
                Some(Named::Express { machine: name(machine)?, name: name(execution)?, id: name(id)? })
            }
            "mapRun" => {
                let (machine, id) = rest.split_once(':')?;
                match labelled(machine)? {
                    (machine, Some(label)) => Some(Named::MapRun { machine, label, id: name(id)? }),
                    (_, None) => None,
                }
            }
            _ => None,
        }
    }

    /// The word that stands first.
    fn kind(&self) -> &'static str {
        match self {
            Named::Machine { .. } | Named::Version { .. } | Named::Alias { .. } | Named::Children { .. } => {
                "stateMachine"
            }
            Named::Execution { .. } => "execution",
            Named::Express { .. } => "express",
            Named::MapRun { .. } => "mapRun",
            Named::Activity { .. } => "activity",
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.kind())?;
        match self {
            Named::Machine { name } | Named::Activity { name } => f.write_str(name),
            Named::Version { machine, number } => write!(f, "{machine}:{number}"),
            Named::Alias { machine, alias } => write!(f, "{machine}:{alias}"),
            Named::Children { machine, label } => write!(f, "{machine}/{label}"),
            Named::Execution { machine, label: None, name } => write!(f, "{machine}:{name}"),
            Named::Execution { machine, label: Some(label), name } => write!(f, "{machine}/{label}:{name}"),
            Named::Express { machine, name, id } => write!(f, "{machine}:{name}:{id}"),
            Named::MapRun { machine, label, id } => write!(f, "{machine}/{label}:{id}"),
        }
    }
}

fn first(resource: &str) -> &str {
    resource.split([':', '/']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_read_and_written() {
        let text = str::to_owned;
        for (resource, expected) in [
            ("stateMachine:pay", Named::Machine { name: text("pay") }),
            ("stateMachine:pay.v2:7", Named::Version { machine: text("pay.v2"), number: 7 }),
            ("stateMachine:pay:PROD", Named::Alias { machine: text("pay"), alias: text("PROD") }),
            ("stateMachine:pay/Each", Named::Children { machine: text("pay"), label: text("Each") }),
            ("execution:pay:a.b", Named::Execution { machine: text("pay"), label: None, name: text("a.b") }),
            (
                "execution:pay/Each:1",
                Named::Execution { machine: text("pay"), label: Some(text("Each")), name: text("1") },
            ),
            ("express:pay:a:b-c", Named::Express { machine: text("pay"), name: text("a"), id: text("b-c") }),
            ("mapRun:pay/Each:1", Named::MapRun { machine: text("pay"), label: text("Each"), id: text("1") }),
            ("activity:sign", Named::Activity { name: text("sign") }),
        ] {
            let whole = format!("arn:aws-cn:states:cn-north-1:111122223333:{resource}");
            let arn = StatesArn::parse(&whole).unwrap();
            assert_eq!(arn.resource, expected, "{resource}");
            assert_eq!(arn.to_string(), whole);
        }
    }

    #[test]
    fn what_is_none_is_refused_in_the_words_of_the_service() {
        let here = "arn:aws:states:us-east-1:111122223333";
        for (given, why) in [
            ("no_arn".to_owned(), "Invalid ARN prefix: no_arn"),
            (String::new(), "Invalid ARN prefix: "),
            ("arn:aws:sqs:us-east-1:1:q".to_owned(), "Invalid ARN prefix: arn:aws:sqs:us-east-1:1:q"),
            ("arn:aws:states:us-east-1".to_owned(), "Invalid ARN prefix: arn:aws:states:us-east-1"),
            (format!("{here}:queue:q"), "Resource type not valid in this context: queue"),
            (format!("{here}:stateMachine:a b"), "Resource type not valid in this context: stateMachine"),
            (format!("{here}:stateMachine:a:b:c"), "Resource type not valid in this context: stateMachine"),
            (
                format!("{here}:stateMachine:a:99999999999999999999"),
                "Resource type not valid in this context: stateMachine",
            ),
            (format!("{here}:mapRun:a:b"), "Resource type not valid in this context: mapRun"),
            (format!("{here}:execution:a"), "Resource type not valid in this context: execution"),
        ] {
            let refused = StatesArn::parse(&given).unwrap_err().to_string();
            assert_eq!(refused, format!("Invalid Arn: '{why}'"), "{given}");
        }
        let express = Named::parse("express:a:b:c").unwrap();
        let refused = InvalidArn::unfit(&express).to_string();
        assert_eq!(refused, "Invalid Arn: 'Resource type not valid in this context: express'");
    }
}
