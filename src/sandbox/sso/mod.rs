//! Identity Center as the sandbox has it: clients that register, their ways to a token (a code on a device, a code in a
//! browser, an earlier token), and what a token gives access to. Nobody signs here; who comes has a code or a token
//! that was issued here, or gets none. All of it is in memory only. It must not know HTTP.

mod browser;
mod clients;
mod devices;
mod ledger;
mod redirect;
mod settings;
#[cfg(test)]
mod tests;
mod token;

pub use browser::{Asking, Way};
pub use clients::Registration;
pub use devices::Verdict;
pub use settings::{Approve, SsoAccount, SsoSettings};
pub use token::Grant;

use super::identity::Identity;
use super::services::ServiceError;
use super::tokens::Tokens;
use crate::random::NoRandomness;
use browser::{Asked, Code};
use clients::Client;
use devices::Device;
use jiff::{SignedDuration, Timestamp};
use ledger::Ledger;
use opsctl_engine::hex::hex;
use ring::hmac;
use std::sync::{Mutex, MutexGuard, PoisonError};
use token::Refresh;

/// The path that start URLs begin with.
pub const START: &str = "/start";

pub struct Sso {
    settings: SsoSettings,
    accounts: Vec<SsoAccount>,
    /// Where the sandbox listens.
    endpoint: String,
    start_url: String,
    tokens: Tokens,
    state: Mutex<State>,
}

/// Everything under the digest of what its owner shows.
#[derive(Default)]
struct State {
    clients: Ledger<Client>,
    devices: Ledger<Device>,
    asked: Ledger<Asked>,
    codes: Ledger<Code>,
    /// The number of the session that an access token is of.
    access: Ledger<u64>,
    refresh: Ledger<Refresh>,
    sessions: u64,
}

impl Sso {
    /// `all`: where who signs in may go if the settings name nothing.
    pub fn new(
        settings: SsoSettings,
        all: &[SsoAccount],
        identity: &Identity,
        port: u16,
    ) -> Result<Self, NoRandomness> {
        Ok(Sso {
            accounts: settings.accounts.clone().unwrap_or_else(|| all.to_vec()),
            settings,
            endpoint: format!("http://127.0.0.1:{port}"),
            start_url: start_url(port, identity.secret_access_key()),
            tokens: Tokens::new()?,
            state: Mutex::default(),
        })
    }

    /// Whether who wants to sign in names the place. Only who knows the sandbox's own key, or was told by who does, can.
    fn starts_at(&self, url: &str) -> bool {
        let told = self.tokens.digest(same_place(url));
        told == self.tokens.digest(same_place(&self.start_url))
    }

    /// How long credentials of a role last.
    pub fn role_duration(&self) -> SignedDuration {
        SignedDuration::from_secs(self.settings.role_s.into())
    }

    /// The accounts that who has this token may go to.
    pub fn accounts(&self, access_token: &str, now: Timestamp) -> Result<&[SsoAccount], ServiceError> {
        let mut state = self.state();
        let entry = state.access.get(&self.tokens.digest(access_token)).filter(|entry| entry.expires > now);
        match entry {
            Some(_) => Ok(&self.accounts),
            None => {
                Err(ServiceError::new("UnauthorizedException", "Session token not found or invalid")
                    .status(401))
            }
        }
    }

    /// Ends the session of this token: none of its tokens is good any more.
    pub fn log_out(&self, access_token: &str, now: Timestamp) -> Result<(), ServiceError> {
        self.accounts(access_token, now)?;
        let mut state = self.state();
        let session = state.access.take(&self.tokens.digest(access_token)).map(|entry| entry.what);
        state.access.retain(|other| Some(*other) != session);
        state.refresh.retain(|refresh| Some(refresh.session) != session);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where clients start to sign in. Their calls are not signed: a part of it that follows from the sandbox's own key stands
/// for the signature, so that nobody else on this machine gets a token.
pub fn start_url(port: u16, secret_access_key: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret_access_key.as_bytes());
    let secret = hmac::sign(&key, b"start URL");
    let secret = hex(secret.as_ref().iter().take(16));
    format!("http://127.0.0.1:{port}{START}/{secret}")
}

/// A start URL without what browsers add to it.
fn same_place(url: &str) -> &str {
    url.trim_end_matches('/').trim_end_matches('#').trim_end_matches('/')
}

fn later(now: Timestamp, seconds: u32) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX)
}

fn invalid_grant() -> ServiceError {
    ServiceError::new("InvalidGrantException", "Invalid grant provided")
}

fn invalid_request(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidRequestException", message)
}
