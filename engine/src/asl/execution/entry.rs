//! What comes to an execution from outside, each with its time: what has to be written down so that the same run can be
//! had again. Between two entries an execution does all that it can.

use jiff::Timestamp;

use super::{Adjustment, Answer, Demand, DemandId, Execution, Progress};
use crate::asl::history::Failure;

/// Pieces of work between two looks at the demands.
const BUDGET: usize = 1000;

#[derive(Debug, Clone)]
pub struct Entry {
    pub at: Timestamp,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    Answer(DemandId, Answer),
    /// Nothing but the time, which something waited for.
    Time,
    /// The execution is stopped.
    Stop(Failure),
    /// The execution goes on after its end.
    Redrive,
    /// A map run is to go on differently.
    Adjust(Adjustment),
}

impl Execution {
    /// Takes what came. What is answered in time is in time: answers come before timers of the same moment.
    pub fn receive(&mut self, entry: Entry) {
        self.turn_clock(entry.at);
        match entry.what {
            What::Answer(demand, answer) => drop(self.answer(demand, answer)),
            What::Time => self.advance(entry.at),
            What::Stop(failure) => self.stop(failure),
            What::Redrive => self.redrive(),
            What::Adjust(adjustment) => self.adjust(&adjustment),
        }
    }

    /// Does all that can be done before something else comes, and gives what is asked of the world meanwhile.
    pub fn settle_down(&mut self) -> Vec<Demand> {
        let mut demands = Vec::new();
        loop {
            let progress = self.step(BUDGET);
            demands.extend(std::iter::from_fn(|| self.demand()));
            if progress != Progress::Busy {
                return demands;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::Payload;
    use crate::asl::definition::{Machine, MachineType, parse};
    use crate::asl::execution::{Identity, MAX_EVENTS, Options, Status};
    use serde_json::{Value, json};

    fn start(machine: &Machine) -> Execution {
        let options = Options {
            now: "2026-01-01T00:00:00Z".parse().unwrap(),
            seed: [3; 32],
            identity: Identity::new(
                "eu-west-1",
                "111122223333",
                "m",
                "e",
                "arn:aws:iam::111122223333:role/r",
            ),
            express: false,
            max_events: MAX_EVENTS,
            keep_history: true,
            keep_children: true,
            tell_of: None,
        };
        Execution::start(machine, Payload::empty(), options)
    }

    fn events(execution: &Execution) -> Vec<Value> {
        execution.history().events().iter().map(crate::asl::history::Event::document).collect()
    }

    #[test]
    fn the_same_entries_give_the_same_run() {
        let definition = json!({"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 5, "Next": "A"},
            "A": {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:111122223333:activity:a", "End": true,
                "Retry": [{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL"}]},
        }});
        let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
        let mut live = start(&machine);
        let mut entries = Vec::new();
        let mut pass = |live: &mut Execution, what: What| {
            let at = match what {
                What::Time => live.next_timer().unwrap(),
                _ => live.now(),
            };
            let entry = Entry { at, what };
            entries.push(entry.clone());
            live.receive(entry);
            live.settle_down()
        };
        assert!(live.settle_down().is_empty());
        let asked = pass(&mut live, What::Time);
        let [Demand::Task(first, _)] = asked.as_slice() else { panic!("{asked:?}") };
        let failure = Failure { error: Some("E".into()), cause: None };
        assert!(pass(&mut live, What::Answer(*first, Answer::Failed(failure))).is_empty());
        let asked = pass(&mut live, What::Time);
        let [Demand::Task(second, _)] = asked.as_slice() else { panic!("{asked:?}") };
        pass(&mut live, What::Answer(*second, Answer::Succeeded(Payload::new(json!(1)))));
        assert_eq!(live.outcome().unwrap().status, Status::Succeeded);

        let mut again = start(&machine);
        again.settle_down();
        for entry in entries {
            again.receive(entry);
            again.settle_down();
        }
        assert_eq!(events(&again), events(&live));
    }
}
