//! What streams cost: the multiplexer alone, and an upload through it and the data channel, both ends on one core.

use std::time::Duration;

use divan::Bencher;
use divan::counter::BytesCount;
use opsctl_engine::session::{
    Agent, AgentEvent, AgentOptions, Client, ClientOptions, Moment, Mux, MuxEvent, SessionType,
};

const TRANSFER: usize = 64 << 20;
/// What a local connection gives at a time.
const READ: usize = 16 * 1024;
/// Output beyond which a driver takes no more from its connections.
const MAX_QUEUED: usize = 256 * 1024;
const PAYLOAD_SIZES: [usize; 2] = [1024, 16 * 1024];

fn main() {
    divan::main();
}

#[divan::bench(args = [1024, READ], sample_count = 5)]
fn frames_alone(bencher: Bencher, read: usize) {
    bencher.counter(BytesCount::new(TRANSFER)).bench(|| {
        let (mut client, mut server) =
            (Mux::client(false, Duration::ZERO), Mux::server(false, Duration::ZERO));
        let Some(stream) = client.open() else { panic!("no stream") };
        let (data, mut sent, mut received) = (vec![b'x'; read], 0, 0);
        while sent < TRANSFER {
            client.send(stream, &data);
            sent += read;
            while let Some(bytes) = client.poll_output() {
                server.receive(bytes, Duration::ZERO);
            }
            received += taken(&mut server);
        }
        assert_eq!(received, TRANSFER);
    });
}

#[divan::bench(args = PAYLOAD_SIZES, sample_count = 5)]
fn upload(bencher: Bencher, payload_size: usize) {
    bencher.counter(BytesCount::new(TRANSFER)).bench(|| upload_once(payload_size));
}

fn upload_once(payload_size: usize) {
    let now = Moment { elapsed: Duration::ZERO, unix_ms: 1_700_000_000_000 };
    let mut agent_options = AgentOptions::new("session", "target", [1; 32]);
    (agent_options.session_type, agent_options.handshake) = (SessionType::Port, true);
    let mut client_options = ClientOptions::new("session", "target", [2; 32]);
    client_options.payload_size = payload_size;
    let (mut agent, mut client) = (Agent::new(agent_options, now), Client::new(client_options, now));
    agent.connected(now);
    client.connected(now);

    let (mut local, mut remote) = (Mux::client(false, now.elapsed), Mux::server(false, now.elapsed));
    let Some(stream) = local.open() else { panic!("no stream") };
    let (data, mut read, mut received) = (vec![b'x'; READ], 0, 0);
    let mut waiting = None;
    while received < TRANSFER {
        while read < TRANSFER && local.queued() < MAX_QUEUED {
            local.send(stream, &data);
            read += READ;
        }
        while client.room() > 0
            && let Some(mut bytes) = waiting.take().or_else(|| local.poll_output())
        {
            let taken = client.send(&bytes, now);
            waiting = (taken < bytes.len()).then(|| bytes.split_off(taken));
        }
        while let Some(frame) = client.poll_frame() {
            agent.receive(frame, now);
            while let Some(event) = agent.poll_event() {
                match event {
                    AgentEvent::Ready => agent.accept_input(true),
                    AgentEvent::Input(bytes) => remote.receive(bytes, now.elapsed),
                    _ => {}
                }
            }
            received += taken(&mut remote);
        }
        while let Some(frame) = agent.poll_frame() {
            client.receive(frame, now);
            while client.poll_event().is_some() {}
        }
    }
    assert_eq!(received, TRANSFER);
}

/// Bytes of data among the events.
fn taken(mux: &mut Mux) -> usize {
    std::iter::from_fn(|| mux.poll_event())
        .map(|event| match event {
            MuxEvent::Data(_, data) => data.len(),
            MuxEvent::Failed(error) => panic!("{error}"),
            _ => 0,
        })
        .sum()
}
