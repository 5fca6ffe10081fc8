//! The command on all of its nodes: so many at a time, one writer for what they say, signals, and what became of each.

use std::collections::VecDeque;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};

use super::super::open::Target;
use super::super::screen::Screen;
use super::command::Command;
use super::remote::{Ending, Remote, Stream, Told};
use super::show::{Chunk, Show};
use crate::aws::Aws;
use crate::context::Context;
use crate::error::Result;
use crate::signals::{Signal, Signals};

/// What nodes have said and nobody has taken yet.
const TOLD: usize = 16;
/// Output that is handed on in one piece.
const WRITE: usize = 64 * 1024;

pub struct Conduct<'a> {
    pub targets: &'a [Target],
    pub command: &'a Command<'a>,
    pub max_concurrency: usize,
    pub show: Show,
}

/// What became of it all.
pub struct Conducted {
    /// Of each node, in their order; none for those that were not asked any more.
    pub endings: Vec<Option<Result<Ending>>>,
    pub show: Show,
    pub left_by: Option<Signal>,
    /// Nobody reads stdout any more.
    pub closed: bool,
}

impl Conduct<'_> {
    pub async fn run(mut self, aws: &Arc<Aws>, signals: &mut Signals, ctx: &Context) -> Result<Conducted> {
        let (stop, stopping) = watch::channel(false);
        let (told, mut telling) = mpsc::channel(TOLD);
        let mut screen = screen(ctx)?;
        let mut waiting: VecDeque<usize> = (0..self.targets.len()).collect();
        let mut running = FuturesUnordered::new();
        let mut endings: Vec<Option<Result<Ending>>> = self.targets.iter().map(|_| None).collect();
        let (mut left_by, mut stdout, mut closed) = (None, Ok(()), false);
        let mut open = self.targets.len();
        let total = u64::try_from(open).ok();
        let records = matches!(self.show, Show::Records(_));
        let mut progress = records.then(|| ctx.reporter().progress("running the command", total));
        while open > 0 {
            while running.len() < self.max_concurrency
                && let Some(index) = waiting.pop_front()
            {
                let remote =
                    Remote { aws, command: self.command, stop: stopping.clone(), told: told.clone() };
                running.push(remote.run(index, &self.targets[index]));
            }
            tokio::select! {
                Some(first) = telling.recv(), if !screen.is_full() => {
                    let (mut chunk, mut size) = (Chunk::new(), 0);
                    let mut next = Some(first);
                    // One write for what has come meanwhile.
                    while let Some((index, told)) = next {
                        match told {
                            Told::Output(stream, data) => {
                                size += data.len();
                                self.show.take(index, stream, &data, &mut chunk);
                            }
                            Told::Status(text) => ctx.reporter().status(text),
                            Told::Ended(ending) => {
                                self.show.finish(index, &mut chunk);
                                endings[index] = Some(ending);
                                open -= 1;
                                if let Some(progress) = &mut progress {
                                    progress.set((self.targets.len() - open) as u64);
                                }
                            }
                        }
                        next = if size < WRITE { telling.try_recv().ok() } else { None };
                    }
                    if !chunk.is_empty() {
                        screen.show(chunk);
                    }
                }
                Some(()) = running.next() => {}
                // Nobody reads any more: the command has no purpose, and that is no error.
                ended = screen.turn() => if let Some(ended) = ended {
                    stdout = ended;
                    closed = true;
                    stop.send_replace(true);
                },
                signal = signals.next() => {
                    if left_by.is_some() {
                        return Err(signal.as_error().into());
                    }
                    left_by = Some(signal);
                    // A reader that takes nothing must not keep the program from leaving.
                    screen.give_up();
                    stop.send_replace(true);
                }
            }
        }
        drop(progress);
        if left_by.is_none() {
            tokio::select! {
                finished = screen.finish(None) => stdout = stdout.and(finished),
                signal = signals.next() => left_by = Some(signal),
            }
        }
        if left_by.is_none() {
            stdout?;
        }
        Ok(Conducted { endings, show: self.show, left_by, closed })
    }
}

/// Writes both streams in the order of what was said.
fn screen(ctx: &Context) -> Result<Screen<Chunk>> {
    let (out, mut err) = (ctx.out().raw(), ctx.reporter().log());
    Screen::new(move |chunk: Chunk| {
        for (stream, bytes) in chunk {
            match stream {
                Stream::Stdout if out.write(&bytes)?.is_break() => return Ok(ControlFlow::Break(())),
                Stream::Stdout => {}
                // A stderr that cannot be written to is nobody's error.
                Stream::Stderr => drop(err.write_all(&bytes)),
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}
