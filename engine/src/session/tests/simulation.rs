//! Whatever the wire does, every byte arrives once and in order, and the session ends.

use proptest::prelude::*;

use super::wire::Wire;
use super::{agent_options, client_options};
use crate::session::faults::FaultRates;
use crate::session::random::Random;
use crate::session::{AgentEncryption, AgentEvent, AgentOptions, ClientEvent, SessionType, service};

/// Sends `input` and `output` at the same time, cutting the wire at the given steps, then closes.
/// False if the wire was so bad that the handshake took longer than an agent waits, which ends a session.
fn transfer(wire: &mut Wire, input: &[u8], output: &[u8], cuts: &[usize]) -> bool {
    let (mut sent_input, mut sent_output) = (0, 0);
    let mut steps = 0;
    loop {
        if cuts.contains(&steps) {
            wire.cut();
            wire.reconnect();
        }
        sent_input += wire.client.send(&input[sent_input..], wire.moment());
        sent_output += wire.agent.send_output(&output[sent_output..], wire.moment());
        let all_sent = sent_input == input.len() && sent_output == output.len();
        if all_sent && wire.client.all_acknowledged() && wire.agent.all_acknowledged() {
            break;
        }
        if matches!(wire.agent_events.last(), Some(AgentEvent::Failed(_))) {
            assert!(wire.now >= super::ms(15_000), "{:?}", wire.agent_events);
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

fn agent_kind(kind: u8) -> AgentOptions {
    let mut options = agent_options();
    options.handshake = kind > 0;
    if kind > 1 {
        options.session_type = SessionType::NonInteractiveCommands;
        options.encryption =
            Some(AgentEncryption { key_id: "alias/x".into(), challenge: true, require_challenge: true });
    }
    options
}

#[test]
fn a_clean_wire_repeats_nothing() {
    let mut wire = Wire::new(client_options(), agent_kind(1));
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
    let mut wire = Wire::with_faults(client_options(), agent_kind(0), rates, 3);
    let output = pattern(1_000_000, 3);
    assert!(transfer(&mut wire, &[], &output, &[]));
    assert!(wire.output() == output);
    // About 200 losses of messages and acknowledgements: one per 100 ms would take 20 s.
    assert!(wire.now < super::ms(5000), "{:?}", wire.now);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_arrives_once_and_in_order(
        loss in 0.0..0.3,
        duplicate in 0.0..0.3,
        reorder in 0.0..0.3,
        flip in 0.0..0.1,
        truncate in 0.0..0.1,
        seed in any::<u64>(),
        input in 0..60_000usize,
        output in 0..60_000usize,
        payload_size in 1..3000usize,
        window in 1..1200usize,
        kind in 0..3u8,
        cuts in proptest::collection::vec(0..200usize, 0..3),
    ) {
        let rates = FaultRates { loss, duplicate, reorder, flip, truncate };
        let payload_size = payload_size.max(input.max(output) / 2000);
        let mut client = client_options();
        (client.window, client.payload_size) = (window, payload_size);
        let mut agent = agent_kind(kind);
        (agent.window, agent.payload_size) = (window, payload_size);
        let mut wire = Wire::with_faults(client, agent, rates, seed);
        let (input, mut output) = (pattern(input, 1), pattern(output, 2));
        // Without a handshake it is the first output that starts a session.
        output.push(b'$');
        prop_assume!(transfer(&mut wire, &input, &output, &cuts));
        prop_assert!(wire.input() == input);
        prop_assert!(wire.output() == output);
        let ended = wire.client_events.iter().any(|event| matches!(event, ClientEvent::Failed(_)));
        prop_assert!(!ended);
    }
}
