//! Tokens, and the ways to them. A token that refreshes others is good once: it comes with the next.

use super::clients::REFRESH_TOKEN;
use super::{Sso, State, invalid_grant, later};
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use zeroize::Zeroizing;

const NINETY_DAYS: u32 = 90 * 24 * 3600;

/// What a client shows for a token.
pub enum Grant<'a> {
    Device { code: &'a str },
    Browser { code: &'a str, redirect_uri: &'a str, verifier: &'a str },
    Refresh { token: &'a str },
}

/// What it gets.
pub struct Granted {
    pub access_token: Zeroizing<String>,
    pub refresh_token: Option<Zeroizing<String>>,
    pub expires_in: u32,
}

pub struct Refresh {
    client: String,
    pub session: u64,
}

/// Whose a token is.
pub(super) struct Holder {
    pub client: String,
    pub refreshed: bool,
    /// None: a new one.
    pub session: Option<u64>,
}

impl Sso {
    /// `client` is an id with its secret.
    pub fn token(
        &self,
        client: (&str, &str),
        grant: &Grant<'_>,
        now: Timestamp,
    ) -> Result<Granted, ServiceError> {
        match *grant {
            Grant::Device { code } => self.poll(client, code, now),
            Grant::Browser { code, redirect_uri, verifier } => {
                self.redeem(client, code, redirect_uri, verifier, now)
            }
            Grant::Refresh { token } => self.refresh(client, token, now),
        }
    }

    fn refresh(&self, client: (&str, &str), token: &str, now: Timestamp) -> Result<Granted, ServiceError> {
        let mut state = self.state();
        let client = self.client(&mut state, client.0, client.1, now)?;
        if !client.may(REFRESH_TOKEN) {
            return Err(ServiceError::new("UnauthorizedClientException", "this client refreshes no tokens"));
        }
        let client = client.id.clone();
        let digest = self.tokens.digest(token);
        let known = state.refresh.get(&digest);
        let known = known.filter(|entry| entry.expires > now && entry.what.client == client);
        let session = Some(known.ok_or_else(invalid_grant)?.what.session);
        state.refresh.take(&digest);
        self.grant(&mut state, Holder { client, refreshed: true, session }, now)
    }

    pub(super) fn grant(
        &self,
        state: &mut State,
        holder: Holder,
        now: Timestamp,
    ) -> Result<Granted, ServiceError> {
        let ((access, _), (refresh, _)) = (self.tokens.issue()?, self.tokens.issue()?);
        state.sessions += 1;
        let session = holder.session.unwrap_or(state.sessions);
        let lifetime = self.settings.token_s;
        state.access.put(self.tokens.digest(&access), session, later(now, lifetime), now);
        if holder.refreshed {
            let kept = Refresh { client: holder.client, session };
            state.refresh.put(self.tokens.digest(&refresh), kept, later(now, NINETY_DAYS), now);
        }
        Ok(Granted {
            access_token: Zeroizing::new(access),
            refresh_token: holder.refreshed.then(|| Zeroizing::new(refresh)),
            expires_in: lifetime,
        })
    }
}
