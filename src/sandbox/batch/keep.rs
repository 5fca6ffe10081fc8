//! Jobs on disk, a private file each. What a sandbox that ended left unfinished begins again where none of its tasks had
//! run, and is failed with that reason where some had: running them twice could do harm.

use super::job::{Failure, Job};
use crate::files;
use jiff::Timestamp;
use opsctl_engine::batch::Status;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub fn new(folder: PathBuf) -> Self {
        Shelf { folder }
    }

    /// What is there, oldest first. A file that cannot be read is left alone.
    pub fn jobs(&self) -> Vec<Job> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut jobs = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| is_whole(path)) {
            let text = fs::read(&path).map_err(|error| error.to_string());
            match text
                .and_then(|text| serde_json::from_slice::<Job>(&text).map_err(|error| error.to_string()))
            {
                Ok(job) => jobs.push(taken_up(job, Timestamp::now())),
                Err(error) => tracing::warn!(error, path = %path.display(), "a job cannot be read"),
            }
        }
        jobs.sort_by_key(|job| job.created);
        jobs
    }

    /// A job that cannot be written is only forgotten at the sandbox's end.
    pub fn keep(&self, job: &Job) {
        let written = files::make_private_folder(&self.folder)
            .and_then(|()| files::write_private(&self.path(&job.id), &serde_json::to_vec(job)?));
        if let Err(error) = written {
            tracing::debug!(%error, job = job.id, "a job cannot be kept");
        }
    }

    pub fn remove(&self, id: &str) {
        // It may never have been written.
        let _ = fs::remove_file(self.path(id));
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

/// What a sandbox that was killed left half written begins with a dot, and a job of its own name is there as it was before.
fn is_whole(path: &Path) -> bool {
    let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|extension| extension == "json")
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
            shelf.keep(&job);
        }
        fs::write(folder.join("broken.json"), "{").unwrap();
        // Killed between the writing of a file and its renaming.
        for left in [".job-1.json.4711-0.new", ".job-2.json", "job-3.json.old"] {
            fs::copy(folder.join("job-0.json"), folder.join(left)).unwrap();
        }
        let found: Vec<_> = shelf.jobs().iter().map(|job| (job.id.clone(), job.status().clone())).collect();
        let expected: Vec<_> = cases
            .iter()
            .enumerate()
            .map(|(index, (_, status))| (format!("job-{index}"), status.clone()))
            .collect();
        assert_eq!(found, expected);
        fs::remove_dir_all(folder).unwrap();
    }
}
