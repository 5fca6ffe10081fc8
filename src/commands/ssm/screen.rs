//! Output on its way to stdout (and stderr), by a thread of its own: a stopped terminal never stops the session's
//! signals, and what is not taken yet makes the agent wait.

use std::ops::ControlFlow;

use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};

pub struct Screen<T> {
    chunks: mpsc::Sender<T>,
    /// Comes when the thread ends: with an error when stdout takes nothing any more, without when nobody reads.
    end: oneshot::Receiver<Result<()>>,
    ended: bool,
    held: Option<T>,
}

impl<T: Send + 'static> Screen<T> {
    /// `write` says `Break` when nobody reads any more.
    pub fn new(mut write: impl FnMut(T) -> Result<ControlFlow<()>> + Send + 'static) -> Result<Self> {
        let (chunks, mut queue) = mpsc::channel::<T>(2);
        let (tell, end) = oneshot::channel();
        super::shell::spawn("stdout", move || {
            let mut result = Ok(());
            while let Some(chunk) = queue.blocking_recv() {
                match write(chunk) {
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
        Ok(Screen { chunks, end, ended: false, held: None })
    }

    /// Nothing may be shown until [`turn`](Self::turn) has moved what is held.
    pub fn is_full(&self) -> bool {
        self.held.is_some()
    }

    pub fn show(&mut self, chunk: T) {
        // Without a reader there is nothing to hold it for.
        self.held = (!self.ended).then_some(chunk);
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

    /// Waits until everything is written, `last` at the end, however slow the reader is.
    pub async fn finish(mut self, last: Option<T>) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        for chunk in self.held.take().into_iter().chain(last) {
            // An error means that the thread has ended, and says why.
            let _ = self.chunks.send(chunk).await;
        }
        drop(self.chunks);
        self.end.await.unwrap_or(Ok(()))
    }
}
