//! A request's body with a limit to the wait for each of its pieces, so that no client holds a connection for nothing.

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

pub struct Patient {
    body: Incoming,
    limit: Duration,
    patience: Pin<Box<Sleep>>,
}

impl Patient {
    pub fn new(body: Incoming, limit: Duration) -> Self {
        Patient { body, limit, patience: Box::pin(sleep(limit)) }
    }
}

impl Body for Patient {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.patience.as_mut().reset(Instant::now() + this.limit);
            return Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)));
        }
        let late = || io::Error::new(io::ErrorKind::TimedOut, "the body did not arrive in time");
        this.patience.as_mut().poll(context).map(|()| Some(Err(late())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
