//! What SNS and SQS refuse in a batch of messages as a whole.

use crate::sandbox::services::ServiceError;
use std::collections::HashSet;

const MOST: usize = 10;
const LONGEST_ID: usize = 80;

/// Checks the ids of the messages.
pub fn check_batch<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<(), ServiceError> {
    let ids: Vec<&str> = ids.into_iter().collect();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_id = |id: &&str| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(allowed);
    if ids.is_empty() {
        let message = "There should be at least one message in the batch.";
        return Err(ServiceError::new("EmptyBatchRequest", message));
    }
    if ids.len() > MOST {
        let message =
            format!("Maximum number of entries per request are {MOST}. You have sent {}.", ids.len());
        return Err(ServiceError::new("TooManyEntriesInBatchRequest", message));
    }
    if !ids.iter().all(is_id) {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
        return Err(ServiceError::new("InvalidBatchEntryId", message));
    }
    let mut known = HashSet::new();
    match ids.iter().find(|id| !known.insert(**id)) {
        Some(id) => Err(ServiceError::new("BatchEntryIdsNotDistinct", format!("Id {id} repeated."))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_a_batch_are_few_plain_and_distinct() {
        let many: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        let long = "x".repeat(81);
        for (ids, code) in [
            (vec!["a", "b-_9"], ""),
            (vec![], "EmptyBatchRequest"),
            (many.iter().map(String::as_str).collect(), "TooManyEntriesInBatchRequest"),
            (vec!["a", ""], "InvalidBatchEntryId"),
            (vec!["a b"], "InvalidBatchEntryId"),
            (vec![long.as_str()], "InvalidBatchEntryId"),
            (vec!["a", "b", "a"], "BatchEntryIdsNotDistinct"),
        ] {
            let told = check_batch(ids.iter().copied()).map_or_else(|error| error.code, |()| "".into());
            assert_eq!(told, code, "{ids:?}");
        }
    }
}
