//! Which jobs may run when there is not room for all: those of the highest priority, of several equal ones those that
//! run already, then the oldest. Pure; whoever runs jobs asks and acts.

use opsctl_engine::batch::Status;

/// A job as the schedule sees it; they are given oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub status: Status,
    pub priority: i32,
}

/// What a job that wants room is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Run,
    /// Finish what is begun and pause, or go on waiting.
    Wait,
}

/// Whether the job at `index` has its turn. One that is to begin waits until another has made room.
pub fn turn(jobs: &[Candidate], index: usize, room: usize) -> Turn {
    let Some(job) = jobs.get(index) else { return Turn::Wait };
    let ahead = jobs.iter().enumerate().filter(|(other, candidate)| {
        wants_room(&candidate.status) && rank(candidate, *other) < rank(job, index)
    });
    if ahead.count() >= room {
        return Turn::Wait;
    }
    let holders = jobs.iter().filter(|candidate| holds_room(&candidate.status)).count();
    match job.status {
        Status::Active => Turn::Run,
        _ if holders < room => Turn::Run,
        _ => Turn::Wait,
    }
}

/// It has tasks that run.
fn holds_room(status: &Status) -> bool {
    matches!(status, Status::Active | Status::Pausing)
}

/// It could run tasks, or does.
fn wants_room(status: &Status) -> bool {
    holds_room(status) || matches!(status, Status::Ready | Status::Paused)
}

/// The lower, the sooner.
fn rank(job: &Candidate, index: usize) -> (i64, bool, usize) {
    (-i64::from(job.priority), job.status != Status::Active, index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::*;

    #[test]
    fn higher_priorities_run_and_lower_ones_make_room() {
        let run = |jobs: &[(Status, i32)], room| {
            let jobs: Vec<_> = jobs
                .iter()
                .map(|(status, priority)| Candidate { status: status.clone(), priority: *priority })
                .collect();
            (0..jobs.len()).map(|index| turn(&jobs, index, room) == Turn::Run).collect::<Vec<_>>()
        };
        for (name, jobs, room, expected) in [
            ("there is room for both", &[(Active, 1), (Ready, 1)][..], 2, &[true, true][..]),
            ("an equal one waits", &[(Active, 1), (Ready, 1)], 1, &[true, false]),
            ("an older equal one waits, too", &[(Ready, 1), (Active, 1)], 1, &[false, true]),
            ("of two that wait the older", &[(Ready, 1), (Ready, 1)], 1, &[true, false]),
            ("a higher one is first told to wait for room", &[(Active, 1), (Ready, 9)], 1, &[false, false]),
            ("and still while the lower pauses", &[(Pausing, 1), (Ready, 9)], 1, &[false, false]),
            ("then it runs", &[(Paused, 1), (Ready, 9)], 1, &[false, true]),
            ("the lower one comes back", &[(Paused, 1), (Complete, 9)], 1, &[true, false]),
            ("what is suspended takes no room", &[(Suspended, 9), (Ready, 1)], 1, &[false, true]),
        ] {
            let wants: Vec<_> = jobs
                .iter()
                .zip(run(jobs, room))
                .map(|((status, _), run)| run && wants_room(status))
                .collect();
            assert_eq!(wants, expected, "{name}");
        }
    }
}
