//! Idempotency tokens: what AWS recognises a repeated request by. The same verb with the same parameters and the
//! same `--token` gives the same one, so that a cron job that is run again creates nothing twice.

use opsctl_engine::uuid::Uuid;
use ring::digest::{Context, SHA256};
use serde::Serialize;

use crate::cli::TokenArgs;
use crate::error::{Error, Result};
use crate::output::Reporter;
use crate::random;

/// What the user gave, or what was made up for this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token that is made up is printed, so that a run that broke off can be repeated with it.
    pub fn new(args: &TokenArgs, reporter: &Reporter) -> Result<Self> {
        if let Some(token) = &args.token {
            return Ok(Token(token.clone()));
        }
        let token = random::uuid()?;
        reporter.status(format_args!("token {token}: with --token {token} the same is not done twice"));
        Ok(Token(token))
    }

    /// What follows from the call alone: whoever makes the same one, whenever, makes it once.
    pub fn of_content(action: &str, parameters: &impl Serialize) -> Result<String> {
        Token(String::new()).of(action, parameters)
    }

    /// For one call of `action` ("s3:CreateJob") with these parameters, in the form of a UUID. Different parameters
    /// give different tokens: AWS refuses a known token with other parameters, or does nothing.
    pub fn of(&self, action: &str, parameters: &impl Serialize) -> Result<String> {
        let parameters = serde_json::to_string(parameters).map_err(|error| {
            Error::failed(format!("the parameters of {action} are no JSON")).because(error)
        })?;
        let mut context = Context::new(&SHA256);
        for part in [&self.0, action, &parameters] {
            // With its length, no two lists of parts read the same.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let digest = context.finish();
        let mut bits = [0; 16];
        bits.copy_from_slice(&digest.as_ref()[..16]);
        Ok(Uuid::from_random(bits).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(token: &str, action: &str, parameters: serde_json::Value) -> String {
        Token(token.to_owned()).of(action, &parameters).unwrap()
    }

    #[test]
    fn the_same_is_the_same_and_all_else_differs() {
        let first = of("nightly", "s3:CreateJob", json!({ "a": 1 }));
        assert_eq!(of("nightly", "s3:CreateJob", json!({ "a": 1 })), first);
        for other in [
            of("weekly", "s3:CreateJob", json!({ "a": 1 })),
            of("nightly", "states:StartExecution", json!({ "a": 1 })),
            of("nightly", "s3:CreateJob", json!({ "a": 2 })),
            of("nightlys", "3:CreateJob", json!({ "a": 1 })),
        ] {
            assert_ne!(other, first);
        }
    }

    /// A token from last night must still be the same after an update of opsctl.
    #[test]
    fn the_form_never_changes() {
        insta::assert_snapshot!(of("nightly", "s3:CreateJob", json!({ "a": 1 })), @"fad1b4c9-c9ac-4094-bd8b-b0429d4fab7a");
    }
}
