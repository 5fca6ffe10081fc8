//! Clients: whoever wants tokens makes itself known first and is told an id and a secret.

use super::{Sso, State, invalid_request, later, redirect};
use crate::random;
use crate::sandbox::services::ServiceError;
use crate::sandbox::tokens::TokenHash;
use jiff::Timestamp;
use zeroize::Zeroizing;

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const AUTHORIZATION_CODE: &str = "authorization_code";
pub const REFRESH_TOKEN: &str = "refresh_token";
/// What a token of a session that can be refreshed is for.
const ACCOUNT_ACCESS: &str = "sso:account:access";
const NINETY_DAYS: u32 = 90 * 24 * 3600;
const LONGEST_NAME: usize = 128;

/// What a client says of itself.
#[derive(Default)]
pub struct Registration {
    pub name: String,
    pub kind: String,
    pub scopes: Vec<String>,
    pub redirect_uris: Vec<String>,
    pub grant_types: Vec<String>,
    /// Where it starts to sign in.
    pub issuer_url: String,
}

pub struct Registered {
    pub id: String,
    pub secret: Zeroizing<String>,
    pub issued: Timestamp,
    pub expires: Timestamp,
}

pub struct Client {
    pub id: String,
    pub name: String,
    secret: TokenHash,
    scopes: Vec<String>,
    pub redirect_uris: Vec<String>,
    grant_types: Vec<String>,
}

impl Client {
    /// One that says nothing of it has a device.
    pub fn may(&self, grant: &str) -> bool {
        match self.grant_types.as_slice() {
            [] => matches!(grant, DEVICE_CODE | REFRESH_TOKEN),
            listed => listed.iter().any(|listed| listed == grant),
        }
    }

    /// Whether its tokens come with one to refresh them.
    pub fn is_refreshed(&self) -> bool {
        self.may(REFRESH_TOKEN) && self.scopes.iter().any(|scope| scope == ACCOUNT_ACCESS)
    }
}

impl Sso {
    pub fn register(&self, asked: Registration, now: Timestamp) -> Result<Registered, ServiceError> {
        let Registration { name, kind, scopes, redirect_uris, grant_types, issuer_url } = asked;
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(ServiceError::new("InvalidClientMetadataException", "Invalid client name provided"));
        }
        if kind != "public" {
            return Err(ServiceError::new("InvalidClientMetadataException", "Invalid client type provided"));
        }
        if let Some(scope) = scopes.iter().find(|scope| *scope != ACCOUNT_ACCESS) {
            let message = format!("Invalid scope provided: this sandbox does not know {scope}");
            return Err(ServiceError::new("InvalidScopeException", message));
        }
        let known = [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN];
        if let Some(grant) = grant_types.iter().find(|grant| !known.contains(&grant.as_str())) {
            let message = format!("Unsupported grant type provided: {grant}");
            return Err(ServiceError::new("UnsupportedGrantTypeException", message));
        }
        if grant_types.iter().any(|grant| grant == AUTHORIZATION_CODE) && redirect_uris.is_empty() {
            return Err(invalid_request("a client with authorization_code needs redirectUris"));
        }
        // A browser does not say where it started: its client does.
        if grant_types.iter().any(|grant| grant == AUTHORIZATION_CODE) && !self.starts_at(&issuer_url) {
            return Err(invalid_request("Invalid issuer URL provided"));
        }
        if redirect_uris.iter().any(|uri| redirect::parse(uri).is_none()) {
            let message = "Invalid redirect URI provided: this sandbox sends browsers to loopback only";
            return Err(ServiceError::new("InvalidRedirectUriException", message));
        }
        let (id, (secret, hash)) = (random::hex(32)?, self.tokens.issue()?);
        let expires = later(now, NINETY_DAYS);
        let client = Client { id: id.clone(), name, secret: hash, scopes, redirect_uris, grant_types };
        self.state().clients.put(self.tokens.digest(&id), client, expires, now);
        Ok(Registered { id, secret: Zeroizing::new(secret), issued: now, expires })
    }

    /// The client that shows its id and its secret.
    pub(super) fn client<'s>(
        &self,
        state: &'s mut State,
        id: &str,
        secret: &str,
        now: Timestamp,
    ) -> Result<&'s Client, ServiceError> {
        let invalid = || {
            ServiceError::new("InvalidClientException", "Invalid client ID or secret provided").status(401)
        };
        let entry = state.clients.get(&self.tokens.digest(id)).ok_or_else(invalid)?;
        if entry.expires <= now || !self.tokens.matches(&entry.what.secret, secret) {
            return Err(invalid());
        }
        Ok(&entry.what)
    }
}
