//! The command on one node, from the start of its session to its end. Tells what it says, in order, to whoever shows it.

use std::sync::Arc;

use bytes::Bytes;
use opsctl_engine::session::SessionType;
use tokio::sync::{mpsc, watch};

use super::super::channel::{Control, Event, Session, ended};
use super::super::open::{Target, open_unless};
use super::super::trailer;
use super::command::{Command, Started};
use crate::aws::Aws;
use crate::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// What a node has to say.
pub enum Told {
    Output(Stream, Bytes),
    /// For who waits.
    Status(String),
    /// The last word.
    Ended(Result<Ending>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Code(i32),
    /// It ended well as far as can be known.
    Unknown,
    /// We wanted no more of it.
    Stopped,
}

pub struct Remote<'a> {
    pub aws: &'a Arc<Aws>,
    pub command: &'a Command<'a>,
    /// True once nobody wants it any more.
    pub stop: watch::Receiver<bool>,
    pub told: mpsc::Sender<(usize, Told)>,
}

impl Remote<'_> {
    /// `index`: how the others call the node.
    pub async fn run(mut self, index: usize, target: &Target) {
        let ending = self.ending(index, target).await;
        self.tell(index, Told::Ended(ending)).await;
    }

    async fn ending(&mut self, index: usize, target: &Target) -> Result<Ending> {
        if *self.stop.borrow() {
            return Ok(Ending::Stopped);
        }
        let mut stop = self.stop.clone();
        let mut how = None;
        let opening = async {
            let Started { session, trailer, code_is_optional } = self.command.start(self.aws, target).await?;
            how = Some((trailer, code_is_optional));
            Ok(session)
        };
        let Ok(session) = open_unless(opening, stopped(&mut stop)).await else { return Ok(Ending::Stopped) };
        let Session { control, mut events, end, .. } = session?;
        let (mut trailer, code_is_optional) = how.unwrap_or_default();
        let (mut code, mut left, mut refused) = (None, false, None);
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = stopped(&mut stop), if !left => {
                    left = true;
                    // It has ended by itself otherwise.
                    let _ = control.send(Control::Terminate);
                    continue;
                }
            };
            let Some(event) = event else { break };
            match event {
                Event::Output(data) => {
                    let data = match &mut trailer {
                        Some(trailer) => trailer.take(data),
                        None => data,
                    };
                    self.tell(index, Told::Output(Stream::Stdout, data)).await;
                }
                Event::StdErr(data) => self.tell(index, Told::Output(Stream::Stderr, data)).await,
                Event::ExitCode(told) => code = Some(told),
                Event::Message(text) => {
                    let text = format!("{}: {}", target.label, text.trim_end());
                    self.tell(index, Told::Status(text)).await;
                }
                Event::Link(link) => self.tell(index, Told::Status(link.in_words(&target.label))).await,
                Event::Started(started) => {
                    if matches!(
                        started.session_type,
                        SessionType::StandardStream | SessionType::InteractiveCommands
                    ) {
                        refused = Some(wants_a_terminal(&target.label));
                        let _ = control.send(Control::Terminate);
                    }
                }
                Event::Flag(_) => {}
            }
        }
        if let Some(trailer) = &mut trailer {
            let rest = trailer.finish();
            code = code.or(trailer.status.map(i32::from));
            self.tell(index, Told::Output(Stream::Stdout, rest)).await;
        }
        let end = ended(end).await;
        match (refused, code) {
            (Some(error), _) => Err(error.into()),
            _ if left => Ok(Ending::Stopped),
            // All output comes before it, so that however the session ended, the command has.
            (_, Some(code)) => Ok(Ending::Code(code)),
            _ => {
                end?.into_result(&target.label)?;
                if code_is_optional {
                    Ok(Ending::Unknown)
                } else {
                    Err(trailer::missing(&target.label).into())
                }
            }
        }
    }

    async fn tell(&self, index: usize, told: Told) {
        let nothing = matches!(&told, Told::Output(_, data) if data.is_empty());
        if !nothing {
            // Whoever listened has left.
            let _ = self.told.send((index, told)).await;
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}

fn wants_a_terminal(label: &str) -> Error {
    Error::usage(format!("the session on {label} is one on a terminal"))
        .hint("run it with --pty, on one node")
}
