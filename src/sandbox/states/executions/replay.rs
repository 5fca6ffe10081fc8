//! An execution once more, from what was written down of it: where it stood when its sandbox ended, and what nobody had
//! answered by then.

use super::journal::Story;
use crate::sandbox::states::Revision;
use opsctl_engine::asl::execution::{Answer, Demand, DemandId, Execution, What};
use std::collections::BTreeMap;

/// Something an execution asked for, and what it was told of it already.
#[derive(Debug, Clone)]
pub struct Open {
    pub demand: Demand,
    pub before: Vec<Answer>,
    /// Whether an earlier sandbox was asked for it already: more may have been done than was said.
    pub is_left: bool,
}

pub struct Replayed {
    pub execution: Execution,
    /// In the order asked.
    pub open: BTreeMap<DemandId, Open>,
}

/// `None` where the definition cannot be read any longer. The history of one child can be made with it.
pub fn replay(story: &Story, revision: &Revision, tell_of: Option<&str>) -> Option<Replayed> {
    let execution = story.head.begin(revision, story.input.clone(), tell_of)?;
    let mut replayed = Replayed { execution, open: BTreeMap::new() };
    replayed.settle_down();
    for entry in &story.entries {
        if let What::Answer(demand, answer) = &entry.what {
            replayed.answered(*demand, answer);
        }
        replayed.execution.receive(entry.clone());
        replayed.settle_down();
    }
    Some(replayed)
}

impl Replayed {
    fn settle_down(&mut self) {
        for demand in self.execution.settle_down() {
            match number(&demand) {
                (number, true) => {
                    drop(self.open.insert(number, Open { demand, before: Vec::new(), is_left: true }))
                }
                (number, false) => drop(self.open.remove(&number)),
            }
        }
    }

    fn answered(&mut self, demand: DemandId, answer: &Answer) {
        if is_last(answer) {
            self.open.remove(&demand);
        } else if let Some(open) = self.open.get_mut(&demand) {
            open.before.push(answer.clone());
        }
    }
}

/// Whether nothing comes behind this answer.
pub fn is_last(answer: &Answer) -> bool {
    !matches!(answer, Answer::Started { .. } | Answer::Submitted(_) | Answer::Heartbeat)
}

/// The number of a demand, and whether it is one and not the end of one.
fn number(demand: &Demand) -> (DemandId, bool) {
    match demand {
        Demand::Task(number, _)
        | Demand::Read(number, _)
        | Demand::List(number, _)
        | Demand::Write(number, _) => (*number, true),
        Demand::Cancel(number) => (*number, false),
    }
}
