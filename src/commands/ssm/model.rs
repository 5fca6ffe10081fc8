//! Our own types of Systems Manager: what is shown and serialised, converted from the SDK's.

use std::fmt;
use std::str::FromStr;

use aws_sdk_ssm::primitives::DateTime;
use aws_sdk_ssm::types::{DocumentIdentifier, InstanceInformation, InstanceProperty};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// Whether the agent of a node answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ping {
    Online,
    ConnectionLost,
    Inactive,
    /// A state that AWS has added since.
    Unknown(String),
}

impl Ping {
    fn new(text: Option<&str>) -> Self {
        match text {
            Some("Online") => Ping::Online,
            Some("ConnectionLost") => Ping::ConnectionLost,
            Some("Inactive") => Ping::Inactive,
            other => Ping::Unknown(other.unwrap_or_default().to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Ping::Online => "Online",
            Ping::ConnectionLost => "ConnectionLost",
            Ping::Inactive => "Inactive",
            Ping::Unknown(text) => text,
        }
    }
}

impl Serialize for Ping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A managed node, as either list call tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    pub instance_id: String,
    /// From the tag `Name` (EC2) or the activation (hybrid nodes).
    pub name: Option<String>,
    pub computer_name: Option<String>,
    pub ping_status: Ping,
    pub last_ping_time: Option<Timestamp>,
    pub platform_type: Option<String>,
    pub platform_name: Option<String>,
    pub platform_version: Option<String>,
    pub agent_version: Option<String>,
    pub ip_address: Option<String>,
    pub resource_type: Option<String>,
    pub instance_type: Option<String>,
    pub instance_state: Option<String>,
    pub availability_zone: Option<String>,
    pub iam_role: Option<String>,
    /// The launch of an instance, the registration of a hybrid node.
    pub start_time: Option<Timestamp>,
}

impl Node {
    pub fn is_online(&self) -> bool {
        self.ping_status == Ping::Online
    }

    /// `web-1 (i-0abc)`, or the id alone.
    pub fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} ({})", self.instance_id),
            None => self.instance_id.clone(),
        }
    }
}

impl TryFrom<InstanceProperty> for Node {
    type Error = Error;

    fn try_from(from: InstanceProperty) -> Result<Self, Error> {
        Ok(Node {
            instance_id: required(from.instance_id, "InstanceProperty", "InstanceId")?,
            name: text(from.name),
            computer_name: text(from.computer_name),
            ping_status: Ping::new(from.ping_status.as_ref().map(|status| status.as_str())),
            last_ping_time: from.last_ping_date_time.and_then(time),
            platform_type: from.platform_type.map(|platform| platform.as_str().to_owned()),
            platform_name: text(from.platform_name),
            platform_version: text(from.platform_version),
            agent_version: text(from.agent_version),
            ip_address: text(from.ip_address),
            resource_type: text(from.resource_type),
            instance_type: text(from.instance_type),
            instance_state: text(from.instance_state),
            availability_zone: text(from.availability_zone),
            iam_role: text(from.iam_role),
            start_time: from.launch_time.or(from.registration_date).and_then(time),
        })
    }
}

impl TryFrom<InstanceInformation> for Node {
    type Error = Error;

    fn try_from(from: InstanceInformation) -> Result<Self, Error> {
        Ok(Node {
            instance_id: required(from.instance_id, "InstanceInformation", "InstanceId")?,
            name: text(from.name),
            computer_name: text(from.computer_name),
            ping_status: Ping::new(from.ping_status.as_ref().map(|status| status.as_str())),
            last_ping_time: from.last_ping_date_time.and_then(time),
            platform_type: from.platform_type.map(|platform| platform.as_str().to_owned()),
            platform_name: text(from.platform_name),
            platform_version: text(from.platform_version),
            agent_version: text(from.agent_version),
            ip_address: text(from.ip_address),
            resource_type: from.resource_type.map(|resource| resource.as_str().to_owned()),
            instance_type: None,
            instance_state: None,
            availability_zone: None,
            iam_role: text(from.iam_role),
            start_time: from.registration_date.and_then(time),
        })
    }
}

pub fn required(value: Option<String>, shape: &str, member: &str) -> Result<String, Error> {
    value.ok_or_else(|| Error::failed(format!("the answer of AWS has no {member} in {shape}")))
}

/// The API leaves members out or sends them empty, by mood.
pub fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.is_empty())
}

pub fn time(value: DateTime) -> Option<Timestamp> {
    Timestamp::new(value.secs(), i32::try_from(value.subsec_nanos()).ok()?).ok()
}

/// A document that sessions can be started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    pub owner: Option<String>,
}

impl TryFrom<DocumentIdentifier> for Document {
    type Error = Error;

    fn try_from(from: DocumentIdentifier) -> Result<Self, Error> {
        Ok(Document { name: required(from.name, "DocumentIdentifier", "Name")?, owner: text(from.owner) })
    }
}

/// `KEY=VALUE[,VALUE...]`, a filter of the list calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub key: String,
    pub values: Vec<String>,
}

impl Filter {
    pub fn tag(tag: &Tag) -> Self {
        Filter { key: format!("tag:{}", tag.key), values: vec![tag.value.clone()] }
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, values) = text.split_once('=').ok_or("a filter is KEY=VALUE[,VALUE...]")?;
        let values: Vec<String> = values.split(',').map(str::to_owned).collect();
        if key.is_empty() || values.iter().any(String::is_empty) {
            return Err("a filter is KEY=VALUE[,VALUE...], none of them empty".into());
        }
        Ok(Filter { key: key.to_owned(), values })
    }
}

/// `KEY=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(Tag { key: key.to_owned(), value: value.to_owned() }),
            _ => Err("a tag is KEY=VALUE".into()),
        }
    }
}

/// A parameter of a session document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub value: String,
}

impl FromStr for Parameter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                Ok(Parameter { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("a parameter is NAME=VALUE".into()),
        }
    }
}

/// A session that AWS has agreed to.
#[derive(Clone)]
pub struct Grant {
    pub session_id: String,
    pub stream_url: url::Url,
    pub token: String,
}

/// The token is a secret.
impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ssm::types::{PingStatus, PlatformType};

    #[test]
    fn a_node_from_its_properties() {
        let property = InstanceProperty::builder()
            .instance_id("i-0abc")
            .name("web-1")
            .ping_status(PingStatus::Online)
            .platform_type(PlatformType::Linux)
            .ip_address("")
            .launch_time(DateTime::from_secs(1_700_000_000))
            .registration_date(DateTime::from_secs(1))
            .build();
        let node = Node::try_from(property).unwrap();
        assert_eq!((node.label().as_str(), node.is_online()), ("web-1 (i-0abc)", true));
        assert_eq!(node.ip_address, None);
        assert_eq!(node.start_time.unwrap().as_second(), 1_700_000_000);
    }

    #[test]
    fn a_state_added_since_is_passed_through() {
        let information = InstanceInformation::builder()
            .instance_id("mi-0abc")
            .ping_status(PingStatus::from("Dreaming"))
            .build();
        let node = Node::try_from(information).unwrap();
        assert_eq!(serde_json::to_value(&node).unwrap()["pingStatus"], "Dreaming");
        assert_eq!(node.label(), "mi-0abc");
    }

    #[test]
    fn a_missing_promise_names_the_field() {
        let error = Node::try_from(InstanceProperty::builder().build()).unwrap_err();
        assert_eq!(error.to_string(), "the answer of AWS has no InstanceId in InstanceProperty");
    }

    #[test]
    fn filters_tags_and_parameters_are_pairs() {
        let filter: Filter = "PlatformTypes=Linux,MacOS".parse().unwrap();
        assert_eq!((filter.key.as_str(), filter.values.len()), ("PlatformTypes", 2));
        assert_eq!("a=b=c".parse::<Parameter>().unwrap().value, "b=c");
        assert_eq!("role=".parse::<Tag>().unwrap().value, "");
        assert!(
            "role".parse::<Tag>().is_err()
                && "=x".parse::<Filter>().is_err()
                && "k=a,".parse::<Filter>().is_err()
        );
    }
}
