//! Output on its way to stdout, by a thread of its own: a stopped terminal never stops the session's signals,
//! and what stdout has not taken yet makes the agent wait.

use std::ops::ControlFlow;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};
use crate::output::RawOutput;

pub struct Screen {
    chunks: mpsc::Sender<Bytes>,
    /// Comes when the thread ends: with an error when stdout takes nothing any more, without when nobody reads.
    end: oneshot::Receiver<Result<()>>,
    ended: bool,
    held: Option<Bytes>,
    at_line_start: bool,
}

impl Screen {
    pub fn new(out: RawOutput) -> Result<Self> {
        let (chunks, mut queue) = mpsc::channel::<Bytes>(2);
        let (tell, end) = oneshot::channel();
        super::spawn("stdout", move || {
            let mut result = Ok(());
            while let Some(chunk) = queue.blocking_recv() {
                match out.write(&chunk) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => break,
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
            }
            // Whoever started it may have left already.
            let _ = tell.send(result);
        })?;
        Ok(Screen { chunks, end, ended: false, held: None, at_line_start: true })
    }

    /// Nothing may be shown until [`turn`](Self::turn) has moved what is held.
    pub fn is_full(&self) -> bool {
        self.held.is_some()
    }

    pub fn show(&mut self, chunk: Bytes) {
        self.at_line_start = matches!(chunk.last(), Some(b'\n'));
        // Without a reader there is nothing to hold it for.
        self.held = (!self.ended).then_some(chunk);
    }

    pub fn at_line_start(&self) -> bool {
        self.at_line_start
    }

    /// Moves what is held on. `Some` when stdout has ended: by its reader, or by an error. Can be dropped and
    /// called again without losing a chunk.
    pub async fn turn(&mut self) -> Option<Result<()>> {
        if self.ended {
            return std::future::pending().await;
        }
        tokio::select! {
            end = &mut self.end => {
                self.ended = true;
                self.held = None;
                Some(end.unwrap_or_else(|_| Err(Error::failed("cannot write to stdout").into())))
            }
            room = self.chunks.reserve(), if self.held.is_some() => {
                if let (Ok(room), Some(chunk)) = (room, self.held.take()) {
                    room.send(chunk);
                }
                None
            }
        }
    }

    /// What has not been written yet never will be.
    pub fn give_up(&mut self) {
        self.held = None;
        self.ended = true;
    }

    /// Waits until everything is written, however slow the reader is.
    pub async fn finish(self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        drop(self.chunks);
        self.end.await.unwrap_or(Ok(()))
    }
}
