//! Who the credentials belong to, as STS says, asked once; and whether it is the account that was expected. Every
//! identity may ask.

use super::Aws;
use super::error::failure;
use super::profile::DEFAULT;
use crate::error::{Error, Kind, Result};
use crate::settings::Setting;

#[derive(Debug, Clone)]
pub struct Identity {
    pub account: String,
    pub arn: String,
    pub user_id: String,
}

impl Aws {
    pub async fn identity(&self) -> Result<Identity> {
        self.identity.get_or_try_init(|| self.ask_for_the_identity()).await.cloned()
    }

    /// Refuses another account than the expected one, and one that nobody can tell. Asked at whatever address calls go
    /// to, since the keys decide who is called.
    pub async fn must_be(&self, expected: &Setting<String>) -> Result<()> {
        let Setting { value: expected, origin } = expected;
        let profile = self.profile().map_or(DEFAULT, |profile| profile.value.as_str());
        let found = self.identity().await.map_err(|error| {
            error.context(format!("cannot tell whether profile {profile} is account {expected} ({origin})"))
        })?;
        if found.account == *expected {
            return Ok(());
        }
        let message = format!("profile {profile} leads to account {}, not to {expected}", found.account);
        Err(Error::new(Kind::Denied, message)
            .because(format!("{origin} expects account {expected}; nothing else was sent"))
            .hint("opsctl config show --origin tells the guard rails, opsctl help auth what they are")
            .into())
    }

    async fn ask_for_the_identity(&self) -> Result<Identity> {
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
