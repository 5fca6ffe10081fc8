//! The way of a browser: it is sent here by a program of this machine, and back to it with a code, which only who sent
//! it can turn into a token (PKCE).

use super::clients::{AUTHORIZATION_CODE, Client};
use super::devices::Verdict;
use super::ledger::Entry;
use super::token::{self, Granted};
use super::{Approve, Sso, State, invalid_grant, later, redirect};
use crate::random::NoRandomness;
use crate::sandbox::services::ServiceError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest;
use url::Url;

/// What a browser brings along.
#[derive(Debug, Default, Clone, Copy)]
pub struct Asking<'a> {
    pub response_type: &'a str,
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    pub state: &'a str,
    pub code_challenge: &'a str,
    pub code_challenge_method: &'a str,
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// It is sent on.
    To(Url),
    /// The user is asked first; the ticket stands for what the browser brought along.
    Ask { ticket: String, client: String, back: Url },
}

/// What the user is asked about.
pub struct Asked {
    client: String,
    refreshed: bool,
    redirect: Url,
    state: String,
    challenge: String,
}

/// What a code stands for.
pub struct Code {
    client: String,
    refreshed: bool,
    redirect_uri: String,
    challenge: String,
}

impl Sso {
    /// A browser comes. Where it cannot be trusted to come from the client it is not sent anywhere.
    pub fn authorize(&self, asking: Asking<'_>, now: Timestamp) -> Result<Way, ServiceError> {
        let mut state = self.state();
        let client =
            state.clients.get(&self.tokens.digest(asking.client_id)).filter(|entry| entry.expires > now);
        let unknown =
            || ServiceError::new("InvalidClientException", "Invalid client ID provided").status(401);
        let Entry { what: client, .. } = client.ok_or_else(unknown)?;
        let redirect = redirect::parse(asking.redirect_uri)
            .filter(|url| redirect::is_registered(url, &client.redirect_uris))
            .ok_or_else(|| {
                ServiceError::new("InvalidRedirectUriException", "Invalid redirect URI provided")
            })?;
        if let Some((error, why)) = mistake(client, &asking) {
            return Ok(Way::To(refused(redirect, error, why, asking.state)));
        }
        let name = client.name.clone();
        let asked = Asked {
            client: client.id.clone(),
            refreshed: client.is_refreshed(),
            redirect,
            state: asking.state.to_owned(),
            challenge: asking.code_challenge.to_owned(),
        };
        match self.settings.approve {
            Approve::AtOnce | Approve::AfterPolls(_) => Ok(Way::To(self.sent_back(&mut state, asked, now)?)),
            Approve::Never => Ok(Way::To(asked.refused())),
            Approve::ByHand => {
                let (ticket, _) = self.tokens.issue()?;
                let back = asked.redirect.clone();
                let expires = later(now, self.settings.code_s);
                state.asked.put(self.tokens.digest(&ticket), asked, expires, now);
                Ok(Way::Ask { ticket, client: name, back })
            }
        }
    }

    /// What the user says: where the browser goes then. Nothing where nobody has asked.
    pub fn answer(
        &self,
        ticket: &str,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Option<Url>, ServiceError> {
        let mut state = self.state();
        let asked = state.asked.take(&self.tokens.digest(ticket)).filter(|entry| entry.expires > now);
        match (asked, verdict) {
            (None, _) => Ok(None),
            (Some(asked), Verdict::Approved) => Ok(Some(self.sent_back(&mut state, asked.what, now)?)),
            (Some(asked), Verdict::Refused) => Ok(Some(asked.what.refused())),
        }
    }

    fn sent_back(&self, state: &mut State, asked: Asked, now: Timestamp) -> Result<Url, NoRandomness> {
        let (code, _) = self.tokens.issue()?;
        let mut to = asked.redirect;
        let kept = Code {
            client: asked.client,
            refreshed: asked.refreshed,
            redirect_uri: to.to_string(),
            challenge: asked.challenge,
        };
        state.codes.put(self.tokens.digest(&code), kept, later(now, self.settings.code_s), now);
        to.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked.state);
        Ok(to)
    }

    /// The program shows the code that its browser brought back, and what the challenge was made of.
    pub(super) fn redeem(
        &self,
        client: (&str, &str),
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<Granted, ServiceError> {
        let mut state = self.state();
        let client = self.client(&mut state, client.0, client.1, now)?.id.clone();
        // It is good once, whatever comes with it.
        let entry = state.codes.take(&self.tokens.digest(code)).filter(|entry| entry.expires > now);
        let Code { client: asked, refreshed, redirect_uri: sent_to, challenge } =
            entry.ok_or_else(invalid_grant)?.what;
        let same_place = redirect::parse(redirect_uri).is_some_and(|url| url.as_str() == sent_to);
        let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
        if asked != client || !same_place || URL_SAFE_NO_PAD.encode(hash) != challenge {
            return Err(invalid_grant());
        }
        self.grant(&mut state, token::Holder { client, refreshed, session: None }, now)
    }
}

impl Asked {
    fn refused(self) -> Url {
        refused(self.redirect, "access_denied", "the user has refused", &self.state)
    }
}

/// What a client is told that has sent its browser with something wrong.
fn mistake(client: &Client, asking: &Asking<'_>) -> Option<(&'static str, &'static str)> {
    let in_challenge = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_challenge = asking.code_challenge.len() == 43 && asking.code_challenge.bytes().all(in_challenge);
    match asking {
        _ if !client.may(AUTHORIZATION_CODE) => Some(("unauthorized_client", "the client has no such grant")),
        asking if asking.response_type != "code" => Some(("unsupported_response_type", "it is not code")),
        asking if asking.code_challenge_method != "S256" => {
            Some(("invalid_request", "the method of the challenge is not S256"))
        }
        _ if !is_challenge => Some(("invalid_request", "there is no challenge of S256")),
        _ => None,
    }
}

fn refused(mut to: Url, error: &str, why: &str, state: &str) -> Url {
    let mut pairs = to.query_pairs_mut();
    pairs.append_pair("error", error).append_pair("error_description", why).append_pair("state", state);
    drop(pairs);
    to
}
