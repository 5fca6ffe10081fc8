//! What every world of a sandbox stands on: where it runs, who may sign, and when all of it ends. Makes one world, with
//! its folder; which worlds there are is the realm's business.

use super::account::{Account, Engines};
use super::batch::Batch;
use super::client::Connection;
use super::commands::{Commands, Place};
use super::config::Settings;
use super::identity::Identity;
use super::kms::Kms;
use super::lambda::Functions;
use super::monitoring::Monitoring;
use super::principals::Principals;
use super::s3::S3;
use super::s3::store::Store;
use super::sessions::{Launcher, Preferences, SUBCOMMAND, SessionSettings, Sessions};
use super::sso::Sso;
use crate::error::{Error, Result};
use crate::functions;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// What a sandbox needs to know of the process it runs in.
#[derive(Clone)]
pub struct Surroundings {
    /// Holds the homes of its nodes.
    pub folder: PathBuf,
    /// Our own binary: it puts shells on their terminals.
    pub program: PathBuf,
    /// USER and PATH of the shells.
    pub user: String,
    pub path: OsString,
    /// Whether AWS has a region of this name.
    pub is_region: fn(&str) -> bool,
}

pub struct Ground {
    pub surroundings: Surroundings,
    /// Where it listens.
    pub port: u16,
    pub principals: Arc<Principals>,
    pub sso: Arc<Sso>,
    /// Somebody asked the sandbox to end.
    pub stop: Arc<Notify>,
    /// True once connections are to finish what they are at and close.
    pub closing: Arc<watch::Sender<bool>>,
}

impl Ground {
    /// `settings` and `user` are those of the first account.
    pub fn new(settings: &Settings, user: &Identity, surroundings: Surroundings, port: u16) -> Result<Self> {
        Ok(Ground {
            surroundings,
            port,
            principals: Arc::new(Principals::new(user)?),
            sso: Arc::new(Sso::new(settings.sso.clone(), &settings.sign_in_accounts(), user, port)?),
            stop: Arc::new(Notify::new()),
            closing: Arc::new(watch::Sender::new(false)),
        })
    }

    /// A world made from settings of its own, with what an earlier sandbox left in its folder. Nothing runs in it yet.
    pub fn world(
        &self,
        settings: Settings,
        identity: Identity,
        folder: &Path,
        s3: Arc<S3>,
    ) -> Result<Account> {
        let surroundings = self.surroundings.clone();
        let saved = settings.preferences.clone().unwrap_or_default();
        let keys = settings.documents.iter().filter_map(|document| document.kms_key_id.as_ref());
        let keys: BTreeSet<&String> = keys.chain(&saved.kms_key_id).collect();
        let kms = Arc::new(Kms::new(&settings.region, &settings.account, keys)?);
        let commands = Commands::new(Place {
            folder: folder.join("commands"),
            region: settings.region.clone(),
            user: surroundings.user.clone(),
            path: surroundings.path.clone(),
        });
        let place = functions::Place {
            path: surroundings.path.clone(),
            user: surroundings.user.clone(),
            region: settings.region.clone(),
        };
        let monitoring = Monitoring::open(folder, &identity);
        let connection = Connection::of(&identity, self.port);
        let lambda = Functions::new(&place, &identity, connection, folder, monitoring.own.clone());
        lambda.deploy(&settings.functions);
        let batch = Batch::new(folder, &settings.jobs);
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let defaults = Preferences::default();
        let sessions = Sessions::new(SessionSettings {
            launcher: Launcher { program: surroundings.program, arguments: vec![SUBCOMMAND.into()] },
            kms: Arc::clone(&kms),
            preferences: Preferences {
                kms_key_id: saved.kms_key_id,
                idle_timeout: saved.idle_timeout_minutes.map_or(defaults.idle_timeout, minutes),
                max_duration: saved.max_duration_minutes.map(minutes),
            },
            faults: settings.faults.clone(),
            user: surroundings.user,
            path: surroundings.path,
        })?;
        let engines = Engines { kms, sessions, commands, s3, batch, lambda, monitoring };
        Ok(Account::new(settings, identity, folder, self, engines)?)
    }

    /// S3 of an account: one for all its regions. `folder` is the account's.
    pub fn s3(&self, settings: &Settings, folder: &Path) -> Result<Arc<S3>> {
        let folder = folder.join("s3");
        let store = Store::open(&folder, &settings.buckets, settings.s3.restore);
        let store = store
            .map_err(|error| Error::failed(format!("cannot read {}", folder.display())).because(error))?;
        Ok(Arc::new(S3::new(&settings.account, &self.principals, store, settings.s3.slow_down_per_s)))
    }
}
