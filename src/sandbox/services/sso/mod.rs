//! Identity Center: its portal and its OIDC endpoint, JSON in REST, and pages for a browser. THE exception to the rule
//! that every call is signed: these are not, by nature. Who may have what is `sandbox::sso`'s business; whatever is on
//! no path of theirs is not answered here.

mod oidc;
mod pages;
mod portal;
#[cfg(test)]
mod tests;

use super::{RestCall, RestReply, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::sso::START;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ORIGIN};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use std::time::Instant;

/// As much as anybody may send without a signature.
pub const BODY_LIMIT: usize = 16 << 10;

type Operation = fn(&Account, &RestCall<'_>, Timestamp) -> Result<RestReply, ServiceError>;

/// All there is.
const OPERATIONS: &[(Method, &str, Operation)] = &[
    (Method::GET, "/assignment/accounts", portal::list_accounts),
    (Method::GET, "/assignment/roles", portal::list_account_roles),
    (Method::GET, "/federation/credentials", portal::get_role_credentials),
    (Method::POST, "/logout", portal::logout),
    (Method::POST, "/client/register", oidc::register_client),
    (Method::POST, "/device_authorization", oidc::start_device_authorization),
    (Method::POST, "/token", oidc::create_token),
    (Method::GET, "/authorize", pages::authorize),
    (Method::POST, "/authorize", pages::authorized),
    (Method::GET, "/device", pages::device),
    (Method::POST, "/device", pages::decided),
    (Method::GET, START, pages::start),
];

/// Whether a request that nobody signed is one of these.
pub fn is_asked(parts: &Parts) -> bool {
    find(&parts.method, parts.uri.path()).is_some()
}

fn find(method: &Method, path: &str) -> Option<Operation> {
    // What comes behind it is of the URL, not of the page.
    let path = if path.starts_with(&format!("{START}/")) { START } else { path };
    let (.., operation) = OPERATIONS.iter().find(|(of, at, _)| of == method && *at == path)?;
    Some(*operation)
}

pub fn answer(account: &Account, call: &RestCall<'_>) -> Result<RestReply, ServiceError> {
    check_origin(account, call)?;
    if !account.call_rate.allows(Instant::now()) {
        return Err(ServiceError::new("TooManyRequestsException", "Rate exceeded").status(429));
    }
    let operation = find(call.method, call.path).ok_or_else(|| ServiceError::unknown_operation(call.path))?;
    let mut reply = operation(account, call, Timestamp::now())?;
    reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reply)
}

/// A page of somebody else's must not act in the name of who looks at it.
fn check_origin(account: &Account, call: &RestCall<'_>) -> Result<(), ServiceError> {
    let own = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{}", account.port));
    let mut origins = call.headers.get_all(ORIGIN).iter();
    if origins.all(|origin| own.iter().any(|own| own.as_bytes() == origin.as_bytes())) {
        return Ok(());
    }
    Err(ServiceError::new("AccessDeniedException", "pages of others are not answered").status(403))
}

fn json(body: &impl Serialize) -> Result<RestReply, ServiceError> {
    let body = serde_json::to_vec(body).map_err(ServiceError::internal)?;
    let mut reply = RestReply { status: StatusCode::OK, body: body.into(), ..RestReply::default() };
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(reply)
}
