//! The device of the sandbox's user that shows codes: the same one all the time, so that a rehearsal can be scripted.

use super::{Fields, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::principals::Kind;

/// The names of its fields.
pub const FIELDS: [&str; 2] = ["SerialNumber", "TokenCode"];

/// Whether the call has a code of the device; one that is wrong is refused.
pub fn check(account: &Account, fields: &Fields) -> Result<bool, ServiceError> {
    let in_serial = |letter: char| letter.is_ascii_alphanumeric() || "_+=/:,.@-".contains(letter);
    let serial = fields.checked("SerialNumber", 9..=256, (r"[\w+=/:,.@-]*", in_serial))?;
    let code = fields.checked("TokenCode", 6..=6, (r"[\d]*", |letter| letter.is_ascii_digit()))?;
    let denied = |why: &str| {
        ServiceError::new("AccessDeniedException", format!("MultiFactorAuthentication failed{why}"))
            .status(403)
    };
    match (serial, code) {
        (None, None) => Ok(false),
        (Some(serial), Some(code)) => {
            // A role's session has no device.
            if serial != account.mfa_serial() || account.caller().kind == Kind::RoleSession {
                return Err(denied(
                    ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated \
                     with this user.",
                ));
            }
            if code == account.settings.mfa.code {
                Ok(true)
            } else {
                Err(denied(" with invalid MFA one time pass code. "))
            }
        }
        _ => Err(denied(", must provide both MFA serial number and one time pass code.")),
    }
}
