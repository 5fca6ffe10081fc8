//! One running program of a function, with the port where it finds its Runtime API: started, given invocations one at a
//! time, and killed with all that it started when it takes too long or is dropped.

use super::exchange::{Exchange, Invocation, Outcome};
use super::log::Log;
use super::{Deployed, api};
use crate::functions::{Group, command, how};
use std::io;
use std::net::Ipv4Addr;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a program may take until it asks for its first invocation, as on Lambda.
const INIT: Duration = Duration::from_secs(10);

pub struct Instance {
    exchange: Arc<Exchange>,
    log: Log,
    child: Child,
    _group: Group,
    api: JoinHandle<()>,
}

/// How an instance came to its end without an answer.
#[derive(Debug)]
pub enum Ended {
    NotStarted(String),
    /// It said itself why it cannot begin.
    Broken(Outcome),
    /// None: as if it had nothing more to do.
    Exited(Option<String>),
    /// It has not asked for anything.
    NotReady(Duration),
    TimedOut(Duration),
}

#[derive(Debug)]
pub enum Worked {
    Answered(Outcome),
    /// It ended before it took the invocation.
    NotTaken,
    Ended(Ended),
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.api.abort();
    }
}

impl Instance {
    /// One that is ready. An error comes with what the program had printed.
    pub async fn start(deployed: &Deployed) -> Result<Self, (Ended, String)> {
        let mut instance = spawn(deployed).await.map_err(|error| {
            let program = deployed.settings.function.command.first().map_or("", String::as_str);
            (Ended::NotStarted(format!("{program} cannot be started: {error}")), String::new())
        })?;
        let ended = tokio::select! {
            biased;
            ready = instance.exchange.ready() => match ready {
                Ok(()) => return Ok(instance),
                Err(outcome) => Ended::Broken(outcome),
            },
            status = instance.child.wait() => match instance.exchange.broken() {
                Some(outcome) => Ended::Broken(outcome),
                None => exited(status),
            },
            () = tokio::time::sleep(INIT) => Ended::NotReady(INIT),
        };
        Err((ended, instance.log().await))
    }

    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What came of an invocation, and how long that took.
    pub async fn work(&mut self, invocation: &Invocation, limit: Duration) -> (Worked, Duration) {
        let began = Instant::now();
        let end = began + limit;
        self.log.clear();
        let mut answer = self.exchange.give(invocation.clone());
        let worked = tokio::select! {
            biased;
            outcome = &mut answer => outcome.map_or(Worked::Ended(Ended::Exited(None)), Worked::Answered),
            status = self.child.wait() => match answer.try_recv() {
                Ok(outcome) => Worked::Answered(outcome),
                Err(_) if !self.exchange.is_taken() => Worked::NotTaken,
                Err(_) => Worked::Ended(exited(status)),
            },
            () = tokio::time::sleep_until(end) => Worked::Ended(Ended::TimedOut(limit)),
        };
        (worked, began.elapsed())
    }

    /// Whether it asks for its next invocation in this time.
    pub async fn is_ready(&mut self, limit: Duration) -> bool {
        tokio::select! {
            biased;
            ready = self.exchange.ready() => ready.is_ok(),
            _ = self.child.wait() => false,
            () = tokio::time::sleep(limit) => false,
        }
    }

    /// What it has printed since it was given something last.
    pub async fn log(&self) -> String {
        self.log.text().await
    }
}

async fn spawn(deployed: &Deployed) -> io::Result<Instance> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let exchange = Arc::new(Exchange::new());
    let (log, writer) = Log::open()?;
    let mut command = command(&deployed.place, &deployed.settings.function)?;
    command
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let child = command.spawn()?;
    let group = Group::of(&child);
    let api = tokio::spawn(api::serve(listener, Arc::clone(&exchange), deployed.arn.clone()));
    Ok(Instance { exchange, log, child, _group: group, api })
}

fn exited(status: io::Result<ExitStatus>) -> Ended {
    match status {
        Ok(status) if status.success() => Ended::Exited(None),
        Ok(status) => Ended::Exited(Some(how(status))),
        Err(error) => Ended::Exited(Some(error.to_string())),
    }
}
