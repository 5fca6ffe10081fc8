//! The token that AWS knows a request by: the user's own, or one that follows from the settings. Owns that a time which was
//! said as an age counts as it was said: a line that is run again is the same job, though it means another second now.

use opsctl_engine::batch::JobDocument;
use serde_json::Value;

use super::super::api::Jobs;
use super::super::model::Job;
use crate::change;
use crate::cli::Moment;
use crate::error::Result;

/// The times of a document that were said as an age, "1d", and where they are.
#[derive(Debug, Clone, Default)]
pub struct Ages(Vec<(&'static str, String)>);

impl Ages {
    /// `place`: a pointer into the JSON of the document. The beginning of a day stands still all day, and is no age.
    pub fn add(&mut self, place: &'static str, moment: Option<Moment>) {
        if let Some(Moment::Ago(age)) = moment {
            self.0.push((place, format!("{age:?} ago")));
        }
    }

    /// Whether every run sends the same.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this job was made by the same words, whatever second they meant then.
    pub fn are_of(&self, document: &JobDocument, job: &Job) -> bool {
        // What DescribeJob does not tell of, and what makes it no other job.
        let bare = |document: JobDocument| JobDocument {
            account_id: None,
            client_request_token: None,
            confirmation_required: None,
            tags: None,
            ..document
        };
        let Some(other) = job.document() else { return false };
        self.said(&bare(document.clone())) == self.said(&bare(other))
    }

    /// The document as it was said.
    fn said(&self, document: &JobDocument) -> Value {
        let mut value = document.to_value();
        for (place, said) in &self.0 {
            if let Some(time) = value.pointer_mut(place) {
                *time = said.as_str().into();
            }
        }
        value
    }
}

/// The same settings of the same list in the same place give the same token: AWS makes no second job for it. Whether it
/// starts at once is not among them: a job that waits is started by a confirmation, not by another job.
pub fn derived(document: &JobDocument, ages: &Ages, jobs: &Jobs) -> Result<String> {
    let document =
        JobDocument { client_request_token: None, confirmation_required: None, ..document.clone() };
    let parameters = serde_json::json!({
        "account": jobs.account, "region": jobs.region, "document": ages.said(&document),
    });
    change::Token::of_content("s3:CreateJob", &parameters)
}
