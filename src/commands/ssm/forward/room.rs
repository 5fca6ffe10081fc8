//! What every kind of session of a forward is given, and what it tells the user: in which words, about which forward.
//! It must not know the kinds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use super::half_closed::HalfClosed;
use super::spool::Budget;
use crate::commands::ssm::channel::{Link, Session};
use crate::output::Reporter;

/// A session that has started, and what it needs to serve connections.
pub struct Room {
    pub session: Session,
    pub incoming: mpsc::Receiver<Incoming>,
    /// True when everything is to end.
    pub leaving: watch::Receiver<bool>,
    pub voice: Voice,
    pub budget: Arc<Budget>,
    pub half_closed: Arc<HalfClosed>,
}

/// Until everything is to end.
pub async fn asked(leaving: &mut watch::Receiver<bool>) {
    // Without anybody who could ask, nobody would ever stay.
    let _ = leaving.wait_for(|leaving| *leaving).await;
}

/// Until the session takes more. One that has ended says so by its events.
pub async fn has_room(input: &mpsc::Sender<Bytes>) {
    if input.reserve().await.is_err() {
        std::future::pending().await
    }
}

/// A connection that a session is to carry.
pub struct Incoming {
    pub local: TcpStream,
    pub load: Load,
}

/// One connection of a session, counted as long as this lives.
pub struct Load(Arc<AtomicUsize>);

impl Load {
    pub fn on(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Load(Arc::clone(count))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Says what happens to one forward.
#[derive(Clone)]
pub struct Voice {
    pub reporter: Reporter,
    /// The node: `web-1 (i-0abc)`.
    pub node: String,
    /// Where the forward listens.
    pub local: String,
    /// Where it leads.
    pub remote: String,
}

impl Voice {
    pub fn link(&self, link: &Link) {
        self.reporter.status(link.in_words(&self.node));
    }

    pub fn message(&self, text: &str) {
        self.reporter.status(text.trim_end());
    }

    pub fn refused(&self) {
        let Voice { node, local, remote, .. } = self;
        self.reporter
            .warn(format_args!("{node} cannot connect to {remote}: a connection to {local} is closed"));
    }

    pub fn closed_because(&self, reason: impl std::fmt::Display) {
        self.reporter.warn(format_args!("a connection to {} is closed: {reason}", self.local));
    }
}
