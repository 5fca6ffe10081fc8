//! All the worlds of a sandbox, one for each account in each region: the first, which there is from the start, and the
//! others, made when a call is signed for them. Owns where a call goes. What a world is like is its account's business.

use super::account::Account;
use super::additions;
use super::client::{Connection, Profile};
use super::config::{Settings, is_account};
use super::ground::{Ground, Surroundings};
use super::identity::Identity;
use super::leftovers;
use super::services::ServiceError;
use super::sigv4::{self, Refusal};
use crate::error::{Error, Result};
use futures_util::future::join_all;
use http::request::Parts;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// In the sandbox's folder, the folders of all accounts but the first, and of its other regions.
pub const ACCOUNTS: &str = "accounts";
/// They answer for an account whatever region they are asked in. S3 knows by itself where its buckets and jobs are.
const OF_THE_ACCOUNT: [&str; 3] = ["iam", "s3", "sts"];

pub struct Realm {
    pub first: Arc<Account>,
    /// Of all worlds together.
    settings: Settings,
    ground: Ground,
    others: Mutex<Others>,
}

#[derive(Default)]
struct Others {
    /// The users of the other accounts, by account.
    users: HashMap<String, Identity>,
    /// By account and region.
    worlds: BTreeMap<(String, String), Arc<Account>>,
    has_ended: bool,
}

impl Realm {
    pub fn new(settings: Settings, surroundings: Surroundings, port: u16) -> Result<Self> {
        let user = Identity::new(&settings.account, &settings.region, &settings.caller)?;
        let ground = Ground::new(&settings, &user, surroundings, port)?;
        let own = settings.world(&settings.account, &settings.region);
        let folder = ground.surroundings.folder.clone();
        let s3 = ground.s3(&own, &folder)?;
        let first = ground.world(own, user, &folder, s3)?;
        first.s3.store.tell(first.notifications.witness());
        let realm = Realm { first: Arc::new(first), settings, ground, others: Mutex::default() };
        let mut others = realm.others();
        for account in &realm.settings.accounts {
            realm.user(&mut others, &account.id)?;
        }
        drop(others);
        Ok(realm)
    }

    /// Begins with what an earlier sandbox has left in the folder, in every world that it had.
    pub async fn begin(&self) {
        leftovers::end_functions(&self.ground.surroundings.folder).await;
        begin(&self.first);
        for (account, region) in left(&self.ground.surroundings.folder.join(ACCOUNTS)) {
            if is_account(&account)
                && self.knows(&region)
                && let Err(error) = self.at(&account, &region)
            {
                tracing::warn!(%error, account, region, "what was left of a region cannot be taken up");
            }
        }
    }

    /// Ends whatever runs in any world, with all that it left behind.
    pub async fn end(&self) {
        self.others().has_ended = true;
        let worlds = self.all();
        // Those who call functions first, so that nothing of the functions' end comes to them.
        join_all(worlds.iter().map(|world| async {
            tokio::join!(
                world.states.shutdown(),
                world.batch.jobs.shutdown(),
                world.deliveries.shutdown(),
                world.monitoring.evaluator.shutdown(),
            )
        }))
        .await;
        join_all(worlds.iter().map(|world| async {
            tokio::join!(world.sessions.shutdown(), world.commands.shutdown(), world.lambda.shutdown())
        }))
        .await;
        let nodes = worlds.iter().flat_map(|world| &world.nodes);
        let homes = nodes.map(|managed| managed.node.home.clone()).collect();
        let folder = &self.ground.surroundings.folder;
        tokio::join!(leftovers::end(&homes), leftovers::end_functions(folder));
        self.ground.closing.send_replace(true);
    }

    /// Where a call goes whose signature was checked.
    pub fn world(&self, account: &str, region: &str, service: &str) -> Result<Arc<Account>, ServiceError> {
        if service != "s3" && !self.knows(region) {
            return Err(Refusal::Invalid("Credential should be scoped to a valid region. ".into()).into());
        }
        let of_the_account = OF_THE_ACCOUNT.contains(&service);
        let region = if of_the_account { &self.settings.region } else { region };
        self.at(account, region).map_err(ServiceError::internal)
    }

    /// Where the signature of a request to S3 is checked: in the account whose key it names.
    pub fn claimed(&self, parts: &Parts) -> Result<Arc<Account>, ServiceError> {
        let scope = sigv4::claimed_scope(parts);
        match scope.and_then(|scope| self.ground.principals.get(&scope.access_key_id)) {
            Some(key) => self.world(&key.principal.account, &self.settings.region, "s3"),
            None => Ok(Arc::clone(&self.first)),
        }
    }

    /// Every world there is by now.
    pub fn all(&self) -> Vec<Arc<Account>> {
        let others = self.others();
        std::iter::once(&self.first).chain(others.worlds.values()).map(Arc::clone).collect()
    }

    /// The nodes of all worlds, also of those that nobody has called yet.
    pub fn node_count(&self) -> usize {
        self.settings.nodes.len()
    }

    /// How the users of the accounts besides the first reach the sandbox.
    pub fn profiles(&self) -> Vec<Profile> {
        let others = self.others();
        let users = self.settings.accounts.iter().filter_map(|account| {
            let user = others.users.get(&account.id)?;
            Some(Profile { name: account.name.clone(), connection: Connection::of(user, self.ground.port) })
        });
        users.collect()
    }

    fn knows(&self, region: &str) -> bool {
        let mut of_nodes = self.settings.nodes.iter().filter_map(|node| node.region.as_deref());
        region == self.settings.region
            || (self.ground.surroundings.is_region)(region)
            || of_nodes.any(|known| known == region)
    }

    /// The world of an account in a region, made if there is none yet.
    fn at(&self, account: &str, region: &str) -> Result<Arc<Account>> {
        if account == self.settings.account && region == self.settings.region {
            return Ok(Arc::clone(&self.first));
        }
        self.open(&mut self.others(), account, region)
    }

    fn open(&self, others: &mut Others, account: &str, region: &str) -> Result<Arc<Account>> {
        let place = (account.to_owned(), region.to_owned());
        if let Some(world) = others.worlds.get(&place) {
            return Ok(Arc::clone(world));
        }
        if others.has_ended {
            return Err(Error::failed("the sandbox ends").into());
        }
        let began = Instant::now();
        let user = self.user(others, account)?;
        let settings = self.settings.world(account, region);
        let folder = self.ground.surroundings.folder.join(ACCOUNTS).join(account);
        let home = &self.settings.region;
        let is_home = region == home;
        let s3 = if account == self.settings.account {
            Arc::clone(&self.first.s3)
        } else if is_home {
            self.ground.s3(&settings, &folder)?
        } else {
            Arc::clone(&self.open(others, account, home)?.s3)
        };
        let world = self.ground.world(settings, user.in_region(region), &folder.join(region), s3)?;
        if is_home {
            world.s3.store.tell(world.notifications.witness());
        }
        let world = Arc::new(world);
        begin(&world);
        others.worlds.insert(place, Arc::clone(&world));
        tracing::debug!(account, region, took = ?began.elapsed(), "another region or account");
        Ok(world)
    }

    /// The user of an account, made if there is none yet.
    fn user(&self, others: &mut Others, account: &str) -> Result<Identity> {
        if account == self.settings.account {
            return Ok(self.first.identity.clone());
        }
        if let Some(user) = others.users.get(account) {
            return Ok(user.clone());
        }
        let user = Identity::new(account, &self.settings.region, self.settings.caller_of(account))?;
        self.ground.principals.admit(&user);
        others.users.insert(account.to_owned(), user.clone());
        Ok(user)
    }

    fn others(&self) -> MutexGuard<'_, Others> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a world go on with what it has.
fn begin(world: &Arc<Account>) {
    additions::restore(world);
    world.batch.resume(world);
    world.states.resume(world);
    world.deliveries.start(world);
    world.monitoring.evaluator.start(world);
}

/// The accounts and regions that have folders.
fn left(accounts: &Path) -> Vec<(String, String)> {
    let name = |path: &PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    let mut found = Vec::new();
    for account in folders(accounts) {
        let regions = folders(&account);
        found.extend(regions.iter().filter_map(|region| Some((name(&account)?, name(region)?))));
    }
    found.sort();
    found
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests;
