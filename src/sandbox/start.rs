//! Starting and ending a sandbox: its worlds made from its settings, a listener on loopback, and the end of every
//! shell. What is kept on disk is `state`'s business.

use super::client::{Connection, Profile};
use super::config::Settings;
use super::ground::Surroundings;
use super::realm::Realm;
use super::server;
use crate::error::{Error, Kind, Result};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A sandbox that listens. Dropping it without [`stop`](Running::stop) leaves its shells to the runtime's end.
pub struct Running {
    pub(super) realm: Arc<Realm>,
    server: JoinHandle<()>,
}

/// Listens on a port of loopback; 0 takes a free one.
pub async fn start(settings: Settings, surroundings: Surroundings, port: u16) -> Result<Running> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.map_err(|error| cannot_listen(port, error))?;
    let port = listener.local_addr()?.port();
    let realm = Arc::new(Realm::new(settings, surroundings, port)?);
    realm.begin().await;
    let server = tokio::spawn(server::serve(listener, Arc::clone(&realm)));
    Ok(Running { realm, server })
}

impl Running {
    pub fn endpoint(&self) -> String {
        self.connection().endpoint()
    }

    /// How its clients reach it.
    pub fn connection(&self) -> Connection {
        Connection::of(&self.realm.first.identity, self.realm.first.port)
    }

    /// How they reach its other accounts.
    pub fn profiles(&self) -> Vec<Profile> {
        self.realm.profiles()
    }

    /// Until somebody asks it, over its own protocol, to end.
    pub async fn asked_to_stop(&self) {
        self.realm.first.stop.notified().await;
    }

    /// Ends every shell and script with all that they left behind, lets answers that are on their way out leave, and stops listening.
    pub async fn stop(self) {
        self.realm.end().await;
        if tokio::time::timeout(Duration::from_secs(2), self.server).await.is_err() {
            tracing::debug!("connections were still open when the sandbox ended");
        }
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
