//! How fast the data channel is without a wire: the codec alone, and both ends joined in memory on one core.

use std::time::Duration;

use bytes::Bytes;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use opsctl_engine::session::faults::{FaultRates, Faults};
use opsctl_engine::session::message::{Message, MessageType, PayloadType, SCHEMA_VERSION};
use opsctl_engine::session::{Agent, AgentEvent, AgentOptions, Client, ClientEvent, ClientOptions, Moment};
use opsctl_engine::uuid::Uuid;

const TRANSFER: usize = 64 << 20;
const PAYLOAD_SIZES: [usize; 2] = [1024, 16 * 1024];

fn main() {
    divan::main();
}

fn message(payload_size: usize) -> Message {
    Message {
        message_type: MessageType::OutputStreamData,
        schema_version: SCHEMA_VERSION,
        created_ms: 1_700_000_000_000,
        sequence: 7,
        flags: 0,
        id: Uuid([7; 16]),
        payload_type: PayloadType::OUTPUT,
        payload: Bytes::from(vec![7; payload_size]),
    }
}

#[divan::bench(args = PAYLOAD_SIZES)]
fn encode(bencher: Bencher, payload_size: usize) {
    let message = message(payload_size);
    bencher.counter(BytesCount::new(payload_size)).bench(|| black_box(&message).encode());
}

#[divan::bench(args = PAYLOAD_SIZES)]
fn decode(bencher: Bencher, payload_size: usize) {
    let frame = message(payload_size).encode();
    bencher.counter(BytesCount::new(payload_size)).bench(|| Message::decode(black_box(&frame)));
}

#[divan::bench(args = PAYLOAD_SIZES, sample_count = 5)]
fn download_clean(bencher: Bencher, payload_size: usize) {
    let faults = FaultRates::default();
    bencher.counter(BytesCount::new(TRANSFER)).bench(|| download(payload_size, faults));
}

#[divan::bench(args = PAYLOAD_SIZES, sample_count = 5)]
fn download_with_loss_and_reordering(bencher: Bencher, payload_size: usize) {
    let faults = FaultRates { loss: 0.01, reorder: 0.05, ..FaultRates::default() };
    bencher.counter(BytesCount::new(TRANSFER)).bench(|| download(payload_size, faults));
}

/// A whole transfer from agent to client. Virtual time moves only when nothing else can happen.
fn download(payload_size: usize, rates: FaultRates) {
    let mut now = Moment { elapsed: Duration::ZERO, unix_ms: 1_700_000_000_000 };
    let mut agent_options = AgentOptions::new("session", "target", [1; 32]);
    agent_options.payload_size = payload_size;
    let mut agent = Agent::new(agent_options, now);
    let mut client = Client::new(ClientOptions::new("session", "target", [2; 32]), now);
    agent.connected(now);
    client.connected(now);
    let (mut to_client, mut to_agent) = (Faults::new(rates, 1), Faults::new(rates, 2));
    let chunk = vec![b'x'; 64 * 1024];
    let (mut sent, mut received) = (0, 0);
    while received < TRANSFER {
        let mut is_idle = true;
        while sent < TRANSFER && agent.room() > 0 {
            sent += agent.send_output(&chunk[..chunk.len().min(TRANSFER - sent)], now);
        }
        while let Some(frame) = agent.poll_frame() {
            for frame in to_client.apply(frame) {
                client.receive(frame, now);
            }
            while let Some(event) = client.poll_event() {
                if let ClientEvent::Output(data) = event {
                    received += data.len();
                }
            }
            is_idle = false;
        }
        while let Some(frame) = client.poll_frame() {
            for frame in to_agent.apply(frame) {
                agent.receive(frame, now);
            }
            is_idle = false;
        }
        while let Some(event) = agent.poll_event() {
            assert!(!matches!(event, AgentEvent::Failed(_)));
        }
        if is_idle {
            to_client.flush().into_iter().for_each(|frame| client.receive(frame, now));
            to_agent.flush().into_iter().for_each(|frame| agent.receive(frame, now));
            let Some(due) = agent.next_timeout() else { continue };
            now.elapsed = now.elapsed.max(due);
            agent.handle_timeout(now);
        }
    }
    assert_eq!(received, TRANSFER);
}
