//! An account in a region as a sandbox pretends to be one, a world of its own: who calls, which nodes it has, what is denied, and the engines behind the
//! services. The services share one and change nothing in it but sessions and commands.

use super::additions::Additions;
use super::batch::Batch;
use super::call_rate::CallRate;
use super::commands::Commands;
use super::config::{Dies, NodeKind, NodeSettings, Ping, Platform, Settings};
use super::deliveries::Deliveries;
use super::ground::Ground;
use super::identity::Identity;
use super::kms::Kms;
use super::lambda::Functions;
use super::messages::{Channels, Messages};
use super::monitoring::Monitoring;
use super::node::Node;
use super::node_ids::node_id;
use super::notifications::Notifications;
use super::policy::Policy;
use super::principals::{self, Principal, Principals};
use super::s3::S3;
use super::services::{Pages, ServiceError};
use super::sessions::Sessions;
use super::sso::Sso;
use super::states::States;
use crate::random::NoRandomness;
use opsctl_engine::manifest::partition;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, watch};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

pub struct Account {
    pub identity: Identity,
    /// Who calls if nobody else does.
    user: Arc<Principal>,
    pub principals: Arc<Principals>,
    pub sso: Arc<Sso>,
    pub nodes: Vec<ManagedNode>,
    pub sessions: Sessions,
    pub commands: Commands,
    pub call_rate: CallRate,
    pub kms: Arc<Kms>,
    /// One for all regions.
    pub s3: Arc<S3>,
    pub batch: Batch,
    pub lambda: Functions,
    pub deliveries: Arc<Deliveries>,
    pub notifications: Arc<Notifications>,
    pub states: States,
    pub messages: Messages,
    pub monitoring: Monitoring,
    pub additions: Additions,
    pub pages: Pages,
    pub settings: Settings,
    pub started: SystemTime,
    /// Where it listens.
    pub port: u16,
    /// Somebody asked the sandbox to end.
    pub stop: Arc<Notify>,
    /// True once connections are to finish what they are at and close.
    pub closing: Arc<watch::Sender<bool>>,
    /// For the head of a request, and again for its body.
    pub request_timeout: Duration,
    policy: Policy,
}

/// A node as lists show it; what sessions need of it is in `node`.
pub struct ManagedNode {
    pub node: Arc<Node>,
    pub kind: NodeKind,
    pub platform: Platform,
    pub ping: Ping,
    /// When it is sent a command.
    pub dies: Option<Dies>,
}

/// What does the work behind the services.
pub struct Engines {
    pub kms: Arc<Kms>,
    pub sessions: Sessions,
    pub commands: Commands,
    pub s3: Arc<S3>,
    pub batch: Batch,
    pub lambda: Functions,
    pub monitoring: Monitoring,
}

impl Account {
    pub fn new(
        settings: Settings,
        identity: Identity,
        folder: &Path,
        ground: &Ground,
        engines: Engines,
    ) -> Result<Self, NoRandomness> {
        let managed = |node: &NodeSettings| ManagedNode::new(node, &settings.region, folder);
        let Engines { kms, sessions, commands, s3, batch, lambda, monitoring } = engines;
        let channels = Channels::new(&identity, settings.topics.clone(), settings.queues.clone());
        let deliveries = Arc::new(Deliveries::open(folder));
        let told = settings.notifications.clone();
        let notifications = Arc::new(Notifications::new(told, &identity, Arc::clone(&deliveries)));
        Ok(Account {
            nodes: settings.nodes.iter().map(managed).collect(),
            pages: Pages::new(settings.page_size)?,
            policy: Policy::new(settings.deny.clone()),
            started: SystemTime::now(),
            stop: Arc::clone(&ground.stop),
            closing: Arc::clone(&ground.closing),
            request_timeout: REQUEST_TIMEOUT,
            sessions,
            commands,
            call_rate: CallRate::new(settings.calls_per_second),
            kms,
            s3,
            batch,
            lambda,
            deliveries,
            notifications,
            states: States::open(folder, &identity),
            additions: Additions::open(folder),
            messages: Messages::open(&folder.join("messages"), channels),
            monitoring,
            sso: Arc::clone(&ground.sso),
            principals: Arc::clone(&ground.principals),
            user: Arc::new(Principal::user(&identity)),
            identity,
            settings,
            port: ground.port,
        })
    }

    pub fn node(&self, id: &str) -> Option<&ManagedNode> {
        self.nodes.iter().find(|managed| managed.node.id == id)
    }

    /// Whether the caller may do this; denied calls end here.
    pub fn authorize(&self, action: &str, resource: &str) -> Result<(), ServiceError> {
        self.policy.check(&self.caller().arn, action, resource)
    }

    /// Who sent the request that is answered; what the sandbox does by itself it does as the account's user.
    pub fn caller(&self) -> Arc<Principal> {
        principals::caller().unwrap_or_else(|| Arc::clone(&self.user))
    }

    /// Of the device that its user shows codes of.
    pub fn mfa_serial(&self) -> String {
        let Identity { region, account, user, .. } = &self.identity;
        let own = || format!("arn:{}:iam::{account}:mfa/{user}", partition(region));
        self.settings.mfa.serial.clone().unwrap_or_else(own)
    }

    /// An ARN of this account and region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let (region, account) = (&self.identity.region, &self.identity.account);
        format!("arn:{}:{service}:{region}:{account}:{resource}", partition(region))
    }
}

impl ManagedNode {
    fn new(settings: &NodeSettings, region: &str, folder: &Path) -> Self {
        let [_, a, b, c] = settings.ip.octets();
        let domain = match region {
            "us-east-1" => "ec2.internal".to_owned(),
            region => format!("{region}.compute.internal"),
        };
        let host_name = match settings.kind {
            NodeKind::Ec2 => format!("ip-{}-{a}-{b}-{c}.{domain}", settings.ip.octets()[0]),
            NodeKind::Hybrid => settings.name.clone(),
        };
        let mut tags = settings.tags.clone();
        tags.insert("Name".to_owned(), settings.name.clone());
        let node = Node {
            id: node_id(settings),
            name: settings.name.clone(),
            tags,
            ip: settings.ip.to_string(),
            host_name,
            agent_version: settings.agent_version.clone(),
            online: settings.ping == Ping::Online,
            home: folder.join("nodes").join(&settings.name),
            shell: settings.shell.clone(),
            throttle: settings.throttle,
        };
        ManagedNode {
            node: Arc::new(node),
            kind: settings.kind,
            platform: settings.platform,
            ping: settings.ping,
            dies: settings.dies,
        }
    }
}
