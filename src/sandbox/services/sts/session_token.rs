//! GetSessionToken: the user with temporary credentials, for those who show a code once.

use super::{Fields, ServiceError, credentials, device};
use crate::sandbox::account::Account;
use crate::sandbox::principals::{Kind, Principal};
use jiff::{SignedDuration, Timestamp};

const DEFAULT_SECONDS: u32 = 43_200;

pub fn answer(account: &Account, fields: &Fields, now: Timestamp) -> Result<String, ServiceError> {
    fields.check_names(&[&device::FIELDS[..], &["DurationSeconds"]].concat())?;
    let seconds = fields.number("DurationSeconds", 900..=129_600)?.unwrap_or(DEFAULT_SECONDS);
    account.authorize("sts:GetSessionToken", "*").map_err(|denial| denial.status(403))?;
    let caller = account.caller();
    if caller.kind != Kind::User {
        let message = "Cannot call GetSessionToken with session credentials";
        return Err(ServiceError::new("AccessDeniedException", message).status(403));
    }
    let mfa = device::check(account, fields)?;
    let session = Principal { kind: Kind::UserSession { mfa }, ..(*caller).clone() };
    let expires = now.saturating_add(SignedDuration::from_secs(seconds.into()));
    Ok(credentials(&account.principals.issue(session, expires.unwrap_or(Timestamp::MAX), now)?))
}
