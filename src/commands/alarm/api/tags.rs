//! The tags of alarms: a call an alarm.

use std::collections::BTreeMap;

use super::Alarms;
use crate::aws;
use crate::error::Result;

impl Alarms {
    pub async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>> {
        let answer = self.client.list_tags_for_resource().resource_arn(arn).send().await;
        let answer =
            answer.map_err(|error| aws::failure(&error, format!("cannot read the tags of {arn}")))?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect())
    }
}
