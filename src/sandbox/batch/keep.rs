//! Jobs on disk. What a sandbox that ended left unfinished begins again where none of its tasks had
//! run, and is failed with that reason where some had: running them twice could do harm.

use super::job::{Failure, Job};
use crate::sandbox::shelf::Shelf;
use jiff::Timestamp;
use opsctl_engine::batch::Status;

/// What is there, oldest first.
pub fn jobs(shelf: &Shelf) -> Vec<Job> {
    let mut jobs: Vec<Job> = shelf.all().into_iter().map(|job| taken_up(job, Timestamp::now())).collect();
    jobs.sort_by_key(|job| job.created);
    jobs
}

fn taken_up(mut job: Job, now: Timestamp) -> Job {
    match job.status().clone() {
        status if status.is_over() => job,
        Status::Cancelling => {
            // Nothing of it runs any more.
            let _ = job.step(Status::Cancelled, now);
            job
        }
        Status::New | Status::Preparing | Status::Suspended | Status::Ready => job.begun_again(),
        status => {
            let reason = "The sandbox ended while the job ran; some of its tasks may have been run.";
            if status != Status::Failing {
                let _ = job.fail(Failure::new("SandboxEnded", reason), now);
            }
            let _ = job.step(Status::Failed, now);
            job
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::*;
    use serde_json::json;
    use std::fs;

    #[test]
    fn jobs_are_taken_up_where_that_does_no_harm() {
        let folder = std::env::temp_dir().join(format!("opsctl-jobs-{}", crate::random::hex(16).unwrap()));
        let shelf = Shelf::new(folder.clone());
        let cases: [(&[Status], Status); 9] = [
            (&[], New),
            (&[Preparing, Suspended], New),
            (&[Preparing, Ready], New),
            (&[Preparing, Ready, Active], Failed),
            (&[Preparing, Ready, Active, Pausing, Paused], Failed),
            (&[Preparing, Ready, Active, Completing], Failed),
            (&[Preparing, Ready, Active, Completing, Complete], Complete),
            (&[Cancelling], Cancelled),
            (&[Failing], Failed),
        ];
        for (index, (steps, _)) in cases.iter().enumerate() {
            let now = Timestamp::from_second(index.try_into().unwrap()).unwrap();
            let mut job = Job::new(format!("job-{index}"), "eu-west-1".into(), json!({}), now);
            steps.iter().for_each(|status| job.step(status.clone(), now).unwrap());
            shelf.keep(&job.id, &job);
        }
        fs::write(folder.join("broken.json"), "{").unwrap();
        // Killed between the writing of a file and its renaming.
        for left in [".job-1.json.4711-0.new", ".job-2.json", "job-3.json.old"] {
            fs::copy(folder.join("job-0.json"), folder.join(left)).unwrap();
        }
        let found: Vec<_> = jobs(&shelf).iter().map(|job| (job.id.clone(), job.status().clone())).collect();
        let expected: Vec<_> = cases
            .iter()
            .enumerate()
            .map(|(index, (_, status))| (format!("job-{index}"), status.clone()))
            .collect();
        assert_eq!(found, expected);
        fs::remove_dir_all(folder).unwrap();
    }
}
