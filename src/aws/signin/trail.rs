//! The chain told step by step: who was asked for credentials, who was not and why, what came out. No secret is part of it.

use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;
use jiff::Timestamp;

use super::super::error::credentials_failure;
use super::Chain;
use crate::error::Error;

/// One of the places, and what became of it.
#[derive(Debug)]
pub struct Tried {
    pub source: &'static str,
    pub found: Found,
}

#[derive(Debug)]
pub enum Found {
    /// These are used.
    Credentials {
        access_key_id: String,
        expires: Option<Timestamp>,
    },
    Nothing(String),
    /// The search ends with it, as in every command.
    Failure(Error),
    Skipped(&'static str),
    /// One before it has decided.
    NotReached,
}

impl Chain {
    /// Asks as every command does, and goes on to tell who would have been next.
    pub async fn explain(&self) -> Vec<Tried> {
        let mut told = Vec::new();
        let mut is_decided = false;
        let skipped = |at: usize| {
            let skipped = self.skipped.iter().filter(move |skipped| skipped.before == at);
            skipped.map(|skipped| Tried { source: skipped.source, found: Found::Skipped(skipped.why) })
        };
        for (at, link) in self.links.iter().enumerate() {
            told.extend(skipped(at));
            let found =
                if is_decided { Found::NotReached } else { found(link.provider.provide_credentials().await) };
            is_decided |= matches!(found, Found::Credentials { .. } | Found::Failure(_));
            told.push(Tried { source: link.source, found });
        }
        told.extend(skipped(self.links.len()));
        told
    }
}

fn found(provided: aws_credential_types::provider::Result) -> Found {
    match provided {
        Ok(credentials) => Found::Credentials {
            access_key_id: credentials.access_key_id().to_owned(),
            expires: credentials.expiry().and_then(|time| Timestamp::try_from(time).ok()),
        },
        Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
            let why = std::error::Error::source(&error).map(ToString::to_string);
            Found::Nothing(why.unwrap_or_else(|| "it has none".to_owned()))
        }
        Err(error) => Found::Failure(credentials_failure(&error)),
    }
}
