//! The way between an agent and its client: the socket of the moment, and the faults a rehearsal asks for before it.
//! Frames stay with the agent until the socket has room, so hardly any wait here.

use super::faults::{Due, WireFaults};
use super::gateway::{Connection, ToClient};
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

pub struct Wire {
    connection: Option<Connection>,
    /// What a full socket has not taken: copies that faults made, or the service's own words.
    waiting: VecDeque<ToClient>,
    arrived: VecDeque<Bytes>,
    faults: Option<WireFaults>,
    /// The last socket was ended by a fault: its client will be back.
    is_awaited: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub enum WireEvent {
    /// Frames have arrived, or there is room for more.
    Moved,
    /// The socket is gone.
    Cut,
    /// The socket is there, and the node behind it is not.
    NodeGone,
}

impl Wire {
    pub fn new(faults: Option<WireFaults>) -> Wire {
        Wire {
            connection: None,
            waiting: VecDeque::new(),
            arrived: VecDeque::new(),
            faults,
            is_awaited: false,
        }
    }

    /// The new socket of the client; the one before, if any, gets a normal close.
    pub fn attach(&mut self, connection: Connection) {
        if let Some(before) = self.connection.replace(connection) {
            // When its queue is full it is cut instead.
            let _ = before.socket.try_send(ToClient::Close);
        }
        self.is_awaited = false;
        self.forget();
    }

    pub fn detach(&mut self) {
        self.cut();
    }

    pub fn is_up(&self) -> bool {
        self.connection.is_some()
    }

    /// A rehearsal has taken the socket from a client that is on its way back.
    pub fn is_awaited(&self) -> bool {
        self.is_awaited
    }

    pub fn has_room(&self) -> bool {
        let free = self.connection.as_ref().is_some_and(|connection| connection.socket.capacity() > 0);
        free && self.waiting.is_empty() && self.faults.as_ref().is_none_or(WireFaults::takes_from_agent)
    }

    pub fn is_flushed(&self) -> bool {
        self.waiting.is_empty() && self.faults.as_ref().is_none_or(WireFaults::is_empty_to_client)
    }

    /// A frame of the agent.
    pub fn send(&mut self, frame: Bytes) {
        match &mut self.faults {
            Some(faults) => faults.send(frame),
            None => self.waiting.push_back(ToClient::Frame(frame)),
        }
        self.flush();
    }

    /// The last frame, of the service, and the close.
    pub fn close(&mut self, last: Bytes) {
        if let Some(faults) = &mut self.faults {
            faults.spare();
        }
        self.send_unharmed(ToClient::Frame(last));
        self.send_unharmed(ToClient::Close);
    }

    /// A frame of the service.
    pub fn send_unharmed(&mut self, item: ToClient) {
        match &mut self.faults {
            Some(faults) => faults.send_unharmed(item),
            None => self.waiting.push_back(item),
        }
        self.flush();
    }

    /// The program is over, so that its node has nothing to die of any more.
    pub fn spare_node(&mut self) {
        if let Some(faults) = &mut self.faults {
            faults.spare_node();
        }
    }

    /// How much later than sent the last frame may come.
    pub fn slowest(&self) -> Duration {
        self.faults.as_ref().map_or(Duration::ZERO, WireFaults::slowest)
    }

    /// The next frame for the agent that is here already.
    pub fn receive(&mut self) -> Option<Bytes> {
        if let Some(frame) = self.arrived.pop_front() {
            return Some(frame);
        }
        let connection = self.connection.as_mut()?;
        let Some(faults) = &mut self.faults else { return connection.frames.try_recv().ok() };
        loop {
            if let Some(frame) = faults.for_agent() {
                return Some(frame);
            }
            if !faults.takes_from_client() {
                return None;
            }
            faults.came(connection.frames.try_recv().ok()?);
        }
    }

    /// Waits until something moves. `more`: room is wanted for another frame.
    pub async fn progress(&mut self, more: bool) -> WireEvent {
        match self.faults.as_mut().filter(|_| self.connection.is_some()).and_then(WireFaults::take_due) {
            Some(due @ (Due::Cut | Due::Bye)) => {
                self.is_awaited = true;
                return if due == Due::Bye { self.bye() } else { self.cut() };
            }
            Some(Due::NodeGone) => return WireEvent::NodeGone,
            None => {}
        }
        let faults = self.faults.as_ref();
        let wants_room = !self.waiting.is_empty() || more && faults.is_none_or(WireFaults::takes_from_agent);
        let wants_frames = faults.is_none_or(WireFaults::takes_from_client);
        let arrival = faults.and_then(WireFaults::next_arrival);
        let Some(Connection { frames, socket }) = &mut self.connection else {
            return std::future::pending().await;
        };
        let moved = tokio::select! {
            frame = frames.recv(), if wants_frames => frame.map(Some),
            permit = socket.reserve(), if wants_room => permit.ok().map(|_| None),
            () = until(arrival) => Some(None),
        };
        match (moved, &mut self.faults) {
            (Some(Some(frame)), Some(faults)) => faults.came(frame),
            (Some(Some(frame)), None) => self.arrived.push_back(frame),
            (Some(None), _) => {}
            (None, _) => return self.cut(),
        }
        self.flush();
        WireEvent::Moved
    }

    /// Hands over what the socket takes without waiting.
    fn flush(&mut self) {
        let Some(connection) = &self.connection else {
            self.waiting.clear();
            return;
        };
        if let Some(faults) = &mut self.faults {
            self.waiting.extend(std::iter::from_fn(|| faults.for_client()));
        }
        while !self.waiting.is_empty()
            && let Ok(permit) = connection.socket.try_reserve()
            && let Some(item) = self.waiting.pop_front()
        {
            permit.send(item);
        }
    }

    fn cut(&mut self) -> WireEvent {
        self.connection = None;
        self.forget();
        WireEvent::Cut
    }

    /// The close follows what the socket has taken already; what the client has sent since is lost.
    fn bye(&mut self) -> WireEvent {
        if let Some(Connection { socket, .. }) = self.connection.take() {
            tokio::spawn(async move { socket.send(ToClient::Close).await });
        }
        self.cut()
    }

    /// What is under way belongs to no socket any more.
    fn forget(&mut self) {
        self.waiting.clear();
        self.arrived.clear();
        if let Some(faults) = &mut self.faults {
            faults.reset();
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::super::faults::{FaultSettings, Rhythm};
    use super::super::gateway;
    use super::super::session::Clock;
    use super::*;
    use futures_util::FutureExt as _;
    use std::sync::Arc;
    use tokio::sync::mpsc;

    /// A wire with these faults, and the client's ends of its socket.
    fn wire(settings: FaultSettings) -> (Wire, mpsc::Sender<Bytes>, mpsc::Receiver<ToClient>) {
        let faults = WireFaults::new(&settings, Arc::default(), Clock::start());
        let mut wire = Wire::new(Some(faults));
        let (connection, from_client, to_client) = gateway::connection();
        wire.attach(connection);
        (wire, from_client, to_client)
    }

    fn text(item: Option<ToClient>) -> String {
        match item {
            Some(ToClient::Frame(frame)) => String::from_utf8_lossy(&frame).into_owned(),
            Some(ToClient::Close) => "(close)".into(),
            None => "(end)".into(),
        }
    }

    const EVERY_FRAME: Rhythm = Rhythm { after: None, every: Some(1) };

    #[tokio::test]
    async fn a_cut_that_is_due_spares_the_close() {
        for closes in [false, true] {
            let (mut wire, from_client, mut to_client) =
                wire(FaultSettings { cut: EVERY_FRAME, ..FaultSettings::default() });
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
            assert_eq!(text(items.pop()), "(close)");
            assert_eq!(text(items.pop()), "closed");
        }
    }

    #[tokio::test]
    async fn a_bye_closes_behind_what_was_sent() {
        let (mut wire, from_client, mut to_client) =
            wire(FaultSettings { bye: EVERY_FRAME, ..FaultSettings::default() });
        wire.send(Bytes::from_static(b"output"));
        from_client.send(Bytes::from_static(b"one")).await.unwrap();
        from_client.send(Bytes::from_static(b"two")).await.unwrap();
        assert_eq!(wire.receive().unwrap(), "one");
        assert_eq!(wire.receive(), None, "it comes too late");
        assert_eq!(wire.progress(false).await, WireEvent::Cut);
        for expected in ["output", "(close)", "(end)"] {
            assert_eq!(text(to_client.recv().await), expected);
        }
        assert!(!wire.is_up());
    }

    #[tokio::test]
    async fn a_slow_wire_delivers_later_and_in_bounds() {
        let delay = Duration::from_millis(50);
        let (mut wire, from_client, mut to_client) =
            wire(FaultSettings { delay, ..FaultSettings::default() });
        let start = Instant::now();
        wire.send(Bytes::from_static(b"output"));
        from_client.send(Bytes::from_static(b"input")).await.unwrap();
        let mut received = None;
        while received.is_none() {
            assert_eq!(wire.progress(false).await, WireEvent::Moved);
            received = wire.receive();
        }
        assert_eq!(received.unwrap(), "input");
        assert!(start.elapsed() >= delay);
        assert_eq!(text(to_client.recv().await), "output");
        let mut sent = 0;
        while wire.has_room() {
            wire.send(Bytes::from_static(b"output"));
            sent += 1;
        }
        assert_eq!(sent, 4096);
        // Full: it waits for the line, not for the socket, which has room.
        assert!(wire.progress(true).now_or_never().is_none());
        assert_eq!(wire.progress(true).await, WireEvent::Moved);
        assert!(wire.has_room() || !wire.waiting.is_empty());
    }

    #[tokio::test]
    async fn a_pause_is_told_to_both_ends_and_followed_by_a_start() {
        let (mut wire, from_client, mut to_client) =
            wire(FaultSettings { pause_every: Some(2), ..FaultSettings::default() });
        from_client.send(Bytes::from_static(b"one")).await.unwrap();
        from_client.send(Bytes::from_static(b"two")).await.unwrap();
        let start = Instant::now();
        let mut received = Vec::new();
        while received.len() < 4 {
            match wire.receive() {
                Some(frame) => received.push((start.elapsed() >= Duration::from_millis(20), frame)),
                None => assert_eq!(wire.progress(false).await, WireEvent::Moved),
            }
        }
        wire.progress(false).now_or_never();
        let to_client = [to_client.recv().await, to_client.recv().await].map(text);
        let holds = |text: &[u8], word: &str| String::from_utf8_lossy(text).contains(word);
        assert!(holds(&received[2].1, "pause_publication"));
        assert!(holds(&received[3].1, "start_publication") && received[3].0);
        assert!(to_client[0].contains("pause_publication") && to_client[1].contains("start_publication"));
    }
}
