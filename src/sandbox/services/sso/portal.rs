//! The portal: which accounts and roles a token gives access to, and credentials of a role.

use super::json;
use crate::sandbox::account::Account;
use crate::sandbox::principals::Principal;
use crate::sandbox::services::{PageRequest, RestCall, RestReply, ServiceError};
use crate::sandbox::sso::SsoAccount;
use http::StatusCode;
use jiff::Timestamp;
use opsctl_engine::hex::hex;
use opsctl_engine::manifest::partition;
use ring::digest;
use serde_json::{Value, json as value};

const TOKEN: &str = "x-amz-sso_bearer_token";

pub fn list_accounts(
    account: &Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<RestReply, ServiceError> {
    let accounts = account.sso.accounts(token(call), now)?.iter();
    let accounts = accounts.map(|SsoAccount { id, name, email, .. }| {
        value!({ "accountId": id, "accountName": name, "emailAddress": email })
    });
    page(account, call, "sso:ListAccounts", "accountList", accounts.collect())
}

pub fn list_account_roles(
    account: &Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<RestReply, ServiceError> {
    let asked = given(account, call, now)?;
    let roles = asked.roles.iter().map(|role| value!({ "roleName": role, "accountId": asked.id }));
    page(account, call, &format!("sso:ListAccountRoles {}", asked.id), "roleList", roles.collect())
}

pub fn get_role_credentials(
    account: &Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<RestReply, ServiceError> {
    let asked = given(account, call, now)?;
    let role = call.query("role_name").ok_or_else(|| missing("role_name"))?;
    if !asked.roles.iter().any(|given| given == role) {
        return Err(no_access());
    }
    let partition = partition(&account.identity.region);
    let user = account.settings.sso.user.as_ref().unwrap_or(&account.identity.user);
    let principal = Principal::role_session(partition, &asked.id, &reserved(&asked.id, role), user);
    let expires = now.saturating_add(account.sso.role_duration()).unwrap_or(Timestamp::MAX);
    let issued = account.principals.issue(principal, expires, now)?;
    json(&value!({ "roleCredentials": {
        "accessKeyId": issued.key.access_key_id,
        "secretAccessKey": issued.key.secret_access_key(),
        "sessionToken": issued.token.as_str(),
        "expiration": issued.expires.as_millisecond(),
    } }))
}

pub fn logout(account: &Account, call: &RestCall<'_>, now: Timestamp) -> Result<RestReply, ServiceError> {
    account.sso.log_out(token(call), now)?;
    Ok(RestReply { status: StatusCode::OK, ..RestReply::default() })
}

/// The account that is asked for, if who asks may go there.
fn given<'a>(
    account: &'a Account,
    call: &RestCall<'_>,
    now: Timestamp,
) -> Result<&'a SsoAccount, ServiceError> {
    let accounts = account.sso.accounts(token(call), now)?;
    let id = call.query("account_id").ok_or_else(|| missing("account_id"))?;
    accounts.iter().find(|account| account.id == id).ok_or_else(no_access)
}

/// Nothing where there is none: no token is empty.
fn token<'c>(call: &'c RestCall<'_>) -> &'c str {
    call.header(TOKEN).unwrap_or_default()
}

fn missing(name: &str) -> ServiceError {
    ServiceError::new("InvalidRequestException", format!("{name} is missing"))
}

fn no_access() -> ServiceError {
    ServiceError::new("ForbiddenException", "No access").status(403)
}

/// The name that a role of Identity Center has in an account.
fn reserved(account: &str, role: &str) -> String {
    let hash = digest::digest(&digest::SHA256, format!("{account}/{role}").as_bytes());
    format!("AWSReservedSSO_{role}_{}", hex(hash.as_ref().iter().take(8)))
}

fn page(
    account: &Account,
    call: &RestCall<'_>,
    list: &str,
    name: &str,
    items: Vec<Value>,
) -> Result<RestReply, ServiceError> {
    let wrong = |what: &str| ServiceError::new("InvalidRequestException", format!("{what} is not valid"));
    let max_results = match call.query("max_result").map(str::parse) {
        None => None,
        Some(Ok(most)) => Some(most),
        Some(Err(_)) => return Err(wrong("max_result")),
    };
    let request = PageRequest { max_results, next_token: call.query("next_token"), sizes: 1..=100 };
    let page = account.pages.page(list, items, &request);
    let page = page
        .map_err(|error| wrong(if error.code == "InvalidNextToken" { "next_token" } else { "max_result" }))?;
    let mut answer = value!({ name: page.items });
    if let Some(token) = page.next_token {
        answer["nextToken"] = token.into();
    }
    json(&answer)
}
