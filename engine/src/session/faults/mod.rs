//! A bad wire: loses, doubles, reorders, flips and cuts frames, decided by a seed so that a run can be
//! repeated. For what an end repeats: nobody repeats a lost channel_closed. How late frames are is a [`Line`]'s.

mod dice;
mod line;

use std::collections::VecDeque;

use bytes::Bytes;

use super::Moment;
use super::message::MessageType;
use super::payload::{self, Acknowledge};
use super::service;
use crate::random::Random;

pub use dice::Dice;
pub use line::Line;

/// How often each fault strikes a frame, from 0.0 to 1.0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FaultRates {
    pub loss: f64,
    pub duplicate: f64,
    pub reorder: f64,
    pub flip: f64,
    pub truncate: f64,
}

pub struct Faults {
    rates: FaultRates,
    dice: Dice,
    /// Frames to let pass later, each with the number of frames still to overtake it.
    held: VecDeque<(u32, Bytes)>,
}

/// A held frame is overtaken by one to this many others.
const MAX_OVERTAKEN: u64 = 8;
/// Sequence number and payload type: no digest covers them, so that no receiver could notice a flip there.
const UNPROTECTED: [std::ops::Range<usize>; 2] = [48..56, 112..116];

impl Faults {
    pub fn new(rates: FaultRates, seed: u64) -> Self {
        Faults { rates, dice: Dice::new(seed), held: VecDeque::new() }
    }

    /// The frames that arrive now that `frame` was sent.
    pub fn apply(&mut self, frame: Bytes) -> Vec<Bytes> {
        let mut arriving = Vec::new();
        for (wait, _) in &mut self.held {
            *wait -= 1;
        }
        if !self.dice.strikes(self.rates.loss) {
            let copies = if self.dice.strikes(self.rates.duplicate) { 2 } else { 1 };
            for _ in 0..copies {
                let frame = self.damage(frame.clone());
                if self.dice.strikes(self.rates.reorder) {
                    let wait = 1 + self.dice.below(MAX_OVERTAKEN);
                    self.held.push_back((wait as u32, frame));
                } else {
                    arriving.push(frame);
                }
            }
        }
        let (due, held) = self.held.drain(..).partition::<VecDeque<_>, _>(|(wait, _)| *wait == 0);
        self.held = held;
        arriving.extend(due.into_iter().map(|(_, frame)| frame));
        arriving
    }

    /// The frames still held back: call it when nothing else is under way, or they would wait for ever.
    pub fn flush(&mut self) -> Vec<Bytes> {
        self.held.drain(..).map(|(_, frame)| frame).collect()
    }

    fn damage(&mut self, frame: Bytes) -> Bytes {
        if self.dice.strikes(self.rates.truncate) {
            let length = self.dice.below(frame.len() as u64) as usize;
            return frame.slice(..length);
        }
        if self.dice.strikes(self.rates.flip) {
            let bit = self.dice.below(frame.len() as u64 * 8) as usize;
            let (byte, bit) = (bit / 8, bit % 8);
            if !UNPROTECTED.iter().any(|range| range.contains(&byte)) && byte < frame.len() {
                let mut frame = frame.to_vec();
                frame[byte] ^= 1 << bit;
                return Bytes::from(frame);
            }
        }
        frame
    }
}

/// An acknowledgement, for the client, of a message that it has never sent.
pub fn stray_acknowledgement(ids: &mut Random, now: Moment) -> Bytes {
    let payload = payload::to_json(&Acknowledge {
        acknowledged_message_type: MessageType::InputStreamData.name(),
        acknowledged_message_id: ids.uuid(),
        acknowledged_message_sequence_number: 1 << 40,
        is_sequential_message: true,
    });
    service::notice(MessageType::Acknowledge, ids.uuid(), payload, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rates: FaultRates, seed: u64) -> Vec<Bytes> {
        let mut faults = Faults::new(rates, seed);
        let frame = |i: u32| Bytes::from([&i.to_be_bytes()[..], &[0; 200]].concat());
        let mut arrived: Vec<_> = (0..1000).flat_map(|i| faults.apply(frame(i))).collect();
        arrived.extend(faults.flush());
        assert!(faults.flush().is_empty());
        arrived
    }

    fn numbers(frames: &[Bytes]) -> Vec<u32> {
        frames.iter().map(|frame| u32::from_be_bytes(frame[..4].try_into().unwrap())).collect()
    }

    #[test]
    fn without_faults_everything_passes_in_order() {
        assert_eq!(numbers(&run(FaultRates::default(), 1)), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn each_fault_does_what_it_is_called_about_as_often_as_told() {
        let none = FaultRates::default();
        let lost = run(FaultRates { loss: 0.2, ..none }, 1);
        assert!((700..900).contains(&lost.len()), "{}", lost.len());

        let doubled = run(FaultRates { duplicate: 0.2, ..none }, 2);
        assert!((1100..1300).contains(&doubled.len()), "{}", doubled.len());

        let mut reordered = numbers(&run(FaultRates { reorder: 0.2, ..none }, 3));
        let late = reordered.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((50..250).contains(&late), "{late}");
        reordered.sort_unstable();
        assert_eq!(reordered, (0..1000).collect::<Vec<_>>(), "nothing is lost");

        let cut = run(FaultRates { truncate: 0.2, ..none }, 4);
        let short = cut.iter().filter(|frame| frame.len() < 204).count();
        assert!((100..300).contains(&short), "{short}");

        let flipped = run(FaultRates { flip: 0.2, ..none }, 5);
        let ones: Vec<u32> = flipped.iter().map(|f| f[4..].iter().map(|b| b.count_ones()).sum()).collect();
        assert!(ones.iter().all(|ones| *ones <= 1));
        assert!((100..300).contains(&ones.iter().filter(|ones| **ones == 1).count()));
    }

    #[test]
    fn a_seed_repeats_a_run() {
        let rates = FaultRates { loss: 0.1, duplicate: 0.1, reorder: 0.1, flip: 0.1, truncate: 0.1 };
        assert_eq!(run(rates, 7), run(rates, 7));
        assert_ne!(run(rates, 7), run(rates, 8));
    }
}
