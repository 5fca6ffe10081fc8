//! The multiplexer: golden and recorded bytes, each rule of a stream's life, any cut, both ends joined, any bytes.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::vectors::recorded;
use super::{from_hex, ms};
use crate::session::message::{Message, MessageType, PayloadType};
use crate::session::mux::{MAX_FRAME_DATA, MAX_STREAMS};
use crate::session::{Mux, MuxError, MuxEvent, StreamId};

/// All events as text, with the data of a stream that came in a row as one.
fn events(mux: &mut Mux) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut last = None;
    for event in std::iter::from_fn(|| mux.poll_event()) {
        let data_of = match &event {
            MuxEvent::Data(id, _) => Some(*id),
            _ => None,
        };
        match (event, texts.last_mut()) {
            (MuxEvent::Data(_, data), Some(text)) if data_of == last => *text += &shown(&data),
            (MuxEvent::Data(id, data), _) => texts.push(format!("data {id} {}", shown(&data))),
            (MuxEvent::Opened(id), _) => texts.push(format!("opened {id}")),
            (MuxEvent::Closed(id), _) => texts.push(format!("closed {id}")),
            (MuxEvent::Failed(error), _) => texts.push(error.to_string()),
        }
        last = data_of;
    }
    texts
}

fn shown(data: &[u8]) -> String {
    data.escape_ascii().to_string()
}

fn output(mux: &mut Mux) -> Vec<u8> {
    std::iter::from_fn(|| mux.poll_output()).flatten().collect()
}

fn server() -> Mux {
    Mux::server(false, ms(0))
}

fn client() -> Mux {
    Mux::client(false, ms(0))
}

fn receive(mux: &mut Mux, bytes: &[u8]) {
    mux.receive(Bytes::copy_from_slice(bytes), ms(0));
}

const OPEN_3: &[u8] = b"\x01\x00\x00\x00\x03\x00\x00\x00";
const CLOSE_3: &[u8] = b"\x01\x01\x00\x00\x03\x00\x00\x00";
const OPEN_5: &[u8] = b"\x01\x00\x00\x00\x05\x00\x00\x00";
const HELLO_3: &[u8] = b"\x01\x02\x05\x00\x03\x00\x00\x00hello";
const HELLO_5: &[u8] = b"\x01\x02\x05\x00\x05\x00\x00\x00hello";
const EMPTY_3: &[u8] = b"\x01\x02\x00\x00\x03\x00\x00\x00";
const KEEP_ALIVE: &[u8] = b"\x01\x03\x00\x00\x00\x00\x00\x00";

#[test]
fn what_a_server_makes_of_frames() {
    type Case = (&'static str, &'static [&'static [u8]], &'static [&'static str]);
    let cases: [Case; 12] = [
        ("a stream", &[OPEN_3, HELLO_3, CLOSE_3], &["opened 3", "data 3 hello", "closed 3"]),
        (
            "two at once",
            &[OPEN_3, OPEN_5, HELLO_5, HELLO_3, CLOSE_3, HELLO_5],
            &["opened 3", "opened 5", "data 5 hello", "data 3 hello", "closed 3", "data 5 hello"],
        ),
        ("opened twice", &[OPEN_3, HELLO_3, OPEN_3, HELLO_3], &["opened 3", "data 3 hellohello"]),
        ("closed twice", &[OPEN_3, CLOSE_3, CLOSE_3], &["opened 3", "closed 3"]),
        ("data after the close", &[OPEN_3, CLOSE_3, HELLO_3], &["opened 3", "closed 3"]),
        ("opened again while this end is open", &[OPEN_3, CLOSE_3, OPEN_3], &["opened 3", "closed 3"]),
        ("nobody's data", &[HELLO_3, OPEN_5, HELLO_5], &["opened 5", "data 5 hello"]),
        ("nobody's close", &[CLOSE_3], &[]),
        ("data of no bytes", &[OPEN_3, EMPTY_3], &["opened 3"]),
        ("keep-alives that nobody asked for", &[KEEP_ALIVE, OPEN_3, KEEP_ALIVE], &["opened 3"]),
        (
            "version 2",
            &[OPEN_3, b"\x02\x00\x00\x00\x05\x00\x00\x00", HELLO_3],
            &[
                "opened 3",
                "the streams of the session are of version 2 of the multiplexer, and only version 1 is known",
            ],
        ),
        (
            "no command",
            &[b"\x01\x07\x00\x00\x05\x00\x00\x00", OPEN_3],
            &["the streams of the session hold an unknown command 7"],
        ),
    ];
    for (name, frames, expected) in cases {
        let mut server = server();
        receive(&mut server, &frames.concat());
        assert_eq!(events(&mut server), expected, "{name}");
    }
}

#[test]
fn what_a_client_makes_of_frames() {
    let mut client = client();
    let id = client.open().unwrap();
    receive(&mut client, &[OPEN_5, HELLO_5, HELLO_3, CLOSE_3].concat());
    assert_eq!(events(&mut client), ["data 3 hello", "closed 3"], "no stream is opened to it");
    output(&mut client);
    client.send(id, b"too late");
    assert_eq!(output(&mut client), b"", "the peer would drop it");
    client.close(id);
    client.close(id);
    assert_eq!(output(&mut client), CLOSE_3);
}

#[test]
fn what_is_sent() {
    let mut client = client();
    let first = client.open().unwrap();
    client.send(first, b"hello");
    let second = client.open().unwrap();
    client.close(first);
    client.send(first, b"ignored");
    client.send(second, b"hello");
    client.send(second, b"");
    let expected = [OPEN_3, HELLO_3, OPEN_5, CLOSE_3, HELLO_5].concat();
    assert_eq!(client.queued(), expected.len());
    assert_eq!(client.poll_output().unwrap(), expected, "joined");
    assert_eq!((client.poll_output(), client.queued()), (None, 0));
    assert_eq!(server().open(), None, "a server opens nothing");
}

#[test]
fn the_longest_frame_is_taken_and_the_longest_of_the_reference_is_made() {
    let mut server = server();
    let long = [OPEN_3, b"\x01\x02\xff\xff\x03\x00\x00\x00", &[b'x'; 65_535], CLOSE_3].concat();
    receive(&mut server, &long);
    assert_eq!(events(&mut server)[1].len(), "data 3 ".len() + 65_535);
    let mut client = client();
    let id = client.open().unwrap();
    client.send(id, &[0; MAX_FRAME_DATA + 1]);
    let bytes = output(&mut client);
    assert_eq!(bytes[8..12], [1, 2, 0, 0x80]);
    assert_eq!(bytes[16 + MAX_FRAME_DATA..][..4], [1, 2, 1, 0]);
}

#[test]
fn a_server_has_so_many_streams_and_closes_more_at_once() {
    let (mut client, mut server) = (client(), server());
    let ids: Vec<_> = std::iter::from_fn(|| client.open()).take(MAX_STREAMS + 1).collect();
    receive(&mut server, &output(&mut client));
    assert_eq!(events(&mut server).len(), MAX_STREAMS);
    receive(&mut client, &output(&mut server));
    assert_eq!(events(&mut client), [format!("closed {}", ids[MAX_STREAMS])]);
    server.close(ids[0]);
    client.open();
    receive(&mut server, &output(&mut client));
    assert_eq!(events(&mut server).len(), 1, "there is room again");
}

#[test]
fn after_a_failure_nothing_happens_any_more() {
    let mut client = client();
    let id = client.open().unwrap();
    output(&mut client);
    receive(&mut client, b"\x03\x00\x00\x00\x00\x00\x00\x00");
    assert_eq!(client.poll_event(), Some(MuxEvent::Failed(MuxError::Version(3))));
    receive(&mut client, HELLO_3);
    client.send(id, b"x");
    client.close(id);
    assert_eq!((client.open(), client.poll_event(), client.poll_output()), (None, None, None));
}

#[test]
fn keep_alives_go_out_every_ten_seconds_and_thirty_of_silence_are_the_end() {
    let mut mux = Mux::client(true, ms(5000));
    assert_eq!(mux.next_timeout(), Some(ms(15_000)));
    mux.handle_timeout(ms(14_999));
    assert_eq!(output(&mut mux), b"");
    mux.handle_timeout(ms(15_000));
    assert_eq!(output(&mut mux), KEEP_ALIVE);
    mux.receive(Bytes::from_static(KEEP_ALIVE), ms(20_000));
    for due in [25_000, 35_000, 45_000] {
        assert_eq!(mux.next_timeout(), Some(ms(due)));
        mux.handle_timeout(ms(due));
        assert_eq!(output(&mut mux), KEEP_ALIVE);
    }
    assert_eq!(mux.next_timeout(), Some(ms(50_000)));
    mux.handle_timeout(ms(50_000));
    assert_eq!(mux.poll_event(), Some(MuxEvent::Failed(MuxError::Silence)));
    assert_eq!(mux.next_timeout(), None);
    mux.handle_timeout(Duration::MAX);
    assert_eq!((mux.poll_event(), mux.poll_output()), (None, None));
    assert_eq!(client().next_timeout(), None, "with a new peer there is none");
}

#[test]
fn recorded_frames() {
    let Some(file) = recorded("smux.json") else { return };
    let hex = |name: &str, field: &str| {
        let vectors = file["vectors"].as_array().unwrap();
        let vector = vectors.iter().find(|vector| vector["name"] == name).unwrap();
        from_hex(vector[field].as_str().unwrap())
    };
    let (mut client, mut server) = (client(), server());
    let mut both = |client: &mut Mux, expected: Vec<u8>| {
        let bytes = output(client);
        assert_eq!(bytes, expected);
        receive(&mut server, &bytes);
        events(&mut server)
    };
    let first = client.open().unwrap();
    assert_eq!(both(&mut client, hex("open_first_stream", "hex")), ["opened 3"]);
    let data = hex("data", "payload_hex");
    client.send(first, &data);
    assert_eq!(both(&mut client, hex("data", "hex")), [format!("data 3 {}", shown(&data))]);
    let (head, tail) = (
        hex("data_40000_split", "first_frame_header_hex"),
        hex("data_40000_split", "second_frame_header_hex"),
    );
    client.send(first, &[b'x'; 40_000]);
    let split = [head, vec![b'x'; 32_768], tail, vec![b'x'; 7232]].concat();
    assert_eq!(both(&mut client, split), [format!("data 3 {}", "x".repeat(40_000))]);
    client.open();
    assert_eq!(both(&mut client, hex("open_second_stream", "hex")), ["opened 5"]);
    client.close(first);
    assert_eq!(both(&mut client, hex("close_first_stream", "hex")), ["closed 3"]);
    assert_eq!(KEEP_ALIVE, hex("keep_alive", "hex"));
}

/// The recorded bytes of both directions, through both ends of ours.
#[test]
fn recorded_sessions() {
    let cases: [(&str, &[&str], &[&str]); 2] = [
        (
            "transcript-port-mux.json",
            &["opened 3", "data 3 ping0", "closed 3", "opened 5", "data 5 ping1", "closed 5"],
            &["data 3 got ping0", "closed 3", "data 5 got ping1", "closed 5"],
        ),
        ("transcript-port-refused.json", &["opened 3", "closed 3"], &["closed 3"]),
    ];
    for (name, at_server, at_client) in cases {
        let Some(file) = recorded(name) else { return };
        let (mut client, mut server) = (client(), server());
        let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
        for frame in file["frames"].as_array().unwrap() {
            let message = Message::decode(&Bytes::from(from_hex(frame["hex"].as_str().unwrap()))).unwrap();
            if message.payload_type != PayloadType::OUTPUT {
                continue;
            }
            match message.message_type {
                MessageType::InputStreamData => {
                    if message.payload.starts_with(b"\x01\x00") {
                        client.open();
                    }
                    server.receive(message.payload, ms(0));
                    from_client.extend(events(&mut server));
                }
                _ => {
                    client.receive(message.payload, ms(0));
                    from_server.extend(events(&mut client));
                }
            }
        }
        assert_eq!(from_client, at_server, "{name}");
        assert_eq!(from_server, at_client, "{name}");
    }
}

/// What one end does with one of its streams.
#[derive(Debug, Clone)]
enum Step {
    Open,
    Send(usize, Vec<u8>),
    Close(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => Just(Step::Open),
        8 => (0..8usize, proptest::collection::vec(any::<u8>(), 0..300)).prop_map(|(of, data)| Step::Send(of, data)),
        1 => (0..8usize, Just(vec![7; 70_000])).prop_map(|(of, data)| Step::Send(of, data)),
        2 => (0..8usize).prop_map(Step::Close),
    ];
    proptest::collection::vec(step, 0..40)
}

fn take(mux: &mut Mux, ids: &mut Vec<StreamId>, step: &Step) {
    match step {
        Step::Open => ids.extend(mux.open()),
        Step::Send(of, data) => ids.get(*of).into_iter().for_each(|id| mux.send(*id, data)),
        Step::Close(of) => ids.get(*of).into_iter().for_each(|id| mux.close(*id)),
    }
}

/// What the other end must see of the client's steps: data up to the first close of each stream.
fn expected(steps: &[Step]) -> Vec<(Vec<u8>, bool)> {
    let mut streams: Vec<(Vec<u8>, bool)> = Vec::new();
    for step in steps {
        match step {
            Step::Open => streams.push(Default::default()),
            Step::Send(of, data) => {
                if let Some((sent, false)) = streams.get_mut(*of) {
                    sent.extend(data);
                }
            }
            Step::Close(of) => streams.get_mut(*of).into_iter().for_each(|(_, is_closed)| *is_closed = true),
        }
    }
    streams
}

proptest! {
    #[test]
    fn any_cut_of_any_frames_gives_the_same_events(
        steps in steps(),
        cuts in proptest::collection::vec(1..40usize, 1..20),
    ) {
        let mut client = client();
        let mut ids = Vec::new();
        steps.iter().for_each(|step| take(&mut client, &mut ids, step));
        let bytes = Bytes::from(output(&mut client));

        let (mut whole, mut cut) = (server(), server());
        whole.receive(bytes.clone(), ms(0));
        let (mut rest, mut sizes) = (bytes, cuts.iter().cycle());
        while !rest.is_empty() {
            let part = rest.split_to(rest.len().min(*sizes.next().unwrap()));
            cut.receive(part, ms(0));
        }
        prop_assert_eq!(events(&mut cut), events(&mut whole));
    }

    #[test]
    fn both_ends_joined_see_what_the_other_one_did(of_client in steps(), of_server in steps()) {
        let (mut client, mut server) = (client(), server());
        let mut ids = Vec::new();
        of_client.iter().for_each(|step| take(&mut client, &mut ids, step));
        receive(&mut server, &output(&mut client));
        let mut streams = vec![(Vec::new(), false); ids.len()];
        let place = |id: &StreamId| ids.iter().position(|known| known == id).unwrap();
        let mut opened = Vec::new();
        while let Some(event) = server.poll_event() {
            match event {
                MuxEvent::Opened(id) => opened.push(id),
                MuxEvent::Data(id, data) => streams[place(&id)].0.extend_from_slice(&data),
                MuxEvent::Closed(id) => streams[place(&id)].1 = true,
                MuxEvent::Failed(error) => panic!("{error}"),
            }
        }
        prop_assert_eq!(&opened, &ids);
        prop_assert_eq!(&streams, &expected(&of_client));

        // Back again: only to streams that the client has left open.
        of_server.iter().for_each(|step| take(&mut server, &mut opened, step));
        receive(&mut client, &output(&mut server));
        let as_if_opened: Vec<_> =
            ids.iter().map(|_| Step::Open).chain(of_server.into_iter().filter(|step| !matches!(step, Step::Open))).collect();
        let mut answers = vec![(Vec::new(), false); ids.len()];
        while let Some(event) = client.poll_event() {
            match event {
                MuxEvent::Data(id, data) => answers[place(&id)].0.extend_from_slice(&data),
                MuxEvent::Closed(id) => answers[place(&id)].1 = true,
                other => panic!("{other:?}"),
            }
        }
        for ((answer, wanted), (_, is_closed)) in answers.iter().zip(expected(&as_if_opened)).zip(&streams) {
            if *is_closed {
                prop_assert_eq!(answer, &(Vec::new(), false));
            } else {
                prop_assert_eq!(answer, &wanted);
            }
        }
    }

    #[test]
    fn any_bytes_are_taken_without_panic(
        frames in proptest::collection::vec(
            (0..3u8, 0..6u8, any::<u16>(), 0..8u32, proptest::collection::vec(any::<u8>(), 0..64)),
            0..50,
        ),
        is_client in any::<bool>(),
    ) {
        let mut mux = if is_client { client() } else { server() };
        let id = mux.open();
        let mut taken = 0;
        for (version, command, length, stream, data) in frames {
            let bytes = [&[version, command][..], &length.to_le_bytes(), &stream.to_le_bytes(), &data].concat();
            taken += bytes.len();
            receive(&mut mux, &bytes);
            id.into_iter().for_each(|id| mux.send(id, b"x"));
        }
        let given: usize = std::iter::from_fn(|| mux.poll_event())
            .map(|event| match event {
                MuxEvent::Data(_, data) => data.len(),
                _ => 1,
            })
            .sum();
        prop_assert!(given <= taken);
    }
}
