//! Step Functions: machines with their versions and aliases, activities, and executions that run on the engine by the
//! wall's clock. The service in front of it reads requests; what tasks call is `world`'s business.

mod activities;
mod executions;
mod machine;
mod machines;
mod revision;
mod tags;
mod tokens;
mod world;

pub use activities::{Activities, Activity, Offer};
pub use executions::{Executions, Known, NewExecution, NotRedriven, Refused};
pub use machine::{Alias, Kind, MOST_ALIASES, Machine, Route};
pub use machines::{Created, Machines, NewMachine, Published, Target};
pub use revision::{Content, Revision};
pub use tags::Tags;
pub use tokens::Tokens;

use super::account::Account;
use super::identity::Identity;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::manifest::partition;
use std::path::Path;
use std::sync::Arc;

pub struct States {
    pub machines: Machines,
    pub activities: Activities,
    pub executions: Executions,
    pub tokens: Tokens,
    /// Where ARNs are at home.
    home: Home,
}

/// Account and region of every ARN here.
#[derive(Clone)]
struct Home {
    partition: String,
    region: String,
    account: String,
}

impl States {
    /// With what an earlier sandbox left in the folder; nothing of it runs before [`resume`](States::resume).
    pub fn open(folder: &Path, identity: &Identity) -> Self {
        let folder = folder.join("states");
        let machines = Machines::open(&folder);
        let executions = Executions::open(&folder);
        machines.forget_revisions(&executions.revisions());
        States {
            activities: Activities::open(&folder),
            executions,
            machines,
            tokens: Tokens::default(),
            home: Home {
                partition: partition(&identity.region).to_owned(),
                region: identity.region.clone(),
                account: identity.account.clone(),
            },
        }
    }

    /// Goes on with every execution that an earlier sandbox left.
    pub fn resume(&self, account: &Arc<Account>) {
        self.executions.resume(account);
    }

    /// Leaves every execution where it is.
    pub async fn shutdown(&self) {
        self.executions.shutdown().await;
    }

    pub fn arn(&self, resource: Named) -> StatesArn {
        let Home { partition, region, account } = self.home.clone();
        StatesArn { partition, region, account, resource }
    }

    /// What an ARN names, if it could be here: one of another account or region names nothing.
    pub fn named<'a>(&self, arn: &'a StatesArn) -> Option<&'a Named> {
        let Home { partition, region, account } = &self.home;
        (arn.partition == *partition && arn.region == *region && arn.account == *account)
            .then_some(&arn.resource)
    }
}
