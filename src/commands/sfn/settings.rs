//! What a machine has beside its definition: type, role, logging, tracing and tags; as it has them, and as options ask for
//! them. What no option names stays as it is.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use opsctl_engine::asl::arn::StatesArn;
use opsctl_engine::batch::arn;
use serde::Serialize;

use super::machine_type::Type;
use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    #[serde(rename = "type")]
    pub machine_type: String,
    pub role: Option<String>,
    pub logging: Logging,
    pub tracing: bool,
    pub tags: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logging {
    /// ALL, ERROR, FATAL or OFF.
    pub level: String,
    pub include_execution_data: bool,
    /// The ARN, with `:*` behind it.
    pub log_group: Option<String>,
}

impl Default for Logging {
    fn default() -> Self {
        Logging { level: OFF.to_owned(), include_execution_data: false, log_group: None }
    }
}

const OFF: &str = "OFF";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Level {
    All,
    Error,
    Fatal,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// Options of every verb that compares or sets them.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArgs {
    /// The role of its executions: ARN or name
    #[arg(long, value_name = "ROLE", help_heading = "Settings")]
    pub role: Option<String>,

    /// STANDARD or EXPRESS; a machine keeps the type it was created with
    #[arg(long = "type", value_name = "TYPE", value_enum, ignore_case = true, help_heading = "Settings")]
    pub machine_type: Option<Type>,

    /// Which events are logged
    #[arg(long, value_name = "LEVEL", value_enum, ignore_case = true, help_heading = "Settings")]
    pub logging: Option<Level>,

    /// The log group they go to: its ARN, or its name in the account
    #[arg(long, value_name = "GROUP", hide_short_help = true, help_heading = "Settings")]
    pub logging_group: Option<String>,

    /// Whether inputs and outputs are logged too
    #[arg(long, value_name = "ON|OFF", value_enum, hide_short_help = true, help_heading = "Settings")]
    pub logging_data: Option<Switch>,

    /// Whether X-Ray traces executions
    #[arg(long, value_name = "ON|OFF", value_enum, hide_short_help = true, help_heading = "Settings")]
    pub tracing: Option<Switch>,

    /// A tag; several can be given, others stay
    #[arg(long = "tag", value_name = "KEY=VALUE", allow_hyphen_values = true, value_parser = tag,
        help_heading = "Settings")]
    pub tags: Vec<(String, String)>,
}

fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("it has no =")?;
    if !(1..=128).contains(&key.chars().count()) {
        return Err("a key has 1 to 128 characters".to_owned());
    }
    if value.chars().count() > 256 {
        return Err("a value has at most 256 characters".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}

impl SettingsArgs {
    /// What a machine of this ARN has, with what the options ask for.
    pub fn over(&self, present: &Settings, machine: &StatesArn) -> Result<Settings, Error> {
        let mut wanted = present.clone();
        if let Some(machine_type) = self.machine_type {
            wanted.machine_type = machine_type.name().to_owned();
        }
        if let Some(role) = &self.role {
            wanted.role = Some(role_arn(role, machine)?);
        }
        if let Some(level) = self.logging {
            wanted.logging.level =
                level.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        }
        if let Some(group) = &self.logging_group {
            wanted.logging.log_group = Some(group_arn(group, machine)?);
        }
        if let Some(data) = self.logging_data {
            wanted.logging.include_execution_data = data == Switch::On;
        }
        if wanted.logging.level != OFF && wanted.logging.log_group.is_none() {
            let message = format!(
                "--logging {} needs --logging-group: logs have to go somewhere",
                wanted.logging.level
            );
            return Err(Error::usage(message));
        }
        if let Some(tracing) = self.tracing {
            wanted.tracing = tracing == Switch::On;
        }
        wanted.tags.extend(self.tags.iter().cloned());
        if wanted.tags.len() > 50 {
            let message = format!("a state machine has at most 50 tags, and these are {}", wanted.tags.len());
            return Err(Error::usage(message));
        }
        Ok(wanted)
    }
}

fn role_arn(role: &str, machine: &StatesArn) -> Result<String, Error> {
    let arn = match role.starts_with("arn:") {
        true => role.to_owned(),
        false => format!("arn:{}:iam::{}:role/{role}", machine.partition, machine.account),
    };
    match arn::role(&arn) {
        Some(_) => Ok(arn),
        None => Err(Error::usage(format!("{role} is neither the ARN nor the name of a role"))
            .hint("arn:aws:iam::111122223333:role/NAME")),
    }
}

fn group_arn(group: &str, machine: &StatesArn) -> Result<String, Error> {
    let StatesArn { partition, region, account, .. } = machine;
    if !group.starts_with("arn:") {
        return Ok(format!("arn:{partition}:logs:{region}:{account}:log-group:{group}:*"));
    }
    let is_one = group.split(':').nth(2) == Some("logs") && group.split(':').nth(5) == Some("log-group");
    if !is_one {
        return Err(Error::usage(format!("{group} is not the ARN of a log group")));
    }
    Ok(if group.ends_with(":*") { group.to_owned() } else { format!("{group}:*") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> StatesArn {
        StatesArn::parse("arn:aws-cn:states:cn-north-1:111122223333:stateMachine:pay").unwrap()
    }

    #[test]
    fn names_are_made_arns_of_the_account_and_the_region() {
        let args = SettingsArgs {
            role: Some("team/pay".to_owned()),
            logging: Some(Level::All),
            logging_group: Some("/aws/vendedlogs/states/pay".to_owned()),
            ..SettingsArgs::default()
        };
        let wanted = args.over(&Settings::default(), &machine()).unwrap();
        assert_eq!(wanted.role.as_deref(), Some("arn:aws-cn:iam::111122223333:role/team/pay"));
        assert_eq!(wanted.logging.level, "ALL");
        let group = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/aws/vendedlogs/states/pay:*";
        assert_eq!(wanted.logging.log_group.as_deref(), Some(group));
        assert_eq!(group_arn(&group[..group.len() - 2], &machine()).unwrap(), group);
    }

    #[test]
    fn what_is_not_asked_for_stays_and_what_cannot_be_is_refused() {
        let tags = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let present = Settings {
            role: Some("r".into()),
            tracing: true,
            tags: tags(&[("a", "1"), ("b", "2")]),
            ..Settings::default()
        };
        let mut args = SettingsArgs { tags: vec![("b".into(), "3".into())], ..SettingsArgs::default() };
        let wanted = args.over(&present, &machine()).unwrap();
        assert_eq!(wanted, Settings { tags: tags(&[("a", "1"), ("b", "3")]), ..present.clone() });
        args.logging = Some(Level::Error);
        assert!(args.over(&present, &machine()).unwrap_err().to_string().contains("--logging-group"));
        for role in ["arn:aws:s3:::b", "arn:aws:iam::1:role/x", ""] {
            assert!(role_arn(role, &machine()).is_err(), "{role}");
        }
        assert!(group_arn("arn:aws:s3:::b", &machine()).is_err());
    }
}
