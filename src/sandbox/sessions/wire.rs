//! The way between an agent and its client: the socket of the moment and the faults a rehearsal asks for.
//! Frames stay with the agent until the socket has room, so hardly any wait here. What the service itself
//! says is never damaged, since nobody repeats it.

use super::FaultSettings;
use super::gateway::{Connection, ToClient};
use bytes::Bytes;
use opsctl_engine::session::faults::Faults;
use std::collections::VecDeque;

pub struct Wire {
    connection: Option<Connection>,
    /// What a full socket has not taken: copies that faults made, or the service's own words.
    waiting: VecDeque<ToClient>,
    arrived: VecDeque<Bytes>,
    faults: Option<WireFaults>,
    /// Frames that came over the connection so far.
    came: u64,
}

struct WireFaults {
    to_client: Faults,
    to_agent: Faults,
    cut_every: Option<u64>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum WireEvent {
    /// Frames have arrived, or there is room for more.
    Moved,
    /// The socket is gone.
    Cut,
}

impl Wire {
    pub fn new(faults: Option<&FaultSettings>, seed: u64) -> Wire {
        let faults = faults.map(|settings| WireFaults {
            to_client: Faults::new(settings.rates, seed),
            to_agent: Faults::new(settings.rates, !seed),
            cut_every: settings.cut_every,
        });
        Wire { connection: None, waiting: VecDeque::new(), arrived: VecDeque::new(), faults, came: 0 }
    }

    /// The new socket of the client; the one before, if any, gets a normal close.
    pub fn attach(&mut self, connection: Connection) {
        if let Some(before) = self.connection.replace(connection) {
            // When its queue is full it is cut instead.
            let _ = before.socket.try_send(ToClient::Close);
        }
        self.waiting.clear();
        self.arrived.clear();
        self.came = 0;
    }

    pub fn detach(&mut self) {
        self.cut();
    }

    pub fn is_up(&self) -> bool {
        self.connection.is_some()
    }

    pub fn has_room(&self) -> bool {
        let free = self.connection.as_ref().is_some_and(|connection| connection.socket.capacity() > 0);
        free && self.waiting.is_empty()
    }

    pub fn is_flushed(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A frame of the agent.
    pub fn send(&mut self, frame: Bytes) {
        match &mut self.faults {
            Some(faults) => {
                self.waiting.extend(faults.to_client.apply(frame).into_iter().map(ToClient::Frame))
            }
            None => self.waiting.push_back(ToClient::Frame(frame)),
        }
        self.flush();
    }

    /// The last frame, of the service, and the close. A client that is cut now could not come back, so none is.
    pub fn close(&mut self, last: Bytes) {
        if let Some(faults) = &mut self.faults {
            faults.cut_every = None;
        }
        self.send_unharmed(ToClient::Frame(last));
        self.send_unharmed(ToClient::Close);
    }

    /// A frame of the service.
    pub fn send_unharmed(&mut self, item: ToClient) {
        self.waiting.push_back(item);
        self.flush();
    }

    /// The next frame for the agent that is here already.
    pub fn receive(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.arrived.pop_front() {
                return Some(frame);
            }
            let frame = self.connection.as_mut()?.frames.try_recv().ok()?;
            self.arrive(frame);
        }
    }

    /// Waits until something moves. `more`: room is wanted for another frame.
    pub async fn progress(&mut self, more: bool) -> WireEvent {
        let limit = self.faults.as_ref().and_then(|faults| faults.cut_every);
        let came = self.came;
        let Some(connection) = &mut self.connection else {
            return std::future::pending().await;
        };
        if limit.is_some_and(|limit| came >= limit) {
            return self.cut();
        }
        let wants_room = more || !self.waiting.is_empty();
        let Connection { frames, socket } = connection;
        let moved = tokio::select! {
            frame = frames.recv() => frame.map(Some),
            permit = socket.reserve(), if wants_room => permit.ok().map(|_| None),
        };
        match moved {
            Some(Some(frame)) => self.arrive(frame),
            Some(None) => self.flush(),
            None => return self.cut(),
        }
        WireEvent::Moved
    }

    /// Hands over what the socket takes without waiting.
    fn flush(&mut self) {
        let Some(connection) = &self.connection else {
            self.waiting.clear();
            return;
        };
        while !self.waiting.is_empty()
            && let Ok(permit) = connection.socket.try_reserve()
            && let Some(item) = self.waiting.pop_front()
        {
            permit.send(item);
        }
    }

    fn arrive(&mut self, frame: Bytes) {
        self.came += 1;
        match &mut self.faults {
            Some(faults) => self.arrived.extend(faults.to_agent.apply(frame)),
            None => self.arrived.push_back(frame),
        }
    }

    fn cut(&mut self) -> WireEvent {
        self.connection = None;
        self.waiting.clear();
        self.arrived.clear();
        WireEvent::Cut
    }
}

#[cfg(test)]
mod tests {
    use super::super::gateway;
    use super::*;
    use opsctl_engine::session::faults::FaultRates;

    #[tokio::test]
    async fn a_cut_that_is_due_spares_the_close() {
        for closes in [false, true] {
            let settings = FaultSettings { rates: FaultRates::default(), seed: 1, cut_every: Some(1) };
            let mut wire = Wire::new(Some(&settings), 1);
            let (connection, from_client, mut to_client) = gateway::connection();
            wire.attach(connection);
            while wire.has_room() {
                wire.send(Bytes::from_static(b"output"));
            }
            from_client.send(Bytes::from_static(b"acknowledgement")).await.unwrap();
            assert!(wire.receive().is_some());
            if !closes {
                assert_eq!(wire.progress(false).await, WireEvent::Cut);
                continue;
            }
            wire.close(Bytes::from_static(b"closed"));
            let mut items = Vec::new();
            while !wire.is_flushed() {
                items.extend(to_client.recv().await);
                assert_eq!(wire.progress(false).await, WireEvent::Moved);
            }
            wire.detach();
            while let Some(item) = to_client.recv().await {
                items.push(item);
            }
            assert!(matches!(items.pop(), Some(ToClient::Close)));
            assert!(matches!(items.pop(), Some(ToClient::Frame(last)) if last == "closed"));
        }
    }
}
