//! Both ends of the multiplexer under arbitrary frames, bytes, calls and times: no panic, no event after a
//! failure, no data out of nothing, and what waits is what was counted.

#![no_main]

use std::time::Duration;

use bytes::Bytes;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use opsctl_engine::session::{Mux, MuxEvent, StreamId};

#[derive(Debug, Arbitrary)]
struct Script {
    is_client: bool,
    keep_alive: bool,
    steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
enum Step {
    Bytes(Vec<u8>),
    Frame { command: u8, length: u16, stream: u8, data: Vec<u8> },
    Open,
    Send { stream: u8, length: u16 },
    Close { stream: u8 },
    Wait { ms: u16 },
    TakeOutput,
}

fuzz_target!(|script: Script| {
    let mut now = Duration::ZERO;
    let mut mux = match script.is_client {
        true => Mux::client(script.keep_alive, now),
        false => Mux::server(script.keep_alive, now),
    };
    let mut streams: Vec<StreamId> = Vec::new();
    let (mut given, mut got, mut has_failed) = (0, 0, false);
    for step in script.steps {
        let stream = |index: u8| streams.get(usize::from(index) % streams.len().max(1)).copied();
        match step {
            Step::Bytes(bytes) => {
                given += bytes.len();
                mux.receive(bytes.into(), now);
            }
            Step::Frame { command, length, stream, data } => {
                let [low, high] = length.to_le_bytes();
                let frame = [&[1, command % 5, low, high, stream, 0, 0, 0], &data[..]].concat();
                given += frame.len();
                mux.receive(Bytes::from(frame), now);
            }
            Step::Open => streams.extend(mux.open()),
            Step::Send { stream: index, length } => {
                stream(index).into_iter().for_each(|id| mux.send(id, &vec![0; usize::from(length)]));
            }
            Step::Close { stream: index } => stream(index).into_iter().for_each(|id| mux.close(id)),
            Step::Wait { ms } => {
                now += Duration::from_millis(u64::from(ms));
                if mux.next_timeout().is_some_and(|due| due <= now) {
                    mux.handle_timeout(now);
                }
            }
            Step::TakeOutput => {
                let queued = mux.queued();
                let taken: usize = std::iter::from_fn(|| mux.poll_output()).map(|bytes| bytes.len()).sum();
                assert_eq!((taken, mux.queued()), (queued, 0));
            }
        }
        while let Some(event) = mux.poll_event() {
            assert!(!has_failed, "{event:?} after a failure");
            match event {
                MuxEvent::Opened(id) => streams.push(id),
                MuxEvent::Data(_, data) => got += data.len(),
                MuxEvent::Closed(id) => assert!(streams.contains(&id)),
                MuxEvent::Failed(_) => has_failed = true,
            }
        }
        assert!(got <= given);
    }
});
