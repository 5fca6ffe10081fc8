//! Filters of the node lists: their keys, what they accept, and which nodes they keep. All filters must hold; of a
//! filter's values one is enough.

use super::ServiceError;
use crate::sandbox::account::{Account, ManagedNode};
use crate::sandbox::config::{NodeKind, Ping, Platform};
use aws_sdk_ssm::types::InstancePropertyFilterOperator as SdkOperator;
use aws_sdk_ssm::types::{PingStatus, PlatformType, ResourceType};
use std::cmp::Ordering;

/// What differs between the two lists of nodes.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    pub invalid_value: &'static str,
    pub most_filters: usize,
    pub most_values: usize,
    pub knows_documents: bool,
}

pub const INFORMATION: Dialect = Dialect {
    invalid_value: "InvalidInstanceInformationFilterValue",
    most_filters: 40,
    most_values: 100,
    knows_documents: false,
};

pub const PROPERTIES: Dialect = Dialect {
    invalid_value: "InvalidInstancePropertyFilterValue",
    most_filters: 40,
    most_values: 40,
    knows_documents: true,
};

#[derive(Debug)]
pub struct Filter {
    key: Key,
    values: Vec<String>,
    operator: Operator,
}

#[derive(Debug, PartialEq)]
enum Key {
    InstanceIds,
    AgentVersion,
    PingStatus,
    PlatformTypes,
    ResourceType,
    IamRole,
    /// Known to AWS; no node of the sandbox has any.
    ActivationIds,
    AssociationStatus,
    DocumentName,
    HasTag,
    Tag(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    BeginWith,
    LessThan,
    GreaterThan,
}

impl Operator {
    pub fn new(operator: Option<&SdkOperator>) -> Result<Self, ServiceError> {
        match operator {
            None | Some(SdkOperator::Equal) => Ok(Operator::Equal),
            Some(SdkOperator::NotEqual) => Ok(Operator::NotEqual),
            Some(SdkOperator::BeginWith) => Ok(Operator::BeginWith),
            Some(SdkOperator::LessThan) => Ok(Operator::LessThan),
            Some(SdkOperator::GreaterThan) => Ok(Operator::GreaterThan),
            Some(other) => Err(ServiceError::constraint(
                other.as_str(),
                "filtersWithOperator.operator",
                "satisfy enum value set: [Equal, NotEqual, BeginWith, LessThan, GreaterThan]",
            )),
        }
    }
}

impl Filter {
    pub fn new(
        dialect: Dialect,
        key: &str,
        values: Vec<String>,
        operator: Operator,
    ) -> Result<Self, ServiceError> {
        let Some(key) = Key::parse(key, dialect) else {
            return Err(ServiceError::new("InvalidFilterKey", format!("The filter key {key} is not valid.")));
        };
        if values.is_empty() || values.len() > dialect.most_values || values.iter().any(String::is_empty) {
            let constraint = format!("have 1 to {} values, none of them empty", dialect.most_values);
            return Err(ServiceError::constraint(format!("{values:?}"), "filters.values", constraint));
        }
        if let Some(choices) = key.choices() {
            for value in &values {
                if !choices.contains(&value.as_str()) {
                    let message = format!("{value} is not one of {}", choices.join(", "));
                    return Err(ServiceError::new(dialect.invalid_value, message));
                }
            }
        }
        Ok(Filter { key, values, operator })
    }

    fn keeps(&self, node: &ManagedNode) -> bool {
        let facts = self.key.facts(node);
        let any = |test: &dyn Fn(&str, &str) -> bool| {
            facts.iter().any(|fact| self.values.iter().any(|value| test(fact, value)))
        };
        let compares = |wanted: Ordering| any(&|fact, value| compare(fact, value) == wanted);
        match self.operator {
            Operator::Equal => any(&|fact, value| fact == value),
            Operator::NotEqual => !any(&|fact, value| fact == value),
            Operator::BeginWith => any(&|fact, value| fact.starts_with(value)),
            Operator::LessThan => compares(Ordering::Less),
            Operator::GreaterThan => compares(Ordering::Greater),
        }
    }
}

impl Key {
    fn parse(key: &str, dialect: Dialect) -> Option<Self> {
        Some(match key {
            "InstanceIds" => Key::InstanceIds,
            "AgentVersion" => Key::AgentVersion,
            "PingStatus" => Key::PingStatus,
            "PlatformTypes" => Key::PlatformTypes,
            "ResourceType" => Key::ResourceType,
            "IamRole" => Key::IamRole,
            "ActivationIds" => Key::ActivationIds,
            "AssociationStatus" => Key::AssociationStatus,
            "DocumentName" if dialect.knows_documents => Key::DocumentName,
            "tag-key" => Key::HasTag,
            key => Key::Tag(key.strip_prefix("tag:").filter(|tag| !tag.is_empty())?.to_owned()),
        })
    }

    /// The values that exist, for keys with few.
    fn choices(&self) -> Option<&'static [&'static str]> {
        match self {
            Key::PingStatus => Some(PingStatus::values()),
            Key::PlatformTypes => Some(PlatformType::values()),
            Key::ResourceType => Some(&["EC2Instance", "ManagedInstance"]),
            _ => None,
        }
    }

    fn facts<'n>(&'n self, managed: &'n ManagedNode) -> Vec<&'n str> {
        let node = &managed.node;
        match self {
            Key::InstanceIds => vec![&node.id],
            Key::AgentVersion => vec![&node.agent_version],
            Key::PingStatus => vec![ping_name(managed.ping)],
            Key::PlatformTypes => vec![platform_name(managed.platform)],
            Key::ResourceType => vec![resource_type_name(managed.kind)],
            Key::HasTag => node.tags.keys().map(String::as_str).collect(),
            Key::Tag(key) => node.tags.get(key).map(String::as_str).into_iter().collect(),
            Key::IamRole | Key::ActivationIds | Key::AssociationStatus | Key::DocumentName => Vec::new(),
        }
    }
}

fn ping_name(ping: Ping) -> &'static str {
    match ping {
        Ping::Online => "Online",
        Ping::ConnectionLost => "ConnectionLost",
        Ping::Offline => "Inactive",
    }
}

fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::MacOs => "MacOS",
        Platform::Windows => "Windows",
    }
}

fn resource_type_name(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Ec2 => "EC2Instance",
        NodeKind::Hybrid => "ManagedInstance",
    }
}

pub fn ping_status(ping: Ping) -> PingStatus {
    ping_name(ping).into()
}

pub fn platform_type(platform: Platform) -> PlatformType {
    platform_name(platform).into()
}

pub fn resource_type(kind: NodeKind) -> ResourceType {
    resource_type_name(kind).into()
}

/// Versions by their numbers, other text by its letters.
fn compare(one: &str, other: &str) -> Ordering {
    let numbers =
        |text: &str| text.split('.').map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
    match (numbers(one), numbers(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.cmp(other),
    }
}

/// The nodes that every filter keeps. One id that does not exist fails the call, as at AWS.
pub fn select<'a>(
    account: &'a Account,
    dialect: Dialect,
    filters: &[Filter],
) -> Result<Vec<&'a ManagedNode>, ServiceError> {
    if filters.len() > dialect.most_filters {
        let constraint = format!("have length less than or equal to {}", dialect.most_filters);
        return Err(ServiceError::constraint(format!("{} filters", filters.len()), "filters", constraint));
    }
    let ids =
        filters.iter().filter(|filter| filter.key == Key::InstanceIds && filter.operator == Operator::Equal);
    if let Some(id) = ids.flat_map(|filter| &filter.values).find(|id| account.node(id).is_none()) {
        return Err(ServiceError::new(
            "InvalidInstanceId",
            format!("Instance Id {id} doesn't match existing instances"),
        ));
    }
    let kept = account.nodes.iter().filter(|node| filters.iter().all(|filter| filter.keeps(node)));
    Ok(kept.collect())
}
