//! A session that carries many connections at once, as streams. Nothing here waits for one connection: what one does
//! not take is put aside for it, and only when all are slow the node is made to wait.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use opsctl_engine::session::{Flag, Mux, MuxEvent, StreamId};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};

use super::connection::{Connection, Said};
use super::inbox::{Ending, Inbox};
use super::room::{self, Incoming, Load, Room};
use crate::commands::ssm::channel::{Control, End, Event, ended};
use crate::error::{Error, Result};

/// Reads of all connections that wait for the session.
const READS: usize = 4;
/// Bytes that wait to be sent, beyond which no connection is read.
const QUEUE: usize = 64 * 1024;
/// Events that are taken in one go.
const BATCH: usize = 256;

struct Stream {
    inbox: Arc<Inbox>,
    /// Data has come for it.
    heard: bool,
    _load: Load,
}

struct Multiplexed {
    room: Room,
    mux: Mux,
    start: Instant,
    streams: HashMap<StreamId, Stream>,
    said: mpsc::Sender<(StreamId, Said)>,
    drained: Arc<Notify>,
    /// Connections that the node could not make, and that are not known yet: the flag does not name the stream.
    refusals: usize,
    left: bool,
    failure: Option<Error>,
}

/// Serves until the session has ended.
pub async fn serve(room: Room, keep_alive: bool) -> Result<End> {
    let (said, heard) = mpsc::channel(READS);
    let multiplexed = Multiplexed {
        room,
        mux: Mux::client(keep_alive, Duration::ZERO),
        start: Instant::now(),
        streams: HashMap::new(),
        said,
        drained: Arc::new(Notify::new()),
        refusals: 0,
        left: false,
        failure: None,
    };
    multiplexed.run(heard).await
}

impl Multiplexed {
    async fn run(mut self, mut heard: mpsc::Receiver<(StreamId, Said)>) -> Result<End> {
        let drained = Arc::clone(&self.drained);
        loop {
            self.send();
            let is_slow = self.all_are_slow();
            let timer = self.mux.next_timeout().map(|elapsed| self.start + elapsed);
            let Room { session, incoming, leaving, .. } = &mut self.room;
            tokio::select! {
                event = session.events.recv(), if !is_slow => match event {
                    Some(event) => self.take_all(event),
                    None => break,
                },
                Some(incoming) = incoming.recv() => self.open(incoming),
                Some((id, said)) = heard.recv(), if self.mux.queued() < QUEUE => self.hear(id, said),
                () = room::has_room(&session.input), if self.mux.queued() > 0 => {}
                () = drained.notified(), if is_slow => {}
                () = until(timer) => {
                    self.mux.handle_timeout(self.start.elapsed());
                    self.take_streams();
                }
                () = room::asked(leaving), if !self.left => self.leave(),
            }
        }
        self.break_all();
        let end = ended(self.room.session.end).await;
        match self.failure {
            Some(error) => Err(error.into()),
            None => end,
        }
    }

    /// As far as the session takes it.
    fn send(&mut self) {
        while self.mux.queued() > 0
            && let Ok(place) = self.room.session.input.try_reserve()
            && let Some(bytes) = self.mux.poll_output()
        {
            place.send(bytes);
        }
    }

    /// Nobody waits for what would come next.
    fn all_are_slow(&self) -> bool {
        !self.streams.is_empty() && self.streams.values().all(|stream| stream.inbox.is_full())
    }

    fn take_all(&mut self, first: Event) {
        self.take(first);
        for _ in 1..BATCH {
            if self.all_are_slow() {
                return;
            }
            let Ok(event) = self.room.session.events.try_recv() else { return };
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Output(bytes) => {
                self.mux.receive(bytes, self.start.elapsed());
                self.take_streams();
            }
            Event::Flag(Flag::ConnectToPortError) => self.refusals += 1,
            Event::Link(link) => self.room.voice.link(&link),
            Event::Message(text) => self.room.voice.message(&text),
            Event::Started(_) | Event::StdErr(_) | Event::ExitCode(_) | Event::Flag(_) => {}
        }
    }

    fn take_streams(&mut self) {
        while let Some(event) = self.mux.poll_event() {
            match event {
                MuxEvent::Data(id, data) => {
                    let Some(stream) = self.streams.get_mut(&id) else { continue };
                    stream.heard = true;
                    if let Err(overflow) = stream.inbox.deliver(&data) {
                        self.room.voice.closed_because(overflow);
                        self.close(id, Some(Ending::Broken));
                    }
                }
                MuxEvent::Closed(id) => self.closed_by_node(id),
                MuxEvent::Failed(error) => {
                    self.failure = Some(
                        Error::failed(format!("the session on {} cannot go on", self.room.voice.node))
                            .because(error),
                    );
                    self.leave();
                }
                // A client's streams are its own.
                MuxEvent::Opened(_) => {}
            }
        }
    }

    fn closed_by_node(&mut self, id: StreamId) {
        let is_refused = self.refusals > 0 && self.streams.get(&id).is_some_and(|stream| !stream.heard);
        if is_refused {
            self.refusals -= 1;
            self.room.voice.refused();
        }
        self.close(id, Some(if is_refused { Ending::Broken } else { Ending::Finished }));
    }

    /// `ending`: for the connection, if it does not know.
    fn close(&mut self, id: StreamId, ending: Option<Ending>) {
        self.mux.close(id);
        if let (Some(stream), Some(ending)) = (self.streams.remove(&id), ending) {
            stream.inbox.end(ending);
        }
        if self.refusals > 0 && self.streams.values().all(|stream| stream.heard) {
            // Whom it was about has left by himself.
            self.refusals = 0;
        }
    }

    fn open(&mut self, Incoming { local, load }: Incoming) {
        let Some(id) = self.mux.open() else { return };
        let settled = Arc::clone(&self.room.session.settled);
        let inbox = Inbox::new(Arc::clone(&self.room.budget), Arc::clone(&self.drained), settled);
        self.streams.insert(id, Stream { inbox: Arc::clone(&inbox), heard: false, _load: load });
        let (session, half_closed) = (self.said.clone(), Arc::clone(&self.room.half_closed));
        tokio::spawn(Connection { key: id, local, inbox, session, half_closed }.run());
    }

    fn hear(&mut self, id: StreamId, said: Said) {
        match said {
            Said::Data(data) => self.mux.send(id, &data),
            Said::Closed if self.streams.contains_key(&id) => self.close(id, None),
            Said::Closed => {}
        }
    }

    fn leave(&mut self) {
        self.left = true;
        self.break_all();
        let _ = self.room.session.control.send(Control::Terminate);
    }

    fn break_all(&mut self) {
        self.room.incoming.close();
        for (_, stream) in self.streams.drain() {
            stream.inbox.end(Ending::Broken);
        }
        // Those that were accepted and not yet opened.
        while self.room.incoming.try_recv().is_ok() {}
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
