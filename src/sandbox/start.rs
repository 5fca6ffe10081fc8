//! Starting and ending a sandbox: the account made from its settings, a listener on loopback, and the end of every
//! shell. What is kept on disk is `state`'s business.

use super::account::{Account, Engines};
use super::additions;
use super::batch::Batch;
use super::client::Connection;
use super::commands::{Commands, Place};
use super::config::Settings;
use super::identity::Identity;
use super::kms::Kms;
use super::lambda::Functions;
use super::leftovers;
use super::monitoring::Monitoring;
use super::s3::store::Store;
use super::server;
use super::sessions::{Launcher, Preferences, SUBCOMMAND, SessionSettings, Sessions};
use crate::error::{Error, Kind, Result};
use crate::functions;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// What a sandbox needs to know of the process it runs in.
pub struct Surroundings {
    /// Holds the homes of its nodes.
    pub folder: PathBuf,
    /// Our own binary: it puts shells on their terminals.
    pub program: PathBuf,
    /// USER and PATH of the shells.
    pub user: String,
    pub path: OsString,
}

/// A sandbox that listens. Dropping it without [`stop`](Running::stop) leaves its shells to the runtime's end.
pub struct Running {
    pub(super) account: Arc<Account>,
    server: JoinHandle<()>,
}

/// Listens on a port of loopback; 0 takes a free one.
pub async fn start(settings: Settings, surroundings: Surroundings, port: u16) -> Result<Running> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.map_err(|error| cannot_listen(port, error))?;
    let port = listener.local_addr()?.port();
    let account = Arc::new(account(settings, surroundings, port)?);
    // Of an earlier sandbox that was killed: what they did is done once more.
    leftovers::end_functions(&account.folder).await;
    additions::restore(&account);
    account.batch.resume(&account);
    account.states.resume(&account);
    account.deliveries.start(&account);
    account.monitoring.evaluator.start(&account);
    let server = tokio::spawn(server::serve(listener, Arc::clone(&account)));
    Ok(Running { account, server })
}

impl Running {
    pub fn endpoint(&self) -> String {
        self.connection().endpoint()
    }

    /// How its clients reach it.
    pub fn connection(&self) -> Connection {
        connection(&self.account.identity, self.account.port)
    }

    /// Until somebody asks it, over its own protocol, to end.
    pub async fn asked_to_stop(&self) {
        self.account.stop.notified().await;
    }

    /// Ends every shell and script with all that they left behind, lets answers that are on their way out leave, and stops listening.
    pub async fn stop(self) {
        // Those who call functions first, so that nothing of the functions' end comes to them.
        tokio::join!(
            self.account.states.shutdown(),
            self.account.batch.jobs.shutdown(),
            self.account.deliveries.shutdown(),
            self.account.monitoring.evaluator.shutdown(),
        );
        tokio::join!(
            self.account.sessions.shutdown(),
            self.account.commands.shutdown(),
            self.account.lambda.shutdown(),
        );
        let homes = self.account.nodes.iter().map(|managed| managed.node.home.clone()).collect();
        tokio::join!(leftovers::end(&homes), leftovers::end_functions(&self.account.folder));
        self.account.closing.send_replace(true);
        if tokio::time::timeout(Duration::from_secs(2), self.server).await.is_err() {
            tracing::debug!("connections were still open when the sandbox ended");
        }
    }
}

pub(super) fn account(settings: Settings, surroundings: Surroundings, port: u16) -> Result<Account> {
    let identity = Identity::new(&settings.account, &settings.region, &settings.caller)?;
    let saved = settings.preferences.clone().unwrap_or_default();
    let keys = settings.documents.iter().filter_map(|document| document.kms_key_id.as_ref());
    let keys: BTreeSet<&String> = keys.chain(&saved.kms_key_id).collect();
    let kms = Arc::new(Kms::new(&settings.region, &settings.account, keys)?);
    let folder = surroundings.folder.join("s3");
    let store = Store::open(&folder, &settings.buckets, settings.s3.restore);
    let store =
        store.map_err(|error| Error::failed(format!("cannot read {}", folder.display())).because(error))?;
    let commands = Commands::new(Place {
        folder: surroundings.folder.join("commands"),
        region: settings.region.clone(),
        user: surroundings.user.clone(),
        path: surroundings.path.clone(),
    });
    let place = functions::Place {
        path: surroundings.path.clone(),
        user: surroundings.user.clone(),
        region: settings.region.clone(),
    };
    let monitoring = Monitoring::open(&surroundings.folder, &identity);
    let own = monitoring.own.clone();
    let lambda = Functions::new(&place, &identity, connection(&identity, port), &surroundings.folder, own);
    lambda.deploy(&settings.functions);
    let batch = Batch::new(&surroundings.folder, &settings.jobs);
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
    let engines = Engines { kms, sessions, commands, store, batch, lambda, monitoring };
    Ok(Account::new(settings, identity, &surroundings.folder, port, engines)?)
}

fn connection(identity: &Identity, port: u16) -> Connection {
    Connection {
        port,
        region: identity.region.clone(),
        access_key_id: identity.access_key_id.clone(),
        secret_access_key: Zeroizing::new(identity.secret_access_key().to_owned()),
    }
}

fn cannot_listen(port: u16, error: io::Error) -> Error {
    let message = format!("cannot listen on 127.0.0.1:{port}");
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let hint = "leave out --port to take a free one, or see who uses it";
            Error::new(Kind::Conflict, message).because(error).hint(hint)
        }
        io::ErrorKind::PermissionDenied => Error::new(Kind::Denied, message).because(error),
        _ => Error::failed(message).because(error),
    }
}
