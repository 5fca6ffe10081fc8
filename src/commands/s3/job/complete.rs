//! Candidates: the jobs of the account and region, and the words of operations and states.

use opsctl_engine::batch::Status;

use super::api::Jobs;
use super::model::Summary;
use super::view;
use crate::completion::{self, ArgValueCompleter, Candidate};

/// Jobs by their ids; those that are over after the others.
pub fn jobs() -> ArgValueCompleter {
    completion::live("s3.jobs", async |aws| {
        let mut first = Vec::new();
        Jobs::of(aws)
            .await?
            .list(&[], &mut |page| {
                first = page;
                Ok(false)
            })
            .await?;
        Ok(of_jobs(&first))
    })
}

fn of_jobs(jobs: &[Summary]) -> Vec<Candidate> {
    let candidate = |job: &Summary| {
        let candidate = Candidate::new(&job.job_id).described(view::about(job));
        if job.status.is_over() { candidate.second_choice() } else { candidate }
    };
    jobs.iter().map(candidate).collect()
}

/// A state, whatever its case.
pub fn status(text: &str) -> Result<Status, String> {
    let known = Status::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| {
        let words: Vec<String> = Status::ALL.iter().map(ToString::to_string).collect();
        let near = opsctl_engine::nearest(text, words.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        format!("the states are {}{near}", words.join(", "))
    })
}

/// What `--status` knows.
pub fn statuses() -> ArgValueCompleter {
    completion::fixed(|| Status::ALL.iter().map(|status| Candidate::new(status.as_str())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3control::types::{JobListDescriptor, JobStatus, OperationName};

    #[test]
    fn a_job_is_offered_by_its_id_and_described() {
        let job = |id: &str, status: JobStatus| {
            let job =
                JobListDescriptor::builder().job_id(id).status(status).priority(1).description("nightly");
            Summary::try_from(job.operation(OperationName::S3PutObjectTagging).build()).unwrap()
        };
        let found = of_jobs(&[job("job-1", JobStatus::Active), job("job-2", JobStatus::Complete)]);
        let described = |id: &str, status: &str| {
            Candidate::new(id).described(format!("{status}, S3PutObjectTagging, nightly"))
        };
        assert_eq!(found, [described("job-1", "Active"), described("job-2", "Complete").second_choice()]);
    }

    #[test]
    fn a_state_is_known_in_any_case_and_another_word_has_a_near_match() {
        assert_eq!(status("aCtive"), Ok(Status::Active));
        assert!(status("Activ").unwrap_err().ends_with("did you mean Active?"));
    }
}
