//! The sessions of all forwards, started at the same time: either all of them, or none is left behind. Owns what kind
//! of session each is. It must not serve connections.

use std::sync::Arc;
use std::time::Duration;

use opsctl_engine::session::SessionType;
use opsctl_engine::session::version::{agent_multiplexes_ports, agent_wants_no_keep_alive};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::room::asked;
use super::spec::Spec;
use crate::aws::Aws;
use crate::commands::ssm::channel::{Control, Event, Session, Started, ended};
use crate::commands::ssm::model::Parameter;
use crate::commands::ssm::open::{SessionArgs, Target};
use crate::error::{Error, Result};
use crate::output::Reporter;
use crate::signals::Signals;

const TO_NODE: &str = "AWS-StartPortForwardingSession";
const TO_REMOTE_HOST: &str = "AWS-StartPortForwardingSessionToRemoteHost";
/// How long sessions that nobody wants any more may take to end.
const FAREWELL: Duration = Duration::from_secs(7);

/// How a session carries connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Multiplexed { keep_alive: bool },
    Basic,
}

pub struct Opened {
    pub session: Session,
    pub kind: Kind,
}

/// One session to start.
pub struct Start {
    pub aws: Arc<Aws>,
    pub args: SessionArgs,
    pub target: Target,
    pub spec: Spec,
    /// That really listens.
    pub local_port: u16,
    pub reporter: Reporter,
}

/// All of them in their order; when one fails, or a signal comes, those that have started are ended.
pub async fn start_all(
    starts: Vec<Start>,
    leaving: &watch::Sender<bool>,
    signals: &mut Signals,
) -> Result<Vec<Opened>> {
    let mut tasks = JoinSet::new();
    for (at, start) in starts.into_iter().enumerate() {
        let leaving = leaving.subscribe();
        tasks.spawn(async move { (at, start.run(leaving).await) });
    }
    let mut opened: Vec<(usize, Opened)> = Vec::new();
    let failure = loop {
        let joined = tokio::select! {
            joined = tasks.join_next() => joined,
            signal = signals.next() => break signal.as_error().into(),
        };
        match joined {
            None => {
                opened.sort_by_key(|(at, _)| *at);
                return Ok(opened.into_iter().map(|(_, opened)| opened).collect());
            }
            Some(Ok((at, Ok(session)))) => opened.push((at, session)),
            Some(Ok((_, Err(error)))) => break error,
            // A panic of a task is a panic of ours.
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Some(Err(_)) => {}
        }
    };
    leaving.send_replace(true);
    for (_, opened) in opened {
        tasks.spawn(async move { (0, Err(end(opened.session).await)) });
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    tokio::select! {
        _ = tokio::time::timeout(FAREWELL, all) => Err(failure),
        signal = signals.next() => Err(signal.as_error().into()),
    }
}

impl Start {
    async fn run(self, mut leaving: watch::Receiver<bool>) -> Result<Opened> {
        // Not left while AWS is asked: a session that it has granted must be ended.
        let (document, parameters) = self.document();
        let args =
            SessionArgs { parameter: with(parameters.clone(), &self.args.parameter), ..self.args.clone() };
        let mut session = args.open(&self.aws, &self.target, Some(document), &parameters).await?;
        tokio::select! {
            started = self.wait(&mut session) => match started {
                Ok(Some(started)) => match kind(&started, &self.target.label) {
                    Ok(kind) => Ok(Opened { session, kind }),
                    Err(error) => {
                        end(session).await;
                        Err(error.into())
                    }
                },
                Ok(None) => Err(match ended(session.end).await?.into_result(&self.target.label) {
                    Ok(()) => Error::failed(format!("the session on {} has ended at once", self.target.label)).into(),
                    Err(error) => error,
                }),
                Err(error) => Err(error),
            },
            () = asked(&mut leaving) => Err(end(session).await),
        }
    }

    fn document(&self) -> (&'static str, Vec<Parameter>) {
        let parameter = |name: &str, value: String| Parameter { name: name.to_owned(), value };
        let mut parameters = vec![
            parameter("portNumber", self.spec.port.to_string()),
            parameter("localPortNumber", self.local_port.to_string()),
        ];
        match &self.spec.host {
            None => (TO_NODE, parameters),
            Some(host) => {
                parameters.push(parameter("host", host.clone()));
                (TO_REMOTE_HOST, parameters)
            }
        }
    }

    /// None: the session has ended.
    async fn wait(&self, session: &mut Session) -> Result<Option<Started>> {
        while let Some(event) = session.events.recv().await {
            match event {
                Event::Started(started) => return Ok(Some(started)),
                Event::Message(text) => self.reporter.status(text.trim_end()),
                Event::Link(link) => self.reporter.status(link.in_words(&self.target.label)),
                Event::Output(_) | Event::StdErr(_) | Event::ExitCode(_) | Event::Flag(_) => {}
            }
        }
        Ok(None)
    }
}

/// The parameters of an own document: what the user says comes first.
fn with(mut parameters: Vec<Parameter>, own: &[Parameter]) -> Vec<Parameter> {
    parameters.retain(|parameter| own.iter().all(|own| own.name != parameter.name));
    parameters.extend_from_slice(own);
    parameters
}

fn kind(started: &Started, node: &str) -> Result<Kind, Error> {
    if started.session_type != SessionType::Port {
        return Err(Error::usage(format!("the document starts no port session on {node}"))
            .hint("--document names one whose sessionType is Port"));
    }
    let agent = started.agent_version.as_ref();
    match started.properties.get("type").and_then(serde_json::Value::as_str) {
        Some("LocalPortForwarding") if agent_multiplexes_ports(agent) => {
            Ok(Kind::Multiplexed { keep_alive: !agent_wants_no_keep_alive(agent) })
        }
        Some("LocalPortForwarding") => Ok(Kind::Basic),
        _ => Err(Error::usage(format!("the document gives one connection to {node} and no forward"))
            .hint("opsctl ssm proxy is made for it")),
    }
}

/// Ends a session that has no purpose any more.
async fn end(mut session: Session) -> anyhow::Error {
    let _ = session.control.send(Control::Terminate);
    while session.events.recv().await.is_some() {}
    let _ = ended(session.end).await;
    Error::failed("the session was given up").into()
}

#[cfg(test)]
mod tests {
    use opsctl_engine::session::Version;
    use serde_json::json;

    use super::*;

    fn started(session_type: SessionType, kind: &str, agent: Option<&str>) -> Started {
        Started {
            session_type,
            properties: json!({ "portNumber": "80", "type": kind }),
            agent_version: agent.and_then(Version::parse),
        }
    }

    #[test]
    fn the_agents_version_decides_how_connections_are_carried() {
        let multiplexed = |keep_alive| Kind::Multiplexed { keep_alive };
        for (agent, expected) in [
            (None, Kind::Basic),
            (Some("3.0.196.0"), Kind::Basic),
            (Some("3.0.197.0"), multiplexed(true)),
            (Some("3.1.1511.0"), multiplexed(true)),
            (Some("3.1.1512.0"), multiplexed(false)),
            (Some("3.3.987.0"), multiplexed(false)),
        ] {
            let started = started(SessionType::Port, "LocalPortForwarding", agent);
            assert_eq!(kind(&started, "web-1").unwrap(), expected, "{agent:?}");
        }
        let agent = Some("3.3.987.0");
        for (name, wrong) in [
            ("a shell", started(SessionType::StandardStream, "LocalPortForwarding", agent)),
            ("one connection", started(SessionType::Port, "", agent)),
        ] {
            assert_eq!(kind(&wrong, "web-1").unwrap_err().kind(), crate::error::Kind::Usage, "{name}");
        }
    }

    #[test]
    fn what_the_user_says_of_an_own_document_comes_first() {
        let parameter = |text: &str| text.parse::<Parameter>().unwrap();
        let ours = vec![parameter("portNumber=80"), parameter("localPortNumber=1")];
        let both = with(ours, &[parameter("portNumber=81"), parameter("team=a")]);
        let shown: Vec<String> = both.iter().map(|one| format!("{}={}", one.name, one.value)).collect();
        assert_eq!(shown, ["localPortNumber=1", "portNumber=81", "team=a"]);
    }
}
