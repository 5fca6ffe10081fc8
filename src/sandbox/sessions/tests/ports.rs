//! Ports of a node as a client meets them: real connections on loopback, through the session's websocket.

use super::client::PATIENCE;
use super::*;
use opsctl_engine::session::faults::FaultRates;
use opsctl_engine::session::{ClientEvent, ClientOptions, Flag, Mux, MuxEvent, StreamId};
use serde_json::json;
use std::collections::HashMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The agent with which forwarding became multiplexed comes after this one.
const BASIC_AGENT: &str = "3.0.196.0";
const SOME_MIB: usize = 3 << 20;

fn local(port: u16) -> SessionDocument {
    remote(None, port)
}

fn remote(host: Option<&str>, port: u16) -> SessionDocument {
    let properties = json!({ "portNumber": port.to_string(), "type": "LocalPortForwarding" });
    SessionDocument::Port(PortDocument { host: host.map(str::to_owned), port, is_local: true, properties })
}

fn stdio(port: u16) -> SessionDocument {
    let properties = json!({ "portNumber": port.to_string() });
    SessionDocument::Port(PortDocument { host: None, port, is_local: false, properties })
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port where nobody listens.
async fn closed_port() -> u16 {
    listener().await.1
}

/// Gives back what it gets.
async fn echo() -> u16 {
    let (listener, port) = listener().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = socket.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    port
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.unwrap()
}

async fn accept(listener: &TcpListener) -> TcpStream {
    soon(listener.accept()).await.unwrap().0
}

async fn read(socket: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut data = vec![0; length];
    soon(socket.read_exact(&mut data)).await.unwrap();
    data
}

async fn read_to_end(socket: &mut TcpStream) -> Vec<u8> {
    let mut data = Vec::new();
    soon(socket.read_to_end(&mut data)).await.unwrap();
    data
}

/// Bytes that repeat nowhere near.
fn noise(length: usize, seed: u8) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn has_flag(client: &TestClient) -> bool {
    client.events.contains(&ClientEvent::Flag(Flag::ConnectToPortError))
}

/// A client that has many connections in its session.
struct Forward {
    client: TestClient,
    mux: Mux,
    received: HashMap<StreamId, Vec<u8>>,
    /// In the order in which the agent closed them.
    closed: Vec<StreamId>,
}

impl Forward {
    async fn start(house: &House, document: SessionDocument) -> Forward {
        let started = house.start(document);
        Forward {
            client: TestClient::connect(house, &started, NODE).await,
            mux: Mux::client(false, Duration::ZERO),
            received: HashMap::new(),
            closed: Vec::new(),
        }
    }

    fn open(&mut self, data: &[u8]) -> StreamId {
        let id = self.mux.open().unwrap();
        self.mux.send(id, data);
        id
    }

    fn received(&self, id: StreamId) -> &[u8] {
        self.received.get(&id).map_or(b"", Vec::as_slice)
    }

    async fn during<T>(&mut self, what: impl Future<Output = T>) -> T {
        tokio::select! {
            result = what => result,
            () = self.until(|_| false) => unreachable!("it has no end"),
        }
    }

    async fn until(&mut self, condition: impl Fn(&Forward) -> bool) {
        let met = tokio::time::timeout(PATIENCE, async {
            while !condition(self) {
                while let Some(bytes) = self.mux.poll_output() {
                    self.client.type_in(bytes);
                }
                self.client.step().await;
                self.mux.receive(std::mem::take(&mut self.client.output).into(), Duration::ZERO);
                while let Some(event) = self.mux.poll_event() {
                    match event {
                        MuxEvent::Data(id, data) => self.received.entry(id).or_default().extend(data),
                        MuxEvent::Closed(id) => self.closed.push(id),
                        event => panic!("{event:?}"),
                    }
                }
            }
        });
        if met.await.is_err() {
            let lengths: Vec<_> = self.received.iter().map(|(id, data)| (id, data.len())).collect();
            panic!("waited in vain: {lengths:?}, closed {:?}, {:?}", self.closed, self.client.events);
        }
    }
}

#[tokio::test]
async fn a_connection_goes_through_and_ends_on_both_sides() {
    let (listener, port) = listener().await;
    let house = House::new();
    let mut forward = Forward::start(&house, local(port)).await;
    let id = forward.open(b"question");
    let server = tokio::spawn(async move {
        let mut socket = accept(&listener).await;
        assert_eq!(read(&mut socket, 8).await, b"question");
        socket.write_all(b"answer").await.unwrap();
        read_to_end(&mut socket).await
    });
    forward.until(|forward| forward.received(id) == b"answer").await;
    let started = forward.client.events.iter().find_map(|event| match event {
        ClientEvent::Started { session_type, properties, encrypted, .. } => {
            Some((*session_type, properties.clone(), *encrypted))
        }
        _ => None,
    });
    let properties = json!({ "portNumber": port.to_string(), "type": "LocalPortForwarding" });
    assert_eq!(started, Some((SessionType::Port, properties, false)));
    forward.mux.send(id, b"more");
    forward.mux.close(id);
    assert_eq!(
        forward.during(server).await.unwrap(),
        b"more",
        "what was sent before the end arrives before the end"
    );
    forward.client.flag(Flag::TerminateSession);
    assert_eq!(forward.client.until_closed().await, "");
}

#[tokio::test]
async fn a_port_session_is_never_encrypted() {
    let house = House::with(|settings, _| {
        settings.preferences.kms_key_id = Some("alias/sessions".to_owned());
    });
    let mut forward = Forward::start(&house, local(echo().await)).await;
    let id = forward.open(b"plain");
    forward.until(|forward| forward.received(id) == b"plain").await;
    let encrypted = |event: &ClientEvent| matches!(event, ClientEvent::Started { encrypted: true, .. });
    assert!(!forward.client.events.iter().any(encrypted));
}

#[tokio::test]
async fn two_hundred_connections_at_once() {
    let house = House::new();
    let mut forward = Forward::start(&house, local(echo().await)).await;
    let data: Vec<_> = (0..200).map(|seed| noise(10_000, seed)).collect();
    let ids: Vec<_> = data.iter().map(|data| forward.open(data)).collect();
    forward.until(|forward| ids.iter().all(|id| forward.received(*id).len() >= 10_000)).await;
    for (id, data) in ids.iter().zip(&data) {
        assert!(forward.received(*id) == data, "{id}");
    }
}

#[tokio::test]
async fn hundreds_of_connections_one_after_another() {
    let house = House::new();
    let mut forward = Forward::start(&house, local(echo().await)).await;
    for round in 0..500 {
        let id = forward.open(b"x");
        forward.until(|forward| forward.received(id) == b"x").await;
        forward.mux.close(id);
        assert!(forward.closed.is_empty(), "{round}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_told_by_flag_and_end_and_costs_no_other() {
    let (first, port) = listener().await;
    let house = House::new();
    let mut forward = Forward::start(&house, local(port)).await;
    let open = forward.open(b"first");
    let mut socket = forward.during(accept(&first)).await;
    drop(first);
    let refused = forward.open(b"nobody hears");
    forward.until(|forward| !forward.closed.is_empty()).await;
    assert_eq!(forward.closed, [refused]);
    assert!(forward.received(refused).is_empty() && has_flag(&forward.client));
    forward.mux.close(refused);
    socket.write_all(b"still here").await.unwrap();
    forward.until(|forward| forward.received(open) == b"still here").await;
}

#[tokio::test]
async fn what_the_destination_sent_before_its_end_comes_before_the_end() {
    let (listener, port) = listener().await;
    let data = noise(SOME_MIB, 1);
    let answer = data.clone();
    tokio::spawn(async move {
        let mut socket = accept(&listener).await;
        read(&mut socket, 3).await;
        socket.write_all(&answer).await
    });
    let house = House::new();
    let mut forward = Forward::start(&house, local(port)).await;
    let id = forward.open(b"get");
    forward.until(|forward| !forward.closed.is_empty()).await;
    assert_eq!(forward.closed, [id]);
    assert!(forward.received(id) == data);
}

#[tokio::test]
async fn what_the_client_sent_before_its_end_comes_before_the_end() {
    let (listener, port) = listener().await;
    let house = House::new();
    let mut forward = Forward::start(&house, local(port)).await;
    let data = noise(SOME_MIB, 2);
    let id = forward.open(&data);
    forward.mux.close(id);
    let mut socket = forward.during(accept(&listener)).await;
    assert!(forward.during(read_to_end(&mut socket)).await == data);
}

#[tokio::test]
async fn a_bad_wire_delivers_every_byte_both_ways() {
    let rates = FaultRates { loss: 0.02, duplicate: 0.02, reorder: 0.1, flip: 0.01, truncate: 0.01 };
    let cut = Rhythm { after: None, every: Some(2000) };
    let faults = FaultSettings { rates, seed: 3, cut, ..FaultSettings::default() };
    let house = House::with(|settings, _| settings.faults = Some(faults));
    let mut forward = Forward::start(&house, local(echo().await)).await;
    let data = [noise(SOME_MIB, 3), noise(SOME_MIB / 2, 4)];
    let ids = data.each_ref().map(|data| forward.open(data));
    forward
        .until(|forward| ids.iter().zip(&data).all(|(id, data)| forward.received(*id).len() >= data.len()))
        .await;
    for (id, data) in ids.iter().zip(&data) {
        assert!(forward.received(*id) == data, "{id}");
    }
    assert!(forward.client.sockets_opened > 1);
}

#[tokio::test]
async fn a_destination_that_does_not_read_makes_the_session_wait_and_loses_nothing() {
    let (listener, port) = listener().await;
    let house = House::new();
    let mut forward = Forward::start(&house, local(port)).await;
    // More than session, sockets and kernel keep.
    let data = noise(24 << 20, 5);
    let id = forward.open(&data);
    let mut socket = forward.during(accept(&listener)).await;
    forward.until(|forward| forward.client.engine.room() == 0).await;
    assert!(forward.during(read(&mut socket, 24 << 20)).await == data);
    assert!(forward.received(id).is_empty());
}

#[tokio::test]
async fn both_versions_decide_whether_it_is_basic() {
    for (agent, client, is_basic) in [
        ("3.0.196.0", "1.2.694.0", true),
        ("3.0.197.0", "1.2.694.0", false),
        ("3.3.987.0", "1.1.69.0", true),
        ("3.3.987.0", "1.1.70.0", false),
    ] {
        let (listener, port) = listener().await;
        let house = House::with_node(|_, _| {}, |node| node.agent_version = agent.to_owned());
        let started = house.start(local(port));
        let mut options = ClientOptions::new(&*started.session_id, NODE, [7; 32]);
        options.client_version = client.to_owned();
        let mut client = TestClient::with(&house, &started, options).await;
        let frames = b"\x01\x00\x00\x00\x03\x00\x00\x00\x01\x02\x02\x00\x03\x00\x00\x00hi";
        client.type_in(frames);
        let mut socket = client.during(accept(&listener)).await;
        let came = client.during(read(&mut socket, 2)).await;
        assert_eq!(came == b"hi", !is_basic, "agent {agent}");
    }
}

#[tokio::test]
async fn a_basic_session_connects_at_once_and_again_for_the_next_output() {
    let (listener, port) = listener().await;
    let house = House::with_node(|_, _| {}, |node| node.agent_version = BASIC_AGENT.to_owned());
    let started = house.start(local(port));
    let mut client = TestClient::connect(&house, &started, NODE).await;
    let mut first = client.during(accept(&listener)).await;
    first.write_all(b"hello").await.unwrap();
    client.until("hello").await;

    client.type_in("one");
    client.until_taken().await;
    client.flag(Flag::DisconnectToPort);
    assert_eq!(client.during(read_to_end(&mut first)).await, b"one");

    client.type_in("two");
    let mut second = client.during(accept(&listener)).await;
    assert_eq!(client.during(read(&mut second, 3)).await, b"two");
    second.write_all(b" bye").await.unwrap();
    drop(second);
    client.until("hello bye").await;
    assert_eq!(client.closed(), None, "the client is not told");
    assert!(!has_flag(&client));

    // The end of the second connection came before its last words were sent, so that this makes a third.
    client.type_in("three");
    let mut third = client.during(accept(&listener)).await;
    assert_eq!(client.during(read(&mut third, 5)).await, b"three");
}

#[tokio::test]
async fn who_needs_its_connection_at_once_fails_without_it() {
    let house = House::with_node(|_, _| {}, |node| node.agent_version = BASIC_AGENT.to_owned());
    for document in [local(closed_port().await), stdio(closed_port().await)] {
        let started = house.start(document);
        let mut client = TestClient::connect(&house, &started, NODE).await;
        client.type_in("is anybody there?");
        let reason = client.until_closed().await;
        assert!(reason.contains("connection refused"), "{reason}");
        house.until_terminated(&started.session_id).await;
    }
}

#[tokio::test]
async fn the_one_connection_of_stdio_ends_the_session() {
    let (listener, port) = listener().await;
    let house = House::new();
    let started = house.start(stdio(port));
    let mut client = TestClient::connect(&house, &started, NODE).await;
    let server = tokio::spawn(async move {
        let mut socket = accept(&listener).await;
        socket.write_all(b"SSH-2.0-server\r\n").await.unwrap();
        let line = read(&mut socket, 16).await;
        socket.write_all(&noise(SOME_MIB, 6)).await.unwrap();
        line
    });
    client.until("SSH-2.0-server\r\n").await;
    client.type_in("SSH-2.0-client\r\n");
    assert_eq!(client.until_closed().await, "");
    assert_eq!(server.await.unwrap(), b"SSH-2.0-client\r\n");
    assert!(client.output[16..] == noise(SOME_MIB, 6), "all of it comes before the end");
}

#[tokio::test]
async fn the_client_ends_the_one_connection_with_its_session() {
    let (listener, port) = listener().await;
    let house = House::new();
    let started = house.start(stdio(port));
    let mut client = TestClient::connect(&house, &started, NODE).await;
    client.type_in("bye");
    client.until_taken().await;
    client.flag(Flag::TerminateSession);
    assert_eq!(client.until_closed().await, "");
    house.until_terminated(&started.session_id).await;
    assert_eq!(read_to_end(&mut accept(&listener).await).await, b"bye");
}

#[tokio::test]
async fn a_remote_host_is_reached_on_loopback_only() {
    let port = echo().await;
    let house = House::new();
    for host in ["localhost", "127.0.0.1", "db.localhost"] {
        let mut forward = Forward::start(&house, remote(Some(host), port)).await;
        let id = forward.open(b"hello");
        forward.until(|forward| forward.received(id) == b"hello").await;
    }
    for host in ["169.254.169.254", "10.0.0.1", "example.com"] {
        let started = house.start(remote(Some(host), port));
        let mut client = TestClient::connect(&house, &started, NODE).await;
        let reason = client.until_closed().await;
        assert!(reason.contains(host) && reason.contains("forbidden"), "{reason}");
    }
}

#[tokio::test]
async fn a_throttled_node_sends_a_kilobyte_a_millisecond_at_most() {
    let house = House::with_node(|_, _| {}, |node| node.throttle = Throttle::Agent);
    let mut forward = Forward::start(&house, local(echo().await)).await;
    let data = noise(100 << 10, 7);
    let started = std::time::Instant::now();
    let id = forward.open(&data);
    forward.until(|forward| forward.received(id).len() >= data.len()).await;
    assert!(forward.received(id) == data);
    assert!(started.elapsed() >= Duration::from_millis(98), "{:?}", started.elapsed());
}

#[tokio::test]
async fn broken_streams_end_the_session_with_the_reason() {
    let house = House::new();
    let started = house.start(local(echo().await));
    let mut client = TestClient::connect(&house, &started, NODE).await;
    client.type_in(b"GET / HTTP/1.1\r\n");
    let reason = client.until_closed().await;
    assert!(reason.contains("version 71 of the multiplexer"), "{reason}");
}
