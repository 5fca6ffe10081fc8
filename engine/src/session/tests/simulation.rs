//! Whatever the wire does, every byte arrives once and in order, and the session ends.

use std::time::Duration;

use proptest::prelude::*;

use super::wire::{Network, Wire};
use super::{agent_options, at, client_options, ms};
use crate::random::Random;
use crate::session::faults::{FaultRates, stray_acknowledgement};
use crate::session::{AgentEncryption, AgentEvent, AgentOptions, ClientEvent, SessionType, service};

/// The socket ends at this step, and is back after a while.
#[derive(Debug, Clone)]
struct Break {
    step: usize,
    /// Closed by the service, which delivers what it has; else cut.
    is_bye: bool,
    away: Duration,
}

/// Sends `input` and `output` at the same time, over a wire that breaks at some steps, then closes.
/// False if the wire was so bad that the handshake took longer than an agent waits, which ends a session.
fn transfer(wire: &mut Wire, input: &[u8], output: &[u8], breaks: &[Break]) -> bool {
    let (mut sent_input, mut sent_output) = (0, 0);
    let mut steps = 0;
    loop {
        for end in breaks.iter().filter(|end| end.step == steps) {
            if end.is_bye {
                wire.bye()
            } else {
                wire.cut()
            }
            wire.now += end.away;
            wire.reconnect();
        }
        sent_input += wire.client.send(&input[sent_input..], wire.moment());
        sent_output += wire.agent.send_output(&output[sent_output..], wire.moment());
        let all_sent = sent_input == input.len() && sent_output == output.len();
        if all_sent && wire.client.all_acknowledged() && wire.agent.all_acknowledged() {
            break;
        }
        if matches!(wire.agent_events.last(), Some(AgentEvent::Failed(_))) {
            assert!(wire.now >= ms(15_000), "{:?}", wire.agent_events);
            return false;
        }
        assert!(wire.step(), "nothing happens any more at {:?}", wire.now);
        steps += 1;
        assert!(steps < 1_000_000, "it takes too long");
    }
    let now = wire.moment();
    wire.put_to_client(service::channel_closed(super::SESSION, "", &mut Random::new([9; 32]), now));
    wire.run_until(|wire| matches!(wire.client_events.last(), Some(ClientEvent::Closed { .. })));
    true
}

/// Bytes that show where they belong.
fn pattern(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|i| (i as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0] ^ seed).collect()
}

/// Every session type with a handshake and with encryption where it may be, and the shell without either.
fn agents() -> impl Strategy<Value = (bool, bool, SessionType)> {
    let types = prop::sample::select(SessionType::ALL.to_vec());
    let any = (Just(true), any::<bool>(), types)
        .prop_map(|(handshake, encrypts, kind)| (handshake, encrypts && kind != SessionType::Port, kind));
    prop_oneof![1 => Just((false, false, SessionType::StandardStream)), 4 => any]
}

fn agent_of((handshake, encrypts, session_type): (bool, bool, SessionType)) -> AgentOptions {
    let encryption = AgentEncryption { key_id: "alias/x".into(), challenge: true, require_challenge: true };
    AgentOptions { handshake, session_type, encryption: encrypts.then_some(encryption), ..agent_options() }
}

fn breaks() -> impl Strategy<Value = Vec<Break>> {
    let one = (0..400usize, any::<bool>(), 0..5000u64);
    let one = one.prop_map(|(step, is_bye, away)| Break { step, is_bye, away: ms(away) });
    prop::collection::vec(one, 0..4)
}

fn networks() -> impl Strategy<Value = Network> {
    let rates = (0.0..0.3, 0.0..0.3, 0.0..0.3, 0.0..0.1, 0.0..0.1);
    let rates = rates.prop_map(|(loss, duplicate, reorder, flip, truncate)| FaultRates {
        loss,
        duplicate,
        reorder,
        flip,
        truncate,
    });
    let extra = prop_oneof![
        Just(None),
        Just(Some(service::start_publication(&mut Random::new([5; 32]), at(ms(0))))),
        Just(Some(service::pause_publication(&mut Random::new([5; 32]), at(ms(0))))),
        Just(Some(stray_acknowledgement(&mut Random::new([5; 32]), at(ms(0))))),
    ];
    let pauses = prop::option::of(1..200usize);
    let parts = (rates, 0..250u64, 0..250u64, pauses, extra, any::<u64>());
    parts.prop_map(|(rates, delay, jitter, pause_every, extra_frame, seed)| Network {
        rates,
        delay: ms(delay),
        jitter: ms(jitter),
        pause_every,
        extra_frame,
        seed,
    })
}

const HANDSHAKE: (bool, bool, SessionType) = (true, false, SessionType::InteractiveCommands);
const PLAIN: (bool, bool, SessionType) = (false, false, SessionType::StandardStream);

#[test]
fn a_clean_wire_repeats_nothing() {
    let mut wire = Wire::new(client_options(), agent_of(HANDSHAKE));
    let (input, output) = (pattern(300_000, 1), pattern(2_500_000, 2));
    assert!(transfer(&mut wire, &input, &output, &[]));
    assert!(wire.input() == input && wire.output() == output);
    for stats in [wire.client.stats(), wire.agent.stats()] {
        assert_eq!((stats.retransmitted, stats.duplicates, stats.dropped, stats.refused), (0, 0, 0, 0));
    }
}

#[test]
fn losses_are_repaired_together_and_not_one_by_one() {
    let rates = FaultRates { loss: 0.1, ..FaultRates::default() };
    let mut wire = Wire::with_faults(client_options(), agent_of(PLAIN), rates, 3);
    let output = pattern(1_000_000, 3);
    assert!(transfer(&mut wire, &[], &output, &[]));
    assert!(wire.output() == output);
    // About 200 losses of messages and acknowledgements: one per 100 ms would take 20 s.
    assert!(wire.now < ms(5000), "{:?}", wire.now);
}

/// A window is a thousand messages of 1,024 bytes.
const TWO_WINDOWS: usize = 2 * 1000 * 1024;

/// A window a round trip, and hardly anything twice: neither before the delay is known nor for its jitter.
#[test]
fn a_slow_wire_is_kept_full_and_little_is_repeated() {
    for (name, kind) in [("with a handshake", HANDSHAKE), ("without", PLAIN)] {
        for (delay, jitter) in [(200, 0), (200, 50), (100, 200)] {
            let case = format!("{name}, {delay} ms and up to {jitter} ms");
            let network = Network { delay: ms(delay), jitter: ms(jitter), ..Network::default() };
            let mut wire = Wire::over(client_options(), agent_of(kind), network);
            let (input, output) = (pattern(TWO_WINDOWS, 1), pattern(TWO_WINDOWS, 2));
            assert!(transfer(&mut wire, &input, &output, &[]), "{case}");
            assert!(wire.input() == input && wire.output() == output, "{case}");
            // The window moves on when the slowest of its messages is acknowledged.
            let round_trip = ms(2 * (delay + jitter));
            assert!(wire.now < round_trip * (2 + 3), "{case}: {:?}", wire.now);
            for (end, stats) in [("client", wire.client.stats()), ("agent", wire.agent.stats())] {
                assert!(stats.retransmitted < 50, "{case}, {end}: {stats:?}");
            }
        }
    }
}

/// Each pause tells that frames may have been lost, but the ends must not answer storms with storms.
#[test]
fn a_storm_of_pauses_neither_stops_a_transfer_nor_multiplies_it() {
    let network = Network { pause_every: Some(50), ..Network::default() };
    let mut wire = Wire::over(client_options(), agent_of(HANDSHAKE), network);
    let (input, output) = (pattern(2_000_000, 1), pattern(2_000_000, 2));
    assert!(transfer(&mut wire, &input, &output, &[]));
    assert!(wire.input() == input && wire.output() == output);
    assert!(wire.now < ms(10_000), "{:?}", wire.now);
    let (client, agent) = (wire.client.stats(), wire.agent.stats());
    assert!(client.retransmitted < 2000 && agent.retransmitted < 2000, "{client:?} {agent:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_arrives_once_and_in_order(
        network in networks(),
        input in 0..20_000usize,
        output in 0..20_000usize,
        payload_size in 1..3000usize,
        window in 1..600usize,
        kind in agents(),
        breaks in breaks(),
    ) {
        let payload_size = payload_size.max(input.max(output) / 800);
        let mut client = client_options();
        (client.window, client.payload_size) = (window, payload_size);
        let mut agent = agent_of(kind);
        (agent.window, agent.payload_size) = (window, payload_size);
        let mut wire = Wire::over(client, agent, network);
        let (input, mut output) = (pattern(input, 1), pattern(output, 2));
        // Without a handshake it is the first output that starts a session.
        output.push(b'$');
        prop_assume!(transfer(&mut wire, &input, &output, &breaks));
        prop_assert!(wire.input() == input);
        prop_assert!(wire.output() == output);
        let ended = wire.client_events.iter().any(|event| matches!(event, ClientEvent::Failed(_)));
        prop_assert!(!ended);
    }
}
