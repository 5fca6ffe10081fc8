//! Messages on their way to the other end: numbered, kept until acknowledged, sent again when overdue.
//! Owns the sequence number, which nobody else may raise, and never forgets an unacknowledged message.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::round_trip::RoundTrip;

/// How far the newest message may be ahead of the oldest unacknowledged one. The other end keeps at most
/// 10,000 early messages; beyond that it would have to refuse.
pub(super) const MAX_SPAN: usize = 8000;

pub(super) struct Outbound {
    window: usize,
    /// The number of `sent[0]`.
    first: u64,
    /// By number; acknowledged messages leave a gap until they are at the front.
    sent: VecDeque<Option<Sent>>,
    unacknowledged: usize,
    /// One entry for each unacknowledged message while the wire is up.
    deadlines: BTreeSet<(Duration, u64)>,
    /// Numbers to write, in this order.
    queue: VecDeque<u64>,
    round_trip: RoundTrip,
    last_progress: Duration,
    retransmitted: u64,
}

struct Sent {
    frame: Bytes,
    state: State,
    /// Since the wire came up; for the back-off.
    repeats: u32,
    /// For Karn's rule.
    written_before: bool,
    first_written: Option<Duration>,
}

enum State {
    /// The wire is down.
    Kept,
    /// In the queue. The deadline counts from here: a socket that takes nothing must not look like a loss.
    Queued {
        due: Duration,
    },
    Written {
        at: Duration,
        due: Duration,
    },
}

impl State {
    fn due(&self) -> Option<Duration> {
        match self {
            State::Kept => None,
            State::Queued { due } | State::Written { due, .. } => Some(*due),
        }
    }
}

impl Outbound {
    pub(super) fn new(window: usize) -> Self {
        Outbound {
            window: window.clamp(1, MAX_SPAN),
            first: 0,
            sent: VecDeque::new(),
            unacknowledged: 0,
            deadlines: BTreeSet::new(),
            queue: VecDeque::new(),
            round_trip: RoundTrip::new(),
            last_progress: Duration::ZERO,
            retransmitted: 0,
        }
    }

    pub(super) fn next_number(&self) -> u64 {
        self.first + self.sent.len() as u64
    }

    /// Messages that may be added now.
    pub(super) fn slots(&self) -> usize {
        let window = self.window.saturating_sub(self.unacknowledged);
        window.min(MAX_SPAN.saturating_sub(self.sent.len()))
    }

    pub(super) fn unacknowledged(&self) -> usize {
        self.unacknowledged
    }

    pub(super) fn round_trip(&self) -> Duration {
        self.round_trip.estimate()
    }

    pub(super) fn retransmitted(&self) -> u64 {
        self.retransmitted
    }

    /// When an acknowledgement last came, or the wait for one began.
    pub(super) fn last_progress(&self) -> Duration {
        self.last_progress
    }

    pub(super) fn wait_begins(&mut self, now: Duration) {
        self.last_progress = now;
    }

    /// Takes the message with [`next_number`](Self::next_number).
    pub(super) fn push(&mut self, frame: Bytes, now: Duration, wire_is_up: bool) {
        if self.unacknowledged == 0 {
            self.wait_begins(now);
        }
        let number = self.next_number();
        let state = State::Kept;
        let sent = Sent { frame, state, repeats: 0, written_before: false, first_written: None };
        self.sent.push_back(Some(sent));
        self.unacknowledged += 1;
        if wire_is_up {
            self.enqueue(number, now);
        }
    }

    /// The next frame to write.
    pub(super) fn poll(&mut self, now: Duration) -> Option<Bytes> {
        while let Some(number) = self.queue.pop_front() {
            // Otherwise it was acknowledged while it waited to be repeated.
            if let Some(sent) = slot(&mut self.sent, self.first, number) {
                let timeout = self.round_trip.timeout(sent.repeats);
                self.retransmitted += u64::from(sent.written_before);
                let due = now + timeout;
                sent.first_written.get_or_insert(now);
                arm(&mut self.deadlines, number, &mut sent.state, State::Written { at: now, due });
                return Some(sent.frame.clone());
            }
        }
        None
    }

    /// False if the message is not waiting for an acknowledgement.
    pub(super) fn acknowledge(&mut self, number: i64, now: Duration) -> bool {
        let Ok(number) = u64::try_from(number) else { return false };
        let Some(index) = index(self.first, number) else { return false };
        let Some(sent) = self.sent.get_mut(index).and_then(Option::take) else { return false };
        if let Some(due) = sent.state.due() {
            self.deadlines.remove(&(due, number));
        }
        match (sent.state, sent.first_written) {
            (State::Written { at, .. }, _) if !sent.written_before => {
                self.round_trip.sample(now.saturating_sub(at));
            }
            (_, Some(first)) => self.round_trip.at_most(now.saturating_sub(first)),
            (_, None) => {}
        }
        self.unacknowledged -= 1;
        self.wait_begins(now);
        while let Some(None) = self.sent.front() {
            self.sent.pop_front();
            self.first += 1;
        }
        true
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.first().map(|(due, _)| *due)
    }

    /// Queues every overdue message again, by what is known of the wire now: it may have turned out to be slower than
    /// when they were written. As long as nothing is known only the oldest, or a slow wire would get a window twice.
    pub(super) fn repeat_overdue(&mut self, now: Duration) {
        let mut is_probed = false;
        while let Some(&(due, number)) = self.deadlines.first()
            && due <= now
        {
            let Some(sent) = slot(&mut self.sent, self.first, number) else {
                self.deadlines.pop_first();
                continue;
            };
            match sent.state {
                State::Written { at, .. } => {
                    let mut due = at + self.round_trip.base_timeout(sent.repeats);
                    if is_probed && !self.round_trip.is_measured() {
                        due = now + self.round_trip.timeout(sent.repeats);
                    }
                    if due > now {
                        arm(&mut self.deadlines, number, &mut sent.state, State::Written { at, due });
                        continue;
                    }
                    is_probed = true;
                    sent.repeats += 1;
                    sent.written_before = true;
                    self.round_trip.repeated(sent.repeats);
                    self.queue.push_back(number);
                }
                State::Queued { .. } | State::Kept => {}
            }
            let due = now + self.round_trip.timeout(sent.repeats);
            arm(&mut self.deadlines, number, &mut sent.state, State::Queued { due });
        }
    }

    /// Queues the oldest message again if its first time-out, without the doublings of a back-off, has passed. For an end
    /// that leaves soon, and has no time for a back-off.
    pub(super) fn repeat_oldest(&mut self, now: Duration) {
        let (number, timeout) = (self.first, self.round_trip.base_timeout(0));
        let Some(sent) = slot(&mut self.sent, self.first, number) else { return };
        let overdue = sent.first_written.is_some_and(|first| first + timeout <= now);
        if overdue && let State::Written { due, .. } = sent.state {
            sent.written_before = true;
            arm(&mut self.deadlines, number, &mut sent.state, State::Queued { due });
            self.queue.push_back(number);
        }
    }

    /// The wire is down: nothing is due, everything is kept.
    pub(super) fn stop(&mut self) {
        self.queue.clear();
        self.deadlines.clear();
        for sent in self.sent.iter_mut().flatten() {
            sent.written_before |= matches!(sent.state, State::Written { .. });
            sent.state = State::Kept;
        }
    }

    /// The wire is up (again): everything unacknowledged is due at once.
    pub(super) fn restart(&mut self, now: Duration) {
        self.stop();
        self.wait_begins(now);
        for number in self.first..self.next_number() {
            if let Some(sent) = slot(&mut self.sent, self.first, number) {
                sent.repeats = 0;
                self.enqueue(number, now);
            }
        }
    }

    /// The other end was away for a while, and nothing was written: what was under way then is written again, in front
    /// of what waited, but only once. Whatever was repeated before keeps to its time-out, or a storm of pauses would
    /// feed itself with repeats.
    pub(super) fn go_on(&mut self, now: Duration) {
        self.wait_begins(now);
        for number in (self.first..self.next_number()).rev() {
            if let Some(sent) = slot(&mut self.sent, self.first, number)
                && let State::Written { at, .. } = sent.state
            {
                // Its acknowledgement may have waited too, and is no sample.
                sent.written_before = true;
                let is_repeated = sent.repeats > 0;
                sent.repeats = sent.repeats.max(1);
                let due = now + self.round_trip.timeout(sent.repeats);
                let next = if is_repeated { State::Written { at, due } } else { State::Queued { due } };
                arm(&mut self.deadlines, number, &mut sent.state, next);
                if !is_repeated {
                    self.queue.push_front(number);
                }
            }
        }
    }

    fn enqueue(&mut self, number: u64, now: Duration) {
        let due = now + self.round_trip.timeout(0);
        if let Some(sent) = slot(&mut self.sent, self.first, number) {
            arm(&mut self.deadlines, number, &mut sent.state, State::Queued { due });
            self.queue.push_back(number);
        }
    }
}

fn index(first: u64, number: u64) -> Option<usize> {
    number.checked_sub(first).and_then(|index| usize::try_from(index).ok())
}

fn slot(sent: &mut VecDeque<Option<Sent>>, first: u64, number: u64) -> Option<&mut Sent> {
    sent.get_mut(index(first, number)?)?.as_mut()
}

fn arm(deadlines: &mut BTreeSet<(Duration, u64)>, number: u64, state: &mut State, next: State) {
    if state.due() != next.due() {
        if let Some(due) = state.due() {
            deadlines.remove(&(due, number));
        }
        if let Some(due) = next.due() {
            deadlines.insert((due, number));
        }
    }
    *state = next;
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn frame(number: u64) -> Bytes {
        Bytes::copy_from_slice(&number.to_be_bytes())
    }

    fn outbound(window: usize, messages: u64) -> Outbound {
        let mut outbound = Outbound::new(window);
        for number in 0..messages {
            outbound.push(frame(number), ms(0), true);
        }
        outbound
    }

    fn written(outbound: &mut Outbound, now: Duration) -> Vec<u64> {
        std::iter::from_fn(|| outbound.poll(now))
            .map(|frame| u64::from_be_bytes(frame[..].try_into().unwrap()))
            .collect()
    }

    #[test]
    fn every_overdue_message_is_repeated_with_the_same_bytes_and_a_doubled_timeout() {
        let mut outbound = outbound(10, 3);
        assert_eq!(written(&mut outbound, ms(0)), [0, 1, 2]);
        assert_eq!(outbound.next_deadline(), Some(ms(200)));
        assert!(outbound.acknowledge(1, ms(100)));
        assert!(!outbound.acknowledge(1, ms(100)), "once is enough");
        outbound.repeat_overdue(ms(200));
        assert_eq!(written(&mut outbound, ms(200)), [0, 2]);
        let wait = outbound.next_deadline().unwrap() - ms(200);
        assert_eq!(wait, outbound.round_trip.timeout(1));
        outbound.repeat_overdue(ms(200) + wait);
        assert_eq!(written(&mut outbound, ms(200) + wait), [0, 2]);
        assert_eq!(outbound.next_deadline().unwrap() - wait - ms(200), outbound.round_trip.timeout(2));
        assert_eq!(outbound.retransmitted(), 4);
    }

    #[test]
    fn who_leaves_soon_repeats_the_oldest_without_a_back_off() {
        let mut outbound = outbound(10, 3);
        outbound.repeat_oldest(ms(0));
        assert_eq!(written(&mut outbound, ms(0)), [0, 1, 2]);
        outbound.repeat_oldest(ms(199));
        assert_eq!(written(&mut outbound, ms(199)), [0; 0], "not overdue");
        for at in [200, 300, 400] {
            outbound.repeat_oldest(ms(at));
            outbound.repeat_oldest(ms(at));
            assert_eq!(written(&mut outbound, ms(at)), [0], "once in the queue is enough");
        }
        assert!(outbound.acknowledge(0, ms(401)));
        assert_eq!(outbound.round_trip(), ms(100), "no sample");
        outbound.repeat_oldest(ms(800));
        assert_eq!(written(&mut outbound, ms(800)), [1]);
        outbound.stop();
        outbound.repeat_oldest(ms(900));
        assert_eq!(written(&mut outbound, ms(900)), [0; 0], "the wire is down");
    }

    #[test]
    fn the_window_counts_messages_and_the_span_bounds_what_is_early_at_the_other_end() {
        let mut one_missing = outbound(5, 1);
        for number in 1..MAX_SPAN as u64 {
            assert!(one_missing.slots() > 0, "at {number}");
            one_missing.push(frame(number), ms(0), true);
            assert!(one_missing.acknowledge(number as i64, ms(1)));
        }
        assert_eq!((one_missing.slots(), one_missing.unacknowledged()), (0, 1));
        assert!(one_missing.acknowledge(0, ms(1)));
        assert_eq!(one_missing.slots(), 5);
        assert!(one_missing.sent.is_empty() && one_missing.deadlines.is_empty());
        assert_eq!(outbound(5, 5).slots(), 0);
        assert_eq!(outbound(5, 9).slots(), 0, "control messages may exceed it");
    }

    #[test]
    fn a_message_that_has_not_left_yet_is_not_repeated() {
        let mut outbound = outbound(10, 2);
        outbound.repeat_overdue(ms(200));
        outbound.repeat_overdue(ms(5000));
        assert_eq!(written(&mut outbound, ms(5000)), [0, 1]);
        assert_eq!(outbound.next_deadline(), Some(ms(5200)), "the wait begins when it leaves");
        assert_eq!(outbound.retransmitted(), 0);
    }

    #[test]
    fn no_sample_is_taken_from_a_message_sent_twice() {
        let mut outbound = outbound(10, 2);
        written(&mut outbound, ms(0));
        outbound.repeat_overdue(ms(200));
        written(&mut outbound, ms(200));
        outbound.acknowledge(0, ms(201));
        assert_eq!(outbound.round_trip(), ms(100), "as at the start");
        outbound.stop();
        outbound.restart(ms(300));
        written(&mut outbound, ms(300));
        outbound.acknowledge(1, ms(301));
        assert_eq!(outbound.round_trip(), ms(100), "a reconnect does not make it new");
    }

    #[test]
    fn a_wire_slower_than_the_first_guess_gets_one_message_twice_and_not_all() {
        let mut outbound = outbound(1000, 1000);
        assert_eq!(written(&mut outbound, ms(0)).len(), 1000);
        outbound.repeat_overdue(ms(200));
        assert_eq!(written(&mut outbound, ms(200)), [0]);
        for number in 0..1000 {
            outbound.acknowledge(number, ms(450));
        }
        assert_eq!((outbound.retransmitted(), outbound.next_deadline()), (1, None));
        for number in 1000..2000 {
            outbound.push(frame(number), ms(450), true);
        }
        assert_eq!(written(&mut outbound, ms(450)).len(), 1000);
        assert!(outbound.next_deadline() > Some(ms(900)), "{:?}", outbound.next_deadline());
    }

    #[test]
    fn of_a_first_flight_that_is_lost_whole_all_is_repeated_once_one_is_acknowledged() {
        let mut outbound = outbound(1000, 3);
        written(&mut outbound, ms(0));
        outbound.repeat_overdue(ms(200));
        assert_eq!(written(&mut outbound, ms(200)), [0]);
        outbound.acknowledge(0, ms(205));
        let due = outbound.next_deadline().unwrap();
        outbound.repeat_overdue(due);
        assert_eq!(written(&mut outbound, due), [1, 2]);
        assert!(due <= ms(600), "{due:?}");
    }

    #[test]
    fn a_pause_repeats_a_message_once_and_then_only_its_time_out_does() {
        let mut outbound = outbound(10, 2);
        written(&mut outbound, ms(0));
        outbound.push(frame(2), ms(150), true);
        outbound.go_on(ms(900));
        assert_eq!(written(&mut outbound, ms(900)), [0, 1, 2], "in order");
        outbound.go_on(ms(901));
        assert_eq!(written(&mut outbound, ms(901)), [2]);
        outbound.go_on(ms(902));
        assert_eq!(written(&mut outbound, ms(902)), [0; 0]);
        assert_eq!(outbound.next_deadline(), Some(ms(902) + outbound.round_trip.timeout(1)));
        outbound.acknowledge(0, ms(903));
        assert_eq!(outbound.round_trip(), ms(100), "no sample");
    }

    #[test]
    fn unknown_acknowledgements_change_nothing() {
        let mut outbound = outbound(10, 2);
        for number in [-1, 2, i64::MAX, i64::MIN] {
            assert!(!outbound.acknowledge(number, ms(1)));
        }
        assert_eq!(outbound.unacknowledged(), 2);
    }

    #[test]
    fn a_restart_repeats_everything_unacknowledged_and_goes_on_counting() {
        let mut outbound = outbound(10, 3);
        written(&mut outbound, ms(0));
        outbound.acknowledge(0, ms(10));
        outbound.stop();
        assert_eq!((outbound.next_deadline(), outbound.poll(ms(20))), (None, None));
        outbound.push(frame(3), ms(20), false);
        outbound.restart(ms(900));
        assert_eq!(written(&mut outbound, ms(900)), [1, 2, 3]);
        assert_eq!(outbound.next_number(), 4);
    }

    #[test]
    fn an_acknowledgement_takes_a_waiting_repeat_back() {
        let mut outbound = outbound(10, 1);
        written(&mut outbound, ms(0));
        outbound.repeat_overdue(ms(200));
        outbound.acknowledge(0, ms(201));
        assert_eq!(written(&mut outbound, ms(202)), [0; 0]);
        assert_eq!(outbound.next_deadline(), None);
    }
}
