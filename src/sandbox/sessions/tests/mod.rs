//! The sessions as a client meets them. The shells are real, on real terminals, though not controlling
//! ones: `env` stands in for our own binary, which unit tests do not have.

mod client;
mod commands;
mod ends;
mod faults;
mod gateway;
mod ports;
mod shells;

use super::*;
use client::TestClient;

pub const REGION: &str = "eu-west-1";
pub const ACCOUNT: &str = "111122223333";
pub const NODE: &str = "i-0123456789abcdef0";

/// A sandbox's sessions with one node, and a folder that goes when it goes.
pub struct House {
    pub sessions: Sessions,
    pub kms: Arc<Kms>,
    pub node: Arc<Node>,
    folder: PathBuf,
}

impl House {
    pub fn new() -> House {
        House::with(|_, _| {})
    }

    pub fn with(change: impl FnOnce(&mut SessionSettings, &mut Limits)) -> House {
        House::with_node(change, |_| {})
    }

    pub fn with_node(
        change: impl FnOnce(&mut SessionSettings, &mut Limits),
        change_node: impl FnOnce(&mut Node),
    ) -> House {
        let folder = std::env::temp_dir().join(format!("opsctl-sessions-{}", random::hex(16).unwrap()));
        let kms = Arc::new(Kms::new(REGION, ACCOUNT, ["alias/sessions"]).unwrap());
        let mut settings = SessionSettings {
            launcher: Launcher { program: "env".into(), arguments: Vec::new() },
            kms: Arc::clone(&kms),
            preferences: Preferences::default(),
            faults: None,
            user: "somebody".to_owned(),
            path: std::env::var_os("PATH").unwrap(),
        };
        let mut limits = Limits::default();
        change(&mut settings, &mut limits);
        let mut node = Node {
            id: NODE.to_owned(),
            name: "web-1".to_owned(),
            tags: [("Name".to_owned(), "web-1".to_owned())].into(),
            ip: "10.0.0.1".to_owned(),
            host_name: "web-1.internal".to_owned(),
            agent_version: "3.3.987.0".to_owned(),
            online: true,
            home: folder.join("nodes/web-1"),
            shell: "sh".to_owned(),
            throttle: Throttle::None,
        };
        change_node(&mut node);
        let sessions = Sessions::with_limits(settings, limits).unwrap();
        House { sessions, kms, node: Arc::new(node), folder }
    }

    pub fn start(&self, document: SessionDocument) -> StartedSession {
        let request = SessionRequest {
            node: Arc::clone(&self.node),
            key: None,
            target: NODE.to_owned(),
            document,
            document_name: "a document".to_owned(),
            reason: Some("a test".to_owned()),
            owner: format!("arn:aws:iam::{ACCOUNT}:user/somebody"),
            caller_name: "somebody".to_owned(),
        };
        self.sessions.start(request).unwrap()
    }

    pub async fn shell(&self) -> TestClient {
        let started = self.start(SessionDocument::StandardStream);
        TestClient::connect(self, &started, NODE).await
    }

    pub async fn command(&self, command: &str) -> TestClient {
        let started = self.start(SessionDocument::InteractiveCommands { command: command.to_owned() });
        TestClient::connect(self, &started, NODE).await
    }

    pub fn status(&self, session_id: &str) -> SessionStatus {
        let records = self.sessions.describe();
        records.iter().find(|record| record.session_id == session_id).unwrap().status
    }

    pub async fn until_terminated(&self, session_id: &str) {
        let mut status = {
            let entries = self.sessions.entries();
            entries.iter().find(|entry| entry.session_id == session_id).unwrap().status.clone()
        };
        let terminated = status.wait_for(|status| status.is_terminated());
        tokio::time::timeout(Duration::from_secs(20), terminated).await.unwrap().unwrap();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
