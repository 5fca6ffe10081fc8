//! The defects of the reference client that concern the channel: each has a test here that shows it is not copied.

use bytes::Bytes;

use super::frames::{acknowledgement, events, output, written};
use super::wire::Wire;
use super::{SESSION, agent_options, at, client, client_options, ms};
use crate::random::Random;
use crate::session::message::{Message, MessageType, PayloadType};
use crate::session::{AgentEvent, Client, ClientError, ClientEvent, Flag, SessionType, service};

/// A client in a running shell, with nothing left to write or take.
fn running() -> Client {
    let mut client = client();
    client.receive(output(0, PayloadType::OUTPUT, "$ "), at(ms(0)));
    written(&mut client);
    events(&mut client);
    client
}

fn numbers(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.sequence).collect()
}

#[test]
fn defect_1_an_upload_is_not_paced_by_a_sleep_after_each_kibibyte() {
    let mut client = running();
    let data = vec![b'x'; 10_000_000];
    let mut sent = 0;
    // Time stands still: only acknowledgements, not a clock, bring room.
    while sent < data.len() {
        let taken = client.send(&data[sent..], at(ms(1)));
        assert!(taken > 0);
        sent += taken;
        for message in written(&mut client).0 {
            client.receive(acknowledgement(&message), at(ms(1)));
        }
    }
    assert!(client.all_acknowledged());
}

#[test]
fn defect_2_a_lone_line_feed_stays_a_line_feed() {
    for session_type in SessionType::ALL {
        let mut options = agent_options();
        (options.handshake, options.session_type) = (true, session_type);
        let mut wire = Wire::new(client_options(), options);
        wire.run_until(|wire| wire.client.room() > 0);
        for byte in 0..=255 {
            assert_eq!(wire.client.send(&[byte], wire.moment()), 1);
        }
        wire.settle();
        assert_eq!(wire.input(), (0..=255).collect::<Vec<u8>>(), "{session_type:?}");
    }
}

#[test]
fn defect_3_no_two_messages_get_one_number() {
    let mut client = client();
    let handshake = r#"{"AgentVersion":"3.3.0.0","RequestedClientActions":[{"ActionType":"SessionType",
        "ActionParameters":{"SessionType":"Standard_Stream","Properties":null}}]}"#;
    client.resize(80, 24, at(ms(0)));
    client.receive(output(0, PayloadType::HANDSHAKE_REQUEST, handshake), at(ms(0)));
    client.receive(output(1, PayloadType::HANDSHAKE_COMPLETE, "{}"), at(ms(0)));
    for round in 1..50 {
        client.send(&[b'k'; 2000], at(ms(round)));
        client.resize(80, round as u16, at(ms(round)));
        client.send_flag(Flag::DisconnectToPort, at(ms(round)));
    }
    let (messages, _) = written(&mut client);
    assert_eq!(numbers(&messages), (0..2 + 49 * 4).collect::<Vec<_>>());
}

#[test]
fn defect_4_acknowledgements_in_the_middle_of_a_repetition_are_safe() {
    let mut client = running();
    client.send(&[b'x'; 11 * 1024], at(ms(0)));
    let (mut messages, _) = written(&mut client);
    // One round trip is known, so that all of the others are repeated together.
    client.receive(acknowledgement(&messages.remove(0)), at(ms(100)));
    client.handle_timeout(at(ms(200)));
    let mut repeated = Vec::new();
    // While the repeats are being written, acknowledgements of the even ones arrive.
    for message in messages.iter().skip(1).step_by(2) {
        repeated.extend(client.poll_frame());
        client.receive(acknowledgement(message), at(ms(201)));
    }
    repeated.extend(std::iter::from_fn(|| client.poll_frame()));
    let repeated: Vec<_> = repeated.iter().map(|frame| Message::decode(frame).unwrap().sequence).collect();
    for odd in (1..11).step_by(2) {
        assert_eq!(repeated.iter().filter(|number| **number == odd).count(), 1, "{repeated:?}");
    }
    for message in messages.iter().step_by(2) {
        client.receive(acknowledgement(message), at(ms(202)));
    }
    assert!(client.all_acknowledged());
}

#[test]
fn defect_5_old_messages_are_acknowledged_again() {
    let mut client = running();
    let again = output(0, PayloadType::OUTPUT, "$ ");
    for _ in 0..3 {
        client.receive(again.clone(), at(ms(5)));
        let frame = client.poll_frame().unwrap();
        let message = Message::decode(&frame).unwrap();
        assert_eq!(message.message_type, MessageType::Acknowledge);
        let id = Message::decode(&again).unwrap().id;
        let expected = format!(
            r#"{{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"{id}","AcknowledgedMessageSequenceNumber":0,"IsSequentialMessage":true}}"#
        );
        assert_eq!(message.payload, expected);
    }
    assert_eq!((events(&mut client), client.stats().duplicates), (vec![], 3), "but not delivered again");
}

#[test]
fn defect_5_after_a_cut_the_agent_repairs_what_was_lost_with_it() {
    let mut wire = Wire::new(client_options(), agent_options());
    let output: Vec<u8> = (0..100_000u32).map(|i| i.to_be_bytes()[2]).collect();
    wire.agent.send_output(&output, wire.moment());
    // The first messages have arrived, their acknowledgements are under way.
    wire.run_until(|wire| !wire.output().is_empty());
    wire.cut();
    wire.now += ms(5000);
    wire.reconnect();
    wire.settle();
    assert_eq!(wire.output(), output);
    assert!(wire.agent.all_acknowledged());
    assert!(wire.client.stats().duplicates > 0);
}

#[test]
fn defect_6_the_oldest_message_is_never_forgotten() {
    let mut client = running();
    let mut sent = Vec::new();
    // Nothing but the newest is acknowledged: the sender has to stop, not to forget.
    for round in 0..20_000 {
        if client.send(b"x", at(ms(1))) == 0 {
            assert_eq!(client.room(), 0);
            break;
        }
        let (mut messages, _) = written(&mut client);
        if round > 0 {
            client.receive(acknowledgement(&messages[0]), at(ms(1)));
        }
        sent.append(&mut messages);
    }
    assert_eq!(sent.len(), 8000, "below the 10,000 early messages that the other end keeps");
    client.handle_timeout(at(ms(300)));
    let (repeated, _) = written(&mut client);
    assert_eq!(repeated, sent[..1], "the same bytes and id");
    client.receive(acknowledgement(&repeated[0]), at(ms(301)));
    assert!(client.all_acknowledged() && client.room() > 0);
}

#[test]
fn defect_6_a_burst_beyond_the_window_is_pushed_back_to_its_source() {
    let mut client = running();
    let data = vec![b'x'; 20_000 * 1024];
    assert_eq!(client.send(&data, at(ms(1))), 1000 * 1024);
    assert_eq!((client.room(), client.send(b"more", at(ms(1)))), (0, 0));
}

#[test]
fn defect_10_a_dead_peer_is_noticed_after_five_minutes() {
    let mut client = running();
    client.send(b"anybody there?", at(ms(1000)));
    let mut repeats = 0;
    let failed = loop {
        let now = at(client.next_timeout().unwrap());
        client.handle_timeout(now);
        repeats += written(&mut client).0.len();
        if let Some(event) = client.poll_event() {
            assert_eq!(event, ClientEvent::Failed(ClientError::NoAcknowledgement));
            break now.elapsed;
        }
    };
    assert_eq!(failed, ms(301_000));
    assert!((30..60).contains(&repeats), "{repeats}");
    assert_eq!(client.next_timeout(), None);
}

#[test]
fn defect_10_neither_a_pause_nor_a_cut_nor_silence_without_need_is_a_dead_peer() {
    let hour = ms(3_600_000);
    let mut idle = running();
    assert_eq!(idle.next_timeout(), None);
    idle.handle_timeout(at(hour));

    let mut cut = running();
    cut.send(b"x", at(ms(1)));
    cut.disconnected(at(ms(2)));
    assert_eq!(cut.next_timeout(), None);
    cut.connected(at(hour));
    cut.handle_timeout(at(hour + ms(299_000)));

    let mut ids = Random::new([7; 32]);
    let mut paused = running();
    paused.send(b"x", at(ms(1)));
    paused.receive(service::pause_publication(&mut ids, at(ms(2))), at(ms(2)));
    paused.handle_timeout(at(hour));
    assert!(!written(&mut paused).0.is_empty(), "it goes on sending");
    paused.receive(service::start_publication(&mut ids, at(hour)), at(hour));
    paused.handle_timeout(at(hour + ms(299_000)));

    for mut client in [idle, cut, paused] {
        assert_eq!(events(&mut client), []);
    }
}

#[test]
fn defect_12_any_frame_may_come_in_the_gap_after_the_handshake() {
    let mut ids = Random::new([7; 32]);
    let handshake = r#"{"AgentVersion":"3.3.0.0","RequestedClientActions":[{"ActionType":"SessionType",
        "ActionParameters":{"SessionType":"Port","Properties":{"type":"LocalPortForwarding"}}}]}"#;
    let request = output(0, PayloadType::HANDSHAKE_REQUEST, handshake);
    let complete = output(1, PayloadType::HANDSHAKE_COMPLETE, "{}");
    let mut client = client();
    client.receive(request.clone(), at(ms(0)));
    let (response, _) = written(&mut client);
    let late_acknowledgement = acknowledgement(&response[0]);
    drop(client);
    let gap = [
        late_acknowledgement,
        service::pause_publication(&mut ids, at(ms(1))),
        service::start_publication(&mut ids, at(ms(1))),
        output(0, PayloadType::HANDSHAKE_REQUEST, handshake),
        complete.clone(),
        output(2, PayloadType::OUTPUT, "data"),
        output(2, PayloadType::FLAG, b"\0\0\0\x03"),
        output(2, PayloadType::HANDSHAKE_REQUEST, handshake),
        output(2, PayloadType::HANDSHAKE_COMPLETE, "{}"),
        output(2, PayloadType(77), "?"),
        Bytes::from_static(b"no message at all"),
    ];
    for frame in gap {
        let mut client = super::client();
        client.receive(request.clone(), at(ms(0)));
        client.receive(complete.clone(), at(ms(1)));
        // Nobody has looked at the start yet.
        client.receive(frame, at(ms(1)));
        client.receive(output(2, PayloadType::OUTPUT, "data"), at(ms(1)));
        client.receive(output(3, PayloadType::OUTPUT, "more"), at(ms(2)));
        let seen = events(&mut client);
        assert!(matches!(seen[0], ClientEvent::Started { .. }));
        assert_eq!(seen.last(), Some(&ClientEvent::Output("more".into())));
        assert_eq!(client.send(b"up", at(ms(3))), 2);
    }
}

#[test]
fn defect_12_frames_come_in_any_order_from_the_first_moment() {
    let handshake = r#"{"AgentVersion":"3.3.0.0","RequestedClientActions":[{"ActionType":"SessionType",
        "ActionParameters":{"SessionType":"Port","Properties":null}}]}"#;
    let frames = [
        output(0, PayloadType::HANDSHAKE_REQUEST, handshake),
        output(1, PayloadType::HANDSHAKE_COMPLETE, "{}"),
        output(2, PayloadType::OUTPUT, "data"),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut client = client();
        for index in order {
            client.receive(frames[index].clone(), at(ms(1)));
        }
        let seen = events(&mut client);
        assert!(matches!(seen[0], ClientEvent::Started { session_type: SessionType::Port, .. }), "{order:?}");
        assert_eq!(seen[1..], [ClientEvent::Output("data".into())], "{order:?}");
    }
}

#[test]
fn defect_13_what_is_written_while_the_socket_is_down_is_sent_when_it_is_back() {
    let mut wire = Wire::new(client_options(), agent_options());
    wire.agent.send_output(b"$ ", wire.moment());
    wire.settle();
    wire.client.send(b"before ", wire.moment());
    wire.cut();
    assert_eq!(wire.client.send(b"during ", wire.moment()), 7);
    wire.client.resize(100, 50, wire.moment());
    wire.client.resize(132, 43, wire.moment());
    assert_eq!(wire.client.poll_frame(), None);
    wire.now += ms(60_000);
    wire.reconnect();
    wire.client.send(b"after", wire.moment());
    wire.settle();
    assert_eq!(wire.input(), b"before during after");
    let sizes: Vec<_> =
        wire.agent_events.iter().filter(|event| matches!(event, AgentEvent::Size { .. })).collect();
    assert_eq!(sizes, [&AgentEvent::Size { cols: 132, rows: 43 }], "only the last size counts");
}

#[test]
fn the_first_size_is_repeated_until_the_program_is_there_to_take_it() {
    let mut wire = Wire::new(client_options(), agent_options());
    wire.program_starts = false;
    wire.client.resize(80, 24, wire.moment());
    wire.agent.send_output(b"$ ", wire.moment());
    wire.run_until(|wire| wire.agent.stats().refused == 3);
    assert!(!wire.client.all_acknowledged());
    wire.agent.accept_input(true);
    wire.settle();
    assert!(wire.agent_events.contains(&AgentEvent::Size { cols: 80, rows: 24 }));
    assert_eq!(wire.client.stats().retransmitted, 3);
}

#[test]
fn unknown_payload_types_are_acknowledged_and_negative_numbers_are_not() {
    let mut client = running();
    client.receive(output(1, PayloadType(4_000_000_000), "?"), at(ms(1)));
    assert_eq!(written(&mut client).1, 1);
    client.receive(output(-1, PayloadType::OUTPUT, "?"), at(ms(1)));
    client.receive(output(i64::MIN, PayloadType::OUTPUT, "?"), at(ms(1)));
    assert_eq!((written(&mut client).1, client.stats().refused), (0, 2));
    client.receive(output(2, PayloadType::OUTPUT, "!"), at(ms(1)));
    assert_eq!(events(&mut client), [ClientEvent::Output("!".into())]);
}

#[test]
fn a_peer_that_always_computes_its_digests_wrongly_is_believed_in_the_end() {
    let wrong = |frame: Bytes| {
        let mut frame = frame.to_vec();
        frame[80] ^= 0xff;
        Bytes::from(frame)
    };
    let mut client = running();
    let frame = wrong(output(1, PayloadType::OUTPUT, "a"));
    for _ in 0..2 {
        client.receive(frame.clone(), at(ms(1)));
        assert_eq!((written(&mut client).1, client.stats().digests_ignored), (0, 0));
    }
    client.receive(frame, at(ms(1)));
    client.receive(wrong(output(2, PayloadType::OUTPUT, "b")), at(ms(1)));
    assert_eq!((written(&mut client).1, client.stats().digests_ignored), (2, 2));
    assert_eq!(events(&mut client), [ClientEvent::Output("a".into()), ClientEvent::Output("b".into())]);
    let close = wrong(service::channel_closed(SESSION, "", &mut Random::new([7; 32]), at(ms(1))));
    client.receive(close, at(ms(1)));
    assert!(client.is_closing());
}
