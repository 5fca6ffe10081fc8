//! Who the credentials belong to, as STS says. Every identity may ask.

use super::Aws;
use super::error::failure;
use crate::error::{Error, Result};

#[derive(Debug, Clone)]
pub struct Identity {
    pub account: String,
    pub arn: String,
    pub user_id: String,
}

impl Aws {
    pub async fn identity(&self) -> Result<Identity> {
        let answer = (self.sts().get_caller_identity().send().await)
            .map_err(|error| failure(&error, "cannot tell who you are"))?;
        let member = |value: Option<String>, name: &str| {
            value
                .ok_or_else(|| Error::failed(format!("the answer of AWS has no {name} in GetCallerIdentity")))
        };
        Ok(Identity {
            account: member(answer.account, "Account")?,
            arn: member(answer.arn, "Arn")?,
            user_id: member(answer.user_id, "UserId")?,
        })
    }
}
