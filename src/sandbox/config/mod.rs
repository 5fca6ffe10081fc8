//! What a sandbox is like: its account, nodes, preferences, denials and faults, from `sandbox.toml`. All mistakes of
//! a file are found in one reading, those of its syntax first. It must not look for files: a sandbox runs shells, so its
//! file is always named, and so are those of session documents in it.

mod accounts;
mod buckets;
mod documents;
mod functions;
mod jobs;
mod notifications;
mod sections;
mod sign_in;
mod sso;
#[cfg(test)]
mod tests;

pub use accounts::OtherAccount;
pub use sections::is_account;

use super::batch::{JobSettings, Role};
use super::document::Document;
use super::lambda::FunctionSettings;
use super::notifications::Notification;
use super::s3::store::FirstBucket;
use super::sessions::{FaultSettings, Throttle};
use super::sso::SsoSettings;
use crate::input::Mistake;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

/// The commented file that `sandbox init` writes. Reading it gives [`Settings::default`].
pub const TEMPLATE: &str = include_str!("template.toml");

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub account: String,
    pub region: String,
    /// The name of the IAM user who calls.
    pub caller: String,
    /// Those besides `account`.
    pub accounts: Vec<OtherAccount>,
    /// The most items a page of a list holds, whatever the caller asks for.
    pub page_size: usize,
    /// How much later than it could every answer of a service comes.
    pub latency: Duration,
    /// Calls beyond it are throttled.
    pub calls_per_second: Option<u32>,
    pub nodes: Vec<NodeSettings>,
    /// Absent as in a new account, until somebody saves the document SSM-SessionManagerRunShell.
    pub preferences: Option<PreferenceSettings>,
    /// Actions that are denied, as in a policy: `ssm:StartSession`, `ssm:Describe*`.
    pub deny: Vec<String>,
    pub faults: Option<FaultSettings>,
    /// Session documents of one's own.
    pub documents: Vec<Document>,
    /// Whether AWS-StartNonInteractiveCommand takes the parameter separateOutputStream.
    pub separate_output: bool,
    /// What a sandbox has in S3 until somebody changes it.
    pub buckets: Vec<FirstBucket>,
    pub s3: S3Settings,
    /// How jobs of S3 Batch Operations run.
    pub jobs: JobSettings,
    pub roles: Vec<Role>,
    /// Whether every other name is a role, too, as long as the file names none.
    pub any_role: bool,
    pub mfa: MfaSettings,
    pub sso: SsoSettings,
    /// What Lambda has.
    pub functions: Vec<FunctionSettings>,
    /// The topics of SNS and the queues of SQS that there are. None: every name is one.
    pub topics: Option<Vec<String>>,
    pub queues: Option<Vec<String>>,
    /// Whom S3 tells of new objects.
    pub notifications: Vec<Notification>,
    pub cloudwatch: CloudWatchSettings,
}

/// The device that the user shows codes of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaSettings {
    /// None: the one that is called as the user is.
    pub serial: Option<String>,
    /// The one code that it shows.
    pub code: String,
}

impl Default for MfaSettings {
    fn default() -> Self {
        MfaSettings { serial: None, code: "123456".into() }
    }
}

/// How CloudWatch is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CloudWatchSettings {
    /// As it was before 2026: without log alarms and mute rules.
    pub older: bool,
}

/// How S3 answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct S3Settings {
    /// How much later than it could every answer comes, besides the sandbox's own latency.
    pub latency: Duration,
    /// Requests beyond it are told to slow down.
    pub slow_down_per_s: Option<u32>,
    /// How long a restore of an archived object takes.
    pub restore: Duration,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NodeSettings {
    pub name: String,
    /// Where it is, if not in the first account and its region.
    pub account: Option<String>,
    pub region: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub kind: NodeKind,
    pub platform: Platform,
    pub ping: Ping,
    pub dies: Option<Dies>,
    pub ip: Ipv4Addr,
    pub agent_version: String,
    /// The program a session runs.
    pub shell: String,
    /// The sandbox's, if the node has none of its own.
    pub throttle: Throttle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// An EC2 instance: its id begins with `i-`.
    Ec2,
    /// A machine registered with an activation: its id begins with `mi-`.
    Hybrid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Linux,
    MacOs,
    Windows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ping {
    Online,
    ConnectionLost,
    Offline,
}

/// What becomes of a node that is online when it is sent a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dies {
    /// It never takes the command.
    Before,
    /// It takes the command and is not heard of again.
    During,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PreferenceSettings {
    pub kms_key_id: Option<String>,
    pub idle_timeout_minutes: Option<u64>,
    pub max_duration_minutes: Option<u64>,
}

/// What a sandbox that runs can be given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Additions {
    pub buckets: Vec<FirstBucket>,
    pub functions: Vec<FunctionSettings>,
    /// Their functions may be there before.
    pub notifications: Vec<Notification>,
}

impl Additions {
    /// Of a file with the tables of `sandbox.toml` that can be added; other tables are mistakes.
    pub fn parse(file: &str, text: &str, region: &str) -> Result<Self, Vec<Mistake>> {
        sections::additions(file, text, region)
    }
}

impl Settings {
    /// `file` is how mistakes call the text, and in whose folder the files of documents are.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        sections::settings(file, text)
    }
}

impl Default for Settings {
    fn default() -> Self {
        let node = |name: &str, role: &str| {
            let tags = BTreeMap::from([("role".to_owned(), role.to_owned())]);
            NodeSettings { tags, ..NodeSettings::named(name) }
        };
        Settings {
            account: "111122223333".into(),
            region: "us-east-1".into(),
            caller: "rehearsal".into(),
            accounts: Vec::new(),
            page_size: 10,
            latency: Duration::ZERO,
            calls_per_second: None,
            nodes: vec![node("web-1", "web"), node("web-2", "web"), node("db-1", "db")],
            preferences: None,
            deny: Vec::new(),
            faults: None,
            documents: Vec::new(),
            separate_output: true,
            buckets: buckets::default("us-east-1"),
            s3: S3Settings::default(),
            jobs: JobSettings::default(),
            roles: vec![Role::default_one()],
            any_role: true,
            mfa: MfaSettings::default(),
            sso: SsoSettings::default(),
            functions: Vec::new(),
            topics: None,
            queues: None,
            notifications: Vec::new(),
            cloudwatch: CloudWatchSettings::default(),
        }
    }
}

impl NodeSettings {
    /// A node with everything left out that can be.
    pub fn named(name: &str) -> Self {
        let [_, a, b, c, ..] = super::node_ids::seed(name);
        NodeSettings {
            name: name.to_owned(),
            account: None,
            region: None,
            tags: BTreeMap::new(),
            kind: NodeKind::Ec2,
            platform: if cfg!(target_os = "macos") { Platform::MacOs } else { Platform::Linux },
            ping: Ping::Online,
            dies: None,
            // AWS keeps the first four addresses of a subnet and the last for itself.
            ip: Ipv4Addr::new(10, a, b, 4 + c % 250),
            agent_version: "3.3.2299.0".into(),
            shell: "sh".into(),
            throttle: Throttle::None,
        }
    }
}
