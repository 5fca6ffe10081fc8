//! The way of a device: it shows its user a code, and asks again and again until somebody has approved it.

use super::clients::DEVICE_CODE;
use super::token::{Granted, Holder};
use super::{Approve, Sso, invalid_grant, invalid_request, later};
use crate::sandbox::identity::{self, BASE32};
use crate::sandbox::services::ServiceError;
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

pub struct Device {
    client: String,
    client_name: String,
    refreshed: bool,
    user_code: String,
    polls: u32,
    last_poll: Option<Timestamp>,
    verdict: Option<Verdict>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    Refused,
}

/// What a device is told.
pub struct DeviceCodes {
    pub device_code: Zeroizing<String>,
    pub user_code: String,
    /// Where its user approves the code.
    pub verification_uri: String,
    pub verification_uri_complete: String,
    pub expires_in: u32,
    pub interval: u32,
}

impl Sso {
    pub fn start_device(
        &self,
        client: (&str, &str),
        start_url: &str,
        now: Timestamp,
    ) -> Result<DeviceCodes, ServiceError> {
        let (device_code, _) = self.tokens.issue()?;
        let letters = identity::random_text::<8>(BASE32)?;
        let (first, second) = letters.split_at(4);
        let user_code = format!("{first}-{second}");
        let mut state = self.state();
        let client = self.client(&mut state, client.0, client.1, now)?;
        if !client.may(DEVICE_CODE) {
            return Err(ServiceError::new("UnauthorizedClientException", "this client has no device"));
        }
        if !self.starts_at(start_url) {
            return Err(invalid_request("Invalid start URL provided"));
        }
        let device = Device {
            client: client.id.clone(),
            client_name: client.name.clone(),
            refreshed: client.is_refreshed(),
            user_code: user_code.clone(),
            polls: 0,
            last_poll: None,
            verdict: None,
        };
        let expires = later(now, self.settings.code_s);
        state.devices.put(self.tokens.digest(&device_code), device, expires, now);
        let verification_uri = format!("{}/device", self.endpoint);
        Ok(DeviceCodes {
            device_code: Zeroizing::new(device_code),
            verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
            verification_uri,
            user_code,
            expires_in: self.settings.code_s,
            interval: self.settings.interval_s,
        })
    }

    /// The name of the client whose device shows this code and waits.
    pub fn waiting(&self, user_code: &str, now: Timestamp) -> Option<String> {
        let mut state = self.state();
        let waits = |device: &Device| device.user_code == user_code && device.verdict.is_none();
        let entry = state.devices.find(waits).filter(|entry| entry.expires > now)?;
        Some(entry.what.client_name.clone())
    }

    /// What the user says; false: no device shows this code and waits.
    pub fn decide(&self, user_code: &str, verdict: Verdict, now: Timestamp) -> bool {
        let mut state = self.state();
        let waits = |device: &Device| device.user_code == user_code && device.verdict.is_none();
        match state.devices.find(waits).filter(|entry| entry.expires > now) {
            Some(entry) => {
                entry.what.verdict = Some(verdict);
                true
            }
            None => false,
        }
    }

    /// A device asks for its token.
    pub(super) fn poll(
        &self,
        client: (&str, &str),
        device_code: &str,
        now: Timestamp,
    ) -> Result<Granted, ServiceError> {
        let mut state = self.state();
        let client = self.client(&mut state, client.0, client.1, now)?.id.clone();
        let digest = self.tokens.digest(device_code);
        let entry = state.devices.get(&digest).filter(|entry| entry.what.client == client);
        let entry = entry.ok_or_else(invalid_grant)?;
        if entry.expires <= now {
            return Err(ServiceError::new("ExpiredTokenException", "Device code has expired"));
        }
        let device = &mut entry.what;
        let interval = SignedDuration::from_secs(self.settings.interval_s.into());
        let before = device.last_poll.replace(now);
        if before.is_some_and(|before| now.duration_since(before) < interval) {
            return Err(ServiceError::new("SlowDownException", "Too many polls: slow down"));
        }
        device.polls = device.polls.saturating_add(1);
        let approved = match (self.settings.approve, device.verdict) {
            (_, Some(Verdict::Refused)) => {
                state.devices.take(&digest);
                return Err(ServiceError::new("AccessDeniedException", "The user has refused"));
            }
            (Approve::Never, _) => false,
            (Approve::AtOnce, _) | (_, Some(Verdict::Approved)) => true,
            (Approve::AfterPolls(polls), None) => device.polls > polls,
            (Approve::ByHand, None) => false,
        };
        if !approved {
            return Err(ServiceError::new("AuthorizationPendingException", "Authorization is pending"));
        }
        let refreshed = device.refreshed;
        // It is good once.
        state.devices.take(&digest);
        self.grant(&mut state, Holder { client, refreshed, session: None }, now)
    }
}
