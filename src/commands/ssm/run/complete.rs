//! Live candidates: the command documents.

use super::api;
use crate::completion::{self, ArgValueCompleter, Candidate};

/// Command documents by their names, of the first page.
pub fn documents() -> ArgValueCompleter {
    completion::live("ssm.command-documents", async |aws| {
        let (names, _) = api::documents(&aws.ssm(), None).await?;
        Ok(names.into_iter().map(Candidate::new).collect())
    })
}
